"""Notifications sent as such: SYN-1 to SYN-9 and ASY-1 to ASY-4."""

from typing import Any

import pytest

from contract.machine import Machine, Prepared
from contract.notices import (
    CLEARED,
    EVERY_RULE,
    HIGH,
    MOST_BYTES,
    REQUIRED,
    SYNC_DATA,
    encoded,
    least,
    send_async,
    send_sync,
)
from contract.story import DLL, A, B, conserved
from contract.wire import ASYNC_CODES, SYNC_CODES

ALL_BITS = 0xFFFFFFFF
BY_NAME_AND_NUMBER = [pytest.param(str, id="name"), pytest.param(int, id="number")]
NO_PROCESS = 4294967292


def spelled(operation: str, kind: type, codes: dict[str, int]) -> str | int:
    """An operation by its name or by its number."""
    return operation if kind is str else codes[operation]


def armed(machine: Machine) -> str:
    """A with every rule, B, and a stream context of DLL with every rule, whose id comes back."""
    machine.process(processId=A, rules=EVERY_RULE)
    machine.process(processId=B)
    identifier: str = machine.get("createStreamContext", body={"fileName": DLL, "rules": EVERY_RULE})["id"]
    return identifier


def rule_words(machine: Machine, context: str) -> tuple[int, int]:
    """The rule words of A and of the stream context."""
    process = machine.get("getProcess", pid=A)["rulesMask"]
    return int(process, 16), int(machine.get("getStreamContext", id=context)["rulesMask"], 16)


def told(machine: Machine, operation: str) -> dict[str, Any]:
    """The counters of `operation`; those of all others are at rest."""
    counters = machine.get("getCounters")["sync"]
    counted: dict[str, Any] = counters.pop(operation)
    assert all(not any(value not in (0, "STATUS_SUCCESS") for value in other.values()) for other in counters.values())
    del counted["totalTimeMicroseconds"]
    return counted


