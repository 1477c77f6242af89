"""`wdfilterd test --server`: scenarios on the hosts of a service end as they do in the process of the command."""

import http.client
import json
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from contract.client import Client, Ledger
from contract.document import REPOSITORY
from contract.hanging import environment
from contract.scenarios import LIBRARY, SUFFIX, library, mutations
from contract.service import Service, binary

SECONDS = 120
RECORDING = REPOSITORY / "docs" / "examples" / "injection.ndjson"
TOKENS = {"read": "read-token-0123456789", "drive": "drive-token-0123456789", "admin": "admin-token-0123456789"}

SKIPPED = {
    "The machines of a recording can be put on hosts of their own": (
        "replays several machines, but a service replays one onto one host"
    ),
    "The messages of a recording are those of last time": "needs virtual time, for a golden file",
}
"""The scenarios of the library that do not run on a service, and why."""

MOST_DIFFERENCES = 4
"""How many of the edited scenarios may be explained otherwise on a service: those with recordings."""

CREATE = "createProcess: {as: app, imageFileName: 'C:\\app.exe'}"
SLOW = f"""\
scenario: 1
name: slow
timeout: ${{timeout}}
variables: {{timeout: 60s}}
engine: {{delayMs: 4000}}
config: {{maxProcessCreationMessageTimeoutMs: 30000}}
steps:
  - {CREATE}
"""


def command(*arguments: str | Path) -> list[str | Path]:
    """The command line of a run."""
    return [binary().absolute(), "test", *arguments]


class Ran:
    """The end of a run."""

    def __init__(self, folder: Path, *arguments: str | Path, within: float = SECONDS) -> None:
        """Run it in `folder`."""
        done = subprocess.run(
            command(*arguments, "--json", "-"),
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=within,
            check=False,
        )
        self.code = done.returncode
        self.errors = done.stderr
        self.text = done.stdout
        self.report: dict[str, Any] = json.loads(done.stdout) if done.stdout.startswith("{") else {}

    @property
    def ends(self) -> list[dict[str, Any]]:
        """What two runs in different places have in common."""
        return [end(case) for case in self.report["cases"]]


def end(case: dict[str, Any]) -> dict[str, Any]:
    """How a case ended, as far as that is the same in virtual and in real time."""
    error = case.get("error", {})
    return {
        "case": (Path(case["file"]).name, case["line"], case["name"], case.get("case")),
        "verdict": case["verdict"],
        "error": {name: error.get(name) for name in ("line", "step", "problem")},
        "failures": [failure_end(failure) for failure in case["failures"]],
    }


def failure_end(failure: dict[str, Any]) -> dict[str, Any]:
    same = ("line", "step", "id", "expected", "found", "matched", "scope")
    return {name: failure.get(name) for name in same} | {
        # In virtual time, a pid that is used again in the same moment is that of the same process.
        "nearest": [
            (near["sequence"], near["kind"], near["operation"], unmet(near["criteria"]))
            for near in failure.get("nearest", [])[:1]
        ],
        "fields": unmet(failure.get("fields", [])),
        "why": [
            {name: reason.get(name) for name in ("kind", "step", "routine", "decidedBy", "message", "status", "for")}
            for reason in failure.get("why", [])
        ],
    }


def unmet(fields: list[dict[str, Any]]) -> list[str]:
    return [field["criterion"] for field in fields if not field["met"]]


def hosts(client: Client) -> set[str]:
    """The hosts that tests made."""
    names = [host["name"] for host in client.call("listHosts", query={"limit": 1000}).json["items"]]
    return {name for name in names if name.startswith("t-")}


@pytest.fixture(name="server")
def _server(service: Service) -> str:
    return f"http://127.0.0.1:{service.port}"


# The same in both places


def test_the_library_runs_on_a_service(server: str, client: Client) -> None:
    """Some scenarios fail if the machine is so busy that their steps take longer than their engines."""
    here = Ran(LIBRARY.parent, LIBRARY)
    there = Ran(LIBRARY.parent, LIBRARY, "--server", server, "--retries", "10")
    assert there.code == 0, there.text
    assert there.report["server"] == server
    assert there.report["time"] == "real"
    cases = there.report["cases"]
    skipped = {case["name"]: case["reason"] for case in cases if case["verdict"] == "skip"}
    virtual = [scenario.name for scenario in library() if scenario.content.get("time") == "virtual"]
    engines = [scenario.name for scenario in library() if scenario.needs_engine]
    assert skipped == SKIPPED | dict.fromkeys(virtual, "needs virtual time") | dict.fromkeys(
        engines, "tests an engine (--engine-url), not a service"
    )
    ran = [case for case in cases if case["verdict"] != "skip"]
    assert len(ran) >= 0.9 * len([case for case in here.report["cases"] if case["verdict"] != "skip"])
    assert [end(case) for case in ran] == [end(case) for case in here.report["cases"] if case["name"] not in skipped]
    assert hosts(client) == set()


