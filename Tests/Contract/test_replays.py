"""Recordings of any number of machines in one request, each replayed into its own host."""

import hashlib
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contract.client import Client, Ledger
from contract.machine import Machine, new_machine
from contract.recordings import NAMES, SHARED, Recording, loads_after_exit, recording
from contract.replays import Report, alike, post, replayed, settled
from contract.service import Service
from contract.story import RULE
from contract.sysmon import (
    CREATOR,
    DRIVERS,
    EARLIER,
    INJECTION,
    SHAPES,
    SHELL,
    TARGET,
    Process,
    Script,
    host_of,
    injection,
    ndjson,
    new_name,
    told,
)

ARMED = {"items": [{"imageFileName": "*", "rules": [RULE]}]}
OF_MACHINE = ("applied", "appliedByType", "messages", "processesSynthesised", "processesCompleted", "tombstoneRecords")

with_recordings = pytest.mark.skipif(
    not (SHARED / "datasets").is_dir(),
    reason=f"no recordings: {SHARED / 'datasets'} is not there, set WDFILTERD_SHARED to the folder that holds them",
)


@pytest.fixture
def armed(machine: Machine) -> Machine:
    """A host whose policy sets the rule on every process; it is the template of new hosts."""
    machine.call("putRulePolicies", body=ARMED)
    return machine


@pytest.fixture(scope="module", params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in NAMES])
def recorded(request: pytest.FixtureRequest) -> Recording:
    """Each of the recordings in turn."""
    return recording(request.param)


def section_of(report: Report, name: str) -> Report | None:
    """The section of the machine `name`, or None if none of its records was for the driver."""
    return next((section for section in report["hosts"] if section["machine"] == name.lower()), None)


