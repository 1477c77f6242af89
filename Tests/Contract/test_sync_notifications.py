"""Synchronous notifications sent through the API: SYN-1 to SYN-9."""

import re
import time
from typing import Any

import pytest

from contract.machine import Machine, Prepared
from contract.notices import (
    CLEARED,
    EVERY_RULE,
    MOST_BYTES,
    NO_PROCESS,
    SYNC_DATA,
    bytes_of,
    encoded,
    refused,
    refused_as_invalid,
    send_sync,
    spelled,
)
from contract.story import DLL, A, B
from contract.wire import SYNC_CODES

ALL_BITS = 0xFFFFFFFF


BY_NAME_AND_NUMBER = [pytest.param(str, id="name"), pytest.param(int, id="number")]


def armed(machine: Machine) -> str:
    """Create A with every rule, B, and a stream context of DLL with every rule; return the id of the context."""
    machine.process(processId=A, rules=EVERY_RULE)
    machine.process(processId=B)
    identifier: str = machine.get("createStreamContext", body={"fileName": DLL, "rules": EVERY_RULE})["id"]
    return identifier


def rule_words(machine: Machine, context: str) -> tuple[int, int]:
    """The rule words of A and of the stream context."""
    process = machine.get("getProcess", pid=A)["rulesMask"]
    return int(process, 16), int(machine.get("getStreamContext", id=context)["rulesMask"], 16)


def told(machine: Machine, operation: str) -> dict[str, Any]:
    """The counters of `operation`; all other counters must be at their initial values."""
    counters = machine.get("getCounters")["sync"]
    counted: dict[str, Any] = counters.pop(operation)
    assert all(not any(value not in (0, "STATUS_SUCCESS") for value in other.values()) for other in counters.values())
    return counted


def at_rest(**changed: object) -> dict[str, object]:
    """The counters of a sync message type, 0 except for `changed`."""
    names = (
        "notificationsCount",
        "totalTimeMicroseconds",
        "recvCount",
        "recvErrorCount",
        "errorCount",
        "ioTimeoutCount",
    )
    return dict.fromkeys(names, 0) | {"errorStatus": "STATUS_SUCCESS"} | changed


def after(message: dict[str, Any], **changed: object) -> dict[str, object]:
    """The counters after `message` alone was sent."""
    return at_rest(notificationsCount=1, totalTimeMicroseconds=message["durationMicroseconds"], **changed)


