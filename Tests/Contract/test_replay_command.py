"""`wdfilterd replay`: recordings in every type of file, with and without a service."""

import csv
import gzip
import io
import json
import os
import signal
import socket
import subprocess
import tarfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contract.client import Client, Ledger
from contract.document import DOCUMENT
from contract.machine import Machine
from contract.receiver import acknowledge, new_receiver
from contract.recordings import NAMES, NEWEST_FIRST, SHARED, loads_after_exit, recording
from contract.replays import ENDS, Report, alike, coherent, regardless_of_pace
from contract.service import Service, binary
from contract.story import RULE
from contract.strict import strict_json
from contract.sysmon import (
    CREATOR,
    DRIVERS,
    EARLIER,
    INJECTION,
    SHELL,
    TARGET,
    Process,
    Script,
    host_of,
    injection,
    ndjson,
    time_of,
    told,
)

SECONDS = 60
KINDS = ("story.json", "story.ndjson", "story.zip", "story.json.gz", "story.tar.gz", "-")
NATIVE = b"""\
{"type":"processCreate","processId":1000,"imageFileName":"a.exe","rules":["NotifyNewThreadDifferentProcess"]}
{"type":"processCreate","processId":1004,"imageFileName":"b.exe"}
{"type":"threadCreate","processId":1004,"creatorProcessId":1000,"threadId":3000}
"""

Result = subprocess.CompletedProcess[bytes]


