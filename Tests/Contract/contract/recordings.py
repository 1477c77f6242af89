"""Recorded telemetry and what is known of it. It lies beside the project, not in it."""

import io
import json
import os
import zipfile
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
    """A recording, oldest line first, and the truth about it."""

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


def loads_after_wow64cpu(lines: list[bytes]) -> int:
    """How many image loads of live processes came after wow64cpu.dll; flat records with ids only."""
    count = 0
    loaded: set[str] = set()
    exited: set[str] = set()
    for line in lines:
        record = json.loads(line) if line.strip() else {}
        if str(record.get("Channel")).lower() != SYSMON:
            continue
        guid = str(record.get("ProcessGuid")).strip("{}").lower()
        if record["EventID"] == 5:
            exited.add(guid)
        if record["EventID"] == 7 and guid not in exited:
            count += guid in loaded
            if str(record["ImageLoaded"]).lower().endswith(WOW64CPU):
                loaded.add(guid)
    return count
