"""Hosts filled to the limits in docs/limits.md."""

import base64
import json
from collections.abc import Iterator
from typing import Any

from cost.asking import NDJSON, Connection, Request, sending

LONGEST = 32_766
"""UTF-16 units of a name or a command line."""
WORST = "\x01" * LONGEST
"""The longest text whose characters take one byte in memory and six in JSON."""
RAW_BYTES = 65_536

HOSTS = 4096
PROCESSES = 100_000
THREADS = 1_000_000
CONTEXTS = 65_536
DRIVERS = 65_536
POLICIES = 10_000
POLICY_UNITS = 65_536
JOURNAL_OF_RAW = 1000
QUEUED = 200_000

ROOM = 500
"""The room left below each limit for the requests that are measured."""
WORST_PROCESSES = 600
LONG_PROCESSES = 2000
FIRST_SHORT = 40_000
"""Processes with ids from here on have short names."""


def line(kind: str, **members: Any) -> bytes:  # noqa: ANN401
    """A line of an upload."""
    return json.dumps({"type": kind, **members}, separators=(",", ":")).encode()


def short_processes(count: int, first: int = FIRST_SHORT) -> Iterator[bytes]:
    """Processes with short names and with ids from `first` on, in steps of 4."""
    for number in range(count):
        yield b'{"type":"processCreate","processId":%d,"imageFileName":"p.exe"}' % (first + 4 * number)


def threads(process: int, count: int) -> Iterator[bytes]:
    """Threads of one process."""
    made = b'{"type":"threadCreate","processId":%d,"creatorProcessId":%d}' % (process, process)
    return (made for _ in range(count))


def policies(count: int, units: int, *, rules: str = "0x4") -> list[dict[str, Any]]:
    """Rule policies that match nothing and take as long as possible, with at most `units` characters of patterns."""
    length = min(LONGEST // 2, units // count)
    ends = (f"b{number}" for number in range(count))
    return [{"imageFileName": "*" + "a" * (length - 1 - len(end)) + end, "rules": rules} for end in ends]


class Filled:
    """A service with a host for each type of resource that can be full."""

    HOSTS_MADE = ("full", "journal", "queue", "policies")

    def __init__(self, port: int) -> None:
        """Fill the service on `port`. This takes a few hundred MB of uploads."""
        self.connection = Connection(port)
        for host in self.HOSTS_MADE:
            self.put(host)
        self._processes()
        self._things()
        self._journal()
        self._queue()
        self._policies()
        for number in range(HOSTS - ROOM - len(self.HOSTS_MADE) - 1):
            self.put(f"host-{number}")

    def put(self, host: str) -> None:
        """Create a host."""
        self.connection.body(sending("PUT", f"/v1/hosts/{host}", {}))

    def upload(self, host: str, lines: Iterator[bytes]) -> None:
        """Send lines in uploads of some MB, because Python builds each body in memory."""
        part: list[bytes] = []
        size = 0
        for one in lines:
            part.append(one)
            size += len(one)
            if size > 64 << 20:
                self.connection.upload(host, part)
                part, size = [], 0
        if part:
            self.connection.upload(host, part)

    def _processes(self) -> None:
        def lines() -> Iterator[bytes]:
            for number in range(WORST_PROCESSES + LONG_PROCESSES):
                text = WORST if number < WORST_PROCESSES else "x" * LONGEST
                yield line("processCreate", processId=8 + 4 * number, imageFileName=text, commandLine=text)
            yield from short_processes(PROCESSES - ROOM - WORST_PROCESSES - LONG_PROCESSES)

        self.upload("full", lines())

    def _things(self) -> None:
        def lines() -> Iterator[bytes]:
            yield from threads(FIRST_SHORT, THREADS - PROCESSES - ROOM)
            for number in range(CONTEXTS - ROOM):
                yield line("streamContext", fileName=f"{number}.dll")
            for number in range(DRIVERS - ROOM):
                yield line("driverLoad", fullImageName=f"{number}.sys")

        self.upload("full", lines())

    def _journal(self) -> None:
        raw = base64.b64encode(bytes(RAW_BYTES)).decode()
        body = {"operation": "RawVolumeWrite", "processId": 4, "data": raw}
        request = sending("POST", "/v1/hosts/journal/notifications/async", body)
        for _ in range(JOURNAL_OF_RAW):
            self.connection.body(request)

    def _queue(self) -> None:
        host = "/v1/hosts/queue"
        self.connection.body(sending("PATCH", f"{host}/config", {"maxAsyncNotificationCount": 1_000_000}))
        self.connection.body(sending("PUT", f"{host}/worker", {"state": "paused"}))
        self.upload("queue", messages(QUEUED))

    def _policies(self) -> None:
        body = {"items": policies(POLICIES, POLICY_UNITS)}
        self.connection.body(sending("PUT", "/v1/hosts/policies/rule-policies", body))

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


def messages(count: int, process: int = 8) -> Iterator[bytes]:
    """Events that cause `count` async messages and a few more: image loads in a process without rules."""
    yield line("processCreate", processId=process, imageFileName="a.exe")
    load = line("imageLoad", processId=process, fullImageName="a.dll")
    yield from (load for _ in range(count))


def events(count: int) -> bytes:
    """An upload with the lines of `messages` and the exit of the process."""
    return b"\n".join([*messages(count, process=2_000_000), line("processExit", processId=2_000_000)])


def upload_of(host: str, body: bytes, query: str = "") -> Request:
    """An upload to `host`."""
    return Request("POST", f"/v1/hosts/{host}/events{query}", body, NDJSON)
