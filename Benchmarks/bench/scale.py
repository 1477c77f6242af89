"""What an event costs with more hosts, processes, queued messages or readers, beside the same with few of them."""

import json
import random
from collections.abc import Callable, Mapping, Sequence

from bench import hosts
from bench.client import Client
from bench.engine import receiver
from bench.processes import Programs, Server, cpu_time, serve
from bench.queues import IMAGE, PROCESS, ROOM, host_path
from bench.results import RATIO_COLUMNS, Goal, Outcome, Table, held, spread
from bench.rounds import ROUNDS, alternate, ratios
from bench.streams import READING, made

FLAT = Goal(most=1.3)
HOSTS = (1, 10, 100, 1000)
PROCESSES = (10, 1000, 100_000, 1_000_000)
QUEUED = (1, 100, 10_000, 100_000)
READERS = (1, 10, 100, 1000)
EVENTS = 200_000
# The same for each number of hosts, so that the cost of an upload is in all sizes alike.
UPLOADS = 1000
FIRST_PID = 1000
SETTINGS = {"limits_processes_per_host": 2_000_000} | ROOM
COLUMNS = ("with", "µs an event")


def cost(server: Server, uploads: Sequence[tuple[str, bytes]], events: int = EVENTS) -> float:
    """Microseconds of the service's CPU time for an event of the uploads, until its message has been delivered."""
    client = Client(server.port)
    before = cpu_time(server.pid)
    for path, lines in uploads:
        client.upload(path, lines)
    for path in {path for path, _ in uploads}:
        if client.ask("GET", f"{path}/worker")["state"] == "running":
            client.ask("POST", f"{path}/worker/drain", {"timeoutMs": 60000})
    return sum(cpu_time(server.pid).since(before).per(events))


def of_hosts(server: Server, size: int) -> Callable[[], float]:
    """Image loads that take turns on so many hosts."""
    client = Client(server.port)
    paths = [host_path(f"hosts-{size}-{number}") for number in range(size)]
    for path in paths:
        client.ask("PUT", path, {"config": {"maxAsyncNotificationCount": EVENTS}})
        client.upload(path, PROCESS)
    uploads = [(paths[number % size], IMAGE * (EVENTS // UPLOADS)) for number in range(UPLOADS)]
    return lambda: cost(server, uploads)


def line(kind: str, number: int, **members: str) -> bytes:
    """An event of one of many processes."""
    return json.dumps({"type": kind, "processId": FIRST_PID + 4 * number, **members}).encode() + b"\n"


def of_processes(server: Server, size: int) -> Callable[[], float]:
    """Image loads of so many processes, in random order."""
    client, path = Client(server.port), host_path(f"processes-{size}")
    client.ask("PUT", path, {"config": {"maxAsyncNotificationCount": EVENTS}})
    for begin in range(0, size, 100_000):
        numbers = range(begin, min(begin + 100_000, size))
        client.upload(path, b"".join(line("processCreate", number, imageFileName="bench.exe") for number in numbers))
    chosen = random.Random(1)
    name = "\\Windows\\System32\\ntdll.dll"
    lines = b"".join(line("imageLoad", chosen.randrange(size), fullImageName=name) for _ in range(EVENTS))
    return lambda: cost(server, [(path, lines)])


def of_queued(server: Server, size: int) -> Callable[[], float]:
    """Image loads of a host whose queue is full with so many messages, so that each drops the oldest."""
    client, path = Client(server.port), host_path(f"queued-{size}")
    client.ask("PUT", path, {"config": {"maxAsyncNotificationCount": size}})
    client.ask("PUT", f"{path}/worker", {"state": "paused"})
    client.upload(path, PROCESS + IMAGE * size)
    return lambda: cost(server, [(path, IMAGE * EVENTS)])


def of_readers(server: Server, size: int) -> Callable[[], float]:
    """Image loads of a host with so many readers; here by the time of the upload, which the readers slow down."""
    return lambda: 1e6 / made(server, READING, size)


AXES: Mapping[str, tuple[Sequence[int], Callable[[Server, int], Callable[[], float]]]] = {
    "hosts": (HOSTS, of_hosts),
    "processes": (PROCESSES, of_processes),
    "queued messages": (QUEUED, of_queued),
    "readers": (READERS, of_readers),
}


def measure(programs: Programs) -> Outcome:
    """Measure one axis after the other, each with a new service."""
    figures: list[Sequence[str]] = []
    compared: list[Sequence[str]] = []
    for name, (sizes, prepare) in AXES.items():
        with serve(programs, **SETTINGS) as server:
            costs = alternate({size: prepare(server, size) for size in sizes})
        figures += [(f"{name}: {size:,}", spread(found, ".2f")) for size, found in costs.items()]
        first, *others = sizes
        compared += [held(f"{name}: {size:,} to {first}", ratios(costs[size], costs[first]), FLAT) for size in others]
    with receiver(programs) as engine, serve(programs, hosts_limit=5000, **ROOM) as server:
        rows, rates = hosts.compare(server, engine)
    note = f"{ROUNDS} rounds of {EVENTS:,} image loads; {hosts.MESSAGES:,} messages of hosts with one engine."
    tables = [Table(COLUMNS, figures), Table(RATIO_COLUMNS, compared), Table(hosts.COLUMNS, rows)]
    return Outcome(note, [*tables, Table(RATIO_COLUMNS, rates)])
