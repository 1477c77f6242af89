"""The memory of a service with one host and with many, the time of its lists and metrics, and the rate of uploads.

Each host gets the same 200 events in one upload: 50 processes without rules and with usual names and command lines, and
for each of them a thread that System creates and two image loads. They make 150 messages: a direct CreateProcess for
each process and an async LoadImage for each image load. The embedded engine has taken all of them before the memory is
measured. The host `default` gets the events first, so the memory that the service needs for any upload is not counted.

Then a single host gets 99,000 processes, whose list is read.
"""

import json
import re
import time
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

from bench.client import Client
from bench.footprint import EARLIER, creation, usual_texts
from bench.processes import Programs, Server, resident, serve
from bench.queues import host_path
from bench.results import RATIO_COLUMNS, Goal, Outcome, Table, check, held, spread
from bench.rounds import ROUNDS, alternate

SIZES = (1, 100, 1000, 10_000)
# Of the journal, which keeps all 150 messages of a host by default.
CAPACITIES = (DEFAULT, FEW) = (10_000, 100)
# Fewer rounds than elsewhere, because the largest size takes half a minute with each capacity.
SERVICES = 3
# How often each service is asked for its hosts and for its metrics.
TIMES = 3
PROCESSES, IMAGES = 50, 2
SETTINGS = {"hosts_limit": 20_000, "metrics_hosts": "sum"}
PAGE = 1000
TABLE = 99_000
NOTHING = quote("*\\nothing.exe")
SECONDS = 60
COLUMNS = (
    "hosts",
    "KiB a host, empty",
    "KiB a host, with its events",
    f"the same, `messages.capacity: {FEW}`",
    "service, MiB resident",
    "listing all, ms",
    "events/s",
)
SCRAPE_KIB, SCRAPE_MS = Goal(most=64), Goal(most=50)
LIST, SCRAPE = "list", "scrape"
FIRST, ALL, GLOB, EXIT = "first page", "all pages", "glob without a hit", "an exit"


class Instance(NamedTuple):
    """A service with so many hosts: KiB a host, empty and with its events, MiB of the whole service, and events/s."""

    empty: float
    full: float
    resident: float
    rate: float
    listing_ms: Sequence[float]
    scrape_ms: Sequence[float]
    scrape_kib: float


def of_process(number: int) -> bytes:
    """The events of one process."""
    pid = 1000 + 4 * number
    thread = {"type": "threadCreate", "processId": pid, "creatorProcessId": 4}
    images = [
        {"type": "imageLoad", "processId": pid, "fullImageName": f"\\Windows\\System32\\library-{image}.dll"}
        for image in range(IMAGES)
    ]
    others = (json.dumps(line).encode() + b"\n" for line in (thread, *images))
    return b"".join((creation(number, *usual_texts(number)), *others))


EVENTS = b"".join(of_process(number) for number in range(PROCESSES))
COUNT = EVENTS.count(b"\n")


def timed(client: Client, method: str, path: str) -> tuple[float, bytes]:
    """The milliseconds of a request, which must succeed, and its answer."""
    begun = time.perf_counter()
    answer = client.answer(method, path)
    milliseconds = (time.perf_counter() - begun) * 1000
    check(answer.status == 200, f"{method} {path}: {answer.status} {answer.body[:1000].decode(errors='replace')}")
    return milliseconds, answer.body


def walked(client: Client, path: str, count: int) -> float:
    """The milliseconds of all pages of a list of so many items; the clock stops while a page is parsed."""
    total, items, page = 0.0, 0, f"{path}?limit={PAGE}"
    while True:
        milliseconds, body = timed(client, "GET", page)
        found = json.loads(body)
        total, items = total + milliseconds, items + len(found["items"])
        if "next" not in found:
            check(items == count, f"{path} has {items} items of {count}")
            return total
        page = f"{path}?limit={PAGE}&cursor={found['next']}"


def wait_for_delivery(client: Client, hosts: int) -> None:
    """Wait until the engine has taken every message of so many hosts; none may be lost."""
    sent, deadline = hosts * PROCESSES * IMAGES, time.monotonic() + SECONDS
    while True:
        text = client.answer("GET", "/metrics").body.decode()
        counters = dict(re.findall(r"^wdfilterd_(\w+) (\d+)$", text, re.MULTILINE))
        if int(counters["async_sent_total"]) == sent:
            break
        check(time.monotonic() < deadline, f"the engine took {counters['async_sent_total']} of {sent} messages")
        time.sleep(0.05)
    expected = {
        "processes": hosts * (PROCESSES + 1),
        "direct_sends_total": hosts * PROCESSES,
        "async_enqueued_total": sent,
        "async_failed_notifications_total": 0,
    }
    found = {name: int(counters[name]) for name in expected}
    check(found == expected, f"{found} instead of {expected}")


