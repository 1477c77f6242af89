"""Live streams: server-sent events and NDJSON, read as they arrive."""

import http.client
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from contract.document import DOCUMENT, escaped
from contract.strict import strict_json

EVENT_STREAM = "text/event-stream"
NDJSON = "application/x-ndjson"
FORMATS = (EVENT_STREAM, NDJSON)
HEARTBEAT = "heartbeat"
RETRY = "retry: 1000"
NOTICES = ("gap", "reset", "update", "updatesMissed")
# The streams of a host, with the member that numbers their items.
NUMBERS = {"messages": "sequence", "decisions": "decision", "history": "bucket"}
WAIT_SECONDS = 20


@dataclass(frozen=True)
class Item:
    """An item of a stream: a message, a decision, a bucket, a notice or a heartbeat."""

    event: str
    value: Any = None

    @property
    def sequence(self) -> int:
        """The sequence of a message."""
        sequence: int = self.value["sequence"]
        return sequence


def item_schema(path: str, media: str) -> str:
    """The pointer to the schema of the items of the streams at `path` in the document."""
    return f"/paths/{escaped('/v1/hosts/{host}/' + path)}/get/responses/200/content/{escaped(media)}/x-itemSchema"


def items(lines: Iterator[str], path: str, media: str) -> Iterator[Item]:
    """The items of a stream, each checked against the document."""
    number = NUMBERS[path]
    for item in server_sent(lines, number) if media == EVENT_STREAM else newline_delimited(lines):
        if item.event != HEARTBEAT:
            faults = DOCUMENT.faults(item_schema(path, media), item.value)
            assert faults == [], f"{faults}\nin {item.value}"
        yield item


def server_sent(lines: Iterator[str], number: str) -> Iterator[Item]:
    """Server-sent events, exactly: the fields in one order, a space after each colon, `data` in one line."""
    assert next(lines) == RETRY
    assert next(lines) == ""
    block: list[str] = []
    for line in lines:
        if line:
            block.append(line)
            continue
        yield event_of(block, number)
        block = []
    assert block == [], "the stream ends within an event"


def event_of(block: list[str], number: str) -> Item:
    """The item in the lines of an event, whose id is its member `number`."""
    if block == [": heartbeat"]:
        return Item(HEARTBEAT)
    first, second = block
    name, colon, content = first.partition(": ")
    assert colon
    assert second.startswith("data: ")
    value = strict_json(second.removeprefix("data: ").encode())
    if name == "event":
        assert value.keys() == {content}
        return Item(content, value)
    assert (name, content) == ("id", str(value[number]))
    return Item("message", value)


def newline_delimited(lines: Iterator[str]) -> Iterator[Item]:
    """The same with one JSON text per line."""
    for line in lines:
        value = strict_json(line.encode()) if line else None
        named = next((name for name in NOTICES if value and name in value), "message")
        yield Item(named, value) if line else Item(HEARTBEAT)


class RefusedError(Exception):
    """The service refuses the stream."""


class Stream:
    """A live stream over a separate connection; every wait in it is limited."""

    def __init__(
        self,
        port: int,
        host: str,
        media: str,
        query: Mapping[str, object] | None = None,
        last: object = None,
        path: str = "messages",
    ) -> None:
        """Request the messages of `host`, or what else is at `path`, as `media`; `last` is sent as Last-Event-ID."""
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_SECONDS)
        headers = {"Accept": media} | ({} if last is None else {"Last-Event-ID": str(last)})
        target = f"/v1/hosts/{host}/{path}" + (f"?{urlencode(query)}" if query else "")
        self._connection.request("GET", target, headers=headers)
        self.response = self._connection.getresponse()
        if self.response.status != 200:
            said = self.response.read()
            self._connection.close()
            raise RefusedError(f"{self.response.status}: {said!r}")
        assert self.response.headers["Content-Type"] == media
        assert self.response.headers["Transfer-Encoding"] == "chunked"
        assert self.response.headers["Cache-Control"] == "no-store"
        self._items = items(self._lines(), path, media)

    def _lines(self) -> Iterator[str]:
        while line := self.response.readline():
            assert line.endswith(b"\n"), "the stream ends within a line"
            yield line.decode("utf-8").removesuffix("\n")

    def __enter__(self) -> Self:
        """Return the stream, which is closed at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self.response.close()
        self._connection.close()

    def next(self) -> Item:
        """The next item that is not a heartbeat."""
        return next(item for item in self._items if item.event != HEARTBEAT)

    def heartbeat(self) -> None:
        """Wait for a heartbeat; no other item may arrive first."""
        assert next(self._items).event == HEARTBEAT

    def take(self, count: int) -> list[Item]:
        """The next `count` items that are not heartbeats."""
        return [self.next() for _ in range(count)]

    def rest(self) -> list[Item]:
        """All items that are not heartbeats, to the end of the stream."""
        return [item for item in self._items if item.event != HEARTBEAT]


def until(condition: Callable[[], bool], what: str) -> None:
    """Check repeatedly until `condition` holds, up to a time limit."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"still not: {what}"
        time.sleep(0.01)
