"""Asynchronous notifications sent through the API: ASY-1 to ASY-4."""

import pytest

from contract.machine import Machine, Prepared
from contract.notices import (
    HIGH,
    MOST_BYTES,
    NO_PROCESS,
    REQUIRED,
    encoded,
    least,
    refused,
    refused_as_invalid,
    send_async,
    spelled,
)
from contract.story import A, conserved
from contract.wire import ASYNC_CODES

BY_NAME_AND_NUMBER = [pytest.param(str, id="name"), pytest.param(int, id="number")]


@pytest.fixture
def paused(machine: Machine) -> Machine:
    """A host whose worker is paused."""
    machine.call("putWorker", body={"state": "paused"})
    return machine


def lists(machine: Machine) -> tuple[list[int], list[int]]:
    """The sequence numbers in the high-priority list and in the normal list."""
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
        """ASY-2: NotificationsSent; the process in the structure may be a different one."""
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
        """The data are not checked against the process table."""
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
