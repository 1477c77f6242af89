"""The steps that a change must pass, run in parallel where they do not disturb each other.

A step is a verb of the Makefile. Its output goes to `.build-ci/STEP.log`, which is printed whole when the step fails.
When it passes, the last lines are. The first failure ends all others. A step that runs for longer than HANG is aborted,
so that its processes print the stacks of their threads, and fails.

The time of each step is held against its entry in CONTRIBUTING.md, in seconds of CPU (user and system, of all its
processes). A machine that is slower as a whole is allowed for: the median step says how much. But a machine does not
slow all steps alike: on one, they took between 1 and 2.4 times their entries. So a step that takes NOTED times what is
expected is only named at the end, and FATAL times fails the run.
"""

import contextlib
import dataclasses
import enum
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
LOGS = REPOSITORY / ".build-ci"
ENTRY = re.compile(r"^\| `(?P<name>[a-z-]+)` \| (?P<cpu>\d+) \|", re.MULTILINE)
NOTED = 1.5
FATAL = 3
# Below this many seconds of CPU the rest of the machine decides how long a step takes.
SLACK = 20
# Seconds of wall time after which a step hangs, and how long its processes have to print their stacks.
HANG = 2400
STACKS = 60
LAST_LINES = 12
# Lines that say how many tests ran; they are shown wherever they stand.
COUNTED = re.compile(r"Test run with \d+ tests|^\d+ passed")
NICE = 10


class Kind(enum.Enum):
    """What a step may run beside."""

    BUILD = "uses every core and waits gladly: one at a time, beside tests, which go first"
    RUN = "tests: two at a time when nothing is built, else one"
    ALONE = "measures time: beside nothing"


@dataclasses.dataclass(frozen=True)
class Step:
    """A verb of the Makefile."""

    name: str
    kind: Kind
    after: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()


DIST = LOGS / "dist"
# In the order in which they start when several could. What takes longest after its build is built first.
STEPS = (
    Step("prepare", Kind.RUN),
    Step("build", Kind.BUILD),
    Step("build-tsan", Kind.BUILD),
    Step("build-asan", Kind.BUILD),
    Step("build-fuzz", Kind.BUILD),
    Step("image-check", Kind.BUILD, ("prepare",), (f"KEEP={DIST}",)),
    Step("lint", Kind.RUN, ("prepare",)),
    Step("contract", Kind.RUN, ("prepare", "build"), (f"WDFILTERD_BIN={REPOSITORY}/.build/debug/wdfilterd",)),
    Step("clients", Kind.RUN, ("prepare", "build"), (f"WDFILTERD_BIN={REPOSITORY}/.build/debug/wdfilterd",)),
    Step("dashboard", Kind.RUN, ("prepare", "build"), (f"WDFILTERD_BIN={REPOSITORY}/.build/debug/wdfilterd",)),
    Step("fleet-check", Kind.RUN, ("prepare", "build"), (f"WDFILTERD_BIN={REPOSITORY}/.build/debug/wdfilterd",)),
    Step("swift-test", Kind.RUN, ("build",)),
    # Behind swift-test: SwiftPM lets nobody else into a folder in which it tests.
    Step("compat", Kind.RUN, ("prepare", "swift-test")),
    Step("tsan", Kind.RUN, ("build-tsan",)),
    Step("asan", Kind.RUN, ("build-asan",)),
    # The seed is the same each time, so that no change fails by chance.
    Step("fuzz", Kind.RUN, ("build-fuzz",), ("SECONDS=20", "SEED=1")),
    # What the image has is what is deployed.
    Step("cost-check", Kind.ALONE, ("prepare", "image-check"), (f"BIN={DIST}/wdfilterd",)),
    Step("budget-check", Kind.RUN, ("prepare", "image-check"), (f"BIN={DIST}/wdfilterd",)),
)


@dataclasses.dataclass(frozen=True)
class Time:
    """What a step took, in seconds."""

    cpu: float
    wall: float


