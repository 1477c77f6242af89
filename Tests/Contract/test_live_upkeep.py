"""Live streams over time: gaps, recreated hosts, heartbeats, and readers that stop reading."""

import socket
import time

from contract.client import target
from contract.live import WAIT_SECONDS
from contract.machine import Machine
from contract.notices import encoded, send_async
from contract.service import StartService
from contract.streams import LIST, each_format, make, sequences, stream, stream_in_time


class TestGap:
    """A reader is notified of messages that it missed."""

    CONFIG = "messages:\n  capacity: 5\n"

    @each_format
    def test_what_the_journal_no_longer_holds_is_a_gap(self, start: StartService, media: str) -> None:
        _, client = start(self.CONFIG)
        machine = Machine(client, "default")
        make(machine, 12)  # the journal holds 8 to 12
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
        """The evicted messages are unknown, so no filter applies."""
        _, client = start(self.CONFIG)
        machine = Machine(client, "default")
        make(machine, 9)
        send_async(machine, "PostMount")
        with stream(machine, media, last=1, operation="PostMount", limit=1) as live:
            gap, mount = live.rest()
            assert (gap.value, mount.sequence) == ({"gap": {"first": 2, "last": 5}}, 10)

    @each_format
    def test_a_reader_that_falls_behind_is_told(self, start: StartService, media: str) -> None:
        """The journal is the only buffer: the reported messages and the gaps add up to all messages."""
        _, client = start("messages:\n  capacity: 5\nserver:\n  requestTimeoutMs: 60000\n")
        machine = Machine(client, "default")
        data = encoded(bytes(65536))
        count = 400  # far more than the sockets can buffer
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
    """A reader is notified that the host was recreated."""

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
        """`after` expresses a wish, not what the reader already has."""
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
    """A stream without messages shows that it is alive."""

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
        """server.requestTimeoutMs is for readers that stop reading."""
        _, client = start("messages:\n  heartbeatMs: 50\nserver:\n  requestTimeoutMs: 500\n  idleTimeoutMs: 500\n")
        machine = Machine(client, "default")
        with stream(machine, media) as live:
            for _ in range(30):
                live.heartbeat()
            client.close()  # its own connection may have been idle for too long
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


class TestSlowReaders:
    """A reader that stops reading is disconnected. No other client is affected."""

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
            for _ in range(200):  # far more than the sockets can buffer
                begin = time.monotonic()
                send_async(machine, "SendFile", data=data)
                slowest = max(slowest, time.monotonic() - begin)
            assert slowest < WAIT_SECONDS / 4
            with stream_in_time(machine, media, after=200, limit=1) as live:  # the slot of the disconnected reader
                make(machine, 1)
                assert sequences(live.rest()) == [201]
            assert self.ends(stuck)

    def at(self, machine: Machine) -> str:
        return target(LIST, {"host": machine.name})

    def ends(self, connection: socket.socket) -> bool:
        """Whether the connection was closed after the buffered data, without the end of the stream."""
        received = b""
        try:
            while data := connection.recv(1 << 16):
                received += data
        except ConnectionError:
            pass
        return not received.endswith(b"0\r\n\r\n")
