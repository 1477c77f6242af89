"""Sysmon records written by hand, in every shape that collectors produce."""

import itertools
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

CHANNEL = "Microsoft-Windows-Sysmon/Operational"
START = datetime(2021, 3, 9, 7, 40, 2, tzinfo=UTC)
# The process that the Sysmon service itself runs as: never the pid of an acting process.
SERVICE_PID = 3316
TITLES = {
    1: "Process Create",
    5: "Process terminated",
    6: "Driver loaded",
    7: "Image loaded",
    8: "CreateRemoteThread detected",
    10: "Process accessed",
    13: "Registry value set",
}
_numbers = itertools.count(1)

Fields = dict[str, str]


def new_name() -> str:
    """A machine name that no other test uses."""
    return f"Replay{next(_numbers)}.contoso.example"


def host_of(machine: str) -> str:
    """The host for the records of `machine`."""
    return re.sub("[^a-z0-9]", "-", machine.lower())[:63]


@dataclass(frozen=True)
class Event:
    """A record without a shape."""

    id: int
    machine: str
    fields: Fields


@dataclass(frozen=True)
class Process:
    """A process as Sysmon knows it."""

    pid: int
    image: str = "C:\\Program Files\\Contoso\\Atlas.exe"
    started: int = 0
    """Seconds after START."""

    @property
    def guid(self) -> str:
        """Its ProcessGuid."""
        second = f"{int(START.timestamp()) + self.started:08x}"
        return f"{{4e7a19c0-{second[4:]}-{second[:4]}-0000-{self.pid:012x}}}"


@dataclass
class Script:
    """The events on a machine, one after another, a tenth of a second apart."""

    machine: str = field(default_factory=new_name)
    events: list[Event] = field(default_factory=list)
    milliseconds: int = 100

    def add(self, event: int, fields: Fields) -> None:
        """Add an event."""
        time = datetime.fromtimestamp(START.timestamp() + len(self.events) * self.milliseconds / 1000, UTC)
        told = {"RuleName": "-", "UtcTime": f"{time:%Y-%m-%d %H:%M:%S}.{time.microsecond // 1000:03}", **fields}
        self.events.append(Event(event, self.machine, told))

    def of(self, event: int, process: Process, **fields: str) -> None:
        """Add an event of one process."""
        self.add(
            event,
            {"ProcessGuid": process.guid, "ProcessId": str(process.pid), "Image": process.image, **fields},
        )

    def create(self, process: Process, parent: Process) -> None:
        """Add the creation of a process."""
        self.of(
            1,
            process,
            CommandLine=f'"{process.image}" --of {process.pid}',
            TerminalSessionId="1",
            IntegrityLevel="High",
            ParentProcessGuid=parent.guid,
            ParentProcessId=str(parent.pid),
            ParentImage=parent.image,
        )

    def exit(self, process: Process) -> None:
        """Add the exit of a process."""
        self.of(5, process)

    def load(self, process: Process, image: str = "C:\\Windows\\System32\\corlumnex.dll") -> None:
        """Add the load of an image."""
        self.of(7, process, ImageLoaded=image)

    def driver(self, image: str) -> None:
        """Add the load of a driver by the kernel."""
        self.add(6, {"ImageLoaded": image, "Signed": "true"})

    def pair(self, event: int, source: Process, target: Process, spelling: str, **fields: str) -> None:
        """Add an event of one process on another."""
        self.add(
            event,
            {
                f"SourceProcess{spelling}": source.guid,
                "SourceProcessId": str(source.pid),
                "SourceImage": source.image,
                f"TargetProcess{spelling}": target.guid,
                "TargetProcessId": str(target.pid),
                "TargetImage": target.image,
                **fields,
            },
        )

    def thread(self, source: Process, target: Process, tid: int = 7000) -> None:
        """Add a thread that a process starts in another."""
        self.pair(8, source, target, "Guid", NewThreadId=str(tid), StartAddress="0xFFFFEF60CA462460")

    def open(self, source: Process, target: Process) -> None:
        """Add a process that opens another."""
        self.pair(10, source, target, "GUID", SourceThreadId="6000", GrantedAccess="0x1410")


def message(event: Event) -> str:
    """The rendered message of an event."""
    title = TITLES[event.id]
    return f"{title}:" + "".join(f"\r\n{name}: {value}" for name, value in event.fields.items())


