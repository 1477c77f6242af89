"""Hosts whose queue is filled while the worker is paused, and emptied at once."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from bench.client import Client, ask_at_once
from bench.engine import Receiver, keeping, webhook
from bench.processes import Server, cpu_time
from bench.results import check

PID = 1000
PROCESS = json.dumps({"type": "processCreate", "processId": PID, "imageFileName": "bench.exe"}).encode() + b"\n"
IMAGE = (
    json.dumps({"type": "imageLoad", "processId": PID, "fullImageName": "\\Windows\\System32\\ntdll.dll"}).encode()
    + b"\n"
)
# So that the number of a message that is copied has as many digits as most have.
BEFORE_COPY = 12_344
# Settings of a service whose hosts may queue as many messages as a second takes.
ROOM = {"limits_queue_bytes_per_host": 1 << 30}


class Delivery(NamedTuple):
    """How one side delivered its messages: messages a second, and what each of them took."""

    rate: float
    user_us: float
    system_us: float
    request_bytes: float

    @property
    def cpu_us(self) -> float:
        """CPU time of a message."""
        return self.user_us + self.system_us


def host_path(name: str) -> str:
    """The resource of a host."""
    return f"/v1/hosts/{name}"


def copied(server: Server, name: str, messages: int = 1, **members: object) -> bytes:
    """The first request with LoadImage messages of a host, as wdfilterd sends it."""
    client, host = Client(server.port), host_path(name)
    config = {"maxAsyncNotificationCount": BEFORE_COPY + messages}
    client.ask("PUT", host, {"engine": {"type": "embedded"}, "config": config})
    client.upload(host, PROCESS + IMAGE * BEFORE_COPY)
    client.ask("POST", f"{host}/worker/drain", {"timeoutMs": 60000})
    client.ask("PUT", f"{host}/worker", {"state": "paused"})
    with keeping() as (url, kept):
        client.ask("PUT", f"{host}/engine", webhook(url, **members))
        client.upload(host, IMAGE * messages)
        client.ask("PUT", f"{host}/worker", {"state": "running"})
        client.ask("POST", f"{host}/worker/drain", {"timeoutMs": 10000})
    client.ask("DELETE", host)
    return kept[0]


def fill(client: Client, name: str, messages: int, engine: dict[str, Any]) -> None:
    """Create a host with a paused worker and so many queued messages."""
    host = host_path(name)
    config = {"maxAsyncNotificationCount": messages, "asyncTimeoutMs": 60000}
    client.ask("PUT", host, {"engine": engine, "config": config})
    client.ask("PUT", f"{host}/worker", {"state": "paused"})
    client.upload(host, PROCESS + IMAGE * messages)


def deliver(server: Server, receiver: Receiver, names: Sequence[str], messages: int, **members: object) -> Delivery:
    """Let hosts deliver `messages` in all: their queues are full when it begins, and empty when it ends."""
    client = Client(server.port)
    share, rest = divmod(messages, len(names))
    check(rest == 0, f"{messages} messages cannot be shared by {len(names)} hosts")
    for name in names:
        fill(client, name, share, webhook(receiver.url, **members))
    receiver.reset()
    before = cpu_time(server.pid)
    ask_at_once(server.port, "PUT", [f"{host_path(name)}/worker" for name in names], {"state": "running"})
    count = receiver.count(until=messages)
    used = cpu_time(server.pid).since(before)
    for name in names:
        host = host_path(name)
        client.ask("POST", f"{host}/worker/drain", {"timeoutMs": 10000})
        counters = client.ask("GET", f"{host}/counters")["async"]
        failed = counters["sendFailed"] + counters["droppedOnOverflow"]
        check(counters["sent"] == share and failed == 0, f"of {share} messages of {name}: {counters}")
        client.ask("DELETE", host)
    arrived = receiver.count()
    check(arrived.messages == messages, f"{arrived.messages} of {messages} messages came")
    return Delivery(count.rate, *used.per(messages), count.request_bytes)
