"""Programs that are measured or measured with: started, found by their port, stopped."""

import contextlib
import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.results import UnsoundError, check

STOP_SECONDS = 15
SERVERS = Path(__file__).parent.parent
# As the service itself chooses, and as floor.c is asked to have.
THREADS = min(max(os.cpu_count() or 1, 2), 4)

LISTENS = re.compile(r"listening on http://127\.0\.0\.1:(\d+)\n")


class Programs(NamedTuple):
    """Where the programs are."""

    wdfilterd: str
    # Of what is built from this folder.
    built: Path
    # A Python that has requirements.txt.
    python: str
    # An earlier release build of wdfilterd, if it is to be compared.
    before: str | None = None

    def reference(self, name: str) -> str:
        """A program that is built from a source here."""
        return str(self.built / name)


class Server(NamedTuple):
    """A program that listens."""

    port: int
    pid: int


class CPUTime(NamedTuple):
    """Seconds on processors."""

    user: float
    system: float

    def since(self, before: "CPUTime") -> "CPUTime":
        """What has been added."""
        return CPUTime(self.user - before.user, self.system - before.system)

    def per(self, count: int) -> tuple[float, float]:
        """Microseconds of each of so many."""
        return self.user / count * 1e6, self.system / count * 1e6


@contextlib.contextmanager
def listening(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A program that says in its first line where it listens; it is stopped in the end."""
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment, text=True
    ) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            match = LISTENS.search(line)
            if match is None:
                raise UnsoundError(f"{command[0]} said {line!r}")
            yield Server(int(match[1]), process.pid)
        finally:
            process.terminate()
            process.wait(timeout=STOP_SECONDS)


def serve(programs: Programs, **settings: object) -> contextlib.AbstractContextManager[Server]:
    """The service. A setting is named as its environment variable: `limits_threads_per_host=1`."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WDFILTERD_")}
    environment |= {f"WDFILTERD_{name.upper()}": str(value) for name, value in settings.items()}
    command = [programs.wdfilterd, "serve", "--listen", "127.0.0.1:0", "--log-level", "error"]
    return listening(command, environment)


def cpu_time(pid: int) -> CPUTime:
    """What a process has used so far, with the threads that have ended."""
    # The sum is exact, from the clock that clock_getcpuclockid names; how it is divided is known in ticks.
    total = time.clock_gettime((~pid << 3) | 2)
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system = int(fields[11]), int(fields[12])
    share = user / (user + system) if user + system else 0.5
    return CPUTime(total * share, total * (1 - share))


def with_children(pid: int) -> list[int]:
    """A process and its children."""
    return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


def resident(pid: int, name: str = "VmRSS") -> int:
    """A number of KiB in the status of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise UnsoundError(f"process {pid} has no {name}")


def run(command: Sequence[str]) -> tuple[float, str]:
    """Run a program that has to succeed: its seconds and its output."""
    begun = time.perf_counter()
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - begun
    check(result.returncode == 0, f"{' '.join(command)}: exit code {result.returncode}\n{result.stderr}")
    return seconds, result.stdout
