"""Records that other programs wrote, as files and uploads: XML, answers of services, times, characters, other logs."""

import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from contract.client import Client
from contract.machine import Machine
from contract.replays import coherent
from contract.service import binary
from contract.sysmon import CHANNEL, new_name

GUID = "{0C0FFEE0-E120-5F44-0A01-000000000100}"
PARENT = "{0C0FFEE0-D310-5F44-0B01-000000000100}"
TARGET = "{0C0FFEE0-DA18-5F44-0C01-000000000100}"
ALL = {"processCreate": 1, "imageLoad": 1, "driverLoad": 1, "threadCreate": 1, "processExit": 1}
Fields = dict[str, str]


def events() -> list[tuple[int, Fields]]:
    """One event of each kind."""
    own = {"ProcessGuid": GUID, "ProcessId": "4321", "Image": "C:\\Windows\\System32\\cmd.exe"}
    parent = {"ParentProcessGuid": PARENT, "ParentProcessId": "1200", "ParentImage": "C:\\Windows\\explorer.exe"}
    source = {f"Source{name}": value for name, value in own.items()}
    target = {"TargetProcessGuid": TARGET, "TargetProcessId": "5678", "TargetImage": "C:\\Windows\\notepad.exe"}
    thread = {**source, **target, "NewThreadId": "9012", "StartAddress": "0x00007FFB10203040"}
    stories = [
        (1, {**own, "CommandLine": 'cmd.exe /c "echo <a> & b"', "IntegrityLevel": "High", **parent}),
        (7, {**own, "ImageLoaded": "C:\\Windows\\System32\\ntdll.dll"}),
        (6, {"ImageLoaded": "C:\\Windows\\System32\\drivers\\x.sys"}),
        (8, thread),
        (5, own),
    ]
    return [
        (number, {"UtcTime": f"2020-08-25 10:00:0{second}.101", **fields})
        for second, (number, fields) in enumerate(stories)
    ]


def escaped(text: str) -> str:
    """The text as content of an element."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def element(number: int, fields: Fields, machine: str) -> str:
    """An event as Windows renders it."""
    data = "".join(f"<Data Name='{name}'>{escaped(value)}</Data>" for name, value in fields.items())
    system = f"<Provider Name='Microsoft-Windows-Sysmon'/><EventID>{number}</EventID><Channel>{CHANNEL}</Channel>"
    return (
        f"<Event xmlns='x'><System>{system}<Computer>{machine}</Computer></System><EventData>{data}</EventData></Event>"
    )


def winlog(number: int, fields: Fields, machine: str) -> dict[str, Any]:
    """An event as Winlogbeat ships it."""
    own = {"channel": CHANNEL, "computer_name": machine, "event_id": number, "event_data": fields}
    return {"@timestamp": "2020-08-25T10:00:00Z", "winlog": own}


def flat(number: int, fields: Fields, machine: str) -> dict[str, Any]:
    """An event in a line of its own."""
    return {"EventID": number, "Channel": CHANNEL, "Hostname": machine, **fields}


def texts(machine: str) -> dict[str, tuple[str, str]]:
    """The media type and the text of one story in several forms."""
    story = events()
    elements = [element(number, fields, machine) for number, fields in story]
    records = [flat(number, fields, machine) for number, fields in story]
    hits = [{"_source": winlog(number, fields, machine)} for number, fields in story]
    return {
        "XML lines": ("application/xml", "\n".join(elements)),
        "Event Viewer": ("text/xml", f'<?xml version="1.0"?>\r\n<Events>{"".join(elements)}</Events>'),
        "an array": ("application/json", json.dumps(records, indent=1)),
        "an answer": ("application/json", json.dumps({"took": 1, "hits": {"total": {"value": 5}, "hits": hits}})),
        "behind one another": ("application/x-ndjson", "".join(map(json.dumps, records))),
        "commas": ("application/octet-stream", ",\n".join(map(json.dumps, records))),
        "XML in JSON": ("application/x-ndjson", "\n".join(json.dumps({"result": {"_raw": text}}) for text in elements)),
        "PowerShell": ("application/json", json.dumps({"value": records, "Count": 5}, indent=2)),
    }


FORMS = list(texts(""))


def run(*arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run `wdfilterd replay` to its end."""
    return subprocess.run([binary(), "replay", *arguments], input=stdin, capture_output=True, timeout=60, check=False)


