"""Which steps run beside which, how a failure ends, and when a step has taken too long."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import steps
from steps import FATAL, NOTED, Kind, Step, Time, next_step, too_long

BUILD = Step("build", Kind.BUILD)
OTHER_BUILD = Step("other-build", Kind.BUILD)
LINT = Step("lint", Kind.RUN)
TEST = Step("test", Kind.RUN, ("build",))
COST = Step("cost", Kind.ALONE, ("build",))
PASSED = {"build": Time(1, 1)}


def test_one_build_at_a_time_and_a_test_beside_it() -> None:
    assert next_step([OTHER_BUILD, LINT], [BUILD], {}) is LINT
    assert next_step([OTHER_BUILD], [BUILD], {}) is None
    assert next_step([OTHER_BUILD], [BUILD, LINT], {}) is None


def test_a_step_waits_for_what_it_comes_after() -> None:
    assert next_step([TEST], [], {}) is None
    assert next_step([TEST], [], PASSED) is TEST


def test_who_measures_is_alone_and_last() -> None:
    assert next_step([COST, LINT], [], PASSED) is LINT
    assert next_step([COST], [LINT], PASSED) is None
    assert next_step([COST], [], PASSED) is COST
    assert next_step([LINT], [COST], PASSED) is None


def test_a_named_step_waits_for_named_steps_only() -> None:
    assert [(step.name, step.after) for step in steps.named(["contract", "build"])] == [
        ("build", ()),
        ("contract", ("build",)),
    ]
    assert steps.named([]) == []


def test_every_step_can_start_at_some_time() -> None:
    left, passed = list(steps.STEPS), dict[str, Time]()
    while left:
        step = next_step(left, [], passed)
        assert step is not None, [other.name for other in left]
        left.remove(step)
        passed[step.name] = Time(1, 1)


ENTRIES = {"build": 400, "test": 100, "lint": 10}


def test_a_step_that_takes_far_longer_than_its_entry_is_found() -> None:
    times = {"build": Time(400, 1), "test": Time(200, 1), "lint": Time(10, 1)}
    assert too_long(times, ENTRIES, NOTED) == ["test"]
    assert too_long(times, ENTRIES, FATAL) == []
    assert too_long(times | {"test": Time(140, 1)}, ENTRIES, NOTED) == []
    assert too_long(times | {"test": Time(400, 1)}, ENTRIES, FATAL) == ["test"]


@pytest.mark.parametrize(("limit", "cpu"), [(NOTED, 900), (FATAL, 1000)])
def test_a_machine_that_is_slower_as_a_whole_is_allowed_for(limit: float, cpu: float) -> None:
    slow = {"build": Time(1200, 1), "test": Time(300, 1), "lint": Time(30, 1)}
    assert too_long(slow, ENTRIES, limit) == []
    assert too_long(slow | {"test": Time(cpu, 1)}, ENTRIES, limit) == ["test"]


def test_a_step_of_a_few_seconds_is_left_alone() -> None:
    assert too_long({"build": Time(400, 1), "test": Time(100, 1), "lint": Time(30, 1)}, ENTRIES, NOTED) == []


@pytest.mark.parametrize(
    ("cpu", "code", "said"), [(100, 0, "passed in"), (200, 0, "over 1.5 times"), (400, 1, "FAILED")]
)
def test_only_a_step_beyond_all_measure_fails_the_run(
    cpu: float, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    text = (steps.REPOSITORY / "CONTRIBUTING.md").read_text()
    entries = {match["name"]: int(match["cpu"]) for match in steps.ENTRY.finditer(text)}
    times = {name: Time(entry, 1) for name, entry in entries.items()}
    times["compat"] = Time(entries["compat"] * cpu / 100, 1)
    monkeypatch.setattr(steps, "run", lambda _: times)
    monkeypatch.setattr(sys, "argv", ["steps.py"])
    assert steps.main() == code
    out = capfd.readouterr().out
    assert said in out
    assert ("passed in" in out) == (code == 0)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project whose steps are these."""
    (tmp_path / "Makefile").write_text(
        "good:\n\t@echo 3 passed\nbad:\n\t@echo the reason\n\t@exit 3\n"
        "long:\n\t@echo $$$$ >pid; exec sleep 600\nnever:\n\t@touch never\n"
    )
    monkeypatch.setattr(steps, "REPOSITORY", tmp_path)
    monkeypatch.setattr(steps, "LOGS", tmp_path)
    return tmp_path


def test_what_passes_shows_its_last_lines_and_its_time(made: Path, capfd: pytest.CaptureFixture[str]) -> None:
    times = steps.run([Step("good", Kind.RUN)])
    assert times is not None
    assert 0 < times["good"].cpu < times["good"].wall + 60
    assert "    3 passed" in capfd.readouterr().out


def test_every_count_of_tests_is_shown(made: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (made / "Makefile").write_text("good:\n\t@echo '812 passed in 3 s'; seq 1000; echo '3 passed in 1 s'\n")
    assert steps.run([Step("good", Kind.RUN)]) is not None
    out = capfd.readouterr().out
    assert "    812 passed in 3 s\n" in out
    assert "    3 passed in 1 s\n" in out
    assert "    500\n" not in out


def test_a_failure_shows_why_and_ends_the_others(made: Path, capfd: pytest.CaptureFixture[str]) -> None:
    running = [Step("long", Kind.RUN), Step("bad", Kind.RUN), Step("never", Kind.RUN, ("bad",))]
    assert steps.run(running) is None
    out = capfd.readouterr().out
    assert "bad FAILED with exit code 2" in out
    assert "    the reason" in out
    assert not (made / "never").exists()
    if (made / "pid").exists():
        number = int((made / "pid").read_text())
        assert not Path(f"/proc/{number}").exists()


def test_a_step_that_hangs_prints_its_stacks_and_fails(
    made: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    program = "import faulthandler, time; faulthandler.enable(); print('begun', flush=True); time.sleep(600)"
    (made / "Makefile").write_text(f'hung:\n\t@{sys.executable} -c "{program}"; true\n')
    monkeypatch.setattr(steps, "HANG", 2)
    assert steps.run([Step("hung", Kind.RUN)]) is None
    out = capfd.readouterr().out
    assert "hung FAILED" in out
    assert "begun" in out
    assert "Fatal Python error: Aborted" in out
    assert "still running after 2 s" in out


def test_the_table_of_contributing_names_the_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (steps.REPOSITORY / "CONTRIBUTING.md").read_text()
    assert {match["name"] for match in steps.ENTRY.finditer(text)} == {step.name for step in steps.STEPS}
    monkeypatch.setattr(steps, "ENTRY", steps.re.compile("^(?P<name>)(?P<cpu>)$"))
    monkeypatch.setattr(sys, "argv", ["steps.py"])
    assert steps.main() == 1
