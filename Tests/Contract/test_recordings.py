"""Recorded telemetry, machine by machine, checked against the results of an independent reader."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest

from contract.document import DOCUMENT
from contract.machine import Machine, new_machine
from contract.recordings import NAMES, SHARED, Recording, loads_after_exit, loads_after_wow64cpu, recording

RULE = "NotifyNewThreadDifferentProcess"
EVENT_TYPES = DOCUMENT.at("/components/schemas/EventType/enum")
OF_EVENTS = ("after-exit", "dated-before-exit", "no-context", "already-created", "denied")

pytestmark = pytest.mark.skipif(
    not (SHARED / "datasets").is_dir(),
    reason=f"no recordings: {SHARED / 'datasets'} is not there, set WDFILTERD_SHARED to the folder that holds them",
)


@pytest.fixture(scope="module", params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in NAMES])
def recorded(request: pytest.FixtureRequest) -> Recording:
    """Each of the recordings in turn."""
    return recording(request.param)


def replay(host: Machine, recorded: Recording, rules: list[str], **query: object) -> dict[str, Any]:
    """Send a recording through `host` and return the report."""
    host.call("putRulePolicies", body={"items": [{"imageFileName": "*", "rules": rules}]})
    chunks: Iterable[bytes] = (b"".join(recorded.lines[at : at + 64]) for at in range(0, len(recorded.lines), 64))
    report: dict[str, Any] = host.get("postEvents", data=chunks, query={"format": "sysmon", **query})
    host.drain()
    return report


def every_machine(machine: Machine, recorded: Recording, rules: list[str]) -> list[dict[str, Any]]:
    """A report for each machine of the recording, each with its own host."""
    reports = []
    for name in recorded.truth["hosts"]:
        with new_machine(machine.client, clock={"mode": "events"}) as host:
            reports.append(replay(host, recorded, rules, machine=name))
            agree(host, reports[-1])
    return reports


def agree(machine: Machine, report: dict[str, Any]) -> None:
    """The journal, the counters and the report agree."""
    counters = machine.get("getCounters")
    queue = counters["async"]
    parts = ("sent", "sendFailed", "droppedOnOverflow", "queued", "inHand")
    assert queue["enqueued"] == sum(queue[part] for part in parts) == sum(report["messages"]["async"].values())
    assert queue["droppedOnOverflow"] == queue["sendFailed"] == 0
    for operation, told in counters["sync"].items():
        assert told["notificationsCount"] == told["recvCount"] == report["messages"]["sync"].get(operation, 0)
    assert counters["direct"]["fltSendMessageCount"] == sum(report["messages"]["direct"].values())
    entries = Counter(entry["kind"] for entry in machine.all("listMessages", query={"limit": 1000}))
    assert entries == {kind: sum(made.values()) for kind, made in report["messages"].items() if sum(made.values())}


def total(reports: list[dict[str, Any]], *keys: str) -> int:
    """Sum of a number over the reports; 0 if it is absent."""
    result = 0
    for report in reports:
        value: Any = report
        for key in keys:
            value = value.get(key, {})
        result += value or 0
    return result


def skipped(reports: list[dict[str, Any]], kind: str) -> int:
    """Skipped records of one type, for all reasons that are reported by type."""
    return sum(sum(report["skippedByType"].get(kind, {}).values()) for report in reports)


def test_every_line_is_counted_once(machine: Machine, recorded: Recording) -> None:
    for report in every_machine(machine, recorded, []):
        assert report["lines"] == recorded.truth["lines"]
        assert report["applied"] + sum(report["skipped"].values()) + report["rejectedCount"] == report["lines"]
        assert report["applied"] == sum(report["appliedByType"].values())
        assert report["rejectedCount"] == recorded.truth["malformed"]
        assert set(recorded.truth["hosts"]) <= set(report["machines"])
        for reason in OF_EVENTS:
            by_type = sum(reasons.get(reason, 0) for reasons in report["skippedByType"].values())
            assert by_type == report["skipped"].get(reason, 0), reason


def test_the_sums_are_those_of_the_independent_reader(machine: Machine, recorded: Recording) -> None:
    truth = recorded.truth
    reports = every_machine(machine, recorded, [RULE])
    assert total(reports, "messages", "direct", "CreateProcess") == truth["process_creates"]
    late = loads_after_exit(recorded.lines)
    for kind, expected in (
        ("processCreate", truth["create_records"]),
        ("processExit", truth["exit_records"]),
        ("threadCreate", truth["threads_cross"]),
        ("imageLoad", truth["image_loads"] - sum(late.values())),
        ("driverLoad", truth["kernel_images_sysmon6"]),
    ):
        assert total(reports, "appliedByType", kind) == expected, kind
    for reason in ("after-exit", "dated-before-exit"):
        assert total(reports, "skippedByType", "imageLoad", reason) == late.get(reason, 0)
    assert sum(skipped(reports, kind) for kind in EVENT_TYPES) == sum(late.values())
    assert total(reports, "messages", "async", "LoadImage") == total(reports, "appliedByType", "imageLoad")
    assert total(reports, "skipped", "process-open") == truth["opens"]
    unresolved = sum(truth["pid_unresolved"].values())  # in these recordings, all of them are registry records
    assert total(reports, "skipped", "pid-unresolved") == unresolved
    assert total(reports, "skipped", "registry") + unresolved == sum(truth["registry"].values())
    assert total(reports, "processesSynthesised") <= truth["synth_with_parents"] + truth["created_after_first_mention"]
    assert total(reports, "processesCompleted") <= truth["created_after_first_mention"]


def test_a_rule_on_every_process_is_told_as_often_as_it_should(machine: Machine, recorded: Recording) -> None:
    delivery = recorded.truth["delivery"]["creator_oneshot"]
    reports = every_machine(machine, recorded, [RULE])
    assert total(reports, "messages", "sync", "NewThreadDifferentProcess") == delivery["sync"]
    assert total(reports, "messages", "async", "CreateThread") == delivery["async_"]


def test_loads_after_wow64cpu_are_told(machine: Machine) -> None:
    recorded = recording("psh_control_panel_execution")
    report = replay(machine, recorded, ["NotifyWow64cpuLoad"])
    expected = loads_after_wow64cpu(recorded.lines)
    assert expected > 0
    assert report["messages"]["direct"]["Wow64cpuLoad"] == expected


def test_without_a_name_the_first_machine_is_taken(machine: Machine) -> None:
    recorded = recording("covenant_lolbin_wuauclt_createremotethread")
    report = replay(machine, recorded, [])
    first = report["machines"][0]
    with new_machine(machine.client) as other:
        same = replay(other, recorded, [], machine=first.upper())
    for key in ("applied", "skipped", "messages", "processesSynthesised"):
        assert same[key] == report[key]
    assert report["skipped"]["other-machine"] > 0


def test_with_initial_threads_parents_are_told_too(machine: Machine) -> None:
    recorded = recording("purplesharp_pe_injection_createremotethread")
    report = replay(machine, recorded, [RULE], initialThreads=True)
    expected = recorded.truth["delivery"]["creator_oneshot_with_initial_threads"]
    assert report["messages"]["sync"] == {"NewThreadDifferentProcess": expected}


def test_a_clock_of_events_stands_at_the_last_record(machine: Machine) -> None:
    machine.call("putClock", body={"mode": "events"})
    replay(machine, recording("psh_control_panel_execution"), [])
    now = machine.get("getClock")["now"]
    assert now.startswith("2020-10-2")
    assert machine.process()["creationTime"] == now
