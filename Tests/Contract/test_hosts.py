"""Hosts, their clocks and their journals."""

import threading
import time
from typing import Any

import pytest

from contract.client import Client
from contract.machine import NOW, Machine, new_machine
from contract.story import DLL, REMOTE, A, B, two_processes


class TestTimes:
    """Times, exact to the tick."""

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ("2020-02-21T10:15:30Z", "2020-02-21T10:15:30.0000000Z"),
            ("2020-02-29T23:59:59.5Z", "2020-02-29T23:59:59.5000000Z"),
            ("1601-01-01T00:00:00.0000001Z", "1601-01-01T00:00:00.0000001Z"),
            ("0x1", "1601-01-01T00:00:00.0000001Z"),
            ("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.9999999Z"),
            ("0x24c85a5ed1c03fff", "9999-12-31T23:59:59.9999999Z"),
            ("0x19DB1DED53E8000", "1970-01-01T00:00:00.0000000Z"),
        ],
    )
    def test_a_time_is_kept_exactly(self, machine: Machine, given: str, told: str) -> None:
        assert machine.process(creationTime=given)["creationTime"] == told

    def test_with_a_manual_clock_two_runs_are_equal(self, client: Client) -> None:
        def run(machine: Machine) -> dict[str, Any]:
            two_processes(machine)
            machine.thread(B, **REMOTE)
            machine.drain()
            machine.load(B, DLL)
            machine.call("exitProcess", pid=B)
            machine.drain()
            journal = machine.all("listMessages")
            for entry in journal:
                assert entry["time"] == NOW
                assert entry["message"].pop("host") == machine.name
            host = machine.get("getHost")
            assert (host.pop("name"), host["createdAt"]) == (machine.name, NOW)
            host["engine"].pop("lastLatencyMicroseconds")
            return {"journal": journal, "host": host, "counters": machine.get("getCounters")}

        settings = {"clock": {"mode": "manual", "now": NOW}}
        with new_machine(client, **settings) as first, new_machine(client, **settings) as second:
            assert run(first) == run(second)


class TestJournal:
    """The list of messages."""

    def test_sequences_have_no_gaps_and_pages_go_on(self, machine: Machine) -> None:
        for _ in range(7):
            machine.process()
        page = machine.get("listMessages", query={"limit": 3})
        assert ([entry["sequence"] for entry in page["items"]], page["next"]) == ([1, 2, 3], "3")
        assert (page["oldest"], page["newest"]) == (1, 7)
        entries = machine.all("listMessages", query={"limit": 2})
        assert [entry["sequence"] for entry in entries] == list(range(1, 8))
        assert [machine.get("getMessage", sequence=entry["sequence"]) for entry in entries] == entries
        assert machine.get("listMessages", query={"after": 7}) == {"items": [], "oldest": 1, "newest": 7}

    def test_a_journal_without_messages(self, machine: Machine) -> None:
        page = machine.get("listMessages")
        assert (page["items"], page["newest"], "next" in page) == ([], 0, False)

    def test_messages_are_found_by_what_they_are(self, machine: Machine) -> None:
        two_processes(machine)
        machine.thread(B, **REMOTE)
        machine.drain()

        def found(**query: object) -> list[int]:
            return [entry["sequence"] for entry in machine.all("listMessages", query={"limit": 1, **query})]

        assert found() == [1, 2, 3, 4]
        assert [found(kind=kind) for kind in ("direct", "sync", "async")] == [[1, 2], [3], [4]]
        assert found(operation="CreateThread") == [4]
        assert found(processId=A) == [1, 3, 4]
        assert found(processId=A, kind="direct") == [1]
        assert found(delivery="sent", after=2) == [3, 4]
        assert found(delivery="dropped") == []

    def test_a_reader_waits_for_the_next_message(self, machine: Machine) -> None:
        machine.process()
        pages: list[dict[str, Any]] = []

        def read() -> None:
            client = machine.client.again()
            query = {"after": 1, "waitMs": 60000, "kind": "direct"}
            pages.append(client.call("listMessages", host=machine.name, query=query).json)
            client.close()

        reader = threading.Thread(target=read)
        reader.start()
        deadline = time.monotonic() + 50
        while reader.is_alive() and time.monotonic() < deadline:
            machine.process()
            reader.join(timeout=0.05)
        reader.join()
        assert pages[0]["items"][0]["sequence"] == 2

    def test_a_reader_gives_up_when_time_is_up(self, machine: Machine) -> None:
        begin = time.monotonic()
        assert machine.get("listMessages", query={"waitMs": 300})["items"] == []
    def test_messages_are_counted_by_what_they_are(self, machine: Machine) -> None:
        two_processes(machine)
        machine.thread(B, **REMOTE)
        machine.drain()

        def count(**query: object) -> int:
            number: int = machine.get("countMessages", query=query)["count"]
            return number

        assert machine.get("countMessages") == {"count": 4, "oldest": 1, "newest": 4}
        assert [count(kind=kind) for kind in ("direct", "sync", "async")] == [2, 1, 1]
        assert (count(operation="CreateThread"), count(processId=A), count(processId=A, kind="direct")) == (1, 3, 1)
        assert (count(delivery="sent", after=2), count(delivery="dropped"), count(after=2**64 - 1)) == (2, 0, 0)
        assert count(atLeast=1_000_000) == 4
        assert count(atLeast=4, waitMs=60_000) == 4

    def test_a_count_waits_for_enough_messages(self, machine: Machine) -> None:
        machine.process()
        counts: list[int] = []

        def read() -> None:
            client = machine.client.again()
            query = {"atLeast": 3, "waitMs": 60000, "kind": "direct", "delivery": "sent"}
            counts.append(client.call("countMessages", host=machine.name, query=query).json["count"])
            client.close()

        reader = threading.Thread(target=read)
        reader.start()
        reader.join(timeout=0.3)
        machine.process()
        reader.join(timeout=0.3)
        assert reader.is_alive()
        machine.process()
        reader.join(timeout=50)
        assert counts == [3]

    def test_a_count_gives_up_when_time_is_up(self, machine: Machine) -> None:
        machine.process()
        begin = time.monotonic()
        assert machine.get("countMessages", query={"waitMs": 300, "atLeast": 2})["count"] == 1
        assert time.monotonic() - begin >= 0.29

        assert time.monotonic() - begin >= 0.29


class TestHosts:
    """Hosts are independent of each other."""

    def test_what_is_done_on_one_does_not_show_on_another(self, machine: Machine, client: Client) -> None:
        with new_machine(client) as other:
            before = other.snapshot()
            two_processes(machine)
            machine.thread(B, **REMOTE)
            machine.call("createStreamContext", body={"fileName": DLL})
            machine.call("loadDriver", body={"fullImageName": "a.sys"})
            machine.call("putRulePolicies", body={"items": [{"imageFileName": "*", "rules": 1}]})
            assert other.snapshot() == before

    def test_a_host_made_anew_starts_afresh(self, machine: Machine) -> None:
        machine.process(processId=A)
        machine.call("deleteHost")
        machine.call("putHost", body={}, expect=201)
        assert machine.get("listMessages")["newest"] == 0
        machine.call("getProcess", pid=A, expect=404)