def instance(programs: Programs, size: int, capacity: int) -> Instance:
    """Start a service, create so many hosts, and upload the events to one after the other over one connection."""
    with serve(programs, messages_capacity=capacity, **SETTINGS) as server:
        client = Client(server.port)
        client.upload(host_path("default"), EVENTS)
        wait_for_delivery(client, 1)
        paths = [host_path(f"size-{number:05}") for number in range(size)]
        bare = resident(server.pid, "RssAnon")
        for path in paths:
            client.ask("PUT", path, {})
        empty = resident(server.pid, "RssAnon")
        begun = time.perf_counter()
        for path in paths:
            client.upload(path, EVENTS)
        seconds = time.perf_counter() - begun
        wait_for_delivery(client, size + 1)
        full, whole = resident(server.pid, "RssAnon"), resident(server.pid)
        asked = alternate(
            {
                LIST: lambda: walked(client, "/v1/hosts", size + 1),
                SCRAPE: lambda: timed(client, "GET", "/metrics")[0],
            },
            TIMES,
        )
        _, scrape = timed(client, "GET", "/metrics")
    return Instance(
        (empty - bare) / size,
        (full - bare) / size,
        whole / 1024,
        size * COUNT / seconds,
        asked[LIST],
        asked[SCRAPE],
        len(scrape) / 1024,
    )


def row(size: int, runs: Sequence[Instance], few: Sequence[Instance]) -> Sequence[str]:
    """The row of a size, with the default capacity except for one column."""
    return (
        f"{size:,}",
        spread([run.empty for run in runs], ".1f"),
        spread([run.full for run in runs]),
        spread([run.full for run in few]),
        spread([run.resident for run in runs]),
        spread([each for run in runs for each in run.listing_ms], ",.1f"),
        spread([run.rate for run in runs]),
    )


def of_table(server: Server) -> list[Sequence[str]]:
    """Memory and reads of a host with 99,000 processes; its journal is full after the first of them."""
    client, host = Client(server.port), host_path("table")
    client.ask("PUT", host, {})
    client.upload(host, b"".join(creation(number, *usual_texts(number)) for number in range(EARLIER)))
    before = resident(server.pid, "RssAnon")
    client.upload(host, b"".join(creation(number, *usual_texts(number)) for number in range(EARLIER, TABLE)))
    memory = (resident(server.pid, "RssAnon") - before) * 1024 / (TABLE - EARLIER)
    path = f"{host}/processes"
    glob = f"{path}?limit={PAGE}&imageFileName={NOTHING}"

    def globbed() -> float:
        milliseconds, body = timed(client, "GET", glob)
        found = json.loads(body)
        check(not found["items"] and "next" not in found, f"{glob} came to {body[:1000].decode()}")
        return milliseconds

    # System is in the list too.
    reads = alternate(
        {
            FIRST: lambda: timed(client, "GET", f"{path}?limit={PAGE}")[0],
            ALL: lambda: walked(client, path, TABLE + 1),
            GLOB: globbed,
        }
    )
    step = TABLE // ROUNDS
    exits = [timed(client, "DELETE", f"{path}/{1000 + 4 * number}")[0] for number in range(0, step * ROUNDS, step)]
    return [
        held(f"bytes a process, of {TABLE:,}", [memory], None, ".0f"),
        held(f"list of {TABLE:,} processes, {FIRST} of {PAGE:,}, ms", reads[FIRST], None, ".1f"),
        held(f"the same, {ALL}, ms", reads[ALL], None, ".0f"),
        held(f"the same, {GLOB}, ms", reads[GLOB], None, ".1f"),
        held(f"{EXIT} among {TABLE:,} processes, ms", exits, None, ".2f"),
    ]


def measure(programs: Programs) -> Outcome:
    """Measure all sizes, each time with a new service, then the table of processes of one host."""
    sides = [(size, capacity) for size in SIZES for capacity in CAPACITIES]
    runs = alternate({side: lambda side=side: instance(programs, *side) for side in sides}, SERVICES)
    rows = [row(size, runs[size, DEFAULT], runs[size, FEW]) for size in SIZES]
    largest, most = runs[SIZES[-1], DEFAULT], f"`GET /metrics` of {SIZES[-1]:,} hosts"
    figures: list[Sequence[str]] = [
        held(f"{most}, KiB", [run.scrape_kib for run in largest], SCRAPE_KIB, ".1f"),
        held(f"{most}, ms", [each for run in largest for each in run.scrape_ms], SCRAPE_MS, ".1f"),
    ]
    with serve(programs) as server:
        figures += of_table(server)
    note = (
        f"{SERVICES} services of each size, {TIMES} lists and scrapes of each service, in pages of {PAGE:,}; "
        f"{COUNT} events a host; {ROUNDS} reads and exits of the one host."
    )
    return Outcome(note, [Table(COLUMNS, rows), Table(("figure", *RATIO_COLUMNS[1:]), figures)])
