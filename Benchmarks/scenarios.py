#!/usr/bin/env python3
"""Measures `wdfilterd test`: cases a second, checks of many files, and cases in parallel on a service.

Each figure is the median of rounds, with the smallest and the largest. The rounds of a comparison take turns.
"""

import argparse
import contextlib
import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

STEPS = """
  - createProcess: {as: app, imageFileName: 'C:\\Tools\\app.exe', rules: [NotifyNewThreadSameProcess]}
  - createProcess: {as: other, imageFileName: 'C:\\Tools\\other.exe', parent: app}
  - createThread: {target: app}
    expect:
      - messages: {operation: NewThreadSameProcess, process: app, acknowledged: true}
        exactly: 1
      - nothingElse: true
  - loadImage: {process: app, fullImageName: 'C:\\Windows\\System32\\ntdll.dll'}
    expect:
      - messages: {operation: LoadImage, delivery: sent, data: {imageFileName: '*\\ntdll.dll'}}
        exactly: 1
  - setRules: {process: other, set: [NotifyImageLoadRule]}
  - loadImage: {process: other, fullImageName: 'C:\\Windows\\System32\\amsi.dll'}
  - setCommandLine: {process: other, commandLine: changed.exe}
  - createThread: {target: other, creator: app}
  - exitProcess: other
  - expect:
      - lossless: true
      - process: app
        rules: {lacks: [NotifyNewThreadSameProcess]}
"""


def file_of(name: str, steps: str = STEPS) -> str:
    """A scenario of ten steps, about 1.3 kB."""
    return f"scenario: 1\nname: {name}\ndescription: Ten steps, as a test of an engine would have them.\nsteps:{steps}"


def seconds(*arguments: str) -> float:
    """How long a run takes, which must succeed."""
    begun = time.perf_counter()
    subprocess.run(arguments, check=True, capture_output=True)
    return time.perf_counter() - begun


def shown(name: str, values: list[float], unit: str) -> None:
    """One line: the median, and the spread."""
    spread = f"({min(values):,.1f} to {max(values):,.1f})"
    print(f"{name:<58} {statistics.median(values):10,.1f} {unit}  {spread}", flush=True)


def cases(wdfilterd: str, folder: Path, rounds: int) -> None:
    """Cases of ten steps a second: 4,000 in 100 files, on all processors and on one."""
    for number in range(100):
        documents = "---\n".join(file_of(f"case {number}.{document}") for document in range(5))
        (folder / f"{number}.scenario.yaml").write_text(documents)
    for width in ("2", "1"):
        rates = []
        for _ in range(rounds):
            repeats = [str(folder)] * 8
            spent = seconds(wdfilterd, "test", *repeats, "--quiet", "--parallel", width)
            rates.append(8 * 500 / spent)
        shown(f"cases of ten steps, {width} at a time, with reading", rates, "cases/s")


def checking(wdfilterd: str, folder: Path, rounds: int) -> None:
    """`--check` over 1,000 files of 2 kB."""
    steps = STEPS + "\n".join(f"  - wait: {number}ms" for number in range(20)) + "\n"
    for number in range(1000):
        text = file_of(f"file {number}", steps)
        (folder / f"{number}.scenario.yaml").write_text(text + "# " + "x" * (2046 - len(text)) + "\n")
    spent = [seconds(wdfilterd, "test", "--check", str(folder)) for _ in range(rounds)]
    shown("--check of 1,000 files of 2 kB", [1000 * value for value in spent], "ms")


@contextlib.contextmanager
def service(wdfilterd: str) -> Iterator[str]:
    """A service on a free port."""
    with subprocess.Popen(
        [wdfilterd, "serve", "--listen", "127.0.0.1:0", "--log-level", "error"],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1]
        process.terminate()


def parallel(wdfilterd: str, folder: Path, rounds: int) -> None:
    """200 cases on one service whose engine takes 20 ms, one by one and in parallel."""
    text = file_of("slow ${number}").replace("steps:", "matrix: {number: [NUMBERS]}\nengine: {delayMs: 20}\nsteps:", 1)
    numbers = ", ".join(str(number) for number in range(200))
    (folder / "slow.scenario.yaml").write_text(text.replace("NUMBERS", numbers))
    with service(wdfilterd) as url:
        both: dict[str, list[float]] = {"1": [], "8": []}
        reports: set[str] = set()
        for _ in range(rounds):
            for width, spent in both.items():
                report = folder / "report.json"
                command = [
                    wdfilterd,
                    "test",
                    str(folder),
                    "--server",
                    url,
                    "--parallel",
                    width,
                    "--quiet",
                ]
                spent.append(seconds(*command, "--json", str(report)))
                reports.add(json.dumps(json.loads(report.read_text())["cases"]))
    shown(
        "200 cases on a service, engine of 20 ms, one by one",
        [1000 * value for value in both["1"]],
        "ms",
    )
    shown("the same, 8 at a time", [1000 * value for value in both["8"]], "ms")
    ratios = [fast / slow for slow, fast in zip(both["1"], both["8"], strict=True)]
    shown("ratio (at most 0.33)", ratios, "")
    print("the reports are equal" if len(reports) == 1 else "THE REPORTS DIFFER")


def main() -> None:
    """Run all measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wdfilterd", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    for measure in (cases, checking, parallel):
        with tempfile.TemporaryDirectory() as folder:
            measure(options.wdfilterd, Path(folder), options.rounds)


if __name__ == "__main__":
    main()
