"""Many hosts with one engine: the rate of all their messages together, and how many descriptors it takes."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bench.engine import Receiver
from bench.processes import Server
from bench.queues import deliver
from bench.results import Goal, held, spread
from bench.rounds import alternate, ratios

SIZES = (100, 1000, 4000)
MESSAGES = 40_000
LEAST = Goal(least=0.8)
# engine.connections, and some for requests.
DESCRIPTORS = Goal(most=512 + 16)
COLUMNS = ("hosts", "messages/s")


class Round(NamedTuple):
    """One round of a size."""

    rate: float
    descriptors: int


class Descriptors:
    """Looks how many descriptors a process has, and keeps the most."""

    def __init__(self, pid: int) -> None:
        """Of the process `pid`."""
        self.path = Path(f"/proc/{pid}/fd")
        self.idle = self.most = sum(1 for _ in self.path.iterdir())
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.look)
        self.thread.start()

    def look(self) -> None:
        """Look until it is over."""
        while not self.over.wait(0.02):
            self.most = max(self.most, sum(1 for _ in self.path.iterdir()))

    def stop(self) -> int:
        """End the looking; how many there were above idle."""
        self.over.set()
        self.thread.join()
        return self.most - self.idle


def delivered(server: Server, engine: Receiver, size: int) -> Round:
    """The messages of so many hosts, delivered."""
    descriptors = Descriptors(server.pid)
    try:
        rate = deliver(server, engine, [f"bench-{number:04}" for number in range(size)], MESSAGES).rate
    finally:
        above = descriptors.stop()
    return Round(rate, above)


def compare(server: Server, engine: Receiver) -> tuple[list[Sequence[str]], list[Sequence[str]]]:
    """The rows of all sizes, and those of the ratios."""
    rounds = alternate({size: lambda size=size: delivered(server, engine, size) for size in SIZES})
    rates = {size: [each.rate for each in found] for size, found in rounds.items()}
    rows = [(f"{size:,}", spread(found)) for size, found in rates.items()]
    first, *others = SIZES
    compared = [held(f"rate, {size:,} hosts to {first}", ratios(rates[size], rates[first]), LEAST) for size in others]
    for size, found in rounds.items():
        most = max(each.descriptors for each in found)
        compared.append(held(f"descriptors above idle, {size:,} hosts", [most], DESCRIPTORS, ".0f"))
    return rows, compared
