"""A thread creation whose sync message goes to a webhook and back, beside the same POST to relay.c.

The right reply clears the rule that caused the message. So each request is for a process of its own, whose rule is
still set: every request sends one message, and the service reads every reply.
"""

import json
import time
from collections.abc import Sequence

from bench import wrk
from bench.client import Client
from bench.engine import Receiver, in_file, keeping, numbered, receiver, webhook
from bench.http_quiet import BODY
from bench.processes import Programs, Server, listening, serve
from bench.queues import BEFORE_COPY, IMAGE, PROCESS, host_path
from bench.results import RATIO_COLUMNS, Goal, Outcome, Table, check, check_alike, held
from bench.rounds import ROUNDS, alternate
from bench.wrk import JSON_TYPE, Load, Request, load

REPLY = '{"operationType":6}'
HOST = host_path("bench")
FIRST_PID = 10_000
CLIENTS = (1, 16)
# More than the service answers requests in a round.
PROCESSES = 120_000
RULES = ["NotifyNewThreadSameProcess"]
REQUEST = Request("POST", f"{HOST}/processes/PID/threads", BODY, [JSON_TYPE], FIRST_PID)
RELAY, OURS = "relay.c", "wdfilterd"
P50, RATE = Goal(most=1.5), Goal(least=0.7)
COLUMNS = ("clients", "side", *wrk.COLUMNS)


def creations(count: int) -> bytes:
    """Events that create processes whose next thread is reported."""
    return b"".join(
        json.dumps(
            {"type": "processCreate", "processId": FIRST_PID + 4 * number, "imageFileName": "a.exe", "rules": RULES}
        ).encode()
        + b"\n"
        for number in range(count)
    )


def copied(server: Server) -> tuple[bytes, str]:
    """A sync message as wdfilterd sends it, and the size of the answer to the request that caused it."""
    client = Client(server.port)
    client.ask(
        "PUT", HOST, {"config": {"maxAsyncNotificationCount": BEFORE_COPY, "syncMonitorNotificationTimeoutMs": 10000}}
    )
    client.upload(HOST, creations(1) + PROCESS + IMAGE * BEFORE_COPY)
    client.ask("POST", f"{HOST}/worker/drain", {"timeoutMs": 60000})
    with keeping(REPLY) as (url, kept):
        client.ask("PUT", f"{HOST}/engine", webhook(url))
        answer = client.answer("POST", REQUEST.path.replace("PID", str(FIRST_PID)), BODY)
    check(answer.status == 201 and b'"acknowledged":true' in answer.body, answer.body.decode())
    client.ask("DELETE", HOST)
    return numbered(kept[0]), answer.sizes


def relayed(server: Server, engine: Receiver, connections: int) -> Load:
    """Load relay.c, each of whose requests sends one message."""
    engine.reset()
    run = load(server, REQUEST, connections)
    count = engine.count().messages
    check(run.requests <= count <= run.requests + connections, f"wrk: {run.requests}, receiver: {count}")
    return run


def ours(server: Server, engine: Receiver, events: bytes, connections: int) -> Load:
    """Load the service. Each message has been acknowledged, and each request sent one."""
    client = Client(server.port)
    client.ask("PUT", HOST, {"config": {"syncMonitorNotificationTimeoutMs": 60000}})
    client.upload(HOST, events)
    client.ask("PUT", f"{HOST}/engine", webhook(engine.url))
    engine.reset()
    run = load(server, REQUEST, connections)
    counters, count = agreed(client, engine)
    check(counters["recvCount"] == count, f"service: {counters}, receiver: {count}")
    check(counters["recvErrorCount"] == 0 and counters["errorCount"] == 0, f"{counters}")
    check(run.requests <= count <= run.requests + connections, f"wrk: {run.requests}, receiver: {count}")
    client.ask("DELETE", HOST)
    return run


def agreed(client: Client, engine: Receiver) -> tuple[dict[str, int], int]:
    """The counters of the sync message and what the receiver counted, once the requests that wrk left have ended."""
    end = time.monotonic() + 10
    while True:
        count = engine.count().messages
        counters: dict[str, int] = client.ask("GET", f"{HOST}/counters")["sync"]["NewThreadSameProcess"]
        if counters["recvCount"] == count or time.monotonic() > end:
            return counters, count
        time.sleep(0.01)


def turns(relay: Server, server: Server, engine: Receiver, connections: int) -> dict[str, list[Load]]:
    """Both sides under the same load."""
    events = creations(PROCESSES)
    return alternate(
        {
            RELAY: lambda: relayed(relay, engine, connections),
            OURS: lambda: ours(server, engine, events, connections),
        }
    )


def checked_size(relay: Server, server: Server, engine: Receiver) -> float:
    """The bytes of a message with its head, which must be alike on both sides."""
    relayed(relay, engine, 1)
    copy = engine.count().request_bytes
    ours(server, engine, creations(PROCESSES), 1)
    size = engine.count().request_bytes
    check_alike("bytes of a message", [copy, size])
    return size


def rows(connections: int, runs: dict[str, list[Load]]) -> list[Sequence[str]]:
    """What each side reached."""
    return [(str(connections), side, *wrk.spreads(loads)) for side, loads in runs.items()]


def compared(connections: int, runs: dict[str, list[Load]]) -> list[Sequence[str]]:
    """The ratios beside their goals."""
    name = "1 client" if connections == 1 else f"{connections} clients"
    return [
        held(f"{name}: {figure}", wrk.compared(runs[OURS], runs[RELAY], member), goal)
        for figure, member, goal in (
            ("p50", "p50_us", P50),
            ("rate", "rate", RATE if connections > 1 else None),
            ("CPU time", "cpu_us", None),
        )
    ]


def measure(programs: Programs) -> Outcome:
    """Measure one client and sixteen."""
    figures: list[Sequence[str]] = []
    goals: list[Sequence[str]] = []
    with receiver(programs, REPLY) as engine, serve(programs, limits_processes_per_host=200_000) as server:
        message, answer = copied(server)
        with in_file(message) as path, listening([programs.reference("relay"), "0", engine.url, path, answer]) as relay:
            size = checked_size(relay, server, engine)
            for connections in CLIENTS:
                runs = turns(relay, server, engine, connections)
                figures += rows(connections, runs)
                goals += compared(connections, runs)
    note = f"{ROUNDS} rounds of a second; a message has {size:.0f} bytes with its head."
    return Outcome(note, [Table(COLUMNS, figures), Table(RATIO_COLUMNS, goals)])
