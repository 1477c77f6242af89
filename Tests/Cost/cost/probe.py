#!/usr/bin/env python3
"""Asks a service for /livez again and again, each time on a new connection, and reports how long the answers took.

A process of its own, so that the load that a test makes in Python does not slow down the clock. Each line on stdin is
answered by a line of JSON about the time since the last one.
"""

import json
import select
import socket
import sys
import time

REQUEST = b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
PAUSE_SECONDS = 0.005
# Far above every bound. Who gets no answer in this time, or is cut off, counts as one who waited so long.
TIMEOUT_SECONDS = 60


def ask(port: int) -> float:
    """Milliseconds until the whole answer was there."""
    begun = time.perf_counter()
    received = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS) as connection:
            connection.sendall(REQUEST)
            while data := connection.recv(4096):
                received += data
    except OSError as fault:
        print(f"/livez: {fault!r}", file=sys.stderr)
    if received.startswith(b"HTTP/1.1 200 "):
        return (time.perf_counter() - begun) * 1000
    print(f"/livez: {received[:200]!r}", file=sys.stderr)
    return TIMEOUT_SECONDS * 1000


def main() -> None:
    """Probe the port that is named until stdin ends."""
    port = int(sys.argv[1])
    times: list[float] = []
    while True:
        if select.select([sys.stdin], [], [], PAUSE_SECONDS)[0]:
            if not sys.stdin.readline():
                return
            times.append(ask(port))  # at least one
            print(json.dumps({"worst": max(times), "count": len(times)}), flush=True)
            times = []
        else:
            times.append(ask(port))


if __name__ == "__main__":
    main()
