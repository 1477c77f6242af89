#!/usr/bin/env python3
"""Measures how fast a host makes messages while others follow them live, beside the same without anybody.

Image loads are uploaded, each of which makes one message. The readers are of one kind at a time: some take nothing of
what they are sent, some wait for messages that never come, some read everything. The sides run in turn on fresh hosts,
so that whatever else the machine does falls on all; a ratio is that of one turn.
"""

import argparse
import contextlib
import http.client
import json
import selectors
import socket
import statistics
import threading
import time
from collections.abc import Iterator

from run import call, service

HOST = "/v1/hosts/bench"
LINE = b'{"type":"imageLoad","processId":1000,"fullImageName":"\\\\Windows\\\\System32\\\\ntdll.dll"}\n'
KINDS = {"nobody": None, "stuck": "", "waiting for another kind": "?kind=sync", "reading": ""}


@contextlib.contextmanager
def readers(port: int, kind: str, count: int) -> Iterator[None]:
    """`count` live streams of the host."""
    query = KINDS[kind]
    sockets = [] if query is None else [follow(port, query) for _ in range(count)]
    stop = threading.Event()
    thread = threading.Thread(target=drain, args=(sockets, stop))
    if kind == "reading":
        thread.start()
    try:
        yield
    finally:
        stop.set()
        if thread.ident is not None:
            thread.join()
        for connection in sockets:
            connection.close()


def follow(port: int, query: str) -> socket.socket:
    """A stream whose head has come."""
    connection = socket.create_connection(("127.0.0.1", port))
    head = f"GET {HOST}/messages{query} HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n"
    connection.sendall(head.encode())
    connection.recv(4096)
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


def upload(port: int, count: int) -> float:
    """Messages made a second by an upload of `count` image loads."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    begun = time.perf_counter()
    connection.request("POST", HOST + "/events", LINE * count, {"Content-Type": "application/x-ndjson"})
    answer = json.loads(connection.getresponse().read())
    spent = time.perf_counter() - begun
    connection.close()
    if answer["messages"]["async"] != {"LoadImage": count}:
        raise SystemExit(f"{count} image loads came to {answer}")
    return count / spent


def main() -> None:
    """Measure all sides."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--service", required=True, help="the release build of wdfilterd")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--readers", type=int, default=100)
    parser.add_argument("--messages", type=int, default=100_000, help="of each upload")
    arguments = parser.parse_args()
    rates: dict[str, list[float]] = {kind: [] for kind in KINDS}
    with service(arguments.service) as port:
        for _ in range(arguments.rounds):
            for kind, found in rates.items():
                call(port, "PUT", HOST, "{}")
                call(port, "POST", HOST + "/processes", '{"processId":1000,"imageFileName":"bench.exe"}')
                with readers(port, kind, arguments.readers):
                    # What is stuck is so once the buffers on the way are full.
                    upload(port, arguments.messages)
                    found.append(upload(port, arguments.messages))
                call(port, "DELETE", HOST)
    print(f"\n{arguments.rounds} rounds of {arguments.messages:,} messages, {arguments.readers} live streams;", end=" ")
    print("median (minimum to maximum).\n\n| streams | messages/s | ratio to no readers |\n|---|---|---|")
    for kind, found in rates.items():
        ratios = [rate / alone for rate, alone in zip(found, rates["nobody"], strict=True)]
        rate = f"{statistics.median(found):,.0f} ({min(found):,.0f} to {max(found):,.0f})"
        print(f"| {kind} | {rate} | {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) |")


if __name__ == "__main__":
    main()
