"""How long a well-behaved client waits for its answers while 500 connections dribble, and while none does."""

import contextlib
import json
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence

from bench.http_quiet import BODY, THREADS_PATH
from bench.processes import SERVERS, Programs, Server, serve
from bench.requests import new_host
from bench.results import RATIO_COLUMNS, Outcome, Table, check, held, spread
from bench.rounds import ROUNDS, alternate, ratios

DRIBBLERS = 500
REQUESTS = 1000
KEPT, NEW = "a kept connection", "a new connection each"
ALONE, BESIDE = "nobody else", f"{DRIBBLERS} that dribble"
HEAD = f"POST {THREADS_PATH}?explain=false HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
REQUEST = f"{HEAD}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY
COLUMNS = ("over", "beside", "median ms", "p99 ms", "most ms")
Times = dict[str, list[float]]


@contextlib.contextmanager
def dribbling(port: int) -> Iterator[None]:
    """Dribblers, in a process of their own."""
    command = [sys.executable, str(SERVERS / "dribblers.py"), str(port), str(DRIBBLERS)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        check(process.stdout.readline() == "ready\n", "the dribblers did not start")
        yield
        process.stdin.close()
        found = json.loads(process.stdout.read())
    check(found["connected"] == DRIBBLERS and found["moves"] >= DRIBBLERS, f"dribblers: {found}")


def connect(port: int) -> socket.socket:
    """A connection that sends at once."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def ask(connection: socket.socket) -> None:
    """One request and its answer, a 201 that comes in one piece or more."""
    connection.sendall(REQUEST)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += receive(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    check(head.startswith(b"HTTP/1.1 201"), answer.decode(errors="replace"))
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += receive(connection)


def receive(connection: socket.socket) -> bytes:
    """What has come."""
    piece = connection.recv(65536)
    check(bool(piece), "the service closed the connection of a well-behaved client")
    return piece


def over_one(port: int) -> list[float]:
    """Milliseconds of each request over a connection that is kept."""
    with connect(port) as connection:
        return [timed(lambda: ask(connection)) for _ in range(REQUESTS)]


def over_many(port: int) -> list[float]:
    """Milliseconds of each request with the connection that it makes."""

    def one() -> None:
        with connect(port) as connection:
            ask(connection)

    return [timed(one) for _ in range(REQUESTS)]


def timed(action: Callable[[], None]) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    action()
    return (time.perf_counter() - begun) * 1000


def both_ways(server: Server) -> Times:
    """The times of all requests of a side."""
    return {KEPT: over_one(server.port), NEW: over_many(server.port)}


def beside_dribblers(server: Server) -> Times:
    """The same, once all dribblers have moved."""
    with dribbling(server.port):
        return both_ways(server)


def row(way: str, side: str, rounds: Sequence[Times]) -> Sequence[str]:
    """Medians of the rounds: of the median, of p99 and of the longest."""
    found = [times[way] for times in rounds]
    p99 = [statistics.quantiles(times, n=100)[98] for times in found]
    medians = [statistics.median(times) for times in found]
    return way, side, spread(medians, ".3f"), spread(p99, ".3f"), spread([max(times) for times in found], ".1f")


def measure(programs: Programs) -> Outcome:
    """Measure both sides."""
    with serve(programs) as server, new_host(server):
        rounds = alternate({ALONE: lambda: both_ways(server), BESIDE: lambda: beside_dribblers(server)})
    rows = [row(way, side, found) for way in (KEPT, NEW) for side, found in rounds.items()]
    compared = []
    for way in (KEPT, NEW):
        medians = {side: [statistics.median(times[way]) for times in found] for side, found in rounds.items()}
        compared.append(held(f"median over {way}", ratios(medians[BESIDE], medians[ALONE])))
    note = f"{ROUNDS} rounds of {REQUESTS:,} requests for each row."
    return Outcome(note, [Table(COLUMNS, rows), Table(RATIO_COLUMNS, compared)])
