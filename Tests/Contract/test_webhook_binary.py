"""The requests that an engine webhook receives, structured and binary, and the effect of its binary replies."""

import base64
import hashlib
import hmac
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from contract import wire
from contract.live import until
from contract.machine import IMAGE, Machine
from contract.notices import ASYNC_EXAMPLES, CLEARED, EVERY_RULE, SYNC_DATA, bytes_of, send_async, send_sync
from contract.receiver import Received, Receiver, answer, answer_bytes, new_receiver
from contract.service import binary
from contract.story import DLL, RULE, A, B, messages, two_processes
from contract.strict import strict_json
from contract.sysmon import SHELL, Process, Script, ndjson
from contract.webhooks import webhook_of
from contract.wire import SYNC_CODES

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
ENCODINGS = ("json", "binary")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that accepts everything and answers with an empty body."""
    with new_receiver() as made:
        made.answering = answer("200 OK", b"")
        yield made


def connect(machine: Machine, receiver: Receiver, encoding: str = "binary", **members: str) -> None:
    """Make the receiver the engine."""
    machine.call("putEngine", body={**receiver.setting, "encoding": encoding, **members})


def everything(machine: Machine) -> list[dict[str, Any]]:
    """Send messages of every kind and return the journal."""
    two_processes(machine)
    machine.thread(B, creatorProcessId=A)
    machine.load(B, DLL)
    for example in ASYNC_EXAMPLES.values():
        machine.call("sendAsyncNotification", body=example)
    send_sync(machine, "RegistryEventSync", SYNC_DATA["RegistryEventSync"])
    machine.call("exitProcess", pid=B)
    machine.drain()
    return machine.all("listMessages")


def of_sequence(receiver: Receiver, sequence: int) -> Received:
    """The only request with the message `sequence`."""
    [found] = [each for each in receiver.received if each.headers["webhook-id"].endswith(f"-{sequence}")]
    return found


def is_signed(received: Received) -> None:
    """The signature is correct according to Standard Webhooks."""
    headers = received.headers
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + received.body
    digest = hmac.digest(KEY, content, hashlib.sha256)
    assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()


def webhook_for(entry: dict[str, Any]) -> str:
    """The webhook that sends the message of a journal entry."""
    if entry["kind"] == "sync":
        return "syncMessage"
    return "createProcess" if (entry["kind"], entry["operation"]) == ("direct", "CreateProcess") else "message"


class TestBinary:
    """Encoding binary: CloudEvents in binary mode with the driver's bytes."""

    @pytest.mark.parametrize("secret", [SECRET, None], ids=["signed", "unsigned"])
    def test_every_message_comes_as_its_exact_bytes(
        self, machine: Machine, receiver: Receiver, secret: str | None
    ) -> None:
        connect(machine, receiver, **({"secret": secret} if secret else {}))
        journal = everything(machine)
        assert {webhook_for(entry) for entry in journal} == {"syncMessage", "createProcess", "message"}
        assert len(receiver.requests) == len(journal)
        for entry in journal:
            received = of_sequence(receiver, entry["sequence"])
            assert received.headers["content-type"] == "application/octet-stream"
            assert received.body == bytes_of(machine, entry["sequence"])
            assert webhook_of(received) == webhook_for(entry)
            assert ("webhook-signature" in received.headers) == bool(secret)
            if secret:
                is_signed(received)

    def test_half_a_surrogate_pair_reaches_the_engine(self, machine: Machine, receiver: Receiver) -> None:
        connect(machine, receiver)
        script = Script()
        process = Process(4000, "C:\\half\udc00.exe")
        script.create(process, SHELL)
        script.events[0].fields["CommandLine"] = "a\ud800b"
        query = {"format": "sysmon"}
        report = machine.get("postEvents", data=ndjson(script.events), query=query)
        assert (report["applied"], report["repaired"]) == (1, 1)
        [entry] = machine.all("listMessages")
        body = bytes_of(machine, entry["sequence"])
        assert body.endswith(wire.terminated(process.image) + wire.terminated("a\ud800b"))
        assert of_sequence(receiver, entry["sequence"]).body == body
        shown = ("C:\\half\ufffd.exe", "a\ufffdb")
        decoded = subprocess.run([binary(), "decode", "--json"], input=body, capture_output=True, check=True)
        described = machine.get("getProcess", pid=process.pid)
        for fields in (described, entry["message"], strict_json(decoded.stdout)["fields"]):
            assert (fields["imageFileName"], fields["commandLine"]) == shown

    def test_the_headers_say_what_the_bytes_do_not(self, machine: Machine, receiver: Receiver) -> None:
        connect(machine, receiver)
        for entry in everything(machine):
            headers = of_sequence(receiver, entry["sequence"]).headers
            attributes = {name.removeprefix("ce-"): headers[name] for name in headers if name.startswith("ce-")}
            assert re.fullmatch(f"{machine.name}-[0-9a-f]{{16}}-{entry['sequence']}", attributes["id"])
            assert attributes.pop("id") == headers["webhook-id"]
            expected = {
                "specversion": "1.0",
                "source": f"/v1/hosts/{machine.name}",
                "type": f"wdfilter.{entry['kind']}.{entry['operation']}",
                "time": entry["time"],
                "kind": entry["kind"],
                "operationcode": str(entry["operationCode"]),
                "sequence": str(entry["sequence"]),
            }
            if entry["process"]:
                expected["subject"] = f"process/{entry['process']['processId']}"
            assert attributes == expected

    def test_asynchronous_messages_come_in_order(self, machine: Machine, receiver: Receiver) -> None:
        connect(machine, receiver)
        made = [send_async(machine, "LogPrint", data="AAEC")["sequence"] for _ in range(20)]
        machine.drain()
        assert [int(each.headers["ce-sequence"]) for each in receiver.received] == made

    def test_a_ping_has_no_bytes(self, machine: Machine, receiver: Receiver) -> None:
        connect(machine, receiver, secret=SECRET)
        assert machine.get("pingEngine")["status"] == "STATUS_SUCCESS"
        [ping] = receiver.received
        assert (ping.body, ping.headers["content-type"]) == (b"", "application/octet-stream")
        assert ping.headers["ce-type"] == "wdfilter.ping"
        assert not {"ce-kind", "ce-operationcode", "ce-sequence", "ce-subject"} & ping.headers.keys()
        assert webhook_of(ping) == "ping"
        is_signed(ping)

    def test_headers_of_the_setting_come_along(self, machine: Machine, receiver: Receiver) -> None:
        setting = {**receiver.setting, "encoding": "binary", "headers": {"X-Site": "lab 7"}}
        shown = machine.get("putEngine", body=setting)
        assert (shown["encoding"], shown["headers"]) == ("binary", {"X-Site": "<redacted>"})
        assert machine.get("getEngine")["encoding"] == machine.get("getHost")["engine"]["encoding"] == "binary"
        machine.get("pingEngine")
        assert receiver.received[0].headers["x-site"] == "lab 7"


