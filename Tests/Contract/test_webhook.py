"""Engine webhooks that are slow, wrong or unreachable (SYN-4 to SYN-9), and that the next message works."""

import base64
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from contract.machine import Machine
from contract.receiver import (
    Answering,
    acknowledge,
    answer,
    new_receiver,
    send_a_gigabyte,
    send_and_close,
    stay_silent,
)
from contract.service import StartService
from contract.story import RULE, A, B, conserved, messages, two_processes


def timeouts(milliseconds: int) -> dict[str, int]:
    """The settings of a host whose engine has this long to answer."""
    names = ("syncMonitorNotificationTimeoutMs", "asyncTimeoutMs", "maxProcessCreationMessageTimeoutMs")
    return dict.fromkeys(names, milliseconds)


@dataclass
class Fault:
    """A fault of an engine, and the resulting status of a send."""

    answering: Answering
    status: str


FAULTS = {
    "silent": Fault(stay_silent, "STATUS_TIMEOUT"),
    "half a head": Fault(lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-"), "STATUS_TIMEOUT"),
    "half a body": Fault(
        lambda connection: connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n{"oper'), "STATUS_TIMEOUT"
    ),
    "closes": Fault(send_and_close(b""), "STATUS_PORT_DISCONNECTED"),
    "closes in the head": Fault(send_and_close(b"HTTP/1.1 20"), "STATUS_PORT_DISCONNECTED"),
    "closes in the body": Fault(
        send_and_close(b'HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n{"oper'), "STATUS_PORT_DISCONNECTED"
    ),
    "closes in a chunk": Fault(
        send_and_close(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n13\r\n{"), "STATUS_PORT_DISCONNECTED"
    ),
    "no HTTP": Fault(send_and_close(b"220 mail.example ESMTP\r\n"), "STATUS_PORT_DISCONNECTED"),
    "500": Fault(answer("500 Internal Server Error", b'{"operationType":3}'), "STATUS_UNSUCCESSFUL"),
    "redirect": Fault(answer("307 Temporary Redirect\r\nLocation: /", b""), "STATUS_UNSUCCESSFUL"),
    "a gigabyte": Fault(send_a_gigabyte, "STATUS_BUFFER_OVERFLOW"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_engine_fails_one_message_and_the_next_works(machine: Machine, name: str) -> None:
    fault = FAULTS[name]
    two_processes(machine)
    machine.call("patchConfig", body=timeouts(400 if fault.status == "STATUS_TIMEOUT" else 5000))
    with new_receiver() as receiver:
        machine.call("putEngine", body=receiver.setting)
        receiver.answering = fault.answering
        sync, queued = messages(machine.thread(B, creatorProcessId=A))
        assert (sync["delivery"], sync["status"], sync["acknowledged"]) == ("failed", fault.status, False)
        assert machine.get("getProcess", pid=A)["rules"] == [RULE]
        machine.drain()
        sent = machine.get("getMessage", sequence=queued["sequence"])
        assert (sent["delivery"], sent["status"]) == ("failed", fault.status)
        created = machine.get("createProcess", body={"imageFileName": "a.exe"}, expect=201)
        assert messages(created["routines"])[0]["status"] == fault.status
        error = machine.get("getEngine")["lastError"]
        assert sync["failure"] == machine.get("getMessage", sequence=sync["sequence"])["failure"]
        assert sync["failure"] == error["detail"] or fault.status == "STATUS_TIMEOUT"
        assert error["detail"]

        machine.call("patchConfig", body=timeouts(5000))
        receiver.answering = acknowledge
        sync, _ = messages(machine.thread(B, creatorProcessId=A))
        assert (sync["status"], sync["acknowledged"], sync["clearedRule"]) == ("STATUS_SUCCESS", True, RULE)
        machine.drain()
    counters = machine.get("getCounters")
    told = counters["sync"]["NewThreadDifferentProcess"]
    late = 1 if fault.status == "STATUS_TIMEOUT" else 0
    assert (told["notificationsCount"], told["errorCount"], told["ioTimeoutCount"]) == (2, 1, late)
    assert (told["recvCount"], told["recvErrorCount"], told["errorStatus"]) == (1, 0, fault.status)
    assert (counters["async"]["sendFailed"], counters["async"]["sent"]) == (1, 1)
    assert counters["direct"]["fltSendMessageStatusTimeout"] == late
    assert (counters["direct"]["fltSendMessageError"], counters["direct"]["fltSendMessageErrorCode"]) == (
        1,
        fault.status,
    )
    assert conserved(counters)


@pytest.mark.parametrize(
    "reply",
    [b"", b"{}", b"null", b"[3]", b"not JSON", b'{"operationType":2}', b'{"operationType":', b"\xff\xfe", bytes(65536)],
)
def test_a_reply_that_says_something_else_leaves_the_rule(machine: Machine, reply: bytes) -> None:
    two_processes(machine)
    with new_receiver() as receiver:
        machine.call("putEngine", body=receiver.setting)
        receiver.answering = answer("200 OK", reply)
        sync, _ = messages(machine.thread(B, creatorProcessId=A))
        assert (sync["delivery"], sync["status"], sync["acknowledged"]) == ("sent", "STATUS_SUCCESS", False)
        machine.drain()
        receiver.answering = acknowledge
        assert messages(machine.thread(B, creatorProcessId=A))[0]["acknowledged"]
        machine.drain()
    told = machine.get("getCounters")["sync"]["NewThreadDifferentProcess"]
    assert (told["recvCount"], told["recvErrorCount"], told["errorCount"]) == (1, 1, 0)
    assert machine.get("getCounters")["async"]["sent"] == 2


def test_an_engine_that_is_gone_and_comes_back(machine: Machine) -> None:
    two_processes(machine)
    with new_receiver() as receiver:
        gone = receiver.setting
    machine.call("putEngine", body=gone)
    sync, _ = messages(machine.thread(B, creatorProcessId=A))
    assert sync["status"] == "STATUS_PORT_DISCONNECTED"
    assert machine.get("pingEngine")["status"] == "STATUS_PORT_DISCONNECTED"
    machine.drain()
    with new_receiver() as receiver:
        machine.call("putEngine", body=receiver.setting)
        assert machine.get("pingEngine")["status"] == "STATUS_SUCCESS"
        assert messages(machine.thread(B, creatorProcessId=A))[0]["acknowledged"]
        machine.drain()
        assert len(receiver.requests) == 3


def test_the_service_may_be_its_own_engine(machine: Machine) -> None:
    """It answers 404: that is not an engine's answer, and there is no loop."""
    url = f"http://127.0.0.1:{machine.client.port}/v1/hosts/{machine.name}/processes"
    machine.call("putEngine", body={"type": "webhook", "url": url})
    created = machine.get("createProcess", body={"imageFileName": "a.exe"}, expect=201)
    assert messages(created["routines"])[0]["status"] == "STATUS_UNSUCCESSFUL"
    assert machine.get("getCounters")["processTable"]["processes"] == 2


def test_a_ca_file_without_an_end_is_refused(machine: Machine, tmp_path: Path) -> None:
    """One thread reads it for the engines of all hosts."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    large = tmp_path / "large"
    large.write_bytes(bytes(1 << 20) + b"a")
    for path in (pipe, large, tmp_path, Path("/dev/zero"), ""):
        setting = {"type": "webhook", "url": "https://127.0.0.1:1/", "caFile": str(path)}
        problem = machine.get("putEngine", body=setting, expect=400)
        assert [error["pointer"] for error in problem["errors"]] == ["/caFile"]


def test_each_faulty_header_is_told_once(machine: Machine) -> None:
    headers = {"Host": "a", "a b": "c", "X": "1", "x": "2", "fine": "\n"}
    problem = machine.get("putEngine", body={"type": "webhook", "url": "http://a/", "headers": headers}, expect=400)
    pointers = sorted(error["pointer"] for error in problem["errors"])
    assert pointers == ["/headers/Host", "/headers/a b", "/headers/fine", "/headers/x"]


REFUSED = {
    "http://169.254.169.254/latest/meta-data/": "169.254.169.254 is a cloud's metadata service",
    "http://[::ffff:a9fe:a9fe]/": "::ffff:169.254.169.254 is a cloud's metadata service",
    "http://10.0.0.1/": "10.0.0.1 is private, and not in allowedRanges",
    "http://0/": "0.0.0.0 is unspecified",
    "https://[fe80::1]/": "fe80::1 is link-local",
}


@pytest.mark.parametrize("url", REFUSED)
def test_an_address_that_is_refused_fails_a_message_and_the_engine_says_why(machine: Machine, url: str) -> None:
    two_processes(machine)
    machine.call("putEngine", body={"type": "webhook", "url": url})
    sync, queued = messages(machine.thread(B, creatorProcessId=A))
    assert (sync["delivery"], sync["status"]) == ("failed", "STATUS_PORT_DISCONNECTED")
    machine.drain()
    assert machine.get("getMessage", sequence=queued["sequence"])["status"] == "STATUS_PORT_DISCONNECTED"
    assert machine.get("getEngine")["lastError"]["detail"] == f"not connected: {REFUSED[url]}"
    assert conserved(machine.get("getCounters"))


def test_the_settings_say_where_webhooks_may_go(start: StartService) -> None:
    _, client = start(
        "egress:\n  allowLoopback: false\n  allowedRanges: [10.1.0.0/16]\n  deniedRanges: [10.1.1.0/24]\n"
    )
    machine = Machine(client, "default")
    with new_receiver() as receiver:
        for url, detail in (
            (receiver.setting["url"], "127.0.0.1 is loopback, and allowLoopback is false"),
            ("http://10.2.0.0/", "10.2.0.0 is private, and not in allowedRanges"),
            ("http://10.1.1.1/", "10.1.1.1 is in deniedRanges"),
        ):
            machine.call("putEngine", body={"type": "webhook", "url": url})
            assert machine.get("pingEngine")["status"] == "STATUS_PORT_DISCONNECTED"
            assert machine.get("getEngine")["lastError"]["detail"] == f"not connected: {detail}"
        assert not receiver.requests


# The bodies of replies that authors of engines really sent.
MISUNDERSTOOD = {
    "a byte order mark": b'\xef\xbb\xbf{"operationType":3}',
    "a CloudEvent": b'{"specversion":"1.0","id":"1","source":"/e","type":"reply","data":{"operationType":3}}',
    "a string": b'{"operationType":"3"}',
    "text": b"ok",
    "another case": b'{"OperationType":3}',
    "another operation": b'{"operationType":6}',
    "nothing": b"",
}


@pytest.mark.parametrize("name", MISUNDERSTOOD)
def test_a_reply_that_is_not_understood_is_explained(machine: Machine, name: str) -> None:
    """SYN-8. In the engine's last error and in the journal, with what the engine answered."""
    body = MISUNDERSTOOD[name]
    two_processes(machine)
    with new_receiver() as receiver:
        machine.call("putEngine", body=receiver.setting)
        receiver.answering = answer("200 OK\r\nContent-Type: text/plain", body)
        sync, _ = messages(machine.thread(B, creatorProcessId=A))
        error = machine.get("getEngine")["lastError"]
    assert (sync["status"], sync["acknowledged"]) == ("STATUS_SUCCESS", False)
    message = machine.get("getMessage", sequence=sync["sequence"])
    reply = message["reply"]
    assert (reply["httpStatus"], reply["mediaType"], reply["size"]) == (200, "text/plain", len(body))
    assert base64.b64decode(reply["bytes"]) == body
    fault = reply["fault"]
    text = f"{fault['pointer']}: {fault['detail']}" if fault["pointer"] else fault["detail"]
    assert error["detail"] == f"reply not understood: {text}"
    assert (error["sequence"], error["operation"]) == (sync["sequence"], "NewThreadDifferentProcess")


@pytest.mark.parametrize(
    "body", [b'{"AccessDenied":true}', b'{"access_denied":true}', b'{"deny":true}', b'{"data":{}}']
)
def test_a_misspelled_veto_is_a_mismatch(machine: Machine, body: bytes) -> None:
    """PRC-3. The process starts, but the author of the engine can see why."""
    with new_receiver() as receiver:
        machine.call("putEngine", body=receiver.setting)
        receiver.answering = answer("200 OK", body)
        machine.process()
        engine = machine.get("getEngine")
        assert engine["lastError"]["detail"].startswith("reply not understood: /")
        assert engine["lastSuccessAt"] is None
        receiver.answering = answer("200 OK", b"{}")
        machine.process()
        engine = machine.get("getEngine")
        assert engine["lastError"]["sequence"] == 1
        assert engine["lastSuccessAt"] is not None
    assert machine.get("getCounters")["direct"]["fltSendMessageReplyBufferMismatch"] == 1


def test_a_ping_says_why_it_failed(machine: Machine) -> None:
    with new_receiver() as receiver:
        machine.call("putEngine", body=receiver.setting)
        receiver.answering = answer("503 Busy", b"later")
        ping = machine.get("pingEngine")
        assert (ping["status"], ping["detail"]) == ("STATUS_UNSUCCESSFUL", "HTTP status 503")
        assert machine.get("getEngine")["lastError"].keys() == {"detail", "time"}
        receiver.answering = answer("200 OK", b"")
        assert "detail" not in machine.get("pingEngine")


def test_the_log_says_once_that_an_engine_fails_and_that_it_works_again(start: StartService) -> None:
    """With host and reason, but without the path of the URL, which may be a secret."""
    service, client = start("")
    machine = Machine(client, "default")
    with new_receiver() as receiver:
        machine.call(
            "putEngine", body={"type": "webhook", "url": f"http://127.0.0.1:{receiver.port}/hidden?key=hidden"}
        )
        receiver.answering = answer("503 Busy", b"")
        for _ in range(3):
            machine.process()
        receiver.answering = answer("200 OK", b'{"AccessDenied":true}')
        machine.process()
        receiver.answering = answer("200 OK", b"{}")
        machine.process()
        machine.process()
    assert service.stop() == 0
    lines = [line.split(" serve: ", 1) for line in service.errors().splitlines()]
    url = f"url=http://127.0.0.1:{receiver.port}/<redacted>"
    fault = "reply not understood: /AccessDenied: unknown member; did you mean accessDenied?"
    assert [(head.split()[-1], text) for head, text in lines if "engine" in text] == [
        ("warning", f"the engine fails failures=1 host=default reason=HTTP status 503 {url}"),
        ("notice", f"the engine works again failures=2 host=default {url}"),
        ("warning", f"replies of the engine are not understood failures=1 host=default reason={fault} {url}"),
        ("notice", f"replies of the engine are understood again failures=0 host=default {url}"),
    ]


def test_an_embedded_engine_that_fails_on_purpose_is_not_logged(start: StartService) -> None:
    service, client = start("engine: {reply: disconnect}")
    Machine(client, "default").process()
    assert service.stop() == 0
    assert "engine" not in service.errors()
