"""The content of live streams of messages, as server-sent events and as NDJSON."""

import signal
import threading
import time
from contextlib import ExitStack

import pytest

from contract.live import WAIT_SECONDS
from contract.machine import Machine
from contract.notices import encoded, send_async, send_sync
from contract.service import StartService
from contract.story import DLL, RULE, A, B, two_processes
from contract.streams import each_format, make, sequences, stream, stream_in_time


class TestMessages:
    """The items of a stream."""

    @each_format
    def test_it_begins_with_the_oldest_and_goes_on_as_they_come(self, machine: Machine, media: str) -> None:
        make(machine, 3)
        with stream(machine, media) as live:
            assert sequences(live.take(3)) == [1, 2, 3]
            for number in range(4, 8):
                assert make(machine, 1) == [number]
                assert sequences(live.take(1)) == [number]

    @each_format
    def test_it_waits_for_the_first_message(self, machine: Machine, media: str) -> None:
        with stream(machine, media) as live:
            make(machine, 1)
            assert sequences(live.take(1)) == [1]

    @each_format
    def test_a_message_is_told_as_the_journal_has_it(self, machine: Machine, media: str) -> None:
        two_processes(machine)
        machine.thread(B, creatorProcessId=A)
        send_sync(machine, "RegistryEventSync", {"registryData": encoded(b"\r\n: data: \0")}, processId=B)
        machine.load(B, "a\r\nid: 9\n\n\u2028\x85.dll")
        machine.drain()
        journal = machine.all("listMessages")
        with stream(machine, media) as live:
            assert [item.value for item in live.take(len(journal))] == journal

    @each_format
    def test_each_message_is_told_once_as_it_stands(self, machine: Machine, media: str) -> None:
        machine.call("putWorker", body={"state": "paused"})
        make(machine, 2)
        with stream(machine, media) as live:
            assert [item.value["delivery"] for item in live.take(2)] == ["queued", "queued"]
            machine.call("stepWorker", body={"count": 2})
            make(machine, 1)
            assert sequences(live.take(1)) == [3]
        with stream(machine, media, limit=3) as again:
            assert [item.value["delivery"] for item in again.rest()] == ["sent", "sent", "queued"]

    @each_format
    def test_a_message_of_the_largest_size_comes_whole(self, machine: Machine, media: str) -> None:
        data = encoded(bytes(range(256)) * 256)
        send_async(machine, "SendFile", data=data)
        with stream(machine, media) as live:
            [item] = live.take(1)
            assert item.value["message"]["data"] == data

    @each_format
    def test_many_readers_and_writers_lose_nothing(self, machine: Machine, media: str) -> None:
        writers, each = 3, 60
        whole = list(range(1, writers * each + 1))
        with ExitStack() as opened:
            readers = [opened.enter_context(stream(machine, media, limit=len(whole))) for _ in range(3)]

            def write() -> None:
                client = machine.client.again()
                make(Machine(client, machine.name), each)
                client.close()

            threads = [threading.Thread(target=write) for _ in range(writers)]
            for thread in threads:
                thread.start()
            assert [sequences(reader.rest()) for reader in readers] == [whole] * 3
            for thread in threads:
                thread.join()


