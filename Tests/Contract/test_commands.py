"""The subcommands that need no service."""

import base64
import contextlib
import fcntl
import hashlib
import hmac
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from contract.client import Client
from contract.document import DOCUMENT, REPOSITORY
from contract.machine import IMAGE, Machine
from contract.sample_engine import LINE, engine
from contract.service import Service, binary
from contract.story import A, B, two_processes

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECONDS = 30


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a subcommand to its end."""
    return subprocess.run(
        [binary(), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False
    )


def send(port: int, event: dict[str, object], secret: str | None = None) -> tuple[int, str]:
    """Post an event, signed if there is a secret."""
    body = json.dumps(event)
    headers = {"Content-Type": "application/cloudevents+json"}
    if secret is not None:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        timestamp = str(int(time.time()))
        digest = hmac.new(key, f"{event['id']}.{timestamp}.{body}".encode(), hashlib.sha256).digest()
        signature = f"v1,{base64.b64encode(digest).decode()}"
        headers |= {"webhook-id": str(event["id"]), "webhook-timestamp": timestamp, "webhook-signature": signature}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("POST", "/", body, headers)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def event() -> dict[str, object]:
    """Make an event like the service's, with every member that the engine reads."""
    return {
        "specversion": "1.0",
        "id": "default-5f3a9c-17",
        "source": "/v1/hosts/default",
        "type": "wdfilter.sync.NewThreadDifferentProcess",
        "time": "2020-02-21T10:15:30.1234567Z",
        "subject": "process/584",
        "data": {"sequence": 17, "operationCode": 3},
    }


def test_engine_checks_answers_prints_and_counts(tmp_path: Path) -> None:
    secret_file = tmp_path / "secret"
    secret_file.write_text(SECRET + "\n")
    with engine("--secret-file", str(secret_file), "--print", "--delay", "50ms") as (port, process):
        started = time.monotonic()
        assert send(port, event(), SECRET) == (200, '{"operationType":3}')
        assert time.monotonic() - started >= 0.05
        assert send(port, event()) == (401, "not signed\n")
        wrong = "whsec_" + base64.b64encode(bytes(24)).decode()
        assert send(port, event(), wrong) == (401, "the signature is wrong\n")
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    line = re.fullmatch(r"sync NewThreadDifferentProcess 584 -> acknowledge, (\d+\.\d) ms", output.splitlines()[0])
    assert line is not None
    assert float(line[1]) >= 50
    assert output.splitlines() == [
        output.splitlines()[0],
        "sync 1",
        "async 0",
        "direct 0",
        "ping 0",
        "refused 2",
    ]


def test_engine_answers_by_rules_and_prints_objects(machine: Machine, tmp_path: Path) -> None:
    replies = tmp_path / "replies.yaml"
    replies.write_text(
        "- {imageFileName: '*\\mimikatz.exe', accessDenied: true}\n"
        "- {operation: NewThreadDifferentProcess, reply: mismatch}\n"
    )
    arguments = ["--replies", str(replies), "--print", "--json"]
    with engine(*arguments) as (port, process):
        machine.call("putEngine", body={"type": "webhook", "url": f"http://127.0.0.1:{port}/"})
        two_processes(machine)
        denied = machine.get("createProcess", body={"imageFileName": "C:\\x\\Mimikatz.exe"}, expect=200)
        assert denied["accessDenied"] is True
        machine.thread(B, creatorProcessId=A)
        machine.drain()
        [sync] = machine.all("listMessages", query={"kind": "sync"})
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=SECONDS)
    fault = "/operationType: is 4, which is not a sync operation; this message is 3 (NewThreadDifferentProcess)"
    assert ": ".join(sync["reply"]["fault"].values()) == fault
    lines = [json.loads(line) for line in output.splitlines()[:-4]]
    shown = [(line["operation"], line["processId"], line["imageFileName"], line["verdict"]) for line in lines]
    assert shown == [
        ("CreateProcess", A, IMAGE, "allow"),
        ("CreateProcess", B, IMAGE, "allow"),
        ("CreateProcess", 4 * 2, "C:\\x\\Mimikatz.exe", "deny"),
        ("NewThreadDifferentProcess", A, IMAGE, "mismatch"),
        ("CreateThread", A, IMAGE, "ok"),
    ]
    assert {line["host"] for line in lines} == {machine.name}


