"""Many events in one request."""

import json
import socket
import subprocess
import time
from pathlib import Path
from typing import ClassVar

import pytest

from contract.machine import Machine
from contract.service import Service, StartService, binary
from contract.story import A, conserved
from contract.sysmon import injection, ndjson


class TestEvents:
    """Many events in one request."""

    def test_lines_are_applied_skipped_or_rejected(self, machine: Machine) -> None:
        lines = [
            '{"type":"processCreate","processId":1000,"imageFileName":"a.exe","rules":"0x400000"}',
            '{"type":"processCreate","processId":1004,"imageFileName":"b.exe"}',
            "",
            '{"type":"threadCreate","processId":1004,"creatorProcessId":1000,"threadId":3000}',
            '{"type":"threadCreate","processId":1004,"creatorProcessId":1000,"nonsense":1}',
            '{"type":"threadExit","processId":1004,"threadId":3000}\r',
            "not json",
            '{"type":"imageLoad","processId":1004,"fullImageName":"a.dll"}',
            '{"type":"setRules","processId":1004,"rules":"0x8"}',
            '{"type":"streamContext","fileName":"a.dll","rules":["NotifyImageLoadRule"]}',
            '{"type":"processExit","processId":1000}',
            '{"type":"processExit","processId":1000}',
            '{"type":"nope"}',
        ]
        machine.call("putEngine", body={"type": "embedded", "delayMs": 20})
        begun = time.perf_counter()
        report = machine.get("postEvents", data="\n".join(lines).encode())
        elapsed = (time.perf_counter() - begun) * 1e3
        # The thread event waits for the engine, and before that for the creation of its process, which waits too.
        assert 40 <= report.pop("durationMilliseconds") <= elapsed
        assert [rejection["line"] for rejection in report.pop("rejected")] == [5, 7, 12, 13]
        assert report == {
            "lines": 12,
            "applied": 8,
            "appliedByType": {
                "processCreate": 2,
                "threadCreate": 1,
                "threadExit": 1,
                "imageLoad": 1,
                "setRules": 1,
                "streamContext": 1,
                "processExit": 1,
            },
            "skipped": {},
            "skippedByType": {},
            "otherChannels": {},
            "repaired": 0,
            "timesUnread": 0,
            "timesFromShipper": 0,
            "rejectedCount": 4,
            "messages": {
                "sync": {"NewThreadDifferentProcess": 1},
                "async": {"CreateThread": 1, "LoadImage": 1, "CreateProcess": 1},
                "direct": {"CreateProcess": 2},
            },
            "processesSynthesised": 0,
            "processesCompleted": 0,
            "tombstoneRecords": 0,
            "machines": [],
        }
        machine.drain()
        assert machine.get("listMessages")["newest"] == 6
        assert machine.get("getProcess", pid=1004)["rulesMask"] == "0x00000008"

    def test_the_reader_stops_at_the_first_bad_line_when_asked(self, machine: Machine) -> None:
        data = b'nope\n{"type":"processCreate","processId":1000,"imageFileName":"a.exe"}\n'
        report = machine.get("postEvents", data=data, query={"stopOnError": True})
        assert (report["applied"], report["rejectedCount"], report["rejected"][0]["line"]) == (0, 1, 1)
        assert report["stoppedAtLine"] == 1
        machine.call("getProcess", pid=A, expect=404)

    def test_only_the_first_hundred_bad_lines_are_told(self, machine: Machine) -> None:
        report = machine.get("postEvents", data=b"nope\n" * 250)
        assert [rejection["line"] for rejection in report["rejected"]] == list(range(1, 101))
        assert (report["lines"], report["rejectedCount"]) == (250, 250)

    @pytest.mark.parametrize("on_full", ["wait", "drop"])
    def test_a_full_queue_holds_the_reader_or_drops(self, machine: Machine, on_full: str) -> None:
        machine.process(processId=A)
        machine.call("patchConfig", body={"maxAsyncNotificationCount": 1})
        machine.call("putEngine", body={"type": "embedded", "delayMs": 5})
        line = b'{"type":"imageLoad","processId":1000,"fullImageName":"a.dll"}\n'
        report = machine.get("postEvents", data=line * 50, query={"onFull": on_full})
        assert report["messages"]["async"] == {"LoadImage": 50}
        machine.drain()
        counters = machine.get("getCounters")
        assert conserved(counters)
        assert counters["async"]["enqueued"] == 50
        assert (counters["async"]["droppedOnOverflow"] == 0) == (on_full == "wait")

    @pytest.mark.parametrize("drain", [True, False])
    def test_the_messages_of_a_line_are_sent_before_the_next_one(self, machine: Machine, drain: bool) -> None:
        machine.process(processId=A)
        machine.call("patchConfig", body={"maxAsyncNotificationCount": 1})
        machine.call("putEngine", body={"type": "embedded", "delayMs": 5})
        line = b'{"type":"imageLoad","processId":1000,"fullImageName":"a.dll"}\n'
        machine.get("postEvents", data=line * 20, query={"drain": drain})
        entries = machine.all("listMessages", query={"operation": "LoadImage"})
        assert len(entries) == 20
        unsent = [entry for entry in entries if entry["delivery"] != "sent"]
        assert (unsent == []) == drain

    def test_a_body_in_chunks_that_cut_lines_anywhere(self, machine: Machine) -> None:
        machine.process(processId=A)
        text = '{"type":"setRules","processId":1000,"rules":[]}\r\n{"type":"imageLoad","processId":1000,'
        text += '"fullImageName":"ä\\u00e4\U0001f600.dll"}'
        data = text.encode()
        chunks = (data[index : index + 1] for index in range(len(data)))
        assert machine.get("postEvents", data=chunks)["applied"] == 2
        machine.drain()
        [entry] = machine.all("listMessages", query={"operation": "LoadImage"})
        assert entry["message"]["imageFileName"] == "ää\U0001f600.dll"

    def test_a_body_of_many_megabytes_is_streamed(self, machine: Machine) -> None:
        machine.process(processId=A)
        machine.call("patchConfig", body={"maxAsyncNotificationCount": 10})
        line = b'{"type":"setRules","processId":1000,"rules":"0x00000010"}' + b" " * 1000 + b"\n"
        chunks = (line * 100 for _ in range(200))
        report = machine.get("postEvents", data=chunks)
        assert (report["applied"], report["rejectedCount"]) == (20000, 0)


