"""wrk puts load on a server, with ../load.lua."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bench.processes import SERVERS, Server, cpu_time, run, with_children
from bench.results import check, spread
from bench.rounds import ratios

COLUMNS = ("requests/s", "p50 µs", "p99 µs", "µs of CPU time a request")
JSON_TYPE = "Content-Type: application/json"


class Request(NamedTuple):
    """What wrk sends over and over. PID in the path is replaced by one pid after the other."""

    method: str
    path: str
    body: bytes = b""
    headers: Sequence[str] = ()
    first_pid: int | None = None


class Load(NamedTuple):
    """One run of wrk."""

    requests: int
    rate: float
    p50_us: float
    p99_us: float
    # CPU time of the server for a request.
    cpu_us: float = 0


def parse(output: str) -> Load:
    """What load.lua prints in the last line. A run with errors is refused."""
    lines = output.strip().splitlines()
    check(bool(lines) and lines[-1].startswith("{"), f"wrk said:\n{output}")
    found = json.loads(lines[-1])
    check(found["requests"] > 0 and found["errors"] == 0, f"{found['errors']} of {found['requests']} requests failed")
    return Load(found["requests"], found["requests"] / found["microseconds"] * 1e6, found["p50"], found["p99"])


def load(server: Server, request: Request, connections: int, seconds: int = 1) -> Load:
    """Put load on a server; every answer has to be a 2xx."""
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(request.body)
        url = f"http://127.0.0.1:{server.port}{request.path}"
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(SERVERS / "load.lua"), url, "--"]
        command += [request.method, file.name if request.body else "-", str(request.first_pid or "-"), *request.headers]
        pids = with_children(server.pid)
        before = [cpu_time(pid) for pid in pids]
        found = parse(run(command)[1])
        used = sum(sum(cpu_time(pid).since(earlier)) for pid, earlier in zip(pids, before, strict=True))
        return found._replace(cpu_us=used / found.requests * 1e6)


def spreads(runs: Sequence[Load]) -> Sequence[str]:
    """The columns of COLUMNS."""
    return (
        spread([run.rate for run in runs]),
        spread([run.p50_us for run in runs]),
        spread([run.p99_us for run in runs]),
        spread([run.cpu_us for run in runs], ".1f"),
    )


def compared(runs: Sequence[Load], others: Sequence[Load], figure: str) -> list[float]:
    """The ratios of a figure, which is the name of a member."""
    return ratios([getattr(run, figure) for run in runs], [getattr(run, figure) for run in others])