class TestStructured:
    """Encoding json: CloudEvents in structured mode, as the document describes them."""

    def test_every_message_comes_as_an_event(self, machine: Machine, receiver: Receiver) -> None:
        connect(machine, receiver, "json", secret=SECRET)
        journal = everything(machine)
        assert len(receiver.requests) == len(journal)
        for entry in journal:
            received = of_sequence(receiver, entry["sequence"])
            assert received.headers["content-type"] == "application/cloudevents+json"
            assert webhook_of(received) == webhook_for(entry)
            is_signed(received)
            event = strict_json(received.body)
            assert event["id"] == received.headers["webhook-id"]
            assert event["type"] == f"wdfilter.{entry['kind']}.{entry['operation']}"
            assert (event["time"], event["data"]) == (entry["time"], entry["message"])
            assert ("subject" in event) == (entry["process"] is not None)

    def test_a_ping_is_an_event_too(self, machine: Machine, receiver: Receiver) -> None:
        connect(machine, receiver, "json")
        machine.get("pingEngine")
        [ping] = receiver.received
        event = strict_json(ping.body)
        assert webhook_of(ping) == "ping"
        assert (event["type"], event["data"]) == ("wdfilter.ping", {"host": machine.name})


class TestSyncReplies:
    """SYN-7 to SYN-9: a ReplySyncMessage as bytes, whatever the encoding of the messages."""

    def armed(self, machine: Machine) -> None:
        machine.process(processId=A, rules=EVERY_RULE)
        machine.process(processId=B)
        machine.call("createStreamContext", body={"fileName": DLL, "rules": EVERY_RULE})

    @pytest.mark.parametrize("encoding", ENCODINGS)
    @pytest.mark.parametrize("operation", SYNC_CODES)
    def test_the_right_type_acknowledges(
        self, machine: Machine, receiver: Receiver, operation: str, encoding: str
    ) -> None:
        self.armed(machine)
        connect(machine, receiver, encoding)
        receiver.answering = answer_bytes(wire.sync_reply(SYNC_CODES[operation]))
        message = send_sync(machine, operation, SYNC_DATA[operation])
        assert (message["acknowledged"], message["clearedRule"]) == (True, CLEARED[operation][1])
        assert machine.get("getCounters")["sync"][operation]["recvCount"] == 1

    @pytest.mark.parametrize("operation", SYNC_CODES)
    def test_its_name_acknowledges_too(self, machine: Machine, receiver: Receiver, operation: str) -> None:
        self.armed(machine)
        connect(machine, receiver)
        receiver.answering = answer("200 OK", b'{"operationType":"%s","more":1}' % operation.encode())
        assert send_sync(machine, operation, SYNC_DATA[operation])["acknowledged"]

    @pytest.mark.parametrize(
        ("reply", "media"),
        [
            (wire.sync_reply(3, size=0x15), "application/octet-stream"),
            (wire.sync_reply(3, size=4096), "application/octet-stream"),
            (b"\xff" * 8 + wire.sync_reply(3)[8:12] + b"\xff" * 8, "application/octet-stream"),
            (wire.sync_reply(3), "Application/Octet-Stream; charset=binary"),
            (wire.sync_reply(3), "application/octet-stream;x=y"),
            (b' {"operationType": 3} ', "application/json; charset=utf-8"),
            (b'{"operationType":3}', "text/plain"),
            (b'{"operationType":3.0}', "application/json"),
        ],
    )
    def test_what_else_stands_in_a_reply_does_not_matter(
        self, machine: Machine, receiver: Receiver, reply: bytes, media: str
    ) -> None:
        self.armed(machine)
        connect(machine, receiver)
        receiver.answering = answer_bytes(reply, media)
        assert send_sync(machine, 3, SYNC_DATA["NewThreadDifferentProcess"])["acknowledged"]

    @pytest.mark.parametrize(
        ("reply", "media"),
        [
            (wire.sync_reply(6), "application/octet-stream"),
            (wire.sync_reply(0), "application/octet-stream"),
            (wire.sync_reply(-1), "application/octet-stream"),
            (wire.sync_reply(0x300), "application/octet-stream"),
            (wire.sync_reply(3, size=0x13), "application/octet-stream"),
            (wire.sync_reply(3, size=0xC), "application/octet-stream"),
            (b"", "application/octet-stream"),
            (b'{"operationType":3}', "application/octet-stream"),
            (wire.sync_reply(3), "application/json"),
            (b'{"operationType":"NewThreadSameProcess"}', "application/json"),
            (b'{"operationType":"CreateThread"}', "application/json"),
            (b'{"operationType":3.5}', "application/json"),
            (b'{"operationType":4294967299}', "application/json"),
            (b'{"operationType":[3]}', "application/json"),
            (b'{"operationType":3,"operationType":3}', "application/json"),
        ],
    )
    def test_anything_else_is_a_mismatch(self, machine: Machine, receiver: Receiver, reply: bytes, media: str) -> None:
        """SYN-8."""
        self.armed(machine)
        connect(machine, receiver)
        receiver.answering = answer_bytes(reply, media)
        message = send_sync(machine, 3, SYNC_DATA["NewThreadDifferentProcess"])
        assert (message["delivery"], message["status"], message["acknowledged"]) == ("sent", "STATUS_SUCCESS", False)
        assert machine.get("getProcess", pid=A)["rulesMask"] == "0xffffffff"
        told = machine.get("getCounters")["sync"]["NewThreadDifferentProcess"]
        assert (told["recvCount"], told["recvErrorCount"], told["errorCount"]) == (0, 1, 0)

    def test_a_reply_to_an_asynchronous_message_is_passed_over(self, machine: Machine, receiver: Receiver) -> None:
        connect(machine, receiver)
        for body in (b"", b"\0", wire.sync_reply(3), wire.create_process_reply(denied=1)):
            receiver.answering = answer_bytes(body)
            sequence = send_async(machine, "SendFile")["sequence"]
            machine.drain()
            assert machine.get("getMessage", sequence=sequence)["delivery"] == "sent"
        assert machine.get("getEngine")["lastError"] is None

    def test_a_remote_thread_is_told_in_bytes_and_acknowledged_in_bytes(
        self, machine: Machine, receiver: Receiver
    ) -> None:
        """THR-4, SYN-9."""
        two_processes(machine)
        connect(machine, receiver)
        receiver.answering = answer_bytes(wire.sync_reply(3))
        sync, _ = messages(machine.thread(B, creatorProcessId=A))
        assert (sync["acknowledged"], sync["clearedRule"]) == (True, RULE)
        until(lambda: len(receiver.requests) == 2, "both messages came")
        creator, target = (machine.get("getProcess", pid=pid) for pid in (A, B))
        expected = wire.synchronous("NewThreadDifferentProcess", creator, (2, 8, 5), wire.process(target))
        assert of_sequence(receiver, sync["sequence"]).body == expected