def test_the_sample_engine_counts_and_prints_each_message_of_a_batch(machine: Machine, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    with engine("--secret-file", str(secret), "--print") as (port, process):
        webhook = {"type": "webhook", "url": f"http://127.0.0.1:{port}/", "secret": SECRET, "batch": {}}
        machine.call("putEngine", body=webhook)
        machine.call("putWorker", body={"state": "paused"})
        for _ in range(70):
            machine.call("sendAsyncNotification", body={"operation": "LogPrint", "data": ""})
        machine.call("putWorker", body={"state": "running"})
        machine.drain()
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=SECONDS)
    lines = output.splitlines()
    assert [line.split(",")[0] for line in lines[:-4]] == [f"{machine.name}: async LogPrint -> ok"] * 70
    assert lines[-4:] == ["sync 0", "async 70", "direct 0", "ping 0"]
    assert machine.get("getCounters")["async"]["sent"] == 70


@pytest.mark.parametrize("encoding", ["json", "binary"])
def test_the_sample_engine_sets_words_to_zero(machine: Machine, tmp_path: Path, encoding: str) -> None:
    """COR-10: the embedded engine, the sample engine in either encoding, and its print agree."""
    entry = {"imageFileName": "*\\notepad.exe", "rules": [], "flags": []}
    policies = {"items": [{"imageFileName": "*", "rules": ["NotifyImageLoadRule"], "flags": ["TrustedProcess"]}]}
    machine.call("putRulePolicies", body=policies)
    replies = tmp_path / "replies.json"
    replies.write_text(json.dumps([entry]))
    machine.call("putEngine", body={"type": "embedded", "replies": [entry]})
    embedded = machine.process(processId=A)
    with engine("--replies", str(replies), "--print") as (port, process):
        webhook = {"type": "webhook", "url": f"http://127.0.0.1:{port}/", "encoding": encoding}
        machine.call("putEngine", body=webhook)
        created = machine.process(processId=B)
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=SECONDS)
    assert (created["rules"], created["flags"]) == (embedded["rules"], embedded["flags"])
    assert (created["rules"], "TrustedProcess" in created["flags"]) == ([], False)
    assert "-> allow, rules none, flags none," in output.splitlines()[0]


def test_engine_reports_all_faults_of_its_replies(tmp_path: Path) -> None:
    replies = tmp_path / "replies.yaml"
    replies.write_text("- {operation: Nope}\n- {accessDenied: true,\n   reply: deny}\n")
    result = run("engine", "--replies", str(replies))
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        f'{replies}:1: replies[0].operation: "Nope" is not an operation',
        f"{replies}:2: replies[1]: has reply and also accessDenied, rules or flags; omit one of them",
    ]


def test_engine_stays_until_it_is_told_to_stop() -> None:
    with engine() as (port, process):
        assert send(port, event())[0] == 200
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.5)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=SECONDS) == 0


def test_engine_refuses_a_bad_secret_and_an_address_in_use(tmp_path: Path) -> None:
    secret_file = tmp_path / "secret"
    secret_file.write_text("whsec_c2hvcnQ=")
    assert run("engine", "--secret-file", str(secret_file)).returncode == 2
    with engine() as (port, _):
        assert run("engine", "--listen", f"127.0.0.1:{port}").returncode == 3


def test_healthcheck_tells_ready_from_not(service: Service) -> None:
    assert run("healthcheck", "--url", f"http://127.0.0.1:{service.port}").returncode == 0
    with engine() as (port, _):
        assert run("healthcheck", "--url", f"http://127.0.0.1:{port}").returncode == 3
    assert run("healthcheck", "--url", f"http://127.0.0.1:{port}").returncode == 3
    assert run("healthcheck", "--url", "https://example.org").returncode == 2
    assert run("healthcheck", f"http://127.0.0.1:{service.port}").stdout == "ready\n"
    assert run("healthcheck", "https://example.org").returncode == 2
    assert run("healthcheck", "--url", f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port}").returncode == 2


def test_healthcheck_waits_for_a_service(service: Service) -> None:
    ready = f"http://127.0.0.1:{service.port}"
    with engine() as (port, _):
        pass
    gone = f"http://127.0.0.1:{port}"
    begin = time.monotonic()
    assert run("healthcheck", "--wait", "30s", ready).returncode == 0
    assert time.monotonic() - begin < 20
    begin = time.monotonic()
    result = run("healthcheck", "--wait", "700ms", gone)
    assert 0.5 < time.monotonic() - begin < 20
    assert result.returncode == 3
    assert "is not ready" in result.stderr
    for wait in ("10", "61s", "-1s", "s", ""):
        assert run("healthcheck", "--wait", wait, ready).returncode == 2


def test_healthcheck_sees_a_service_that_starts_while_it_waits() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    waiting = subprocess.Popen(
        [binary(), "healthcheck", "--wait", "30s", f"http://127.0.0.1:{port}"], stdout=-1, text=True
    )
    service = subprocess.Popen([binary(), "serve", "--listen", f"127.0.0.1:{port}"], stdout=subprocess.DEVNULL)
    try:
        assert waiting.communicate(timeout=40) == ("ready\n", None)
        assert waiting.returncode == 0
    finally:
        service.terminate()
        service.wait()


