"""Posting recordings to POST /v1/replays, and properties that every report must have."""

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from contract.client import Answer, Body, Client
from contract.document import DOCUMENT
from contract.machine import Machine

PATH = "/v1/replays"
SUMMED = ("applied", "processesSynthesised", "processesCompleted", "tombstoneRecords")

ENDS = ("sent", "failed", "notSent", "dropped")
LOSS = ("kind", "operation", "reason", "processId", "imageFileName")

Report = dict[str, Any]


def post(client: Client, data: Body, *, expect: int | None = None, **query: object) -> Answer:
    """Post a recording; 200 unless `expect` says otherwise."""
    [operation] = [operation for operation in DOCUMENT.operations.values() if operation.path == PATH]
    return client.call(operation.id, data=data, query=query, expect=expect or 200)


@contextlib.contextmanager
def replayed(client: Client, data: Body, **query: object) -> Iterator[Report]:
    """The report of a replay; the hosts that it created are removed afterwards."""
    report: Report = post(client, data, **query).json
    try:
        coherent(report)
        yield report
    finally:
        for section in report["hosts"]:
            if section["created"]:
                assert client.raw("DELETE", f"/v1/hosts/{section['host']}").status in (204, 404)


def coherent(report: Report) -> None:
    """Check that every line is counted once, and that the hosts' sections agree with the whole."""
    sections = report["hosts"]
    assert report["lines"] == report["applied"] + sum(report["skipped"].values()) + report["rejectedCount"]
    assert len(report["rejected"]) == min(report["rejectedCount"], 100)
    for part in (report, *sections):
        assert part["applied"] == sum(part["appliedByType"].values())
    over = [section["lines"] - section["applied"] - sum(section["skipped"].values()) for section in sections]
    assert min(over, default=0) >= 0  # rejected lines of the machine
    assert sum(over) <= report["rejectedCount"]
    for name in SUMMED:
        assert sum(section[name] for section in sections) == report[name], name
    for name in ("appliedByType", "messages"):
        assert added(section[name] for section in sections) == without_zeros(report[name]), name
    by_type = {
        kind: {reason: count for reason, count in reasons.items() if reason != "no-host"}
        for kind, reasons in report["skippedByType"].items()
    }
    assert added(section["skippedByType"] for section in sections) == added([by_type])
    assert sum(section["lines"] for section in sections) <= report["lines"]
    skipped = added(section["skipped"] for section in sections)
    assert all(count <= report["skipped"][reason] for reason, count in skipped.items())
    assert len({section["host"] for section in sections}) == len(sections)
    assert len(set(report["machines"])) == len(report["machines"])
    assert {section["machine"] for section in sections} <= set(report["machines"])
    delivered(report)
    timed(report)
    measured(report)
    covered(report)


def delivered(report: Report) -> None:
    """Check that each created message was sent or lost, and that each lost one is reported."""
    made = {(kind, name): count for kind, names in report["messages"].items() for name, count in names.items() if count}
    became = {(of["kind"], of["operation"]): of for of in report["deliveries"]}
    assert len(became) == len(report["deliveries"])
    assert {name: sum(of[end] for end in ENDS) for name, of in became.items()} == made
    machines = {section["machine"] for section in report["hosts"]}
    for loss in report["losses"]:
        assert loss["machine"] in machines
        assert loss["first"]["sequence"] + loss["count"] - 1 <= loss["last"]["sequence"]
        assert (loss["first"] == loss["last"]) == (loss["count"] == 1)
    told = [(of["machine"], *(of.get(key) for key in LOSS)) for of in report["losses"]]
    assert len(set(told)) == len(told)
    if report["lossesUnlisted"] == 0:
        for overflow, lost in ((True, ("dropped",)), (False, ("failed", "notSent"))):
            assert added(
                {loss["kind"]: {loss["operation"]: loss["count"]}}
                for loss in report["losses"]
                if (loss["reason"] == "overflow") == overflow
            ) == added({kind: {name: sum(of[end] for end in lost)}} for (kind, name), of in became.items())


def timed(report: Report) -> None:
    """Check that the timeline agrees with the deliveries and the losses (UIA-9)."""
    if "timeline" not in report:
        return
    timeline = report["timeline"]
    lanes = timeline["lanes"]
    assert timeline["firstEvent"] <= timeline["lastEvent"]
    numbers = [[item["bucket"] for item in lane["items"]] for lane in lanes]
    assert all(of == sorted(set(of)) and set(of) <= set(range(1, 601)) for of in numbers)
    assert sum(map(len, numbers)) <= 2400
    items = [item for lane in lanes for item in lane["items"]]
    assert all(timeline["start"] <= item["time"] <= timeline["lastEvent"] for item in items)
    assert sum(item["events"] for item in items) <= report["applied"]
    for item in items:
        assert item["enqueued"] == item["sent"] + item["sendFailed"] + item["dropped"]
        assert item["depthMax"] <= report["queue"]["peak"]
        assert max(item["highPriority"]["max"], item["normal"]["max"]) <= item["depthMax"]
    became = {kind: [of for of in report["deliveries"] if of["kind"] == kind] for kind in ("sync", "async", "direct")}
    for kind, ends in {
        "async": {"sent": "sent", "failed": "sendFailed", "dropped": "dropped"},
        "sync": {"sent": "sent", "failed": "failed", "notSent": "notSent"},
        "direct": {"sent": "sent", "failed": "failed"},
    }.items():
        for end, name in ends.items():
            parts = items if kind == "async" else [item[kind] for item in items]
            assert sum(part[name] for part in parts) == sum(of[end] for of in became[kind]), (kind, end)
    losses = added(item.get("losses", {}) for item in items)
    if report["lossesUnlisted"] == 0:
        assert losses == added({loss["reason"]: loss["count"]} for loss in report["losses"])