def test_edited_scenarios_fail_for_the_same_reasons(tmp_path: Path, server: str, client: Client) -> None:
    """The service does not keep what records decided, so it cannot explain that."""
    shutil.copytree(LIBRARY, tmp_path, dirs_exist_ok=True)
    for path in tmp_path.glob(f"*{SUFFIX}"):
        path.unlink()
    for mutation in mutations():
        (tmp_path / mutation.file).write_text(mutation.text)
    assert len(mutations()) > 100
    here = Ran(tmp_path, ".")
    differing = differences(here, Ran(tmp_path, ".", "--server", server))
    # Some depend on the time that a step takes; the machine may be busy.
    for _ in range(4):
        if len(differing) > MOST_DIFFERENCES:
            differing = differences(here, Ran(tmp_path, *differing, "--server", server, "--parallel", "1"))
    assert len(differing) <= MOST_DIFFERENCES, differing
    assert hosts(client) == set()


def differences(here: Ran, there: Ran) -> list[str]:
    """The files of the cases that end otherwise in the second run."""
    known = {each["case"]: each for each in here.ends}
    return [each["case"][0] for each in there.ends if each["verdict"] != "skip" and each != known[each["case"]]]


def test_two_hundred_cases_at_a_time_end_as_one_by_one(tmp_path: Path, server: str, client: Client) -> None:
    """Every seventh one fails. At a time they take less than half of the time, for each waits for its engine."""
    (tmp_path / "many.scenario.yaml").write_text(
        f"""\
scenario: 1
name: many
matrix: [{", ".join(f"{{case: c{number}, wanted: {int(number % 7 != 0)}}}" for number in range(200))}]
engine: {{delayMs: 20}}
steps:
  - {CREATE}
  - createThread: {{target: app}}
  - exitProcess: app
    expect:
      - messages: {{kind: async, operation: CreateProcess, process: app}}
        exactly: '${{wanted}}'
"""
    )
    seconds, reports = [], []
    for parallel in ("1", "32"):
        began = time.monotonic()
        ran = Ran(tmp_path, ".", "--server", server, "--parallel", parallel)
        seconds.append(time.monotonic() - began)
        reports.append(ran.text)
        assert ran.code == 1
        assert ran.report["sums"] == {"pass": 171, "fail": 29, "skip": 0, "error": 0, "flaky": 0}
    assert reports[0] == reports[1]
    assert seconds[1] < seconds[0] / 2
    assert hosts(client) == set()


# However a case ends


@pytest.mark.parametrize(
    ("steps", "code", "verdict"),
    [
        (f"[{CREATE}]", 0, "pass"),
        (f"[{{{CREATE}, expect: [{{messages: {{}}, never: true}}]}}]", 1, "fail"),
        ("[{createThread: {target: 4711}}]", 2, "error"),
        (
            f"[{{id: made, background: true, {CREATE}}}, {{createThread: {{target: 4711}}}}, {{await: made}}]",
            2,
            "error",
        ),
    ],
)
def test_hosts_are_deleted(tmp_path: Path, server: str, client: Client, steps: str, code: int, verdict: str) -> None:
    (tmp_path / "one.scenario.yaml").write_text(
        f"scenario: 1\nname: one\nhosts: {{main: {{}}, other: {{}}}}\nsteps: {steps}\n"
    )
    ran = Ran(tmp_path, ".", "--server", server)
    assert ran.code == code, ran.errors
    assert [case["verdict"] for case in ran.report["cases"]] == [verdict]
    assert hosts(client) == set()


def test_a_case_has_a_timeout(tmp_path: Path, server: str, client: Client) -> None:
    (tmp_path / "slow.scenario.yaml").write_text(SLOW)
    began = time.monotonic()
    ran = Ran(tmp_path, ".", "--server", server, "--set", "timeout=1s")
    assert time.monotonic() - began < 10
    [case] = ran.report["cases"]
    assert case["verdict"] == "fail"
    assert case["failures"][0]["detail"] == "not done after 1 s, in step 1"
    assert hosts(client) == set()


