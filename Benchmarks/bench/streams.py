"""How fast a host makes messages while a hundred readers stream them, beside the same host without readers.

Image loads are uploaded, each of which makes one message. All readers of a side are of one kind.
"""

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Iterator

from bench.client import Client
from bench.processes import Programs, Server, serve
from bench.queues import IMAGE, PROCESS, host_path
from bench.results import RATIO_COLUMNS, Goal, Outcome, Table, check, held, spread
from bench.rounds import ROUNDS, alternate, ratios

HOST = host_path("bench")
MESSAGES = 50_000
READERS = 100
NOBODY, STUCK, OTHER, READING = "nobody", "stuck", "waiting for another kind", "reading"
QUERIES = {STUCK: "", OTHER: "?kind=sync", READING: ""}
LEAST = Goal(least=0.8)
SECONDS = 30


@contextlib.contextmanager
def readers(port: int, kind: str, count: int) -> Iterator[None]:
    """`count` live streams of the host."""
    sockets = [] if kind == NOBODY else [follow(port, QUERIES[kind]) for _ in range(count)]
    stop = threading.Event()
    thread = threading.Thread(target=drain, args=(sockets, stop))
    if kind == READING:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        if thread.ident is not None:
            thread.join()
        for connection in sockets:
            connection.close()


def follow(port: int, query: str, host: str = HOST) -> socket.socket:
    """A stream of a host whose head has come."""
    connection = socket.create_connection(("127.0.0.1", port))
    head = f"GET {host}/messages{query} HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n"
    connection.sendall(head.encode())
    answer = connection.recv(4096)
    check(answer.startswith(b"HTTP/1.1 200"), f"a stream: {answer[:200].decode(errors='replace')}")
    return connection


def drain(sockets: list[socket.socket], stop: threading.Event) -> None:
    """Read whatever comes and forget it."""
    with selectors.DefaultSelector() as selector:
        for connection in sockets:
            connection.setblocking(False)
            selector.register(connection, selectors.EVENT_READ)
        while not stop.is_set():
            for key, _ in selector.select(timeout=0.05):
                with contextlib.suppress(OSError):
                    key.fileobj.recv(1 << 20)  # type: ignore[union-attr]


def upload(client: Client) -> float:
    """Messages made a second by an upload of image loads."""
    begun = time.perf_counter()
    report = client.upload(HOST, IMAGE * MESSAGES)
    spent = time.perf_counter() - begun
    check(report["messages"]["async"] == {"LoadImage": MESSAGES}, f"{MESSAGES} image loads came to {report}")
    return MESSAGES / spent


def made(server: Server, kind: str, count: int = READERS) -> float:
    """The rate of a new host with readers."""
    client = Client(server.port)
    client.ask("PUT", HOST, {})
    client.upload(HOST, PROCESS)
    with readers(server.port, kind, count):
        # Readers are stuck once the buffers on the way are full.
        upload(client)
        rate = upload(client)
    client.ask("DELETE", HOST)
    await_end(client)
    return rate


def await_end(client: Client) -> None:
    """Wait until the service has noticed that the readers have left, so that the next ones find room."""
    deadline = time.monotonic() + SECONDS
    while b"\nwdfilterd_message_streams 0\n" not in client.answer("GET", "/metrics").body:
        check(time.monotonic() < deadline, "the streams do not end")
        time.sleep(0.01)


def measure(programs: Programs) -> Outcome:
    """Measure all kinds of readers."""
    with serve(programs) as server:
        rates = alternate({kind: lambda kind=kind: made(server, kind) for kind in (NOBODY, *QUERIES)})
    table = Table(("readers", "messages/s"), [(kind, spread(found)) for kind, found in rates.items()])
    compared = [
        held(f"{kind} to nobody", ratios(rates[kind], rates[NOBODY]), LEAST if kind == READING else None)
        for kind in QUERIES
    ]
    note = f"{ROUNDS} rounds of {MESSAGES:,} messages, {READERS} live streams."
    return Outcome(note, [table, Table(RATIO_COLUMNS, compared)])
