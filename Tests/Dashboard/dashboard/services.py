"""Services of one test, with settings of their own."""

from contextlib import ExitStack
from pathlib import Path
from typing import Self

from contract.client import Client, Ledger
from contract.machine import Machine
from contract.service import Service


def ends_well(service: Service) -> None:
    """Stop a service; it must end with code 0."""
    code = service.stop()
    assert code == 0, f"exit code {code}\n{service.errors()}"


class Services:
    """Starts services, and stops those that still run in the end."""

    def __init__(self, folder: Path) -> None:
        """Keep their files in `folder`."""
        self._folder = folder
        self._count = 0
        self._running = ExitStack()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop them."""
        self._running.close()

    def __call__(self, settings: str = "", port: int = 0) -> Service:
        """Start a service with settings, on a port or a free one."""
        self._count += 1
        folder = self._folder / f"service-{self._count}"
        folder.mkdir()
        config = folder / "wdfilterd.yaml"
        config.write_text(settings)
        service = Service(folder, ["--config", str(config)], listen=f"127.0.0.1:{port}")
        self._running.callback(self._stop, service)
        return service

    def client(self, service: Service, token: str = "") -> Client:
        """A client of a service, closed in the end."""
        made = Client(service.port, Ledger(), token)
        self._running.callback(made.close)
        return made

    def machine(self, settings: str = "") -> Machine:
        """A host on a service with settings."""
        made = Machine(self.client(self(settings)), "lab")
        made.call("putHost", body={}, expect=201)
        return made

    @staticmethod
    def _stop(service: Service) -> None:
        if service.process.returncode is None:
            ends_well(service)