def report(*arguments: str | Path, stdin: bytes = b"") -> dict[str, Any]:
    """The report of a replay."""
    result = run(*arguments, "--json", "--quiet", stdin=stdin)
    assert result.returncode == 0, result.stderr
    told: dict[str, Any] = json.loads(result.stdout)
    return told


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("form", FORMS)
def test_files_and_uploads_are_read_alike(
    client: Client, machine: Machine, tmp_path: Path, form: str, encoding: str
) -> None:
    name = new_name()
    media_type, text = texts(name)[form]
    data = text.encode(encoding)
    path = tmp_path / "recording"
    path.write_bytes(data)
    told = [report(path), report("-", stdin=data)]
    headers = {"Content-Type": media_type}
    uploaded = client.call("postReplay", data=data, headers=headers).json
    coherent(uploaded)
    told.append(uploaded)
    client.call("deleteHost", host=uploaded["hosts"][0]["host"], expect=204)
    told.append(machine.get("postEvents", data=data, headers=headers, query={"format": "sysmon"}))
    told.append(machine.get("postEvents", data=data, headers=headers, query={"format": "sysmon", "strict": True}))
    for one in told[:4]:
        assert one["appliedByType"] == ALL
        assert (one["lines"], one["rejectedCount"], one["repaired"]) == (5, 0, 0)
    # The process exists no more.
    assert told[4]["lines"] == 5


