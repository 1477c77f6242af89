"""Requests to a host's resources beside the same to floor.c, with one connection and with many."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from bench import wrk
from bench.client import Client
from bench.processes import THREADS, Programs, Server, listening, serve
from bench.queues import PID, host_path
from bench.results import RATIO_COLUMNS, Goal, Outcome, Table, check, held
from bench.rounds import ROUNDS, alternate
from bench.wrk import Load, Request, load

HOST = host_path("bench")
CONNECTIONS = (1, 16, 64)
FLOOR, OURS = "floor.c", "wdfilterd"
RATE, P99 = Goal(least=0.85), Goal(most=1.5)
COLUMNS = ("request", "connections", "side", *wrk.COLUMNS)


class Kind(NamedTuple):
    """A kind of request, and what the service calls the operation."""

    name: str
    operation: str
    request: Request


@contextmanager
def new_host(server: Server) -> Iterator[Client]:
    """A new host with a process without rules."""
    client = Client(server.port)
    client.ask("PUT", HOST, {})
    client.ask("POST", f"{HOST}/processes", {"processId": PID, "imageFileName": "bench.exe"})
    yield client
    client.ask("DELETE", HOST)


def answered(client: Client, operation: str) -> int:
    """How many requests of an operation the service has answered with 2xx."""
    text = client.answer("GET", "/metrics").body.decode()
    pattern = rf'^wdfilterd_http_requests_total{{operation="{operation}",status="2\d\d"}} (\d+)$'
    return sum(int(count) for count in re.findall(pattern, text, re.MULTILINE))


def ours(server: Server, kind: Kind, connections: int) -> Load:
    """Load the service, which must have answered as many requests as wrk got answers."""
    with new_host(server) as client:
        before = answered(client, kind.operation)
        run = load(server, kind.request, connections)
        count = answered(client, kind.operation) - before
        check(run.requests <= count <= run.requests + connections, f"wrk: {run.requests}, service: {count}")
    return run


def sizes(server: Server, kind: Kind) -> str:
    """The size of the service's answer, for floor.c."""
    with new_host(server) as client:
        return client.answer(kind.request.method, kind.request.path, kind.request.body).sizes


def rows(kind: Kind, connections: int, runs: dict[str, list[Load]]) -> list[Sequence[str]]:
    """What each side reached."""
    return [(kind.name, str(connections), side, *wrk.spreads(loads)) for side, loads in runs.items()]


def compared(kind: Kind, connections: int, runs: dict[str, list[Load]]) -> list[Sequence[str]]:
    """The ratios beside their goals."""
    name = f"{kind.name}, {connections} connection{'' if connections == 1 else 's'}"
    return [
        held(f"{name}: {figure}", wrk.compared(runs[OURS], runs[FLOOR], member), goal)
        for figure, member, goal in (("rate", "rate", RATE), ("p99", "p99_us", P99), ("CPU time", "cpu_us", None))
    ]


def turns(server: Server, floor: Server, kind: Kind, connections: int) -> dict[str, list[Load]]:
    """Both sides under the same load."""
    return alternate(
        {
            FLOOR: lambda: load(floor, kind.request, connections),
            OURS: lambda: ours(server, kind, connections),
        }
    )


def measure(programs: Programs, kinds: Sequence[Kind]) -> Outcome:
    """Measure requests of each kind."""
    figures: list[Sequence[str]] = []
    goals: list[Sequence[str]] = []
    with serve(programs, limits_threads_per_host=10_000_000) as server:
        for kind in kinds:
            command = [programs.reference("floor"), "0", str(THREADS), sizes(server, kind)]
            with listening(command) as floor:
                for connections in CONNECTIONS:
                    runs = turns(server, floor, kind, connections)
                    figures += rows(kind, connections, runs)
                    goals += compared(kind, connections, runs)
    note = f"{ROUNDS} rounds of a second, {THREADS} threads on each side."
    return Outcome(note, [Table(COLUMNS, figures), Table(RATIO_COLUMNS, goals)])
