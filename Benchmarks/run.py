#!/usr/bin/env python3
"""Measures a thread creation that notifies nobody beside the C program of floor.c, and prints a table.

Both get the same request from wrk over 64 connections and answer with bodies of the same size. They run in turn, so
that whatever else the machine does falls on both; a ratio is that of one turn.
"""

import argparse
import contextlib
import http.client
import json
import os
import re
import socket
import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SCRIPT = Path(__file__).with_name("thread-create.lua")
BODY = json.dumps({"startAddress": "0x7ffbda8844f0"}, separators=(",", ":"))
THREADS = 2
CONNECTIONS = 64
START_SECONDS = 15


class Run(NamedTuple):
    """One run of wrk."""

    rate: float
    p99_ms: float


def load(port: int, path: str, seconds: int) -> Run:
    """Put load on a server; every answer has to be a 2xx."""
    url = f"http://127.0.0.1:{port}{path}"
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(SCRIPT), url]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    match = re.search(r"^result (\d+) (\d+) (\d+) (\d+)$", output, re.MULTILINE)
    if match is None:
        raise SystemExit(f"wrk said:\n{output}")
    requests, microseconds, p99, errors = (int(group) for group in match.groups())
    if errors or not requests:
        raise SystemExit(f"{errors} of {requests} requests to {url} failed")
    return Run(requests / microseconds * 1e6, p99 / 1000)


def call(port: int, method: str, path: str, body: str | None = None) -> bytes:
    """One request that has to succeed."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        response = connection.getresponse()
        answer = response.read()
    finally:
        connection.close()
    if response.status not in {200, 201, 204}:
        raise SystemExit(f"{method} {path}: {response.status} {answer.decode(errors='replace')}")
    return answer


@contextlib.contextmanager
def running(command: list[str], environment: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A server as a process, stopped in the end."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


def wait_for_port(port: int) -> None:
    """Wait until connections are accepted."""
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextlib.contextmanager
def service(binary: str) -> Iterator[int]:
    """The service, with room for every thread that a run creates."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("WDFILTERD_")}
    environment["WDFILTERD_SERVER_THREADS"] = str(THREADS)
    environment["WDFILTERD_LIMITS_THREADS_PER_HOST"] = "10000000"
    port = free_port()
    with running([binary, "serve", "--listen", f"127.0.0.1:{port}"], environment):
        wait_for_port(port)
        yield port


@contextlib.contextmanager
def target(port: int, explain: str) -> Iterator[str]:
    """The path of thread creations in a process without rules, on a host of its own."""
    host = "/v1/hosts/bench"
    call(port, "PUT", host, "{}")
    process = json.loads(call(port, "POST", f"{host}/processes", '{"imageFileName":"bench.exe"}'))["process"]
    yield f"{host}/processes/{process['processId']}/threads?explain={explain}"
    call(port, "DELETE", host)


def measure(arguments: argparse.Namespace, explain: str) -> str:
    """The rows of the table for one kind of answer."""
    ours: list[Run] = []
    floors: list[Run] = []
    with service(arguments.service) as port:
        with target(port, explain) as path:
            size = len(call(port, "POST", path, BODY))
        floor_port = free_port()
        with running([arguments.floor, str(floor_port), str(size), str(THREADS)]):
            wait_for_port(floor_port)
            for _ in range(arguments.rounds):
                with target(port, explain) as path:
                    floors.append(load(floor_port, path, arguments.seconds))
                    ours.append(load(port, path, arguments.seconds))
    ratios = [run.rate / floor.rate for run, floor in zip(ours, floors, strict=True)]
    name = f"explain={explain}, {size} bytes"
    return row(f"floor.c, {size} bytes", floors, [1.0]) + "\n" + row(f"wdfilterd, {name}", ours, ratios)


def row(name: str, runs: list[Run], ratios: list[float]) -> str:
    """A row: the median, and the least and the most."""
    rates = [run.rate for run in runs]
    p99 = statistics.median(run.p99_ms for run in runs)
    rate = f"{statistics.median(rates):,.0f} ({min(rates):,.0f} to {max(rates):,.0f})"
    ratio = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    return f"| {name} | {rate} | {ratio} | {p99:.1f} |"


def main() -> None:
    """Measure both kinds of answer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--service", required=True, help="the release build of wdfilterd")
    parser.add_argument("--floor", required=True, help="floor.c, compiled with -O2")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of each run")
    arguments = parser.parse_args()
    tables = [measure(arguments, explain) for explain in ("false", "true")]
    rounds = f"{arguments.rounds} rounds of {arguments.seconds} s"
    print(f"{rounds}, {CONNECTIONS} connections, {os.cpu_count()} cores; median (minimum to maximum).\n")
    print("| | requests/s | ratio to the floor | p99 ms |\n|---|---|---|---|")
    print("\n".join(tables))


if __name__ == "__main__":
    main()
