#!/usr/bin/env python3
"""Measures how long a well-behaved client waits for its answers while 500 connections dribble, and while none does.

The client creates threads that notify nobody, one after the other: over a connection that is kept, and over a new one
each. Both sides run in turn, so that whatever else the machine does falls on both.
"""

import argparse
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from run import BODY, service, target

DRIBBLERS = Path(__file__).with_name("dribblers.py")


@contextlib.contextmanager
def dribbling(port: int, count: int) -> Iterator[dict[str, int]]:
    """`count` dribblers, in a process of their own; what became of them is filled in at the end."""
    command = [sys.executable, str(DRIBBLERS), str(port), str(count)]
    report: dict[str, int] = {}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            raise SystemExit("the dribblers did not start")
        yield report
        process.stdin.close()
        report.update(json.loads(process.stdout.read()))


def connect(port: int) -> socket.socket:
    """A connection that holds nothing back."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def ask(connection: socket.socket, path: str) -> None:
    """One request and its answer, a 201 that comes in one piece or more."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
    )
    connection.sendall((head + BODY).encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += receive(connection)
    head_bytes, _, body = answer.partition(b"\r\n\r\n")
    if not head_bytes.startswith(b"HTTP/1.1 201"):
        raise SystemExit(answer.decode(errors="replace"))
    length = int(head_bytes.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += receive(connection)


def receive(connection: socket.socket) -> bytes:
    """What has come."""
    piece = connection.recv(65536)
    if not piece:
        raise SystemExit("the service closed the connection of a well-behaved client")
    return piece


def over_one(port: int, path: str, count: int) -> list[float]:
    """Milliseconds of each request over a connection that is kept."""
    times = []
    with connect(port) as connection:
        for _ in range(count):
            begun = time.perf_counter()
            ask(connection, path)
            times.append((time.perf_counter() - begun) * 1000)
    return times


def over_many(port: int, path: str, count: int) -> list[float]:
    """Milliseconds of each request with the connection that it makes."""
    times = []
    for _ in range(count):
        begun = time.perf_counter()
        with connect(port) as connection:
            ask(connection, path)
            times.append((time.perf_counter() - begun) * 1000)
    return times


WAYS = {"a kept connection": over_one, "a new connection each": over_many}


def row(way: str, side: str, times: list[float]) -> str:
    """A row: median, p99 and the most."""
    p99 = statistics.quantiles(times, n=100)[98]
    return f"| {way} | {side} | {statistics.median(times):.3f} | {p99:.3f} | {max(times):.1f} |"


def main() -> None:
    """Measure both sides."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--service", required=True, help="the release build of wdfilterd")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=2000, help="of each round, side and way")
    parser.add_argument("--dribblers", type=int, default=500)
    arguments = parser.parse_args()
    sides = ("nobody else", f"{arguments.dribblers} dribble")
    times: dict[tuple[str, str], list[float]] = {(way, side): [] for way in WAYS for side in sides}
    totals = {"moves": 0, "cuts": 0}
    with service(arguments.service) as port, target(port, "false") as path:
        for _ in range(arguments.rounds):
            for way, run in WAYS.items():
                times[way, sides[0]] += run(port, path, arguments.requests)
            with dribbling(port, arguments.dribblers) as report:
                for way, run in WAYS.items():
                    times[way, sides[1]] += run(port, path, arguments.requests)
            for name in totals:
                totals[name] += report[name]
    print(f"\n{arguments.rounds} rounds of {arguments.requests:,} requests, {os.cpu_count()} cores;", end=" ")
    print(f"the dribblers moved {totals['moves']:,} times and were cut {totals['cuts']:,} times.\n")
    print("| over | besides | median ms | p99 ms | most ms |\n|---|---|---|---|---|")
    for (way, side), found in times.items():
        print(row(way, side, found))


if __name__ == "__main__":
    main()
