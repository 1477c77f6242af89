#!/usr/bin/env python3
"""Writes a recording as Sysmon's are: NDJSON, flat records of some 35 to 50 members, of any size.

Every name and number is made up; how often which record comes, its members and its size are about those of six public
recordings together. The same arguments give the same bytes. Times grow, processes come and go: some live when it
begins, some are named before their own create or after their exit, and one of each machine starts threads in others.
"""

import argparse
import datetime
import json
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path

Values = dict[bytes, bytes]

SYSMON, SECURITY = "Microsoft-Windows-Sysmon/Operational", "Security"
PIPELINE, SCRIPTS = "Windows PowerShell", "Microsoft-Windows-PowerShell/Operational"
PROVIDERS = {
    SYSMON: ("Microsoft-Windows-Sysmon", "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"),
    SECURITY: ("Microsoft-Windows-Security-Auditing", "{54849625-5478-4994-A5BA-3E3B0328C30D}"),
    PIPELINE: ("PowerShell", "{00000000-0000-0000-0000-000000000000}"),
    SCRIPTS: ("Microsoft-Windows-PowerShell", "{A0C1853B-5C40-4B15-8766-3CF1C58F985A}"),
}
START = datetime.datetime(2021, 3, 9, 7, 41, 12, tzinfo=datetime.UTC)
LIVE = 120
BATCH = 4096
UNITS = {"K": 10**3, "M": 10**6, "G": 10**9}

