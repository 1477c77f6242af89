"""UIA-1: what the queue and the sends did over time, and UIA-3: why a message was created, or none."""

import threading
from typing import Any

import pytest

from contract.live import WAIT_SECONDS, until
from contract.machine import Machine
from contract.notices import SYNC_DATA, send_async, send_sync
from contract.service import StartService
from contract.story import DLL, A, B, two_processes
from contract.streams import each_format, make, rows


def sums(page: dict[str, Any]) -> dict[str, int]:
    """The sums over everything before a page and in it."""
    parts = [page["before"], *page["items"]]
    total = {name: sum(part[name] for part in parts) for name in ("enqueued", "sent", "sendFailed", "dropped")}
    for group, names in (("sync", ("sent", "failed", "notSent")), ("direct", ("sent", "failed"))):
        total |= {f"{group}.{name}": sum(part[group][name] for part in parts) for name in names}
    return total


def counted(machine: Machine) -> dict[str, int]:
    """The same of the counters."""
    counters = machine.get("getCounters")
    queue, direct, sync = counters["async"], counters["direct"], counters["sync"].values()
    sends = sum(one["notificationsCount"] for one in sync)
    failed = sum(one["errorCount"] for one in sync)
    not_sent = len(machine.all("listMessages", query={"kind": "sync", "delivery": "notSent"}))
    return {
        "enqueued": queue["enqueued"],
        "sent": queue["sent"],
        "sendFailed": queue["sendFailed"],
        "dropped": queue["droppedOnOverflow"],
        "sync.sent": sends - failed + not_sent,
        "sync.failed": failed - not_sent,
        "sync.notSent": not_sent,
        "direct.sent": direct["fltSendMessageCount"] - direct["fltSendMessageError"],
        "direct.failed": direct["fltSendMessageError"],
    }


class Waiting:
    """A request that waits, on a connection of its own."""

    def __init__(self, machine: Machine, operation: str, query: dict[str, Any]) -> None:
        """Send it."""
        self._answers: list[dict[str, Any]] = []
        client = machine.client.again()

        def wait() -> None:
            waiting = query | {"waitMs": 1000 * WAIT_SECONDS}
            self._answers.append(client.call(operation, host=machine.name, query=waiting).json)
            client.close()

        self._thread = threading.Thread(target=wait)
        self._thread.start()

    def answer(self) -> dict[str, Any]:
        """Wait for its answer."""
        self._thread.join(WAIT_SECONDS)
        [answer] = self._answers
        return answer


