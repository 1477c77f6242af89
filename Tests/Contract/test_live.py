"""Live streams of messages, as server-sent events and as NDJSON."""

import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from contract.client import Client, Ledger, check_response, target
from contract.document import DOCUMENT
from contract.live import EVENT_STREAM, FORMATS, NDJSON, RETRY, WAIT_SECONDS, Item, RefusedError, Stream
from contract.machine import Machine
from contract.notices import encoded, send_async, send_sync
from contract.service import Service
from contract.story import DLL, RULE, A, B, two_processes

LIST = DOCUMENT.operations["listMessages"]

StartService = Callable[[str], tuple[Service, Client]]

each_format = pytest.mark.parametrize("media", FORMATS)


def stream(machine: Machine, media: str, last: object = None, **query: object) -> Stream:
    """A live stream of the messages of a host."""
    return Stream(machine.client.port, machine.name, media, query, last)


def sequences(told: list[Item]) -> list[int]:
    """The sequences of messages, of which `told` consists."""
    assert {item.event for item in told} <= {"message"}
    return [item.sequence for item in told]


def make(machine: Machine, count: int) -> list[int]:
    """Make so many messages; their sequences."""
    return [int(send_async(machine, "LogPrint")["sequence"]) for _ in range(count)]


def ends_well(service: Service) -> None:
    """Stop a service, or see how it has stopped."""
    assert service.stop() == 0


@pytest.fixture
def start(tmp_path: Path, ledger: Ledger) -> Iterator[StartService]:
    """Starts a service with settings; it must stop cleanly when the test is done, unless it has stopped already."""
    with ExitStack() as running:

        def starting(settings: str) -> tuple[Service, Client]:
            config = tmp_path / "wdfilterd.yaml"
            config.write_text(settings)
            service = Service(tmp_path, ["--config", str(config)])
            client = Client(service.port, ledger)
            running.callback(ends_well, service)
            running.callback(client.close)
            return service, client

        yield starting


class TestMessages:
    """What a stream tells."""

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
    """Where a stream begins and ends."""

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
        with stream(machine, media, last="", after=4) as live:  # browsers send none when there is none
            assert sequences(live.take(1)) == [5]

    @each_format
    def test_a_page_does_not_look_at_the_last_event(self, machine: Machine, media: str) -> None:
        make(machine, 2)
        for last in ("1", "nonsense"):
            page = machine.get("listMessages", headers={"Last-Event-ID": last})
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


