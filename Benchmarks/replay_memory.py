#!/usr/bin/env python3
"""Measures how much memory a replay takes at most, beyond what the same process has when it does next to nothing.

The recording is made while it is sent, so that twenty times as long a one needs no room. A replay that holds what it
reads would need as much as it is long.
"""

import argparse
import contextlib
import http.client
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import recording
from replay import PATH, serving

GOAL_KIB = 64 * 1024
SEED = 1
# Of a recording that is next to nothing.
FEW = 50_000


def reported(output: bytes) -> int:
    """The lines that a report tells."""
    report = json.loads(output)
    if report.get("rejectedCount") != 0:
        raise SystemExit(output.decode(errors="replace")[:2000])
    lines: int = report["lines"]
    return lines


@contextlib.contextmanager
def made(size: int) -> Iterator[IO[bytes]]:
    """A pipe out of which a recording of `size` comes. Another process makes it: see the end of `of_command`."""
    command = [sys.executable, recording.__file__, "--bytes", str(size), "--seed", str(SEED)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as maker:
        assert maker.stdout is not None
        yield maker.stdout
    if maker.returncode != 0:
        raise SystemExit(f"{command}: exit code {maker.returncode}")


def of_command(binary: str, name: str, source: IO[bytes] | None = None) -> tuple[int, int]:
    """The most that the command was resident with, in KiB, and how many lines it read."""
    command = [binary, "replay", name, "--quiet", "--json"]
    with subprocess.Popen(command, stdin=source or subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        answer = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{command}: exit code {process.returncode}")
    # The kernel counts in what this process had when it made the other one.
    if usage.ru_maxrss <= resource.getrusage(resource.RUSAGE_SELF).ru_maxrss:
        raise SystemExit("this script is larger than what it measures")
    return usage.ru_maxrss, reported(answer)


def of_pipe(binary: str, size: int) -> tuple[int, int]:
    """The same, of a recording of `size` that comes through a pipe."""
    with made(size) as source:
        return of_command(binary, "-", source)


def status(process: int, name: str) -> int:
    """A number of KiB in the status of a process."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise SystemExit(f"no {name}")


def post(port: int, source: IO[bytes]) -> int:
    """Post a recording in chunks; how many lines it had."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    chunks = iter(lambda: source.read(1 << 16), b"")
    connection.request("POST", PATH, chunks, {"Content-Type": "application/x-ndjson"}, encode_chunked=True)
    response = connection.getresponse()
    answer = response.read()
    connection.close()
    if response.status != 200:
        raise SystemExit(f"{response.status}: {answer.decode(errors='replace')[:2000]}")
    return reported(answer)


def of_service(binary: str, size: int) -> tuple[int, int, int]:
    """What a fresh service is resident with, and was at most when it had a recording of `size`, in KiB; its lines."""
    with serving(binary) as (port, process), made(size) as source:
        idle = status(process, "VmRSS")
        lines = post(port, source)
        return idle, status(process, "VmHWM"), lines


def row(name: str, size: int, lines: int, idle: int, most: int) -> str:
    """A row."""
    above = most - idle
    met = "met" if above < GOAL_KIB else "**missed**"
    return f"| {name} | {size / 1e6:,.0f} | {lines:,} | {idle:,} | {most:,} | {above / 1024:,.1f} | {met} |"


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--service", required=True, help="the release build of wdfilterd")
    parser.add_argument("--bytes", type=recording.size_of, nargs="+", default=[120_000_000, 2_400_000_000])
    arguments = parser.parse_args()
    binary = arguments.service
    print(f"\nThe goal is less than {GOAL_KIB // 1024} MiB above idle.\n")
    print("| side | MB | lines | idle KiB | most KiB | above idle MiB | |\n|---|---|---|---|---|---|---|")
    idle, _ = of_pipe(binary, FEW)
    with tempfile.TemporaryDirectory(prefix="wdfilterd-bench-") as folder:
        path = Path(folder) / "recording.ndjson"
        with path.open("wb") as file, made(arguments.bytes[0]) as source:
            shutil.copyfileobj(source, file)
        most, lines = of_command(binary, str(path))
    print(row("`replay FILE`", arguments.bytes[0], lines, idle, most), flush=True)
    for size in arguments.bytes:
        most, lines = of_pipe(binary, size)
        print(row("`replay -`", size, lines, idle, most), flush=True)
    for size in arguments.bytes:
        before, most, lines = of_service(binary, size)
        print(row("`serve`, `POST /v1/replays`", size, lines, before, most), flush=True)


if __name__ == "__main__":
    main()
