"""How the driver behaves with engines of other types."""

import pytest

from contract.machine import IMAGE, Machine
from contract.story import RULE, A, B, kinds, messages, two_processes


class TestReplies:
    """SYN-6 to SYN-8, PRC-3: the effect of other replies."""

    @pytest.mark.parametrize("reply", ["mismatch", "empty"])
    def test_a_reply_that_does_not_match_leaves_the_rule(self, machine: Machine, reply: str) -> None:
        two_processes(machine)
        machine.call("putEngine", body={"type": "embedded", "reply": reply})
        sync, _ = messages(machine.thread(B, creatorProcessId=A))
        assert (sync["delivery"], sync["status"], sync["acknowledged"]) == ("sent", "STATUS_SUCCESS", False)
        told = machine.get("getCounters")["sync"]["NewThreadDifferentProcess"]
        assert (told["recvErrorCount"], told["recvCount"], told["errorCount"]) == (1, 0, 0)
        assert machine.get("getProcess", pid=A)["rules"] == [RULE]
        machine.process()
        direct = machine.get("getCounters")["direct"]
        assert direct["fltSendMessageReplyBufferMismatch"] == (1 if reply == "mismatch" else 0)
        assert direct["fltSendMessageError"] == 0

    def test_a_late_reply_is_a_timeout(self, machine: Machine) -> None:
        two_processes(machine)
        machine.call("patchConfig", body={"syncMonitorNotificationTimeoutMs": 20, "asyncTimeoutMs": 20})
        machine.call("patchConfig", body={"maxProcessCreationMessageTimeoutMs": 20})
        machine.call("putEngine", body={"type": "embedded", "reply": "timeout"})
        sync, _ = messages(machine.thread(B, creatorProcessId=A))
        assert (sync["delivery"], sync["status"]) == ("failed", "STATUS_TIMEOUT")
        machine.process(processId=1008)
        machine.drain()
        counters = machine.get("getCounters")
        told = counters["sync"]["NewThreadDifferentProcess"]
        assert (told["errorCount"], told["ioTimeoutCount"], told["errorStatus"]) == (1, 1, "STATUS_TIMEOUT")
        assert counters["direct"]["fltSendMessageStatusTimeout"] == 1
        assert counters["async"]["sendFailed"] == 1

    def test_a_lost_connection_fails_open(self, machine: Machine) -> None:
        machine.call("putEngine", body={"type": "embedded", "reply": "disconnect"})
        created = machine.get("createProcess", body={"imageFileName": IMAGE}, expect=201)
        [report] = messages(created["routines"])
        assert (report["delivery"], report["status"]) == ("failed", "STATUS_PORT_DISCONNECTED")

    def test_a_denied_process_is_not_kept(self, machine: Machine) -> None:
        machine.call("putEngine", body={"type": "embedded", "reply": "deny"})
        denied = machine.get("createProcess", body={"imageFileName": IMAGE, "processId": A}, expect=200)
        assert kinds(messages(denied["routines"])) == [("direct", "CreateProcess")]
        machine.call("getProcess", pid=A, expect=404)
        assert machine.get("getCounters")["processTable"]["processes"] == 1
        machine.call("putEngine", body={"type": "embedded"})
        machine.process(processId=A)

    def test_every_second_send_fails(self, machine: Machine) -> None:
        machine.call("putEngine", body={"type": "embedded", "failEvery": 2})
        for _ in range(4):
            machine.process()
        statuses = [entry["status"] for entry in machine.all("listMessages")]
        assert statuses == ["STATUS_SUCCESS", "STATUS_UNSUCCESSFUL"] * 2

    def test_a_ping_is_counted_nowhere(self, machine: Machine) -> None:
        before = (machine.get("getCounters"), machine.all("listMessages"))
        assert machine.get("pingEngine")["status"] == "STATUS_SUCCESS"
        machine.call("putEngine", body={"type": "none"})
        assert machine.get("pingEngine")["status"] == "STATUS_PORT_DISCONNECTED"
        assert (machine.get("getCounters"), machine.all("listMessages")) == before

    def test_a_duration_is_at_least_what_the_engine_took(self, machine: Machine) -> None:
        """In microseconds."""
        two_processes(machine)
        machine.call("putEngine", body={"type": "embedded", "delayMs": 30})
        sync, _ = messages(machine.thread(B, creatorProcessId=A))
        assert sync["durationMicroseconds"] >= 30_000
        assert machine.get("pingEngine")["durationMicroseconds"] >= 30_000


