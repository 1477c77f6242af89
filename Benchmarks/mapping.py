#!/usr/bin/env python3
"""What a script for the day would do in place of `wdfilterd replay`: maps a recording of flat records, and counts.

It reads with orjson and follows the same rules: the channel, a machine each, processes by pid and creation second,
synthesized and completed processes, tombstones, records that are held until their pid is known. It models no
driver: no rules, no messages, no engine.
"""

import argparse
import re
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import orjson

SYSMON = "microsoft-windows-sysmon/operational"
ZERO = "00000000-0000-0000-0000-000000000000"
TYPES = {
    1: "processCreate",
    5: "processExit",
    6: "driverLoad",
    7: "imageLoad",
    8: "threadCreate",
    10: "process-open",
    12: "registry",
    13: "registry",
    14: "registry",
}
SKIPPED = {"process-open", "registry"}
PID_IN_MESSAGE = re.compile(r"^ProcessId: (\d+)", re.MULTILINE)
HELD = 1000

Record = dict[str, Any]
Identity = tuple[int, int]


def normal(guid: str | None) -> str:
    """A GUID without case and braces."""
    return (guid or "").strip("{}").lower()


def second_of(guid: str) -> int:
    """The creation second inside a GUID."""
    _, low, high, *_ = guid.split("-")
    return int(high + low, 16)


def number(text: str | None) -> int | None:
    """A decimal or hexadecimal number, if there is one."""
    if not text or text == "-":
        return None
    return int(text, 16) if text[:2] in ("0x", "0X") else int(text)


class Machine:
    """The processes of one machine."""

    def __init__(self) -> None:
        """Begin with none."""
        self.live: dict[int, Record] = {}
        self.exited: set[Identity] = set()
        self.pids: dict[str, int] = {}
        self.held: dict[str, list[tuple[int, Record]]] = defaultdict(list)
        self.holds = 0
        self.counts: Counter[str] = Counter()
        self.seconds: dict[str, int] = {}

    def take(self, event: int, record: Record) -> None:
        """Take a record, unless it has to wait."""
        kind = TYPES[event]
        if event == 6:
            self.apply(kind, "", 0, record)
            return
        if event in (8, 10):
            guid = normal(record.get("SourceProcessGuid") or record.get("SourceProcessGUID"))
            pid = number(record.get("SourceProcessId"))
            target = record.get("TargetProcessGuid") or record.get("TargetProcessGUID")
            self.learn(normal(target), number(record.get("TargetProcessId")))
        else:
            guid, pid = normal(record.get("ProcessGuid")), number(record.get("ProcessId"))
        if event == 1:
            self.learn(normal(record.get("ParentProcessGuid")), number(record.get("ParentProcessId")))
        if pid is None and (match := PID_IN_MESSAGE.search(record.get("Message") or "")):
            pid = int(match[1])
        if pid is None:
            pid = self.pids.get(guid)
        else:
            self.learn(guid, pid)
        if pid is None:
            self.hold(guid, event, record)
        else:
            self.apply(kind, guid, pid, record)

    def learn(self, guid: str, pid: int | None) -> None:
        """What was waiting for the pid of a GUID comes first."""
        if pid is None or guid in self.pids or guid == ZERO:
            return
        self.pids[guid] = pid
        for event, record in self.held.pop(guid, ()):
            self.holds -= 1
            self.apply(TYPES[event], guid, pid, record)

    def hold(self, guid: str, event: int, record: Record) -> None:
        """Keep a record until its pid is known."""
        if self.holds == HELD:
            self.counts["pid-unresolved"] += 1
            return
        self.holds += 1
        self.held[guid].append((event, record))

    def end(self) -> None:
        """Nothing more will come."""
        self.counts["pid-unresolved"] += self.holds

    def second(self, guid: str) -> int:
        """The creation second inside a GUID, read once."""
        found = self.seconds.get(guid)
        if found is None:
            found = self.seconds[guid] = second_of(guid)
        return found

    def apply(self, kind: str, guid: str, pid: int, record: Record) -> None:
        """Do what a record says."""
        counts = self.counts
        if kind == "driverLoad" or kind in SKIPPED:
            counts[kind] += 1
            return
        if kind == "processCreate":
            counts[self.create(guid, pid, record)] += 1
            return
        if self.context(guid, pid, record.get("Image") or record.get("SourceImage")) is None:
            counts["after-exit"] += 1
            return
        if kind == "processExit":
            del self.live[pid]
            self.exited.add((pid, self.second(guid)))
        elif kind == "threadCreate":
            target = number(record.get("TargetProcessId"))
            target_guid = normal(record.get("TargetProcessGuid"))
            if target is None or self.context(target_guid, target, record.get("TargetImage")) is None:
                counts["after-exit"] += 1
                return
            record["StartAddress"] = number(record.get("StartAddress"))
        counts[kind] += 1

    def context(self, guid: str, pid: int, image: str | None) -> Record | None:
        """The process that a record names: the live one, or a synthesized one; None after its exit."""
        live = self.live.get(pid)
        if guid == ZERO:
            return live
        second = self.second(guid)
        if live is not None and live["second"] == second:
            return live
        if (pid, second) in self.exited:
            self.counts["tombstones"] += 1
            return None
        if live is not None:
            self.exited.add((pid, live["second"]))
        self.counts["synthesized"] += 1
        live = self.live[pid] = {"second": second, "image": image, "synthesized": True}
        return live

    def create(self, guid: str, pid: int, record: Record) -> str:
        """A process begins, or the create of one that was met already comes late."""
        second = self.second(guid)
        live = self.live.get(pid)
        if live is not None:
            if live["second"] != second:
                self.exited.add((pid, live["second"]))
            elif live["synthesized"]:
                self.counts["completed"] += 1
            else:
                return "already-created"
        self.live[pid] = {
            "second": second,
            "image": record.get("Image"),
            "commandLine": record.get("CommandLine"),
            "parent": (number(record.get("ParentProcessId")), normal(record.get("ParentProcessGuid"))),
            "sessionId": number(record.get("TerminalSessionId")),
            "integrity": record.get("IntegrityLevel"),
            "synthesized": False,
        }
        return "processCreate"


def count(path: Path) -> dict[str, Any]:
    """Map a recording and count."""
    machines: dict[str, Machine] = defaultdict(Machine)
    totals: Counter[str] = Counter()
    known: dict[str, Machine] = {}
    with path.open("rb") as file:
        for line in file:
            if line.isspace():
                continue
            totals["lines"] += 1
            try:
                record = orjson.loads(line)
                if (record.get("Channel") or "").lower() != SYSMON:
                    totals["other-channel"] += 1
                    continue
                if record["EventID"] not in TYPES:
                    totals["unmapped-event"] += 1
                    continue
                machine = known.get(record["Hostname"])
                if machine is None:
                    machine = known[record["Hostname"]] = machines[record["Hostname"].lower()]
                machine.take(record["EventID"], record)
            except (ValueError, KeyError, AttributeError):
                totals["rejected"] += 1
    for machine in machines.values():
        machine.end()
    return {**totals, **sum((machine.counts for machine in machines.values()), Counter()), "machines": list(machines)}


def main() -> None:
    """Map one recording."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recording", type=Path)
    arguments = parser.parse_args()
    begun = time.perf_counter()
    counts = count(arguments.recording)
    counts["seconds"] = round(time.perf_counter() - begun, 6)
    sys.stdout.buffer.write(orjson.dumps(counts) + b"\n")


if __name__ == "__main__":
    main()
