"""Thread creation: THR and TEX."""

import time
from typing import Any

import pytest

from contract.machine import IMAGE, Machine
from contract.story import REMOTE, RULE, THREAD_ROUTINES, A, B, conserved, messages, two_processes


class TestRemoteThread:
    """THR-4, SYN-9, ASY: a thread in another process."""

    def test_it_is_told_once_and_counted(self, machine: Machine) -> None:
        two_processes(machine)
        machine.call("putEngine", body={"type": "embedded", "delayMs": 20})
        begun = time.perf_counter()
        routines = machine.thread(B, **REMOTE)
        elapsed = (time.perf_counter() - begun) * 1e6
        assert [routine["routine"] for routine in routines] == THREAD_ROUTINES
        assert [routine["notified"] for routine in routines] == [True, False]
        assert routines[0]["checks"][:2] == [
            {"check": "Create", "holds": True, "value": "TRUE"},
            {"check": "ProcessId != 4", "holds": True, "value": str(B)},
        ]
        sync, queued = messages(routines)
        duration = sync.pop("durationMicroseconds")
        assert 20_000 <= duration <= elapsed
        assert sync == {
            "sequence": 3,
            "kind": "sync",
            "operation": RULE.removeprefix("Notify"),
            "delivery": "sent",
            "status": "STATUS_SUCCESS",
            "acknowledged": True,
            "clearedRule": RULE,
        }
        assert (queued["sequence"], queued["kind"], queued["operation"]) == (4, "async", "CreateThread")
        assert queued["notificationNumber"] == 3
        machine.drain()

        creator = machine.get("getProcess", pid=A)
        assert (creator["rules"], creator["rulesMask"], creator["notificationsSent"]) == ([], "0x00000000", 2)
        assert messages(machine.thread(B, creatorProcessId=A)) == []

        counters = machine.get("getCounters")
        assert counters["sync"]["NewThreadDifferentProcess"].pop("totalTimeMicroseconds") == duration
        assert counters["sync"]["NewThreadDifferentProcess"] == {
            "notificationsCount": 1,
            "recvCount": 1,
            "recvErrorCount": 0,
            "errorCount": 0,
            "errorStatus": "STATUS_SUCCESS",
            "ioTimeoutCount": 0,
        }
        assert counters["async"] == {
            "asyncNotificationCount": 3,
            "failedNotifications": 0,
            "totalSizeNotificationsSent": 0x50 + 2 * len(IMAGE) - 8,
            "totalSizeRemainingNotifications": 0,
            "notificationsCount": 0,
            "enqueued": 1,
            "sent": 1,
            "sendFailed": 0,
            "droppedOnOverflow": 0,
            "queued": 0,
            "inHand": 0,
        }
        assert counters["direct"]["fltSendMessageCount"] == 2
        assert counters["direct"]["fltSendMessageError"] == 0

    def test_the_journal_holds_both_messages(self, machine: Machine) -> None:
        two_processes(machine)
        machine.thread(B, **REMOTE)
        machine.drain()
        *_, sync, queued = machine.all("listMessages")
        creator = {key: machine.get("getProcess", pid=A)[key] for key in ("processId", "creationTime")}
        target = {key: machine.get("getProcess", pid=B)[key] for key in ("processId", "creationTime")}
        assert (sync["process"], sync["routine"]) == (creator, THREAD_ROUTINES[0])
        assert sync["message"]["targetProcess"] == target
        assert sync["message"]["ioPriority"] == {"ioPriority": 2, "threadPriority": 8, "pagePriority": 5}
        assert (queued["delivery"], queued["status"]) == ("sent", "STATUS_SUCCESS")
        data = queued["message"]
        assert data["currentProcess"] == creator
        assert data["createdThreadProcess"] == target
        assert (data["currentThreadId"], data["createdThread"]["threadId"]) == (2000, 3000)
        assert data["imageFileName"] == IMAGE
        assert data["host"] == machine.name
        assert data["totalSize"] == 0x50 + 2 * len(IMAGE)

    @pytest.mark.parametrize("whose", [None, "creator", "target"])
    def test_the_image_name_is_the_creators_or_the_targets(self, machine: Machine, whose: str | None) -> None:
        """COR-1, THR-4: the text says the creator's, but the only dump shows the target's."""
        assert machine.get("getConfig")["createThreadImageFileName"] == "creator"
        if whose:
            machine.call("patchConfig", body={"createThreadImageFileName": whose})
            assert machine.get("getConfig")["createThreadImageFileName"] == whose
        machine.process(processId=A, imageFileName="C:\\creator.exe", rules=[RULE])
        machine.process(processId=B, imageFileName="C:\\target.exe")
        _, queued = messages(machine.thread(B, **REMOTE))
        message = machine.get("getMessage", sequence=queued["sequence"])["message"]
        assert message["imageFileName"] == f"C:\\{whose or 'creator'}.exe"
        assert (message["currentProcess"]["processId"], message["createdThreadProcess"]["processId"]) == (A, B)

    def test_without_an_engine_the_rule_stays_and_everything_fails(self, machine: Machine) -> None:
        machine.call("putEngine", body={"type": "none"})
        two_processes(machine)
        for count in (1, 2):
            sync, _ = messages(machine.thread(B, creatorProcessId=A))
            assert (sync["delivery"], sync["status"]) == ("failed", "STATUS_PORT_DISCONNECTED")
            assert (sync["acknowledged"], "clearedRule" in sync) == (False, False)
            machine.drain()
            counters = machine.get("getCounters")
            assert conserved(counters)
            assert counters["async"]["enqueued"] == counters["async"]["sendFailed"] == count
            assert counters["async"]["failedNotifications"] == count
            assert counters["async"]["totalSizeNotificationsSent"] == count * (0x50 + 2 * len(IMAGE) - 8)
            told = counters["sync"]["NewThreadDifferentProcess"]
            assert (told["notificationsCount"], told["errorCount"], told["recvCount"]) == (count, count, 0)
            assert told["errorStatus"] == "STATUS_PORT_DISCONNECTED"
        assert machine.get("getProcess", pid=A)["rules"] == [RULE]
        direct = machine.get("getCounters")["direct"]
        assert (direct["fltSendMessageCount"], direct["fltSendMessageError"]) == (2, 2)
        assert direct["fltSendMessageErrorCode"] == "STATUS_PORT_DISCONNECTED"
        assert machine.get("getEngine")["lastError"] is not None
        failed = machine.all("listMessages", query={"delivery": "failed"})
        assert len(failed) == 6

    @pytest.mark.parametrize(
        ("target", "thread"),
        [
            (4, {"creatorProcessId": A}),
            (B, {"creatorProcessId": A, "creatorIsSystemThread": True}),
            (B, {"creatorProcessId": 999}),
            (B, {"creatorProcessId": B}),
            (A, {}),
        ],
    )
    def test_it_is_not_told(self, machine: Machine, target: int, thread: dict[str, Any]) -> None:
        two_processes(machine)
        assert messages(machine.thread(target, **thread)) == []
        assert machine.get("getProcess", pid=A)["rules"] == [RULE]

    def test_the_end_of_a_thread_is_not_told(self, machine: Machine) -> None:
        two_processes(machine)
        machine.thread(B, threadId=3000)
        routines = machine.get("deleteThread", pid=B, tid=3000)["routines"]
        assert [routine["checks"] for routine in routines if routine["routine"] == THREAD_ROUTINES[0]] == [
            [{"check": "Create", "holds": False, "value": "FALSE"}]
        ]
        machine.call("getThread", pid=B, tid=3000, expect=404)

    def test_a_rule_is_told_again_when_armed_again(self, machine: Machine) -> None:
        two_processes(machine)
        for _ in range(3):
            assert len(messages(machine.thread(B, creatorProcessId=A))) == 2
            machine.call("patchProcessRules", pid=A, body={"set": [RULE]})