@with_recordings
class TestRecordings:
    """Recorded attacks, checked against the results of an independent reader."""

    def test_the_sums_are_those_of_the_independent_reader(self, armed: Machine, recorded: Recording) -> None:
        truth = recorded.truth
        late = loads_after_exit(recorded.lines)
        with replayed(armed.client, b"".join(recorded.lines), like=armed.name) as report:
            assert (report["lines"], report["rejectedCount"]) == (truth["lines"], truth["malformed"])
            assert set(report["machines"]) == set(truth["hosts"])
            assert all(section["created"] and section["applied"] for section in report["hosts"])
            assert report["messages"]["direct"] == counted(CreateProcess=truth["process_creates"])
            assert report["appliedByType"] == counted(
                processCreate=truth["create_records"],
                processExit=truth["exit_records"],
                threadCreate=truth["threads_cross"],
                imageLoad=truth["image_loads"] - sum(late.values()),
                driverLoad=truth["kernel_images_sysmon6"],
            )
            assert report["skippedByType"].get("imageLoad", {}) == late
            skipped = report["skipped"]
            unresolved = sum(truth["pid_unresolved"].values())
            assert skipped.get("process-open", 0) == truth["opens"]
            assert skipped.get("pid-unresolved", 0) == unresolved
            assert skipped.get("registry", 0) + unresolved == sum(truth["registry"].values())
            assert "other-machine" not in skipped
            assert report["messages"]["async"].get("LoadImage", 0) == truth["image_loads"] - sum(late.values())
            delivery = truth["delivery"]["creator_oneshot"]
            assert report["messages"]["sync"] == counted(NewThreadDifferentProcess=delivery["sync"])
            assert report["messages"]["async"].get("CreateThread", 0) == delivery["async_"]
            most = truth["synth_with_parents"] + truth["created_after_first_mention"]
            assert report["processesSynthesised"] <= most
            assert report["processesCompleted"] <= truth["created_after_first_mention"]

    def test_each_machine_has_its_own_host_on_which_all_was_sent(self, armed: Machine, recorded: Recording) -> None:
        with replayed(armed.client, b"".join(recorded.lines), like=armed.name) as report:
            for section in report["hosts"]:
                assert section["host"] == host_of(section["machine"])
                settled(Machine(armed.client, section["host"]), section)

    def test_a_section_tells_what_a_replay_of_that_machine_alone_does(
        self, armed: Machine, recorded: Recording
    ) -> None:
        data = b"".join(recorded.lines)
        with replayed(armed.client, data, like=armed.name) as report:
            for name in recorded.truth["hosts"]:
                section = section_of(report, name)
                with new_machine(armed.client, clock={"mode": "events"}, rulePolicies=ARMED) as alone:
                    query = {"format": "sysmon", "machine": name}
                    same = alone.get("postEvents", data=data, query=query)
                    alone.drain()
                if section is None:
                    assert same["applied"] == 0, name
                else:
                    assert {key: section[key] for key in OF_MACHINE} == {key: same[key] for key in OF_MACHINE}, name

    def test_with_initial_threads_parents_are_told_too(self, armed: Machine) -> None:
        recorded = recording("purplesharp_pe_injection_createremotethread")
        data = b"".join(recorded.lines)
        with replayed(armed.client, data, like=armed.name, initialThreads=True) as report:
            expected = recorded.truth["delivery"]["creator_oneshot_with_initial_threads"]
            assert report["messages"]["sync"] == {"NewThreadDifferentProcess": expected}

    def test_one_machine_can_be_chosen(self, armed: Machine) -> None:
        recorded = recording("covenant_lolbin_wuauclt_createremotethread")
        data = b"".join(recorded.lines)
        with replayed(armed.client, data, like=armed.name) as whole:
            assert len(whole["machines"]) == len(recorded.truth["hosts"]) == 3
        for name in recorded.truth["hosts"]:
            with replayed(armed.client, data, like=armed.name, machine=name.upper()) as report:
                section, before = section_of(report, name), section_of(whole, name)
                if section is None or before is None:
                    assert (section, before, report["applied"]) == (None, None, 0)
                else:
                    assert {key: section[key] for key in OF_MACHINE} == {key: before[key] for key in OF_MACHINE}
                    assert report["applied"] == section["applied"]
                assert len(report["hosts"]) == (section is not None)
                assert report["skipped"]["other-machine"] > 0

    def test_rules_are_what_coverage_grows_by(self, armed: Machine, recorded: Recording) -> None:
        data = b"".join(recorded.lines)
        with new_machine(armed.client) as bare, replayed(armed.client, data, like=bare.name) as report:
            without = report["coverage"]
        with replayed(armed.client, data, like=armed.name) as report:
            assert report["coverage"]["percent"] >= without["percent"]
            loads = [of for of in report["coverage"]["routines"] if of["routine"] == "MpLoadImageNotifyRoutine"]
            applied = report["appliedByType"]
            assert [of["records"] for of in loads] == [applied["imageLoad"] + applied.get("driverLoad", 0)]

    @pytest.mark.parametrize("name", NAMES)
    def test_two_replays_into_fresh_services_give_the_same_bytes(
        self, tmp_path: Path, ledger: Ledger, name: str
    ) -> None:
        data = b"".join(recording(name).lines)
        first, second = (
            journal(tmp_path / turn, ledger, lambda client: replay_armed(client, data)) for turn in ("1", "2")
        )
        assert first == second
        assert any(first[1].values())


def counted(**counts: int) -> dict[str, int]:
    """The counts that are not 0."""
    return {name: count for name, count in counts.items() if count}


def replay_armed(client: Client, data: bytes) -> Report:
    """Replay into hosts like `default`, whose policy sets the rule."""
    client.call("putRulePolicies", host="default", body=ARMED)
    report: Report = post(client, data).json
    return report


def journal(folder: Path, ledger: Ledger, replay: Callable[[Client], Report]) -> tuple[Report, dict[str, list[Any]]]:
    """The report of a replay into a new service, and the messages of each host with a digest of the bytes."""
    folder.mkdir()
    service = Service(folder)
    client = Client(service.port, ledger)
    try:
        report = replay(client)
        sent = {}
        for section in report["hosts"]:
            host = Machine(client, section["host"])
            sent[section["host"]] = [
                (entry["sequence"], entry["kind"], entry["operation"], digest(host, entry["sequence"]))
                for entry in host.all("listMessages", query={"limit": 1000})
            ]
    finally:
        client.close()
        assert service.stop() == 0
    return alike(report), sent


def digest(host: Machine, sequence: int) -> str:
    """SHA-256 of the exact bytes of a message."""
    answer = host.call("getMessage", sequence=sequence, headers={"Accept": "application/octet-stream"})
    assert answer.media == "application/octet-stream"
    return hashlib.sha256(answer.body).hexdigest()