def stream_in_time(machine: Machine, media: str, **query: object) -> Stream:
    """A live stream, as soon as there is place for one."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return stream(machine, media, **query)
        except RefusedError as refusal:
            if "limit-reached" not in str(refusal) or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


class TestFilters:
    """Filters are those of pages."""

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


class TestGap:
    """A reader is told what it has missed."""

    CONFIG = "messages:\n  capacity: 5\n"

    @each_format
    def test_what_the_journal_no_longer_holds_is_a_gap(self, start: StartService, media: str) -> None:
        _, client = start(self.CONFIG)
        machine = Machine(client, "default")
        make(machine, 12)  # 8 to 12 are held
        for arguments, first in (({"last": 2}, 3), ({"last": 0}, 1), ({"after": 0}, 1), ({"after": 6}, 7)):
            with stream(machine, media, limit=5, **arguments) as live:
                gap, *held = live.rest()
                assert (gap.event, gap.value) == ("gap", {"gap": {"first": first, "last": 7}})
                assert sequences(held) == [8, 9, 10, 11, 12]

    @each_format
    def test_what_is_still_held_is_no_gap(self, start: StartService, media: str) -> None:
        _, client = start(self.CONFIG)
        machine = Machine(client, "default")
        make(machine, 12)
        for arguments, first in (({}, 8), ({"last": 7}, 8), ({"after": 7}, 8), ({"last": 10}, 11)):
            with stream(machine, media, limit=13 - first, **arguments) as live:
                assert sequences(live.rest()) == list(range(first, 13))
        with stream(machine, media, last=12) as live:
            make(machine, 1)
            assert sequences(live.take(1)) == [13]

    @each_format
    def test_a_gap_is_told_whatever_the_filter(self, start: StartService, media: str) -> None:
        """Nobody knows any more what the messages were."""
        _, client = start(self.CONFIG)
        machine = Machine(client, "default")
        make(machine, 9)
        send_async(machine, "PostMount")
        with stream(machine, media, last=1, operation="PostMount", limit=1) as live:
            gap, mount = live.rest()
            assert (gap.value, mount.sequence) == ({"gap": {"first": 2, "last": 5}}, 10)

    @each_format
    def test_a_reader_that_falls_behind_is_told(self, start: StartService, media: str) -> None:
        """The journal is the only buffer: what was told and what was a gap make up the whole."""
        _, client = start("messages:\n  capacity: 5\nserver:\n  requestTimeoutMs: 60000\n")
        machine = Machine(client, "default")
        data = encoded(bytes(65536))
        count = 400  # far more than sockets hold
        with stream(machine, media) as live:
            for _ in range(count):
                send_async(machine, "SendFile", data=data)
            reached = 0
            gaps = 0
            while reached < count:
                item = live.next()
                if item.event == "gap":
                    gaps += 1
                    assert item.value["gap"]["first"] == reached + 1
                    reached = item.value["gap"]["last"]
                else:
                    assert item.sequence == reached + 1
                    reached += 1
            assert (reached, gaps > 0) == (count, True)


class TestReset:
    """A reader is told that the host is another one."""

    @each_format
    def test_a_host_made_anew_begins_again(self, machine: Machine, media: str) -> None:
        make(machine, 5)
        with stream(machine, media) as live:
            last = sequences(live.take(5))[-1]
            machine.call("deleteHost")
            assert live.rest() == []
        machine.call("putHost", body={}, expect=201)
        make(machine, 2)
        with stream(machine, media, last=last) as live:
            reset, *held = live.take(3)
            assert (reset.event, reset.value) == ("reset", {"reset": {"lastEventId": 5, "newest": 2}})
            assert sequences(held) == [1, 2]
            make(machine, 1)
            assert sequences(live.take(1)) == [3]

    @each_format
    def test_a_host_without_messages_resets_too(self, machine: Machine, media: str) -> None:
        most = 18446744073709551615
        with stream(machine, media, last=most) as live:
            assert live.next().value == {"reset": {"lastEventId": most, "newest": 0}}
            make(machine, 1)
            assert sequences(live.take(1)) == [1]

    @each_format
    def test_after_is_no_reset(self, machine: Machine, media: str) -> None:
        """It is a wish, not a memory."""
        make(machine, 1)
        with stream(machine, media, after=2) as live:
            make(machine, 2)
            assert sequences(live.take(1)) == [3]

    @each_format
    def test_a_reset_begins_with_the_oldest_that_is_held(self, start: StartService, media: str) -> None:
        _, client = start(TestGap.CONFIG)
        machine = Machine(client, "default")
        make(machine, 9)
        with stream(machine, media, last=10, limit=5) as live:
            reset, *held = live.rest()
            assert (reset.event, sequences(held)) == ("reset", [5, 6, 7, 8, 9])


class TestHeartbeat:
    """A silent stream says that it is alive."""

    @each_format
    def test_heartbeats_come_between_messages(self, start: StartService, media: str) -> None:
        _, client = start("messages:\n  heartbeatMs: 20\n")
        machine = Machine(client, "default")
        with stream(machine, media) as live:
            for number in range(1, 4):
                live.heartbeat()
                live.heartbeat()
                make(machine, 1)
                assert sequences(live.take(1)) == [number]

    @each_format
    def test_a_filter_that_nothing_passes_does_not_silence_them(self, start: StartService, media: str) -> None:
        _, client = start("messages:\n  heartbeatMs: 20\n")
        machine = Machine(client, "default")
        with stream(machine, media, operation="PostMount") as live:
            make(machine, 3)
            live.heartbeat()
            make(machine, 3)
            live.heartbeat()

    @each_format
    def test_an_idle_stream_outlives_the_time_of_a_request(self, start: StartService, media: str) -> None:
        """server.requestTimeoutMs is for readers that take nothing."""
        _, client = start("messages:\n  heartbeatMs: 50\nserver:\n  requestTimeoutMs: 500\n  idleTimeoutMs: 500\n")
        machine = Machine(client, "default")
        with stream(machine, media) as live:
            for _ in range(30):
                live.heartbeat()
            client.close()  # its own connection may have been idle too long
            make(machine, 1)
            assert sequences(live.take(1)) == [1]

    @each_format
    def test_a_stream_without_heartbeats_outlives_it_too(self, start: StartService, media: str) -> None:
        _, client = start("messages:\n  heartbeatMs: 1500\nserver:\n  requestTimeoutMs: 500\n  idleTimeoutMs: 500\n")
        machine = Machine(client, "default")
        with stream(machine, media) as live:
            live.heartbeat()
            client.close()
            make(machine, 1)
            assert sequences(live.take(1)) == [1]


class TestAsking:
    """How a stream is asked for, and refused."""

    def at(self, machine: Machine) -> str:
        return target(LIST, {"host": machine.name})

    @pytest.mark.parametrize("kind", ["missing", "json", "*/*", "application/*"])
    def test_json_is_given_unasked(self, machine: Machine, kind: str) -> None:
        accept = {"missing": {}, "json": {"Accept": "application/json"}}.get(kind, {"Accept": kind})
        assert machine.call("listMessages", headers=accept).media == "application/json"

    @pytest.mark.parametrize(
        ("accept", "media"),
        [
            ("text/*", EVENT_STREAM),
            ("TEXT/EVENT-STREAM", EVENT_STREAM),
            ("text/event-stream;q=0.1, image/*", EVENT_STREAM),
            ("application/json;q=0.5, text/event-stream", EVENT_STREAM),
            ("application/json;q=0, application/*", NDJSON),
            ("application/x-ndjson, application/json;q=0.9", NDJSON),
        ],
    )
    def test_accept_chooses(self, machine: Machine, accept: str, media: str) -> None:
        make(machine, 1)
        answer = machine.call("listMessages", query={"limit": 1}, headers={"Accept": accept})
        assert answer.media == media
        assert answer.headers["Content-Type"] == media

    def test_the_bytes_of_an_event_stream_are_as_described(self, machine: Machine) -> None:
        make(machine, 2)
        answer = machine.call("listMessages", query={"limit": 2}, headers={"Accept": EVENT_STREAM})
        assert re.fullmatch(RETRY + "\n\nid: 1\ndata: {.+}\n\nid: 2\ndata: {.+}\n\n", answer.body.decode())
        answer = machine.call("listMessages", query={"limit": 2}, headers={"Accept": NDJSON})
        assert re.fullmatch("{.+}\n{.+}\n", answer.body.decode())

    @each_format
    def test_head_answers_without_a_stream(self, machine: Machine, media: str) -> None:
        answer = machine.client.raw("HEAD", self.at(machine), headers={"Accept": media})
        assert (answer.status, answer.media, answer.body) == (200, media, b"")
        machine.client.call("getVersion")

    @each_format
    @pytest.mark.parametrize(
        ("query", "faulty"),
        [
            ({"delivery": "sent"}, {"delivery"}),
            ({"waitMs": "0"}, {"waitMs"}),
            ({"delivery": "nope", "waitMs": "x"}, {"delivery", "waitMs"}),
            ({"limit": "0"}, {"limit"}),
            ({"limit": "1001"}, {"limit"}),
            ({"after": "-1", "kind": "SYNC", "operation": "Nope", "processId": "x"}, None),
            ({"nothing": "1"}, {"nothing"}),
        ],
        ids=str,
    )
    def test_a_bad_parameter_is_400(
        self, machine: Machine, media: str, query: dict[str, str], faulty: set[str] | None
    ) -> None:
        problem = machine.call("listMessages", query=query, headers={"Accept": media}, expect=400)
        assert {fault["parameter"] for fault in problem.json["errors"]} == (faulty or set(query))

    @each_format
    @pytest.mark.parametrize("last", ["x", "-1", "+1", "1.0", "0x1", "1 2", "18446744073709551616", "٣"])
    def test_a_bad_last_event_is_400(self, machine: Machine, media: str, last: str) -> None:
        headers = {"Accept": media, "Last-Event-ID": last.encode().decode("latin-1")}
        problem = machine.call("listMessages", headers=headers, expect=400)
        assert [fault["parameter"] for fault in problem.json["errors"]] == ["Last-Event-ID"]

    @each_format
    def test_an_unknown_host_is_404(self, client: Client, media: str) -> None:
        answer = client.call("listMessages", host="no-such-host", headers={"Accept": media}, expect=404)
        assert answer.problem == "unknown-host"

    @each_format
    def test_there_are_as_many_streams_as_may_be(self, start: StartService, media: str) -> None:
        _, client = start("messages:\n  streamLimit: 1\n")
        machine = Machine(client, "default")
        machine.call("putHost", host="other", body={}, expect=201)
        make(machine, 1)
        with stream(machine, media) as live:
            live.take(1)
            for host in ("default", "other"):  # of all hosts together
                answer = client.call("listMessages", host=host, headers={"Accept": media}, expect=409)
                assert answer.problem == "limit-reached"
            client.call("listMessages", host="other")  # pages are no streams
            answer = client.raw("HEAD", self.at(machine), headers={"Accept": media})
            assert answer.status in (200, 409)
            make(machine, 1)
            assert sequences(live.take(1)) == [2]

    @each_format
    def test_a_stream_is_not_used_up_by_refusals(self, start: StartService, media: str) -> None:
        _, client = start("messages:\n  streamLimit: 1\n")
        machine = Machine(client, "default")
        make(machine, 1)
        for _ in range(5):
            client.call("listMessages", host="nobody", headers={"Accept": media}, expect=404)
            client.call("listMessages", host="default", query={"waitMs": 1}, headers={"Accept": media}, expect=400)
            client.raw("HEAD", self.at(machine), headers={"Accept": media})
        with stream_in_time(machine, media) as live:
            assert sequences(live.take(1)) == [1]

    @each_format
    def test_the_connection_is_good_for_more_after_a_stream_with_an_end(self, machine: Machine, media: str) -> None:
        make(machine, 2)
        for _ in range(3):
            answer = machine.call("listMessages", query={"limit": 2}, headers={"Accept": media})
            assert (answer.status, answer.headers.get("Connection")) == (200, None)
            machine.call("getWorker")

    @each_format
    def test_http_1_0_gets_a_stream_without_chunks(self, machine: Machine, media: str) -> None:
        make(machine, 2)
        with socket.create_connection(("127.0.0.1", machine.client.port), timeout=WAIT_SECONDS) as connection:
            head = f"GET {self.at(machine)}?limit=2 HTTP/1.0\r\nHost: a\r\nAccept: {media}\r\n\r\n"
            connection.sendall(head.encode())
            received = b"".join(iter(lambda: connection.recv(65536), b""))
        head_of_answer, _, body = received.partition(b"\r\n\r\n")
        assert b" 200 " in head_of_answer.splitlines()[0]
        assert b"chunked" not in head_of_answer.lower()
        answer = machine.call("listMessages", query={"limit": 2}, headers={"Accept": media})
        assert body == answer.body
        check_response(DOCUMENT.response_pointer(LIST, 200), answer)


class TestSlowReaders:
    """A reader that takes nothing is cut off, and nobody else feels it."""

    @each_format
    def test_a_reader_that_stops_reading_is_cut_off(self, start: StartService, media: str) -> None:
        _, client = start("server:\n  requestTimeoutMs: 1000\nmessages:\n  streamLimit: 1\n")
        machine = Machine(client, "default")
        with socket.socket() as stuck:
            stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            stuck.settimeout(WAIT_SECONDS)
            stuck.connect(("127.0.0.1", client.port))
            head = f"GET {self.at(machine)} HTTP/1.1\r\nHost: a\r\nAccept: {media}\r\n\r\n"
            stuck.sendall(head.encode())
            assert stuck.recv(12) == b"HTTP/1.1 200"
            data = encoded(bytes(65536))
            slowest = 0.0
            for _ in range(200):  # far more than sockets hold
                begin = time.monotonic()
                send_async(machine, "SendFile", data=data)
                slowest = max(slowest, time.monotonic() - begin)
            assert slowest < WAIT_SECONDS / 4
            with stream_in_time(machine, media, after=200, limit=1) as live:  # the place of the one that is cut off
                make(machine, 1)
                assert sequences(live.rest()) == [201]
            assert self.ends(stuck)

    def at(self, machine: Machine) -> str:
        return target(LIST, {"host": machine.name})

    def ends(self, connection: socket.socket) -> bool:
        """Whether the connection is closed after what was on its way, and before the end of the stream."""
        received = b""
        try:
            while data := connection.recv(1 << 16):
                received += data
        except ConnectionError:
            pass
        return not received.endswith(b"0\r\n\r\n")