def run(*arguments: str | Path, stdin: bytes = b"", env: dict[str, str] | None = None) -> Result:
    """Run the command to its end."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("WDFILTERD_")} | (env or {})
    command = [binary(), "replay", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=SECONDS, env=environment, check=False)


def replay(*arguments: str | Path, stdin: bytes = b"") -> Report:
    """The report of a replay: one JSON object on stdout, and no other output."""
    result = run(*arguments, "--quiet", "--json", stdin=stdin)
    assert result.stderr == b""
    assert result.returncode == 0
    assert result.stdout.endswith(b"}\n")
    report: Report = strict_json(result.stdout)
    assert DOCUMENT.faults("/components/schemas/ReplayReport", as_of_a_service(report)) == []
    return report


def as_of_a_service(report: Report) -> Report:
    """The report without the part that a service cannot know: the file of a line."""
    rejected = [{name: fault[name] for name in fault if name != "part"} for fault in report["rejected"]]
    return {**report, "rejected": rejected}


def write(folder: Path, kind: str, data: bytes) -> tuple[str | Path, bytes]:
    """Write `data` as a type of file; return the argument for the command, and its stdin."""
    if kind == "-":
        return "-", data
    path = folder / kind
    # The extra files that archivers add are not recordings.
    members = {"__MACOSX/._story.json": b"\0\5\26\7", "story.json": data, "._story.json": b"\0\5\26\7"}
    if kind.endswith(".zip"):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in ("__MACOSX/._story.json", "story.json"):
                archive.writestr(name, members[name])
    elif kind.endswith(".tar.gz"):
        with tarfile.open(path, "w:gz") as tar:
            for name in ("._story.json", "story.json"):
                info = tarfile.TarInfo(f"./{name}")
                info.size = len(members[name])
                tar.addfile(info, io.BytesIO(members[name]))
    elif kind.endswith(".gz"):
        path.write_bytes(gzip.compress(data))
    else:
        path.write_bytes(data)
    return path, b""


@pytest.fixture
def slow(tmp_path: Path) -> list[str | Path]:
    """Loads every 100 ms, an exit, and an engine that takes 300 ms."""
    script = Script(milliseconds=100)
    script.create(CREATOR, SHELL)
    for number in range(10):
        script.load(CREATOR, f"C:\\Windows\\System32\\only{number}.dll")
    script.exit(CREATOR)
    path = tmp_path / "slow.json"
    path.write_bytes(ndjson(script.events))
    return [path, "--engine-latency", "300ms"]


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Service]:
    """A service that has not been used yet."""
    folder = tmp_path / "service"
    folder.mkdir()
    service = Service(folder)
    yield service
    assert service.stop() == 0


def url(service: Service) -> str:
    """The base URL of a service."""
    return f"http://127.0.0.1:{service.port}"


class TestFiles:
    """A recording gives the same result in every type of file."""

    @pytest.mark.parametrize("kind", KINDS)
    def test_every_kind_of_file_is_read(self, tmp_path: Path, story: Path, kind: str) -> None:
        plain = replay(story, "--rules", RULE)
        coherent(plain)
        assert told(plain) == INJECTION
        source, stdin = write(tmp_path, kind, story.read_bytes())
        assert alike(replay(source, "--rules", RULE, stdin=stdin)) == alike(plain)

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_service_gives_the_same(
        self, tmp_path: Path, story: Path, fresh: Service, ledger: Ledger, kind: str
    ) -> None:
        plain = replay(story, "--rules", RULE)
        source, stdin = write(tmp_path, kind, story.read_bytes())
        report = replay(source, "--rules", RULE, "--server", url(fresh), stdin=stdin)
        assert alike(report) == alike(plain)
        client = Client(fresh.port, ledger)
        host = Machine(client, report["hosts"][0]["host"])
        assert [driver["fullImageName"] for driver in host.all("listDrivers")] == DRIVERS
        assert host.get("listMessages")["newest"] == sum(sum(of.values()) for of in report["messages"].values())
        client.close()

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_recording_that_is_newest_first_is_read_from_its_end(self, tmp_path: Path, kind: str) -> None:
        """Except from a pipe, whose end is not known at the start."""
        lines = ndjson(injection().events).splitlines(keepends=True)
        source, stdin = write(tmp_path, kind, b"".join(reversed(lines)))
        for order in ((), ("--order", "auto"), ("--order", "reverse")):
            if kind != "-" or "reverse" in order:
                assert told(replay(source, "--rules", RULE, *order, stdin=stdin)) == INJECTION, order
            else:
                assert told(replay(source, "--rules", RULE, *order, stdin=stdin)) != INJECTION, order
        assert told(replay(source, "--rules", RULE, "--order", "forward", stdin=stdin)) != INJECTION

    def test_a_file_on_stdin_is_looked_at_from_both_ends(self, tmp_path: Path) -> None:
        lines = ndjson(injection().events).splitlines(keepends=True)
        path = tmp_path / "newest-first.json"
        path.write_bytes(b"".join(reversed(lines)))
        with path.open("rb") as stdin:
            command = [binary(), "replay", "-", "--rules", RULE, "--json", "--quiet"]
            result = subprocess.run(command, stdin=stdin, capture_output=True, timeout=SECONDS, check=True)
        assert told(strict_json(result.stdout)) == INJECTION

    def test_an_order_that_is_given_is_kept(self, story: Path) -> None:
        assert told(replay(story, "--rules", RULE, "--order", "forward")) == INJECTION
        assert told(replay(story, "--rules", RULE, "--order", "reverse")) != INJECTION

    def test_a_recording_longer_than_any_buffer_can_be_newest_first(self, tmp_path: Path) -> None:
        script = Script()
        script.create(CREATOR, SHELL)
        for _ in range(20_000):
            script.load(CREATOR)
        script.exit(CREATOR)
        lines = ndjson(script.events).splitlines(keepends=True)
        path = tmp_path / "long.json"
        path.write_bytes(b"".join(reversed(lines)))
        report = replay(path)
        assert report["appliedByType"] == {"processCreate": 1, "imageLoad": 20_000, "processExit": 1}
        assert report["skipped"] == {}

    def test_several_files_are_one_replay(self, tmp_path: Path) -> None:
        scripts = [injection(), injection()]
        paths = []
        for number, script in enumerate(scripts):
            paths.append(tmp_path / f"{number}.json")
            paths[-1].write_bytes(ndjson(script.events))
        report = replay(*paths, "--rules", RULE)
        assert report["lines"] == 2 * INJECTION["lines"]
        assert report["machines"] == [script.machine.lower() for script in scripts]
        assert report["messages"]["sync"] == {"NewThreadDifferentProcess": 2}
        assert [told(section) for section in report["hosts"]] == [INJECTION, INJECTION]

    def test_two_runs_are_equal(self, story: Path) -> None:
        assert alike(replay(story, "--rules", RULE)) == alike(replay(story, "--rules", RULE))


@pytest.mark.skipif(
    not (SHARED / "datasets").is_dir(),
    reason=f"no recordings: {SHARED / 'datasets'} is not there, set WDFILTERD_SHARED to the folder that holds them",
)
class TestRecordings:
    """Recorded attacks, in the files as published."""

    @pytest.mark.parametrize("name", NAMES)
    def test_the_sums_are_those_of_the_independent_reader(self, name: str, fresh: Service) -> None:
        recorded = recording(name)
        truth = recorded.truth
        archive = SHARED / "datasets" / f"{name}.zip"
        report = replay(archive, "--rules", RULE)
        coherent(report)
        late = loads_after_exit(recorded.lines)
        assert (report["lines"], report["rejectedCount"]) == (truth["lines"], truth["malformed"])
        assert report["messages"]["direct"].get("CreateProcess", 0) == truth["process_creates"]
        by_type = report["appliedByType"]
        assert by_type.get("processCreate", 0) == truth["create_records"]
        assert by_type.get("processExit", 0) == truth["exit_records"]
        assert by_type.get("threadCreate", 0) == truth["threads_cross"]
        assert by_type.get("imageLoad", 0) == truth["image_loads"] - sum(late.values())
        assert by_type.get("driverLoad", 0) == truth["kernel_images_sysmon6"]
        assert report["skipped"].get("process-open", 0) == truth["opens"]
        delivery = truth["delivery"]["creator_oneshot"]
        assert report["messages"]["sync"].get("NewThreadDifferentProcess", 0) == delivery["sync"]
        assert report["messages"]["async"].get("CreateThread", 0) == delivery["async_"]
        order = "reverse" if name in NEWEST_FIRST else "forward"
        assert alike(replay(archive, "--rules", RULE, "--order", order)) == alike(report)
        assert alike(replay(archive, "--rules", RULE, "--server", url(fresh))) == alike(report)


class TestOptions:
    """Options for rules, machines, engine and pace."""

    def test_without_rules_nobody_is_told_of_threads(self, story: Path) -> None:
        report = replay(story)
        assert report["messages"]["sync"] == {}
        assert told(report) == INJECTION | {
            "messages": {"sync": {}, "async": {"LoadImage": 1, "CreateProcess": 1}, "direct": {"CreateProcess": 2}}
        }

    def test_several_rules_are_armed(self, story: Path) -> None:
        report = replay(story, "--rules", f"{RULE},NotifyWow64cpuLoad")
        assert told(report) == INJECTION

    @pytest.mark.parametrize(("pattern", "expected"), [("*\\Courier.exe", 1), ("*\\Nobody.exe", 0), ("*", 1)])
    def test_a_policy_arms_those_that_it_names(self, story: Path, pattern: str, expected: int) -> None:
        report = replay(story, "--policy", f"{pattern}={RULE}")
        assert report["messages"]["sync"].get("NewThreadDifferentProcess", 0) == expected

    def test_a_machine_can_be_chosen(self, tmp_path: Path) -> None:
        first, second = injection(), injection()
        path = tmp_path / "two.json"
        path.write_bytes(ndjson(first.events + second.events))
        report = replay(path, "--rules", RULE, "--machine", second.machine.upper())
        assert [section["host"] for section in report["hosts"]] == [host_of(second.machine)]
        assert told(report["hosts"][0]) == INJECTION
        assert report["skipped"]["other-machine"] == len(first.events)

    @pytest.mark.parametrize("form", ["auto", "native"])
    def test_native_events_are_replayed_too(self, tmp_path: Path, form: str) -> None:
        path = tmp_path / "native.json"
        path.write_bytes(NATIVE)
        report = replay(path, "--format", form)
        assert (report["lines"], report["applied"], report["rejectedCount"]) == (3, 3, 0)
        assert [(section["lines"], section["applied"]) for section in report["hosts"]] == [(3, 3)]
        assert report["messages"] == {
            "sync": {"NewThreadDifferentProcess": 1},
            "async": {"CreateThread": 1},
            "direct": {"CreateProcess": 2},
        }

    def test_a_format_that_is_given_is_taken(self, story: Path) -> None:
        assert told(replay(story, "--rules", RULE, "--format", "sysmon")) == INJECTION

    def test_an_engine_webhook_gets_every_message(self, story: Path) -> None:
        with new_receiver() as receiver:
            report = replay(story, "--rules", RULE, "--engine-url", receiver.setting["url"])
            assert told(report) == INJECTION
            events = [json.loads(request.body) for request in receiver.received]
        kinds = [event["data"]["kind"] for event in events if event["type"] != "wdfilter.ping"]
        made = {kind: sum(names.values()) for kind, names in report["messages"].items()}
        assert {kind: kinds.count(kind) for kind in made} == made

    def test_coverage_below_what_is_asked_is_exit_code_1(self, story: Path) -> None:
        percent = replay(story, "--fail-under", "0")["coverage"]["percent"]
        assert percent < 100
        result = run(story, "--fail-under", "100", "--json", "--quiet")
        assert (result.returncode, strict_json(result.stdout)["coverage"]["percent"]) == (1, percent)
        assert f"{percent} %".encode() in result.stderr
        assert replay(story, "--fail-under", str(int(percent)))["coverage"]["percent"] == percent

    def test_the_examples_of_the_help_are_of_this_command(self) -> None:
        result = run("--help")
        assert (result.returncode, result.stderr) == (0, b"")
        assert b"Examples:\n  wdfilterd replay" in result.stdout


class TestTime:
    """Pace and slow engines: simulated time with the embedded engine, real time with any other."""

    @pytest.fixture
    def second(self, tmp_path: Path) -> Path:
        """A recording that spans one second."""
        script = Script(milliseconds=200)
        script.create(CREATOR, SHELL)
        for _ in range(5):
            script.load(CREATOR)
        path = tmp_path / "second.json"
        path.write_bytes(ndjson(script.events))
        return path

    @pytest.fixture
    def burst(self, tmp_path: Path) -> list[str | Path]:
        """Many loads in two processes within less than a second, and a queue for five."""
        config = tmp_path / "wdfilterd.yaml"
        config.write_text("driver: {maxAsyncNotificationCount: 5}\n")
        script = Script(milliseconds=10)
        script.create(CREATOR, SHELL)
        script.create(TARGET, SHELL)
        for number in range(40):
            script.load(CREATOR if number < 30 else TARGET, f"C:\\Windows\\System32\\only{number}.dll")
        path = tmp_path / "burst.json"
        path.write_bytes(ndjson(script.events))
        return [path, "--config", config, "--engine-latency", "100ms"]

    @pytest.mark.parametrize("pace", ["asap", "recorded", "x1", "x2", "x0.5"])
    def test_an_hour_takes_no_time_with_the_embedded_engine(self, tmp_path: Path, pace: str) -> None:
        script = Script(milliseconds=600_000)
        script.create(CREATOR, SHELL)
        for _ in range(6):
            script.load(CREATOR)
        path = tmp_path / "hour.json"
        path.write_bytes(ndjson(script.events))
        report = replay(path, "--pace", pace, "--engine-latency", "20ms")
        assert report["durationMilliseconds"] < 1000 * SECONDS
        assert regardless_of_pace(report) == regardless_of_pace(replay(path))

    def test_times_beyond_all_that_can_be_written_are_the_latest_one(self, tmp_path: Path) -> None:
        """Each load waits a minute for an engine that does not answer: 25 days, at a million times the pace."""
        config = tmp_path / "wdfilterd.yaml"
        config.write_text("driver: {syncMonitorNotificationTimeoutMs: 60000}\n")
        script = Script(milliseconds=1)
        script.create(CREATOR, SHELL)
        script.load(CREATOR)
        load = script.events.pop()
        path = tmp_path / "loads.json"
        path.write_bytes(ndjson([*script.events, *[load] * 36_000]))
        engine = ("--engine-reply", "timeout", "--rules", "NotifyImageLoadRule", "--config", config)
        report = replay(path, "--pace", "x1000000", *engine)
        coherent(report)
        last = max(loss["last"]["time"] for loss in report["losses"] if loss["operation"] != "CreateProcess")
        assert last == "9999-12-31T23:59:59.9999999Z"

    @pytest.mark.parametrize(("pace", "least"), [("asap", 0), ("recorded", 1000), ("x1", 1000), ("x2", 500)])
    def test_a_service_gets_a_recording_at_its_pace(
        self, second: Path, fresh: Service, pace: str, least: float
    ) -> None:
        paced = replay(second, "--pace", pace, "--server", url(fresh))
        assert paced["durationMilliseconds"] >= 0.95 * least
        assert regardless_of_pace(paced) == regardless_of_pace(replay(second))

    @pytest.mark.parametrize(("pace", "least"), [("asap", 0), ("recorded", 1000), ("x4", 250)])
    def test_a_webhook_gets_a_recording_at_its_pace(self, second: Path, pace: str, least: float) -> None:
        with new_receiver() as receiver:
            paced = replay(second, "--pace", pace, "--engine-url", receiver.setting["url"])
        assert paced["durationMilliseconds"] >= 0.95 * least
        assert regardless_of_pace(paced) == regardless_of_pace(replay(second))

    @pytest.mark.parametrize("pace", ["asap", "recorded"])
    def test_an_engine_that_is_too_slow_leaves_rules_armed(self, story: Path, pace: str) -> None:
        """A message that is not acknowledged is sent again."""
        report = replay(story, "--rules", RULE, "--engine-latency", "1500ms", "--pace", pace)
        coherent(report)
        assert report["messages"]["sync"] == {"NewThreadDifferentProcess": 3}
        assert ends_of(report, "sync", "NewThreadDifferentProcess") == {"failed": 3}
        [loss] = report["losses"]
        assert (loss["reason"], loss["count"]) == ("STATUS_TIMEOUT", 3)
        assert (loss["processId"], loss["imageFileName"]) == (CREATOR.pid, CREATOR.image)

    @pytest.mark.parametrize("every", [1, 2, 4, 1000])
    def test_an_engine_can_fail(self, tmp_path: Path, every: int) -> None:
        script = Script()
        script.create(CREATOR, SHELL)
        for _ in range(31):
            script.load(CREATOR)
        path = tmp_path / "loads.json"
        path.write_bytes(ndjson(script.events))
        report = replay(path, "--engine-fail-every", str(every))
        coherent(report)
        assert sum(loss["count"] for loss in report["losses"]) == 32 // every
        assert {loss["reason"] for loss in report["losses"]} <= {"STATUS_UNSUCCESSFUL"}

    def test_an_engine_that_always_fails_gets_nothing(self, story: Path) -> None:
        report = replay(story, "--rules", RULE, "--engine-fail-every", "1")
        coherent(report)
        assert report["messages"]["sync"] == {"NewThreadDifferentProcess": 3}
        assert report["messages"]["async"]["CreateThread"] == 3
        assert report["messages"]["direct"] == {"CreateProcess": 2}
        assert sum(of["sent"] for of in report["deliveries"]) == 0

    @pytest.mark.parametrize(
        ("reply", "reason"), [("timeout", "STATUS_TIMEOUT"), ("disconnect", "STATUS_PORT_DISCONNECTED")]
    )
    def test_what_an_engine_answers_can_be_a_loss(self, story: Path, reply: str, reason: str) -> None:
        report = replay(story, "--rules", RULE, "--engine-reply", reply)
        coherent(report)
        assert {loss["reason"] for loss in report["losses"]} == {reason}
        assert sum(of["sent"] for of in report["deliveries"]) == 0

    def test_messages_that_a_flag_stops_are_not_sent(self, tmp_path: Path, story: Path) -> None:
        config = tmp_path / "wdfilterd.yaml"
        config.write_text("driver: {sendSyncNotificationFlag: false}\n")
        report = replay(story, "--rules", RULE, "--config", config)
        coherent(report)
        assert ends_of(report, "sync", "NewThreadDifferentProcess") == {"notSent": 3}
        assert [loss["count"] for loss in report["losses"]] == [3]

    def test_a_full_queue_drops_by_process(self, burst: list[str | Path]) -> None:
        report = replay(*burst, "--pace", "recorded")
        coherent(report)
        ends = ends_of(report, "async", "LoadImage")
        assert ends["sent"] + ends["dropped"] == 40
        assert ends_of(report, "direct", "CreateProcess") == {"sent": 2}
        first, second = report["losses"]
        assert (first["processId"], first["imageFileName"]) == (CREATOR.pid, CREATOR.image)
        assert (second["processId"], second["imageFileName"]) == (TARGET.pid, TARGET.image)
        assert first["count"] + second["count"] == ends["dropped"] > 20
        for loss in (first, second):
            assert (loss["reason"], loss["kind"], loss["operation"]) == ("overflow", "async", "LoadImage")
            assert loss["first"]["sequence"] < loss["last"]["sequence"]
            assert loss["first"]["time"] < loss["last"]["time"]
        assert first["last"]["subject"].endswith("only29.dll")
        assert second["first"]["subject"].endswith("only30.dll")

    @pytest.mark.parametrize("order", ["merged", "one after the other", "in turns", "a late clock"])
    def test_machines_do_not_wait_for_each_other(self, tmp_path: Path, order: str) -> None:
        """Each has the messages that it has alone, with the same times, delays and losses."""
        machines = [f"{name}.contoso.example" for name in ("first", "second", "third")]
        scripts = [Script(machine, milliseconds=step) for machine, step in zip(machines, (100, 70, 30), strict=True)]
        if order == "a late clock":
            scripts[1].load(SHELL)
            scripts[1].events[0].fields["UtcTime"] = "2000-01-01 00:00:00.000"
        for script in scripts:
            script.create(CREATOR, SHELL)
            for number in range(30):
                script.load(CREATOR, f"C:\\Windows\\System32\\only{number}.dll")
                script.thread(SHELL, CREATOR, 7000 + number)
            script.exit(CREATOR)
        events = [event for script in scripts for event in script.events]
        if order in ("merged", "a late clock"):
            events.sort(key=time_of)
        elif order == "in turns":
            turns = (script.events[begin : begin + 5] for begin in range(0, 65, 5) for script in scripts)
            events = [event for turn in turns for event in turn]
        path, told = tmp_path / "machines.json", tmp_path / "messages.ndjson"
        path.write_bytes(ndjson(events))
        slow = ("--pace", "recorded", "--engine-latency", "80ms", "--queue-limit", "6", "--rules", RULE)

        def messages(*options: str) -> tuple[Report, list[Any]]:
            report = replay(path, *slow, "--messages", told, *options)
            coherent(report)
            assert not [gap for gap in report["coverage"]["gaps"] if "another machine" in gap]
            return report, [strict_json(line) for line in told.read_bytes().splitlines()]

        whole, together = messages()
        reports = []
        for machine in machines:
            report, alone = messages("--machine", machine)
            assert [message for message in together if message["machine"] == machine] == alone
            reports.append(report)
        assert len(whole["losses"]) == sum(len(report["losses"]) for report in reports) > 0
        assert whole["late"]["afterExit"] == sum(report["late"]["afterExit"] for report in reports) > 0
        assert whole["queue"]["peak"] == max(report["queue"]["peak"] for report in reports)

    def test_a_machine_at_the_limit_of_events_in_flight_delays_no_other(self, tmp_path: Path) -> None:
        """10,000 creations wait for that of their parent."""
        full, other = (Script(f"{name}.contoso.example", milliseconds=500) for name in ("full", "other"))
        full.create(CREATOR, SHELL)
        waiting = Script(full.machine, milliseconds=0)
        for number in range(10_010):
            waiting.create(Process(20_000 + 4 * number), CREATOR)
        for number in range(40):
            other.create(Process(20_000 + 4 * number), Process(4000 + 4 * number))
            other.load(TARGET)
        path, told = tmp_path / "full.json", tmp_path / "messages.ndjson"
        path.write_bytes(ndjson([*full.events, *waiting.events, *other.events]))
        messages = []
        for machine in ((), ("--machine", other.machine)):
            replay(
                path, "--pace", "recorded", "--engine-latency", "2s", "--queue-limit", "5", "--messages", told, *machine
            )
            lines = [strict_json(line) for line in told.read_bytes().splitlines()]
            messages.append([line for line in lines if line["machine"] == other.machine])
        assert messages[0] == messages[1]
        assert {message["delivery"] for message in messages[0]} == {"sent", "dropped"}

    def test_machines_in_turns_are_late_with_a_webhook_and_the_report_says_so(self, tmp_path: Path) -> None:
        scripts = [Script(f"{name}.contoso.example", milliseconds=2000) for name in ("first", "second")]
        for script in scripts:
            for _ in range(4):
                script.load(CREATOR)
        first, second = (script.events for script in scripts)
        path = tmp_path / "turns.json"
        path.write_bytes(ndjson([first[0], second[0], *first[1:], *second[1:]]))
        with new_receiver() as receiver:
            report = replay(path, "--pace", "x10", "--engine-url", receiver.setting["url"])
        # The event of second 2 comes after that of second 6.
        assert max(of["maxMicroseconds"] for of in report["delay"]) >= 3_900_000
        [gap] = [gap for gap in report["coverage"]["gaps"] if "another machine" in gap]
        assert gap.startswith("2 events stand behind events of another machine that happened over a second later")

    def test_nothing_is_dropped_as_soon_as_possible(self, burst: list[str | Path]) -> None:
        report = replay(*burst)
        assert ends_of(report, "async", "LoadImage") == {"sent": 40}
        assert report["losses"] == []

    def test_lossy_runs_are_equal(self, tmp_path: Path, burst: list[str | Path]) -> None:
        """Also if several processes wait for several others and continue at the same time."""
        processes = [Process(2000 + 4 * number) for number in range(6)]
        script = Script(milliseconds=10)
        for process in processes:
            script.create(process, SHELL)
        for number in range(20):
            source, target, other = (processes[(number + step) % 6] for step in (0, 1, 3))
            script.thread(source, target, 7000 + number)
            script.load(source)
            script.load(other)
        tangle = tmp_path / "tangle.json"
        tangle.write_bytes(ndjson(script.events))
        for source in (burst[0], tangle):
            runs = [alike(replay(source, *burst[1:], "--rules", RULE, "--pace", "recorded")) for _ in range(4)]
            assert runs[0]["losses"]
            assert runs == [runs[0]] * 4, source


def ends_of(report: Report, kind: str, operation: str) -> dict[str, int]:
    """The outcome of the messages of one type, without zeros."""
    [of] = [of for of in report["deliveries"] if (of["kind"], of["operation"]) == (kind, operation)]
    return {end: of[end] for end in ("sent", "failed", "notSent", "dropped") if of[end]}


class TestMeasures:
    """Delays, the queue and late messages, on the clock of the replay."""

    def test_delays_queue_and_late_messages_at_the_recorded_pace(self, slow: list[str | Path]) -> None:
        report = replay(*slow, "--pace", "recorded")
        coherent(report)
        # The creation takes 300 ms. From then on, a load is handed over every 300 ms. The exit happens at 1100 ms.
        delays = {(of["kind"], of["operation"]): of for of in report["delay"]}
        exit_delay = 3300 - 1100
        assert delays == {
            ("direct", "CreateProcess"): delay("direct", "CreateProcess", [0]),
            ("async", "LoadImage"): delay("async", "LoadImage", [300 * (n + 1) - 100 * (n + 1) for n in range(10)]),
            ("async", "CreateProcess"): delay("async", "CreateProcess", [exit_delay]),
        }
        # Three loads were sent before the exit; the message about the exit itself comes after the end, too.
        assert report["late"] == {"afterExit": 7, "afterEnd": 8}
        [process] = report["processes"]
        assert (process["processId"], process["imageFileName"]) == (CREATOR.pid, CREATOR.image)
        assert (process["messages"], process["lost"], process["afterExit"]) == (12, 0, 7)
        assert process["maxDelayMicroseconds"] == 1000 * exit_delay
        assert report["queue"]["peak"] == 8
        assert report["gates"] == []

    def test_as_soon_as_possible_nothing_is_measured_but_the_queue(self, slow: list[str | Path]) -> None:
        report = replay(*slow)
        coherent(report)
        assert (report["delay"], report["late"]) == ([], {"afterExit": 0, "afterEnd": 0})
        assert report["queue"]["peak"] == 1
        assert "maxDelayMicroseconds" not in report["processes"][0]

    def test_a_webhook_is_measured_in_real_time(self, slow: list[str | Path]) -> None:
        with new_receiver() as receiver:
            receiver.answering = lambda connection: (time.sleep(0.3), acknowledge(connection))
            report = replay(slow[0], "--pace", "recorded", "--engine-url", receiver.setting["url"])
        coherent(report)
        [loads] = [of for of in report["delay"] if of["operation"] == "LoadImage"]
        assert loads["count"] == 10
        assert loads["maxMicroseconds"] >= 2_000_000
        assert report["late"]["afterExit"] >= 7

    def test_native_lines_have_no_times_to_measure(self, tmp_path: Path) -> None:
        path = tmp_path / "native.json"
        path.write_bytes(NATIVE)
        report = replay(path, "--pace", "recorded", "--engine-latency", "300ms")
        assert (report["delay"], report["late"]) == ([], {"afterExit": 0, "afterEnd": 0})


def delay(kind: str, operation: str, milliseconds: list[int]) -> Report:
    """The delays of the messages of one type, by nearest rank."""
    ranked = sorted(milliseconds)
    p50, p99 = (ranked[-(-len(ranked) * percent // 100) - 1] for percent in (50, 99))
    return {
        "kind": kind,
        "operation": operation,
        "count": len(ranked),
        "p50Microseconds": 1000 * p50,
        "p99Microseconds": 1000 * p99,
        "maxMicroseconds": 1000 * ranked[-1],
    }


class TestGates:
    """Conditions on the result: exit code 1, and a line that says which one is not met and by how much."""

    @pytest.mark.parametrize(
        ("gate", "line"),
        [
            ("--fail-on-loss", "--fail-on-loss: 3 messages lost, 3 more than 0"),
            ("--fail-on-loss=2", "--fail-on-loss: 3 messages lost, 1 more than 2"),
            ("--max-delay=2199ms", "--max-delay: the longest delay is 2200 ms, 1 ms more than 2199 ms"),
            ("--max-queue=7", "--max-queue: 8 messages queued, 1 more than 7"),
        ],
    )
    def test_a_gate_that_is_not_met(self, story: Path, slow: list[str | Path], gate: str, line: str) -> None:
        # The gate precedes the file: one without a value must not take the file for it.
        options = ("--rules", RULE, "--pace", "recorded", "--engine-latency", "1500ms", "--quiet")
        if gate.startswith("--max"):
            story, options = slow[0], (*slow[1:], "--pace", "recorded", "--quiet")
        result = run(gate, story, *options, "--json")
        report = strict_json(result.stdout)
        coherent(report)
        assert (result.returncode, result.stderr.decode()) == (1, line + "\n")
        [of] = report["gates"]
        assert (of["name"], of["passed"]) == (gate.partition("=")[0].removeprefix("--"), False)
        page = run(gate, story, *options)
        assert (page.returncode, page.stderr.decode()) == (1, line + "\n")

    def test_gates_that_are_met(self, story: Path) -> None:
        options = ("--rules", RULE, "--pace", "recorded")
        gates = ("--fail-on-loss", "--max-delay", "0ms", "--max-queue", "1", "--fail-under", "1")
        report = replay(story, *options, *gates)
        coherent(report)
        assert [(of["name"], of["passed"]) for of in report["gates"]] == [
            ("fail-on-loss", True),
            ("max-delay", True),
            ("max-queue", True),
            ("fail-under", True),
        ]

    def test_every_gate_that_is_not_met_has_a_line(self, story: Path) -> None:
        result = run(story, "--engine-reply", "timeout", "--fail-on-loss", "--fail-under", "99", "--quiet")
        assert result.returncode == 1
        assert [line.partition(":")[0] for line in result.stderr.decode().splitlines()] == [
            "--fail-on-loss",
            "--fail-under",
        ]

    def test_gates_apply_to_a_replay_of_a_service(self, story: Path, fresh: Service) -> None:
        result = run(story, "--server", url(fresh), "--max-queue", "0", "--json", "--quiet")
        assert (result.returncode, result.stderr) == (1, b"--max-queue: 1 message queued, 1 more than 0\n")
        assert strict_json(result.stdout)["gates"] == [{"name": "max-queue", "limit": 0, "value": 1, "passed": False}]

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (["--max-delay", "1s"], b"delays need --pace recorded"),
            (["--fail-on-loss=new"], b"requires --compare"),
        ],
    )
    def test_a_gate_that_cannot_be_measured_is_refused(self, story: Path, options: list[str], message: bytes) -> None:
        result = run(story, *options)
        assert (result.returncode, result.stdout) == (2, b"")
        assert message in result.stderr

    def test_native_lines_have_no_delays_to_limit(self, tmp_path: Path) -> None:
        path = tmp_path / "native.json"
        path.write_bytes(NATIVE)
        result = run(path, "--pace", "recorded", "--max-delay", "1s")
        assert (result.returncode, result.stdout) == (2, b"")
        assert b"--max-delay requires a recording of Sysmon" in result.stderr


class TestComparison:
    """Losses that an earlier report does not have, and the reverse."""

    @pytest.fixture
    def old(self, tmp_path: Path, story: Path) -> Path:
        """The report of an engine that fails every fourth time."""
        path = tmp_path / "old.json"
        path.write_bytes(run(story, "--rules", RULE, "--engine-fail-every", "4", "--json", "--quiet").stdout)
        return path

    def test_the_same_engine_makes_no_difference(self, story: Path, old: Path) -> None:
        options = ("--rules", RULE, "--engine-fail-every", "4", "--compare", old, "--fail-on-loss=new")
        report = replay(story, *options)
        assert report["comparison"] == {"new": [], "recovered": []}
        assert [of["passed"] for of in report["gates"]] == [True]
        page = run(story, *options, "--quiet")
        assert (page.returncode, page.stderr) == (0, b"")
        assert f"Nothing is lost that was not in {old}".encode() in page.stdout

    def test_a_better_engine_brings_messages_back(self, story: Path, old: Path) -> None:
        report = replay(story, "--rules", RULE, "--compare", old, "--fail-on-loss=new")
        lost = strict_json(old.read_bytes())["losses"]
        assert report["comparison"]["new"] == []
        assert sum(of["count"] for of in report["comparison"]["recovered"]) == sum(of["count"] for of in lost) > 0

    def test_a_worse_engine_fails(self, story: Path, old: Path) -> None:
        options = ("--rules", RULE, "--engine-reply", "disconnect", "--compare", old, "--fail-on-loss=new", "--quiet")
        result = run(story, *options, "--json")
        report = strict_json(result.stdout)
        before = sum(of["count"] for of in strict_json(old.read_bytes())["losses"])
        new = sum(of["count"] for of in report["comparison"]["new"])
        assert new == sum(of["count"] for of in report["losses"]) - before
        line = f"--fail-on-loss=new: {new} messages lost that were not lost before\n"
        assert (result.returncode, result.stderr.decode()) == (1, line)
        assert f"Lost now, not in {old}: {new}".encode() in run(story, *options).stdout

    def test_a_report_without_measures_can_be_compared_with(self, story: Path, old: Path) -> None:
        """As of a version that did not measure them."""
        report = strict_json(old.read_bytes())
        names = ("delay", "queue", "late", "processes", "processesUnlisted", "gates")
        old.write_text(json.dumps({name: value for name, value in report.items() if name not in names}))
        assert replay(story, "--rules", RULE, "--engine-fail-every", "4", "--compare", old)["comparison"]["new"] == []

    @pytest.mark.parametrize("content", [None, b"", b"{}", b"[]", b"no JSON", b'{"lines":1}'])
    def test_what_is_no_report_is_refused(self, tmp_path: Path, story: Path, content: bytes | None) -> None:
        path = tmp_path / "old.json"
        if content is not None:
            path.write_bytes(content)
        result = run(story, "--compare", path)
        assert (result.returncode, result.stdout) == (2, b"")
        assert result.stderr.startswith(f"--compare: {path} ".encode())


class TestMessages:
    """The file of messages."""

    def test_each_message_has_a_line(self, tmp_path: Path, story: Path) -> None:
        path = tmp_path / "folder" / "messages.ndjson"
        options = ("--rules", RULE, "--pace", "recorded", "--engine-latency", "1500ms")
        report = replay(story, *options, "--messages", path)
        messages = [strict_json(line) for line in path.read_bytes().splitlines()]
        assert [entry.name for entry in path.parent.iterdir()] == [path.name]
        for of in report["deliveries"]:
            ends = [m["delivery"] for m in messages if (m["kind"], m["operation"]) == (of["kind"], of["operation"])]
            assert {end: ends.count(end) for end in ENDS} == {end: of[end] for end in ENDS}
        assert sorted(m["sequence"] for m in messages) == list(range(1, len(messages) + 1))
        for of in report["delay"]:
            delays = [
                m["delayMicroseconds"] for m in messages if (m["kind"], m["operation"]) == (of["kind"], of["operation"])
            ]
            assert (len(delays), max(delays)) == (of["count"], of["maxMicroseconds"])
        assert sum(m["afterExit"] for m in messages) == report["late"]["afterExit"]
        [lost, *_] = [m for m in messages if m["operation"] == "NewThreadDifferentProcess"]
        assert (lost["delivery"], lost["reason"]) == ("failed", "STATUS_TIMEOUT")
        assert (lost["processId"], lost["imageFileName"]) == (CREATOR.pid, CREATOR.image)
        assert lost["target"].startswith("process ")
        assert lost["machine"] == report["machines"][0]
        assert lost["eventTime"] <= lost["createdAt"] <= lost["sentAt"] < lost["endedAt"]

    def test_a_message_that_the_engine_did_not_get_is_not_late(self, story: Path) -> None:
        options = ("--rules", RULE, "--pace", "recorded", "--engine-latency", "4900ms")
        late = replay(story, *options)["late"]
        assert late["afterExit"] + late["afterEnd"] > 0
        report = replay(story, *options, "--engine-fail-every", "1")
        assert all(of["sent"] == 0 for of in report["deliveries"])
        assert report["delay"]
        assert report["late"] == {"afterExit": 0, "afterEnd": 0}

    def test_a_file_that_the_replay_reads_is_not_replaced(self, tmp_path: Path, story: Path) -> None:
        before = story.read_bytes()
        link = tmp_path / "link"
        link.symlink_to(story)
        for options in (("--messages", story), ("--messages", link), ("--sweep", "latency=1ms", "--points", story)):
            result = run(story, *options)
            assert (result.returncode, result.stdout) == (2, b"")
            assert b"is read by this replay" in result.stderr
        assert story.read_bytes() == before

    def test_csv_has_the_same_columns_and_computes_nothing(self, tmp_path: Path) -> None:
        script = Script()
        evil = ["=cmd()", "+1", "-1", "@a", "\t=1", 'a,"b"']
        for name in evil:
            script.load(CREATOR, name)
        source, rows, lines = tmp_path / "evil.json", tmp_path / "m.CSV", tmp_path / "m.json"
        source.write_bytes(ndjson(script.events))
        replay(source, "--messages", rows)
        replay(source, "--messages", lines)
        with rows.open(newline="") as file:
            table = list(csv.DictReader(file))
        assert [row["target"] for row in table] == [name if name.startswith("a") else "'" + name for name in evil]
        messages = [strict_json(line) for line in lines.read_bytes().splitlines()]
        assert [m["target"] for m in messages] == evil
        for row, message in zip(table, messages, strict=True):
            assert set(message) <= set(row)
            assert row["sequence"] == str(message["sequence"])
            assert row["sentAt"] == message["sentAt"]
            assert row["failure"] == ""

    def test_a_file_that_cannot_be_written_is_exit_code_3(self, tmp_path: Path, story: Path) -> None:
        result = run(story, "--messages", tmp_path)
        assert (result.returncode, result.stdout) == (3, b"")
        assert result.stderr.startswith(f"cannot write {tmp_path}".encode())
        if Path("/dev/full").exists():
            result = run(story, "--messages", "/dev/full")
            assert (result.returncode, result.stdout) == (3, b"")
            assert result.stderr.startswith(b"cannot write /dev/full: ")

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_a_replay_that_is_interrupted_leaves_the_earlier_file(self, tmp_path: Path, number: signal.Signals) -> None:
        path = tmp_path / "m.ndjson"
        path.write_text("earlier")
        command = [binary(), "replay", "-", "--messages", path]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as process:
            deadline = time.monotonic() + SECONDS
            while len(list(tmp_path.iterdir())) == 1:
                assert time.monotonic() < deadline
            process.send_signal(number)
            assert process.wait(timeout=SECONDS) == -number
            assert process.stderr is not None
            line = f"interrupted by {signal.Signals(number).name}: there is no report\n"
            assert process.stderr.read().decode() == line
        assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
        assert path.read_text() == "earlier"

    def test_a_replay_that_fails_leaves_the_earlier_file(self, tmp_path: Path) -> None:
        path, source = tmp_path / "m.ndjson", tmp_path / "text.gz"
        path.write_text("earlier")
        source.write_bytes(b"no archive")
        assert run(source, "--messages", path).returncode == 2
        assert path.read_text() == "earlier"
        assert sorted(entry.name for entry in tmp_path.iterdir()) == ["m.ndjson", "text.gz"]


class TestPage:
    """The page for people."""

    def test_it_begins_with_the_answer_and_fits_on_a_screen(self, tmp_path: Path) -> None:
        scripts = [Script(milliseconds=50) for _ in range(9)]
        for script in scripts:
            for number in range(12):
                process = Process(4000 + 4 * number, f"C:\\Windows\\p{number}.exe", started=number)
                script.create(process, SHELL)
                script.load(process)
                script.thread(process, EARLIER)
                script.open(process, EARLIER)
            script.exit(CREATOR)
        path = tmp_path / "usual.json"
        path.write_bytes(ndjson(event for script in scripts for event in script.events))
        options = ("--rules", RULE, "--pace", "recorded", "--engine-latency", "1200ms", "--quiet")
        report = replay(path, *options)
        page = run(path, *options).stdout.decode().splitlines()
        every = sum(sum(of[end] for end in ENDS) for of in report["deliveries"])
        lost = sum(of["count"] for of in report["losses"])
        assert page[0] == f"WdFilter would have sent {every:,} messages of {len(report['deliveries'])} kinds."
        assert page[1].startswith(f"Your engine at 1.2 s: {lost:,} lost (NewThreadDifferentProcess of p")
        assert page[2].startswith("Worst delay ")
        assert f"{report['late']['afterExit']:,} came after" in page[2] or "none came after" in page[2]
        assert len(page) <= 50
        assert not any("ImageInfo->SystemModeImage" in line for line in page)
        with_coverage = run(path, *options, "--coverage").stdout.decode()
        assert "ImageInfo->SystemModeImage" in with_coverage
        assert "docs/driver-model.md#img" in with_coverage

    def test_as_soon_as_possible_there_are_no_delays(self, story: Path) -> None:
        page = run(story, "--rules", RULE, "--quiet").stdout.decode().splitlines()
        assert page[:3] == [
            "WdFilter would have sent 6 messages of 5 kinds.",
            "An engine that answers at once: none lost.",
            "Worst delay unknown: delays need --pace recorded.",
        ]

    @pytest.mark.parametrize(
        ("pattern", "warns"),
        [("courier.EXE", False), ("*\\Courier.exe", False), ("Courier", True), ("*\\nobody.exe", True)],
    )
    def test_a_policy_that_matches_nothing_is_warned_about(self, story: Path, pattern: str, warns: bool) -> None:
        result = run(story, "--policy", f"{pattern}={RULE}", "--quiet")
        warning = f"warning: --policy {pattern}: no process has such an image\n"
        assert (warning in result.stdout.decode()) == warns
        report = replay(story, "--policy", f"{pattern}={RULE}")
        assert report["messages"]["sync"].get("NewThreadDifferentProcess", 0) == (not warns)

    def test_a_second_replay_onto_the_same_hosts_warns_and_fresh_replaces_them(
        self, story: Path, fresh: Service
    ) -> None:
        options = (story, "--server", url(fresh), "--rules", RULE)
        first = replay(*options)
        name = first["hosts"][0]["host"]
        page = run(*options, "--quiet").stdout.decode().splitlines()
        assert page[3].startswith(f"warning: {name} existed before, with processes of an earlier replay: ")
        assert page[4].startswith(f"warning: --rules had no effect on {name}, which existed before")
        again = replay(*options, "--fresh")
        assert alike(again) == alike(first)
        assert again["hosts"][0]["created"]
        assert "warning:" not in run(*options, "--fresh", "--quiet").stdout.decode()

    def test_settings_of_the_driver_need_no_file(self, tmp_path: Path) -> None:
        script = Script(milliseconds=1)
        for number in range(20):
            script.load(CREATOR, f"{number}.dll")
        path = tmp_path / "loads.json"
        path.write_bytes(ndjson(script.events))
        slow = ("--pace", "recorded", "--engine-latency", "1s")
        report = replay(path, *slow, "--queue-limit", "5")
        assert ends_of(report, "async", "LoadImage") == {"sent": 6, "dropped": 14}
        assert report["queue"]["peak"] == 5
        report = replay(path, *slow, "--set", "driver.asyncTimeoutMs=900", "--starvation-limit", "1")
        assert ends_of(report, "async", "LoadImage") == {"failed": 20}

    @pytest.mark.parametrize(
        ("options", "fault"),
        [
            (["--queue-limit", "many"], b"--queue-limit: "),
            (["--set", "driver.asyncTimeout=1"], b"did you mean driver.asyncTimeoutMs?"),
            (["--set", "engine.type=none"], b'"engine.type" is not a setting of the driver'),
            (["--set", "driver.asyncTimeoutMs=never"], b"--set driver.asyncTimeoutMs: "),
            (["--rules", f"{RULE},Foo"], b'"Foo" is not a rule'),
            (["--policy", "a.exe=Foo"], b'"Foo" is not a rule'),
        ],
    )
    def test_a_fault_says_which_part_is_wrong(self, story: Path, options: list[str], fault: bytes) -> None:
        result = run(story, *options)
        assert (result.returncode, result.stdout) == (2, b"")
        assert fault in result.stderr
        assert result.stderr.count(b"NotifyProcessCmdLine") <= 1


class TestOutput:
    """Which output goes where."""

    def test_progress_is_on_stderr_only(self, story: Path) -> None:
        loud, quiet = run(story, "--json"), run(story, "--json", "--quiet")
        assert (loud.returncode, quiet.returncode, quiet.stderr) == (0, 0, b"")
        assert alike(strict_json(loud.stdout)) == alike(strict_json(quiet.stdout))

    def test_without_json_it_is_for_people(self, story: Path) -> None:
        result = run(story)
        assert result.returncode == 0
        assert result.stdout
        assert b"\n\n13 lines in " in result.stdout
        with pytest.raises(ValueError, match="Expecting value"):
            json.loads(result.stdout)


class TestTokens:
    """A service that requires tokens."""

    @pytest.fixture
    def guarded(self, tmp_path: Path) -> Iterator[Service]:
        """A service with one token for each role."""
        folder = tmp_path / "guarded"
        folder.mkdir()
        roles = ("read", "drive", "admin")
        (folder / "tokens").write_text("".join(f"{role} {role} {role}-token-0123456789\n" for role in roles))
        config = folder / "wdfilterd.yaml"
        config.write_text(f"auth: {{tokensFile: {folder}/tokens}}\n")
        service = Service(folder, ["--config", str(config)])
        yield service
        assert service.stop() == 0

    @pytest.mark.parametrize(("role", "code"), [("admin", 0), ("read", 3), ("unknown", 3), (None, 3)])
    def test_it_takes_a_token_that_may(
        self, tmp_path: Path, story: Path, guarded: Service, role: str | None, code: int
    ) -> None:
        token = tmp_path / "token"
        token.write_text(f"{role}-token-0123456789\n")
        flags = [] if role is None else ["--token-file", token]
        result = run(story, "--server", url(guarded), *flags, "--json")
        assert result.returncode == code
        if code:
            assert (result.stdout, bool(result.stderr)) == (b"", True)
        else:
            assert told(strict_json(result.stdout))["applied"] == INJECTION["applied"]
        assert b"token-0123456789" not in result.stdout + result.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_replay_that_is_interrupted_takes_the_host_of_its_rules_along(
    fresh: Service, ledger: Ledger, number: signal.Signals
) -> None:
    client = Client(fresh.port, ledger)

    def names() -> set[str]:
        return {host["name"] for host in client.call("listHosts").json["items"]}

    command = [binary(), "replay", "-", "--server", url(fresh), "--rules", RULE]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdin is not None
        process.stdin.write(ndjson(injection().events))
        process.stdin.flush()
        deadline = time.monotonic() + SECONDS
        while not any(name.startswith("replay-") for name in names()):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(number)
        assert process.wait(timeout=SECONDS) == -number
    assert not any(name.startswith("replay-") for name in names())
    client.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("waits_for", ["input", "server"])
def test_a_replay_with_rules_is_interrupted_whatever_it_waits_for(
    service: Service, number: signal.Signals, waits_for: str
) -> None:
    """It waits for a recording that does not begin, or for a server that accepts connections and does not respond."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        at = f"http://127.0.0.1:{silent.getsockname()[1]}" if waits_for == "server" else url(service)
        command = [binary(), "replay", "-", "--server", at, "--rules", RULE]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            assert process.stdin is not None
            if waits_for == "server":
                process.stdin.write(ndjson(injection().events))
                process.stdin.flush()
                silent.settimeout(SECONDS)
                connection, _ = silent.accept()
            else:
                blocked = Path(f"/proc/{process.pid}/status")
                deadline = time.monotonic() + SECONDS
                # Before that, the signal's default action ends the process.
                while not int(blocked.read_text().split("SigBlk:")[1].split()[0], 16) & 1 << (number - 1):
                    assert time.monotonic() < deadline
            process.send_signal(number)
            assert process.wait(timeout=SECONDS) == -number
            if waits_for == "server":
                connection.close()