def measured(report: Report) -> None:
    """Check that delays, late messages and processes agree with the deliveries."""
    handed = {(of["kind"], of["operation"]): of["sent"] + of["failed"] for of in report["deliveries"]}
    delays = {(of["kind"], of["operation"]): of for of in report["delay"]}
    assert len(delays) == len(report["delay"])
    for of, delay in delays.items():
        assert 0 < delay["count"] <= handed[of]
        assert 0 <= delay["p50Microseconds"] <= delay["p99Microseconds"] <= delay["maxMicroseconds"]
    queued = sum(report["messages"]["async"].values())
    assert ("peakAt" in report["queue"]) == (report["queue"]["peak"] > 0) == (queued > 0)
    assert report["queue"]["peak"] <= queued
    assert max(report["late"].values()) <= sum(delay["count"] for delay in delays.values())
    processes = report["processes"]
    every = sum(sum(of[end] for end in ENDS) for of in report["deliveries"])
    assert sum(of["messages"] for of in processes) + report["processesUnlisted"] == every
    assert sum(of["lost"] for of in processes) <= every - sum(of["sent"] for of in report["deliveries"])
    assert sum(of["afterExit"] for of in processes) <= report["late"]["afterExit"]
    assert [-of["lost"] for of in processes] == sorted(-of["lost"] for of in processes)
    longest = max((delay["maxMicroseconds"] for delay in delays.values()), default=None)
    if report["processesUnlisted"] == 0:
        assert (
            max((of["maxDelayMicroseconds"] for of in processes if "maxDelayMicroseconds" in of), default=None)
            == longest
        )
    for gate in report["gates"]:
        below = gate["name"] == "fail-under"
        assert gate["passed"] == (gate["value"] >= gate["limit"] if below else gate["value"] <= gate["limit"])


def covered(report: Report) -> None:
    """Check that the coverage agrees with the created messages."""
    coverage = report["coverage"]
    assert 0 <= coverage["percent"] <= 100
    routines = [routine["routine"] for routine in coverage["routines"]]
    assert len(set(routines)) == len(routines)
    for routine in coverage["routines"]:
        assert 0 <= routine["notified"] <= routine["records"]
        for condition in routine["conditions"]:
            assert condition["held"] + condition["failed"] <= routine["records"]
    conditions = [condition for routine in coverage["routines"] for condition in routine["conditions"]]
    assert coverage["outcomes"] == 2 * len(conditions)
    assert coverage["reached"] == sum((of["held"] > 0) + (of["failed"] > 0) for of in conditions)
    assert coverage["percent"] == pytest.approx(100 * coverage["reached"] / coverage["outcomes"], abs=0.051)
    made = {(of["kind"], of["operation"]): of["made"] for of in coverage["messageTypes"]}
    assert len(made) == len(coverage["messageTypes"])
    told = {(kind, name): count for kind, names in report["messages"].items() for name, count in names.items()}
    assert {of: count for of, count in made.items() if count} == {of: count for of, count in told.items() if count}
    assert all(isinstance(gap, str) and gap for gap in coverage["gaps"])


def added(counts: Any) -> Any:  # noqa: ANN401
    """The sums of counts by name, possibly nested, without zeros."""
    sums: dict[str, Any] = {}
    for of in counts:
        for name, value in of.items():
            before = sums.get(name, {} if isinstance(value, dict) else 0)
            sums[name] = added([before, value]) if isinstance(value, dict) else before + value
    return without_zeros(sums)


def without_zeros(counts: Any) -> Any:  # noqa: ANN401
    """The entries with counts other than 0."""
    kept = {name: without_zeros(value) if isinstance(value, dict) else value for name, value in counts.items()}
    return {name: value for name, value in kept.items() if value}


def settled(host: Machine, section: Report) -> None:
    """Check that everything was sent, and that counters and journal agree with the report."""
    counters = host.get("getCounters")
    queue, messages = counters["async"], section["messages"]
    assert queue["enqueued"] == queue["sent"] + queue["sendFailed"] == sum(messages["async"].values())
    assert queue["queued"] == queue["inHand"] == queue["droppedOnOverflow"] == 0
    assert counters["direct"]["fltSendMessageCount"] == sum(messages["direct"].values())
    for operation, told in counters["sync"].items():
        assert told["notificationsCount"] == messages["sync"].get(operation, 0)
    listed = host.get("listMessages", query={"limit": 1})
    assert listed["newest"] == sum(sum(names.values()) for names in messages.values())
    assert host.get("getClock")["mode"] == "events"


def alike(report: Report) -> Report:
    """A report without the values that differ from run to run, or from one place of the hosts to another."""
    return {name: value for name, value in report.items() if name not in ("durationMilliseconds", "settings")}


def regardless_of_pace(report: Report) -> Report:
    """A report without the values that differ from run to run or depend on the pace."""
    measures = ("delay", "queue", "late", "processes", "timeline")
    return {name: value for name, value in alike(report).items() if name not in measures}
