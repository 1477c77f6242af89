"""Services to measure, and the tables of the results."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from contract.service import Service

from cost.figures import Figures
from cost.filled import Filled

FIGURES = Figures()


@pytest.fixture(scope="session")
def figures() -> Figures:
    """The tables of this run."""
    return FIGURES


class Starting:
    """Starts services. Each must exit with code 0."""

    def __init__(self, directory: Path) -> None:
        """Keep the files of the services in `directory`."""
        self._directory = directory
        self._count = 0
        self.running = ExitStack()

    def __call__(self, settings: str = "") -> Service:
        """Start a service with settings."""
        self._count += 1
        directory = self._directory / str(self._count)
        directory.mkdir()
        config = directory / "wdfilterd.yaml"
        config.write_text(settings)
        service = Service(directory, ["--config", str(config)])
        self.running.callback(self._ends_well, service)
        return service

    @staticmethod
    def _ends_well(service: Service) -> None:
        code = service.stop()
        assert code == 0, service.errors()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starting]:
    """Starts services for one test."""
    starting = Starting(tmp_path)
    with starting.running:
        yield starting


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Filled]]:
    """A service whose hosts are full."""
    starting = Starting(tmp_path_factory.mktemp("full"))
    with starting.running:
        service = starting()
        filled = Filled(service.port)
        starting.running.callback(filled.close)
        yield service, filled


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the tables, and also write them to the file that WDFILTERD_COST_TABLES names."""
    text = FIGURES.text()
    terminalreporter.write_line(text)
    if path := os.environ.get("WDFILTERD_COST_TABLES"):
        Path(path).write_text(text + "\n")