class TestBeginning:
    """The first and the last item of a stream."""

    @each_format
    def test_after_says_where_it_begins(self, machine: Machine, media: str) -> None:
        make(machine, 5)
        for after, expected in ((0, [1, 2, 3, 4, 5]), (3, [4, 5]), (5, []), (7, [])):
            with stream(machine, media, after=after) as live:
                assert sequences(live.take(len(expected))) == expected
        with stream(machine, media, after=6) as live:
            assert make(machine, 3) == [6, 7, 8]
            assert sequences(live.take(2)) == [7, 8]

    @each_format
    def test_it_goes_on_after_the_last_event_without_a_gap(self, machine: Machine, media: str) -> None:
        make(machine, 4)
        with stream(machine, media) as live:
            got = sequences(live.take(2))
        make(machine, 4)
        with stream(machine, media, last=got[-1]) as live:
            got += sequences(live.take(6))
        assert got == [1, 2, 3, 4, 5, 6, 7, 8]

    @each_format
    def test_the_last_event_goes_before_after(self, machine: Machine, media: str) -> None:
        make(machine, 5)
        with stream(machine, media, last=4, after=1) as live:
            assert sequences(live.take(1)) == [5]
        with stream(machine, media, last=0, after=4) as live:
            assert sequences(live.take(1)) == [1]
        with stream(machine, media, last="", after=4) as live:  # browsers send none if they have none
            assert sequences(live.take(1)) == [5]

    @each_format
    def test_a_page_does_not_begin_after_the_last_event(self, machine: Machine, media: str) -> None:
        make(machine, 2)
        page = machine.get("listMessages", headers={"Last-Event-ID": "1"})
        assert [entry["sequence"] for entry in page["items"]] == [1, 2]
        with stream(machine, media, last=1) as live:
            assert sequences(live.take(1)) == [2]

    @each_format
    def test_it_ends_after_its_limit(self, machine: Machine, media: str) -> None:
        make(machine, 3)
        with stream(machine, media, limit=2) as live:
            assert sequences(live.rest()) == [1, 2]
        with stream(machine, media, limit=5, after=1) as live:
            make(machine, 6)
            assert sequences(live.rest()) == [2, 3, 4, 5, 6]
        with stream(machine, media, limit=100, operation="PostMount") as live:
            for _ in range(100):
                send_async(machine, "PostMount")
            assert len(live.rest()) == 100

    @each_format
    def test_it_ends_when_the_host_is_removed(self, machine: Machine, media: str) -> None:
        make(machine, 1)
        with stream(machine, media) as idle, stream(machine, media, after=10) as waiting:
            idle.take(1)
            machine.call("deleteHost")
            assert idle.rest() == waiting.rest() == []

    @each_format
    def test_it_ends_when_the_service_stops(self, start: StartService, media: str) -> None:
        service, client = start("server:\n  shutdownTimeoutMs: 60000\n")
        machine = Machine(client, "default")
        make(machine, 2)
        client.close()
        with stream(machine, media) as live, stream(machine, media, after=9) as waiting:
            live.take(2)
            begin = time.monotonic()
            service.process.send_signal(signal.SIGTERM)
            assert live.rest() == waiting.rest() == []
            assert service.process.wait(timeout=WAIT_SECONDS) == 0
            assert time.monotonic() - begin < WAIT_SECONDS
        assert len(service.errors().splitlines()) == 1

    @each_format
    def test_a_reader_that_hangs_up_frees_its_place(self, start: StartService, media: str) -> None:
        _, client = start("messages:\n  streamLimit: 1\n  heartbeatMs: 20\n")
        machine = Machine(client, "default")
        for _ in range(4):
            with stream_in_time(machine, media) as live:
                make(machine, 1)
                live.take(1)


class TestFilters:
    """The same filters as for pages."""

    def story(self, machine: Machine) -> None:
        two_processes(machine)
        machine.thread(B, creatorProcessId=A)
        machine.load(A, DLL)
        send_async(machine, "PostMount")
        machine.drain()

    @each_format
    @pytest.mark.parametrize(
        "query",
        [
            {"kind": "sync"},
            {"kind": "async"},
            {"kind": "direct"},
            {"operation": "CreateThread"},
            {"operation": "NewThreadDifferentProcess"},
            {"processId": A},
            {"processId": B},
            {"kind": "async", "processId": A},
            {"kind": "async", "operation": "PostMount", "after": 2},
        ],
        ids=str,
    )
    def test_a_stream_has_what_the_page_has(self, machine: Machine, media: str, query: dict[str, object]) -> None:
        self.story(machine)
        expected = machine.all("listMessages", query=query)
        assert expected
        with stream(machine, media, **query) as live:
            assert [item.value for item in live.take(len(expected))] == expected
            self.again(machine)
            further = machine.all("listMessages", query={**query, "after": expected[-1]["sequence"]})
            assert further
            assert [item.sequence for item in live.take(len(further))] == [entry["sequence"] for entry in further]

    def again(self, machine: Machine) -> None:
        for pid in (A, B):
            machine.call("exitProcess", pid=pid)
            machine.process(processId=pid, rules=[RULE] if pid == A else [])
        machine.thread(B, creatorProcessId=A)
        machine.load(A, DLL)
        send_async(machine, "PostMount")
        machine.drain()
