"""Common parts of the tests of live streams."""

import time

import pytest

from contract.document import DOCUMENT
from contract.live import FORMATS, WAIT_SECONDS, Item, RefusedError, Stream
from contract.machine import Machine
from contract.notices import send_async

LIST = DOCUMENT.operations["listMessages"]

each_format = pytest.mark.parametrize("media", FORMATS)


def stream(machine: Machine, media: str, last: object = None, **query: object) -> Stream:
    """A live stream of the messages of a host."""
    return Stream(machine.client.port, machine.name, media, query, last)


def rows(machine: Machine, path: str, media: str, last: object = None, **query: object) -> Stream:
    """A live stream of the decisions or the history of a host."""
    return Stream(machine.client.port, machine.name, media, query, last, path)


def stream_in_time(machine: Machine, media: str, **query: object) -> Stream:
    """A live stream, as soon as there is a slot for one."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return stream(machine, media, **query)
        except RefusedError as refusal:
            if "limit-reached" not in str(refusal) or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


def sequences(told: list[Item]) -> list[int]:
    """The sequences of the messages in `told`."""
    assert {item.event for item in told} <= {"message"}
    return [item.sequence for item in told]


def make(machine: Machine, count: int) -> list[int]:
    """Create `count` messages; return their sequences."""
    return [int(send_async(machine, "LogPrint")["sequence"]) for _ in range(count)]