class TestHistory:
    """Pages and streams of buckets."""

    def test_the_sums_are_the_counters_of_a_full_queue_and_an_engine_that_fails(self, machine: Machine) -> None:
        two_processes(machine)
        machine.get("patchConfig", body={"maxAsyncNotificationCount": 5})
        machine.get("putWorker", body={"state": "paused"})
        make(machine, 12)
        page = machine.get("getHistory")
        assert sums(page) == counted(machine)
        assert max(bucket["depthMax"] for bucket in page["items"]) == 5
        machine.get("putEngine", body={"type": "embedded", "reply": "disconnect"})
        machine.get("putWorker", body={"state": "running"})
        machine.drain()
        send_sync(machine, "RegistryEventSync", SYNC_DATA["RegistryEventSync"])
        machine.process()
        machine.get("patchConfig", body={"sendSyncNotificationFlag": False})
        send_sync(machine, "RegistryEventSync", SYNC_DATA["RegistryEventSync"])
        page = machine.get("getHistory")
        assert sums(page) == counted(machine)
        assert page["before"]["enqueued"] == 0
        assert page["items"][0]["worker"] in ("running", "mixed")
        assert page["items"][-1]["highPriority"]["last"] == page["items"][-1]["normal"]["last"] == 0

    def test_a_bucket_comes_again_until_it_is_over(self, start: StartService) -> None:
        _, client = start("history:\n  bucketMs: 60000\n")
        machine = Machine(client, "default")
        make(machine, 1)
        first = machine.get("getHistory")
        make(machine, 2)
        machine.drain()
        # A minute may begin in between.
        second = machine.get("getHistory", query={"after": first["next"]})
        assert second["before"]["enqueued"] + sum(bucket["enqueued"] for bucket in second["items"]) == 3
        assert second["items"][-1]["open"] is True
        assert second["bucketMs"] == 60000
        assert machine.get("getHistory", query={"after": second["next"], "waitMs": 20})["items"] == second["items"][-1:]

    def test_waiting_ends_when_a_bucket_is_over(self, machine: Machine) -> None:
        waiting = Waiting(machine, "getHistory", {})
        make(machine, 1)
        answer = waiting.answer()
        assert answer["items"][0]["enqueued"] == 1
        assert answer["next"] >= 1

    def test_old_buckets_are_given_up_and_counted(self, start: StartService) -> None:
        _, client = start("history:\n  bucketMs: 50\n  buckets: 2\n")
        machine = Machine(client, "default")
        for number in range(1, 6):
            make(machine, 1)
            until(lambda number=number: machine.get("getHistory")["next"] == number, "the bucket is over")  # type: ignore[misc]
        page = machine.get("getHistory")
        assert (page["oldest"], page["next"]) == (4, 5)
        assert page["before"]["enqueued"] == 3
        assert sums(page) == counted(machine)

    @pytest.mark.parametrize("after", [0, 1, 2**63, 2**64 - 1])
    def test_any_place_can_be_asked_for(self, machine: Machine, after: int) -> None:
        make(machine, 3)
        assert sums(machine.get("getHistory", query={"after": after}))["enqueued"] == 3
        machine.get("listDecisions", query={"after": after})

    @each_format
    def test_a_stream_has_each_bucket_once_it_is_over(self, machine: Machine, media: str) -> None:
        with rows(machine, "history", media) as live:
            for number in range(1, 4):
                make(machine, number)
                machine.drain()
                item = live.next()
                while item.value["enqueued"] == 0:
                    item = live.next()
                assert item.value["enqueued"] <= number
                assert "open" not in item.value
        until(lambda: "open" not in machine.get("getHistory")["items"][-1], "the last bucket is over")
        told = machine.get("getHistory")["items"]
        with rows(machine, "history", media, limit=len(told)) as live:
            assert [item.value for item in live.rest()] == told

    def test_without_buckets_there_is_no_history(self, start: StartService) -> None:
        _, client = start("history:\n  buckets: 0\ndecisions:\n  capacity: 0\n")
        machine = Machine(client, "default")
        two_processes(machine)
        assert machine.get("getHistory")["items"] == []
        assert machine.get("listDecisions")["items"] == []
        assert all("decision" not in message for message in machine.all("listMessages"))


