"""Recorded telemetry and the known facts about it. It is stored beside the project, not in it."""

import io
import json
import os
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract.document import REPOSITORY

SHARED = Path(os.environ.get("WDFILTERD_SHARED", REPOSITORY.parent / "shared"))
NAMES = (
    "covenant_lolbin_wuauclt_createremotethread",
    "empire_powerdump_sam_access",
    "psh_control_panel_execution",
    "purplesharp_pe_injection_createremotethread",
    "schtask_create",
    "wmic_remote_xsl_jscript",
)
NEWEST_FIRST = {"wmic_remote_xsl_jscript"}
SYSMON = "microsoft-windows-sysmon/operational"
WOW64CPU = "\\windows\\system32\\wow64cpu.dll"


@dataclass(frozen=True)
class Recording:
    """A recording, oldest line first, and the expected values for it."""

    name: str
    lines: list[bytes]
    truth: dict[str, Any]


def recording(name: str) -> Recording:
    """Read the recording `name`."""
    folder = SHARED / "datasets"
    with zipfile.ZipFile(folder / f"{name}.zip") as archive:
        [member] = [member for member in archive.namelist() if member.endswith(".json")]
        lines = list(io.BytesIO(archive.read(member)))
    if name in NEWEST_FIRST:
        lines.reverse()
    truth = json.loads((folder / f"{name}.expected.json").read_text())
    return Recording(name, [line.rstrip(b"\r\n") + b"\n" for line in lines], truth)


def sysmon(lines: list[bytes]) -> Iterator[tuple[int, tuple[str, str], dict[str, Any]]]:
    """Event id, process (machine and GUID) and fields of each Sysmon record, flat or from Winlogbeat."""
    for line in lines:
        record = json.loads(line) if line.strip() else {}
        if str(record.get("Channel") or record.get("log_name")).lower() != SYSMON:
            continue
        fields = record.get("event_data") or record
        machine = str(record.get("Hostname") or record.get("computer_name")).lower()
        process = machine, str(fields.get("ProcessGuid")).strip("{}").lower()
        yield int(record.get("EventID") or record["event_id"]), process, fields


def loads_after_exit(lines: list[bytes]) -> dict[str, int]:
    """The numbers of image loads that were recorded after the exit of their process, by their date."""
    counts: Counter[str] = Counter()
    exits: dict[tuple[str, str], str] = {}
    for event, process, fields in sysmon(lines):
        time = str(fields["UtcTime"])
        if event == 5:
            exits.setdefault(process, time)
        if event == 7 and process in exits:
            counts["dated-before-exit" if time < exits[process] else "after-exit"] += 1
    return dict(counts)


def loads_after_wow64cpu(lines: list[bytes]) -> int:
    """The number of image loads of live processes after wow64cpu.dll."""
    count = 0
    loaded: set[tuple[str, str]] = set()
    exited: set[tuple[str, str]] = set()
    for event, process, fields in sysmon(lines):
        if event == 5:
            exited.add(process)
        if event == 7 and process not in exited:
            count += process in loaded
            if str(fields["ImageLoaded"]).lower().endswith(WOW64CPU):
                loaded.add(process)
    return count
