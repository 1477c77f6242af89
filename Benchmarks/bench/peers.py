"""A thread creation that notifies nobody, and a start, beside the same in well-known frameworks."""

import contextlib
import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from bench import requests, wrk
from bench.client import Answer, Client
from bench.footprint import START_COLUMNS, Start, megabytes, row, started, stripped
from bench.http_quiet import quiet
from bench.machine import first
from bench.processes import SERVERS, Programs, Server, listening, serve
from bench.results import RATIO_COLUMNS, Goal, Outcome, Table, check, check_alike, held
from bench.rounds import ROUNDS, alternate, ratios
from bench.wrk import Load, load

CONNECTIONS = 64
KIND = quiet("false")
HUMMINGBIRD, FLASK, OURS = "Hummingbird", "Flask", "wdfilterd"
RATES = {HUMMINGBIRD: Goal(least=2), FLASK: Goal(least=20)}
# Each framework adds headers of its own.
HEAD_TOLERANCE = 0.15
# The file and the line that pin a version.
PINS = {
    HUMMINGBIRD: ("Peers/Package.swift", r'/hummingbird", exact: "(.*?)"'),
    FLASK: ("requirements.txt", r"^flask==(.*)$"),
    "gunicorn": ("requirements.txt", r"^gunicorn==(.*)$"),
}


class Servers(NamedTuple):
    """The running servers."""

    hummingbird: Server
    flask: Server
    ours: Server


@contextlib.contextmanager
def running(programs: Programs) -> Iterator[Servers]:
    """Start the servers."""
    with (
        listening([programs.reference("hummingbird")]) as hummingbird,
        listening([programs.python, str(SERVERS / "flask_peer.py")]) as flask,
        serve(programs, limits_threads_per_host=10_000_000) as ours,
    ):
        yield Servers(hummingbird, flask, ours)


def versions() -> str:
    """The versions of the frameworks."""
    found = {name: first(pattern, (SERVERS / file).read_text()) for name, (file, pattern) in PINS.items()}
    return ", ".join(f"{name} {version}" for name, version in found.items())


def content(answer: Answer) -> Any:  # noqa: ANN401
    """An answer with the lengths of the values that differ between threads, instead of these."""
    value = json.loads(answer.body)
    for name in ("threadId", "creationTime"):
        value["thread"][name] = len(str(value["thread"][name]))
    return value


def answer_size(servers: Servers) -> int:
    """The bytes of the body, which all servers must answer alike."""
    with requests.new_host(servers.ours):
        answers = [
            Client(server.port).answer(KIND.request.method, KIND.request.path, KIND.request.body) for server in servers
        ]
    check(all(answer.status == 201 for answer in answers), f"status {[answer.status for answer in answers]}")
    contents = [content(answer) for answer in answers]
    check(all(found == contents[0] for found in contents), f"answers differ: {contents}")
    bodies = [len(answer.body) for answer in answers]
    check_alike("bytes of bodies", bodies)
    heads = [sum(len(f"{name}: {value}\r\n") for name, value in answer.headers) for answer in answers]
    check_alike("bytes of heads", heads, HEAD_TOLERANCE)
    return bodies[0]


def rates(servers: Servers) -> Sequence[Table]:
    """All sides under the same load."""
    runs = alternate(
        {
            HUMMINGBIRD: lambda: load(servers.hummingbird, KIND.request, CONNECTIONS),
            FLASK: lambda: load(servers.flask, KIND.request, CONNECTIONS),
            OURS: lambda: requests.ours(servers.ours, KIND, CONNECTIONS),
        }
    )
    figures = [(side, *wrk.spreads(loads)) for side, loads in runs.items()]
    return Table(("side", *wrk.COLUMNS), figures), Table(RATIO_COLUMNS, compared(runs))


def compared(runs: dict[str, list[Load]]) -> list[Sequence[str]]:
    """The ratios beside their goals."""
    return [
        held(f"{figure}, to {side}", wrk.compared(runs[OURS], runs[side], member), goal if member == "rate" else None)
        for side, goal in RATES.items()
        for figure, member in (("rate", "rate"), ("CPU time a request", "cpu_us"))
    ]


def start_ratios(starts: dict[str, list[Start]], member: str) -> list[float]:
    """The ratios of a figure of the starts."""
    ours, theirs = ([getattr(start, member) for start in starts[side]] for side in (OURS, HUMMINGBIRD))
    return ratios(ours, theirs)


def footprints(programs: Programs) -> Sequence[Table]:
    """Start the programs, which answer and then are idle."""
    with stripped(programs.reference("hummingbird")) as hummingbird, stripped(programs.wdfilterd) as ours:
        starts: dict[str, list[Start]] = alternate(
            {
                HUMMINGBIRD: lambda: started(lambda: listening([hummingbird]), "/"),
                OURS: lambda: started(lambda: serve(programs._replace(wdfilterd=ours))),
            }
        )
        sizes = {HUMMINGBIRD: megabytes(hummingbird), OURS: megabytes(ours)}
    figures = [(*row(side, found), f"{sizes[side]:.1f}") for side, found in starts.items()]
    goals = [
        held(f"{figure}, to {HUMMINGBIRD}", start_ratios(starts, member))
        for figure, member in (("start to first answer", "milliseconds"), ("resident when idle", "resident"))
    ]
    goals.append(held(f"stripped program, to {HUMMINGBIRD}", [sizes[OURS] / sizes[HUMMINGBIRD]]))
    return Table(("side", *START_COLUMNS, "stripped program, MB"), figures), Table(RATIO_COLUMNS, goals)


def measure(programs: Programs) -> Outcome:
    """Measure the requests, then the starts."""
    with running(programs) as servers:
        size = answer_size(servers)
        tables = [*rates(servers)]
    tables += footprints(programs)
    load_note = f"{ROUNDS} rounds of a second with {CONNECTIONS} connections and answers of {size} bytes"
    return Outcome(f"{load_note}; {ROUNDS} starts. {versions()}.", tables)