class TestSync:
    """SYN-1 to SYN-9."""

    @pytest.mark.parametrize("kind", BY_NAME_AND_NUMBER)
    @pytest.mark.parametrize("operation", SYNC_CODES)
    def test_an_acknowledgement_clears_the_rule_of_its_operation(
        self, machine: Machine, operation: str, kind: type
    ) -> None:
        """SYN-1, SYN-5, SYN-7, SYN-9."""
        context = armed(machine)
        bit, name = CLEARED[operation]
        machine.call("putEngine", body={"type": "embedded", "delayMs": 20})
        begun = time.perf_counter()
        message = send_sync(machine, spelled(operation, kind, SYNC_CODES), SYNC_DATA[operation])
        elapsed = (time.perf_counter() - begun) * 1e6
        assert told(machine, operation) == after(message, recvCount=1)
        assert 20_000 <= message.pop("durationMicroseconds") <= elapsed
        assert message == {
            "sequence": 3,
            "kind": "sync",
            "operation": operation,
            "delivery": "sent",
            "status": "STATUS_SUCCESS",
            "acknowledged": True,
            "clearedRule": name,
        }
        is_stream = operation == "NewImageLoadPerStream"
        expected = (ALL_BITS, ALL_BITS & ~bit) if is_stream else (ALL_BITS & ~bit, ALL_BITS)
        assert rule_words(machine, context) == expected
        assert machine.get("getCounters")["async"]["enqueued"] == 0

    @pytest.mark.parametrize("operation", SYNC_CODES)
    def test_it_is_in_the_journal(self, machine: Machine, operation: str) -> None:
        armed(machine)
        process = machine.get("getProcess", pid=A)
        priority = {"ioPriority": 1, "threadPriority": 4294967295, "pagePriority": 0}
        sequence = send_sync(machine, operation, SYNC_DATA[operation], ioPriority=priority)["sequence"]
        entry = machine.get("getMessage", sequence=sequence)
        assert (entry["operationCode"], entry["routine"]) == (SYNC_CODES[operation], "MpSendSyncMonitorNotification")
        assert entry["process"] == {name: process[name] for name in ("processId", "creationTime")}
        assert entry["message"]["process"] == entry["process"]
        assert entry["message"]["ioPriority"] == priority
        assert (entry["clearedRule"], entry["acknowledged"]) == (CLEARED[operation][1], True)

    def test_priorities_that_are_left_out_have_their_default(self, machine: Machine) -> None:
        """THR-6."""
        armed(machine)
        for given in ({}, {"ioPriority": {}}, {"ioPriority": {"threadPriority": 11}}):
            sequence = send_sync(machine, 3, {"targetProcess": {"processId": B}}, **given)["sequence"]
            expected = {"ioPriority": 2, "threadPriority": 8, "pagePriority": 5} | given.get("ioPriority", {})
            assert machine.get("getMessage", sequence=sequence)["message"]["ioPriority"] == expected

    def test_a_rule_that_is_not_set_is_not_cleared(self, machine: Machine) -> None:
        """SYN-9; the notification is sent regardless of the rules."""
        machine.process(processId=A, rules="0xdfffffff")
        message = send_sync(machine, "NewThreadAndCmdLine", SYNC_DATA["NewThreadAndCmdLine"])
        assert message["acknowledged"]
        assert "clearedRule" not in message
        assert machine.get("getProcess", pid=A)["rulesMask"] == "0xdfffffff"

    @pytest.mark.parametrize("operation", SYNC_CODES)
    def test_a_reply_that_does_not_match_leaves_the_rule(self, machine: Machine, operation: str) -> None:
        """SYN-8."""
        context = armed(machine)
        machine.call("putEngine", body={"type": "embedded", "reply": "mismatch"})
        message = send_sync(machine, operation, SYNC_DATA[operation])
        assert (message["delivery"], message["status"], message["acknowledged"]) == ("sent", "STATUS_SUCCESS", False)
        assert "clearedRule" not in message
        assert rule_words(machine, context) == (ALL_BITS, ALL_BITS)
        assert told(machine, operation) == after(message, recvErrorCount=1)

    @pytest.mark.parametrize("operation", SYNC_CODES)
    def test_a_late_reply_leaves_the_rule(self, machine: Machine, operation: str) -> None:
        """SYN-6."""
        context = armed(machine)
        machine.call("patchConfig", body={"syncMonitorNotificationTimeoutMs": 20})
        machine.call("putEngine", body={"type": "embedded", "reply": "timeout"})
        message = send_sync(machine, operation, SYNC_DATA[operation])
        assert (message["delivery"], message["status"], message["acknowledged"]) == ("failed", "STATUS_TIMEOUT", False)
        assert rule_words(machine, context) == (ALL_BITS, ALL_BITS)
        assert message["durationMicroseconds"] >= 20_000
        expected = after(message, errorCount=1, ioTimeoutCount=1, errorStatus="STATUS_TIMEOUT")
        assert told(machine, operation) == expected

    def test_without_the_monitor_flag_it_is_counted_nowhere(self, machine: Machine) -> None:
        """SYN-2."""
        armed(machine)
        machine.call("patchConfig", body={"syncMonitorNotificationFlag": False})
        message = send_sync(machine, "RegistryEventSync", SYNC_DATA["RegistryEventSync"])
        assert (message["delivery"], message["status"]) == ("notSent", "STATUS_UNSUCCESSFUL")
        assert "durationMicroseconds" not in message
        assert told(machine, "RegistryEventSync") == at_rest()

    def test_without_the_send_flag_it_is_an_error(self, machine: Machine) -> None:
        """SYN-4."""
        armed(machine)
        machine.call("patchConfig", body={"sendSyncNotificationFlag": False})
        message = send_sync(machine, "RegistryEventSync", SYNC_DATA["RegistryEventSync"])
        assert (message["delivery"], message["status"]) == ("notSent", "STATUS_UNSUCCESSFUL")
        expected = at_rest(errorCount=1, errorStatus="STATUS_UNSUCCESSFUL")
        assert told(machine, "RegistryEventSync") == expected

    @pytest.mark.parametrize(
        "operation",
        [0, 4, 8, -1, 255, 1 << 31, (1 << 32) + 3, 1 << 63, -(1 << 64), "", "Nope", "RegistryEvent", "x" * 65],
        ids=repr,
    )
    def test_what_is_no_operation_is_an_invalid_parameter(self, prepared: Prepared, operation: str | int) -> None:
        """SYN-1, SYN-2: 0x4 is a hole."""
        body = {"operation": operation, "processId": 4, "data": {"imageName": DLL}}
        refused_as_invalid(prepared.machine, "sendSyncNotification", body)

    @pytest.mark.parametrize("operation", [None, True, 3.5, [], {}, [3]], ids=repr)
    def test_what_is_neither_name_nor_number_is_refused(self, prepared: Prepared, operation: object) -> None:
        body = {"operation": operation, "processId": 4, "data": {"imageName": DLL}}
        refused(prepared.machine, "sendSyncNotification", body, {"/operation"})

    def test_a_process_or_stream_that_is_not_there_is_404(self, prepared: Prepared) -> None:
        machine = prepared.machine
        before = machine.snapshot()
        name = {"imageName": "\\no\\context.dll"}
        threads = {"createdThread": {"threadId": 8}, "currentThread": {"threadId": 12}}
        for operation, pid, data, problem in (
            (5, NO_PROCESS, name, "unknown-process"),
            (6, NO_PROCESS, threads, "unknown-process"),
            (3, 4, {"targetProcess": {"processId": NO_PROCESS}}, "unknown-process"),
            (3, NO_PROCESS, {"targetProcess": {"processId": 4}}, "unknown-process"),
            (3, 4, {"targetProcessId": NO_PROCESS}, "unknown-process"),
            (6, 4, {**threads, "process": {"processId": NO_PROCESS}}, "unknown-process"),
            (1, 4, name, "unknown-stream-context"),
        ):
            body = {"operation": operation, "processId": pid, "data": data}
            assert machine.call("sendSyncNotification", body=body, expect=404).problem == problem
        assert machine.snapshot() == before

    def test_the_stream_is_found_without_regard_to_case(self, machine: Machine) -> None:
        """DATA-5."""
        context = armed(machine)
        send_sync(machine, 1, {"imageName": DLL.upper()})
        assert rule_words(machine, context) == (ALL_BITS, ALL_BITS & ~0x8000)

    def test_a_process_that_has_exited_is_not_there(self, machine: Machine) -> None:
        armed(machine)
        machine.call("exitProcess", pid=A)
        body = {"operation": 5, "processId": A, "data": {"imageName": DLL}}
        assert machine.call("sendSyncNotification", body=body, expect=404).problem == "unknown-process"

    @pytest.mark.parametrize(
        ("operation", "data", "pointers"),
        [
            ("NewImageLoadPerProcess", {}, {"imageName"}),
            ("NewImageLoadPerProcess", {"imageName": ""}, {"imageName"}),
            ("NewImageLoadPerStream", {"imageName": "a\0"}, {"imageName"}),
            ("NewImageLoadPerStream", {"registryData": ""}, {"imageName", "registryData"}),
            ("RegistryEventSync", {}, {"registryData"}),
            ("RegistryEventSync", {"registryData": "AAA"}, {"registryData"}),
            ("RegistryEventSync", {"registryData": None}, {"registryData"}),
            ("RegistryEventSync", {"registryData": encoded(bytes(MOST_BYTES + 1))}, {"registryData"}),
            ("NewThreadDifferentProcess", {}, {"targetProcess"}),
            ("NewThreadDifferentProcess", {"targetProcess": 4}, {"targetProcess"}),
            ("NewThreadDifferentProcess", {"targetProcess": {}}, {"targetProcess/processId"}),
            ("NewThreadDifferentProcess", {"targetProcessId": -1}, {"targetProcessId"}),
            (
                "NewThreadDifferentProcess",
                {"targetProcess": {"processId": 4}, "targetProcessId": 4},
                {"targetProcessId"},
            ),
            ("NewThreadSameProcess", {}, {"createdThread", "currentThread"}),
            (
                "NewThreadSameProcess",
                {"createdThread": {}, "currentThread": {"threadId": 1, "creationTime": "x"}, "threadStartAddress": -1},
                {"createdThread/threadId", "currentThread/creationTime", "threadStartAddress"},
            ),
            (
                "NewThreadSameProcess",
                {
                    "createdThread": {"threadId": 8},
                    "currentThread": {"threadId": 12},
                    "startAddress": 1,
                    "threadStartAddress": 1,
                },
                {"startAddress"},
            ),
            ("NewThreadAndCmdLine", {"commandLine": ""}, {"currentCommandLine"}),
            ("NewThreadAndCmdLine", {"currentCommandLine": "x" * 32767}, {"commandLine", "currentCommandLine"}),
        ],
    )
    def test_bad_data_is_refused(
        self, prepared: Prepared, operation: str, data: dict[str, Any], pointers: set[str]
    ) -> None:
        body = {"operation": operation, "processId": 4, "data": data}
        refused(prepared.machine, "sendSyncNotification", body, {f"/data/{pointer}" for pointer in pointers})

    @pytest.mark.parametrize(
        ("operation", "former"),
        [
            ("NewThreadDifferentProcess", {"targetProcessId": B}),
            (
                "NewThreadSameProcess",
                {
                    "createdThread": {"threadId": 428, "creationTime": "0x1d5e83ad84fd7ad"},
                    "currentThread": {"threadId": 416},
                    "startAddress": "0x7ffbda8844f0",
                },
            ),
        ],
    )
    def test_the_former_names_are_taken_and_counted(
        self, machine: Machine, operation: str, former: dict[str, Any]
    ) -> None:
        def uses() -> float:
            text = machine.client.call("getMetrics").body.decode()
            counts = re.findall(r"^wdfilterd_deprecated_uses_total\{.*\} (\d+)$", text, re.M)
            return sum(map(int, counts))

        armed(machine)
        before = uses()
        now = send_sync(machine, operation, SYNC_DATA[operation])["sequence"]
        assert uses() == before
        then = send_sync(machine, operation, former)["sequence"]
        assert uses() == before + 1
        data = [machine.get("getMessage", sequence=sequence)["message"] for sequence in (now, then)]
        assert data[0].pop("sequence") + 1 == data[1].pop("sequence")
        assert data[0] == data[1]

    def test_the_data_of_a_message_is_that_of_a_notification(self, machine: Machine) -> None:
        """A CloudEvent's data, without the members that all messages have, can be sent again."""
        armed(machine)
        common = ("host", "sequence", "kind", "operation", "operationCode", "ioPriority", "totalSize", "sizeOfData")
        for operation, data in SYNC_DATA.items():
            first = send_sync(machine, operation, data)["sequence"]
            message = machine.get("getMessage", sequence=first)["message"]
            again = {name: value for name, value in message.items() if name not in common}
            if operation != "NewThreadSameProcess":
                again.pop("process")  # not a member of its structure
            machine.call("putProcessRules", pid=A, body={"rules": EVERY_RULE})
            second = send_sync(machine, operation, again)["sequence"]
            assert bytes_of(machine, first) == bytes_of(machine, second)

    def test_as_many_bytes_as_may_be_are_taken(self, machine: Machine) -> None:
        armed(machine)
        sequence = send_sync(machine, 2, {"registryData": encoded(bytes(MOST_BYTES))})["sequence"]
        assert machine.get("getMessage", sequence=sequence)["message"]["totalSize"] == 0x30 + MOST_BYTES
