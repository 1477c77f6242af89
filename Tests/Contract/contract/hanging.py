"""Streams without a reader, and processes that are stopped while something hangs."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from contract.service import LINE, binary

SECONDS = 30
ACCOUNT = " info serve: stopped directFailed="


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment without settings."""
    return {key: value for key, value in os.environ.items() if not key.startswith("WDFILTERD_")} | dict(extra or {})


def run(*arguments: str | Path, under: Sequence[str] = (), within: float = SECONDS) -> subprocess.CompletedProcess[str]:
    """Run a subcommand to its end, without settings from the environment, or `under` a command in its own session."""
    return subprocess.run(
        [*under, binary(), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=within,
        env=environment(),
        check=False,
        start_new_session=bool(under),
    )


class Process:
    """A wdfilterd whose streams the test controls."""

    def __init__(self, *arguments: str | Path, stdout: int, stderr: int) -> None:
        """Start it."""
        self.process = subprocess.Popen(
            [binary(), *arguments], stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, env=environment()
        )

    def __enter__(self) -> "Process":
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Kill it if it is still running."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def port(self) -> int:
        """The port that it reports."""
        assert self.process.stdout is not None
        match = LINE.fullmatch(self.process.stdout.readline().decode())
        assert match is not None
        return int(match[2])

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def wait(self, within: float = SECONDS) -> int:
        """Wait for its end; return the exit code."""
        return self.process.wait(timeout=within)


def await_port(path: Path) -> int:
    """Wait for a port file; return the port."""
    deadline = time.monotonic() + SECONDS
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} does not come"
        time.sleep(0.01)
    return int(path.read_text())
