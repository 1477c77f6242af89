"""The cost of operations as the number of things grows: it must not grow faster than documented.

Measured as CPU time of the service, as the ratio between two sizes. With 16 times as many things, a cost that is
independent of their number stays the same, and a linear cost is 16 times as high. With 8 times as many, a linear cost
is 8 times as high, and a quadratic one 64 times. The limits are in between.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from urllib.parse import quote

import pytest

from conftest import Starting
from cost.asking import Connection, Request, get, sending
from cost.figures import Figures
from cost.filled import line, messages, policies, short_processes, threads
from cost.growth import Doing, cost_of

HOST = "/v1/hosts/default"
TITLE = "Growth"
HEAD = ("cost of", "with n", "order", "n", "µs at n", "µs at the largest", "times as many", "times as much", "at most")
FREE, LINEAR = "free", "linear"
SPAN = {FREE: 16, LINEAR: 8}
MOST = {FREE: 5.0, LINEAR: 24.0}


class World:
    """A service with one host that a test fills."""

    def __init__(self, connection: Connection, process: int) -> None:
        """Use `connection` to the service with the pid `process`."""
        self.connection = connection
        self.process = process

    def repeat(self, request: Request) -> Doing:
        """Repeat a request."""

        def doing(times: int) -> None:
            for _ in range(times):
                self.connection.body(request)

        return doing

    def upload(self, lines: Iterator[bytes]) -> None:
        """Send events to the host."""
        self.connection.upload("default", lines)


@dataclass(frozen=True)
class Growing:
    """An operation whose cost is measured with n things."""

    name: str
    things: str
    order: str
    smallest: int
    prepare: Callable[[World, int], Doing]
    """Creates n things and returns the operation to measure."""
    once: bool = False
    settings: str = ""

    @property
    def id(self) -> str:
        """The name of the test."""
        return f"{self.name}-{self.things}".replace(" ", "-")


def among_processes(doing: Callable[[World], Doing]) -> Callable[[World, int], Doing]:
    """With n processes."""

    def prepare(world: World, count: int) -> Doing:
        world.upload(short_processes(count, first=8))
        return doing(world)

    return prepare


def create_and_exit(world: World) -> Doing:
    """Low ids are freed and reused; between that, a process with a given id is created and exits."""
    one = [
        line("processExit", processId=8),
        line("processCreate", processId=8, imageFileName="a.exe"),
        line("processCreate", imageFileName="b.exe", processId=2_000_000),
        line("processExit", processId=2_000_000),
    ]
    return lambda times: world.upload(iter(one * times))


def create_without_id(world: World) -> Doing:
    """As above, but the service chooses the id."""
    exit_and_create = [
        line("processExit", processId=8),
        line("processCreate", processId=8, imageFileName="a.exe"),
    ]

    def doing(times: int) -> None:
        for _ in range(times):
            world.upload(iter(exit_and_create))
            made = world.connection.body(sending("POST", f"{HOST}/processes?explain=false", {"imageFileName": "b.exe"}))
            pid = json.loads(made)["process"]["processId"]
            world.connection.body(Request("DELETE", f"{HOST}/processes/{pid}"))

    return doing


def among_contexts(world: World, count: int) -> Doing:
    """A page of n stream contexts."""
    world.upload(line("streamContext", fileName=f"{number}.dll") for number in range(count))
    return world.repeat(get(f"{HOST}/stream-contexts?limit=100"))


def among_drivers(world: World, count: int) -> Doing:
    """A page of n drivers."""
    world.upload(line("driverLoad", fullImageName=f"{number}.sys") for number in range(count))
    return world.repeat(get(f"{HOST}/drivers?limit=100"))


def among_threads(world: World, count: int) -> Doing:
    """A page of the threads of a process with n threads."""
    world.upload(threads(4, count))
    return world.repeat(get(f"{HOST}/processes/4/threads?limit=100"))


def process_with_threads(world: World, count: int) -> Doing:
    """The exit of a process with n threads."""
    world.upload(iter([line("processCreate", processId=1000, imageFileName="a.exe")]))
    world.upload(threads(1000, count))
    return world.repeat(Request("DELETE", f"{HOST}/processes/1000"))


def host_with_processes(world: World, count: int) -> Doing:
    """The deletion of a host with n processes."""
    world.connection.body(sending("PUT", "/v1/hosts/doomed", {}))
    world.connection.upload("doomed", short_processes(count, first=1000))
    return world.repeat(Request("DELETE", "/v1/hosts/doomed"))


def among_messages(world: World, count: int) -> Doing:
    """A page of a journal with n messages."""
    world.upload(messages(count))
    return world.repeat(get(f"{HOST}/messages?limit=100"))


def queued(world: World, count: int) -> Doing:
    """A page of a queue with n messages."""
    world.connection.body(sending("PATCH", f"{HOST}/config", {"maxAsyncNotificationCount": 1_000_000}))
    world.connection.body(sending("PUT", f"{HOST}/worker", {"state": "paused"}))
    world.upload(messages(count))
    return world.repeat(get(f"{HOST}/queues?entries=100"))


def hosts(request: Request) -> Callable[[World, int], Doing]:
    """The request with n hosts."""

    def prepare(world: World, count: int) -> Doing:
        for number in range(count):
            world.connection.body(sending("PUT", f"/v1/hosts/host-{number}", {}))
        return world.repeat(request)

    return prepare


def uploaded(world: World, count: int) -> Doing:
    """An upload of n lines."""
    lines = [*messages(count), line("processExit", processId=8)]
    return lambda times: [world.upload(iter(lines)) for _ in range(times)]


def refused(world: World, count: int) -> Doing:
    """A body with n unknown members."""
    request = sending("PATCH", f"{HOST}/config", {f"unknown{number}": 1 for number in range(count)})
    return lambda times: [world.connection.ask(request) for _ in range(times)]


def glob(pattern: str) -> str:
    """A target that lists processes by image file name."""
    return f"{HOST}/processes?limit=1&imageFileName={quote(pattern, safe='')}"


def glob_of(world: World, count: int) -> Doing:
    """A pattern of n characters that nearly matches the names of 8 processes, which are twice as long."""
    world.upload(line("processCreate", imageFileName="a" * 2 * count, processId=1000 + 4 * n) for n in range(8))
    return world.repeat(get(glob("*" + "a" * (count - 2) + "b")))


def policy_of(world: World, count: int) -> Doing:
    """A creation with a policy whose pattern has n characters, and with a name twice as long."""
    world.connection.body(sending("PUT", f"{HOST}/rule-policies", {"items": policies(1, count)}))
    return create(world, 2 * count)


def policies_of(world: World, count: int) -> Doing:
    """A creation with n policies."""
    items = [{"imageFileName": f"*aab{number}*", "rules": "0x4"} for number in range(count)]
    world.connection.body(sending("PUT", f"{HOST}/rule-policies", {"items": items}))
    return create(world, 4000)


def create(world: World, characters: int) -> Doing:
    """A process with a name of this many characters is created and exits."""
    one = [
        line("processCreate", processId=2_000_000, imageFileName="a" * characters, commandLine=""),
        line("processExit", processId=2_000_000),
    ]
    return lambda times: world.upload(iter(one * times))


A_PAGE = f"{HOST}/processes?limit=100"
GROWING = [
    Growing("a page of processes", "processes", FREE, 4000, among_processes(lambda w: w.repeat(get(A_PAGE)))),
    Growing("low ids freed and taken", "processes", FREE, 4000, among_processes(create_and_exit)),
    Growing("a creation without an id", "processes", FREE, 4000, among_processes(create_without_id)),
    Growing("the counters", "processes", FREE, 4000, among_processes(lambda w: w.repeat(get(f"{HOST}/counters")))),
    Growing("a page of threads", "threads", FREE, 20_000, among_threads),
    Growing("a page of stream contexts", "contexts", FREE, 4000, among_contexts),
    Growing("a page of drivers", "drivers", FREE, 4000, among_drivers),
    Growing("the end of a process", "threads", LINEAR, 20_000, process_with_threads, once=True),
    Growing("the end of a host", "processes", LINEAR, 10_000, host_with_processes, once=True),
    Growing("a page of messages", "messages", FREE, 500, among_messages),
    Growing("a look at the queue", "messages", FREE, 2000, queued),
    Growing("a page of hosts", "hosts", FREE, 200, hosts(get("/v1/hosts?limit=100"))),
    Growing("the metrics", "hosts", LINEAR, 100, hosts(get("/metrics"))),
    Growing("an upload", "lines", LINEAR, 1000, uploaded),
    Growing("a refusal", "unknown members", LINEAR, 1000, refused),
    Growing("a glob of a query", "characters", LINEAR, 64, glob_of),
    Growing("a creation", "characters of a policy", LINEAR, 1000, policy_of),
    Growing("a creation", "policies", LINEAR, 500, policies_of),
]


@contextmanager
def measuring(start: Starting, settings: str) -> Iterator[World]:
    """Start a service for this measurement."""
    service = start(settings)
    with closing(Connection(service.port)) as connection:
        yield World(connection, service.process.pid)


@pytest.mark.parametrize("growing", GROWING, ids=lambda growing: growing.id)
def test_cost_grows_no_faster_than_documented(start: Starting, figures: Figures, growing: Growing) -> None:
    span = SPAN[growing.order]
    costs = []
    for count in (growing.smallest, growing.smallest * span):
        with measuring(start, growing.settings) as world:
            costs.append(cost_of(world.process, growing.prepare(world, count), once=growing.once))
    ratio = costs[1] / costs[0]
    figures.add(
        TITLE,
        HEAD,
        growing.name,
        growing.things,
        growing.order,
        f"{growing.smallest:,}",
        *(f"{seconds * 1e6:,.1f}" for seconds in costs),
        str(span),
        f"{ratio:.1f}",
        f"{MOST[growing.order]:.0f}",
    )
    assert ratio <= MOST[growing.order]
