"""`wdfilterd test` with an engine that does not do what it must: each cause is named where one looks for it."""

import json
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from junitparser import Error, JUnitXml

from contract.service import binary
from test_scenario_reports import SECONDS, environment, run

ARMS = """\
scenario: 1
name: the engine watches PowerShell
requires: {engine: true}
config: {maxProcessCreationMessageTimeoutMs: 300}
steps:
  - createProcess: {as: shell, imageFileName: 'C:\\powershell.exe'}
  - createProcess: {as: victim, imageFileName: 'C:\\notepad.exe'}
  - expect:
      - process: shell
        rules: {has: [NotifyNewThreadDifferentProcess]}
  - createThread: {target: victim, creator: shell}
    expect:
      - messages: {kind: sync, acknowledged: true}
"""
PASSES = """\
scenario: 1
name: it starts
steps:
  - createProcess: {imageFileName: 'C:\\app.exe'}
    expect: [{outcome: {created: true}}]
"""

Answer = Callable[["Handler"], None]


def slow(handler: "Handler") -> None:
    """Answer only after the driver has given up, which closes the connection."""
    handler.rfile.read(1)


class Handler(BaseHTTPRequestHandler):
    """Answers pings, and everything else as the test says."""

    protocol_version = "HTTP/1.1"
    answer: Answer

    def do_POST(self) -> None:
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if event["type"].endswith("ping"):
            self.send({})
        else:
            type(self).answer(self)

    def send(self, answer: dict[str, object], status: int = 200) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def log_message(self, *_: object) -> None:
        pass


class Refusing(Handler):
    """Answers nothing but a status, pings included, as a server of something else."""

    def do_POST(self) -> None:
        self.send({}, 404)

    def do_GET(self) -> None:
        self.do_POST()


@contextmanager
def engine(answer: Answer = slow, base: type[Handler] = Handler) -> Iterator[str]:
    """An engine at a URL."""
    handler = type("Answering", (base,), {"answer": staticmethod(answer)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    (tmp_path / "arms.scenario.yaml").write_text(ARMS)
    return tmp_path


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda handler: handler.send({}), "The engine answered 200 {}"),
        (
            lambda handler: handler.send({"rules": ["NotifyNewThreadDiffProcess"]}),
            '"NotifyNewThreadDiffProcess" is not a rule; did you mean NotifyNewThreadDifferentProcess?\n',
        ),
        (lambda handler: handler.send({"operationType": 4}), "/operationType: unknown member"),
        (
            lambda handler: handler.send({"error": "locked"}, 500),
            'It failed: STATUS_UNSUCCESSFUL, HTTP status 500.\n    The engine answered 500 {"error": "locked"}\n',
        ),
        (Handler.hang_up, "the engine closed the connection before it answered."),
        (slow, "maxProcessCreationMessageTimeoutMs is 300 ms (line 4)."),
    ],
    ids=["nothing", "a misspelled rule", "another answer", "500", "hangs up", "slow"],
)
def test_a_rule_that_the_engine_did_not_set(folder: Path, answer: Answer, says: str) -> None:
    with engine(answer) as url:
        result = run(folder, ".", "--engine-url", url)
    text = result.stdout.decode()
    assert result.returncode == 1
    assert "No step, policy or reply gives NotifyNewThreadDifferentProcess to shell." in text
    assert "outcome of #1" in text
    assert says in text


def test_what_the_engine_must_answer_comes_before_an_edit_of_the_scenario(folder: Path) -> None:
    with engine(lambda handler: handler.send({"rules": ["NotifyProcessCmdLine"]})) as url:
        text = run(folder, ".", "--engine-url", url, "--keep-going").stdout.decode()
    assert (
        "    the engine's reply to #1:  rules: [NotifyNewThreadDifferentProcess, NotifyProcessCmdLine]\n"
        "    Not run again, because time is real.\n" in text
    )


def test_messages_that_the_engine_failed_are_told_even_if_every_case_passed(folder: Path) -> None:
    (folder / "arms.scenario.yaml").write_text(PASSES)
    with engine(Handler.hang_up) as url:
        result = run(folder, ".", "--engine-url", url, "--json", "report.json")
    assert result.returncode == 0
    assert "The engine failed to answer 1 message in 1 case, of which 1 passed.\n" in result.stdout.decode()
    assert json.loads((folder / "report.json").read_bytes())["cases"][0]["failedMessages"] == 1


