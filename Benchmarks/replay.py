#!/usr/bin/env python3
"""Measures a replay of a recording beside what else could read it, and prints tables.

The sides read the same recording (recording.py) in turn, so that whatever else the machine does falls on all of them;
a ratio is that of one turn. What they count has to be the same.
"""

import argparse
import contextlib
import json
import os
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import recording
from run import START_SECONDS

MAPPING = Path(__file__).with_name("mapping.py")
LINE = re.compile(r"wdfilterd listening on http://127\.0\.0\.1:(\d+)\n")
PATH = "/v1/replays?format=sysmon"
NDJSON = "Content-Type: application/x-ndjson"
SIDES = {
    "simdjson": "ondemand.cpp: simdjson takes eight fields out of each line",
    "jq": "`jq -c .`",
    "script": "mapping.py: orjson, the mapping, no driver",
    "replay": "`wdfilterd replay FILE`",
    "http": "`wdfilterd serve`, and curl posts the file",
    "server": "`wdfilterd serve`, and `wdfilterd replay FILE --server URL`",
}
# What is held against what, by which of the two times, and the least that it should be.
GOALS = [
    ("replay", "simdjson", "own", 0.3),
    ("replay", "simdjson", "wall", None),
    ("replay", "jq", "wall", 30.0),
    ("replay", "script", "wall", 5.0),
    ("http", "replay", "wall", 0.5),
    ("server", "replay", "wall", None),
]
# Members of a report that every way of replaying gives alike.
ALIKE = ("lines", "applied", "appliedByType", "skipped", "skippedByType", "messages", "machines", "coverage")


class Turn(NamedTuple):
    """What one turn of a side took: the whole process, and what it says itself of reading alone."""

    wall: float
    own: float


class Recorded(NamedTuple):
    """The recording, and what was said of it."""

    path: Path
    megabytes: float
    reports: dict[str, dict[str, object]]

    def told(self, side: str, **counts: object) -> None:
        """Hold what `side` counted against what the others did."""
        for other, before in self.reports.items():
            for name in counts.keys() & before.keys():
                if counts[name] != before[name]:
                    raise SystemExit(f"{name}: {other} has {before[name]}, {side} has {counts[name]}")
        self.reports.setdefault(side, counts)