class TestStory:
    """Records written by hand."""

    @pytest.mark.parametrize("shape", SHAPES)
    def test_a_story_is_the_same_in_every_shape(self, armed: Machine, shape: str) -> None:
        script = injection()
        with replayed(armed.client, ndjson(script.events, SHAPES[shape]), like=armed.name) as report:
            assert told(report) == INJECTION
            assert (report["rejected"], report["machines"]) == ([], [script.machine.lower()])
            [section] = report["hosts"]
            assert (section["host"], section["created"]) == (host_of(script.machine), True)
            assert told(section) == INJECTION
            host = Machine(armed.client, section["host"])
            settled(host, section)
            assert {process["processId"] for process in host.all("listProcesses")} == {4, CREATOR.pid, EARLIER.pid}
            creator = host.get("getProcess", pid=CREATOR.pid)
            assert (creator["imageFileName"], creator["rules"]) == (CREATOR.image, [])
            assert creator["creationTime"] == "2021-03-09T07:40:02.0000000Z"
            assert creator["parent"]["processId"] == SHELL.pid

    def test_a_rule_fires_once_and_is_cleared(self, armed: Machine) -> None:
        script = Script()
        script.create(CREATOR, SHELL)
        script.create(TARGET, SHELL)
        script.load(EARLIER)
        for tid, target in enumerate([TARGET, EARLIER] * 3, start=7000):
            script.thread(CREATOR, target, tid)
        script.thread(TARGET, EARLIER)
        script.thread(TARGET, CREATOR)
        with replayed(armed.client, ndjson(script.events), like=armed.name) as report:
            assert report["messages"]["sync"] == {"NewThreadDifferentProcess": 2}
            assert report["messages"]["async"] == {"LoadImage": 1, "CreateThread": 2}
            [section] = report["hosts"]
            host = Machine(armed.client, section["host"])
            entries = host.all("listMessages", query={"operation": "NewThreadDifferentProcess"})
            assert [entry["process"]["processId"] for entry in entries] == [CREATOR.pid, TARGET.pid]
            assert [entry["message"]["targetProcess"]["processId"] for entry in entries] == [TARGET.pid, EARLIER.pid]
            assert all(entry["acknowledged"] for entry in entries)
            rules = {process["processId"]: process["rules"] for process in host.all("listProcesses")}
            assert rules == {4: [], CREATOR.pid: [], TARGET.pid: [], EARLIER.pid: [RULE]}

    def test_drivers_are_on_the_host_in_order(self, client: Client) -> None:
        script = injection()
        with replayed(client, ndjson(script.events)) as report:
            host = Machine(client, report["hosts"][0]["host"])
            assert [driver["fullImageName"] for driver in host.all("listDrivers")] == DRIVERS

    def test_driver_loads_are_counted_as_such(self, client: Client) -> None:
        with replayed(client, ndjson(injection().events)) as report:
            assert report["appliedByType"]["driverLoad"] == len(DRIVERS)
            assert report["appliedByType"]["imageLoad"] == 1

    def test_machines_with_the_same_pids_are_apart(self, armed: Machine) -> None:
        scripts = []
        for number in range(3):
            script = injection()
            script.load(Process(CREATOR.pid, CREATOR.image), f"C:\\Windows\\System32\\only{number}.dll")
            scripts.append(script)
        turns = itertools.chain.from_iterable(zip(*(script.events for script in scripts), strict=True))
        with replayed(armed.client, ndjson(turns), like=armed.name) as report:
            names = [script.machine.lower() for script in scripts]
            assert report["machines"] == [section["machine"] for section in report["hosts"]] == names
            assert [section["host"] for section in report["hosts"]] == [host_of(name) for name in names]
            assert report["messages"]["sync"] == {"NewThreadDifferentProcess": 3}
            for number, section in enumerate(report["hosts"]):
                host = Machine(armed.client, section["host"])
                settled(host, section)
                loads = host.all("listMessages", query={"operation": "LoadImage"})
                assert loads[-1]["message"]["imageFileName"].endswith(f"only{number}.dll")
                assert section["messages"]["sync"] == {"NewThreadDifferentProcess": 1}

    def test_one_machine_is_chosen_without_regard_to_case(self, armed: Machine) -> None:
        first, second = injection(), injection()
        data = ndjson(first.events + second.events)
        with replayed(armed.client, data, like=armed.name, machine=second.machine.upper()) as report:
            [section] = report["hosts"]
            assert (section["machine"], told(section)) == (second.machine.lower(), INJECTION)
            assert report["skipped"]["other-machine"] == len(first.events)
            assert report["applied"] == section["applied"]
        armed.client.call("getHost", host=host_of(first.machine), expect=404)

    def test_a_create_for_a_live_pid_ends_the_one_before(self, armed: Machine) -> None:
        script = Script()
        before, after = Process(2000, "C:\\a.exe"), Process(2000, "C:\\b.exe", started=600)
        script.create(before, SHELL)
        script.create(after, SHELL)
        script.load(after)
        script.load(before)
        with replayed(armed.client, ndjson(script.events), like=armed.name) as report:
            assert report["appliedByType"] == {"processCreate": 2, "imageLoad": 1}
            assert report["skipped"] == {"after-exit": 1}
            assert report["tombstoneRecords"] == 1
            assert report["messages"]["direct"] == {"CreateProcess": 2}
            assert report["messages"]["async"] == {"CreateProcess": 1, "LoadImage": 1}
            host = Machine(armed.client, report["hosts"][0]["host"])
            process = host.get("getProcess", pid=2000)
            assert process["imageFileName"] == "C:\\b.exe"
            assert process["creationTime"] == "2021-03-09T07:50:02.0000000Z"

    def test_an_exited_process_is_not_made_again(self, armed: Machine) -> None:
        script = Script()
        script.create(TARGET, SHELL)
        script.exit(TARGET)
        script.load(TARGET)
        script.exit(TARGET)
        script.create(TARGET, SHELL)
        script.thread(CREATOR, TARGET)
        script.thread(TARGET, CREATOR)
        with replayed(armed.client, ndjson(script.events), like=armed.name) as report:
            assert report["appliedByType"] == {"processCreate": 1, "processExit": 1}
            assert report["skipped"] == {"after-exit": 5}
            assert report["tombstoneRecords"] == 5
            host = Machine(armed.client, report["hosts"][0]["host"])
            assert TARGET.pid not in {process["processId"] for process in host.all("listProcesses")}

    def test_a_create_that_comes_late_completes_the_process(self, armed: Machine) -> None:
        script = Script()
        script.load(CREATOR)
        script.create(CREATOR, SHELL)
        script.create(CREATOR, SHELL)
        with replayed(armed.client, ndjson(script.events), like=armed.name) as report:
            assert (report["processesSynthesised"], report["processesCompleted"]) == (1, 1)
            assert report["messages"]["direct"] == {"CreateProcess": 1}
            assert report["skipped"] == {"already-created": 1}

    def test_a_record_waits_until_its_pid_is_known(self, armed: Machine) -> None:
        script = Script()
        script.load(CREATOR)
        del script.events[0].fields["ProcessId"]
        script.load(EARLIER)
        del script.events[1].fields["ProcessId"]
        script.open(TARGET, CREATOR)
        with replayed(armed.client, ndjson(script.events), like=armed.name) as report:
            assert report["appliedByType"] == {"imageLoad": 1}
            assert report["skipped"] == {"process-open": 1, "pid-unresolved": 1}
            host = Machine(armed.client, report["hosts"][0]["host"])
            assert host.get("getProcess", pid=CREATOR.pid)["imageFileName"] == CREATOR.image

    def test_crlf_blank_lines_and_chunks_that_cut_lines_anywhere(self, armed: Machine) -> None:
        data = b"\r\n \n" + ndjson(injection().events, newline="\r\n\r\n")[:-4]
        chunks = (data[index : index + 7] for index in range(0, len(data), 7))
        with replayed(armed.client, chunks, like=armed.name) as report:
            assert told(report) == INJECTION

    def test_nothing_comes_to_nothing(self, client: Client) -> None:
        with replayed(client, b"\n") as report:
            assert (report["lines"], report["applied"], report["hosts"], report["machines"]) == (0, 0, [], [])
            assert report["messages"] == {"sync": {}, "async": {}, "direct": {}}

    def test_bad_lines_are_told_and_passed_over(self, armed: Machine) -> None:
        script = injection()
        lines = ndjson(script.events).splitlines(keepends=True)
        data = b"no JSON\n" + b"".join(lines[:5]) + b"[]\n" + b"".join(lines[5:]) + b"{\n" * 150
        with replayed(armed.client, data, like=armed.name) as report:
            # A line with only brackets is not counted.
            assert report["rejectedCount"] == 151
            numbers = [rejection["line"] for rejection in report["rejected"]]
            assert numbers[:3] == [1, 16, 17]
            assert (len(numbers), numbers) == (100, sorted(numbers))
            assert all(rejection["detail"] for rejection in report["rejected"])
            assert told(report["hosts"][0]) == INJECTION
            assert told(report) == INJECTION | {"lines": 13 + 151}

    def test_the_reader_stops_at_the_first_bad_line_when_asked(self, client: Client) -> None:
        script = injection()
        lines = ndjson(script.events).splitlines(keepends=True)
        data = lines[0] + b"no JSON\n" + b"".join(lines[1:])
        with replayed(client, data, stopOnError=True) as report:
            assert (report["applied"], report["rejectedCount"]) == (1, 1)
            assert [rejection["line"] for rejection in report["rejected"]] == [2]
            assert report["stoppedAtLine"] == 2

    def test_other_channels_are_nobodys(self, client: Client) -> None:
        name = new_name()
        data = b'{"EventID":1,"Channel":"Security","Hostname":"%b","ProcessId":"8"}\n' % name.encode()
        with replayed(client, data * 3) as report:
            assert report["skipped"] == {"other-channel": 3}
            assert report["applied"] == 0