FIELD = re.compile(r"<<(\w+)>>")
ACTOR = {"ProcessGuid": "<<guid>>", "ProcessId": "<<pid>>", "Image": "<<image>>"}
FILE = {
    "FileVersion": "<<version>>",
    "Description": "<<description>>",
    "Product": "Contoso® Workstation® Suite",
    "Company": "Contoso Corporation",
    "OriginalFileName": "<<original>>",
}
PAIR = {
    "SourceProcessId": "<<pid>>",
    "SourceImage": "<<image>>",
    "TargetProcessId": "<<target>>",
    "TargetImage": "<<targetimage>>",
}
SUBJECT = {
    "SubjectUserSid": "S-1-5-18",
    "SubjectUserName": "<<machine>>$",
    "SubjectDomainName": "CONTOSO",
    "SubjectLogonId": "0x3e7",
}
HANDLE = {
    "ObjectServer": "Security",
    "HandleId": "0x<<handle>>",
    "ProcessId": "0x<<handle>>",
    "ProcessName": "<<image>>",
}
ACCESS = {
    **HANDLE,
    "ObjectType": "Key",
    "ObjectName": "\\REGISTRY\\MACHINE\\<<key>>",
    "AccessList": "%%1538\n\t\t\t\t%%4432\n\t\t\t\t%%4435\n\t\t\t\t",
    "AccessMask": "0x20019",
}
SCRIPT = "\n".join(
    f'  if ($Value[{index}] -lt $Limit) {{ $Sum += $Value[{index}]; Write-Output "step {index}: $Sum" }}'
    for index in range(52)
)
# Channel, event id, how often among the six recordings' 6,896 lines, title, own members. What they never have
# comes as a driver load.
RECORDS: list[tuple[str, int, int, str, dict[str, str]]] = [
    (SYSMON, 1, 41, "Process Create", {
        **ACTOR, **FILE, "CommandLine": "<<command>>", "CurrentDirectory": "C:\\Users\\avery\\Documents\\",
        "User": "CONTOSO\\avery", "LogonGuid": "{5e1fa0c2-11aa-6047-84d2-160000000000}", "LogonId": "0x16d284",
        "TerminalSessionId": "1", "IntegrityLevel": "<<integrity>>", "Hashes": "<<hashes>>",
        "ParentProcessGuid": "<<parentguid>>", "ParentProcessId": "<<parent>>", "ParentImage": "<<parentimage>>",
        "ParentCommandLine": "<<parentcommand>>",
    }),
    (SYSMON, 2, 3, "File creation time changed", {**ACTOR, "TargetFilename": "<<file>>"}),
    (SYSMON, 3, 35, "Network connection detected", {
        **ACTOR, "User": "CONTOSO\\avery", "Protocol": "tcp", "Initiated": "true", "SourceIsIpv6": "false",
        "SourceIp": "10.20.30.40", "SourceHostname": "<<host>>", "SourcePort": "<<handle>>",
        "DestinationIsIpv6": "false", "DestinationIp": "10.20.30.5", "DestinationPort": "443",
    }),
    (SYSMON, 5, 28, "Process terminated", ACTOR),
    (SYSMON, 6, 1, "Driver loaded", {
        "ImageLoaded": "C:\\Windows\\System32\\drivers\\<<driver>>", "Hashes": "<<hashes>>", "Signed": "true",
        "Signature": "Contoso Corporation", "SignatureStatus": "Valid",
    }),
    (SYSMON, 7, 1858, "Image loaded", {
        **ACTOR, "ImageLoaded": "<<module>>", **FILE, "Hashes": "<<hashes>>", "Signed": "true",
        "Signature": "Contoso Corporation", "SignatureStatus": "Valid",
    }),
    (SYSMON, 8, 3, "CreateRemoteThread detected", {
        **PAIR, "SourceProcessGuid": "<<guid>>", "TargetProcessGuid": "<<targetguid>>", "NewThreadId": "<<thread>>",
        "StartAddress": "0x<<address>>", "StartModule": "-", "StartFunction": "-", "ProcessId": "<<pid>>",
    }),
    (SYSMON, 9, 39, "RawAccessRead detected", {**ACTOR, "Device": "\\Device\\HarddiskVolume2"}),
    (SYSMON, 10, 1951, "Process accessed", {
        **PAIR, "SourceProcessGUID": "<<guid>>", "TargetProcessGUID": "<<targetguid>>", "SourceThreadId": "<<thread>>",
        "GrantedAccess": "<<access>>", "CallTrace": "<<trace>>", "ProcessId": "<<pid>>",
    }),
    (SYSMON, 11, 95, "File created", {**ACTOR, "TargetFilename": "<<file>>", "CreationUtcTime": "<<utc>>"}),
    (SYSMON, 12, 617, "Registry object added or deleted", {
        **ACTOR, "EventType": "CreateKey", "TargetObject": "HKLM\\<<key>>",
    }),
    (SYSMON, 13, 346, "Registry value set", {
        **ACTOR, "EventType": "SetValue", "TargetObject": "HKLM\\<<key>>\\Value", "Details": "DWORD (0x<<address>>)",
    }),
    (SYSMON, 23, 28, "File Delete", {**ACTOR, "TargetFilename": "<<file>>", "Hashes": "<<hashes>>"}),
    (SECURITY, 4656, 213, "A handle to an object was requested", {**SUBJECT, **ACCESS}),
    (SECURITY, 4658, 419, "The handle to an object was closed", {**SUBJECT, **HANDLE}),
    (SECURITY, 4663, 142, "An attempt was made to access an object", {**SUBJECT, **ACCESS}),
    (SECURITY, 4674, 76, "An operation was attempted on a privileged object", {**SUBJECT, **ACCESS}),
    (SECURITY, 4690, 212, "An attempt was made to duplicate a handle to an object", {**SUBJECT, **HANDLE}),
    (SECURITY, 5156, 151, "The Windows Filtering Platform has permitted a connection", {
        "Application": "<<image>>", "ProcessId": "<<pid>>", "SourceAddress": "10.20.30.40", "SourcePort": "<<handle>>",
        "DestAddress": "10.20.30.5", "DestPort": "443", "Protocol": "6", "FilterRTID": "0", "LayerName": "%%14611",
    }),
    (SECURITY, 5158, 174, "The Windows Filtering Platform has permitted a bind to a local port", {
        "Application": "<<image>>", "ProcessId": "<<pid>>", "SourceAddress": "0.0.0.0", "SourcePort": "<<handle>>",
        "Protocol": "17", "FilterRTID": "0", "LayerName": "%%14608",
    }),
    (PIPELINE, 800, 143, "Pipeline execution details", {"Payload": "<<command>>\n" + SCRIPT}),
    (SCRIPTS, 4103, 118, "Executing Pipeline", {"ContextInfo": "<<command>>", "Payload": SCRIPT}),
]  # fmt: skip
PROGRAMS = [
    *(f"C:\\Windows\\System32\\{name}.exe" for name in ("svchost", "lsass", "services", "cmd", "taskhost", "wmiprvse")),
    *(f"C:\\Program Files\\Contoso\\{name}\\{name}.exe" for name in ("Ledger", "Courier", "Atlas", "Sundial", "Quill")),
    "C:\\Windows\\SysWOW64\\rundll32.exe",
    "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
]
SYLLABLES = ("ac", "bel", "cor", "dra", "eno", "fin", "gal", "hex", "ilo", "jun", "kes", "lum", "mor", "nex", "oro")
ACCESSES = (b"0x1000", b"0x1410", b"0x1fffff", b"0x1478", b"0x40", b"0x3000")


