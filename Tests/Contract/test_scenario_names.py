"""A name in a scenario means one process or thread, never another one with its id."""

from pathlib import Path

import pytest

from contract.scenarios import SUFFIX, run

# Process 100 exits, and another one gets its pid and the ids of its threads.
LINES = (
    r'{"type":"processCreate","processId":100,"imageFileName":"C:\\one.exe"}',
    r'{"type":"threadCreate","processId":100,"threadId":104,"creatorProcessId":100}',
    r'{"type":"processExit","processId":100}',
    r'{"type":"processCreate","processId":100,"imageFileName":"C:\\two.exe"}',
    r'{"type":"threadCreate","processId":100,"threadId":104,"creatorProcessId":100}',
)
LOAD = r'{"type":"imageLoad","processId":100,"fullImageName":"C:\\a.dll"}'
CLOCK = '{"type":"clock","mode":"manual","now":"2024-05-06T08:00:00Z"}'
ZERO = r"createProcess: {as: zero, processId: 100, imageFileName: 'C:\zero.exe'}"
REPLAY = "replay: {file: recordings/reuse.ndjson, rejected: 1}"
EXITED = "unknown-process: the process zero has exited in step 2; its pid was 100"


def error(folder: Path, steps: list[str], lines: tuple[str, ...] = LINES) -> str:
    """The text of a run that is an error of the scenario."""
    (folder / "recordings").mkdir()
    (folder / "recordings" / "reuse.ndjson").write_text("\n".join(lines) + "\n")
    (folder / f"names{SUFFIX}").write_text(
        "scenario: 1\nname: names\nsteps:\n" + "".join(f"  - {step}\n" for step in steps)
    )
    result = run(folder, folder / "report.json")
    assert result.report["sums"]["error"] == 1, result.text
    return " ".join(result.text.split())


@pytest.mark.parametrize("lines", [LINES, (CLOCK, *LINES)], ids=["at one instant", "later"])
@pytest.mark.parametrize(
    "step",
    [
        "setRules: {process: zero, set: [NotifyNewThreadSameProcess]}",
        "setFlags: {process: zero, set: [ImageWow64cpuLoaded]}",
        "setCommandLine: {process: zero, commandLine: x}",
        "createThread: {target: zero}",
        "createThread: {target: 100, creator: zero}",
        "loadImage: {process: zero, fullImageName: a.dll}",
        "createProcess: {parent: zero, imageFileName: a.exe}",
        "exitProcess: zero",
        "notify: {async: LogPrint, process: zero}",
    ],
)
def test_a_process_that_a_recording_ended_is_gone(tmp_path: Path, step: str, lines: tuple[str, ...]) -> None:
    assert EXITED in error(tmp_path, [ZERO, REPLAY, step], lines)


def test_so_it_is_while_the_recording_goes_on(tmp_path: Path) -> None:
    """The rest of the recording comes an hour later."""
    lines = (CLOCK, *LINES, '{"type":"clock","mode":"manual","advanceByMs":3600000}', LINES[2])
    replay = "{id: on, background: true, replay: {file: recordings/reuse.ndjson, rejected: 1}}"
    assert EXITED in error(tmp_path, [ZERO, replay, "wait: 1s", "exitProcess: zero", "await: on"], lines)


@pytest.mark.parametrize(
    ("steps", "step"),
    [
        (["deleteThread: thread"], "3"),
        (["exitProcess: zero", r"createProcess: {as: one, processId: 100, imageFileName: 'C:\one.exe'}"], "3"),
    ],
    ids=["thread", "process"],
)
def test_a_thread_that_has_ended_is_gone(tmp_path: Path, steps: list[str], step: str) -> None:
    again = "createThread: {target: 100, threadId: 104}"
    made = "createThread: {as: thread, target: zero, threadId: 104}"
    text = error(tmp_path, [ZERO, made, *steps, again, "deleteThread: thread"])
    assert f"unknown-thread: the thread thread has ended in step {step}; its tid was 104" in text


def test_so_is_one_that_a_recording_ended(tmp_path: Path) -> None:
    made = "createThread: {as: thread, target: zero, threadId: 104}"
    lines = (CLOCK, r'{"type":"threadExit","processId":100,"threadId":104}', LINES[1])
    text = error(tmp_path, [ZERO, made, "replay: {file: recordings/reuse.ndjson}", "deleteThread: thread"], lines)
    assert "unknown-thread: the thread thread has ended; its tid was 104" in text


@pytest.mark.parametrize("lines", [LINES, (CLOCK, *LINES)], ids=["at one instant", "later"])
def test_its_messages_are_not_those_of_its_successor(tmp_path: Path, lines: tuple[str, ...]) -> None:
    (tmp_path / "reuse.ndjson").write_text("\n".join((*lines, LOAD)) + "\n")
    (tmp_path / f"names{SUFFIX}").write_text(
        f"""\
scenario: 1
name: names
steps:
  - {ZERO}
  - replay: {{file: reuse.ndjson, rejected: 1}}
  - findProcess: {{as: two, processId: 100}}
  - expect:
      - messages: {{operation: LoadImage, process: zero}}
        never: true
      - messages: {{operation: LoadImage, process: two}}
        exactly: 1
      - messages: {{operation: CreateProcess, process: two}}
        exactly: 1
      - process: zero
        exists: false
"""
    )
    result = run(tmp_path, tmp_path / "report.json")
    assert result.code == 0, result.text
