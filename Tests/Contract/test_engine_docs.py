"""The Python of docs/engine-webhook.md, run as it stands there."""

import base64
import contextlib
import http.client
import http.server
import json
import re
import threading
import time
from collections.abc import Iterator
from email.message import Message
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from contract.document import REPOSITORY
from contract.machine import IMAGE, Machine
from contract.receiver import Received, answer, new_receiver
from contract.story import A, B, messages, two_processes

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
PAGE = (REPOSITORY / "docs" / "engine-webhook.md").read_text()


def code(containing: str) -> dict[str, Any]:
    """The names that a block of the page defines; `containing` is in this block only."""
    [block] = [block for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if containing in block]
    names: dict[str, Any] = {"__name__": "page"}
    exec(compile(block, "engine-webhook.md", "exec"), names)
    return names


def signed(machine: Machine, encoding: str) -> list[Received]:
    """Signed messages of all kinds, and a ping."""
    with new_receiver() as receiver:
        receiver.answering = answer("200 OK", b"")
        machine.call("putEngine", body={**receiver.setting, "secret": SECRET, "encoding": encoding})
        machine.call("pingEngine")
        two_processes(machine)
        machine.thread(B, creatorProcessId=A)
        machine.drain()
        return receiver.received


@pytest.mark.parametrize("encoding", ["json", "binary"])
def test_the_verifier_accepts_what_is_signed_and_nothing_else(machine: Machine, encoding: str) -> None:
    is_genuine = code("def is_genuine")["is_genuine"]
    received = signed(machine, encoding)
    assert len(received) == 5
    for each in received:
        assert is_genuine(SECRET, each.headers, each.body)
        two = each.headers | {"webhook-signature": f"v1,AAAA {each.headers['webhook-signature']}"}
        assert is_genuine(SECRET, two, each.body)
        assert not is_genuine(SECRET, each.headers, each.body + b"x")
        assert not is_genuine("whsec_" + base64.b64encode(bytes(32)).decode(), each.headers, each.body)
        assert not is_genuine(SECRET, each.headers | {"webhook-id": "x"}, each.body)
        old = str(int(time.time()) - 302)
        for timestamp in ("", "-1", "x", "9" * 5000, old):
            assert not is_genuine(SECRET, each.headers | {"webhook-timestamp": timestamp}, each.body)


def test_the_verifier_refuses_requests_without_a_signature(machine: Machine) -> None:
    is_genuine = code("def is_genuine")["is_genuine"]
    [ping, *_] = signed(machine, "json")
    assert is_genuine(SECRET, message_of(ping.headers), ping.body)
    for each in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        others = {name: value for name, value in ping.headers.items() if name != each}
        assert not is_genuine(SECRET, others, ping.body)
        assert not is_genuine(SECRET, message_of(others), ping.body)
    assert not is_genuine(SECRET, ping.headers | {"webhook-signature": "v1,\xe9"}, ping.body)
    assert not is_genuine(SECRET, {}, ping.body)


def message_of(headers: dict[str, str]) -> Message:
    """The headers as http.server has them."""
    message = Message()
    for name, value in headers.items():
        message[name.title()] = value
    return message


def test_a_library_verifies_the_json_form(machine: Machine) -> None:
    for each in signed(machine, "json"):
        event = Webhook(SECRET).verify(each.body, each.headers)
        assert event["id"] == each.headers["webhook-id"]
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(each.body.replace(b"wdfilter", b"wdfilteR"), each.headers)


def test_that_library_cannot_verify_bytes_which_is_why_there_is_a_verifier(machine: Machine) -> None:
    """Once this fails, the page can drop its verifier."""
    [direct, *_] = [each for each in signed(machine, "binary") if each.body]
    with pytest.raises((UnicodeDecodeError, json.JSONDecodeError)):
        Webhook(SECRET).verify(direct.body, direct.headers)


@contextlib.contextmanager
def serving(engine: type) -> Iterator[int]:
    """The port at which `engine` answers."""

    class Quiet(engine):
        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture
def engine() -> Iterator[int]:
    """The port of the engine in thirty lines."""
    with serving(code("class Engine")["Engine"]) as port:
        yield port


def test_the_engine_acknowledges_and_denies(machine: Machine, engine: int) -> None:
    machine.call("putEngine", body={"type": "webhook", "url": f"http://127.0.0.1:{engine}/"})
    two_processes(machine)
    sync, _ = messages(machine.thread(B, creatorProcessId=A))
    assert sync["acknowledged"] is True
    denied = machine.get("createProcess", body={"imageFileName": "C:\\a\\Mimikatz.exe"}, expect=200)
    assert denied["accessDenied"] is True
    machine.process(imageFileName=IMAGE)
    machine.drain()
    assert machine.get("getEngine")["lastError"] is None


def test_the_engine_with_the_check_refuses_what_is_not_signed(machine: Machine) -> None:
    [check] = re.findall(r"```python\n(        if not is_genuine.*?)```", PAGE, re.DOTALL)
    [engine] = re.findall(r"```python\n(import http\.server.*?)```", PAGE, re.DOTALL)
    [reading] = re.findall(r"^ +body = .*\n", engine, re.MULTILINE)
    names = code("def is_genuine") | {"SECRET": SECRET}
    exec(compile(engine.replace(reading, reading + check), "engine-webhook.md", "exec"), names)
    with serving(names["Engine"]) as port:
        setting = {"type": "webhook", "url": f"http://127.0.0.1:{port}/"}
        machine.call("putEngine", body=setting)
        assert machine.get("pingEngine")["detail"] == "HTTP status 401"
        machine.call("putEngine", body={**setting, "secret": SECRET})
        assert machine.get("pingEngine")["status"] == "STATUS_SUCCESS"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff", b"{}", b'{"type":1}', b'{"type":"wdfilter.sync.X","data":[]}']
)
def test_the_engine_survives_what_is_not_a_message(engine: int, body: bytes) -> None:
    for _ in range(2):
        connection = http.client.HTTPConnection("127.0.0.1", engine, timeout=30)
        connection.request("POST", "/", body)
        assert connection.getresponse().status == 400
        connection.close()
