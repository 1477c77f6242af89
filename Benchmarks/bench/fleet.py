"""Three instances behind HAProxy, with the configuration of docker/, beside one that is asked directly.

On a machine with few processors this shows what the proxy costs, not what more instances gain.
"""

import contextlib
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from fleet.proxy import Proxy

from bench.client import NDJSON, Client
from bench.http_quiet import BODY
from bench.processes import Programs, Server, run, serve
from bench.queues import IMAGE, PID, PROCESS, host_path
from bench.results import RATIO_COLUMNS, Goal, Outcome, Table, UnsoundError, check, held, spread
from bench.rounds import alternate, ratios
from bench.streams import follow
from bench.wrk import JSON_TYPE, Load, Request, load

NAMES = ("w1", "w2", "w3")
FIRST = NAMES[0]
DIRECT, ONE, THREE = "directly, one instance", "through the proxy, one instance", "through the proxy, three instances"
ROUNDS = 5
CONNECTIONS = 16
SECONDS = 2
UPLOAD = PROCESS + IMAGE * (74_000_000 // len(IMAGE))
EVENTS = 50
SOON = Goal(most=50)
COLUMNS = ("side", "requests/s", "p50 µs", "upload of 74 MB, s", "event after its POST, ms")


class Round(NamedTuple):
    """One round of a side."""

    rate: float
    p50_us: float
    upload_seconds: float
    late_ms: float


class Side(NamedTuple):
    """A server, and the hosts that it is asked for: three, on one instance or on three."""

    server: Server
    hosts: Sequence[str]


@contextlib.contextmanager
def sides(programs: Programs) -> Iterator[dict[str, Side]]:
    """The sides: three instances, and the proxy before them."""
    with contextlib.ExitStack() as running:
        instances = {name: running.enter_context(serve(programs, server_instance=name)) for name in NAMES}
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="wdfilterd-bench-")))
        proxy = Proxy(folder, {name: server.port for name, server in instances.items()})
        running.callback(proxy.close)
        for name in NAMES:
            proxy.wait_for(name, "UP")
        server = Server(proxy.port, proxy.process.pid)
        hosts = created(server)
        yield {
            DIRECT: Side(instances[FIRST], hosts[FIRST]),
            ONE: Side(server, hosts[FIRST]),
            THREE: Side(server, [hosts[name][0] for name in NAMES]),
        }


def created(proxy: Server) -> dict[str, list[str]]:
    """Create hosts with a process through the proxy, until the first instance has three and the others have one."""
    client = Client(proxy.port)
    hosts: dict[str, list[str]] = {name: [] for name in NAMES}
    for number in range(100):
        host = host_path(f"bench-{number}")
        answer = client.answer("PUT", host, b"{}")
        check(answer.status == 201, f"{answer.status}: {answer.body!r}")
        hosts[dict(answer.headers)["wdfilterd-instance"]].append(host)
        client.upload(host, PROCESS)
        if len(hosts[FIRST]) >= len(NAMES) and all(hosts.values()):
            return {name: found[: len(NAMES)] for name, found in hosts.items()}
    raise UnsoundError(f"100 hosts are divided so: {hosts}")


def asked(side: Side) -> tuple[float, float]:
    """Thread creations a second of all hosts of a side together, and the median of their times."""

    def one(host: str) -> Load:
        request = Request("POST", f"{host}/processes/{PID}/threads?explain=false", BODY, [JSON_TYPE])
        return load(side.server, request, CONNECTIONS, SECONDS)

    with ThreadPoolExecutor(len(side.hosts)) as pool:
        found = list(pool.map(one, side.hosts))
    return sum(each.rate for each in found), statistics.median(each.p50_us for each in found)


def uploaded(side: Side, file: str) -> float:
    """The seconds of an upload by curl to the first host."""
    url = f"http://127.0.0.1:{side.server.port}{side.hosts[0]}/events"
    seconds, report = run(["curl", "-sSf", "-X", "POST", "-T", file, "-H", f"Content-Type: {NDJSON}", url])
    found = json.loads(report)
    check(found["applied"] == UPLOAD.count(b"\n") - 1 == found["lines"] - 1, f"an upload came to {report[:1000]}")
    return seconds


def lateness(side: Side) -> float:
    """The median of the milliseconds from a POST until the message that it makes has come in a live stream."""
    host, client = side.hosts[0], Client(side.server.port)
    newest = client.ask("GET", f"{host}/messages?limit=1")["newest"]
    arrived, late = threading.Semaphore(0), []
    with follow(side.server.port, f"?after={newest}", host) as stream:

        def read() -> None:
            for _ in range(EVENTS):
                text = b""
                while b"\ndata: " not in text:
                    text += stream.recv(1 << 16)
                arrived.release()

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        for _ in range(EVENTS):
            begun = time.perf_counter()
            client.ask("POST", f"{host}/processes/{PID}/images", {"fullImageName": "a.dll"})
            check(arrived.acquire(timeout=10), "a message did not arrive in 10 s")
            late.append((time.perf_counter() - begun) * 1000)
    return statistics.median(late)


def row(side: str, rounds: Sequence[Round]) -> Sequence[str]:
    """The row of a side."""
    rate, p50, upload, late = zip(*rounds, strict=True)
    return side, spread(rate), spread(p50), spread(upload, ".2f"), spread(late, ".1f")


def measure(programs: Programs) -> Outcome:
    """Measure all sides in turns."""
    with sides(programs) as found, tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(UPLOAD)
        rounds = alternate(
            {
                name: lambda side=side: Round(*asked(side), uploaded(side, file.name), lateness(side))
                for name, side in found.items()
            },
            ROUNDS,
        )
    rates = {name: [each.rate for each in runs] for name, runs in rounds.items()}
    uploads = {name: [each.upload_seconds for each in runs] for name, runs in rounds.items()}
    compared = [
        held("requests/s, one instance through the proxy to directly", ratios(rates[ONE], rates[DIRECT])),
        held("requests/s, three instances through the proxy to one directly", ratios(rates[THREE], rates[DIRECT])),
        held("time of an upload, through the proxy to directly", ratios(uploads[ONE], uploads[DIRECT])),
        held("event after its POST, through the proxy, ms", [each.late_ms for each in rounds[THREE]], SOON, ".1f"),
    ]
    note = (
        f"{ROUNDS} rounds; three hosts of a side are asked at once by a wrk each, with {CONNECTIONS} connections for "
        f"{SECONDS} s; {EVENTS} events of a live stream."
    )
    return Outcome(note, [Table(COLUMNS, [row(*each) for each in rounds.items()]), Table(RATIO_COLUMNS, compared)])
