"""The reports of `wdfilterd test`, read by the libraries that others read them with."""

import contextlib
import json
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped
from tap.line import Plan, Result
from tap.parser import Parser

from contract.live import until
from contract.receiver import new_receiver
from contract.service import binary

SECONDS = 60

MIXED = """\
scenario: 1
name: passes
steps:
  - createProcess: {as: app, imageFileName: 'C:\\app.exe'}
    expect:
      - messages: {operation: CreateProcess}
---
scenario: 1
name: 'hostile ]]> ::error file=x::y <&"#\\ | 😀'
matrix: {reason: ['<![CDATA[', '%0A::add-mask::x']}
steps:
  - createProcess: {as: app, imageFileName: 'C:\\app.exe'}
    expect:
      - messages: {operation: LoadImage}
        because: '${reason}'
      - outcome: {created: false}
---
scenario: 1
name: refused
steps:
  - createProcess: {processId: 900, imageFileName: 'C:\\app.exe'}
  - createProcess: {processId: 900, imageFileName: 'C:\\app.exe'}
---
scenario: 1
name: skipped
skip: '# TODO one day'
steps:
  - createProcess: {imageFileName: 'C:\\app.exe'}
"""
WRONG = """\
scenario: 1
name: wrong
steps:
  - createProcess: {imageFileNam: a.exe, imageFileName: b.exe}
  - createThread: {target: nobody}
"""

Result_ = subprocess.CompletedProcess[bytes]


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """Scenarios of every verdict, and a file with two faults."""
    (tmp_path / "mixed.scenario.yaml").write_text(MIXED)
    (tmp_path / "wrong.scenario.yaml").write_text(WRONG)
    return tmp_path


def environment(**more: str) -> dict[str, str]:
    """Without what a pipeline sets."""
    foreign = ("GITHUB_", "WDFILTERD_", "CI")
    return {key: value for key, value in os.environ.items() if not key.startswith(foreign)} | more