def test_an_archive_or_an_event_log_is_refused_by_uploads(client: Client, machine: Machine, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.json", "{}")
    for body in (path.read_bytes(), b"ElfFile\0" + bytes(600), b"\x1f\x8b\x08\0" + bytes(20)):
        for operation, query in (("postReplay", {}), ("postEvents", {"format": "sysmon"})):
            for extra in ({}, {"strict": True}) if operation == "postEvents" else ({},):
                place = {"host": machine.name} if operation == "postEvents" else {}
                answer = client.call(operation, **place, data=body, query={**query, **extra}, expect=415)
                assert "wdfilterd replay --server" in answer.json["detail"]
    answer = client.call("postReplay", data=b"x", headers={"Content-Type": "application/zip"}, expect=415)
    assert "Unpack an archive" in answer.json["detail"]


def test_native_lines_are_not_json_or_xml(machine: Machine) -> None:
    for media_type in ("application/json", "application/xml"):
        answer = machine.call("postEvents", data=b"{}\n", headers={"Content-Type": media_type}, expect=415)
        assert "format=sysmon" in answer.json["detail"]


@pytest.mark.parametrize(
    ("written", "unread"),
    [
        ("2020-08-25 10:00:0{}.000000000", 0),
        ("2020-08-25 10:00:0{}.000 UTC", 0),
        ("8/25/2020 10:00:0{} AM", 0),
        ("159834960{}000", 0),
        ("yesterday, {}", 8),
    ],
)
def test_times_that_cannot_be_read_are_counted(tmp_path: Path, written: str, unread: int) -> None:
    own = {"ProcessGuid": GUID, "ProcessId": "4321", "Image": "C:\\a.exe"}
    path = tmp_path / "a.ndjson"
    lines = [flat(7, {"UtcTime": written.format(n), **own, "ImageLoaded": f"C:\\{n}.dll"}, "pc1") for n in range(8)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    options = ("--pace", "recorded", "--engine-latency", "500ms", "--queue-limit", "2")
    told = report(path, *options)
    assert (told["timesUnread"], told["timesFromShipper"]) == (unread, 0)
    dropped = sum(entry["dropped"] for entry in told["deliveries"])
    assert (dropped > 0) == (unread > 0)
    page = run(path, *options, "--quiet").stdout.decode()
    assert ("8 records have a UtcTime that cannot be read, so the pace is not the recorded one" in page) == (unread > 0)
    # The newest record first.
    path.write_text("".join(json.dumps(flat(n, f, "pc1")) + "\n" for n, f in reversed(events())))
    assert report(path)["appliedByType"] == ALL


def test_a_character_costs_itself_and_is_counted(machine: Machine) -> None:
    line = json.dumps(flat(*events()[0], "pc1")).replace("/c ", "/c\\u0000 ").encode()
    told = machine.get("postEvents", data=line + b"\n", query={"format": "sysmon"})
    assert (told["applied"], told["repaired"]) == (1, 1)
    assert machine.get("getProcess", pid=4321)["commandLine"] == "cmd.exe /c"


class TestXMLInStrings:
    """Records that carry an event as XML."""

    @staticmethod
    def texts(endings: list[str]) -> bytes:
        """An event with each of the endings behind it."""
        number, fields = events()[0]
        text = element(number, fields, "pc1")
        return b"".join(json.dumps({"result": {"_raw": text + ending}}).encode() + b"\n" for ending in endings)

    @pytest.mark.parametrize("ending", ["<!-- x", "<![CDATA[", "<?x", "<x>", "<", "&", "]]>"])
    def test_a_broken_one_costs_only_itself(self, tmp_path: Path, ending: str) -> None:
        path = tmp_path / "a.ndjson"
        path.write_bytes(self.texts(["", ending, "", "\r\n", "", " "]))
        told = report(path)
        counted = told["applied"] + sum(told["skipped"].values()) + told["rejectedCount"]
        assert (told["lines"], counted) == (6, 6)
        # The process is created once.
        assert told["skipped"].get("unknown-shape", 0) + told["rejectedCount"] <= 1

    def test_many_broken_ones_take_no_longer(self, tmp_path: Path) -> None:
        path = tmp_path / "a.ndjson"
        path.write_bytes(self.texts(["<!-- x"] * 2000))
        assert run(path, "--quiet", "--json", "--allow-empty").returncode == 0

    def test_two_events_in_one_are_not_mixed(self, tmp_path: Path) -> None:
        path = tmp_path / "a.ndjson"
        number, fields = events()[0]
        text = element(number, fields, "pc1") * 2
        path.write_text(json.dumps({"result": {"_raw": text}}) + "\n")
        result = run(path, "--quiet")
        assert result.returncode == 2
        assert b"1 skipped as unknown-shape" in result.stderr

    def test_elements_within_values_and_data_are_part_of_them(self, tmp_path: Path) -> None:
        path, messages = tmp_path / "a.xml", tmp_path / "messages"
        number, fields = events()[0]
        text = element(number, fields, "pc1")
        image = f"<Data Name='Image'>{fields['Image']}</Data>"
        assert image in text
        path.write_text(text.replace(image, '<System/><Data Name="Image">C:\\<b>x</b>a.exe</Data>'))
        report(path, "--messages", messages)
        assert json.loads(messages.read_text().splitlines()[0])["imageFileName"] == "C:\\xa.exe"


class TestSecurity:
    """Events 4688 and 4689."""

    @staticmethod
    def audit(number: int, machine: str, **fields: str) -> dict[str, Any]:
        """An event of the log Security."""
        time = "2020-08-25T10:00:00.5Z"
        own = {"channel": "Security", "computer_name": machine, "event_id": number, "event_data": fields}
        return {"@timestamp": time, "winlog": own}

    def lines(self, machine: str) -> list[dict[str, Any]]:
        """A process, by its creation and its exit."""
        created = {"NewProcessId": "0x20e1", "NewProcessName": "C:\\a.exe", "ProcessId": "0x4b0", "CommandLine": "a -b"}
        return [
            self.audit(4688, machine, **created),
            self.audit(4689, machine, ProcessId="0x20e1", ProcessName="C:\\a.exe"),
        ]

    def test_they_are_replayed_when_asked_for(self, machine: Machine, tmp_path: Path) -> None:
        path = tmp_path / "a.ndjson"
        path.write_text("".join(json.dumps(line) + "\n" for line in self.lines("pc1")))
        result = run(path, "--quiet")
        assert result.returncode == 2
        assert b"2 records of channel Security" in result.stderr
        told = report(path, "--include", "security")
        assert told["appliedByType"] == {"processCreate": 1, "processExit": 1}
        first = json.dumps(self.lines("pc1")[0]).encode() + b"\n"
        told = machine.get("postEvents", data=first, query={"format": "sysmon", "include": "security"})
        assert told["appliedByType"] == {"processCreate": 1}
        process = machine.get("getProcess", pid=0x20E1)
        assert (process["imageFileName"], process["commandLine"]) == ("C:\\a.exe", "a -b")
        assert process["creationTime"].startswith("2020-08-25T10:00:00.0000000")

    def test_they_are_read_from_their_rendered_message(self, tmp_path: Path) -> None:
        texts = {
            4688: (
                "A new process has been created.\r\n\r\nCreator Subject:\r\n\tSecurity ID:\t\tS-1-5-18\r\n\r\n"
                "Process Information:\r\n\tNew Process ID:\t\t0x20e1\r\n\tNew Process Name:\tC:\\a.exe\r\n"
                "\tMandatory Label:\t\tMandatory Label\\High Mandatory Level\r\n\tCreator Process ID:\t0x4b0\r\n"
                "\tCreator Process Name:\tC:\\b.exe\r\n\tProcess Command Line:\ta -b\r\n"
            ),
            4689: "A process has exited.\r\n\r\n\tProcess ID:\t0x20e1\r\n\tProcess Name:\tC:\\a.exe\r\n",
        }
        path = tmp_path / "security.json"
        own = {"LogName": "Security", "MachineName": "pc1", "TimeCreated": "/Date(1598349600500)/"}
        path.write_text(
            json.dumps([{**own, "Id": number, "Message": text} for number, text in texts.items()], indent=2)
        )
        messages = tmp_path / "messages"
        told = report(path, "--include", "security", "--messages", messages)
        assert told["appliedByType"] == {"processCreate": 1, "processExit": 1}
        [create, _] = [json.loads(line) for line in messages.read_text().splitlines()]
        assert (create["processId"], create["imageFileName"]) == (0x20E1, "C:\\a.exe")

    def test_a_machine_with_sysmon_keeps_sysmon(self, tmp_path: Path) -> None:
        sysmon = flat(*events()[1], "pc1")
        records = [*self.lines("pc1"), *self.lines("pc2"), sysmon, *self.lines("PC1")]
        text = "".join(json.dumps(line) + "\n" for line in records)
        path = tmp_path / "a.ndjson"
        path.write_text(text)
        told = report(path, "--include", "security")
        assert told["skipped"] == {"sysmon-has-it": 4}
        assert told["appliedByType"] == {"processCreate": 1, "processExit": 1, "imageLoad": 1}
        # In a pipe, the first record of Sysmon decides.
        cat = subprocess.run(
            ["sh", "-c", 'cat "$1" | "$0" replay - --include security --json --quiet', binary(), path],
            capture_output=True,
            timeout=60,
            check=True,
        )
        assert json.loads(cat.stdout)["skipped"] == {"sysmon-has-it": 2}


class TestSweep:
    """The edge of an engine."""

    @pytest.fixture
    def burst(self, tmp_path: Path) -> Path:
        """Sixty image loads, ten milliseconds apart."""
        own = {"ProcessGuid": GUID, "ProcessId": "4321", "Image": "C:\\a.exe", "ImageLoaded": "C:\\b.dll"}
        path = tmp_path / "burst.ndjson"
        lines = [flat(7, {"UtcTime": f"2020-08-25 10:00:00.{10 * n:03}", **own}, "pc1") for n in range(60)]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return path

    def test_the_edge_is_found_to_5_percent(self, burst: Path) -> None:
        options = ("--queue-limit", "10", "--sweep", "latency=1ms..1s")
        told = report(burst, *options)
        knee = told["sweep"]["knees"][0]
        assert knee["value"] < knee["beyond"] <= knee["value"] * 1.05
        for latency, is_lossy in ((knee["value"], False), (knee["beyond"], True)):
            milliseconds = ("--pace", "recorded", "--queue-limit", "10", "--sweep", f"latency={latency}us")
            point = report(burst, *milliseconds)["sweep"]["points"][0]
            assert (point["lost"] > 0) == is_lossy
        points = told["sweep"]["points"]
        assert len([point for point in points if not point["refined"]]) == 20
        assert [point["latencyMicroseconds"] for point in points] == sorted(p["latencyMicroseconds"] for p in points)
        assert all(point["messages"] == 60 for point in points)
        # A pipe gives the same.
        piped = report("-", *options, stdin=burst.read_bytes())
        assert piped["sweep"] == told["sweep"]

    def test_the_page_begins_with_the_edge(self, burst: Path, tmp_path: Path) -> None:
        points = tmp_path / "points.csv"
        result = run(burst, "--quiet", "--sweep", "queue=1..64", "--engine-latency", "30ms", "--points", points)
        assert result.returncode == 0
        assert result.stdout.startswith(b"Your engine loses nothing down to ")
        rows = points.read_text().splitlines()
        assert rows[0] == "queue,messages,lost,maxDelayMicroseconds,queuePeak,afterExit,afterEnd,refined"
        assert len(rows) > 10

    def test_the_edge_of_failures_is_found(self, burst: Path) -> None:
        sweep = report(burst, "--sweep", "fail-every=0,2,10")["sweep"]
        assert (sweep["knees"][0]["value"], sweep["knees"][0]["beyond"]) == (61, 60)
        assert all(
            point["lost"] == (60 // point["failEvery"] if point["failEvery"] else 0) for point in sweep["points"]
        )

    def test_a_policy_that_matches_nothing_is_warned_about(self, burst: Path) -> None:
        page = run(burst, "--quiet", "--sweep", "latency=1ms", "--policy", "zzz=NotifyImageLoadRule").stdout
        assert b"warning: --policy zzz: no process has such an image" in page

    def test_two_make_a_grid(self, burst: Path) -> None:
        told = report(burst, "--sweep", "latency=1ms,100ms", "--sweep", "queue=2,100")
        sweep = told["sweep"]
        assert [(p["latencyMicroseconds"], p["queue"]) for p in sweep["points"]] == [
            (1000, 2),
            (100_000, 2),
            (1000, 100),
            (100_000, 100),
        ]
        assert [(knee["queue"], knee["value"]) for knee in sweep["knees"]] == [(2, 1000), (100, 100_000)]
        page = run(burst, "--quiet", "--sweep", "latency=1ms,100ms", "--sweep", "queue=2,100").stdout
        assert b"queue \\ latency" in page

    @pytest.mark.parametrize(
        ("options", "fault"),
        [
            (["--pace", "asap"], b"--pace asap"),
            (["--engine-url", "http://127.0.0.1:1"], b"--engine-url"),
            (["--server", "http://127.0.0.1:1"], b"--server"),
            (["--sweep", "latency=1ms"], b"given twice"),
            (["--sweep", "queue=1..10:x"], b'"x"'),
            (["--coverage"], b"--coverage"),
            (["--sweep", "queue=1,2", "--set", "driver.maxAsyncNotificationCount=1"], b"--set driver.maxAsync"),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, list) else None,
    )
    def test_what_it_cannot_have_is_a_fault(self, burst: Path, options: list[str], fault: bytes) -> None:
        result = run(burst, "--sweep", "latency=1ms..2s", *options)
        assert (result.returncode, result.stdout) == (2, b"")
        assert fault in result.stderr

    def test_what_is_not_read_is_said(self, tmp_path: Path) -> None:
        path = tmp_path / "empty"
        path.write_bytes(b"")
        points = tmp_path / "points.csv"
        points.write_text("of another sweep")
        assert run(path, "--sweep", "latency=1ms", "--quiet", "--points", points).returncode == 2
        assert points.read_text() == "of another sweep"
        page = run(path, "--sweep", "latency=1ms", "--quiet", "--allow-empty").stdout
        assert page.startswith(b"No message was sent.\n")
        path.write_text('{"type":"processCreate","processId":500,"imageFileName":"a.exe"}\n')
        result = run(path, "--sweep", "latency=1ms", "--quiet")
        assert result.returncode == 2
        assert b"native lines have none" in result.stderr
