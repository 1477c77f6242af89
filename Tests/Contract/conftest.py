"""The service under test and hosts on it."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from contract.client import Client, Ledger
from contract.machine import Machine, Prepared, new_machine
from contract.service import Service, StartService


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that must stop cleanly when all tests are done."""
    running = Service(tmp_path_factory.mktemp("service"))
    yield running
    code = running.stop()
    assert code == 0, f"exit code {code}\n{running.errors()}"
    assert running.further_lines() == []


@pytest.fixture(scope="session")
def ledger() -> Ledger:
    """What was asked so far."""
    return Ledger()


@pytest.fixture(scope="session")
def client(service: Service, ledger: Ledger) -> Iterator[Client]:
    """A client of the service."""
    made = Client(service.port, ledger)
    yield made
    made.close()


@pytest.fixture
def machine(client: Client) -> Iterator[Machine]:
    """A fresh host with the embedded engine."""
    with new_machine(client) as made:
        yield made


@pytest.fixture
def prepared(machine: Machine) -> Prepared:
    """A host on which every operation finds what its path names."""
    return Prepared(machine)


def ends_well(service: Service) -> None:
    """Stop a service, or see how it has stopped."""
    code = service.stop()
    assert code == 0, f"exit code {code}\n{service.errors()}"


@pytest.fixture
def start(tmp_path: Path, ledger: Ledger) -> Iterator[StartService]:
    """Starts a service with settings; it must stop cleanly when the test is done, unless it has stopped already."""
    with ExitStack() as running:

        def starting(settings: str) -> tuple[Service, Client]:
            config = tmp_path / "wdfilterd.yaml"
            config.write_text(settings)
            service = Service(tmp_path, ["--config", str(config)])
            client = Client(service.port, ledger)
            running.callback(ends_well, service)
            running.callback(client.close)
            return service, client

        yield starting


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the bookkeeping when everything else has run."""
    items.sort(key=lambda item: item.path.name == "test_bookkeeping.py")