class TestHosts:
    """Which host gets the records of a machine, and how that host is configured."""

    @pytest.mark.parametrize(
        ("pattern", "host"),
        [
            ("{}_Lab.Corp", "{}-lab-corp"),
            ("{} (Übung)", "{}---bung-"),
            ("{}" + "x" * 80, "{}" + "x" * 80),
        ],
    )
    def test_a_host_is_named_after_its_machine(self, client: Client, pattern: str, host: str) -> None:
        short = new_name().partition(".")[0]
        script = injection(pattern.format(short))
        with replayed(client, ndjson(script.events)) as report:
            [section] = report["hosts"]
            assert section["host"] == host.format(short.lower())[:63]
            assert client.call("getHost", host=section["host"]).json["name"] == section["host"]

    def test_a_new_host_is_like_the_one_named(self, machine: Machine) -> None:
        items = [{"imageFileName": "*\\Courier.exe", "rules": [RULE], "flags": []}]
        machine.call("putRulePolicies", body={"items": items})
        machine.call("patchConfig", body={"asyncTimeoutMs": 4321, "asyncStarvationLimit": 5})
        machine.call("putEngine", body={"type": "embedded", "reply": "mismatch"})
        before = {name: machine.get(name) for name in ("getConfig", "getRulePolicies", "listProcesses", "getClock")}
        with replayed(machine.client, ndjson(injection().events), like=machine.name) as report:
            host = Machine(machine.client, report["hosts"][0]["host"])
            for name in ("getConfig", "getRulePolicies"):
                assert host.get(name) == before[name]
            assert host.get("getEngine")["reply"] == "mismatch"
            assert host.get("getClock")["mode"] == "events"
            # A message that is not acknowledged is sent again.
            assert report["messages"]["sync"] == {"NewThreadDifferentProcess": 3}
        assert {name: machine.get(name) for name in before} == before
        assert machine.get("listMessages")["newest"] == 0

    def test_without_a_name_a_new_host_is_like_default(self, client: Client) -> None:
        with replayed(client, ndjson(injection().events)) as report:
            host = Machine(client, report["hosts"][0]["host"])
            default = Machine(client, "default")
            for name in ("getConfig", "getRulePolicies"):
                assert host.get(name) == default.get(name)

    def test_a_host_that_is_there_is_used_as_it_is(self, armed: Machine) -> None:
        script = injection()
        name = host_of(script.machine)
        clock = {"mode": "manual", "now": "2020-02-21T10:15:30.1234567Z"}
        host = Machine(armed.client, name)
        host.call("putHost", body={"clock": clock}, expect=201)
        try:
            with replayed(armed.client, ndjson(script.events), like=armed.name) as report:
                [section] = report["hosts"]
                assert (section["host"], section["created"]) == (name, False)
                assert report["messages"]["sync"] == {}
                assert host.get("getClock") == clock
                assert host.get("getRulePolicies")["items"] == []
                assert host.get("getProcess", pid=CREATOR.pid)["imageFileName"] == CREATOR.image
        finally:
            host.call("deleteHost")

    def test_a_second_replay_goes_onto_the_hosts_of_the_first(self, armed: Machine) -> None:
        data = ndjson(injection().events)
        once = replayed(armed.client, data, like=armed.name)
        again = replayed(armed.client, data, like=armed.name)
        with once as first, again as second:
            assert [section["host"] for section in second["hosts"]] == [first["hosts"][0]["host"]]
            assert [section["created"] for section in second["hosts"]] == [False]
            assert second["skipped"]["already-created"] >= 1

    def test_a_fresh_replay_replaces_the_hosts_of_the_first(self, armed: Machine) -> None:
        data = ndjson(injection().events)
        once = replayed(armed.client, data, like=armed.name)
        again = replayed(armed.client, data, like=armed.name, fresh=True)
        with once as first, again as second:
            assert alike(second) == alike(first)
            settled(Machine(armed.client, second["hosts"][0]["host"]), second["hosts"][0])

    def test_a_clock_stands_at_the_last_record(self, client: Client) -> None:
        script = Script(milliseconds=1234)
        script.create(CREATOR, SHELL)
        script.load(CREATOR)
        with replayed(client, ndjson(script.events)) as report:
            host = Machine(client, report["hosts"][0]["host"])
            last = script.events[-1].fields["UtcTime"].replace(" ", "T")
            assert host.get("getClock")["now"] == f"{last}0000Z"

    @pytest.mark.parametrize("on_full", ["wait", "drop"])
    def test_nothing_is_dropped_while_the_worker_works(self, machine: Machine, on_full: str) -> None:
        machine.call("patchConfig", body={"maxAsyncNotificationCount": 1})
        machine.call("putEngine", body={"type": "embedded", "delayMs": 5})
        script = Script()
        for _ in range(50):
            script.load(CREATOR)
        with replayed(machine.client, ndjson(script.events), like=machine.name, onFull=on_full) as report:
            assert report["messages"]["async"] == {"LoadImage": 50}
            queue = Machine(machine.client, report["hosts"][0]["host"]).get("getCounters")["async"]
            assert (queue["enqueued"], queue["sent"]) == (50, 50)
            assert queue["droppedOnOverflow"] == queue["queued"] == queue["inHand"] == 0
            assert report["losses"] == []

    def test_a_paused_worker_lets_a_full_queue_drop(self, machine: Machine) -> None:
        script = Script(machine.name)
        for number in range(50):
            script.load(CREATOR, f"{number}.dll")
        machine.call("patchConfig", body={"maxAsyncNotificationCount": 10})
        machine.call("putWorker", body={"state": "paused"})
        report = post(machine.client, ndjson(script.events)).json
        [of] = report["deliveries"]
        assert of == delivery("async", "LoadImage", dropped=40)
        [loss] = report["losses"]
        assert (loss["machine"], loss["processId"], loss["imageFileName"]) == (machine.name, CREATOR.pid, CREATOR.image)
        assert (loss["reason"], loss["count"]) == ("overflow", 40)
        assert loss["first"]["subject"] == "0.dll"
        assert loss["last"]["subject"] == "39.dll"
        assert [loss[which]["sequence"] for which in ("first", "last")] == [1, 40]
        assert machine.get("getQueues")["notificationsCount"] == 10


