"""A service, a browser, and tabs whose page does nothing that it must not do."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from contract.client import Client, Ledger
from contract.machine import Machine, new_machine
from contract.service import Service
from playwright.sync_api import Browser

from dashboard.browser import launched
from dashboard.tab import OpenTab, Tab


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser for all tests."""
    with launched() as started:
        yield started


def ends_well(service: Service) -> None:
    """Stop a service, if it still runs."""
    code = service.stop()
    assert code == 0, f"exit code {code}\n{service.errors()}"


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
def tab(browser: Browser, service: Service) -> Iterator[OpenTab]:
    """Opens tabs of the page, each with nothing kept from before. In the end none may have done what it must not."""
    with ExitStack() as opened:

        def opening(address: str = "", **options: object) -> Tab:
            made = Tab(browser, address or f"http://127.0.0.1:{service.port}", **options)
            opened.callback(made.close)
            return made

        yield opening


StartService = Callable[..., Service]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[StartService]:
    """Starts services of one test with settings; each must stop cleanly, unless the test has stopped it."""
    with ExitStack() as running:

        def starting(settings: str = "", **options: object) -> Service:
            folder = tmp_path / str(len(list(tmp_path.iterdir())))
            folder.mkdir()
            (folder / "wdfilterd.yaml").write_text(settings)
            service = Service(folder, ["--config", str(folder / "wdfilterd.yaml")], **options)
            running.callback(lambda: service.process.poll() is None and ends_well(service))
            return service

        yield starting
