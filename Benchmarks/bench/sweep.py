"""How long a sweep of 20 latencies takes, beside one replay at the recorded pace, and how much memory."""

import json
import tempfile
from pathlib import Path

from bench import recording
from bench.processes import Programs, run
from bench.replay_memory import of_command
from bench.results import RATIO_COLUMNS, Goal, Outcome, Table, check, held, spread
from bench.rounds import ROUNDS, alternate, ratios

SIZE = 12_000_000
# Of a recording that is next to nothing, and of one that is long.
FEW, MANY = 50_000, 120_000_000
LATENCIES = {points: ",".join(f"{5 * number}ms" for number in range(1, points + 1)) for points in (1, 5, 20)}
START, ONE, SWEEP = "start", "one replay", "sweep of 20"
# So many replays, one after the other, take longer.
TWELVE = Goal(most=12)
PACED = ("--pace", "recorded", "--engine-latency", "5ms")


def swept(points: int) -> tuple[str, ...]:
    """Options of a sweep."""
    return ("--sweep", f"latency={LATENCIES[points]}")


def measure(programs: Programs) -> Outcome:
    """Measure both, less what a replay of next to nothing takes; then the memory of sweeps."""
    reports: set[str] = set()
    with tempfile.TemporaryDirectory(prefix="wdfilterd-bench-") as name:
        little, path, long = (Path(name) / f"{size}.ndjson" for size in (FEW, SIZE, MANY))
        for file, size in ((little, FEW), (path, SIZE), (long, MANY)):
            recording.write(file, size)

        def replayed(options: tuple[str, ...]) -> float:
            seconds, output = run([programs.wdfilterd, "replay", str(path), "--quiet", "--json", *options])
            report = json.loads(output)
            reports.add(json.dumps([report[name] for name in ("lines", "applied", "messages")]))
            return seconds

        seconds = alternate(
            {
                START: lambda: run([programs.wdfilterd, "replay", str(little), "--quiet", *PACED])[0],
                ONE: lambda: replayed(PACED),
                SWEEP: lambda: replayed(swept(20)),
            }
        )
        check(len(reports) == 1, f"the reports differ: {reports}")
        memory = [
            (
                f"{points}",
                f"{file.stat().st_size / 1e6:.0f}",
                f"{of_command(programs, str(file), *swept(points))[0] / 1024:.1f}",
            )
            for points in LATENCIES
            for file in (path, long)
        ]
    beyond = {
        side: [each - start for each, start in zip(seconds[side], seconds[START], strict=True)] for side in (ONE, SWEEP)
    }
    rows = [(side, spread([1000 * each for each in found])) for side, found in seconds.items()]
    compared = [
        held(
            f"{SWEEP} to {ONE}, each less {START}",
            ratios(beyond[SWEEP], beyond[ONE]),
            TWELVE,
            ".1f",
        )
    ]
    tables = [
        Table(("side", "ms, whole process"), rows),
        Table(RATIO_COLUMNS, compared),
        Table(("points", "MB", "most memory, MiB"), memory),
    ]
    return Outcome(f"{ROUNDS} rounds of {SIZE / 1e6:.0f} MB.", tables)