class TestStrict:
    """Uploads of which nothing is applied unless every line can be read."""

    QUERY: ClassVar = {"strict": True}

    def test_readable_lines_are_applied(self, machine: Machine) -> None:
        lines = [
            f'{{"type":"processCreate","processId":{1000 + 4 * number},"imageFileName":"a.exe"}}'
            for number in range(99)
        ]
        report = machine.get("postEvents", data="\n".join(lines).encode(), query=self.QUERY)
        assert (report["lines"], report["applied"], report["rejectedCount"]) == (99, 99, 0)
        assert machine.get("getCounters")["processTable"]["processes"] == 100

    def test_all_unreadable_lines_are_listed_and_nothing_is_applied(self, machine: Machine) -> None:
        lines = ['{"type":"processCreate","imageFileName":"a.exe"}', "", "not json", '{"type":"nope"}', "{}"]
        before = machine.snapshot()
        problem = machine.get("postEvents", data="\n".join(lines).encode(), query=self.QUERY, expect=422)
        assert problem["type"] == "/problems/invalid-events"
        assert [fault["line"] for fault in problem["errors"]] == [3, 4, 5]
        assert "nope" in problem["errors"][1]["detail"]
        assert machine.snapshot() == before

    def test_a_refused_line_is_named_with_the_report_of_those_before_it(self, machine: Machine) -> None:
        create = '{"type":"processCreate","processId":1000,"imageFileName":"a.exe"}'
        lines = [create, "", '{"type":"processExit","processId":1004}', create]
        problem = machine.get("postEvents", data="\n".join(lines).encode(), query=self.QUERY, expect=409)
        assert (problem["type"], problem["line"]) == ("/problems/event-refused", 3)
        assert "1004" in problem["detail"]
        assert problem["report"]["appliedByType"] == {"processCreate": 1}
        assert (problem["report"]["lines"], problem["report"]["stoppedAtLine"]) == (2, 3)
        machine.call("getProcess", pid=1000)

    def test_records_of_sysmon(self, machine: Machine) -> None:
        query = {**self.QUERY, "format": "sysmon"}
        event = ndjson(injection().events)
        assert machine.get("postEvents", data=event, query=query)["applied"] > 0
        damaged = event.replace(b'"Image"', b'"Imagine"', 1)
        problem = machine.get("postEvents", data=damaged, query=query, expect=422)
        assert [fault["line"] for fault in problem["errors"]] == [1]

    def test_more_than_is_held_is_refused(self, start: StartService) -> None:
        _, client = start("limits: {strictBodyBytes: 65536}\n")
        machine = Machine(client, "default")
        line = b'{"type":"processCreate","imageFileName":"a.exe"}\n'
        for data in (line * 2000, iter([line] * 2000)):
            machine.call("postEvents", data=data, query=self.QUERY, expect=413)
        assert machine.get("listMessages")["newest"] == 0
        assert machine.get("postEvents", data=line * 1300, query=self.QUERY)["applied"] == 1300
        assert machine.get("postEvents", data=line * 2000)["applied"] == 2000

    def test_a_client_that_goes_away_applies_nothing(self, machine: Machine, service: Service) -> None:
        line = b'{"type":"processCreate","imageFileName":"a.exe"}\n'
        at = f"POST /v1/hosts/{machine.name}/events?strict=true HTTP/1.1\r\nHost: a\r\n"
        head = at.encode() + b"Content-Type: application/x-ndjson\r\nContent-Length: 9999\r\n\r\n"
        with socket.create_connection(("127.0.0.1", service.port)) as connection:
            connection.sendall(head + line * 10)
        assert machine.get("countMessages", query={"waitMs": 500})["count"] == 0


