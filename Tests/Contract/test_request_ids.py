"""Which request caused a message, and which requests wait in the driver."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from contract.asking import OPERATIONS, body_of
from contract.client import Answer
from contract.document import Operation
from contract.live import EVENT_STREAM, NDJSON, Stream, until
from contract.machine import Machine, Prepared
from contract.notices import SYNC_DATA
from contract.receiver import Receiver, acknowledge, new_receiver
from contract.replays import replayed
from contract.story import DLL, RULE, A, B, messages, two_processes
from contract.sysmon import Process, Script, host_of, ndjson

CHANGES = [operation for operation in OPERATIONS if operation.method != "GET"]
# The operations whose examples make messages.
CAUSES = {
    "createProcess",
    "exitProcess",
    "createThread",
    "loadImage",
    "sendSyncNotification",
    "sendAsyncNotification",
    "postEvents",
}
LOAD = b'{"type":"imageLoad","processId":1000,"fullImageName":"a.dll"}\n'


def ids(machine: Machine, after: int = 0) -> list[str]:
    """The request ids of the messages after `after`; none may lack one."""
    return [entry["requestId"] for entry in machine.all("listMessages", query={"after": after, "limit": 1000})]


class TestRequestId:
    """`requestId` of a message."""

    @pytest.mark.parametrize("operation", CHANGES, ids=lambda operation: operation.id)
    def test_an_operation_gives_its_messages_its_id(self, prepared: Prepared, operation: Operation) -> None:
        machine = prepared.machine
        machine.call("patchProcessRules", pid=Prepared.PID, body={"set": ["NotifyNewThreadSameProcess"]})
        prepared.ready(operation.id)
        before = len(ids(machine))
        answer = machine.client.call(operation.id, **prepared.path(operation.id), **body_of(operation))
        if operation.id in ("deleteHost", "resetHost"):
            return
        caused = ids(machine, before)
        assert set(caused) == ({answer.headers["X-Request-Id"]} if operation.id in CAUSES else set())

    def test_it_is_the_clients_own(self, machine: Machine) -> None:
        two_processes(machine)
        headers = {"X-Request-Id": "step-3.1"}
        machine.call("createThread", pid=B, body={"creatorProcessId": A}, headers=headers)
        assert ids(machine)[2:] == ["step-3.1"] * 2

    def test_it_is_not_the_clients_if_that_is_not_valid(self, machine: Machine) -> None:
        for number, given in enumerate(("", "x" * 129, "a b")):
            answer = machine.call("createProcess", body={"imageFileName": "a"}, headers={"X-Request-Id": given})
            assert ids(machine, number) == [answer.headers["X-Request-Id"]]
            assert answer.headers["X-Request-Id"] != given

    def test_it_is_in_every_form_of_the_journal(self, machine: Machine) -> None:
        name = machine.call("createProcess", body={"imageFileName": "a"}).headers["X-Request-Id"]
        assert machine.get("getMessage", sequence=1)["requestId"] == name
        for media in (EVENT_STREAM, NDJSON):
            with Stream(machine.client.port, machine.name, media, {"limit": 1}) as stream:
                assert stream.next().value["requestId"] == name

    @pytest.mark.parametrize("strict", [False, True])
    def test_the_messages_of_an_upload_have_the_id_of_the_upload(self, machine: Machine, strict: bool) -> None:
        lines = [
            {"type": "processCreate", "processId": A, "imageFileName": "a", "rules": [RULE]},
            {"type": "processCreate", "processId": B, "imageFileName": "b"},
            {"type": "threadCreate", "processId": B, "creatorProcessId": A},
            {"type": "imageLoad", "processId": A, "fullImageName": DLL},
            {"type": "notification", "kind": "async", "operation": "LogPrint"},
            {"type": "processExit", "processId": A},
        ]
        data = "\n".join(map(json.dumps, lines)).encode()
        answer = machine.call("postEvents", data=data, query={"strict": strict})
        assert ids(machine) == [answer.headers["X-Request-Id"]] * 7

    def test_the_messages_of_a_replay_have_the_id_of_the_replay_on_each_host(self, machine: Machine) -> None:
        scripts = [Script(), Script()]
        for script in scripts:
            script.create(Process(700), Process(704))
            script.load(Process(700))
        data = ndjson(scripts[0].events + scripts[1].events)
        with replayed(machine.client, data, like=machine.name):
            made = [ids(Machine(machine.client, host_of(script.machine))) for script in scripts]
        assert made == [[made[0][0]] * 2] * 2

    def test_no_two_requests_share_one(self, machine: Machine) -> None:
        two_processes(machine)
        machine.drain()
        caused: dict[str, list[int]] = {}

        def work() -> None:
            client = machine.client.again()
            for _ in range(40):
                client.call("patchProcessRules", host=machine.name, pid=A, body={"set": [RULE]})
                body = {"creatorProcessId": A}
                answer = client.call("createThread", host=machine.name, pid=B, body=body)
                made = [message["sequence"] for message in messages(answer.json["routines"])]
                assert caused.setdefault(answer.headers["X-Request-Id"], made) is made
            client.close()

        run_at_once([work] * 4)
        assert len(caused) == 160
        entries = machine.all("listMessages", query={"after": 2, "limit": 1000})
        told: dict[str, list[int]] = {}
        for entry in entries:
            told.setdefault(entry["requestId"], []).append(entry["sequence"])
        assert told == {name: made for name, made in caused.items() if made}

    def test_a_dropped_message_keeps_the_id_of_its_own_request(self, machine: Machine) -> None:
        machine.call("putWorker", body={"state": "paused"})
        machine.call("patchConfig", body={"maxAsyncNotificationCount": 1})
        for name in ("first", "second"):
            machine.call("sendAsyncNotification", body={"operation": "LogPrint"}, headers={"X-Request-Id": name})
        assert ids(machine) == ["first", "second"]
        assert machine.get("getMessage", sequence=1)["droppedFor"] == 2


def run_at_once(works: list[Callable[[], None]]) -> None:
    """Run each of `works` on a thread; none may fail."""
    with ThreadPoolExecutor(len(works)) as threads:
        for future in [threads.submit(work) for work in works]:
            future.result()


def waiting(machine: Machine, entries: int = 10) -> dict[str, Any]:
    """The requests that wait in the driver, at most `entries` of them."""
    listed: dict[str, Any] = machine.get("getQueues", query={"entries": entries})["waiting"]
    assert len(listed["entries"]) == min(entries, listed["count"])
    return listed


class Stage:
    """A host whose engine answers nothing before `release`, and requests that wait on it."""

    def __init__(self, machine: Machine, receiver: Receiver, threads: ThreadPoolExecutor) -> None:
        """Hold the engine's answers from now on."""
        self.machine = machine
        self._released = threading.Event()
        self._threads = threads
        self._requests: list[Future[Answer]] = []
        receiver.answering = self._answer
        machine.call("putEngine", body=receiver.setting)

    def _answer(self, connection: socket.socket) -> None:
        self._released.wait(60)
        acknowledge(connection)

    def send(self, name: str, operation: str, **arguments: Any) -> Future[Answer]:  # noqa: ANN401
        """Call `operation` on another connection, with `name` as the request's id."""

        def call() -> Answer:
            client = self.machine.client.again()
            host = {"host": self.machine.name} if operation != "postReplay" else {}
            answer = client.call(operation, headers={"X-Request-Id": name}, **host, **arguments)
            client.close()
            return answer

        self._requests.append(self._threads.submit(call))
        return self._requests[-1]

    def send_to_wait(self, name: str, operation: str, **arguments: Any) -> None:  # noqa: ANN401
        """As above; returns once the request waits in the driver."""
        request = self.send(name, operation, **arguments)
        while name not in [entry["requestId"] for entry in waiting(self.machine)["entries"]]:
            assert not request.done(), request.result()

    def send_sync(self, name: str) -> None:
        """Send a sync message about A; returns once the journal has it."""
        newest = self.machine.get("listMessages")["newest"]
        body = {"operation": "RegistryEventSync", "processId": A, "data": SYNC_DATA["RegistryEventSync"]}
        self.send(name, "sendSyncNotification", body=body)
        assert len(self.machine.get("listMessages", query={"after": newest, "waitMs": 20_000})["items"]) == 1

    def await_message_in_hand(self) -> None:
        """Return once the worker has a message in hand: from then on it takes none, and makes no room in the queue."""
        until(lambda: self.machine.get("getCounters")["async"]["inHand"] == 1, "the worker has a message")

    def release(self) -> None:
        """Let the engine answer, now and from now on. All requests are then answered, and nobody waits."""
        self._released.set()
        for request in self._requests:
            request.result()
        assert waiting(self.machine) == {"count": 0, "entries": []}


@pytest.fixture
def stage(machine: Machine) -> Iterator[Stage]:
    """A host with A and B, whose queue holds two messages and whose semaphore has one permit."""
    two_processes(machine)
    config = {
        "sendingSyncSemaphoreLimit": 1,
        "syncMonitorNotificationTimeoutMs": 60_000,
        "asyncTimeoutMs": 60_000,
        "maxAsyncNotificationCount": 2,
    }
    machine.call("patchConfig", body=config)
    with new_receiver() as receiver, ThreadPoolExecutor(16) as threads:
        made = Stage(machine, receiver, threads)
        yield made
        made.release()


class TestWaiting:
    """`waiting` of the queues."""

    def test_nobody_waits_at_rest(self, machine: Machine) -> None:
        for entries in (0, 10):
            assert waiting(machine, entries) == {"count": 0, "entries": []}

    def test_requests_wait_for_the_semaphore(self, stage: Stage) -> None:
        """SYN-4. A request that waits for the engine is not among them."""
        stage.send_sync("first")
        assert waiting(stage.machine)["count"] == 0
        stage.send_sync("second")
        stage.send_to_wait("third", "createThread", pid=B, body={"creatorProcessId": A})
        assert waiting(stage.machine)["entries"] == [
            {"for": "semaphore", "requestId": "second", "sequence": 4},
            {"for": "semaphore", "requestId": "third", "sequence": 5},
        ]
        entry = stage.machine.get("getMessage", sequence=4)
        assert (entry["delivery"], entry["requestId"]) == ("inHand", "second")
        stage.machine.call("patchConfig", body={"sendingSyncSemaphoreLimit": 16})
        assert waiting(stage.machine)["count"] == 0

    def test_requests_wait_for_their_steps(self, stage: Stage) -> None:
        stage.machine.call("putWorker", body={"state": "paused"})
        stage.machine.load(A, DLL)
        for name in ("first", "second"):
            stage.send_to_wait(name, "stepWorker", body={"count": 2})
        assert waiting(stage.machine)["entries"] == [
            {"for": "steps", "requestId": "first"},
            {"for": "steps", "requestId": "second"},
        ]

    def test_a_request_waits_for_the_queue_to_drain(self, stage: Stage) -> None:
        stage.machine.load(A, DLL)
        stage.send_to_wait("first", "drainWorker", body={"timeoutMs": 60_000})
        assert waiting(stage.machine)["entries"] == [{"for": "drain", "requestId": "first"}]

    @pytest.mark.parametrize("strict", [False, True])
    def test_an_upload_waits_for_room(self, stage: Stage, strict: bool) -> None:
        stage.machine.load(A, DLL)
        stage.await_message_in_hand()
        query = {"onFull": "wait", "strict": strict}
        stage.send_to_wait("first", "postEvents", data=LOAD * 20, query=query)
        assert waiting(stage.machine)["entries"] == [{"for": "room", "requestId": "first"}]
        assert ids(stage.machine, 3) == ["first"] * 2

    def test_a_replay_waits_for_its_messages(self, stage: Stage) -> None:
        script = Script(stage.machine.name)
        script.load(Process(700))
        stage.send_to_wait("first", "postReplay", data=ndjson(script.events))
        assert waiting(stage.machine)["entries"] == [{"for": "drain", "requestId": "first"}]

    def test_they_are_listed_in_order_of_arrival_and_all_are_counted(self, stage: Stage) -> None:
        machine = stage.machine
        machine.call("putWorker", body={"state": "paused"})
        stage.send_sync("sent")
        machine.load(A, DLL)
        machine.load(A, DLL)
        stage.send_sync("a")
        stage.send_to_wait("b", "stepWorker", body={"count": 2})
        stage.await_message_in_hand()
        machine.load(A, DLL)
        stage.send_to_wait("c", "postEvents", data=LOAD, query={"onFull": "wait"})
        stage.send_sync("d")
        machine.call("putWorker", body={"state": "running"})
        stage.send_to_wait("e", "drainWorker", body={"timeoutMs": 60_000})
        listed = waiting(machine)
        assert [(entry["for"], entry["requestId"]) for entry in listed["entries"]] == [
            ("semaphore", "a"),
            ("steps", "b"),
            ("room", "c"),
            ("semaphore", "d"),
            ("drain", "e"),
        ]
        assert waiting(machine, 2) == {"count": 5, "entries": listed["entries"][:2]}
        assert waiting(machine, 0) == {"count": 5, "entries": []}