def delivery(kind: str, operation: str, **ends: int) -> dict[str, Any]:
    """The delivery counts for messages of one type."""
    return {"kind": kind, "operation": operation, "sent": 0, "failed": 0, "notSent": 0, "dropped": 0, **ends}


class TestLosses:
    """The outcome of the messages, and which of them were lost."""

    def test_an_engine_that_takes_everything(self, armed: Machine) -> None:
        with replayed(armed.client, ndjson(injection().events), like=armed.name) as report:
            assert report["deliveries"] == [
                delivery(kind, operation, sent=count)
                for kind in ("async", "direct", "sync")
                for operation, count in sorted(INJECTION["messages"][kind].items())
            ]
            assert (report["losses"], report["lossesUnlisted"]) == ([], 0)

    def test_an_engine_that_is_not_there(self, armed: Machine) -> None:
        armed.call("putEngine", body={"type": "none"})
        script = injection()
        with replayed(armed.client, ndjson(script.events), like=armed.name) as report:
            assert sum(of["failed"] for of in report["deliveries"]) == 10
            assert {loss["reason"] for loss in report["losses"]} == {"STATUS_PORT_DISCONNECTED"}
            assert {loss["machine"] for loss in report["losses"]} == {script.machine.lower()}
            told_of = [(loss["kind"], loss["operation"], loss["processId"], loss["count"]) for loss in report["losses"]]
            assert told_of == [
                ("direct", "CreateProcess", CREATOR.pid, 1),
                ("direct", "CreateProcess", TARGET.pid, 1),
                ("async", "LoadImage", EARLIER.pid, 1),
                ("sync", "NewThreadDifferentProcess", CREATOR.pid, 3),
                ("async", "CreateThread", CREATOR.pid, 3),
                ("async", "CreateProcess", TARGET.pid, 1),
            ]
            host = Machine(armed.client, report["hosts"][0]["host"])
            for loss in report["losses"]:
                for which in ("first", "last"):
                    message = host.get("getMessage", sequence=loss[which]["sequence"])
                    assert (message["kind"], message["operation"]) == (loss["kind"], loss["operation"])
                    assert (message["delivery"], message["status"]) == ("failed", loss["reason"])
                    assert message["process"]["processId"] == loss["processId"]

    @pytest.mark.parametrize("every", [1, 2, 7])
    def test_an_engine_that_fails_at_times(self, machine: Machine, every: int) -> None:
        machine.call("putEngine", body={"type": "embedded", "failEvery": every})
        script = Script()
        for _ in range(42):
            script.load(CREATOR)
        with replayed(machine.client, ndjson(script.events), like=machine.name) as report:
            lost = 42 // every
            assert report["deliveries"] == [delivery("async", "LoadImage", sent=42 - lost, failed=lost)]
            assert [(loss["reason"], loss["count"]) for loss in report["losses"]] == [("STATUS_UNSUCCESSFUL", lost)]

    def test_a_flag_stops_sync_messages(self, armed: Machine) -> None:
        armed.call("patchConfig", body={"sendSyncNotificationFlag": False})
        with replayed(armed.client, ndjson(injection().events), like=armed.name) as report:
            assert delivery("sync", "NewThreadDifferentProcess", notSent=3) in report["deliveries"]
            assert [loss["count"] for loss in report["losses"]] == [3]

    def test_losses_are_listed_up_to_a_bound(self, client: Client) -> None:
        """At most 10,000 are listed; the others are counted."""
        with new_machine(client, engine={"type": "none"}) as machine:
            script = Script()
            for number in range(10_050):
                script.load(Process(4000 + 4 * number, started=number))
            with replayed(client, ndjson(script.events), like=machine.name) as report:
                # This many fit into a response of four mebibytes.
                assert 9_000 < len(report["losses"]) <= 10_000
                assert len(report["losses"]) + report["lossesUnlisted"] == 10_050


class TestRefusals:
    """Requests that are refused before a line is read."""

    def test_a_host_that_there_is_not_is_nobodys_like(self, client: Client) -> None:
        script = injection()
        answer = post(client, ndjson(script.events), like="no-such-host", expect=404)
        assert answer.problem == "unknown-host"
        client.call("getHost", host=host_of(script.machine), expect=404)

    @pytest.mark.parametrize(
        ("parameter", "value"),
        [
            ("format", "native"),
            ("format", "nope"),
            ("onFull", "nope"),
            ("stopOnError", "maybe"),
            ("initialThreads", "1"),
            ("fresh", "1"),
            ("machine", "x" * 256),
            ("nothing", "1"),
        ],
    )
    def test_a_bad_parameter_is_400(self, client: Client, parameter: str, value: str) -> None:
        script = injection()
        answer = post(client, ndjson(script.events), expect=400, **{parameter: value})
        assert [fault["parameter"] for fault in answer.json["errors"]] == [parameter]
        client.call("getHost", host=host_of(script.machine), expect=404)
