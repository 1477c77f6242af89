"""Batches of asynchronous messages, which the driver does not have (decision 39)."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from contract.machine import Machine
from contract.receiver import Answering, Received, Receiver, acknowledge, answer, new_receiver
from contract.story import RULE, A, B, conserved, two_processes
from contract.webhooks import webhook_of

SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
DEVIATION = "the driver sends each async message alone"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """An engine."""
    with new_receiver() as made:
        yield made


class Gate:
    """Answers that wait until they are let through."""

    def __init__(self) -> None:
        """Closed at first."""
        self._is_open = threading.Event()

    def open(self) -> None:
        """Let all answers through."""
        self._is_open.set()

    def answering(self, then: Answering = acknowledge) -> Answering:
        """Answers with `then` once the gate is open."""

        def wait(connection: Any) -> None:  # noqa: ANN401
            self._is_open.wait(30)
            then(connection)

        return wait


def connect(machine: Machine, receiver: Receiver, most: int = 64, delay: int = 0, **members: object) -> dict[str, Any]:
    """Send async messages to `receiver` in batches; returns the answer."""
    batch = {"maxMessages": most, "maxDelayMs": delay}
    answer: dict[str, Any] = machine.get("putEngine", body={**receiver.setting, "batch": batch, **members})
    return answer


def queue(machine: Machine, count: int, data: str = "") -> None:
    """Queue messages."""
    for _ in range(count):
        machine.call("sendAsyncNotification", body={"operation": "LogPrint", "data": data})


def with_batch_in_hand(machine: Machine) -> dict[str, Any]:
    """The counters, once a batch is in hand."""
    counters: dict[str, Any] = machine.get("getCounters")
    while counters["async"]["inHand"] == 0:
        counters = machine.get("getCounters")
    return counters


def sequences(received: Received) -> list[int]:
    """The sequences of the messages of a batch."""
    return [event["data"]["sequence"] for event in json.loads(received.body)]


def batches(receiver: Receiver) -> list[list[int]]:
    """The sequences of the messages of all batches, which the document describes."""
    for received in receiver.received:
        assert webhook_of(received) == "batch"
    return [sequences(received) for received in receiver.received]


def paused(machine: Machine, count: int, data: str = "") -> None:
    """Queue messages of a paused worker."""
    machine.call("putWorker", body={"state": "paused"})
    queue(machine, count, data)


def run(machine: Machine) -> None:
    """Let the worker send."""
    machine.call("putWorker", body={"state": "running"})


class TestSetting:
    """What is accepted and shown."""

    def test_the_answers_show_batches_and_that_the_driver_is_different(
        self, machine: Machine, receiver: Receiver
    ) -> None:
        shown = {"maxMessages": 8, "maxDelayMs": 1000, "deviation": DEVIATION}
        assert connect(machine, receiver, 8, 1000)["batch"] == shown
        assert machine.get("getEngine")["batch"] == machine.get("getHost")["engine"]["batch"] == shown

    def test_there_are_none_unless_they_are_set(self, machine: Machine, receiver: Receiver) -> None:
        assert "batch" not in machine.get("putEngine", body=receiver.setting)

    @pytest.mark.parametrize(
        ("batch", "shown"),
        [({}, (64, 5)), ({"maxMessages": 2}, (2, 5)), ({"maxDelayMs": 0, "maxMessages": 1000}, (1000, 0))],
    )
    def test_members_have_defaults(
        self, machine: Machine, receiver: Receiver, batch: dict[str, int], shown: tuple[int, int]
    ) -> None:
        answer = machine.get("putEngine", body={**receiver.setting, "batch": batch})["batch"]
        assert (answer["maxMessages"], answer["maxDelayMs"]) == shown

    @pytest.mark.parametrize(
        ("batch", "pointer"),
        [
            ({"maxMessages": 1}, "/batch/maxMessages"),
            ({"maxMessages": 1001}, "/batch/maxMessages"),
            ({"maxDelayMs": -1}, "/batch/maxDelayMs"),
            ({"maxDelayMs": 1001}, "/batch/maxDelayMs"),
            ({"maxMessage": 5}, "/batch/maxMessage"),
            (True, "/batch"),
            (64, "/batch"),
        ],
    )
    def test_other_values_are_refused(self, machine: Machine, receiver: Receiver, batch: object, pointer: str) -> None:
        problem = machine.get("putEngine", body={**receiver.setting, "batch": batch}, expect=400)
        assert [error["pointer"] for error in problem["errors"]] == [pointer]
        assert machine.get("getEngine")["type"] == "embedded"

    def test_the_bytes_have_no_batches(self, machine: Machine, receiver: Receiver) -> None:
        body = {**receiver.setting, "encoding": "binary", "batch": {}}
        [error] = machine.get("putEngine", body=body, expect=400)["errors"]
        assert error["pointer"] == "/batch"
        assert error["detail"] == "requires encoding json; with encoding binary a request has one message"

    def test_only_a_webhook_has_them(self, machine: Machine) -> None:
        for kind in ("embedded", "none"):
            problem = machine.get("putEngine", body={"type": kind, "batch": {}}, expect=400)
            assert [error["pointer"] for error in problem["errors"]] == ["/batch"]


class TestDelivery:
    """ASY-4 to ASY-7, ASY-10."""

    def test_messages_arrive_together_and_in_order(self, machine: Machine, receiver: Receiver) -> None:
        connect(machine, receiver, secret=SECRET)
        paused(machine, 150)
        run(machine)
        machine.drain()
        assert batches(receiver) == [list(range(1, 65)), list(range(65, 129)), list(range(129, 151))]
        ids = [received.headers["webhook-id"].split("-batch-") for received in receiver.received]
        assert [numbers for _, numbers in ids] == ["1-64", "65-128", "129-150"]
        first = json.loads(receiver.received[0].body)[0]
        assert first["id"] == f"{ids[0][0]}-1"
        assert conserved(machine.get("getCounters"))

    def test_a_thousand_messages_are_one_batch(self, machine: Machine, receiver: Receiver) -> None:
        connect(machine, receiver, 1000)
        paused(machine, 1000)
        run(machine)
        machine.drain()
        assert batches(receiver) == [list(range(1, 1001))]

    def test_all_messages_of_a_batch_are_in_hand(self, machine: Machine, receiver: Receiver) -> None:
        gate = Gate()
        receiver.answering = gate.answering()
        connect(machine, receiver, 4)
        paused(machine, 6)
        run(machine)
        counters = with_batch_in_hand(machine)
        assert (counters["async"]["inHand"], counters["async"]["queued"]) == (4, 2)
        assert conserved(counters)
        states = [entry["delivery"] for entry in machine.all("listMessages")]
        assert states == ["inHand"] * 4 + ["queued"] * 2
        assert machine.get("drainWorker", body={"timeoutMs": 0}) == {"drained": False, "remaining": 6}
        gate.open()
        machine.drain()
        counters = machine.get("getCounters")
        assert (counters["async"]["inHand"], counters["async"]["sent"]) == (0, 6)

    def test_a_failed_batch_fails_each_message(self, machine: Machine, receiver: Receiver) -> None:
        receiver.answering = answer("500 Internal Server Error", b"no")
        connect(machine, receiver, 3)
        paused(machine, 3)
        run(machine)
        machine.drain()
        entries = machine.all("listMessages")
        assert [(entry["delivery"], entry["status"], entry["failure"]) for entry in entries] == [
            ("failed", "STATUS_UNSUCCESSFUL", "HTTP status 500")
        ] * 3
        counters = machine.get("getCounters")["async"]
        assert (counters["sendFailed"], counters["failedNotifications"], counters["sent"]) == (3, 3, 0)
        assert machine.get("getEngine")["lastError"]["sequence"] == 1
        assert batches(receiver) == [[1, 2, 3]]

    def test_a_body_has_at_most_a_mebibyte(self, machine: Machine, receiver: Receiver) -> None:
        connect(machine, receiver, 1000)
        machine.call("patchConfig", body={"asyncTimeoutMs": 60_000})
        paused(machine, 20, "A" * 80_000)
        run(machine)
        assert machine.get("drainWorker", body={"timeoutMs": 60_000})["drained"]
        sent = batches(receiver)
        assert [sequence for batch in sent for sequence in batch] == list(range(1, 21))
        assert [len(batch) for batch in sent] == [13, 7]
        assert all(len(received.body) <= 1 << 20 for received in receiver.received)
        assert machine.get("getCounters")["async"]["sent"] == 20

    def test_a_batch_waits_for_its_delay(self, machine: Machine, receiver: Receiver) -> None:
        connect(machine, receiver, 1000, 1000)
        queue(machine, 20)
        while not receiver.received:
            assert conserved(machine.get("getCounters"))
        machine.drain()
        assert batches(receiver) == [list(range(1, 21))]

    def test_the_delay_passes_although_the_clock_of_the_host_stands_still(
        self, machine: Machine, receiver: Receiver
    ) -> None:
        machine.call("putClock", body={"mode": "manual", "now": "2020-01-01T00:00:00Z"})
        connect(machine, receiver, 1000, 50)
        queue(machine, 1)
        while machine.get("getCounters")["async"]["sent"] == 0:
            pass
        assert batches(receiver) == [[1]]

    def test_a_drain_does_not_wait_for_the_delay(self, machine: Machine, receiver: Receiver) -> None:
        connect(machine, receiver, 1000, 1000)
        queue(machine, 2)
        assert machine.get("drainWorker", body={"timeoutMs": 900}) == {"drained": True, "remaining": 0}
        assert batches(receiver) == [[1, 2]]

    def test_a_step_takes_a_batch_of_one(self, machine: Machine, receiver: Receiver) -> None:
        connect(machine, receiver)
        paused(machine, 3)
        stepped = machine.get("stepWorker", body={"count": 2})["messages"]
        assert [report["sequence"] for report in stepped] == [1, 2]
        assert batches(receiver) == [[1], [2]]
        assert machine.get("getCounters")["async"]["queued"] == 1

    def test_another_engine_gets_what_was_gathered(self, machine: Machine, receiver: Receiver) -> None:
        connect(machine, receiver, 1000, 1000)
        queue(machine, 2)
        machine.call("putEngine", body={"type": "embedded"})
        while machine.get("getCounters")["async"]["sent"] < 2:
            pass
        assert receiver.received == []

    def test_sync_messages_are_never_batched(self, machine: Machine, receiver: Receiver) -> None:
        two_processes(machine)
        connect(machine, receiver)
        machine.call("putWorker", body={"state": "paused"})
        machine.thread(B, creatorProcessId=A)
        assert [webhook_of(received) for received in receiver.received] == ["syncMessage"]
        assert RULE not in machine.get("getProcess", pid=A)["rules"]

    def test_a_reset_with_a_batch_in_hand_lets_it_finish(self, machine: Machine, receiver: Receiver) -> None:
        gate = Gate()
        receiver.answering = gate.answering()
        connect(machine, receiver, 4)
        paused(machine, 4)
        run(machine)
        with_batch_in_hand(machine)
        machine.call("resetHost", query={"keep": "engine"})
        assert machine.get("getCounters")["async"]["enqueued"] == 0
        gate.open()
        queue(machine, 1)
        machine.drain()
        assert [len(batch) for batch in batches(receiver)] == [4, 1]