class Running:
    """A running step."""

    def __init__(self, step: Step) -> None:
        """Start it, in a process group of its own."""
        self.step = step
        self.log = LOGS / f"{step.name}.log"
        nice = ("nice", "-n", str(NICE)) if step.kind is Kind.BUILD else ()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                (*nice, "make", step.name, *step.arguments),
                cwd=REPOSITORY,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
                env=os.environ | {"SWIFT_BACKTRACE": "enable=yes,interactive=no,color=no,threads=all"},
            )
        self.begun = time.monotonic()

    def ended(self) -> tuple[int, Time] | None:
        """Give back the exit code and what it took, once it has ended; ask no more then."""
        number, status, usage = os.wait4(self.process.pid, os.WNOHANG)
        if number == 0:
            return None
        self.process.returncode = os.waitstatus_to_exitcode(status)
        return self.process.returncode, Time(usage.ru_utime + usage.ru_stime, time.monotonic() - self.begun)

    def aborted_if_it_hangs(self) -> tuple[int, Time] | None:
        """Abort it when it has run for longer than any step may; the exit code is the one of timeout(1)."""
        if time.monotonic() - self.begun < HANG:
            return None
        with self.log.open("ab") as log:
            log.write(f"\n==> still running after {HANG} s, aborted\n".encode())
        os.killpg(self.process.pid, signal.SIGABRT)
        deadline = time.monotonic() + STACKS
        while lives(self.process.pid) and time.monotonic() < deadline:
            time.sleep(0.2)
        self.kill()
        return 124, Time(0, time.monotonic() - self.begun)

    def kill(self) -> None:
        """End it and all that it started."""
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(timeout=10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def lives(group: int) -> bool:
    """Whether any process of a group has not ended."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            state, _, its_group = stat.read_text().rpartition(")")[2].split()[:3]
            if int(its_group) == group and state != "Z":
                return True
    return False


def startable(step: Step, running: Sequence[Step], passed: Mapping[str, Time]) -> bool:
    """Whether a step may start beside the running ones."""
    if not set(step.after) <= set(passed) or len(running) >= 2:
        return False
    kinds = {other.kind for other in running}
    if Kind.ALONE in kinds or (step.kind is Kind.ALONE and running):
        return False
    return step.kind is not Kind.BUILD or Kind.BUILD not in kinds


def next_step(left: Sequence[Step], running: Sequence[Step], passed: Mapping[str, Time]) -> Step | None:
    """The step to start now. One that wants to be alone comes when no other is left."""
    for step in left:
        alone_too_early = step.kind is Kind.ALONE and any(other.kind is not Kind.ALONE for other in left)
        if not alone_too_early and startable(step, running, passed):
            return step
    return None


def named(names: Sequence[str]) -> list[Step]:
    """The steps with these names. Each waits only for those of its predecessors that are named too."""
    chosen = [step for step in STEPS if step.name in names]
    return [dataclasses.replace(step, after=tuple(name for name in step.after if name in names)) for step in chosen]


def show(running: Running, code: int, took: Time) -> None:
    """Print how a step ended, and what it wrote."""
    lines = running.log.read_text(errors="replace").splitlines()
    how = "passed" if code == 0 else f"FAILED with exit code {code}"
    print(f"==> {running.step.name} {how}: {took.wall:.0f} s, {took.cpu:.0f} s of CPU", flush=True)
    if code == 0:
        lines = [line for line in lines[:-LAST_LINES] if COUNTED.search(line)] + lines[-LAST_LINES:]
    print("\n".join(f"    {line}" for line in lines), flush=True)


def run(steps: Sequence[Step]) -> dict[str, Time] | None:
    """Run them all; what each took, or nothing when one failed."""
    left, passed = list(steps), dict[str, Time]()
    active: list[Running] = []
    try:
        while left or active:
            while step := next_step(left, [other.step for other in active], passed):
                print(f"==> {step.name}: {' '.join(('make', step.name, *step.arguments))}", flush=True)
                left.remove(step)
                active.append(Running(step))
            for running in list(active):
                if (ended := running.ended() or running.aborted_if_it_hangs()) is None:
                    continue
                active.remove(running)
                show(running, *ended)
                if ended[0] != 0:
                    return None
                passed[running.step.name] = ended[1]
            time.sleep(0.2)
    finally:
        for running in active:
            running.kill()
    return passed


def too_long(times: Mapping[str, Time], entries: Mapping[str, int], limit: float) -> list[str]:
    """The steps that took over `limit` times what their entries say, however slow the machine is."""
    slowness = max(1.0, statistics.median(times[name].cpu / max(1, entries[name]) for name in times))
    return [name for name, took in times.items() if took.cpu > limit * slowness * entries[name] + SLACK]


def table(times: Mapping[str, Time], entries: Mapping[str, int]) -> str:
    """Print the table as CONTRIBUTING.md has it, with the entries beside."""
    rows = ["| step | CPU s | wall s | entry, CPU s |", "|---|---|---|---|"]
    for name in (step.name for step in STEPS if step.name in times):
        rows.append(f"| `{name}` | {times[name].cpu:.0f} | {times[name].wall:.0f} | {entries.get(name, 'none')} |")
    return "\n".join(rows)


def main() -> int:
    """Run all steps, or only those named on the command line."""
    text = (REPOSITORY / "CONTRIBUTING.md").read_text()
    entries = {match["name"]: int(match["cpu"]) for match in ENTRY.finditer(text)}
    if set(entries) != {step.name for step in STEPS}:
        print(f"CONTRIBUTING.md has times of {sorted(entries)}", "which are not the steps of .ci/steps.py", sep="\n")
        return 1
    unknown = set(sys.argv[1:]) - {step.name for step in STEPS}
    if unknown:
        print(f"Unknown steps: {', '.join(sorted(unknown))}. The steps are {', '.join(step.name for step in STEPS)}.")
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    LOGS.mkdir(exist_ok=True)
    begun = time.monotonic()
    times = run(named(sys.argv[1:]) or STEPS)
    if times is None:
        return 1
    print(table(times, entries))
    if slow := too_long(times, entries, NOTED):
        print(
            f"Took over {NOTED} times their entries in CONTRIBUTING.md: {', '.join(slow)}.",
            "If other runs say the same, mend that, or change the entries and say why.",
            sep="\n",
        )
    if slow := too_long(times, entries, FATAL):
        print(f"FAILED: over {FATAL} times their entries: {', '.join(slow)}.")
        return 1
    took = round(time.monotonic() - begun)
    print(f"==> passed in {took // 60} min {took % 60} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
