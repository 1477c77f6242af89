"""The references that post messages with libcurl: ../curl-loop.c and ../curl-multi.c."""

import json

from bench.engine import Receiver
from bench.processes import Programs, run
from bench.queues import Delivery
from bench.results import check

FEW = 6_400
SECONDS = 0.8


def enough(programs: Programs, name: str, receiver: Receiver, message: str, *more: str) -> int:
    """How many messages keep a reference busy for about a second: a multiple of 64, so that 64 hosts can share them."""
    rate = post(programs, name, receiver, message, FEW, *more).rate
    return round(rate * SECONDS / 64) * 64


def post(programs: Programs, name: str, receiver: Receiver, message: str, messages: int, *more: str) -> Delivery:
    """Let a reference post so many messages, copies of the one in the file `message`."""
    receiver.reset()
    _, output = run([programs.reference(name), receiver.url, message, str(messages), *more])
    count = receiver.count()
    check(count.messages == messages, f"{count.messages} of {messages} messages of {name} came")
    spent = json.loads(output)
    return Delivery(count.rate, spent["userMicroseconds"], spent["systemMicroseconds"], count.request_bytes)
