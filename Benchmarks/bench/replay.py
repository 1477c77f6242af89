"""How fast a recording is replayed, beside other programs that could read it.

All sides read the same recording (recording.py). If two of them count the same thing, the counts must agree.
"""

import json
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bench import recording
from bench.client import NDJSON
from bench.processes import SERVERS, Programs, run, serve
from bench.results import RATIO_COLUMNS, Goal, Outcome, Table, check, held, spread
from bench.rounds import ROUNDS, alternate, ratios

SIZE = 120_000_000
PATH = "/v1/replays?format=sysmon"
SIMDJSON, JQ, SCRIPT, REPLAY, HTTP, SERVER = "simdjson", "jq", "script", "replay", "http", "server"
BEFORE = "replay before"
# Which ratios, by which of the two times, and the goals.
RATIOS = [
    (REPLAY, SIMDJSON, "own", Goal(least=0.3)),
    (REPLAY, SIMDJSON, "wall", None),
    (REPLAY, JQ, "wall", Goal(least=30)),
    (REPLAY, SCRIPT, "wall", Goal(least=5)),
    (HTTP, REPLAY, "wall", Goal(least=0.5)),
    (SERVER, REPLAY, "wall", None),
    (REPLAY, BEFORE, "wall", Goal(least=0.95)),
]
TIMES = {"wall": "whole processes", "own": "reading alone"}
# Members of a report that are the same in every way of replaying.
ALIKE = ("lines", "applied", "appliedByType", "skipped", "skippedByType", "messages", "machines", "coverage")
APPLIED = ("processCreate", "processExit", "threadCreate", "imageLoad", "driverLoad")
SKIPPED = ("other-channel", "unmapped-event", "process-open", "registry", "pid-unresolved", "after-exit")


class Turn(NamedTuple):
    """The seconds of one turn: of the whole process, and what it says itself of reading alone."""

    wall: float
    own: float


class Recorded:
    """The recording, and what the sides counted in it."""

    def __init__(self, path: Path) -> None:
        """Nothing has been counted."""
        self.path = path
        self.megabytes = path.stat().st_size / 1e6
        self.counts: dict[str, dict[str, Any]] = {}

    def counted(self, side: str, **counts: object) -> None:
        """Compare what `side` counted with what the others did."""
        for other, before in self.counts.items():
            for name in counts.keys() & before.keys():
                check(counts[name] == before[name], f"{name}: {other} has {before[name]}, {side} has {counts[name]}")
        self.counts.setdefault(side, counts)


def simdjson(recorded: Recorded, programs: Programs) -> Turn:
    """Take fields out, in the way that is faster this time: a second thread helps only while a core is free."""
    turns = []
    for way in ("threads", "stream"):
        wall, output = run([programs.reference("ondemand"), str(recorded.path), way])
        words = output.split()
        found = dict(zip(words[::2], words[1::2], strict=True))
        recorded.counted(SIMDJSON, lines=int(found["lines"]))
        turns.append(Turn(wall, float(found["seconds"])))
    return min(turns, key=lambda turn: turn.own)


def jq(recorded: Recorded) -> Turn:
    """Format each line again."""
    begun = time.perf_counter()
    subprocess.run(["jq", "-c", ".", str(recorded.path)], stdout=subprocess.DEVNULL, check=True)
    wall = time.perf_counter() - begun
    return Turn(wall, wall)


def script(recorded: Recorded, programs: Programs) -> Turn:
    """Map it by a script."""
    wall, output = run([programs.python, str(SERVERS / "mapping.py"), str(recorded.path)])
    found = json.loads(output)
    recorded.counted(
        SCRIPT,
        lines=found["lines"],
        machines=found["machines"],
        applied=sum(found.get(name, 0) for name in APPLIED),
        skipped={reason: found[reason] for reason in SKIPPED if found.get(reason)},
    )
    return Turn(wall, found["seconds"])


def reported(recorded: Recorded, side: str, wall: float, output: str) -> Turn:
    """What a report says."""
    report = json.loads(output)
    check(report.get("rejectedCount") == 0, f"{side}: {output[:2000]}")
    # An earlier build may have other words for what the coverage lacks.
    recorded.counted(side, **{name: report[name] for name in ALIKE if side != BEFORE or name != "coverage"})
    return Turn(wall, report["durationMilliseconds"] / 1000)


def replay(recorded: Recorded, side: str, wdfilterd: str) -> Turn:
    """Replay it in the process that reads it."""
    return reported(recorded, side, *run([wdfilterd, "replay", str(recorded.path), "--quiet", "--json"]))


def http(recorded: Recorded, programs: Programs) -> Turn:
    """Post it to a service; curl reads the file while it sends it."""
    with serve(programs) as server:
        url = f"http://127.0.0.1:{server.port}{PATH}"
        kind = f"Content-Type: {NDJSON}"
        command = ["curl", "-sS", "--fail-with-body", "-X", "POST", "-T", str(recorded.path), "-H", kind, url]
        return reported(recorded, HTTP, *run(command))


def through_server(recorded: Recorded, programs: Programs) -> Turn:
    """Post it to a service by the command."""
    with serve(programs) as server:
        url = f"http://127.0.0.1:{server.port}"
        command = [programs.wdfilterd, "replay", str(recorded.path), "--server", url, "--quiet", "--json"]
        return reported(recorded, SERVER, *run(command))


def rates(turns: Sequence[Turn], megabytes: float, by: str) -> list[float]:
    """Megabytes a second of each turn."""
    return [megabytes / getattr(turn, by) for turn in turns]


def tables(turns: dict[str, list[Turn]], megabytes: float) -> list[Table]:
    """How fast each side is, and the ratios."""
    rows = []
    for side, found in turns.items():
        wall, own = (spread(rates(found, megabytes, by)) for by in TIMES)
        rows.append((side, wall, "" if side == JQ else own))
    compared = []
    for side, other, by, goal in RATIOS:
        if other not in turns:
            continue
        found = ratios(rates(turns[side], megabytes, by), rates(turns[other], megabytes, by))
        compared.append(held(f"{side} to {other}, {TIMES[by]}", found, goal))
    columns = ("side", "MB/s, whole process", "MB/s, reading alone")
    return [Table(columns, rows), Table(RATIO_COLUMNS, compared)]


def measure(programs: Programs) -> Outcome:
    """Measure all sides."""
    with tempfile.TemporaryDirectory(prefix="wdfilterd-bench-") as folder:
        path = Path(folder) / "recording.ndjson"
        recording.write(path, SIZE)
        recorded = Recorded(path)
        sides = {
            SIMDJSON: lambda: simdjson(recorded, programs),
            JQ: lambda: jq(recorded),
            SCRIPT: lambda: script(recorded, programs),
            REPLAY: lambda: replay(recorded, REPLAY, programs.wdfilterd),
            HTTP: lambda: http(recorded, programs),
            SERVER: lambda: through_server(recorded, programs),
        }
        if (before := programs.before) is not None:
            sides[BEFORE] = lambda: replay(recorded, BEFORE, before)
        turns = alternate(sides)
    counts = recorded.counts[REPLAY]
    lines = f"{counts['lines']:,} lines, {counts['applied']:,} of them applied"
    return Outcome(f"{ROUNDS} rounds of {recorded.megabytes:.0f} MB, {lines}.", tables(turns, recorded.megabytes))