def escaped(text: str) -> bytes:
    """`text` as it stands between the quotes of JSON."""
    return json.dumps(text, ensure_ascii=False)[1:-1].encode()


class Template:
    """The line of a kind of record, with places for what changes."""

    def __init__(self, channel: str, event: int, title: str, own: dict[str, str], order: random.Random) -> None:
        """Write down all members, in an order of its own as the collector's are."""
        source, provider = PROVIDERS[channel]
        fields = {"RuleName": "-", "UtcTime": "<<utc>>", **own} if channel == SYSMON else own
        told = "".join(f"\r\n{name}: {value}" for name, value in fields.items())
        members: dict[str, object] = {
            "Channel": channel, "Hostname": "<<host>>", "EventID": event, "SourceName": source, "Task": event,
            "ProviderGuid": provider, "EventTime": "<<local>>", "EventReceivedTime": "<<local>>",
            "@timestamp": "<<stamp>>", "@version": "1", "RecordNumber": "<<record>>", "Version": 3, "port": 61041,
            "host": "collector.contoso.example", "tags": ["recording"], "Severity": "INFO", "SeverityValue": 2,
            "Keywords": -9223372036854775808, "OpcodeValue": 0, "Opcode": "Info", "EventType": "INFO",
            "ExecutionProcessID": 3316, "ThreadID": 3448, "UserID": "S-1-5-18", "Domain": "NT AUTHORITY",
            "AccountName": "SYSTEM", "AccountType": "User", "SourceModuleName": "eventlog",
            "SourceModuleType": "im_msvistalog", "Category": f"{title} (rule: {title.replace(' ', '')})",
            "Message": f"{title}:{told}", **fields,
        }  # fmt: skip
        names = list(members)
        order.shuffle(names)
        text = json.dumps({name: members[name] for name in names}, ensure_ascii=False, separators=(",", ":"))
        text = text.replace('"<<record>>"', "<<record>>").replace("%", "%%")
        self.line = FIELD.sub(r"%(\1)b", text).encode() + b"\n"


class Machine:
    """A machine whose processes come and go."""

    def __init__(self, number: int, seed: int) -> None:
        """Begin with processes that were there before the recording."""
        self.random = random.Random(f"{seed}/{number}")
        self.name = f"DESK{number:02}"
        self.mark = f"{self.random.getrandbits(32):08x}"
        self.record = 100_000 + self.random.randrange(900_000)
        self.pids: set[bytes] = set()
        self.serial = 0
        self.live: list[Values] = []
        start = int(START.timestamp())
        system = {"C:\\Windows\\System32\\svchost.exe": 20}
        for program in [name for name in PROGRAMS for _ in range(system.get(name, 2))]:
            self.live.append(self.process(program, start - self.random.randrange(60, 40_000)))
        self.creator = self.live[-1]

    def process(self, program: str, second: int) -> Values:
        """A process of which nothing has been told yet."""
        pid = b"4"
        while pid == b"4" or pid in self.pids:
            pid = b"%d" % (self.random.randrange(100, 3000) * 4)
        self.pids.add(pid)
        self.serial += 1
        high, low = f"{second:08x}"[:4], f"{second:08x}"[4:]
        guid = f"{{{self.mark}-{low}-{high}-{self.serial & 0xFFFF:04x}-{self.serial >> 16:08x}0400}}"
        return {
            b"pid": pid,
            b"guid": guid.encode(),
            b"image": escaped(program),
            b"command": escaped(f'"{program}" -k Session{self.serial} --profile "C:\\ProgramData\\Contoso\\p.ini"'),
            b"integrity": self.random.choice((b"Low", b"Medium", b"High", b"System")),
            b"host": f"{self.name}.contoso.example".encode(),
            b"machine": self.name.encode(),
        }