@contextlib.contextmanager
def serving(binary: str) -> Iterator[tuple[int, int]]:
    """A fresh service on a free port: the port, and its process id."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("WDFILTERD_")}
    command = [binary, "serve", "--listen", "127.0.0.1:0", "--log-level", "error"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment, text=True)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        match = LINE.fullmatch(line)
        if match is None:
            raise SystemExit(f"the service said {line!r}")
        yield int(match[1]), process.pid
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)
        process.stdout.close()


def run(command: list[str]) -> tuple[float, str]:
    """Run a process that has to succeed: its seconds and its output."""
    begun = time.perf_counter()
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - begun
    if result.returncode != 0:
        raise SystemExit(f"{command}: exit code {result.returncode}\n{result.stderr}")
    return wall, result.stdout


def simdjson(recorded: Recorded, binary: str) -> Turn:
    """Take fields out, in the way that is faster this time: a second thread helps only while a core is free."""
    turns = []
    for way in ("threads", "stream"):
        wall, output = run([binary, str(recorded.path), way])
        words = output.split()
        told = dict(zip(words[::2], words[1::2], strict=True))
        recorded.told("simdjson", lines=int(told["lines"]))
        turns.append(Turn(wall, float(told["seconds"])))
    return min(turns, key=lambda turn: turn.own)


def jq(recorded: Recorded) -> Turn:
    """Write it anew."""
    begun = time.perf_counter()
    subprocess.run(["jq", "-c", ".", str(recorded.path)], stdout=subprocess.DEVNULL, check=True)
    wall = time.perf_counter() - begun
    return Turn(wall, wall)


def script(recorded: Recorded, python: str) -> Turn:
    """Map it by a script."""
    wall, output = run([python, str(MAPPING), str(recorded.path)])
    told = json.loads(output)
    own = told.pop("seconds")
    names = ("processCreate", "processExit", "threadCreate", "imageLoad", "driverLoad")
    reasons = ("other-channel", "unmapped-event", "process-open", "registry", "pid-unresolved", "after-exit")
    recorded.told(
        "script",
        lines=told["lines"],
        machines=told["machines"],
        applied=sum(told.get(name, 0) for name in names),
        skipped={reason: told[reason] for reason in reasons if told.get(reason)},
    )
    return Turn(wall, own)


def reported(recorded: Recorded, side: str, wall: float, output: str) -> Turn:
    """What a report tells."""
    report = json.loads(output)
    if report.get("rejectedCount") != 0:
        raise SystemExit(f"{side}: {output[:2000]}")
    recorded.told(side, **{name: report[name] for name in ALIKE})
    return Turn(wall, report["durationMilliseconds"] / 1000)


def replay(recorded: Recorded, binary: str) -> Turn:
    """Replay it in the process that reads it."""
    return reported(recorded, "replay", *run([binary, "replay", str(recorded.path), "--quiet", "--json"]))


def http(recorded: Recorded, binary: str) -> Turn:
    """Post it to a service; curl reads the file while it sends it."""
    with serving(binary) as (port, _):
        url = f"http://127.0.0.1:{port}{PATH}"
        command = ["curl", "-sS", "--fail-with-body", "-X", "POST", "-T", str(recorded.path), "-H", NDJSON, url]
        return reported(recorded, "http", *run(command))


def server(recorded: Recorded, binary: str) -> Turn:
    """Post it to a service by the command."""
    with serving(binary) as (port, _):
        url = f"http://127.0.0.1:{port}"
        command = [binary, "replay", str(recorded.path), "--server", url, "--quiet", "--json"]
        return reported(recorded, "server", *run(command))


def spread(values: list[float], form: str) -> str:
    """Median, and the least and the most."""
    return f"{statistics.median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


def rates(turns: list[Turn], megabytes: float, by: str) -> list[float]:
    """Megabytes a second of each turn."""
    return [megabytes / getattr(turn, by) for turn in turns]


def print_tables(turns: dict[str, list[Turn]], megabytes: float) -> None:
    """Print how fast each side is, and the ratios."""
    print("| side | MB/s, whole process | MB/s, reading alone |\n|---|---|---|")
    for side, name in SIDES.items():
        columns = [spread(rates(turns[side], megabytes, by), ",.0f") for by in ("wall", "own")]
        print(f"| {name} | {columns[0]} | {'' if side == 'jq' else columns[1]} |")
    print("\n| ratio | by | median (minimum to maximum) | goal | |\n|---|---|---|---|---|")
    for side, other, by, goal in GOALS:
        pairs = zip(rates(turns[side], megabytes, by), rates(turns[other], megabytes, by), strict=True)
        ratios = [rate / base for rate, base in pairs]
        met = "" if goal is None else "met" if statistics.median(ratios) >= goal else "**missed**"
        times = "whole processes" if by == "wall" else "reading alone"
        print(f"| {side} to {other} | {times} | {spread(ratios, '.2f')} | {goal or ''} | {met} |")


def main() -> None:
    """Measure all sides."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--service", required=True, help="the release build of wdfilterd")
    parser.add_argument("--ondemand", required=True, help="ondemand.cpp, compiled with -O3")
    parser.add_argument("--python", required=True, help="a Python that has requirements.txt")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--bytes", type=recording.size_of, default="120M", help="of the recording, as 120M")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    ways = {
        "simdjson": lambda recorded: simdjson(recorded, arguments.ondemand),
        "jq": jq,
        "script": lambda recorded: script(recorded, arguments.python),
        "replay": lambda recorded: replay(recorded, arguments.service),
        "http": lambda recorded: http(recorded, arguments.service),
        "server": lambda recorded: server(recorded, arguments.service),
    }
    turns: dict[str, list[Turn]] = {side: [] for side in SIDES}
    with tempfile.TemporaryDirectory(prefix="wdfilterd-bench-") as folder:
        path = Path(folder) / "recording.ndjson"
        recording.write(path, arguments.bytes, arguments.seed)
        recorded = Recorded(path, path.stat().st_size / 1e6, {})
        for _ in range(arguments.rounds):
            for side, way in ways.items():
                turns[side].append(way(recorded))
    length = f"{recorded.megabytes:.0f} MB, {recorded.reports['simdjson']['lines']:,} lines"
    print(f"\n{arguments.rounds} rounds of {length}, {os.cpu_count()} cores; median (minimum to maximum).\n")
    print_tables(turns, recorded.megabytes)


if __name__ == "__main__":
    main()