LESSON = """
{"type":"clock","mode":"manual","now":"2020-02-21T10:15:30Z"}
{"type":"processCreate","processId":1000,"imageFileName":"a.exe","rules":["NotifyRegistryOperationSync"]}
{"type":"clock","mode":"manual","advanceByMs":5000}
{"type":"notification","kind":"sync","operation":"RegistryEventSync","processId":1000,"data":{"registryData":"AAE="}}
{"type":"clock","mode":"manual","advanceByMs":1}
{"type":"notification","kind":"async","operation":"LogPrint","data":{"data":"AAE="}}
"""
LESSON_TIMES = [f"2020-02-21T10:15:{seconds}0000Z" for seconds in ("30.000", "35.000", "35.001")]


class TestLesson:
    """Clock steps and notifications as lines, so that one file is a whole lesson."""

    def test_the_lines_have_the_effect_of_the_requests(self, machine: Machine) -> None:
        report = machine.get("postEvents", data=LESSON.encode(), query={"strict": True})
        assert report["appliedByType"] == {"clock": 3, "processCreate": 1, "notification": 2}
        machine.drain()
        journal = machine.all("listMessages")
        assert [entry["time"] for entry in journal] == LESSON_TIMES
        assert [entry["operation"] for entry in journal] == ["CreateProcess", "RegistryEventSync", "LogPrint"]
        assert journal[1]["clearedRule"] == "NotifyRegistryOperationSync"
        assert machine.get("getClock") == {"mode": "manual", "now": LESSON_TIMES[-1]}

    def test_a_local_replay_of_it(self, tmp_path: Path) -> None:
        file = tmp_path / "lesson.ndjson"
        file.write_text(LESSON)
        outputs = [
            subprocess.run(
                [binary(), "replay", "--json", "--quiet", file], capture_output=True, text=True, check=True
            ).stdout
            for _ in range(2)
        ]
        first, second = (json.loads(output) for output in outputs)
        assert first["appliedByType"] == {"clock": 3, "processCreate": 1, "notification": 2}
        assert first["rejected"] == []
        assert first["messages"]["sync"] == {"RegistryEventSync": 1}
        for report in (first, second):
            report.pop("durationMilliseconds")
        assert first == second

    def test_time_passes_in_a_local_replay(self, tmp_path: Path) -> None:
        """What is due during an advance happens, and a loss has the time of the lesson."""
        file = tmp_path / "lesson.ndjson"
        file.write_text(LESSON)
        command = [binary(), "replay", "--json", "--quiet", "--engine-reply", "timeout", file]
        report = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        losses = {loss["operation"]: loss["first"]["time"] for loss in report["losses"]}
        assert losses["RegistryEventSync"] >= LESSON_TIMES[1]
        assert losses["LogPrint"] > losses["RegistryEventSync"]

    def test_a_local_replay_in_virtual_time_has_no_system_time(self, tmp_path: Path) -> None:
        file = tmp_path / "lesson.ndjson"
        file.write_text('{"type":"clock","mode":"events"}\n{"type":"clock","mode":"system"}\n')
        command = [binary(), "replay", "--json", "--quiet", file]
        report = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        assert report["rejected"] == [
            {"part": file.name, "line": 2, "detail": "the mode system is not available in virtual time"}
        ]

    def test_the_clock_is_advanced_by_a_request(self, machine: Machine) -> None:
        machine.call("putClock", body={"mode": "manual", "now": "2020-02-21T10:15:30Z"})
        clock = machine.get("putClock", body={"mode": "manual", "advanceByMs": 5000})
        assert clock == {"mode": "manual", "now": LESSON_TIMES[1]} == machine.get("getClock")
        machine.call("putClock", body={"mode": "system"})
        advanced = machine.get("putClock", body={"mode": "manual", "advanceByMs": 0})
        assert machine.get("getClock") == advanced
        most = machine.get("putClock", body={"mode": "manual", "advanceByMs": 3_153_600_000_000})
        assert most["now"] > "2120"