def test_check_config_tells_all_faults(tmp_path: Path) -> None:
    assert run("check-config", str(REPOSITORY / "Config" / "wdfilterd.yaml")).returncode == 0
    file = tmp_path / "bad.yaml"
    file.write_text("driver:\n  asyncTimeoutMs: 70000\n  nonsense: 1\nengine:\n  type: webhook\n  url: ftp://x\n")
    result = run("check-config", str(file))
    assert result.returncode == 2
    assert result.stdout == ""
    settings = ", ".join(sorted(DOCUMENT.at("/components/schemas/HostConfigPatch/properties")))
    assert result.stderr.splitlines() == [
        f"{file}:2: driver.asyncTimeoutMs: 70000 is not in 1...60000 milliseconds",
        f"{file}:3: driver.nonsense: unknown setting; use one of {settings}",
        f"{file}:6: engine.url: must start with http:// or https://",
    ]


def test_version_as_json() -> None:
    result = run("version", "--json")
    assert result.returncode == 0
    version = json.loads(result.stdout)
    assert re.fullmatch(r"\d+\.\d+\.\d+(-dev)?", version["version"])
    assert {"libmicrohttpd", "libcurl", "gnutls"} <= version["libraries"].keys()


def test_the_flag_version_prints_the_first_line_of_the_subcommand() -> None:
    result = run("--version")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == run("version").stdout.splitlines()[0] + "\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_help_names_completion_which_is_printed_for_three_shells(shell: str) -> None:
    assert shell in run("--help").stdout
    result = run("--generate-completion-script", shell)
    assert (result.returncode, result.stderr) == (0, "")
    assert "engine-secret-file" in result.stdout


def test_serve_refuses_faulty_settings_and_addresses_beyond_loopback() -> None:
    assert run("serve", "--listen", "nowhere").returncode == 2
    result = run("serve", "--listen", "0.0.0.0:0")
    assert result.returncode == 2
    assert "--insecure-listen" in result.stderr


def test_serve_warns_of_variables_that_name_no_setting() -> None:
    ours = {"WDFILTERD_LISTN": "x", "WDFILTERD_CONFIG": "x"}
    others = {"WDFILTERD_BIN": "x", "WDFILTERD_PORT": "tcp://10.0.0.1:80", "WDFILTERD_WEB_SERVICE_HOST": "10.0.0.1"}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WDFILTERD_")}
    process = subprocess.Popen(
        [str(binary()), "serve", "--listen", "127.0.0.1:0"],
        env={**environment, **ours, **others},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.terminate()
    log = process.communicate(timeout=SECONDS)[1]
    assert process.returncode == 0
    warnings = [line.partition(" warning ")[2] for line in log.splitlines() if "unknown environment variable" in line]
    said = "serve: unknown environment variable has no effect"
    assert warnings == [
        f"{said} variable=WDFILTERD_CONFIG",
        f"{said} nearest=WDFILTERD_LISTEN variable=WDFILTERD_LISTN",
    ]


@pytest.mark.parametrize("command", [[], ["serve"], ["engine"], ["healthcheck"], ["check-config"], ["version"]])
def test_help_goes_to_stdout_and_has_examples(command: list[str]) -> None:
    result = run(*command, *(["--help"] if command else []))
    assert result.returncode == 0
    assert result.stderr == ""
    assert not command or f"Examples:\n  wdfilterd {command[0]}" in result.stdout
    assert not command or "--log-level" in result.stdout


def test_one_name_of_the_vocabulary_is_explained_in_text() -> None:
    assert run("vocabulary", "NotifyImageLoadRule").stdout == (
        "NotifyImageLoadRule = 0x8000000   [ProcessRules]\n"
        "  The next image load is reported synchronously (IMG-4).\n"
        "  Source: part 2 (known).\n"
        "\n"
        "NotifyImageLoadRule = 0x8000   [StreamCtxRules]\n"
        "  The next load of the stream as an image is reported synchronously (IMG-4).\n"
        "  Source: part 2 (known).\n"
    )


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_name_without_letters_is_not_in_the_vocabulary(name: str) -> None:
    result = run("vocabulary", name)
    assert (result.returncode, result.stdout) == (2, "")
    assert f'"{name}" is not in the vocabulary.' in result.stderr


def test_the_text_of_the_vocabulary_has_every_entry(client: Client) -> None:
    vocabulary = client.call("getVocabulary").json
    text = run("vocabulary", "--format", "text").stdout
    headings = [line for line in text.splitlines() if line.endswith("]") and not line.startswith(" ")]
    assert len(headings) == sum(map(len, vocabulary.values()))
    assert json.loads(run("vocabulary").stdout) == vocabulary


MESSAGE = b"5d 01 02 00 b8 00 00 00\n\n" * 2
PRINTING = (
    ("version",),
    ("version", "--json"),
    *(("vocabulary", "--format", name) for name in ("text", "json", "glossary", "messages")),
    ("vocabulary", "CreateThread"),
    ("check-config", str(REPOSITORY / "Config" / "wdfilterd.yaml")),
    ("decode", "{0}"),
    ("decode", "--json", "{0}"),
    (),
    ("--help",),
    ("serve", "--help"),
    ("help", "replay"),
)


@pytest.mark.parametrize("arguments", PRINTING)
@pytest.mark.parametrize("kind", ["full", "closed", "unread"])
def test_a_result_that_cannot_be_written_is_a_failure_but_a_reader_may_go(
    tmp_path: Path, arguments: tuple[str, ...], kind: str
) -> None:
    message = tmp_path / "message"
    message.write_bytes(MESSAGE)
    command = [str(binary()), *(argument.format(message) for argument in arguments)]
    if kind == "closed":
        command = ["sh", "-c", 'exec "$@" >&-', "sh", *command]
    reading, writing = os.pipe()
    os.close(reading)
    with Path("/dev/full").open("wb") as disk:
        result = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=writing if kind == "unread" else disk,
            stderr=subprocess.PIPE,
            text=True,
            timeout=SECONDS,
            check=False,
            restore_signals=True,
        )
    os.close(writing)
    if kind == "unread":
        assert result.stderr == ""
        assert result.returncode in (0, -signal.SIGPIPE)
    else:
        reason = "No space left on device" if kind == "full" else "Bad file descriptor"
        assert result.stderr.splitlines()[0] == f"cannot write to standard output: {reason}"
        assert result.returncode == 3