def test_ctrl_c_deletes_the_hosts_and_writes_the_report(tmp_path: Path, server: str, client: Client) -> None:
    (tmp_path / "slow.scenario.yaml").write_text(SLOW)
    interrupt(tmp_path, server, client)


def test_ctrl_c_ends_an_upload_that_waits_for_its_next_line(tmp_path: Path, server: str, client: Client) -> None:
    created = json.loads(RECORDING.read_text().splitlines()[1])
    later = created | {"UtcTime": "2024-03-13 13:46:02.204", "ProcessId": "6212"}
    (tmp_path / "hour.ndjson").write_text(f"{json.dumps(created)}\n{json.dumps(later)}\n")
    (tmp_path / "replay.scenario.yaml").write_text(
        "scenario: 1\nname: paced\nsteps:\n  - replay: {file: hour.ndjson, pace: recorded}\n"
    )
    assert interrupt(tmp_path, server, client) < 5


def interrupt(folder: Path, server: str, client: Client) -> float:
    """Interrupt a run once its case has a message; return how many seconds it went on."""
    process = subprocess.Popen(
        command(".", "--server", server, "--json", "out.json"),
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        await_messages(client)
    finally:
        process.send_signal(signal.SIGINT)
    began = time.monotonic()
    process.communicate(timeout=20)
    seconds = time.monotonic() - began
    assert process.returncode == 130
    report = json.loads((folder / "out.json").read_text())
    assert [(case["verdict"], case["reason"]) for case in report["cases"]] == [("skip", "interrupted")]
    assert hosts(client) == set()
    return seconds


def await_messages(client: Client) -> None:
    """Wait until a host of a case has a message. A host may be deleted after it was listed: the run's probe."""
    for _ in range(200):
        for name in hosts(client):
            answer = client.raw("GET", f"/v1/hosts/{name}/messages/count")
            if answer.status == 200 and answer.json["count"]:
                return
        time.sleep(0.05)
    raise AssertionError("no case has begun")


def test_a_service_that_dies_is_an_error_and_what_was_known_is_kept(tmp_path: Path, ledger: Ledger) -> None:
    (tmp_path / "two.scenario.yaml").write_text(
        f"""\
scenario: 1
name: two
engine: {{delayMs: 5000}}
config: {{maxProcessCreationMessageTimeoutMs: 30000}}
steps:
  - expect: [{{messages: {{}}, exactly: 3}}]
  - {CREATE}
"""
    )
    service = Service(tmp_path)
    client = Client(service.port, ledger)
    process = subprocess.Popen(
        command(".", "--server", f"http://127.0.0.1:{service.port}", "--keep-going", "--json", "out.json"),
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    await_messages(client)
    client.close()
    service.kill()
    process.communicate(timeout=20)
    assert process.returncode == 3
    [case] = json.loads((tmp_path / "out.json").read_text())["cases"]
    assert case["verdict"] == "error"
    assert case["error"]["line"] == 7
    assert case["error"]["detail"].startswith(f"http://127.0.0.1:{service.port}: ")
    assert [failure["line"] for failure in case["failures"]] == [6]


# The service


@pytest.fixture(name="small")
def _small(tmp_path: Path) -> Path:
    """A scenario that passes, and one for each kind of place."""
    documents = [
        ("everywhere", ""),
        ("on a service", "requires: {server: true}\n"),
        ("in the process", "requires: {server: false}\n"),
        ("virtual", "time: virtual\n"),
    ]
    text = "---\n".join(f"scenario: 1\nname: {name}\n{more}steps: [{CREATE}]\n" for name, more in documents)
    (tmp_path / "small.scenario.yaml").write_text(text)
    return tmp_path


def test_scenarios_that_need_another_place_are_skipped(small: Path, server: str) -> None:
    def reasons(*arguments: str) -> dict[str, str]:
        return {case["name"]: case.get("reason", "") for case in Ran(small, ".", *arguments).report["cases"]}

    assert reasons("--server", server) == {
        "everywhere": "",
        "on a service": "",
        "in the process": "must not run on a service",
        "virtual": "needs virtual time",
    }
    expected = {"everywhere": "", "on a service": "needs a service (--server)", "in the process": "", "virtual": ""}
    assert reasons() == expected


@pytest.mark.parametrize(
    "steps",
    [
        "expect: [{}]",
        "wait: {{until: [{}]}}",
        "repeat: {{times: 1, steps: [{{wait: {{until: [{}]}}}}]}}",
    ],
)
def test_a_scenario_that_looks_at_routines_of_a_replay_is_skipped(tmp_path: Path, server: str, steps: str) -> None:
    shutil.copy(RECORDING, tmp_path)
    (tmp_path / "replay.scenario.yaml").write_text(
        f"""\
scenario: 1
name: replay
steps:
  - id: replayed
    replay: {{file: injection.ndjson}}
  - {steps.format("{routine: MpCreateThreadNotifyRoutine, of: replayed}")}
"""
    )
    ran = Ran(tmp_path, ".", "--server", server)
    assert [case.get("reason") for case in ran.report["cases"]] == [
        "looks at routines that a replay ran, which the service does not keep"
    ]


def test_a_unix_domain_socket(small: Path) -> None:
    # A path of a socket has at most 107 bytes.
    with tempfile.TemporaryDirectory() as folder:
        target = f"unix:{folder}/s"
        service = Service(small, ["--listen", target], listen="")
        ran = Ran(small, ".", "--server", target)
        assert service.stop() == 0
    assert (ran.code, ran.report["server"]) == (0, target)


def test_the_token_must_have_the_role_admin(small: Path) -> None:
    lines = [f"{role} {role} {token}\n" for role, token in TOKENS.items()]
    (small / "tokens").write_text("".join(lines))
    for role, token in TOKENS.items():
        (small / role).write_text(token)
    (small / "unknown").write_text("unknown-token-0123456789")
    config = small / "wdfilterd.yaml"
    config.write_text(f"auth: {{tokensFile: {small}/tokens}}\n")
    service = Service(small, ["--config", str(config)])
    server = f"http://127.0.0.1:{service.port}"
    refused = {name: Ran(small, ".", "--server", server, "--token-file", name) for name in ("read", "drive", "unknown")}
    refused["none"] = Ran(small, ".", "--server", server)
    admitted = Ran(small, ".", "--server", server, "--token-file", "admin")
    assert service.stop() == 0
    for name, ran in refused.items():
        assert (ran.code, ran.text) == (2, "")
        assert ("name a token" if name == "none" else "the token needs the role admin") in ran.errors
    assert admitted.code == 0, admitted.errors


def test_a_service_that_does_not_answer(small: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    ran = Ran(small, ".", "--server", f"http://127.0.0.1:{port}", "--wait", "200ms")
    assert ran.code == 3
    assert re.search(rf"--server: http://127\.0\.0\.1:{port}: .*connect", ran.errors)
    assert ran.report["sums"] == {"pass": 0, "fail": 0, "skip": 0, "error": 4, "flaky": 0}
    assert {case["error"]["detail"] for case in ran.report["cases"]} == {ran.report["obstacle"]}


@pytest.mark.parametrize(
    ("arguments", "detail"),
    [
        (["--server", "http://127.0.0.1:1", "--engine-url", "http://127.0.0.1:2/"], "cannot be used together"),
        (["--token-file", "x"], "require --server"),
        (["--insecure"], "require --server"),
        (["--server", "localhost"], "is not http://ADDRESS:PORT"),
        (["--server", "http://127.0.0.1:1", "--token-file", "missing"], "--token-file: missing: "),
    ],
)
def test_wrong_usage(small: Path, arguments: list[str], detail: str) -> None:
    ran = Ran(small, ".", *arguments)
    assert ran.code == 2
    assert detail in ran.errors


# Steps


def test_a_background_step_has_reached_the_driver_before_the_next_one(tmp_path: Path, server: str) -> None:
    """The first waits for the engine, the second for the semaphore, and the third is answered at once."""
    (tmp_path / "background.scenario.yaml").write_text(
        """\
scenario: 1
name: background
config: {sendingSyncSemaphoreLimit: 1, syncMonitorNotificationTimeoutMs: 5000}
steps:
  - createProcess: {as: app, imageFileName: 'C:\\app.exe', rules: [NotifyNewThreadSameProcess]}
  - engine: {delayMs: 300}
  - id: first
    background: true
    createThread: {target: app, creator: app}
  - expect:
      - messages: {operation: NewThreadSameProcess, delivery: inHand}
        settled: false
      - queue: {waiting: {count: 0}}
        settled: false
  - id: second
    background: true
    createThread: {target: app, creator: app}
  - expect:
      - queue: {waiting: {count: 1}}
        settled: false
  - id: third
    background: true
    setRules: {process: app, clear: [NotifyNewThreadSameProcess]}
  - await: [first, second, third]
    expect:
      - messages: {operation: NewThreadSameProcess, acknowledged: true}
        by: first
      - messages: {operation: NewThreadSameProcess, acknowledged: true}
        by: second
"""
    )
    ran = Ran(tmp_path, ".", "--server", server)
    assert ran.code == 0, ran.text


class Proxy(ThreadingHTTPServer):
    """The service behind a server that answers some of its requests itself."""

    def __init__(self, port: int, answer: Callable[[str, str], bytes | None]) -> None:
        """Answer what `answer` answers, with a body for 200 or nothing for 500, and pass on what gets None."""
        self.target = port
        self.answer = answer
        super().__init__(("127.0.0.1", 0), ProxyHandler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class ProxyHandler(BaseHTTPRequestHandler):
    """A connection of the proxy."""

    protocol_version = "HTTP/1.1"
    server: Proxy

    def body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        pieces = []
        while size := int(self.rfile.readline(), 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def pass_on(self) -> None:
        body = self.body()
        answered = self.server.answer(self.command, self.path)
        if answered is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.server.target)
            same = ("Content-Type", "X-Request-Id")
            headers = {name: value for name, value in self.headers.items() if name in same}
            connection.request(self.command, self.path, body or None, headers)
            answer = connection.getresponse()
            status, answered = answer.status, answer.read()
            connection.close()
        else:
            status = 200 if answered else 500
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answered)))
        self.end_headers()
        self.wfile.write(answered)

    do_GET = do_PUT = do_POST = do_DELETE = pass_on  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.mark.parametrize(
    ("messages", "queues", "detail"),
    [
        (b"", b"", "&waitMs=1: 500: no reason given"),
        (b'{"items":[]}', b"", "/queues?entries=1000: 500: no reason given"),
        (
            b'{"items":[]}',
            b'{"waiting":{"count":1001,"entries":[{"requestId":"4711"}]}}',
            "1001 calls wait in the driver, more than the service lists",
        ),
    ],
)
def test_a_background_step_that_the_service_does_not_report_on_is_an_error(
    tmp_path: Path, service: Service, client: Client, messages: bytes, queues: bytes, detail: str
) -> None:
    """Although the call itself is answered later."""
    (tmp_path / "background.scenario.yaml").write_text(
        """\
scenario: 1
name: background
engine: {delayMs: 2000}
steps:
  - id: created
    background: true
    createProcess: {imageFileName: 'C:\\app.exe'}
  - await: created
"""
    )

    def answer(method: str, target: str) -> bytes | None:
        if method == "GET" and "&waitMs=" in target:
            return messages
        return queues if method == "GET" and "/queues?entries=1000" in target else None

    with Proxy(service.port, answer) as proxy:
        ran = Ran(tmp_path, ".", "--server", f"http://127.0.0.1:{proxy.server_port}")
        proxy.shutdown()
    [case] = ran.report["cases"]
    assert (ran.code, case["verdict"]) == (3, "error"), ran.text
    assert detail in case["error"]["detail"]
    assert hosts(client) == set()


def test_a_recording_with_its_pace(tmp_path: Path, server: str) -> None:
    shutil.copy(RECORDING, tmp_path)
    (tmp_path / "replay.scenario.yaml").write_text(
        """\
scenario: 1
name: replay
matrix: {pace: [asap, x50]}
rulePolicies: [{imageFileName: '*', rules: [NotifyNewThreadDifferentProcess]}]
steps:
  - replay: {file: injection.ndjson, machine: ws01.example.org, pace: '${pace}'}
    expect:
      - outcome: {lines: 15, applied: 13, rejectedCount: 0}
      - messages: {operation: NewThreadDifferentProcess, acknowledged: true}
        exactly: 1
      - messages: {operation: LoadImage}
        exactly: 6
      - messages: {kind: sync, operation: NewThreadSameProcess}
"""
    )
    ran = Ran(tmp_path, ".", "--server", server, "--timings")
    assert [case["verdict"] for case in ran.report["cases"]] == ["fail", "fail"], ran.text
    [asap, paced] = ran.report["cases"]
    for case in (asap, paced):
        [failure] = case["failures"]
        assert [reason["kind"] for reason in failure["why"]] == ["absent"]
        assert "the service does not keep what the records" in failure["why"][0]["detail"]
    assert paced["seconds"] > asap["seconds"]
