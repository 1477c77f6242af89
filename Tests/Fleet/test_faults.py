"""Any of the five processes is killed at any moment: what FLT-1 says is lost, and nothing else."""

import contextlib
import http.client
import random
import time
from collections import Counter
from contextlib import ExitStack
from typing import Any

import pytest
from contract.client import Client, Ledger
from contract.live import EVENT_STREAM, Stream, until
from contract.sample_engine import engine

from conftest import StartFleet
from fleet.callers import Caller
from fleet.fleet import WAYS, Fleet

SEED = 1
CALLERS = 4
# How many requests are answered between two kills, at least and at most.
ANSWERS = 50, 250


class Load:
    """Callers of a fleet, until the end of the test."""

    def __init__(self, fleet: Fleet) -> None:
        """Begin."""
        self.callers = [Caller(fleet, number) for number in range(CALLERS)]
        self._random = random.Random(SEED)

    def some(self) -> None:
        """Wait for some more answers."""
        count = self.answers() + self._random.randint(*ANSWERS)
        until(lambda: self.answers() >= count, "the callers get answers")

    def answers(self) -> int:
        """The number of requests that instances have answered so far."""
        return sum(caller.statuses[status] for caller in self.callers for status in (200, 201, 404))

    def end(self) -> None:
        """End it; raises what was wrong."""
        for caller in self.callers:
            caller.stop()
        statuses = sum((caller.statuses for caller in self.callers), Counter())
        print(f"answers by status, 0 for none: {dict(sorted(statuses.items()))}")

    def lost_from(self) -> set[str]:
        """The instances whose hosts were lost."""
        return {
            life.place
            for caller in self.callers
            for name, lives in caller.lives.items()
            for life in (lives if name in caller.lost else lives[:-1])
        }


def with_engine(start: StartFleet, port: int) -> Fleet:
    """A fleet whose hosts have the engine on this port."""
    return start(more=f"engine:\n  type: webhook\n  url: http://127.0.0.1:{port}/\n")


@pytest.mark.parametrize("victim", ["w1", "w2", "w3"])
def test_a_killed_instance_costs_its_hosts_only(start: StartFleet, victim: str) -> None:
    """Twice: it comes back empty, gets new hosts, and is killed again."""
    with engine() as (port, _):
        fleet = with_engine(start, port)
        load = Load(fleet)
        for _ in range(2):
            load.some()
            address = fleet.instances[victim].port
            fleet.kill(victim)
            load.some()
            fleet.proxy.wait_for(victim, "DOWN")
            load.some()
            fleet.start(victim, address)
            fleet.proxy.wait_for(victim, "UP")
            load.some()
        load.end()
        assert load.lost_from() == {victim}
        conserved(fleet, load)


def test_a_killed_proxy_costs_no_host(start: StartFleet) -> None:
    """All of them are found by the hash."""
    with engine() as (port, _):
        fleet = with_engine(start, port)
        load = Load(fleet)
        for _ in range(4):
            load.some()
            fleet.restart_proxy()
        load.some()
        load.end()
        assert load.lost_from() == set()
        conserved(fleet, load)


def test_a_killed_engine_costs_no_host(start: StartFleet) -> None:
    """Messages fail, and are counted as failed."""
    with ExitStack() as engines:
        port, process = engines.enter_context(engine())
        fleet = with_engine(start, port)
        load = Load(fleet)
        for _ in range(2):
            load.some()
            process.kill()
            process.wait()
            load.some()
            _, process = engines.enter_context(engine(port=port))
        load.some()
        load.end()
        assert load.lost_from() == set()
        failed = conserved(fleet, load)
        assert failed > 0


def test_streams_of_a_killed_instance_end_at_once_and_others_go_on(fleet: Fleet) -> None:
    """FLT-1."""
    places: dict[str, str] = {}
    for number in range(30):
        places |= fleet.create([f"host-{number}"])
        if len(set(places.values())) == 3:
            break
    names = {place: name for name, place in places.items()}
    with ExitStack() as open_streams:
        streams = {
            place: open_streams.enter_context(Stream(fleet.proxy.port, name, EVENT_STREAM))
            for place, name in names.items()
        }
        begun = time.monotonic()
        fleet.kill("w2")
        # The proxy cuts the answer, which a reader may see as a fault.
        with contextlib.suppress(OSError, http.client.HTTPException):
            assert streams.pop("w2").rest() == []
        assert time.monotonic() - begun < 5
        for place, stream in streams.items():
            fleet.machine(names[place]).process()
            assert stream.next().sequence == 1


def test_an_instance_that_hangs_is_left_alone_and_comes_back_with_its_hosts(fleet: Fleet) -> None:
    """It is down after some seconds. What was created elsewhere meanwhile stays there."""
    created = fleet.create([f"host-{number}" for number in range(60)])
    there = [name for name, place in created.items() if place == "w3"]
    fleet.stop_for_a_while("w3")
    fleet.proxy.wait_for("w3", "DOWN")
    again = fleet.create(there[:2])
    assert "w3" not in again.values()
    fleet.go_on("w3")
    fleet.proxy.wait_for("w3", "UP")
    assert fleet.found(created) == created | again


def conserved(fleet: Fleet, load: Load) -> int:
    """Check the sums of every host (ASY-10); how many messages failed."""
    failed = 0
    client = Client(fleet.proxy.port, Ledger())
    for caller in load.callers:
        for name in set(caller.lives) - caller.lost:
            counters: dict[str, Any] = client.call("getCounters", host=name).json
            queue = counters["async"]
            assert queue["enqueued"] == sum(queue[way] for way in WAYS), (name, queue)
            failed += queue["sendFailed"]
    client.close()
    return failed
