"""UIA-2 and UIA-8: streams that say how messages ended, and lines of a list."""

from contract.live import Item
from contract.machine import Machine
from contract.notices import send_async
from contract.service import StartService
from contract.story import DLL, RULE, A, B, two_processes
from contract.streams import each_format, make, sequences, stream


def ends(told: list[Item]) -> list[tuple[int, str]]:
    """What the updates in `told` say."""
    assert {item.event for item in told} == {"update"}
    return [(item.value["update"]["sequence"], item.value["update"]["delivery"]) for item in told]


class TestUpdates:
    """A message is never shown in a state that it has left."""

    @each_format
    def test_a_message_that_ends_after_the_stream_passed_it_has_an_update(self, machine: Machine, media: str) -> None:
        machine.get("putWorker", body={"state": "paused"})
        make(machine, 2)
        with stream(machine, media, updates="true") as live:
            assert sequences(live.take(2)) == [1, 2]
            machine.get("stepWorker", body={"count": 1})
            assert ends(live.take(1)) == [(1, "sent")]
            make(machine, 1)
            assert sequences(live.take(1)) == [3]
            machine.get("putWorker", body={"state": "running"})
            assert ends(live.take(2)) == [(2, "sent"), (3, "sent")]

    @each_format
    def test_an_update_has_what_the_journal_has(self, machine: Machine, media: str) -> None:
        two_processes(machine)
        machine.get("putEngine", body={"type": "embedded", "delayMs": 200})
        machine.get("patchProcessRules", pid=A, body={"set": [RULE]})
        with stream(machine, media, updates="true", kind="sync", view="summary") as live:
            machine.thread(B, creatorProcessId=A)
            [message, update] = live.take(2)
        assert message.value["delivery"] == "inHand"
        listed = machine.get("getMessage", sequence=message.value["sequence"])
        names = ("sequence", "delivery", "status", "acknowledged", "clearedRule", "durationMicroseconds")
        assert update.value["update"] == {name: listed[name] for name in names}
        assert update.value["update"]["clearedRule"] == RULE

    @each_format
    def test_messages_before_the_place_of_the_stream_have_updates_too(self, machine: Machine, media: str) -> None:
        machine.get("putWorker", body={"state": "paused"})
        make(machine, 5)
        with stream(machine, media, updates="true", after=4) as live:
            assert sequences(live.take(1)) == [5]
            machine.get("stepWorker", body={"count": 5})
            assert ends(live.take(5)) == [(number, "sent") for number in range(1, 6)]

    @each_format
    def test_a_filter_holds_for_updates(self, machine: Machine, media: str) -> None:
        machine.get("putWorker", body={"state": "paused"})
        make(machine, 1)
        send_async(machine, "RawVolumeWrite", processId=4)
        with stream(machine, media, updates="true", operation="RawVolumeWrite") as live:
            assert sequences(live.take(1)) == [2]
            machine.get("putWorker", body={"state": "running"})
            assert ends(live.take(1)) == [(2, "sent")]

    @each_format
    def test_a_drop_is_an_update(self, machine: Machine, media: str) -> None:
        machine.get("patchConfig", body={"maxAsyncNotificationCount": 1})
        machine.get("putWorker", body={"state": "paused"})
        make(machine, 1)
        with stream(machine, media, updates="true") as live:
            assert sequences(live.take(1)) == [1]
            make(machine, 1)
            # In either order: the message that pushed it out may be sent first.
            told = live.take(2)
            assert {item.event for item in told} == {"message", "update"}
            assert ends([item for item in told if item.event == "update"]) == [(1, "dropped")]

    def test_a_reader_that_falls_behind_learns_how_much_it_missed(self, start: StartService) -> None:
        _, client = start("messages:\n  capacity: 4\n")
        machine = Machine(client, "default")
        machine.get("putWorker", body={"state": "paused"})
        make(machine, 4)
        with stream(machine, "application/x-ndjson", updates="true") as live:
            assert sequences(live.take(4)) == [1, 2, 3, 4]
            make(machine, 6)
            told = live.take(6)
            assert {item.event for item in told} <= {"message", "gap"}
            machine.get("putWorker", body={"state": "running"})
            machine.drain()
            ended, missed = [], 0
            while len(ended) + missed < 10:
                item = live.next()
                if item.event == "updatesMissed":
                    missed += item.value["updatesMissed"]["count"]
                elif item.event == "update":
                    ended.append(item.value["update"]["sequence"])
            assert missed >= 6
            assert set(ended) <= {7, 8, 9, 10}

    @each_format
    def test_a_message_that_was_sent_at_its_end_has_no_update(self, machine: Machine, media: str) -> None:
        with stream(machine, media, updates="true") as live:
            for _ in range(20):
                machine.process()
                [message] = live.take(1)
                assert message.event == "message"
                if message.value["delivery"] == "inHand":  # the stream was quicker than the engine
                    assert ends(live.take(1)) == [(message.sequence, "sent")]
            machine.get("putWorker", body={"state": "paused"})
            make(machine, 1)
            assert sequences(live.take(1)) == [message.sequence + 1]

    def test_a_stream_without_updates_has_none(self, machine: Machine) -> None:
        make(machine, 1)
        machine.drain()
        with stream(machine, "application/x-ndjson") as live:
            make(machine, 3)
            machine.drain()
            assert sequences(live.take(4)) == [1, 2, 3, 4]


class TestSummary:
    """Lines of a list."""

    @each_format
    def test_pages_and_streams_have_the_same_lines(self, machine: Machine, media: str) -> None:
        two_processes(machine)
        machine.load(A, DLL)
        machine.drain()
        lines = machine.all("listMessages", query={"view": "summary"})
        for line, message in zip(lines, machine.all("listMessages"), strict=True):
            names = line.keys() - {"processId", "image"}
            assert {name: line[name] for name in names} == {name: message[name] for name in names}
            assert line["processId"] == message["process"]["processId"]
            assert line["image"] == message["imageFileName"].rpartition("\\")[2]
        with stream(machine, media, view="summary", limit=len(lines)) as live:
            assert [item.value for item in live.rest()] == lines

    def test_a_line_takes_less_than_200_bytes(self, machine: Machine) -> None:
        two_processes(machine)
        machine.load(A, DLL)
        machine.drain()
        answer = machine.call("listMessages", query={"view": "summary"})
        count = len(machine.all("listMessages"))
        assert len(answer.body) / count < 230
