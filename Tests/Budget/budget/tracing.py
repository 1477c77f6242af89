"""Programs under callgrind."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from budget.callgrind import Profile, read

SECONDS = 120
SETTINGS = "server: {threads: 1}\nlog: {level: warning}\n"


class Tracing:
    """Runs a program under callgrind, which lets one thread run at a time."""

    def __init__(self, program: Path, directory: Path) -> None:
        """Trace `program`. Its files are kept in `directory`.

        Valgrind ends at debug information that it does not know, so a copy without it runs; functions keep their names.
        """
        self.directory = directory
        self._program = directory / program.name
        subprocess.run(("strip", "--strip-debug", "-o", self._program, program), check=True)
        self._profile = directory / "callgrind.out"

    def _command(self, *arguments: str) -> list[str]:
        tool = ("valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={self._profile}")
        return [*tool, str(self._program), *arguments]

    def run(self, *arguments: str) -> tuple[Profile, str]:
        """Run it to its end, which must be exit code 0; its profile and output."""
        process = subprocess.run(
            self._command(*arguments), check=True, stdout=subprocess.PIPE, text=True, timeout=SECONDS
        )
        return read(self._profile), process.stdout

    def profile(self) -> Profile:
        """The profile of the service that has run before."""
        return read(self._profile)

    @contextmanager
    def serving(self) -> Iterator[int]:
        """Run the service with one thread for requests; its port. It must stop with exit code 0."""
        settings, port = self.directory / "wdfilterd.yaml", self.directory / "port"
        settings.write_text(SETTINGS)
        arguments = ("serve", "--listen", "127.0.0.1:0", "--port-file", str(port), "--config", str(settings))
        service = subprocess.Popen(self._command(*arguments), stdout=subprocess.PIPE, text=True)
        try:
            assert service.stdout is not None
            line = service.stdout.readline()
            if not line.startswith("wdfilterd listening on "):
                raise RuntimeError(f"the service does not listen: {line!r}")
            yield int(port.read_text())
            service.send_signal(signal.SIGTERM)
            if code := service.wait(SECONDS):
                raise RuntimeError(f"the service ended with exit code {code}")
        finally:
            service.kill()
            service.communicate()