class TestFailures:
    """Exit codes 2 and 3, with nothing on stdout."""

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--order", "sideways"],
            ["--format", "evtx"],
            ["--rules", "NotifyNothing"],
            ["--policy", "*"],
            ["--policy", "*=NotifyNothing"],
            ["--pace", "fast"],
            ["--pace", "x0"],
            ["--pace", "x-1"],
            ["--engine-latency", "soon"],
            ["--engine-fail-every", "-1"],
            ["--fail-under", "101"],
            ["--fail-under", "most"],
            ["--engine-url", "ftp://127.0.0.1/"],
            ["--server", "ftp://127.0.0.1/"],
            ["--server", "http://127.0.0.1:1", "--token-file", "/nonexistent/token"],
            ["--nonsense"],
        ],
        ids=" ".join,
    )
    def test_wrong_usage_is_exit_code_2(self, story: Path, arguments: list[str]) -> None:
        result = run(story, *arguments, "--json")
        assert (result.returncode, result.stdout, bool(result.stderr)) == (2, b"", True)

    @pytest.mark.parametrize("arguments", [["--machine", "a"], ["--initial-threads"]], ids=" ".join)
    def test_options_of_sysmon_are_refused_for_native_lines(self, tmp_path: Path, arguments: list[str]) -> None:
        path = tmp_path / "native.ndjson"
        path.write_bytes(b'{"type":"processCreate","processId":500,"imageFileName":"a.exe"}\n')
        result = run(path, *arguments)
        assert (result.returncode, result.stdout) == (2, b"")
        assert arguments[0].encode() in result.stderr

    @pytest.mark.parametrize("setting", ["none", "webhook, url: 'http://127.0.0.1:1/'"])
    def test_options_of_the_embedded_engine_are_refused_with_another_one(
        self, story: Path, tmp_path: Path, setting: str
    ) -> None:
        config = tmp_path / "c.yaml"
        config.write_text(f"engine: {{type: {setting}}}\n")
        result = run(story, "--config", config, "--engine-reply", "deny")
        assert (result.returncode, result.stdout) == (2, b"")
        assert b"--engine-reply: requires engine.type embedded" in result.stderr

    @pytest.mark.parametrize("data", [b"no JSON\n", b"7\n" * 1000, b"{\n\n{\n"])
    def test_a_file_without_a_record_is_exit_code_2(self, tmp_path: Path, data: bytes) -> None:
        path = tmp_path / "prose.json"
        path.write_bytes(data)
        for source, stdin in ((path, b""), ("-", data)):
            result = run(source, "--json", stdin=stdin)
            assert (result.returncode, json.loads(result.stdout)["applied"]) == (2, 0)
            assert b": nothing was applied: " in result.stderr

    @pytest.mark.parametrize(
        ("data", "met"),
        [
            (b"", b"there is no record in it"),
            (b"\n" * 3_000_000, b"there is no record in it"),
            (b" \t\r\n" * 1_000_000, b"there is no record in it"),
            (b"[" * 3_000_000, b"there is no record in it"),
            (b"[]\n", b"there is no record in it"),
            (b'{"EventID":4688,"Channel":"Security"}\n' * 3, b"3 records of channel Security"),
            (b'{"type":"processCreat"}\n' * 3, b"3 skipped as unknown-shape"),
            (b'{"type":"processCreat"}\n{"type":"processCreat\n', b"1 wrong line, the first: "),
            (b"a,b,c\n1,2,3\n", b"it looks like CSV"),
            (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", b"it looks like a Git LFS pointer"),
            (b"Rar!\x1a\x07\x01\x00", b"it looks like a RAR archive"),
            (b"<html><body>login</body></html>", b"it looks like HTML"),
            (b"<a><b/></a>", b"it looks like XML without Event elements"),
            ('{"EventID":1}\n'.encode("utf-16-le"), b"it looks like UTF-16 without a byte order mark"),
            (b"\x7fELF\x02\x01\x01\x00" * 100, b"it looks like a program"),
        ],
        ids=lambda value: value[:24].decode("latin-1").strip() if isinstance(value, bytes) else None,
    )
    def test_a_file_in_which_nothing_is_an_event_says_what_is_in_it(
        self, tmp_path: Path, data: bytes, met: bytes
    ) -> None:
        path = tmp_path / "other.json"
        path.write_bytes(data)
        for source, stdin in ((path, b""), ("-", data)):
            result = run(source, "--json", "--quiet", stdin=stdin)
            assert (result.returncode, json.loads(result.stdout)["applied"]) == (2, 0)
            assert result.stderr.count(b"\n") == 1
            assert result.stderr.startswith(
                (b"standard input" if source == "-" else bytes(path)) + b": nothing was applied: "
            )
            assert met in result.stderr
        assert run(path, "--allow-empty", "--quiet").returncode == 0

    def test_an_archive_names_what_is_not_read(self, tmp_path: Path, story: Path) -> None:
        path = tmp_path / "capture.zip"
        log = b"ElfFile\0" + bytes(56)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("run/systeminfo.txt", "Host Name: WS07\nOS Name: Windows\nOS Version: 10\n")
            for name in ("Application", "Kernel-A", "Microsoft-Windows-Sysmon%4Operational"):
                archive.writestr(f"run/logs/{name}.evtx", log)
        for arguments in (("--json", "--quiet"), ("--quiet",), ()):
            result = run(path, *arguments, env={"PATH": "/nonexistent"})
            assert result.returncode == 2
            first = result.stderr.splitlines()[0]
            assert first.startswith(b"not read: capture.zip: run/logs/Microsoft-Windows-Sysmon%4Operational.evtx, ")
            assert b"systeminfo.txt: looks like text" in result.stderr
        report = json.loads(run(path, "--json", env={"PATH": "/nonexistent"}).stdout)
        assert (report["lines"], report["rejectedCount"], report["unreadCount"]) == (0, 0, 4)
        assert report["unread"][0]["name"] == "capture.zip: run/logs/Microsoft-Windows-Sysmon%4Operational.evtx"
        # A recording beside them is read, whatever its name and place.
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("run/z.bin", story.read_bytes())
        result = run(path, "--json", env={"PATH": "/nonexistent"})
        report = json.loads(result.stdout)
        assert (result.returncode, report["applied"], report["unreadCount"]) == (0, INJECTION["applied"], 4)

    def test_what_can_be_read_of_a_file_that_is_cut_short_is_reported(self, tmp_path: Path, story: Path) -> None:
        path = tmp_path / "cut.json.gz"
        path.write_bytes(gzip.compress(story.read_bytes())[:-6])
        for arguments in (("--json",), ()):
            result = run(path, *arguments)
            assert result.returncode == 2
            assert b"is damaged or truncated" in result.stderr
            assert result.stdout
        report = json.loads(run(path, "--json").stdout)
        assert report["applied"] == INJECTION["applied"]
        assert "is damaged or truncated" in report["fault"]

    @pytest.mark.parametrize("source", ["/dev/zero", "/proc/self/pagemap", "/proc/self/maps", "/proc/cpuinfo"])
    def test_what_may_have_no_end_is_refused(self, source: str) -> None:
        result = run(source, "--json")
        assert (result.returncode, result.stdout) == (2, b"")
        assert b"is a device" in result.stderr or b"has content but no size" in result.stderr
        with Path(source).open("rb") as stream:
            command = [binary(), "replay", "-", "--json"]
            piped = subprocess.run(command, stdin=stream, capture_output=True, timeout=SECONDS, check=False)
        assert (piped.returncode, piped.stdout) == (2, b"")

    def test_what_lies_behind_compressed_data_is_a_fault(self, tmp_path: Path, story: Path) -> None:
        path = tmp_path / "story.json.gz"
        packed = gzip.compress(story.read_bytes())
        damaged = bytes([packed[0] ^ 1]) + packed[1:]
        for behind in (b"garbage", damaged):
            path.write_bytes(packed + behind)
            result = run(path, "--json")
            assert (result.returncode, json.loads(result.stdout)["applied"]) == (2, INJECTION["applied"])
            assert f"{len(behind)} bytes after the compressed data cannot be read".encode() in result.stderr
        path.write_bytes(packed + bytes(10_240))
        assert alike(replay(path)) == alike(replay(story))

    @pytest.mark.parametrize(
        "first", [b'{"type":"processCreate', b'{"type":"processCreat"}', b"no JSON", b"\xff", b"[]", b'"a"']
    )
    def test_native_lines_behind_one_that_is_broken_are_native(self, tmp_path: Path, first: bytes) -> None:
        path = tmp_path / "native.json"
        data = first + b"\n" + NATIVE
        path.write_bytes(data)
        for source, stdin in ((path, b""), ("-", data)):
            report = replay(source, stdin=stdin)
            assert report["applied"] == 3
            # A line with only brackets is not counted.
            assert report["rejectedCount"] == (first != b"[]")

    def test_one_record_is_enough(self, tmp_path: Path, story: Path) -> None:
        path = tmp_path / "prose.json"
        path.write_bytes(b"no JSON\n" * 200 + story.read_bytes())
        report = replay(path, "--rules", RULE)
        coherent(report)
        assert (report["rejectedCount"], report["applied"]) == (200, INJECTION["applied"])
        assert [fault["line"] for fault in report["rejected"]] == list(range(1, 101))
        assert {fault["part"] for fault in report["rejected"]} == {"prose.json"}

    def test_no_file_is_exit_code_2(self) -> None:
        result = run("--json")
        assert (result.returncode, result.stdout, bool(result.stderr)) == (2, b"", True)

    @pytest.mark.parametrize("kind", ["absent.json", "folder.json", "text.zip", "text.gz", "empty.zip"])
    def test_a_file_that_cannot_be_read_is_exit_code_2(self, tmp_path: Path, story: Path, kind: str) -> None:
        path = tmp_path / kind
        if kind.startswith("folder"):
            path.mkdir()
        elif kind.startswith("text"):
            path.write_bytes(b"no archive\n" * 100)
        elif kind.startswith("empty"):
            zipfile.ZipFile(path, "w").close()
        result = run(path)
        assert (result.returncode, result.stdout) == (2, b"")
        assert kind.encode() in result.stderr

    def test_a_server_or_an_engine_that_is_not_there_is_exit_code_3(self, story: Path) -> None:
        with new_receiver() as receiver:
            gone = receiver.setting["url"]
        for flag in ("--server", "--engine-url"):
            result = run(story, flag, gone, "--json")
            assert (result.returncode, bool(result.stderr)) == (3, True), flag

    @pytest.mark.parametrize("named", ["by a flag", "in the file"])
    def test_an_engine_that_goes_away_is_exit_code_3(self, story: Path, tmp_path: Path, named: str) -> None:
        with new_receiver() as receiver:

            def only_the_ping(connection: socket.socket) -> None:
                if len(receiver.requests) == 1:
                    acknowledge(connection)
                else:
                    connection.close()

            receiver.answering = only_the_ping
            url = receiver.setting["url"]
            config = tmp_path / "engine.yaml"
            config.write_text(f"engine: {{type: webhook, url: '{url}'}}\n")
            options = ("--engine-url", url) if named == "by a flag" else ("--config", config)
            result = run(story, *options, "--json", "--quiet")
        assert result.returncode == 3
        assert strict_json(result.stdout)["losses"]
        assert b"the engine was unreachable for" in result.stderr
