"""`wdfilterd test` with an engine that does not do what it must: each cause is named where one looks for it."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from junitparser import Error, JUnitXml

from test_scenario_reports import run

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


@contextmanager
def engine(answer: Answer) -> Iterator[str]:
    """An engine at a URL."""
    handler = type("Answering", (Handler,), {"answer": staticmethod(answer)})
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


def slow(handler: Handler) -> None:
    """Answer only after the driver has given up, which closes the connection."""
    handler.rfile.read(1)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda handler: handler.send({}), "The engine answered 200 {}"),
        (
            lambda handler: handler.send({"rules": ["NotifyNewThreadDiffProcess"]}),
            '"NotifyNewThreadDiffProcess" is not a rule; did you mean NotifyNewThreadSameProcess?\n',
        ),
        (lambda handler: handler.send({"operationType": 4}), "/operationType: unknown member"),
        (lambda handler: handler.send({}, 500), "It failed: STATUS_UNSUCCESSFUL, HTTP status 500."),
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
    assert "what became of #1" in text
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
        assert text.splitlines() == ["PASS 0  FAIL 0  SKIP 0  ERROR 1   of 1 case in 1 file, 0.00 s"]
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


def test_a_run_in_which_everything_was_skipped_says_so(folder: Path) -> None:
    result = run(folder, ".")
    assert result.returncode == 0
    assert result.stdout.decode().splitlines()[:3] == [
        "SKIP  the engine watches PowerShell: needs an engine under test (--engine-url)",
        "      ./arms.scenario.yaml:1",
        "No case was run; --fail-on-skip makes that a failure.",
    ]
