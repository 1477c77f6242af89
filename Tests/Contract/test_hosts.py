"""Hosts, their clocks and their journals."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from contract.client import Client
from contract.machine import NOW, Machine, new_machine
from contract.receiver import new_receiver
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
            requests: dict[str, int] = {}
            for entry in journal:
                assert entry["time"] == NOW
                assert entry["message"].pop("host") == machine.name
                entry["requestId"] = requests.setdefault(entry["requestId"], len(requests))
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

    def test_a_reader_gives_up_when_time_is_up(self, machine: Machine) -> None:
        begin = time.monotonic()
        assert machine.get("listMessages", query={"waitMs": 300})["items"] == []
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


class TestReset:
    """A host that is reset, or replaced by a fresh one."""

    def test_a_reset_host_is_in_the_state_of_its_creation(self, client: Client) -> None:
        settings: dict[str, Any] = {
            "config": {"asyncStarvationLimit": 3},
            "clock": {"mode": "manual", "now": NOW},
            "engine": {"type": "embedded", "delayMs": 1},
            "rulePolicies": {"items": [{"imageFileName": "*", "rules": ["NotifyImageLoadRule"]}]},
        }
        with new_machine(client, **settings) as machine:
            before = machine.snapshot()
            two_processes(machine)
            machine.call("createStreamContext", body={"fileName": DLL})
            machine.call("loadDriver", body={"fullImageName": "a.sys"})
            machine.call("putRulePolicies", body={"items": []})
            machine.call("patchConfig", body={"asyncStarvationLimit": 9})
            machine.call("putClock", body={"mode": "system"})
            machine.call("putEngine", body={"type": "none"})
            machine.call("putWorker", body={"state": "paused"})
            assert machine.get("resetHost") == machine.get("getHost")
            assert machine.snapshot() == before
            machine.process()
            assert machine.get("listMessages")["items"][0]["sequence"] == 1

    def test_creation_time_and_ids_are_new(self, machine: Machine) -> None:
        with new_receiver() as receiver:
            machine.call("putEngine", body=receiver.setting)
            before = machine.get("getHost")
            machine.process()
            after = machine.call("resetHost", query={"keep": "engine"}).json
            assert (after["engine"]["url"], after["engine"]["lastLatencyMicroseconds"]) == (
                before["engine"]["url"],
                None,
            )
            assert after["createdAt"] > before["createdAt"]
            machine.process()
            first, second = (json.loads(request.body) for request in receiver.received)
        assert (first["data"]["sequence"], second["data"]["sequence"]) == (1, 1)
        assert first["id"] != second["id"]

    def test_a_reader_of_the_former_host_is_told_of_the_reset(self, machine: Machine) -> None:
        two_processes(machine)
        machine.call("resetHost")
        machine.process()
        headers = {"Accept": "application/x-ndjson", "Last-Event-ID": "2"}
        answer = machine.call("listMessages", query={"limit": 1}, headers=headers)
        assert [next(iter(json.loads(line))) for line in answer.body.splitlines()][:1] == ["reset"]

    def test_a_fresh_host_replaces_another(self, machine: Machine) -> None:
        machine.process(processId=A)
        body = {"config": {"asyncStarvationLimit": 3}}
        machine.call("putHost", body=body, expect=409)
        machine.call("putHost", body=body, query={"fresh": True}, expect=200)
        assert machine.get("getConfig")["asyncStarvationLimit"] == 3
        machine.call("getProcess", pid=A, expect=404)
        machine.call("putHost", body=body, expect=200)
        machine.call("deleteHost")
        machine.call("putHost", body=body, query={"fresh": True}, expect=201)

    @pytest.mark.parametrize("keep", ["", ",", "clock", "engine,", "Engine", "engine rulePolicies"])
    def test_what_cannot_be_kept_is_refused(self, machine: Machine, keep: str) -> None:
        machine.process()
        problem = machine.get("resetHost", query={"keep": keep}, expect=400)
        assert [fault["parameter"] for fault in problem["errors"]] == ["keep"]
        assert machine.get("listMessages")["newest"] == 1

    def test_a_reset_ends_an_upload(self, machine: Machine) -> None:
        """The lines that were applied went to the former host; the rest is skipped."""
        taken = threading.Event()

        def lines() -> Iterator[bytes]:
            yield b'{"type":"processCreate","imageFileName":"a.exe"}\n'
            taken.wait(50)
            yield b'{"type":"processCreate","imageFileName":"b.exe"}\n'

        reports: list[dict[str, Any]] = []

        def upload() -> None:
            client = machine.client.again()
            reports.append(client.call("postEvents", host=machine.name, data=lines()).json)
            client.close()

        uploader = threading.Thread(target=upload)
        uploader.start()
        assert machine.get("countMessages", query={"waitMs": 50_000})["count"] == 1
        machine.call("resetHost")
        taken.set()
        uploader.join()
        assert (reports[0]["applied"], reports[0]["skipped"]) == (1, {"host-removed": 1})
        assert machine.get("listMessages")["newest"] == 0
