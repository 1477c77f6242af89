"""A Debian with systemd and the service, booted with systemd-nspawn."""

import os
import signal
import subprocess
import time
from pathlib import Path

SECONDS = 60
# With its own /run, nspawn leaves nothing behind, and programs that run before the inner systemd starts do not find the
# systemd of this machine. It stays in its control group and does not ask systemd for another one.
START = """
mount -t tmpfs run /run
exec systemd-nspawn --quiet --register=no --keep-unit --private-network --machine=wdfilterd --directory="$1" --boot
"""


class Booted:
    """A running system."""

    def __init__(self, root: Path) -> None:
        """Boot the file system at `root`, and wait until it is up."""
        self.root = root
        self._process = subprocess.Popen(
            ("unshare", "--mount", "sh", "-euc", START, "start", root),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + SECONDS
        while self.run("systemctl", "is-system-running", "--wait").stdout.strip() not in ("running", "degraded"):
            assert self._process.poll() is None, "it does not boot"
            assert time.monotonic() < end, "it has not booted in time"
            time.sleep(0.1)

    @property
    def _init(self) -> str:
        """The pid of its first process, as seen from outside; "0", which does not exist, if there is none yet."""
        return (Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split() or ["0"])[0]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in it as root."""
        return subprocess.run(
            ("nsenter", "--target", self._init, "--all", *command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def shown(self, unit: str, *names: str) -> dict[str, str]:
        """The given properties of a unit."""
        lines = self.run("systemctl", "show", unit, f"--property={','.join(names)}").stdout.splitlines()
        return {name: value for name, _, value in (line.partition("=") for line in lines)}

    def printed(self, unit: str) -> list[str]:
        """The lines that the processes of a unit sent to the journal, in whatever way."""
        return self.run("journalctl", "--output=cat", f"_SYSTEMD_UNIT={unit}").stdout.splitlines()

    def told(self, unit: str) -> list[str]:
        """The messages of systemd about a unit."""
        return self.run("journalctl", "--output=cat", "_PID=1", f"UNIT={unit}").stdout.splitlines()

    def off(self) -> None:
        """Kill it."""
        if self._process.poll() is None:
            os.kill(int(self._init), signal.SIGKILL)
        self._process.wait()
