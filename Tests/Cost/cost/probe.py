#!/usr/bin/env python3
"""Requests /livez repeatedly, each time on a new connection, and measures the response times.

It is a separate process, so that the Python load of a test does not slow down its clock. For each line on stdin it
prints a line of JSON about the requests since the previous one.
"""

import json
import select
import socket
import sys
import time

REQUEST = b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
PAUSE_SECONDS = 0.005
# Far above every limit of the suite. A failed request or one without a response in this time counts as this long.
TIMEOUT_SECONDS = 60


def ask(port: int) -> float:
    """Milliseconds until the whole response has arrived."""
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
    """Probe the port in the first argument until stdin ends."""
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