def at_rest(**changed: object) -> dict[str, object]:
    """Counters of a type of synchronous message, 0 but for `changed`."""
    names = ("notificationsCount", "recvCount", "recvErrorCount", "errorCount", "ioTimeoutCount")
    return dict.fromkeys(names, 0) | {"errorStatus": "STATUS_SUCCESS"} | changed


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
        message = send_sync(machine, spelled(operation, kind, SYNC_CODES), SYNC_DATA[operation])
        assert message.pop("durationMicroseconds") >= 0
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
        assert told(machine, operation) == at_rest(notificationsCount=1, recvCount=1)
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
            sequence = send_sync(machine, 3, {"targetProcessId": B}, **given)["sequence"]
            expected = {"ioPriority": 2, "threadPriority": 8, "pagePriority": 5} | given.get("ioPriority", {})
            assert machine.get("getMessage", sequence=sequence)["message"]["ioPriority"] == expected

    def test_a_rule_that_is_not_set_is_not_cleared(self, machine: Machine) -> None:
        """SYN-9; the notification goes out whatever the rules."""
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
        assert told(machine, operation) == at_rest(notificationsCount=1, recvErrorCount=1)

    @pytest.mark.parametrize("operation", SYNC_CODES)
    def test_a_late_reply_leaves_the_rule(self, machine: Machine, operation: str) -> None:
        """SYN-6."""
        context = armed(machine)
        machine.call("patchConfig", body={"syncMonitorNotificationTimeoutMs": 20})
        machine.call("putEngine", body={"type": "embedded", "reply": "timeout"})
        message = send_sync(machine, operation, SYNC_DATA[operation])
        assert (message["delivery"], message["status"], message["acknowledged"]) == ("failed", "STATUS_TIMEOUT", False)
        assert rule_words(machine, context) == (ALL_BITS, ALL_BITS)
        expected = at_rest(notificationsCount=1, errorCount=1, ioTimeoutCount=1, errorStatus="STATUS_TIMEOUT")
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
            (3, 4, {"targetProcessId": NO_PROCESS}, "unknown-process"),
            (3, NO_PROCESS, {"targetProcessId": 4}, "unknown-process"),
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
            ("NewThreadDifferentProcess", {}, {"targetProcessId"}),
            ("NewThreadDifferentProcess", {"targetProcessId": -1}, {"targetProcessId"}),
            ("NewThreadDifferentProcess", {"targetProcess": {"processId": 4}}, {"targetProcess", "targetProcessId"}),
            ("NewThreadSameProcess", {}, {"createdThread", "currentThread"}),
            (
                "NewThreadSameProcess",
                {"createdThread": {}, "currentThread": {"threadId": 1, "creationTime": "never"}, "startAddress": -1},
                {"createdThread/threadId", "currentThread/creationTime", "startAddress"},
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

    def test_as_many_bytes_as_may_be_are_taken(self, machine: Machine) -> None:
        armed(machine)
        sequence = send_sync(machine, 2, {"registryData": encoded(bytes(MOST_BYTES))})["sequence"]
        assert machine.get("getMessage", sequence=sequence)["message"]["totalSize"] == 0x30 + MOST_BYTES


def refused(machine: Machine, operation_id: str, body: object, pointers: set[str]) -> list[str]:
    """A body is refused at `pointers` and nothing else, and the host is as it was; the details."""
    before = machine.snapshot()
    problem = machine.get(operation_id, body=body, expect=400)
    assert {fault["pointer"] for fault in problem["errors"]} == pointers
    assert machine.snapshot() == before
    return [fault["detail"] for fault in problem["errors"]]


def refused_as_invalid(machine: Machine, operation_id: str, body: object) -> None:
    """A body is refused with STATUS_INVALID_PARAMETER at its operation."""
    [detail] = refused(machine, operation_id, body, {"/operation"})
    assert "STATUS_INVALID_PARAMETER" in detail


@pytest.fixture
def paused(machine: Machine) -> Machine:
    """A host whose worker is paused."""
    machine.call("putWorker", body={"state": "paused"})
    return machine


def lists(machine: Machine) -> tuple[list[int], list[int]]:
    """The sequences of the high-priority and of the normal list."""
    queues = machine.get("getQueues", query={"entries": 1000})
    high, normal = ([entry["sequence"] for entry in queues[name]["entries"]] for name in ("highPriority", "normal"))
    return high, normal


class TestAsync:
    """ASY-1 to ASY-4."""

    @pytest.mark.parametrize("kind", BY_NAME_AND_NUMBER)
    @pytest.mark.parametrize("operation", ASYNC_CODES)
    def test_it_goes_to_the_list_of_its_type(self, paused: Machine, operation: str, kind: type) -> None:
        """ASY-1, ASY-3."""
        report = send_async(paused, spelled(operation, kind, ASYNC_CODES), **least(operation))
        number = 1 if ASYNC_CODES[operation] < 0xA else 0
        assert report == {
            "sequence": 1,
            "kind": "async",
            "operation": operation,
            "delivery": "queued",
            "notificationNumber": number,
        }
        assert lists(paused) == (([1], []) if operation in HIGH else ([], [1]))
        entry = paused.get("getMessage", sequence=1)
        assert (entry["operationCode"], entry["routine"]) == (ASYNC_CODES[operation], "MpAsyncSendNotification")
        assert entry["process"] is None
        [queued] = [item for name in ("highPriority", "normal") for item in paused.get("getQueues")[name]["entries"]]
        assert queued["size"] == entry["message"]["totalSize"] - 8  # ASY-8
        [stepped] = paused.get("stepWorker", body={"count": 1})["messages"]
        assert (stepped["sequence"], stepped["delivery"], stepped["operation"]) == (1, "sent", operation)

    @pytest.mark.parametrize("operation", ASYNC_CODES)
    def test_the_sender_may_say_which_list(self, paused: Machine, operation: str) -> None:
        """ASY-1."""
        send_async(paused, operation, **least(operation), highPriority=True)
        send_async(paused, operation, **least(operation), highPriority=False)
        assert lists(paused) == ([1], [2])

    def test_types_below_0xa_are_numbered(self, machine: Machine) -> None:
        """ASY-2."""
        machine.process(processId=A)  # its CreateProcess is number 1
        numbers = {name: send_async(machine, name, **least(name))["notificationNumber"] for name in ASYNC_CODES}
        numbered = [name for name, code in ASYNC_CODES.items() if code < 0xA]
        assert len(numbered) == 10
        assert [numbers[name] for name in numbered] == list(range(2, 12))
        assert {numbers[name] for name in ASYNC_CODES if name not in numbered} == {0}
        machine.drain()
        counters = machine.get("getCounters")
        assert counters["async"]["asyncNotificationCount"] == 11
        assert counters["async"]["sent"] == len(ASYNC_CODES)
        assert conserved(counters)
        for entry in machine.all("listMessages", query={"kind": "async"}):
            assert entry["message"]["notificationNumber"] == entry["notificationNumber"] == numbers[entry["operation"]]

    def test_a_process_that_is_named_is_what_it_is_counted_to(self, machine: Machine) -> None:
        """ASY-2: NotificationsSent; the structure may tell of another."""
        process = machine.process(processId=A)
        assert process["notificationsSent"] == 1
        for operation in ASYNC_CODES:
            send_async(machine, operation, **least(operation), processId=A)
        send_async(machine, "SendFile")
        machine.drain()
        assert machine.get("getProcess", pid=A)["notificationsSent"] == 1 + len(ASYNC_CODES)
        identity = {name: process[name] for name in ("processId", "creationTime")}
        entries = machine.all("listMessages", query={"kind": "async"})
        assert [entry["process"] for entry in entries] == [identity] * len(ASYNC_CODES) + [None]
        for entry in entries:
            own = REQUIRED.get(entry["operation"], {}).get("process")
            expected = {**own, "creationTime": None} if own else entry["process"]
            assert entry["message"]["process"] == expected
        found = machine.all("listMessages", query={"kind": "async", "processId": A})
        assert [entry["sequence"] for entry in found] == [entry["sequence"] for entry in entries[:-1]]

    def test_a_process_that_is_not_there_is_404(self, prepared: Prepared) -> None:
        machine = prepared.machine
        before = machine.snapshot()
        for operation in ASYNC_CODES:
            body = {"operation": operation, **least(operation), "processId": NO_PROCESS}
            assert machine.call("sendAsyncNotification", body=body, expect=404).problem == "unknown-process"
        assert machine.snapshot() == before

    def test_processes_in_the_data_need_not_be_there(self, machine: Machine) -> None:
        """They are what the caller says."""
        for operation in REQUIRED:
            send_async(machine, operation, **least(operation))
        machine.drain()
        assert machine.get("getCounters")["processTable"]["processes"] == 1

    def test_a_full_queue_drops_the_oldest_of_the_same_list(self, paused: Machine) -> None:
        """ASY-4."""
        paused.call("patchConfig", body={"maxAsyncNotificationCount": 2})
        send_async(paused, "SendFile")
        send_async(paused, "PostMount")
        assert send_async(paused, "PostMount")["delivery"] == "queued"
        assert lists(paused) == ([3], [1])
        assert send_async(paused, "PostMount", highPriority=False)["delivery"] == "queued"
        assert lists(paused) == ([3], [4])
        paused.call("patchConfig", body={"maxAsyncNotificationCount": 0})
        deliveries = [entry["delivery"] for entry in paused.all("listMessages")]
        assert deliveries == ["dropped", "dropped", "queued", "queued"]
        assert conserved(paused.get("getCounters"))

    def test_a_queue_without_room_drops_the_new_one(self, paused: Machine) -> None:
        """ASY-4."""
        paused.call("patchConfig", body={"maxAsyncNotificationCount": 0})
        report = send_async(paused, "SendFile")
        assert (report["delivery"], report["notificationNumber"]) == ("dropped", 1)
        assert paused.get("getCounters")["async"]["droppedOnOverflow"] == 1

    def test_a_failed_send_is_told(self, machine: Machine) -> None:
        """ASY-7."""
        machine.call("putEngine", body={"type": "none"})
        sequence = send_async(machine, "LogPrint")["sequence"]
        machine.drain()
        entry = machine.get("getMessage", sequence=sequence)
        assert (entry["delivery"], entry["status"]) == ("failed", "STATUS_PORT_DISCONNECTED")
        assert machine.get("getCounters")["async"]["failedNotifications"] == 1

    @pytest.mark.parametrize(
        "operation",
        [10, 18, 20, -1, 255, 1 << 31, 1 << 32, 1 << 63, "", "Nope", "RegistryEventSync", "EventsWorker", "x" * 65],
        ids=repr,
    )
    def test_what_is_no_operation_is_an_invalid_parameter(self, prepared: Prepared, operation: str | int) -> None:
        """ASY-1: 0xA and 0x12 are holes."""
        refused_as_invalid(prepared.machine, "sendAsyncNotification", {"operation": operation})

    @pytest.mark.parametrize("operation", [None, True, 3.5, [], {}, [3]], ids=repr)
    def test_what_is_neither_name_nor_number_is_refused(self, prepared: Prepared, operation: object) -> None:
        refused(prepared.machine, "sendAsyncNotification", {"operation": operation}, {"/operation"})

    def test_as_many_bytes_as_may_be_are_taken(self, machine: Machine) -> None:
        most = encoded(bytes(MOST_BYTES))
        sequence = send_async(machine, "SendFile", data=most)["sequence"]
        assert machine.get("getMessage", sequence=sequence)["message"]["totalSize"] == 0x20 + MOST_BYTES
        data = {"process": {"processId": 4}, "newValueData": most, "valueData": most, "hashes": ["00" * 16] * 4096}
        sequence = send_async(machine, "RegistryEvent", data=data)["sequence"]
        assert machine.get("getMessage", sequence=sequence)["message"]["totalSize"] == 0xA8 + 3 * MOST_BYTES


class TestBadData:
    """Data that a type does not take are refused, and nothing changes."""

    def refused(self, prepared: Prepared, operation: str, data: object, *pointers: str) -> None:
        refused(prepared.machine, "sendAsyncNotification", {"operation": operation, "data": data}, set(pointers))

    @pytest.mark.parametrize("operation", REQUIRED)
    @pytest.mark.parametrize("data", ["", "AAECAw==", [], 0, True, None], ids=repr)
    def test_a_layout_takes_an_object(self, prepared: Prepared, operation: str, data: object) -> None:
        self.refused(prepared, operation, data, "/data")

    @pytest.mark.parametrize("operation", REQUIRED)
    def test_a_layout_needs_data(self, prepared: Prepared, operation: str) -> None:
        refused(prepared.machine, "sendAsyncNotification", {"operation": operation}, {"/data"})

    @pytest.mark.parametrize("operation", REQUIRED)
    def test_what_a_layout_requires_is_missed(self, prepared: Prepared, operation: str) -> None:
        self.refused(prepared, operation, {}, *(f"/data/{member}" for member in REQUIRED[operation]))

    @pytest.mark.parametrize("operation", REQUIRED)
    def test_what_a_layout_does_not_have_is_refused(self, prepared: Prepared, operation: str) -> None:
        unknown = ("notificationNumber", "refCount", "totalSize", "sizeOfData", "operationCode", "data", "fileNameLen")
        data = {**REQUIRED[operation], **dict.fromkeys(unknown, 1)}
        self.refused(prepared, operation, data, *(f"/data/{name}" for name in unknown))

    @pytest.mark.parametrize("operation", [name for name in ASYNC_CODES if name not in REQUIRED])
    @pytest.mark.parametrize("data", [{}, {"process": {"processId": 4}}, [], 0, None], ids=repr)
    def test_a_type_without_a_layout_takes_base64(self, prepared: Prepared, operation: str, data: object) -> None:
        self.refused(prepared, operation, data, "/data")

    @pytest.mark.parametrize(
        "data",
        [
            *(
                "A",
                "AA",
                "AAA",
                "AA=",
                "AAAA=",
                "AAAAA===",
                "AA==AAAA",
                "A===",
                "====",
                "AB==",
                "AAB=",
                "AA-_",
                "AAA A",
            ),
            *("é", " AAAA", "AAAA\n", encoded(bytes(MOST_BYTES + 1)), encoded(bytes(MOST_BYTES + 100_000))),
        ],
        ids=lambda data: repr(data[:12]),
    )
    def test_what_is_not_base64_or_too_long_is_refused(self, prepared: Prepared, data: str) -> None:
        self.refused(prepared, "SendFile", data, "/data")
        fields = {"process": {"processId": 4}, "newValueData": data, "valueData": data}
        self.refused(prepared, "RegistryEvent", fields, "/data/newValueData", "/data/valueData")

    @pytest.mark.parametrize(
        "value",
        [
            "",
            encoded(bytes(15)),
            encoded(bytes(17)),
            "00" * 15,
            "0" * 31,
            "0" * 33,
            "00" * 17,
            "0g" * 16,
            "0x" + "00" * 15,
            "\uff10" * 32,  # digits, but not of ASCII
            "AAAAAAAAAAAAAAAAAAAAAB==",
            "9e6c4e1f-7d60-472f-ba1a-a39ef669e4b2",
            16,
            None,
            [],
        ],
        ids=repr,
    )
    def test_what_is_not_sixteen_bytes_is_refused(self, prepared: Prepared, value: object) -> None:
        fields = {**REQUIRED["OpenProcess"], "hipRule": value, "hipRule1": value}
        self.refused(prepared, "OpenProcess", fields, "/data/hipRule", "/data/hipRule1")
        hashes = ["00" * 16, value, "ff" * 16, value]
        data = {"process": {"processId": 4}, "hashes": hashes}
        self.refused(prepared, "RegistryEvent", data, "/data/hashes/1", "/data/hashes/3")

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "9e6c4e1f7d60472fba1aa39ef669e4b2",
            "9e6c4e1f-7d60-472f-ba1a-a39ef669e4b",
            "9e6c4e1f-7d60-472f-ba1a-a39ef669e4b2f",
            "9e6c4e1f-7d60-472fb-a1a-a39ef669e4b2",
            "9e6c4e1g-7d60-472f-ba1a-a39ef669e4b2",
            "{9e6c4e1f-7d60-472f-ba1a-a39ef669e4b2",
            "9e6c4e1f-7d60-472f-ba1a-a39ef669e4b2}",
            "(9e6c4e1f-7d60-472f-ba1a-a39ef669e4b2)",
            encoded(bytes(16)),
            0,
            None,
        ],
        ids=repr,
    )
    def test_what_is_no_guid_is_refused(self, prepared: Prepared, value: object) -> None:
        self.refused(prepared, "CheckJournal", {"fsControlCode": 1, "volumeGuid": value}, "/data/volumeGuid")
        data = {"process": {"processId": 4}, "transactionId": value}
        self.refused(prepared, "RegistryEvent", data, "/data/transactionId")

    @pytest.mark.parametrize(
        ("operation", "changed", "pointers"),
        [
            ("CreateProcess", {"createFlag": 2}, ["createFlag"]),
            ("CreateProcess", {"createFlag": True}, ["createFlag"]),
            ("LoadImage", {"createFlag": -1, "processFlagsLowByte": 256}, ["createFlag", "processFlagsLowByte"]),
            ("LoadImage", {"tokenIntegrityLevel": "0x100000000"}, ["tokenIntegrityLevel"]),
            ("CreateProcess", {"sessionId": 4294967296, "tokenElevation": 1.5}, ["sessionId", "tokenElevation"]),
            ("CreateProcess", {"imageFileName": "a\0b"}, ["imageFileName"]),
            ("CreateProcess", {"commandLine": "x" * 32767}, ["commandLine"]),
            ("CreateProcess", {"parentProcess": {}}, ["parentProcess/processId"]),
            ("CreateProcess", {"parentProcess": 668}, ["parentProcess"]),
            ("CreateProcess", {"creatorProcess": None}, ["creatorProcess"]),
            ("LoadImage", {"currentProcess": {"processId": 1, "threadId": 2}}, ["currentProcess/threadId"]),
            ("LoadImage", {"currentProcess": {"threadId": 2}}, ["currentProcess/processId", "currentProcess/threadId"]),
            (
                "CreateThread",
                {"createdThread": {"processId": 2}},
                ["createdThread/processId", "createdThread/threadId"],
            ),
            (
                "CreateThread",
                {"createdThread": {"threadId": 2, "creationTime": "2020-02-30T00:00:00Z"}},
                ["createdThread/creationTime"],
            ),
            ("OpenProcess", {"finalDesiredAccess": "1fffff", "notificationReason": "0x1"}, None),
            ("Wow64cpuLoad", {"wow64CpuImageBase": "0x10000000000000000"}, ["wow64CpuImageBase"]),
            ("Wow64cpuLoad", {"processId": -1, "threadId": 4294967296}, ["processId", "threadId"]),
            ("OpenDesktop", {"operation": 256, "kernelHandleFlag": -1}, ["operation", "kernelHandleFlag"]),
            ("OpenDesktop", {"operation": "OpenDesktop"}, ["operation"]),
            ("RegistryEvent", {"hashes": "00" * 16}, ["hashes"]),
            ("RegistryEvent", {"hashes": ["00" * 16] * 4097}, ["hashes"]),
            ("RegistryEvent", {"keyName": ["a"], "newValueType": None}, ["keyName", "newValueType"]),
            ("TrustedOrUntrustedProcess", {"imageFileName": "x" * 16}, ["imageFileName"]),
            ("TrustedOrUntrustedProcess", {"imageFileName": "\U0001f600" * 8}, ["imageFileName"]),
            ("TrustedOrUntrustedProcess", {"untrustedFlag": 256}, ["untrustedFlag"]),
        ],
    )
    def test_a_value_that_a_field_cannot_hold_is_refused(
        self, prepared: Prepared, operation: str, changed: dict[str, Any], pointers: list[str] | None
    ) -> None:
        data = {**REQUIRED[operation], **changed}
        self.refused(prepared, operation, data, *(f"/data/{pointer}" for pointer in pointers or changed))

    def test_all_faults_are_told(self, prepared: Prepared) -> None:
        body = {
            "processId": -1,
            "highPriority": 1,
            "colour": "red",
            "operation": "OpenProcess",
            "data": {"process": {}, "targetProcess": {"processId": "4"}, "hipRule": "", "sessionId": -1, "a/b": 1},
        }
        expected = {"/processId", "/highPriority", "/colour"}
        inside = ("process/processId", "targetProcess/processId", "hipRule", "sessionId", "a~1b", "finalDesiredAccess")
        expected |= {f"/data/{pointer}" for pointer in inside}
        refused(prepared.machine, "sendAsyncNotification", body, expected)

    def test_the_longest_name_of_a_trusted_process_is_taken(self, machine: Machine) -> None:
        for name in ("x" * 15, "\U0001f600" * 7 + "x", ""):
            data = {"untrustedFlag": 255, "imageFileName": name}
            sequence = send_async(machine, "TrustedOrUntrustedProcess", data=data)["sequence"]
            assert machine.get("getMessage", sequence=sequence)["message"]["imageFileName"] == name
