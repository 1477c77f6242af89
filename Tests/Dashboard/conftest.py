"""A service, a browser, and tabs whose page does nothing that it must not do."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from contract.client import Client, Ledger
from contract.machine import Machine, new_machine
from contract.service import Service
from playwright.sync_api import Browser

from dashboard.browser import launched
from dashboard.services import Services, ends_well
from dashboard.tab import OpenTab, Tab


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser for all tests."""
    with launched() as started:
        yield started


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with default settings."""
    running = Service(tmp_path_factory.mktemp("service"))
    yield running
    ends_well(running)


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    """A client of the service beside the page."""
    made = Client(service.port, Ledger())
    yield made
    made.close()


@pytest.fixture
def machine(client: Client) -> Iterator[Machine]:
    """A fresh host with the embedded engine."""
    with new_machine(client) as made:
        yield made


@pytest.fixture
def tab(browser: Browser, service: Service, machine: Machine, services: Services) -> Iterator[OpenTab]:
    """Opens tabs of the page, each with nothing kept from before. In the end none may have done what it must not.

    It comes after hosts and services, so that the tabs are closed before these are gone.
    """
    with ExitStack() as opened:

        def opening(address: str = "", **options: object) -> Tab:
            made = Tab.alone(browser, address or f"http://127.0.0.1:{service.port}", **options)
            opened.callback(made.close)
            return made

        yield opening


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """Starts services of one test."""
    with Services(tmp_path) as started:
        yield started