def test_standard_streams_that_are_closed_are_not_taken_for_files(tmp_path: Path) -> None:
    """Otherwise the first opened files would get their numbers, and output would go into those files."""
    port_file = tmp_path / "port"
    command = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", str(binary()), "serve", "--listen", "127.0.0.1:0"]
    with subprocess.Popen([*command, "--port-file", str(port_file)]) as process:
        deadline = time.monotonic() + SECONDS
        while not port_file.exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        for number in range(3):
            assert Path(f"/proc/{process.pid}/fd/{number}").readlink() == Path("/dev/null")
        connection = http.client.HTTPConnection("127.0.0.1", int(port_file.read_text()), timeout=SECONDS)
        connection.request("GET", "/livez")
        assert connection.getresponse().read() == b"ok\n"
        connection.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=SECONDS) == 0


def test_an_engine_that_is_asked_twice_prints_its_count_once() -> None:
    for second in (signal.SIGTERM, signal.SIGINT):
        with engine() as (port, process):
            assert send(port, event())[0] == 200
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(second)
            output, _ = process.communicate(timeout=SECONDS)
            assert process.returncode == 0
        assert output.splitlines() == ["sync 1", "async 0", "direct 0", "ping 0"]


def test_an_engine_that_is_asked_again_later_prints_its_count_and_ends_at_once() -> None:
    with engine("--delay", "60s") as (port, process):
        body = json.dumps(event()).encode()
        head = f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n"
        connection = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
        connection.sendall(f"{head}Content-Type: application/cloudevents+json\r\n\r\n".encode())
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 100 ")  # the request is in flight
        connection.sendall(body)
        process.send_signal(signal.SIGINT)
        time.sleep(1.2)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=5)
        connection.close()
    assert process.returncode == -signal.SIGINT
    assert output.splitlines() == ["sync 1", "async 0", "direct 0", "ping 0"]


def test_an_engine_whose_lines_nobody_reads_answers_all_the_same() -> None:
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    command = [str(binary()), "engine", "--listen", "127.0.0.1:0", "--print"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=writing, stderr=subprocess.DEVNULL) as process:
        os.close(writing)
        match = LINE.fullmatch(os.read(reading, 4096).decode())
        assert match is not None
        for _ in range(200):
            assert send(int(match[1]), event())[0] == 200
        process.send_signal(signal.SIGTERM)
        with os.fdopen(reading) as lines:
            assert lines.read().splitlines()[-4:] == ["sync 200", "async 0", "direct 0", "ping 0"]
        assert process.wait(timeout=SECONDS) == 0


@pytest.mark.parametrize("arguments", [["nonsense"], ["check-config"], ["engine", "--reply", "x"], ["version", "x"]])
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr
