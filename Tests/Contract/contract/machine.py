"""A host of the service, for one test."""

import contextlib
import itertools
from collections.abc import Iterator
from typing import Any

from contract.client import Answer, Client
from contract.document import DOCUMENT

IMAGE = "\\Device\\HarddiskVolume4\\Windows\\System32\\notepad.exe"
NOW = "2020-02-21T10:15:30.1234567Z"
_names = (f"contract-{number}" for number in itertools.count(1))


class Machine:
    """One host; `call` fills in its name."""

    def __init__(self, client: Client, name: str) -> None:
        """The host `name`."""
        self.client = client
        self.name = name

    def call(self, operation_id: str, **arguments: Any) -> Answer:  # noqa: ANN401
        """Call an operation of this host."""
        return self.client.call(operation_id, **{"host": self.name, **arguments})

    def get(self, operation_id: str, **arguments: Any) -> Any:  # noqa: ANN401
        """Call an operation of this host and return the JSON of its answer."""
        return self.call(operation_id, **arguments).json

    def process(self, **members: object) -> dict[str, Any]:
        """Create a process and return it."""
        answer = self.call("createProcess", body={"imageFileName": IMAGE, **members}, expect=201)
        process: dict[str, Any] = answer.json["process"]
        return process

    def thread(self, pid: int, **members: object) -> list[dict[str, Any]]:
        """Create a thread in `pid` and return the routines."""
        routines: list[dict[str, Any]] = self.get("createThread", pid=pid, body=members)["routines"]
        return routines

    def load(self, pid: int, name: str, **members: object) -> list[dict[str, Any]]:
        """Load an image into `pid` and return the messages."""
        body = {"fullImageName": name, **members}
        [routine] = self.get("loadImage", pid=pid, body=body)["routines"]
        messages: list[dict[str, Any]] = routine["messages"]
        return messages

    def all(self, operation_id: str, **arguments: Any) -> list[Any]:  # noqa: ANN401
        """All items of a list, page by page."""
        query = arguments.pop("query", {})
        items: list[Any] = []
        while True:
            page = self.get(operation_id, query=query, **arguments)
            items += page["items"]
            if "next" not in page:
                return items
            parameter = "after" if operation_id in ("listMessages", "listDecisions") else "cursor"
            query = {**query, parameter: page["next"]}

    def drain(self) -> None:
        """Wait until the queue is empty."""
        assert self.get("drainWorker", body={}) == {"drained": True, "remaining": 0}

    def snapshot(self) -> dict[str, Any]:
        """Everything that can be read of the host, but for its history, in which time passes."""
        readable = [
            operation
            for operation in DOCUMENT.operations.values()
            if operation.method == "GET" and operation.path_names() == {"host"} and operation.id != "getHistory"
        ]
        return {operation.id: self.get(operation.id) for operation in readable}


@contextlib.contextmanager
def new_machine(client: Client, **settings: object) -> Iterator[Machine]:
    """A host with `settings`, removed afterwards."""
    machine = Machine(client, next(_names))
    machine.call("putHost", body=settings, expect=201)
    yield machine
    target = f"/v1/hosts/{machine.name}"
    assert client.raw("DELETE", target).status in (204, 404)


class Prepared:
    """A host on which every operation finds the objects in its path, at rest and on a manual clock."""

    PID, TID = 1000, 2000

    def __init__(self, machine: Machine) -> None:
        """Create a process, a thread in it and a stream context on `machine`."""
        self.machine = machine
        machine.call("putClock", body={"mode": "manual", "now": NOW})
        machine.process(processId=self.PID)
        machine.thread(self.PID, threadId=self.TID, creatorProcessId=4)
        machine.get("createStreamContext", body={"fileName": IMAGE})
        machine.drain()

    def path(self, operation_id: str) -> dict[str, Any]:
        """The path parameters with which `operation_id` finds an existing object."""
        values: dict[str, object] = {
            "host": self.machine.name,
            "pid": self.PID,
            "tid": self.TID,
            "sequence": 1,
            "name": "unknown-process",
            "file": "index.html",
        }
        names = DOCUMENT.operations[operation_id].path_names()
        if operation_id == "putHost":
            values["host"] = next(_names)
        if "id" in names:
            values["id"] = self.machine.get("listStreamContexts")["items"][0]["id"]
        return {name: values[name] for name in names}

    def ready(self, operation_id: str) -> None:
        """Bring the host into the state that `operation_id` needs."""
        if operation_id == "stepWorker":
            self.machine.call("putWorker", body={"state": "paused"})