class TestCreateProcessReplies:
    """PRC-3: a reply to CreateProcess as bytes, whatever the encoding of the messages."""

    def create(self, machine: Machine, **members: object) -> dict[str, Any]:
        """Create a process and return the answer, even if it was denied."""
        body = {"processId": A, "imageFileName": IMAGE, **members}
        answered: dict[str, Any] = machine.get("createProcess", body=body)
        return answered

    def mismatches(self, machine: Machine) -> int:
        return int(machine.get("getCounters")["direct"]["fltSendMessageReplyBufferMismatch"])

    @pytest.mark.parametrize("encoding", ENCODINGS)
    @pytest.mark.parametrize("denied", [1, 2, 0x80, 0xFF])
    def test_a_byte_that_is_not_zero_denies(
        self, machine: Machine, receiver: Receiver, denied: int, encoding: str
    ) -> None:
        connect(machine, receiver, encoding)
        receiver.answering = answer_bytes(wire.create_process_reply(denied=denied, rules=0xFFFFFFFF))
        assert self.create(machine)["created"] is False
        machine.call("getProcess", pid=A, expect=404)
        assert self.mismatches(machine) == 0

    @pytest.mark.parametrize("encoding", ENCODINGS)
    def test_words_that_are_not_zero_replace_what_is_there(
        self, machine: Machine, receiver: Receiver, encoding: str
    ) -> None:
        connect(machine, receiver, encoding)
        for flags, rules, expected in (
            (0, 0, ("0x00000500", "0x00000404")),
            (0x40, 0, ("0x00000440", "0x00000404")),
            (0, 0x80000001, ("0x00000500", "0x80000001")),
            (0xFFFFFFFF, 0xFFFFFFFF, ("0xffffffff", "0xffffffff")),
        ):
            receiver.answering = answer_bytes(wire.create_process_reply(flags=flags, rules=rules))
            process = self.create(machine, flags="0x100", rules="0x404")["process"]
            assert (process["flagsMask"], process["rulesMask"]) == expected
            machine.call("exitProcess", pid=A)
        assert self.mismatches(machine) == 0

    def test_the_lock_goes_by_the_rules_of_the_reply(self, machine: Machine, receiver: Receiver) -> None:
        """PRC-5."""
        connect(machine, receiver)
        receiver.answering = answer_bytes(wire.create_process_reply(rules=0x20000000))
        self.create(machine)
        assert machine.get("getCounters")["processTable"]["createThreadNotifyLock"] == 1

    @pytest.mark.parametrize(
        "reply",
        [
            wire.create_process_reply(denied=1, size=0x5F),
            wire.create_process_reply(denied=1, size=0x14),
            wire.create_process_reply(denied=1, magic=0x5C),
            wire.create_process_reply(denied=1, stated=0x5F),
            wire.create_process_reply(denied=1, stated=0x6000),
            b"\0",
            b'{"accessDenied":true}',
        ],
        ids=len,
    )
    def test_a_reply_that_fails_the_checks_is_passed_over(
        self, machine: Machine, receiver: Receiver, reply: bytes
    ) -> None:
        connect(machine, receiver)
        receiver.answering = answer_bytes(reply)
        created = self.create(machine, rules="0x4")
        assert (created["created"], created["process"]["rulesMask"]) == (True, "0x00000004")
        [report] = messages(created["routines"])
        assert (report["delivery"], report["status"]) == ("sent", "STATUS_SUCCESS")
        assert self.mismatches(machine) == 1
        assert machine.get("getCounters")["direct"]["fltSendMessageError"] == 0

    @pytest.mark.parametrize(
        ("reply", "media"), [(b"", "application/octet-stream"), (b"", "application/json"), (b"{}", "application/json")]
    )
    def test_saying_nothing_allows_it(self, machine: Machine, receiver: Receiver, reply: bytes, media: str) -> None:
        connect(machine, receiver)
        receiver.answering = answer_bytes(reply, media)
        assert self.create(machine)["created"]
        assert self.mismatches(machine) == 0

    def test_json_is_understood_too(self, machine: Machine, receiver: Receiver) -> None:
        connect(machine, receiver)
        receiver.answering = answer("200 OK", b'{"rules":["NotifyImageLoadRule","0x4"],"flags":64,"more":null}')
        process = self.create(machine)["process"]
        assert (process["flagsMask"], process["rulesMask"]) == ("0x00000440", "0x08000004")
        receiver.answering = answer("200 OK", b'{"accessDenied":true}')
        machine.call("exitProcess", pid=A)
        assert self.create(machine)["created"] is False

    def test_the_reply_to_a_wow64_cpu_load_is_passed_over(self, machine: Machine, receiver: Receiver) -> None:
        """IMG-2: the message is sent directly, but its reply is not read."""
        machine.process(processId=A, rules=["NotifyWow64cpuLoad"])
        machine.load(A, "\\Windows\\System32\\wow64cpu.dll")
        connect(machine, receiver)
        receiver.answering = answer_bytes(wire.create_process_reply(denied=1))
        direct, _ = machine.load(A, DLL)
        assert (direct["kind"], direct["delivery"], direct["status"]) == ("direct", "sent", "STATUS_SUCCESS")
        assert self.mismatches(machine) == 0
        machine.call("getProcess", pid=A)
