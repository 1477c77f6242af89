"""The driver without its service: events that notify nobody, and events that enqueue, beside core.cpp."""

import itertools
import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bench.processes import Programs
from bench.results import RATIO_COLUMNS, Goal, Outcome, Table, held, spread
from bench.rounds import ROUNDS, alternate, ratios

YARDSTICK, OURS = "core.cpp", "wdfilterd"
MILLISECONDS = 300
SIZES, THREADS = (10_000, 1_000_000), (1, 2)
EVENTS = {"quiet": "an event that notifies nobody", "enqueue": "an event that enqueues"}
RATE, CONTEXT = Goal(least=0.7), Goal(most=250)


class Side:
    """A program that measures what it is told to."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        """Talk to `process`."""
        self._process = process

    def ask(self, *words: object) -> Any:  # noqa: ANN401
        """Its answer to a line."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(*words, file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())

    def nanoseconds(self, event: str, processes: int, threads: int) -> float:
        """How long an event takes, all threads together."""
        answer = self.ask(event, processes, threads, MILLISECONDS)
        return answer["seconds"] / answer["events"] * 1e9


@contextmanager
def running(program: str) -> Iterator[Side]:
    """Run a program; it ends with its input."""
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Side(process)


def compare(sides: Mapping[str, Side], event: str, processes: int, threads: int) -> dict[str, list[float]]:
    """The nanoseconds of an event on each side."""
    runs = {name: partial(side.nanoseconds, event, processes, threads) for name, side in sides.items()}
    for run in runs.values():
        run()  # makes the processes and fills the queue
    return alternate(runs)


def measure(programs: Programs) -> Outcome:
    """Measure both sides."""
    figures, compared = [], []
    core = str(Path(programs.wdfilterd).with_name("BenchCore"))
    with running(programs.reference("core")) as yardstick, running(core) as ours:
        sides = {YARDSTICK: yardstick, OURS: ours}
        for event, processes, threads in itertools.product(EVENTS, SIZES, THREADS):
            found = compare(sides, event, processes, threads)
            name = f"{EVENTS[event]}, {processes:,} processes, {threads} thread{'s' if threads > 1 else ''}"
            figures.append((name, *(spread(values, ".1f") for values in found.values())))
            compared.append(held(name, ratios(found[YARDSTICK], found[OURS]), RATE))
    with running(core) as ours:
        context = [ours.ask("memory", SIZES[-1])["bytes"]]
    compared.append(held("bytes a process beside its texts", context, CONTEXT, ".0f"))
    note = f"{ROUNDS} rounds of {MILLISECONDS} ms. The queue of 4,096 is full: each message drops the oldest."
    columns = ("event", f"{YARDSTICK}, ns", f"{OURS}, ns")
    return Outcome(note, [Table(columns, figures), Table(RATIO_COLUMNS, compared)])