def time_of(event: Event) -> datetime:
    """When the event happened."""
    return datetime.strptime(event.fields["UtcTime"], "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=UTC)


def flat(event: Event) -> Any:  # noqa: ANN401
    """As written by NXLog, and used in most public recordings."""
    return {
        "EventID": event.id,
        "Channel": CHANNEL,
        "Hostname": event.machine,
        "host": "collector.contoso.example",
        "ExecutionProcessID": SERVICE_PID,
        "Message": message(event),
        **event.fields,
    }


def winlogbeat6(event: Event) -> Any:  # noqa: ANN401
    """As written by Winlogbeat 6."""
    return {
        "event_id": event.id,
        "log_name": CHANNEL,
        "computer_name": event.machine,
        "process_id": SERVICE_PID,
        "beat": {"hostname": "collector", "name": "collector", "version": "6.7.0"},
        "message": message(event),
        "event_data": event.fields,
    }


def winlogbeat7(event: Event) -> Any:  # noqa: ANN401
    """As written by Winlogbeat 7, with ECS fields."""
    return {
        "@timestamp": f"{time_of(event):%Y-%m-%dT%H:%M:%S.000Z}",
        "event": {"code": event.id, "kind": "event", "provider": "Microsoft-Windows-Sysmon"},
        "host": {"name": "collector.contoso.example"},
        "process": {"pid": SERVICE_PID},
        "message": message(event),
        "winlog": {
            "event_id": event.id,
            "channel": CHANNEL,
            "computer_name": event.machine,
            "process": {"pid": SERVICE_PID, "thread": {"id": 4420}},
            "event_data": event.fields,
        },
    }


def azure(event: Event) -> Any:  # noqa: ANN401
    """As exported by Azure Sentinel: the fields are JSON inside a string."""
    return {
        "EventID": event.id,
        "Channel": CHANNEL,
        "Computer": event.machine,
        "TimeGenerated": f"{time_of(event):%Y-%m-%dT%H:%M:%S.000Z}",
        "EventData": json.dumps(event.fields),
    }


def evtx(event: Event) -> Any:  # noqa: ANN401
    """As written by evtx_dump: numbers are numbers, and an event id may have attributes."""
    numbers = {name: int(value) if value.isdigit() else value for name, value in event.fields.items()}
    qualified = {"#text": event.id, "#attributes": {"Qualifiers": 0}}
    return {
        "Event": {
            "#attributes": {"xmlns": "http://schemas.microsoft.com/win/2004/08/events/event"},
            "System": {
                "Provider": {"#attributes": {"Name": "Microsoft-Windows-Sysmon"}},
                "EventID": qualified if event.id == 7 else event.id,
                "Channel": CHANNEL,
                "Computer": event.machine,
                "Execution": {"#attributes": {"ProcessID": SERVICE_PID, "ThreadID": 4420}},
                "TimeCreated": {"#attributes": {"SystemTime": f"{time_of(event):%Y-%m-%dT%H:%M:%S.000Z}"}},
            },
            "EventData": numbers,
        }
    }


def powershell(event: Event) -> Any:  # noqa: ANN401
    """As written by `Get-WinEvent | ConvertTo-Json` of PowerShell 7: ProcessId is that of the service."""
    return {
        "Id": event.id,
        "Version": 3,
        "Level": 4,
        "Task": event.id,
        "Keywords": -9223372036854775808,
        "RecordId": 4711,
        "ProviderName": "Microsoft-Windows-Sysmon",
        "ProviderId": "5770385f-c22a-43e0-bf4c-06f5698ffbd9",
        "LogName": CHANNEL,
        "ProcessId": SERVICE_PID,
        "ThreadId": 4420,
        "MachineName": event.machine,
        "UserId": {"BinaryLength": 12, "AccountDomainSid": None, "Value": "S-1-5-18"},
        "TimeCreated": f"{time_of(event):%Y-%m-%dT%H:%M:%S}.0000001+00:00",
        "LevelDisplayName": "Information",
        "Message": message(event),
        "Properties": [{"Value": value} for value in event.fields.values()],
    }


def windows_powershell(event: Event) -> Any:  # noqa: ANN401
    """As written by Windows PowerShell 5.1."""
    return powershell(event) | {"TimeCreated": f"/Date({int(time_of(event).timestamp() * 1000)})/"}


SHAPES: dict[str, Callable[[Event], Any]] = {
    shape.__name__: shape for shape in (flat, winlogbeat6, winlogbeat7, azure, evtx, powershell, windows_powershell)
}


def ndjson(events: Iterable[Event], shape: Callable[[Event], Any] = flat, newline: str = "\n") -> bytes:
    """A recording of `events`."""
    return "".join(json.dumps(shape(event)) + newline for event in events).encode()


CREATOR = Process(1000, "C:\\Program Files\\Contoso\\Courier.exe")
TARGET = Process(1004, "C:\\Program Files\\Contoso\\Ledger.exe", started=1)
EARLIER = Process(1008, "C:\\Windows\\System32\\svchost.exe", started=-5000)
SHELL = Process(900, "C:\\Windows\\explorer.exe", started=-9000)
DRIVERS = ["C:\\Windows\\System32\\drivers\\finoro.sys", "C:\\Windows\\System32\\drivers\\galeno.sys"]


def injection(machine: str | None = None) -> Script:
    """One process starts threads in two others; drivers, an exit, and two records that come after it."""
    script = Script(machine or new_name())
    script.create(CREATOR, SHELL)
    script.create(TARGET, CREATOR)
    script.load(EARLIER)
    script.driver(DRIVERS[0])
    script.open(CREATOR, TARGET)
    for tid, target in enumerate((TARGET, EARLIER, TARGET), start=7000):
        script.thread(CREATOR, target, tid)
    script.of(13, TARGET, TargetObject="HKLM\\SOFTWARE\\Contoso\\Session", Details="DWORD (0x00000001)")
    script.driver(DRIVERS[1])
    script.exit(TARGET)
    script.load(TARGET)
    script.thread(CREATOR, TARGET, 7004)
    return script


# The expected result of `injection` if the rule NotifyNewThreadDifferentProcess is set on every process.
INJECTION: dict[str, Any] = {
    "lines": 13,
    "applied": 9,
    "appliedByType": {"processCreate": 2, "imageLoad": 1, "driverLoad": 2, "threadCreate": 3, "processExit": 1},
    "skipped": {"process-open": 1, "registry": 1, "after-exit": 2},
    "skippedByType": {"imageLoad": {"after-exit": 1}, "threadCreate": {"after-exit": 1}},
    "messages": {
        "sync": {"NewThreadDifferentProcess": 1},
        "async": {"CreateThread": 1, "LoadImage": 1, "CreateProcess": 1},
        "direct": {"CreateProcess": 2},
    },
    "processesSynthesised": 1,
    "processesCompleted": 0,
    "tombstoneRecords": 2,
}


def told(report: dict[str, Any]) -> dict[str, Any]:
    """The values of a report or a section that INJECTION determines."""
    return {name: report[name] for name in INJECTION}
