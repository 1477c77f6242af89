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