def test_a_webhook_of_the_file_that_is_down_is_told_too(folder: Path) -> None:
    """An embedded engine fails messages because the scenario wants it; a webhook does not."""
    (folder / "arms.scenario.yaml").write_text(
        PASSES + "engine: {type: webhook, url: 'http://127.0.0.1:1/'}\n---\n"
        "scenario: 1\nname: on purpose\ntime: real\nengine: {reply: disconnect}\n"
        "steps: [{createProcess: {imageFileName: 'C:\\app.exe'}}]\n"
    )
    result = run(folder, ".")
    assert result.returncode == 0
    assert "The engine failed to answer 1 message in 1 case, of which 1 passed.\n" in result.stdout.decode()


def test_the_report_has_what_the_engine_was_sent(folder: Path) -> None:
    """An engine that decided wrongly about what it was sent."""
    with engine(lambda handler: handler.send({})) as url:
        report = json.loads(run(folder, ".", "--engine-url", url, "--json", "-").stdout)
    [reply] = [why for why in report["cases"][0]["failures"][0]["why"] if why["kind"] == "reply"]
    assert reply["reply"] == "{}"
    assert reply["sent"]["imageFileName"] == "C:\\powershell.exe"
    assert "host" not in reply["sent"]


class TestAnEngineThatDoesNotAnswer:
    """An old report must not stand for a run that could not begin."""

    def run(self, folder: Path, *arguments: str) -> tuple[str, str]:
        result = run(folder, ".", "--engine-url", "http://127.0.0.1:1/", "--wait", "0s", *arguments)
        assert result.returncode == 3
        message = "the engine at http://127.0.0.1:1/ does not answer"
        assert result.stderr.decode().startswith(message)
        return result.stdout.decode(), message

    def test_junit_and_json(self, folder: Path) -> None:
        (folder / "out.xml").write_text("old")
        text, message = self.run(folder, "--junit", "out.xml", "--json", "out.json")
        assert text.startswith("PASS 0  FAIL 0  SKIP 0  ERROR 1   of 1 case in 1 file, 0.")
        report = json.loads((folder / "out.json").read_bytes())
        assert report["obstacle"].startswith(message)
        assert report["cases"][0]["verdict"] == "error"
        [suite] = JUnitXml.fromfile(str(folder / "out.xml"))
        [case] = suite
        [error] = case.result
        assert isinstance(error, Error)
        assert (error.type, error.message.startswith(message)) == ("wdfilterd", True)

    def test_tap_bails_out(self, folder: Path) -> None:
        text, message = self.run(folder, "--tap")
        assert f"\nBail out! {message}" in text

    def test_a_refused_ping_is_an_answer(self, folder: Path) -> None:
        with engine(base=Refusing) as url:
            result = run(folder, ".", "--engine-url", url, "--wait", "0s")
            assert result.stderr.decode() == f"the engine at {url} refuses the ping (wdfilter.ping): HTTP status 404\n"
            # Nor is it a service.
            result = run(folder, ".", "--server", url.rstrip("/"), "--wait", "0s")
        assert result.returncode == 3
        assert result.stderr.decode().endswith(" answers GET /livez with 404, as no wdfilterd does\n")

    def test_a_signal_ends_the_wait(self, folder: Path) -> None:
        """The engine accepts the connection of the ping, and is silent."""
        with socket.create_server(("127.0.0.1", 0)) as silent:
            silent.settimeout(SECONDS)
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
            process = subprocess.Popen(
                [binary().absolute(), "test", ".", "--engine-url", url, "--wait", "60s", "--json", "out.json"],
                cwd=folder,
                env=environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            with silent.accept()[0]:
                process.send_signal(signal.SIGINT)
                began = time.monotonic()
                _, complaint = process.communicate(timeout=SECONDS)
                assert time.monotonic() - began < 5
        assert (process.returncode, complaint.decode()) == (130, "interrupted by SIGINT\n")
        [case] = json.loads((folder / "out.json").read_bytes())["cases"]
        assert (case["verdict"], case["reason"]) == ("skip", "not run: interrupted")


def test_a_folder_without_scenario_files(folder: Path) -> None:
    (folder / "arms.scenario.yaml").rename(folder / "arms.yaml")
    result = run(folder, ".")
    assert result.returncode == 2
    assert "no *.scenario.yaml, *.scenario.yml or *.scenario.json file is there" in result.stderr.decode()


def test_a_run_in_which_everything_was_skipped_says_so(folder: Path) -> None:
    result = run(folder, ".")
    assert result.returncode == 0
    assert result.stdout.decode().splitlines()[:3] == [
        "SKIP  the engine watches PowerShell: needs an engine under test (--engine-url)",
        "      ./arms.scenario.yaml:1",
        "No case was run; --fail-on-skip makes that a failure.",
    ]
