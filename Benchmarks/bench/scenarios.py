"""`wdfilterd test`: cases a second, checks of many files, and cases in parallel on a service with a slow engine."""

import json
import tempfile
from pathlib import Path

from bench.processes import Programs, run, serve
from bench.results import RATIO_COLUMNS, Goal, Outcome, Table, check, held, spread
from bench.rounds import ROUNDS, alternate, ratios

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
FILES, CASES_OF_FILE, REPEATS = 100, 5, 8
CASES = FILES * CASES_OF_FILE * REPEATS
CHECKED = 1000
SLOW_CASES = 20
PARALLEL = Goal(most=0.33)
ONE, TWO, CHECK, SERVED_ONE, SERVED_EIGHT = "1", "2", "check", "served 1", "served 8"


def file_of(name: str, steps: str = STEPS) -> str:
    """A scenario of ten steps, about 1.3 kB."""
    return f"scenario: 1\nname: {name}\ndescription: Ten steps, as a test of an engine would have them.\nsteps:{steps}"


def folder_of(path: Path, name: str) -> Path:
    """A new folder in another."""
    folder = path / name
    folder.mkdir()
    return folder


def cases_in(path: Path) -> Path:
    """500 cases of ten steps in 100 files."""
    folder = folder_of(path, "cases")
    for number in range(FILES):
        documents = "---\n".join(file_of(f"case {number}.{document}") for document in range(CASES_OF_FILE))
        (folder / f"{number}.scenario.yaml").write_text(documents)
    return folder


def checked_in(path: Path) -> Path:
    """1,000 files of 2 kB."""
    folder = folder_of(path, "checked")
    steps = STEPS + "\n".join(f"  - wait: {number}ms" for number in range(20)) + "\n"
    for number in range(CHECKED):
        text = file_of(f"file {number}", steps)
        (folder / f"{number}.scenario.yaml").write_text(text + "# " + "x" * (2046 - len(text)) + "\n")
    return folder


def slow_in(path: Path) -> Path:
    """Cases whose engine takes 20 ms."""
    folder = folder_of(path, "slow")
    numbers = ", ".join(str(number) for number in range(SLOW_CASES))
    head = f"matrix: {{number: [{numbers}]}}\nengine: {{delayMs: 20}}\nsteps:"
    (folder / "slow.scenario.yaml").write_text(file_of("slow ${number}").replace("steps:", head, 1))
    return folder


def measure(programs: Programs) -> Outcome:
    """Measure all of them."""
    reports: list[object] = []
    with tempfile.TemporaryDirectory(prefix="wdfilterd-bench-") as name, serve(programs) as server:
        path = Path(name)
        cases, checked, slow = [str(cases_in(path))] * REPEATS, str(checked_in(path)), str(slow_in(path))
        report = path / "report.json"
        url = f"http://127.0.0.1:{server.port}"

        def tested(*arguments: str) -> float:
            return run([programs.wdfilterd, "test", *arguments])[0]

        def served(width: str) -> float:
            options = ("--server", url, "--parallel", width, "--quiet", "--json", str(report))
            seconds = tested(slow, *options)
            reports.append(json.loads(report.read_text())["cases"])
            return seconds

        seconds = alternate(
            {
                ONE: lambda: tested(*cases, "--quiet", "--parallel", "1"),
                TWO: lambda: tested(*cases, "--quiet", "--parallel", "2"),
                CHECK: lambda: tested("--check", checked),
                SERVED_ONE: lambda: served("1"),
                SERVED_EIGHT: lambda: served("8"),
            }
        )
    check(all(found == reports[0] for found in reports), "the reports of the cases differ")
    milliseconds = {side: [1000 * each for each in found] for side, found in seconds.items()}
    rows = [
        ("cases of ten steps a second, one at a time", spread([CASES / each for each in seconds[ONE]])),
        ("the same, two at a time", spread([CASES / each for each in seconds[TWO]])),
        (f"`--check` of {CHECKED:,} files of 2 kB, ms", spread(milliseconds[CHECK])),
        (f"{SLOW_CASES} cases on a service, engine of 20 ms, one by one, ms", spread(milliseconds[SERVED_ONE])),
        ("the same, eight at a time, ms", spread(milliseconds[SERVED_EIGHT])),
    ]
    compared = [
        held("time, eight at a time to one by one", ratios(seconds[SERVED_EIGHT], seconds[SERVED_ONE]), PARALLEL)
    ]
    return Outcome(
        f"{ROUNDS} rounds.", [Table(("what", "median (minimum to maximum)"), rows), Table(RATIO_COLUMNS, compared)]
    )
