"""The asynchronous queue: ASY."""

import threading

from contract.machine import Machine
from contract.story import DLL, RULE, A, B, conserved, two_processes


class TestQueue:
    """ASY-3 to ASY-7, ASY-10."""

    def paused(self, machine: Machine, limit: int) -> int:
        machine.call("putWorker", body={"state": "paused"})
        machine.call("patchConfig", body={"maxAsyncNotificationCount": limit})
        return int(machine.process()["processId"])

    def test_a_full_queue_drops_its_oldest(self, machine: Machine) -> None:
        pid = self.paused(machine, 2)
        made = [machine.load(pid, f"\\{number}.dll")[0]["sequence"] for number in range(5)]
        deliveries = [machine.get("getMessage", sequence=sequence)["delivery"] for sequence in made]
        assert deliveries == ["dropped"] * 3 + ["queued"] * 2
        counters = machine.get("getCounters")
        assert conserved(counters)
        size = 0x78 + 2 * len("\\0.dll") + 2 - 8
        assert {key: counters["async"][key] for key in ("enqueued", "droppedOnOverflow", "queued")} == {
            "enqueued": 5,
            "droppedOnOverflow": 3,
            "queued": 2,
        }
        assert (counters["async"]["failedNotifications"], counters["async"]["notificationsCount"]) == (3, 2)
        assert counters["async"]["totalSizeRemainingNotifications"] == 2 * size
        queues = machine.get("getQueues")
        assert [entry["sequence"] for entry in queues["normal"]["entries"]] == made[3:]
        assert [entry["size"] for entry in queues["normal"]["entries"]] == [size, size]
        assert (queues["normal"]["count"], queues["highPriority"]) == (2, {"count": 0, "entries": []})
        assert queues["worker"] == {"state": "paused"}

    def test_a_limit_of_none_drops_the_new_one(self, machine: Machine) -> None:
        pid = self.paused(machine, 0)
        [report] = machine.load(pid, DLL)
        assert report["delivery"] == "dropped"
        counters = machine.get("getCounters")
        assert conserved(counters)
        assert (counters["async"]["droppedOnOverflow"], counters["async"]["queued"]) == (1, 0)

    def test_steps_take_messages_in_order(self, machine: Machine) -> None:
        pid = self.paused(machine, 100)
        made = [machine.load(pid, f"\\{number}.dll")[0]["sequence"] for number in range(6)]
        taken: list[int] = []
        for count, expected in ((1, 1), (2, 2), (1000, 3), (1, 0)):
            stepped = machine.get("stepWorker", body={"count": count})["messages"]
            assert [report["delivery"] for report in stepped] == ["sent"] * expected
            taken += [report["sequence"] for report in stepped]
            assert conserved(machine.get("getCounters"))
            assert machine.get("getQueues")["starvationCounter"] == 0
        assert taken == made

    def test_a_worker_that_runs_again_sends_what_waited(self, machine: Machine) -> None:
        pid = self.paused(machine, 100)
        for number in range(20):
            machine.load(pid, f"\\{number}.dll")
        assert len(machine.get("getQueues", query={"entries": 5})["normal"]["entries"]) == 5
        assert machine.get("getQueues", query={"entries": 0})["normal"] == {"count": 20, "entries": []}
        machine.call("putWorker", body={"state": "running"})
        machine.drain()
        entries = machine.all("listMessages", query={"kind": "async"})
        assert [entry["delivery"] for entry in entries] == ["sent"] * 20
        assert machine.get("getCounters")["async"]["totalSizeRemainingNotifications"] == 0

    def test_a_drain_gives_up_when_time_is_up(self, machine: Machine) -> None:
        machine.call("putEngine", body={"type": "embedded", "delayMs": 2000})
        machine.call("patchConfig", body={"maxProcessCreationMessageTimeoutMs": 1})
        pid = int(machine.process()["processId"])
        machine.load(pid, DLL)
        machine.load(pid, DLL)
        assert machine.get("drainWorker", body={"timeoutMs": 0}) == {"drained": False, "remaining": 2}


def test_the_counters_add_up_while_many_clients_are_at_it(machine: Machine) -> None:
    two_processes(machine)
    machine.call("patchConfig", body={"maxAsyncNotificationCount": 3})
    rounds, clients = 60, 4
    failures: list[str] = []

    def work() -> None:
        client = machine.client.again()
        for _ in range(rounds):
            for operation, pid, body in (
                ("patchProcessRules", A, {"set": [RULE]}),
                ("createThread", B, {"creatorProcessId": A}),
                ("loadImage", B, {"fullImageName": DLL}),
            ):
                client.call(operation, host=machine.name, pid=pid, body=body)
            if not conserved(client.call("getCounters", host=machine.name).json):
                failures.append("not conserved")
        client.close()

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    machine.drain()
    entries = machine.all("listMessages", query={"limit": 1000})
    assert [entry["sequence"] for entry in entries] == list(range(1, len(entries) + 1))
    counters = machine.get("getCounters")
    assert counters["async"]["enqueued"] == sum(entry["kind"] == "async" for entry in entries)
    assert counters["async"]["sent"] == sum(
        entry["kind"] == "async" and entry["delivery"] == "sent" for entry in entries
    )
    told = counters["sync"]["NewThreadDifferentProcess"]
    synchronous = [entry for entry in entries if entry["kind"] == "sync"]
    assert told["notificationsCount"] == len(synchronous) == told["recvCount"]
    numbers = [entry["notificationNumber"] for entry in entries if entry["kind"] != "sync"]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
