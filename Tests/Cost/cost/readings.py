"""The resource usage of a process, read from outside."""

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
    """The CPU time of all threads of `process` so far, including those that have ended."""
    return time.clock_gettime((~process << 3) | CLOCK_OF_A_PROCESS)


def status(process: int) -> dict[str, str]:
    """The fields of /proc/PID/status."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def resident_mib(process: int) -> float:
    """Its resident memory in MiB."""
    return int(status(process)["VmRSS"].split()[0]) / 1024


def descriptors(process: int) -> int:
    """The number of its open descriptors."""
    return len(os.listdir(f"/proc/{process}/fd"))  # noqa: PTH208 - nothing is wanted but the number


def settle(process: int) -> float:
    """Wait until `process` is idle, and return the CPU seconds that it used until then."""
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
    """A client that requests /livez repeatedly, each time on a new connection, while something else runs."""

    def __init__(self, port: int) -> None:
        """Start the requests."""
        self._process = subprocess.Popen(
            (sys.executable, str(PROBE), str(port)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.worst_ms()

    def worst_ms(self) -> float:
        """The longest response time since the previous call, in milliseconds, of at least one request."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the probe has ended: it got no answer"
        worst: float = json.loads(line)["worst"]
        return worst

    def close(self) -> None:
        """Stop the requests."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@contextmanager
def probing(port: int) -> Iterator[Probe]:
    """Run a probe and stop it afterwards."""
    probe = Probe(port)
    try:
        yield probe
    finally:
        probe.close()