class TestDecisions:
    """Why each message was created, and why there was none."""

    def test_they_say_what_the_request_was_answered(self, machine: Machine) -> None:
        two_processes(machine)
        routines = machine.thread(B, creatorProcessId=A)
        routines += machine.get("loadImage", pid=A, body={"fullImageName": DLL})["routines"]
        decisions = machine.all("listDecisions", query={"after": 2})
        assert len(decisions) == len(routines) == 3
        for decision, routine in zip(decisions, routines, strict=True):
            checks = [{name: check[name] for name in ("check", "holds")} for check in routine["checks"]]
            assert decision["routine"] == routine["routine"]
            assert decision["notified"] == routine["notified"]
            assert decision["checks"] == checks
            assert decision["decidedBy"] == checks[-1]["check"]
            assert decision["messages"] == [message["sequence"] for message in routine["messages"]]
        first, _, load = decisions
        assert first["event"] | {"threadId": 0} == {
            "type": "threadCreate",
            "processId": A,
            "targetProcessId": B,
            "threadId": 0,
        }
        assert load["event"] == {"type": "imageLoad", "processId": A, "fullImageName": DLL}

    def test_a_message_leads_to_its_decision_and_back(self, machine: Machine) -> None:
        two_processes(machine)
        machine.load(A, DLL)
        for message in machine.all("listMessages"):
            [decision] = machine.all("listDecisions", query={"message": message["sequence"]})
            assert decision["decision"] == message["decision"]
            assert message["sequence"] in decision["messages"]
        raw = send_async(machine, "LogPrint")
        assert "decision" not in machine.get("getMessage", sequence=raw["sequence"])

    def test_what_the_engine_was_not_notified_of_is_found(self, machine: Machine) -> None:
        two_processes(machine)
        machine.get("putProcessRules", pid=A, body={"rules": []})
        machine.thread(B, creatorProcessId=A)
        found = machine.all("listDecisions", query={"notified": "false", "processId": B})
        assert [(one["routine"], one["decidedByRule"]) for one in found] == [
            ("MpCreateThreadNotifyRoutine", "THR-4"),
            ("MpCreateThreadNotifyRoutineEx", "TEX-1"),
        ]
        assert machine.all("listDecisions", query={"routine": "MpLoadImageNotifyRoutine"}) == []

    def test_pages_go_on_where_the_last_one_ended(self, machine: Machine) -> None:
        two_processes(machine)
        for _ in range(5):
            machine.load(A, DLL)
        listed = machine.all("listDecisions", query={"limit": 2})
        assert [one["decision"] for one in listed] == list(range(1, 8))

    def test_waiting_ends_with_the_first_one_that_matches(self, machine: Machine) -> None:
        two_processes(machine)
        waiting = Waiting(machine, "listDecisions", {"after": 2, "routine": "MpLoadImageNotifyRoutine"})
        machine.thread(B, creatorProcessId=A)
        machine.load(A, DLL)
        answer = waiting.answer()
        assert [one["decision"] for one in answer["items"]] == [5]

    @each_format
    def test_a_stream_has_each_as_it_comes(self, machine: Machine, media: str) -> None:
        with rows(machine, "decisions", media) as live:
            two_processes(machine)
            machine.load(A, DLL)
            told = [item.value for item in live.take(3)]
        listed = machine.all("listDecisions")
        assert [one["decision"] for one in told] == [one["decision"] for one in listed] == [1, 2, 3]
        with rows(machine, "decisions", media, last=2) as live:
            assert live.next().value == listed[2]
        with rows(machine, "decisions", media, last=99) as live:
            assert live.next().value == {"reset": {"lastEventId": 99, "newest": 3}}

    @each_format
    def test_a_reader_that_falls_behind_is_told(self, start: StartService, media: str) -> None:
        _, client = start("decisions:\n  capacity: 3\n")
        machine = Machine(client, "default")
        two_processes(machine)
        for _ in range(5):
            machine.load(A, DLL)
        with rows(machine, "decisions", media, after=1) as live:
            assert live.next().value == {"gap": {"first": 2, "last": 4}}
            assert live.next().value["decision"] == 5


class TestRowStreams:
    """What the live streams of decisions and of the history have in common."""

    each_operation = pytest.mark.parametrize(
        ("operation", "path", "number"),
        [("listDecisions", "decisions", "decision"), ("getHistory", "history", "bucket")],
    )

    @each_format
    @each_operation
    def test_a_stream_with_a_limit_ends(
        self, machine: Machine, media: str, operation: str, path: str, number: str
    ) -> None:
        two_processes(machine)
        make(machine, 1)
        assert machine.call(operation, query={"limit": 1}, headers={"Accept": media}).media == media
        with rows(machine, path, media, limit=1) as live:
            [first] = live.rest()
        assert first.value[number] == machine.get(operation, query={"limit": 1})["items"][0][number]

    @each_format
    @each_operation
    def test_it_takes_a_slot_of_the_live_streams(
        self, start: StartService, media: str, operation: str, path: str, number: str
    ) -> None:
        _, client = start("messages:\n  streamLimit: 1\n")
        machine = Machine(client, "default")
        with rows(machine, path, media):
            answer = machine.call(operation, headers={"Accept": media}, expect=409)
            assert answer.problem == "limit-reached"
            machine.call(operation)
