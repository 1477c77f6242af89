"""The service under test and hosts on it."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from contract.client import Client, Ledger
from contract.machine import Machine, Prepared, new_machine
from contract.service import Service, StartService
from contract.sysmon import injection, ndjson

LAST = "test_bookkeeping.py"
LONGEST = "test_schemathesis.py"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that lets several processes share their bookkeeping."""
    parser.addoption(
        "--ledgers",
        type=Path,
        help="the folder in which each process leaves what it asked, and in which test_bookkeeping.py reads it",
    )


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that must stop cleanly when all tests are done."""
    running = Service(tmp_path_factory.mktemp("service"))
    yield running
    code = running.stop()
    assert code == 0, f"exit code {code}\n{running.errors()}"
    assert running.further_lines() == []


@pytest.fixture(scope="session")
def ledger(pytestconfig: pytest.Config) -> Iterator[Ledger]:
    """The requests of this process so far; written to the folder `--ledgers` at the end."""
    kept = Ledger()
    yield kept
    folder: Path | None = pytestconfig.getoption("--ledgers")
    if folder is not None:
        kept.write(folder / f"{os.getpid()}.json")


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
    """A host on which every operation finds the objects in its path."""
    return Prepared(machine)


def ends_well(service: Service) -> None:
    """Stop a service, or check how it has stopped."""
    code = service.stop()
    assert code == 0, f"exit code {code}\n{service.errors()}"


@pytest.fixture
def start(tmp_path: Path, ledger: Ledger) -> Iterator[StartService]:
    """Starts a service with settings; it must stop cleanly at the end of the test, unless it has stopped already."""
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


@pytest.fixture
def story(tmp_path: Path) -> Path:
    """A file with the recording of an injection."""
    path = tmp_path / "injection.json"
    path.write_bytes(ndjson(injection().events))
    return path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest tests first, so that no worker ends up waiting for them alone, and the bookkeeping last."""
    items.sort(key=lambda item: {LONGEST: 0, LAST: 2}.get(item.path.name, 1))
