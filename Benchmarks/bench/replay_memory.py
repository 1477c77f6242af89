"""The most memory that a replay takes, beyond that of the same process when it does next to nothing.

The recording is made while it is sent, so that twenty times as long a one needs no room. A replay that kept what it
reads would need as much as it is long.
"""

import contextlib
import http.client
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from bench import recording
from bench.client import NDJSON
from bench.processes import Programs, resident, serve
from bench.replay import PATH
from bench.results import Outcome, Table, check

SIZES = (120_000_000, 2_400_000_000)
MOST_MIB = 64
# Of a recording that is next to nothing.
FEW = 50_000
COLUMNS = (
    "side",
    "MB",
    "lines",
    "idle, KiB",
    "at most, KiB",
    "above idle, MiB",
    f"goal: less than {MOST_MIB}",
)


def reported(output: bytes) -> int:
    """The lines of a report."""
    report = json.loads(output)
    check(report.get("rejectedCount") == 0, output.decode(errors="replace")[:2000])
    lines: int = report["lines"]
    return lines


@contextlib.contextmanager
def made(size: int) -> Iterator[IO[bytes]]:
    """A pipe out of which a recording of `size` comes, as another process makes it."""
    command = [sys.executable, recording.__file__, "--bytes", str(size)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as maker:
        assert maker.stdout is not None
        yield maker.stdout
    check(maker.returncode == 0, f"{command}: exit code {maker.returncode}")


def of_command(programs: Programs, name: str, *options: str, source: IO[bytes] | None = None) -> tuple[int, int]:
    """The most that the command was resident with, in KiB, and how many lines it read."""
    with tempfile.NamedTemporaryFile() as peak:
        command = [
            programs.reference("peak"),
            peak.name,
            programs.wdfilterd,
            "replay",
            name,
            "--quiet",
            "--json",
            *options,
        ]
        result = subprocess.run(
            command,
            stdin=source or subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            check=False,
        )
        check(result.returncode == 0, f"{command}: exit code {result.returncode}")
        return int(Path(peak.name).read_text()), reported(result.stdout)


def of_pipe(programs: Programs, size: int) -> tuple[int, int]:
    """The same, of a recording of `size` that comes through a pipe."""
    with made(size) as source:
        return of_command(programs, "-", source=source)


def post(port: int, source: IO[bytes]) -> int:
    """Post a recording in chunks; how many lines it had."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    chunks = iter(lambda: source.read(1 << 16), b"")
    connection.request("POST", PATH, chunks, {"Content-Type": NDJSON}, encode_chunked=True)
    response = connection.getresponse()
    answer = response.read()
    connection.close()
    check(
        response.status == 200,
        f"{response.status}: {answer.decode(errors='replace')[:2000]}",
    )
    return reported(answer)


def of_service(programs: Programs, size: int) -> tuple[int, int, int]:
    """What a new service is resident with, and was at most when it had a recording of `size`, in KiB; its lines."""
    with serve(programs) as server, made(size) as source:
        idle = resident(server.pid)
        lines = post(server.port, source)
        return idle, resident(server.pid, "VmHWM"), lines


def row(name: str, size: int, lines: int, idle: int, most: int) -> Sequence[str]:
    """A row."""
    above = (most - idle) / 1024
    met = "met" if above < MOST_MIB else "**missed**"
    return (
        name,
        f"{size / 1e6:,.0f}",
        f"{lines:,}",
        f"{idle:,}",
        f"{most:,}",
        f"{above:,.1f}",
        met,
    )


def measure(programs: Programs) -> Outcome:
    """Measure a file, pipes and uploads."""
    rows = []
    idle, _ = of_pipe(programs, FEW)
    with tempfile.TemporaryDirectory(prefix="wdfilterd-bench-") as folder:
        path = Path(folder) / "recording.ndjson"
        with path.open("wb") as file, made(SIZES[0]) as source:
            shutil.copyfileobj(source, file)
        most, lines = of_command(programs, str(path))
    rows.append(row("`replay FILE`", SIZES[0], lines, idle, most))
    for size in SIZES:
        most, lines = of_pipe(programs, size)
        rows.append(row("`replay -`", size, lines, idle, most))
    for size in SIZES:
        before, most, lines = of_service(programs, size)
        rows.append(row("`serve`, `POST /v1/replays`", size, lines, before, most))
    return Outcome("One run of each.", [Table(COLUMNS, rows)])