class TestRepliesByRules:
    """Entries of the embedded engine: who gets which answer."""

    def test_one_image_is_denied_and_others_are_not(self, machine: Machine) -> None:
        replies = [{"imageFileName": "*\\MIMIKATZ.exe", "accessDenied": True}]
        machine.call("putEngine", body={"type": "embedded", "replies": replies})
        assert machine.get("getEngine")["replies"] == replies
        denied = machine.get("createProcess", body={"imageFileName": "C:\\a\\mimikatz.exe"}, expect=200)
        assert denied["accessDenied"] is True
        machine.process()
        [message] = machine.all("listMessages", query={"imageFileName": "*\\mimikatz.exe"})
        assert message["reply"] == {"accessDenied": True}

    def test_an_entry_sets_rules_and_flags(self, machine: Machine) -> None:
        entry = {"operation": "CreateProcess", "rules": ["NotifyImageLoadRule"], "flags": ["TrustedProcess"]}
        machine.call("putEngine", body={"type": "embedded", "replies": [entry]})
        process = machine.process()
        assert process["rules"] == ["NotifyImageLoadRule"]
        assert process["flags"] == ["TrustedProcess", "ThreadNotifyRoutineExSet"]

    @pytest.mark.parametrize(
        ("entry", "pointer", "detail"),
        [
            ({"operation": "CreateProces"}, "/operation", "did you mean CreateProcess?"),
            ({"operation": "LoadImage", "accessDenied": True}, "", "answer only a direct CreateProcess"),
            ({"kind": "sync", "flags": []}, "", "answer only a direct CreateProcess"),
            ({"reply": "deny", "accessDenied": True}, "", "omit one of them"),
            ({"kind": "direct", "operation": "RegistryEventSync"}, "", "RegistryEventSync is always sync"),
            ({"imageFileName": ""}, "/imageFileName", "must not be empty"),
            ({"delayMs": 60_001}, "/delayMs", ""),
            ({"failEvery": -1}, "/failEvery", ""),
        ],
    )
    def test_an_entry_that_cannot_work_is_refused(
        self, machine: Machine, entry: dict[str, object], pointer: str, detail: str
    ) -> None:
        answer = machine.call("putEngine", body={"type": "embedded", "replies": [{}, entry]}, expect=400)
        [error] = answer.json["errors"]
        assert error["pointer"] == f"/replies/1{pointer}"
        assert detail in error["detail"]

    @pytest.mark.parametrize(
        "replies", [[{}] * 101, [{"imageFileName": "x" * 4097}], [{"imageFileName": "x" * 2049}] * 2]
    )
    def test_there_are_bounds(self, machine: Machine, replies: list[dict[str, str]]) -> None:
        status = 409 if sum(len(entry.get("imageFileName", "")) for entry in replies) == 4098 else 400
        machine.call("putEngine", body={"type": "embedded", "replies": replies}, expect=status)
        machine.call("putEngine", body={"type": "embedded", "replies": [{"imageFileName": "x" * 4096}] + [{}] * 99})


class TestJournal:
    """Each message's way to its end."""

    def test_a_dropped_message_says_which_one_it_went_for(self, machine: Machine) -> None:
        machine.call("putWorker", body={"state": "paused"})
        machine.call("patchConfig", body={"maxAsyncNotificationCount": 1})
        for _ in range(2):
            machine.call("sendAsyncNotification", body={"operation": "RegistryEvent"}, expect=202)
        first, second = machine.all("listMessages")
        assert (first["delivery"], first["droppedFor"], first["endedAs"]) == ("dropped", second["sequence"], 1)
        assert "sentAt" not in first
        assert second.keys() & {"sentAt", "endedAt", "endedAs", "droppedFor", "reply"} == set()
        machine.call("putWorker", body={"state": "running"})
        machine.drain()
        second = machine.get("getMessage", sequence=second["sequence"])
        assert second["endedAs"] == 2
        assert second["sentAt"] <= second["endedAt"]

    def test_the_filters_of_routine_time_and_acknowledgment_work(self, machine: Machine) -> None:
        machine.call("putClock", body={"mode": "manual", "now": "2020-02-21T10:15:30Z"})
        two_processes(machine)
        machine.call("putClock", body={"mode": "manual", "now": "2020-02-21T10:15:31Z"})
        machine.thread(B, creatorProcessId=A)
        machine.drain()

        def found(**query: object) -> list[int]:
            return [message["sequence"] for message in machine.all("listMessages", query=query)]

        assert found(routine="MpCreateThreadNotifyRoutine") == [3, 4]
        assert found(acknowledged="true") == [3]
        assert found(acknowledged="false") == []
        assert found(since="2020-02-21T10:15:31Z") == [3, 4]
        assert found(until="2020-02-21T10:15:31Z") == [1, 2]
        assert found(imageFileName="*\\NOTEPAD.exe") == [1, 2, 3, 4]
        assert found(imageFileName="*\\calc.exe", waitMs=10) == []


class TestSyncSwitches:
    """SYN-2, SYN-4."""

    def test_without_the_monitor_flag_nothing_is_sent_or_counted(self, machine: Machine) -> None:
        two_processes(machine)
        before = machine.get("getCounters")["sync"]
        machine.call("patchConfig", body={"syncMonitorNotificationFlag": False})
        sync, _ = messages(machine.thread(B, creatorProcessId=A))
        assert (sync["delivery"], sync["status"], sync["acknowledged"]) == ("notSent", "STATUS_UNSUCCESSFUL", False)
        assert "durationMicroseconds" not in sync
        assert machine.get("getCounters")["sync"] == before

    def test_without_the_send_flag_it_is_an_error(self, machine: Machine) -> None:
        two_processes(machine)
        machine.call("patchConfig", body={"sendSyncNotificationFlag": False})
        sync, _ = messages(machine.thread(B, creatorProcessId=A))
        assert (sync["delivery"], sync["status"]) == ("notSent", "STATUS_UNSUCCESSFUL")
        told = machine.get("getCounters")["sync"]["NewThreadDifferentProcess"]
        assert (told["notificationsCount"], told["errorCount"]) == (0, 1)
        assert told["errorStatus"] == "STATUS_UNSUCCESSFUL"