class TestSameProcess:
    """THR-3."""

    def test_a_thread_in_the_own_process_is_told(self, machine: Machine) -> None:
        machine.process(processId=A, rules=["NotifyNewThreadSameProcess", "0x4"])
        body = {"threadId": 428, "creatorThreadId": 416, "startAddress": 140719679882480}
        priority = {"ioPriority": 2, "threadPriority": 11, "pagePriority": 5}
        [sync] = messages(machine.thread(A, **body, ioPriority=priority))
        assert sync["clearedRule"] == "NotifyNewThreadSameProcess"
        assert machine.get("getProcess", pid=A)["rules"] == ["0x4"]
        data = machine.get("getMessage", sequence=sync["sequence"])["message"]
        assert data["threadStartAddress"] == "0x7ffbda8844f0"
        assert (data["createdThread"]["threadId"], data["currentThread"]["threadId"]) == (428, 416)
        assert (data["ioPriority"], data["totalSize"]) == (priority, 0x30 + 0x38)


class TestCommandLine:
    """TEX."""

    def test_a_tampered_command_line_is_told_at_the_first_thread(self, machine: Machine) -> None:
        machine.process(processId=A, commandLine="evil", rules=["NotifyProcessCmdLine"])
        assert machine.get("getCounters")["processTable"]["createThreadNotifyLock"] == 1
        tampered = machine.get("putCommandLine", pid=A, body={"commandLine": "harmless"})
        assert (tampered["commandLine"], tampered["currentCommandLine"]) == ("evil", "harmless")
        [report] = messages(machine.thread(A))
        assert (report["operation"], report["clearedRule"]) == ("NewThreadAndCmdLine", "NotifyProcessCmdLine")
        entry = machine.get("getMessage", sequence=report["sequence"])
        assert entry["routine"] == THREAD_ROUTINES[1]
        assert (entry["message"]["commandLine"], entry["message"]["currentCommandLine"]) == ("evil", "harmless")
        assert entry["message"]["totalSize"] == 0x30 + 2 * len("evil") + 2 * len("harmless") + 0xC
        process = machine.get("getProcess", pid=A)
        assert (process["rules"], process["flags"]) == ([], [])
        assert machine.get("getCounters")["processTable"]["createThreadNotifyLock"] == 0
        assert messages(machine.thread(A)) == []

    def test_an_honest_command_line_is_not_told(self, machine: Machine) -> None:
        machine.process(processId=A, rules=["NotifyProcessCmdLine"])
        assert messages(machine.thread(A)) == []
        process = machine.get("getProcess", pid=A)
        assert (process["rules"], process["flags"]) == (["NotifyProcessCmdLine"], [])
        assert machine.get("getCounters")["processTable"]["createThreadNotifyLock"] == 0

    def test_a_rule_set_later_finds_the_lock_closed(self, machine: Machine) -> None:
        machine.process(processId=A)
        machine.call("putProcessRules", pid=A, body={"rules": ["NotifyProcessCmdLine"]})
        machine.call("putCommandLine", pid=A, body={"commandLine": "harmless"})
        assert messages(machine.thread(A)) == []

    def test_a_host_without_the_routine(self, machine: Machine) -> None:
        machine.call("patchConfig", body={"createThreadNotifyRoutineEx": False})
        process = machine.process(processId=A, rules=["NotifyProcessCmdLine"])
        assert process["flags"] == []
        assert machine.get("getCounters")["processTable"]["createThreadNotifyLock"] == 0
        machine.call("putCommandLine", pid=A, body={"commandLine": "harmless"})
        assert messages(machine.thread(A)) == []