def run(folder: Path, *arguments: str, **more: str) -> Result_:
    """Run the command in `folder` to its end."""
    return subprocess.run(
        [binary().absolute(), "test", *arguments],
        cwd=folder,
        env=environment(**more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )


def report(folder: Path, *arguments: str) -> dict[str, Any]:
    """The JSON report of a run."""
    found: dict[str, Any] = json.loads(run(folder, ".", *arguments, "--json", "-").stdout)
    return found


@contextlib.contextmanager
def unignored(number: signal.Signals) -> Iterator[None]:
    """Programs that start meanwhile heed the signal, even if the tests run under `nohup` or in the background."""
    before = signal.signal(number, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(number, before)


class TestJUnit:
    def junit(self, folder: Path, *arguments: str) -> JUnitXml:
        run(folder, *arguments, "--junit", "out/of/report.xml")
        found = JUnitXml.fromfile(str(folder / "out/of/report.xml"))
        assert isinstance(found, JUnitXml)
        return found

    def test_the_sums_are_those_of_junitparser(self, folder: Path) -> None:
        """A case that waits in real time has a duration."""
        (folder / "slow.scenario.yaml").write_text(
            "scenario: 1\nname: slow\ntime: real\nsteps: [{wait: 20ms}, {wait: 15ms}]\n"
        )
        xml = self.junit(folder, ".")
        before = xml.tostring()
        assert (xml.tests, xml.failures, xml.errors, xml.skipped) == (7, 2, 2, 1)
        assert xml.time >= 0.035
        xml.update_statistics()
        assert xml.tostring() == before

    def test_each_case_is_a_test_case(self, folder: Path) -> None:
        xml = self.junit(folder, ".")
        suites = {suite.name: suite for suite in xml}
        assert list(suites) == ["./wrong.scenario.yaml", "./mixed.scenario.yaml"]
        (wrong,) = suites["./wrong.scenario.yaml"]
        assert (wrong.classname, wrong.name) == ("wrong", "wrong scenario file")
        assert isinstance(wrong.result[0], Error)
        assert wrong.result[0].type == "scenario"
        assert wrong.result[0].text.splitlines()[0].startswith("./wrong.scenario.yaml:4: ")
        assert len(wrong.result[0].text.splitlines()) == 2
        cases = list(suites["./mixed.scenario.yaml"])
        hostile = 'hostile ]]> ::error file=x::y <&"#\\ | 😀'
        assert [case.name for case in cases] == [
            "passes",
            f"{hostile} [reason=<![CDATA[]",
            f"{hostile} [reason=%0A::add-mask::x]",
            "refused",
            "skipped",
        ]
        kinds = [[type(entry) for entry in case.result] for case in cases]
        assert kinds == [[], [Failure], [Failure], [Error], [Skipped]]
        assert "because <![CDATA[" in cases[1].result[0].text
        assert cases[1].result[0].text.count("expected  ") == 2
        assert "\n" not in cases[1].result[0].message
        assert [case._elem.get("line") for case in cases] == ["1", "14", "14", "22", "24"]
        assert {case._elem.get("file") for case in cases} == {"./mixed.scenario.yaml"}

    def test_it_is_written_without_a_case(self, folder: Path) -> None:
        (folder / "wrong.scenario.yaml").unlink()
        xml = self.junit(folder, ".", "--filter", "nothing")
        assert xml.tests == 0
        assert list(xml) == []

    def test_a_report_that_cannot_be_written_is_our_failure(self, folder: Path) -> None:
        result = run(folder, "mixed.scenario.yaml", "--junit", "mixed.scenario.yaml/report.xml")
        assert result.returncode == 3
        assert result.stderr.decode().splitlines()[-1] == (
            "cannot write mixed.scenario.yaml/report.xml: Not a directory"
        )
        assert [path.name for path in folder.iterdir() if ".new" in path.name] == []


class TestTAP:
    def lines(self, text: bytes) -> list[Any]:
        return list(Parser().parse_text(text.decode()))

    def test_tap_py_reads_it_with_its_yaml(self, folder: Path) -> None:
        result = run(folder, ".", "--tap")
        assert result.returncode == 2
        lines = self.lines(result.stdout)
        plan = next(line for line in lines if isinstance(line, Plan))
        points = [line for line in lines if isinstance(line, Result)]
        assert plan.expected_tests == len(points) == 6
        assert [point.ok for point in points] == [False, True, False, False, False, True]
        assert points[5].skip
        assert points[0].yaml_block["why"][0].startswith("line 4: ")
        failure = points[2].yaml_block
        assert (failure["file"], failure["line"]) == ("./mixed.scenario.yaml", 14)
        assert failure["expected"] == "at least 1 LoadImage"
        assert failure["found"] == "0 among 1 message of step 1"
        assert "why it did not come" in failure["why"]
        assert failure["more"][0]["line"] == 16
        assert points[4].yaml_block["found"].startswith("step 2: process-exists: ")

    def test_nothing_is_no_case(self, folder: Path) -> None:
        (folder / "wrong.scenario.yaml").unlink()
        result = run(folder, ".", "--filter", "nothing", "--tap")
        assert result.stdout.decode().splitlines()[1] == "1..0 # SKIP no case"


class TestSameBytes:
    @pytest.mark.parametrize("form", [("--json", "-"), ("--tap",)])
    def test_of_two_runs_one_by_one_and_in_parallel(self, folder: Path, form: tuple[str, ...]) -> None:
        results = [run(folder, ".", "--parallel", width, *form).stdout for width in ("1", "1", "8")]
        assert results[0] == results[1] == results[2]

    def test_of_thousands_of_cases(self, tmp_path: Path) -> None:
        """4,000 cases in ten files, of which each tenth fails."""
        for number in range(10):
            row = list(range(400))
            (tmp_path / f"{number}.scenario.yaml").write_text(
                f"scenario: 1\nname: many\nmatrix: {{n: {row}}}\nsteps:\n"
                "  - createProcess: {as: app, imageFileName: 'C:\\${n}.exe'}\n"
                "    expect:\n"
                f"      - messages: {{operation: CreateProcess, data: {{imageFileName: '*{number}.exe'}}}}\n"
            )
        results = [run(tmp_path, ".", "--parallel", width, "--json", "-").stdout for width in ("1", "8")]
        assert results[0] == results[1]
        sums = json.loads(results[0])["sums"]
        assert sums == {"pass": 400, "fail": 3600, "skip": 0, "error": 0, "flaky": 0}


class TestExitCodes:
    @pytest.mark.parametrize(
        ("arguments", "code", "says"),
        [
            (("mixed.scenario.yaml", "--filter", "*passes"), 0, ""),
            (("mixed.scenario.yaml", "--filter", "*skipped"), 0, ""),
            (("mixed.scenario.yaml", "--filter", "*skipped", "--fail-on-skip"), 1, "1 case skipped"),
            (("mixed.scenario.yaml", "--filter", "*hostile*"), 1, "2 cases failed"),
            (("mixed.scenario.yaml", "--filter", "*refused"), 2, "1 case could not be run"),
            (("wrong.scenario.yaml",), 2, "2 faults in 1 file"),
            ((".",), 2, "1 case could not be run; 2 faults in 1 file"),
            (("mixed.scenario.yaml", "--filter", "nothing"), 2, "no case is selected; --no-tests pass allows that"),
            (("mixed.scenario.yaml", "--filter", "nothing", "--no-tests", "pass"), 0, ""),
            (
                ("mixed.scenario.yaml", "--filter", "passes"),
                2,
                'no case is selected: --filter looks at the whole "FILE: NAME [CASE]"; "*passes*" selects 1 case;'
                " --no-tests pass allows that",
            ),
            (
                ("mixed.scenario.yaml", "--tag", "slow"),
                2,
                "no case is selected: no scenario has a tag; --no-tests pass allows that",
            ),
            (("mixed.scenario.yaml", "--filter", "*passes", "--shard", "2/2"), 0, ""),
            (("mixed.scenario.yaml", "--junit", "a", "--json", "a"), 2, "--junit and --json name the same file"),
            (
                ("mixed.scenario.yaml", "--junit", "./mixed.scenario.yaml"),
                2,
                "--junit: ./mixed.scenario.yaml is a scenario file of this run",
            ),
            ((".", "--list", "--junit", "a"), 2, "--list runs no case, so there is nothing to report"),
            ((".", "--list", "--check"), 2, "--list and --check exclude each other"),
            (("mixed.scenario.yaml", "--update=forced"), 2, '"--update=forced": the only value is force'),
        ],
    )
    def test_the_highest_wins(self, folder: Path, arguments: tuple[str, ...], code: int, says: str) -> None:
        result = run(folder, *arguments)
        message = result.stderr.decode().strip().removeprefix("Error: ").partition("\nUsage: ")[0]
        assert (result.returncode, message) == (code, says)

    def test_a_file_that_is_named_twice_is_run_once(self, folder: Path) -> None:
        (folder / "link.scenario.yaml").symlink_to("mixed.scenario.yaml")
        names = ("mixed.scenario.yaml", "./mixed.scenario.yaml", "link.scenario.yaml")
        found = json.loads(run(folder, *names, "--json", "-").stdout)
        assert {case["file"] for case in found["cases"]} == {"mixed.scenario.yaml"}

    def test_a_folder_that_cannot_be_read_does_not_stop_the_others(self, folder: Path) -> None:
        (folder / "wrong.scenario.yaml").unlink()
        # Its path is longer than the system takes.
        deepest = Path("d" * 250)
        for _ in range(17):
            deepest = deepest / ("d" * 250)
        subprocess.run(["mkdir", "-p", f"./{deepest}"], cwd=folder, check=False)
        found = report(folder)
        assert found["sums"]["pass"] == 1

    def test_a_name_that_is_not_utf8_is_a_fault(self, tmp_path: Path) -> None:
        Path(os.fsdecode(bytes(tmp_path) + b"/\xff")).mkdir()
        (tmp_path / "a.scenario.yaml").write_text("scenario: 1\nname: a\nsteps: [{wait: 1s}]\n")
        result = run(tmp_path, ".")
        assert (result.returncode, result.stderr) == (2, b"1 fault in 1 file\n")
        assert result.stdout.decode().startswith("./\ufffd: the name is not UTF-8\nPASS 1 ")

    def test_a_wrong_file_does_not_stop_the_others(self, folder: Path) -> None:
        found = report(folder)
        assert found["sums"] == {"pass": 1, "fail": 2, "skip": 1, "error": 2, "flaky": 0}
        assert [fault["line"] for fault in found["faults"]] == [4, 5]

    def test_with_fail_fast_it_does(self, folder: Path) -> None:
        found = report(folder, "--fail-fast")
        assert {case["reason"] for case in found["cases"]} == {"not run: --fail-fast"}

    def test_fail_fast_starts_no_further_case(self, folder: Path) -> None:
        (folder / "wrong.scenario.yaml").unlink()
        found = report(folder, "--fail-fast", "--parallel", "1")
        assert [case["verdict"] for case in found["cases"]] == ["pass", "fail", "skip", "skip", "skip"]
        assert found["cases"][2]["reason"] == "not run: --fail-fast"


class TestRetries:
    @pytest.fixture(name="engine")
    def _engine(self) -> Iterator[str]:
        """An engine that fails its first message."""
        failed: list[bool] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                fails = not event["type"].endswith("ping") and not failed
                if fails:
                    failed.append(True)
                self.send_response(500 if fails else 204)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        server.server_close()
        thread.join()

    SCENARIO = (
        "scenario: 1\nname: is answered\nsteps:\n"
        "  - createProcess: {imageFileName: 'C:\\app.exe'}\n"
        "    expect: [{messages: {operation: CreateProcess, delivery: failed}, never: true}]\n"
    )

    def test_a_case_that_passes_later_is_flaky_and_keeps_its_first_failure(self, tmp_path: Path, engine: str) -> None:
        (tmp_path / "a.scenario.yaml").write_text(self.SCENARIO)
        result = run(
            tmp_path, ".", "--engine-url", engine, "--retries", "2", "--json", "out.json", "--junit", "out.xml"
        )
        assert result.returncode == 0
        assert result.stdout.decode().splitlines()[0] == "PASS  is answered  (flaky)"
        found = json.loads((tmp_path / "out.json").read_bytes())
        assert found["sums"] == {"pass": 1, "fail": 0, "skip": 0, "error": 0, "flaky": 1}
        assert found["cases"][0]["failures"] == []
        assert found["cases"][0]["flaky"][0]["found"] == 1
        xml = JUnitXml.fromfile(str(tmp_path / "out.xml"))
        before = xml.tostring()
        xml.update_statistics()
        assert xml.tostring() == before
        assert b"<flakyFailure " in before

    def test_without_retries_it_fails(self, tmp_path: Path, engine: str) -> None:
        (tmp_path / "a.scenario.yaml").write_text(self.SCENARIO)
        assert run(tmp_path, ".", "--engine-url", engine).returncode == 1


class TestShards:
    def test_together_they_are_the_whole(self, folder: Path) -> None:
        (folder / "wrong.scenario.yaml").unlink()
        whole = report(folder)["cases"]
        shards = [report(folder, "--shard", f"{number}/3") for number in (1, 2, 3)]
        assert [shard["shard"] for shard in shards] == [
            {"number": number, "count": 3, "total": 5} for number in (1, 2, 3)
        ]
        assert sorted(json.dumps(case) for shard in shards for case in shard["cases"]) == sorted(
            json.dumps(case) for case in whole
        )
        text = run(folder, ".", "--shard", "1/3", "--quiet").stdout.decode()
        assert "of 2 cases in 1 file, shard 1/3 of 5 cases," in text


class TestSignals:
    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
    def test_reports_are_written(self, tmp_path: Path, number: signal.Signals, code: int) -> None:
        """The first case has passed, the second one waits in real time, the third one never begins."""
        (tmp_path / "slow.scenario.yaml").write_text(
            "scenario: 1\nname: quick\nsteps: [{createProcess: {as: a, imageFileName: a.exe}}]\n---\n"
            "scenario: 1\nname: slow\nsteps: [{createProcess: {as: b, imageFileName: b.exe}}, {wait: 50s}]\n---\n"
            "scenario: 1\nname: never\nsteps: [{wait: 1s}]\n"
        )
        options = ("--parallel", "1", "--junit", "out.xml", "--json", "out.json")
        with new_receiver() as receiver, unignored(number):
            process = subprocess.Popen(
                [binary().absolute(), "test", ".", "--engine-url", receiver.setting["url"], *options],
                cwd=tmp_path,
                env=environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            until(lambda: any(b"b.exe" in request for request in receiver.requests), "the second case has begun")
            began = time.monotonic()
            process.send_signal(number)
            output, complaint = process.communicate(timeout=SECONDS)
            assert time.monotonic() - began < 5
        assert process.returncode == code
        assert complaint.decode() == f"interrupted by {signal.Signals(number).name}\n"
        assert b"PASS 1  FAIL 0  SKIP 2" in output
        cases = json.loads((tmp_path / "out.json").read_bytes())["cases"]
        assert [case.get("reason") for case in cases] == [None, "interrupted", "not run: interrupted"]
        assert JUnitXml.fromfile(str(tmp_path / "out.xml")).skipped == 2


class TestGitHub:
    def commands(self, text: str) -> tuple[list[str], list[str]]:
        """The lines while commands are off, and those after."""
        lines = text.splitlines()
        first = lines[0]
        assert first.startswith("::stop-commands::")
        end = lines.index(f"::{first.removeprefix('::stop-commands::')}::")
        return lines[1:end], lines[end + 1 :]

    def test_failures_are_annotated_after_everything_else(self, folder: Path) -> None:
        summary = folder / "summary.md"
        summary.write_text("before\n")
        result = run(folder, ".", GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary))
        report, annotations = self.commands(result.stdout.decode())
        assert report[-1].startswith("PASS 1  FAIL 2  SKIP 1  ERROR 2   of 5 cases and 1 wrong file in 2 files")
        places = [annotation.partition(",title=")[0] for annotation in annotations]
        assert places == [
            f"::error file={name}.scenario.yaml,line={line}"
            for name, line in (("wrong", 4), ("wrong", 5), *(("mixed", line) for line in (14, 16, 14, 16, 22)))
        ]
        hostile = 'hostile ]]> %3A%3Aerror file=x%3A%3Ay <&"#\\ | 😀'
        assert annotations[2].partition(",title=")[2].startswith(hostile)
        text = summary.read_text()
        assert text.startswith("before\n### wdfilterd test\n")
        assert text.count("\n| FAIL |") == 2

    def test_the_token_is_new_each_time(self, folder: Path) -> None:
        tokens = {run(folder, ".", "--annotate", "github").stdout.splitlines()[0] for _ in range(3)}
        assert len(tokens) == 3

    @pytest.mark.parametrize("arguments", [("--annotate", "none"), ()])
    def test_elsewhere_nothing_is_annotated(self, folder: Path, arguments: tuple[str, ...]) -> None:
        more = {"GITHUB_ACTIONS": "true"} if arguments else {}
        summary = folder / "summary.md"
        result = run(folder, ".", *arguments, GITHUB_STEP_SUMMARY=str(summary), **more)
        assert b"::error file=wrong" not in result.stdout + result.stderr
        assert b"stop-commands" not in result.stdout + result.stderr
        assert not summary.exists()

    @pytest.mark.parametrize("form", [("--json", "-"), ("--tap",)])
    def test_a_report_for_a_program_stays_alone_on_standard_output(self, folder: Path, form: tuple[str, ...]) -> None:
        plain = run(folder, ".", *form)
        annotated = run(folder, ".", *form, "--annotate", "github")
        assert annotated.stdout == plain.stdout
        _, annotations = self.commands(annotated.stderr.decode())
        assert [line.startswith("::error ") for line in annotations] == [True] * 7 + [False]

    def test_no_line_begins_with_text_from_outside(self, folder: Path) -> None:
        (folder / "wrong.scenario.yaml").rename(folder / "::error file=x::owned.scenario.yaml")
        (folder / "mixed.scenario.yaml").rename(folder / "##[error]owned.scenario.yaml")
        names = sorted(path.name for path in folder.iterdir())
        for arguments in ((), ("--check",), ("--list",), ("--tap",), ("--verbose",)):
            result = run(folder, *names, *arguments)
            for line in (result.stdout + result.stderr).decode().splitlines():
                assert not line.strip().startswith(("::", "##["))


class TestCoverage:
    def test_it_is_written_as_replay_writes_it(self, folder: Path) -> None:
        (folder / "wrong.scenario.yaml").unlink()
        assert "coverage" not in report(folder)
        coverage = report(folder, "--coverage")["coverage"]
        assert list(coverage) == ["percent", "reached", "outcomes", "routines", "messageTypes", "gaps"]
        routines = {routine["routine"]: routine for routine in coverage["routines"]}
        created = routines["MpCreateProcessNotifyRoutineEx"]
        # One in the first case, one in each of the two rows, one before the refusal.
        assert (created["records"], created["notified"]) == (4, 4)
        made = {(each["kind"], each["operation"]): each["made"] for each in coverage["messageTypes"]}
        assert made["direct", "CreateProcess"] == 4
        reached = sum(
            (condition["held"] > 0) + (condition["failed"] > 0)
            for routine in coverage["routines"]
            for condition in routine["conditions"]
        )
        assert coverage["reached"] == reached

    def test_it_counts_what_a_recording_decided(self, tmp_path: Path) -> None:
        lines = [
            '{"type":"processCreate","processId":1000,"imageFileName":"a.exe","rules":["NotifyNewThreadDifferentProcess"]}',
            '{"type":"processCreate","processId":1004,"imageFileName":"b.exe"}',
            '{"type":"threadCreate","processId":1004,"creatorProcessId":1000,"threadId":3000}',
        ]
        (tmp_path / "native.ndjson").write_text("\n".join(lines) + "\n")
        (tmp_path / "replay.scenario.yaml").write_text(
            "scenario: 1\nname: recorded\nsteps: [{replay: {file: native.ndjson}}]\n"
        )
        replayed = subprocess.run(
            [binary().absolute(), "replay", "native.ndjson", "--json"],
            cwd=tmp_path,
            capture_output=True,
            timeout=SECONDS,
            check=True,
            env=environment(),
        )
        expected = json.loads(replayed.stdout)["coverage"]
        found = report(tmp_path, "--coverage")["coverage"]
        assert {**found, "gaps": None} == {**expected, "gaps": None}

    def test_below_the_threshold_is_exit_1(self, folder: Path) -> None:
        passes = ("mixed.scenario.yaml", "--filter", "*passes")
        result = run(folder, *passes, "--coverage", "--fail-under", "90")
        assert result.returncode == 1
        text = result.stdout.decode()
        percent = text.partition("Coverage: ")[2].split()[0]
        assert result.stderr.decode() == f"the coverage is {percent} %, less than 90.0 %\n"
        assert "MpCreateProcessNotifyRoutineEx: ran 1, notified 1" in text
        assert text.splitlines()[-1].startswith("PASS 1 ")
        assert run(folder, *passes, "--fail-under", "1").returncode == 0


GOLDEN = """\
scenario: 1
name: golden
steps:
  - createProcess: {as: app, imageFileName: 'C:\\app.exe'}
  - expect:
      - golden: out/app.ndjson
"""


class TestStandardInput:
    def test_ctrl_c_ends_a_run_that_still_waits_for_its_file(self, tmp_path: Path) -> None:
        with unignored(signal.SIGINT):
            process = subprocess.Popen(
                [binary().absolute(), "test", "-"],
                cwd=tmp_path,
                env=environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        assert process.stdin is not None
        # More than the pipe holds: it is being read.
        process.stdin.write(b"#" * (1 << 20))
        process.send_signal(signal.SIGINT)
        # Without closing standard input.
        assert process.wait(timeout=SECONDS) == -signal.SIGINT
        process.communicate()

    def test_its_scenarios_are_run(self, tmp_path: Path) -> None:
        result = subprocess.run(
            [binary().absolute(), "test", "-", "--junit", "out.xml"],
            cwd=tmp_path,
            env=environment(),
            input=MIXED.partition("---")[0].encode(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        assert result.returncode == 0
        ((case,),) = JUnitXml.fromfile(str(tmp_path / "out.xml"))
        assert (case.classname, case.name) == ("-", "passes")

    def test_it_must_be_readable_to_its_end(self, tmp_path: Path) -> None:
        folder = os.open(tmp_path, os.O_RDONLY)
        result = subprocess.run(
            [binary().absolute(), "test", "-"],
            cwd=tmp_path,
            env=environment(),
            stdin=folder,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        os.close(folder)
        assert result.returncode == 3
        assert result.stderr == b"cannot read standard input: Is a directory\n"


class TestUpdate:
    @pytest.fixture(name="golden")
    def _golden(self, tmp_path: Path) -> Path:
        (tmp_path / "golden.scenario.yaml").write_text(GOLDEN)
        return tmp_path

    def test_it_writes_and_says_what_changed(self, golden: Path) -> None:
        assert run(golden, ".").returncode == 1
        created = run(golden, "--update", ".")
        assert created.returncode == 0
        assert created.stdout.decode().splitlines()[:2] == [
            "created ./out/app.ndjson: 1 line",
            "0 golden files unchanged",
        ]
        assert run(golden, ".").returncode == 0
        line = json.loads((golden / "out/app.ndjson").read_text())
        assert (line["sequence"], line["operation"]) == (1, "CreateProcess")
        assert run(golden, ".", "--update").stdout.decode().splitlines()[0] == "1 golden file unchanged"
        (golden / "out/app.ndjson").write_text("{}\n")
        wrong = run(golden, ".")
        assert wrong.returncode == 1
        assert re.search(r"NOT  line 1: operation +not expected: CreateProcess\n", wrong.stdout.decode())
        assert b"updated ./out/app.ndjson: 1 line added, 1 removed" in run(golden, ".", "--update").stdout

    def test_a_pipeline_must_insist(self, golden: Path) -> None:
        refused = run(golden, ".", "--update", CI="true")
        assert refused.returncode == 2
        assert not (golden / "out").exists()
        assert run(golden, ".", "--update=force", CI="true").returncode == 0
        assert (golden / "out/app.ndjson").exists()

    @pytest.mark.parametrize("root", [(), ("--root", ".")])
    @pytest.mark.parametrize("path", ["../../out", "nosuch/../../../out", "link/out", "link/nosuch/out"])
    def test_it_writes_nothing_outside_of_the_root(self, tmp_path: Path, root: tuple[str, ...], path: str) -> None:
        inside = tmp_path / "folder"
        (inside / "inner").mkdir(parents=True)
        (inside / "inner/link").symlink_to(tmp_path)
        (inside / "inner/golden.scenario.yaml").write_text(GOLDEN.replace("golden: out", f"golden: {path}"))
        refused = run(inside, "inner", "--update=force", *root)
        assert refused.returncode == 2
        assert b"is outside of " in refused.stdout + refused.stderr
        assert [entry.name for entry in tmp_path.iterdir()] == ["folder"]
        assert {entry.name for entry in (inside / "inner").iterdir()} == {"golden.scenario.yaml", "link"}


class TestReplay:
    """A recording of which nothing was replayed makes every `never` hold."""

    EVENT = '{"EventID":5,"Channel":"Microsoft-Windows-Sysmon/Operational","Hostname":"WS1","ProcessId":%d}\n'

    @pytest.mark.parametrize(
        ("options", "lines", "says"),
        [
            ("", "\n\n", "step 1: r.ndjson: there is no line of a recording in it"),
            (
                "machine: WS2",
                EVENT % 900,
                "step 1: r.ndjson: no line of it was replayed (skipped: other-machine 1); it has events of ws1",
            ),
        ],
    )
    def test_is_the_error_of_the_scenario(self, tmp_path: Path, options: str, lines: str, says: str) -> None:
        (tmp_path / "r.ndjson").write_text(lines)
        (tmp_path / "a.scenario.yaml").write_text(
            f"scenario: 1\nname: replayed\nsteps:\n  - replay: {{file: r.ndjson, format: sysmon, {options}}}\n"
        )
        result = run(tmp_path, ".")
        assert result.returncode == 2
        assert says in result.stdout.decode()


class TestExplain:
    def test_it_prints_what_made_a_case_pass(self, folder: Path) -> None:
        result = run(folder, "mixed.scenario.yaml", "--explain", "passes")
        assert result.returncode == 0
        text = result.stdout.decode()
        for part in (
            "PASS  passes",
            "  line 6, step 1",
            "    expected  at least 1   CreateProcess",
            "    #1 direct CreateProcess  step 1, line 4",
            "      made by MpCreateProcessNotifyRoutineEx, which looked at",
            "        true   CreateInfo != NULL",
        ):
            assert part in text
        assert "of 1 case in 1 file" in text

    def test_a_name_that_does_not_exist(self, folder: Path) -> None:
        result = run(folder, "mixed.scenario.yaml", "--explain", "pases")
        assert result.returncode == 2
        assert result.stderr.decode() == '--explain: no case is called "pases"; did you mean passes?\n'

    def test_json_has_it_only_when_asked(self, folder: Path) -> None:
        arguments = ("mixed.scenario.yaml", "--filter", "*passes", "--json", "-")
        assert "held" not in json.loads(run(folder, *arguments).stdout)["cases"][0]
        (case,) = json.loads(run(folder, *arguments, "--explain", "passes").stdout)["cases"]
        (held,) = case["held"]
        assert held["messages"][0]["routine"] == "MpCreateProcessNotifyRoutineEx"


class TestWatch:
    def test_what_changed_runs_again_until_a_signal(self, tmp_path: Path) -> None:
        (tmp_path / "golden.scenario.yaml").write_text(GOLDEN)
        (tmp_path / "sub").mkdir()
        (tmp_path / "sub/other.scenario.yaml").write_text(
            GOLDEN.replace("golden: out", "golden: ../out").replace("name: golden", "name: other")
        )
        run(tmp_path, "golden.scenario.yaml", "--update")
        process = subprocess.Popen(
            [binary().absolute(), "test", ".", "--watch", "--root", ".", "--json", "out.json"],
            cwd=tmp_path,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

        def sums() -> str:
            """The next sums."""
            assert process.stdout is not None
            for line in process.stdout:
                if line.startswith(b"PASS "):
                    return line.decode().partition(" in ")[0]
            return "ended"

        try:
            assert sums() == "PASS 2  FAIL 0  SKIP 0  ERROR 0   of 2 cases"
            # A scenario, replaced as editors do it.
            new = tmp_path / "new"
            new.write_text(GOLDEN.replace("app.exe", "other.exe"))
            new.rename(tmp_path / "golden.scenario.yaml")
            assert sums() == "PASS 0  FAIL 1  SKIP 0  ERROR 0   of 1 case"
            # A golden file of both.
            (tmp_path / "out/app.ndjson").write_text("{}\n")
            assert sums() == "PASS 0  FAIL 2  SKIP 0  ERROR 0   of 2 cases"
            # A new file, then a wrong one. Other files do not matter.
            (tmp_path / "sub/notes.txt").write_text("nothing")
            (tmp_path / "sub/new.scenario.yaml").write_text("scenario: 1\nname: new\nsteps: [{wait: 1s}]\n")
            assert sums() == "PASS 1  FAIL 0  SKIP 0  ERROR 0   of 1 case"
            (tmp_path / "sub/new.scenario.yaml").write_text("scenario: 1\n")
            assert sums() == "PASS 0  FAIL 0  SKIP 0  ERROR 1   of 0 cases and 1 wrong file"
            # A folder with a file in it, before anybody can watch the folder.
            (tmp_path / "hidden").mkdir()
            (tmp_path / "hidden/a.scenario.yaml").write_text("scenario: 1\nname: a\nsteps: [{wait: 1s}]\n")
            (tmp_path / "hidden").rename(tmp_path / "folder")
            assert sums() == "PASS 1  FAIL 0  SKIP 0  ERROR 1   of 1 case and 1 wrong file"
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=SECONDS)
        assert process.returncode == 130
        assert json.loads((tmp_path / "out.json").read_bytes())["sums"]["error"] == 1
