"""`python3 -m bench [NAME...]`: measures, prints each table when it is there, and writes the file of results."""

import argparse
import datetime
import sys
import time
from pathlib import Path

from bench import machine, report
from bench.processes import SERVERS, Programs
from bench.registry import APART, BENCHMARKS, title
from bench.results import Outcome, UnsoundError


def measure(name: str, programs: Programs, results: Path, environment: str) -> bool:
    """Measure one; whether there is a result."""
    now = datetime.datetime.now(datetime.UTC)
    when = f"{now:%Y-%m-%d %H:%M} UTC, commit {machine.commit()}, load {machine.busy()}"
    begun = time.monotonic()
    try:
        outcome: Outcome = BENCHMARKS[name].measure(programs)
    except (UnsoundError, OSError) as error:
        print(f"{name}: NO RESULT: {error}\n", file=sys.stderr, flush=True)
        return False
    body = report.section(title(name), when, outcome)
    print(f"## {name}, {time.monotonic() - begun:.0f} s\n\n{body}", flush=True)
    report.update(results, environment, list(BENCHMARKS), name, body)
    return True


def main() -> None:
    """Measure the benchmarks that are named, or all of them."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(BENCHMARKS)}")
    parser.add_argument("--wdfilterd", required=True, help="the release build")
    parser.add_argument("--built", required=True, type=Path, help="the folder of the references")
    parser.add_argument("--python", default=sys.executable, help="a Python that has requirements.txt")
    parser.add_argument("--before", help="an earlier release build, which `replay` compares with")
    parser.add_argument("--results", type=Path, default=SERVERS / "RESULTS.md")
    arguments = parser.parse_args()
    names = arguments.names or [name for name in BENCHMARKS if name not in APART]
    if unknown := set(names) - set(BENCHMARKS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    programs = Programs(arguments.wdfilterd, arguments.built, arguments.python, arguments.before)
    environment = machine.environment()
    measured = [measure(name, programs, arguments.results, environment) for name in names]
    if not all(measured):
        sys.exit(1)


if __name__ == "__main__":
    main()