class Recording:
    """Lines without an end."""

    def __init__(self, seed: int, machines: int) -> None:
        """Begin."""
        self.random = random.Random(seed)
        self.machines = [Machine(number, seed) for number in range(1, machines + 1)]
        order = random.Random("order")
        self.templates = {
            (channel, event): Template(channel, event, title, own, order).line
            for channel, event, _, title, own in RECORDS
        }
        self.weights = [often for _, _, often, _, _ in RECORDS]
        self.modules = [self.module() for _ in range(400)]
        self.modules[7][b"module"] = escaped("C:\\Windows\\System32\\wow64cpu.dll")
        self.traces = [self.trace() for _ in range(300)]
        self.milliseconds = int(START.timestamp()) * 1000
        self.second = 0
        self.texts: Values = {}

    def word(self) -> str:
        """A name of something."""
        return "".join(self.random.choices(SYLLABLES, k=3))

    def module(self) -> Values:
        """A library, and what else names things."""
        name = self.word()
        digests = ((name, f"{self.random.getrandbits(4 * size):0{size}X}") for name, size in
                   (("SHA1", 40), ("MD5", 32), ("SHA256", 64), ("IMPHASH", 32)))  # fmt: skip
        return {
            b"module": escaped(f"C:\\Windows\\System32\\{name}.dll"),
            b"driver": f"{name}.sys".encode(),
            b"original": f"{name}.dll".encode(),
            b"version": f"10.0.{self.random.randrange(20_000)}.1 (build.160101.0800)".encode(),
            b"description": f"{name.title()} Session Library".encode(),
            b"hashes": ",".join(f"{name}={digest}" for name, digest in digests).encode(),
            b"key": escaped(f"SOFTWARE\\Contoso\\CurrentVersion\\{name.title()}\\Session Settings\\{self.word()}"),
            b"file": escaped(f"C:\\ProgramData\\Contoso\\Cache\\{name}-{self.random.getrandbits(40):x}.tmp"),
        }

    def trace(self) -> bytes:
        """A call stack."""
        frames = (
            f"C:\\Windows\\System32\\{self.word()}.dll+{self.random.getrandbits(20):x}"
            for _ in range(self.random.randrange(6, 18))
        )
        return escaped("|".join(frames))

    def now(self) -> Values:
        """The time, which goes on by some milliseconds."""
        self.milliseconds += int(self.random.random() * 10)
        second, rest = divmod(self.milliseconds, 1000)
        if second != self.second:
            self.second = second
            time = datetime.datetime.fromtimestamp(second, datetime.UTC)
            self.date = f"{time:%Y-%m-%d %H:%M:%S}".encode()
            self.stamp = f"{time + datetime.timedelta(seconds=1):%Y-%m-%dT%H:%M:%S}".encode()
            self.local = f"{time - datetime.timedelta(hours=4):%Y-%m-%d %H:%M:%S}".encode()
        return {
            b"utc": b"%b.%03d" % (self.date, rest),
            b"stamp": b"%b.%03dZ" % (self.stamp, rest),
            b"local": self.local,
        }

    def line(self, machine: Machine, kind: tuple[str, int], process: Values) -> bytes:
        """A line of `kind` that `process` is at the bottom of."""
        chance = self.random.random
        machine.record += 1
        number = int(chance() * 0xFFFFFFFF)
        values = {
            **self.modules[int(chance() * 400)],
            **process,
            **self.now(),
            b"record": b"%d" % machine.record,
            b"handle": b"%x" % (number & 0xFFFF),
            b"address": b"%016X" % (number << 16),
            b"thread": b"%d" % (number >> 18 << 2),
        }
        if kind[1] in (8, 10):
            target = machine.live[int(chance() * len(machine.live))]
            values[b"target"], values[b"targetguid"] = target[b"pid"], target[b"guid"]
            values[b"targetimage"] = target[b"image"]
            values[b"trace"] = self.traces[number % 300]
            values[b"access"] = ACCESSES[number % 6]
        return self.templates[kind] % values

    def create(self, machine: Machine) -> Iterator[bytes]:
        """A process begins; one in four is named before its create."""
        parent = machine.live[int(self.random.random() * len(machine.live))]
        process = machine.process(self.random.choice(PROGRAMS), self.milliseconds // 1000)
        if self.random.random() < 0.25:
            yield self.line(machine, (SYSMON, 7), process)
        told = {
            **process,
            b"parent": parent[b"pid"],
            b"parentguid": parent[b"guid"],
            b"parentimage": parent[b"image"],
            b"parentcommand": parent[b"command"],
        }
        machine.live.append(process)
        yield self.line(machine, (SYSMON, 1), told)

    def exit(self, machine: Machine) -> Iterator[bytes]:
        """A process ends; one in four is named once more."""
        place = self.random.randrange(1, len(machine.live))
        process = machine.live[place]
        if process is machine.creator:
            return
        machine.live[place] = machine.live[-1]
        machine.live.pop()
        machine.pids.discard(process[b"pid"])
        yield self.line(machine, (SYSMON, 5), process)
        if self.random.random() < 0.25:
            yield self.line(machine, (SYSMON, 7), process)

    def lines(self) -> Iterator[bytes]:
        """Line by line."""
        kinds = [(channel, event) for channel, event, *_ in RECORDS]
        chance = self.random.random
        while True:
            for kind in self.random.choices(kinds, self.weights, k=BATCH):
                machine = self.machines[int(chance() * len(self.machines))]
                if kind in ((SYSMON, 1), (SYSMON, 5)):
                    grows = kind[1] == 1 and len(machine.live) < LIVE
                    yield from self.create(machine) if grows else self.exit(machine)
                    continue
                live = machine.live
                process = machine.creator if kind == (SYSMON, 8) else live[int(chance() * len(live))]
                yield self.line(machine, kind, process)


def chunks(size: int, seed: int = 1, machines: int = 2) -> Iterator[bytes]:
    """A recording of `size` bytes, less what the last line would have been too much, in pieces of a megabyte."""
    gathered: list[bytes] = []
    held = 0
    for line in Recording(seed, machines).lines():
        if len(line) > size:
            break
        size -= len(line)
        held += len(line)
        gathered.append(line)
        if held >= 1 << 20:
            yield b"".join(gathered)
            gathered, held = [], 0
    yield b"".join(gathered)


def size_of(text: str) -> int:
    """The number that 120M or 2.4G stands for."""
    return round(float(text.rstrip("KMG")) * UNITS.get(text[-1:], 1))


def write(path: Path, size: int, seed: int = 1, machines: int = 2) -> None:
    """Write a recording to `path`."""
    with path.open("wb") as file:
        for chunk in chunks(size, seed, machines):
            file.write(chunk)


def main() -> None:
    """Write to stdout."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bytes", type=size_of, default="120M", help="how much, as 120M or 2.4G")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--machines", type=int, default=2, help="whose records are mixed")
    arguments = parser.parse_args()
    for chunk in chunks(arguments.bytes, arguments.seed, arguments.machines):
        sys.stdout.buffer.write(chunk)


if __name__ == "__main__":
    main()
