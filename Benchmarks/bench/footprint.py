"""The time to the first answer, the memory of an idle service and of its processes, and the size of the program."""

import contextlib
import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from bench.client import Client
from bench.processes import THREADS, Programs, Server, listening, resident, serve
from bench.queues import host_path
from bench.results import RATIO_COLUMNS, Goal, Outcome, Table, check, held, spread
from bench.rounds import ROUNDS, alternate

HOST = host_path("bench")
FLOOR, OURS = "floor.c", "wdfilterd"
IDLE_SECONDS = 0.5
# The journal is full after the first of these processes, so that only the table grows with the others.
EARLIER, PROCESSES = 20_000, 1_000_000
PER_UPLOAD = 100_000
SETTINGS = {"limits_processes_per_host": 2_000_000, "limits_text_bytes_per_host": 1 << 30}
START_COLUMNS = ("start to first answer, ms", "resident when idle, MiB", "of which anonymous, MiB")
START, IDLE, CONTEXT, SIZE = Goal(most=12), Goal(most=16), Goal(most=250), Goal(most=25)


class Start(NamedTuple):
    """One start: milliseconds to the first answer, and MiB when idle, of which anonymous (START_COLUMNS)."""

    milliseconds: float
    resident: float
    anonymous: float


def started(start: Callable[[], AbstractContextManager[Server]], path: str = "/livez") -> Start:
    """Start a program, wait for an answer and look at its memory."""
    begun = time.perf_counter()
    with start() as server:
        status = Client(server.port).answer("GET", path).status
        milliseconds = (time.perf_counter() - begun) * 1000
        check(status == 200, f"{path}: {status}")
        time.sleep(IDLE_SECONDS)
        return Start(milliseconds, resident(server.pid) / 1024, resident(server.pid, "RssAnon") / 1024)


@contextlib.contextmanager
def stripped(program: str) -> Iterator[str]:
    """A copy of a program without its symbols, as it is deployed."""
    with tempfile.TemporaryDirectory(prefix="wdfilterd-bench-") as folder:
        path = str(Path(folder) / Path(program).name)
        subprocess.run(["strip", "-o", path, program], check=True)
        yield path


def megabytes(program: str) -> float:
    """The size of a program."""
    return Path(program).stat().st_size / 1e6


def short_texts(number: int) -> tuple[str, str]:
    """A name and a command line of at most 15 bytes, which take no memory beside the context."""
    return f"p{number:07}.exe", f"p{number:07}.exe -a"


def usual_texts(number: int) -> tuple[str, str]:
    """A name and a command line as processes have them."""
    name = f"C:\\Program Files\\Application {number:07}\\tool.exe"
    return name, f'"{name}" --number {number:07}'


def creation(number: int, name: str, command: str) -> bytes:
    """An event that creates a process."""
    line = {"type": "processCreate", "processId": 1000 + 4 * number, "imageFileName": name, "commandLine": command}
    return json.dumps(line).encode() + b"\n"


def bytes_of_process(programs: Programs, texts_of: Callable[[int], tuple[str, str]]) -> tuple[float, float]:
    """How much the memory grows with each process, and the bytes of its texts."""
    with serve(programs, **SETTINGS) as server:
        client = Client(server.port)
        client.ask("PUT", HOST, {})
        client.upload(HOST, b"".join(creation(number, *texts_of(number)) for number in range(EARLIER)))
        before = resident(server.pid, "RssAnon")
        texts = 0
        for begin in range(EARLIER, EARLIER + PROCESSES, PER_UPLOAD):
            processes = [(number, *texts_of(number)) for number in range(begin, begin + PER_UPLOAD)]
            client.upload(HOST, b"".join(creation(*process) for process in processes))
            texts += sum(len(name) + len(command) for _, name, command in processes)
        found = client.ask("GET", f"{HOST}/counters")["processTable"]["processes"]
        check(found == EARLIER + PROCESSES + 1, f"{found} processes")
        return (resident(server.pid, "RssAnon") - before) * 1024 / PROCESSES, texts / PROCESSES


def row(side: str, starts: Sequence[Start]) -> Sequence[str]:
    """The row of a side."""
    columns = ([getattr(start, name) for start in starts] for name in Start._fields)
    return side, *(spread(values, ".1f") for values in columns)


def measure(programs: Programs) -> Outcome:
    """Measure the program as it is deployed: stripped."""
    with stripped(programs.wdfilterd) as program:
        deployed = programs._replace(wdfilterd=program)
        floor = [programs.reference("floor"), "0", str(THREADS), "500,100"]
        starts = alternate(
            {
                FLOOR: lambda: started(lambda: listening(floor)),
                OURS: lambda: started(lambda: serve(deployed)),
            }
        )
        size = megabytes(program)
        context, _ = bytes_of_process(deployed, short_texts)
        process, texts = bytes_of_process(deployed, usual_texts)
    ours = starts[OURS]
    goals = [
        held("start to first answer, ms", [start.milliseconds for start in ours], START, ".1f"),
        held("resident when idle, MiB", [start.resident for start in ours], IDLE, ".1f"),
        held("bytes a process beside its texts", [context], CONTEXT, ".0f"),
        held(f"bytes a process with {texts:.0f} bytes of texts", [process], None, ".0f"),
        held("stripped program, MB", [size], SIZE, ".1f"),
    ]
    figures = Table(("side", *START_COLUMNS), [row(side, found) for side, found in starts.items()])
    held_columns = ("figure", *RATIO_COLUMNS[1:])
    note = f"{ROUNDS} starts; {PROCESSES:,} processes."
    return Outcome(note, [figures, Table(held_columns, goals)])
