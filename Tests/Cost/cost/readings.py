"""What a process uses, read from outside."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROBE = Path(__file__).with_name("probe.py")
CLOCK_OF_A_PROCESS = 2
SETTLE_SECONDS = 30


def cpu_seconds(process: int) -> float:
    """The time that all threads of `process` have run so far, those that have ended among them."""
    return time.clock_gettime((~process << 3) | CLOCK_OF_A_PROCESS)


def status(process: int) -> dict[str, str]:
    """The lines of /proc/PID/status."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def resident_mib(process: int) -> float:
    """Its memory in RAM, in MiB."""
    return int(status(process)["VmRSS"].split()[0]) / 1024


def descriptors(process: int) -> int:
    """How many descriptors it has open."""
    return len(os.listdir(f"/proc/{process}/fd"))  # noqa: PTH208 - nothing is wanted but the number


def settle(process: int) -> float:
    """Wait until `process` has nothing to do; the CPU seconds that it took until then."""
    begun = before = cpu_seconds(process)
    end = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < end:
        time.sleep(0.2)
        after = cpu_seconds(process)
        if after - before < 0.002:
            return before - begun
        before = after
    raise AssertionError(f"still busy after {SETTLE_SECONDS} s")


class Probe:
    """Clients that ask for /livez, each on a new connection, while something else goes on."""

    def __init__(self, port: int) -> None:
        """Start asking."""
        self._process = subprocess.Popen(
            (sys.executable, str(PROBE), str(port)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.worst_ms()

    def worst_ms(self) -> float:
        """The longest wait since this was last asked, in milliseconds; of one probe at least."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the probe has ended: it got no answer"
        worst: float = json.loads(line)["worst"]
        return worst

    def close(self) -> None:
        """Stop asking."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@contextmanager
def probing(port: int) -> Iterator[Probe]:
    """A probe, ended afterwards."""
    probe = Probe(port)
    try:
        yield probe
    finally:
        probe.close()
