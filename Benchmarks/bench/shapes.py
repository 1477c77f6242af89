"""How many records a second are replayed from XML and from nested JSON, beside the flat JSON of the same events."""

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from bench import recording
from bench.processes import Programs, run
from bench.results import RATIO_COLUMNS, Goal, Outcome, Table, check, held, spread
from bench.rounds import ROUNDS, alternate, ratios

SIZE = 60_000_000
# Channel and id of the records that become events.
APPLIED = {(recording.SYSMON, event) for event in (1, 5, 6, 7, 8)}
# Members of a report that do not depend on the shape.
ALIKE = (
    "lines",
    "applied",
    "appliedByType",
    "skipped",
    "skippedByType",
    "messages",
    "machines",
)
FLAT, NESTED, XML = "flat JSON", "nested JSON", "XML"
HALF = Goal(least=0.5)
NAMESPACE = "http://schemas.microsoft.com/win/2004/08/events/event"
# Members that the collector adds, or that stand in System.
AROUND = {
    *("@timestamp", "@version", "AccountName", "AccountType", "Category", "Channel", "Domain", "EventID"),
    *("EventReceivedTime", "EventTime", "ExecutionProcessID", "Hostname", "Keywords", "Message", "Opcode"),
    *("OpcodeValue", "ProviderGuid", "RecordNumber", "Severity", "SeverityValue", "SourceModuleName"),
    *("SourceModuleType", "SourceName", "Task", "ThreadID", "UserID", "Version", "host", "port", "tags"),
}  # fmt: skip
Record = dict[str, Any]


def own(record: Record) -> Iterator[tuple[str, str]]:
    """The members of the event itself."""
    return ((name, str(value)) for name, value in record.items() if name not in AROUND)


def nested(record: Record) -> str:
    """As evtx_dump writes JSON."""
    system = {
        "Provider": {
            "#attributes": {
                "Name": record["SourceName"],
                "Guid": record["ProviderGuid"],
            }
        },
        "EventID": record["EventID"],
        "Version": record["Version"],
        "Level": 4,
        "Task": record["Task"],
        "Opcode": 0,
        "Keywords": "0x8000000000000000",
        "TimeCreated": {"#attributes": {"SystemTime": record["@timestamp"]}},
        "EventRecordID": record["RecordNumber"],
        "Correlation": None,
        "Execution": {
            "#attributes": {
                "ProcessID": record["ExecutionProcessID"],
                "ThreadID": record["ThreadID"],
            }
        },
        "Channel": record["Channel"],
        "Computer": record["Hostname"],
        "Security": {"#attributes": {"UserID": record["UserID"]}},
    }
    event = {
        "#attributes": {"xmlns": NAMESPACE},
        "System": system,
        "EventData": dict(own(record)),
    }
    return json.dumps({"Event": event}, ensure_ascii=False, separators=(",", ":"))


def xml(record: Record) -> str:
    """As Windows renders it."""
    data = "".join(f"<Data Name={quoteattr(name)}>{escape(value)}</Data>" for name, value in own(record))
    return (
        f"<Event xmlns='{NAMESPACE}'><System>"
        f"<Provider Name='{record['SourceName']}' Guid='{record['ProviderGuid']}'/>"
        f"<EventID>{record['EventID']}</EventID><Version>{record['Version']}</Version><Level>4</Level>"
        f"<Task>{record['Task']}</Task><Opcode>0</Opcode><Keywords>0x8000000000000000</Keywords>"
        f"<TimeCreated SystemTime='{record['@timestamp']}'/><EventRecordID>{record['RecordNumber']}</EventRecordID>"
        f"<Correlation/><Execution ProcessID='{record['ExecutionProcessID']}' ThreadID='{record['ThreadID']}'/>"
        f"<Channel>{record['Channel']}</Channel><Computer>{record['Hostname']}</Computer>"
        f"<Security UserID='{record['UserID']}'/></System><EventData>{data}</EventData></Event>"
    )


def flat(record: Record) -> str:
    """As NXLog writes it."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


SHAPES = {FLAT: flat, NESTED: nested, XML: xml}


def write(folder: Path, records: list[Record]) -> dict[str, Path]:
    """Write the records in each shape."""
    paths = {}
    for name, shape in SHAPES.items():
        paths[name] = folder / f"{name.replace(' ', '-')}"
        with paths[name].open("w", encoding="utf-8") as file:
            file.writelines(f"{shape(record)}\n" for record in records)
    return paths


def measured(programs: Programs, what: str, records: list[Record]) -> tuple[list[Sequence[str]], list[Sequence[str]]]:
    """Replay the records in each shape: the rows of both tables."""
    reports: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="wdfilterd-bench-") as folder:
        paths = write(Path(folder), records)
        megabytes = {side: path.stat().st_size / 1e6 for side, path in paths.items()}

        def replay(path: Path) -> Callable[[], float]:
            def replayed() -> float:
                seconds, output = run([programs.wdfilterd, "replay", str(path), "--quiet", "--json"])
                reports.append(json.loads(output))
                return seconds

            return replayed

        seconds = alternate({side: replay(path) for side, path in paths.items()})
    check(all(report[name] == reports[0][name] for report in reports for name in ALIKE), "the reports differ")
    check(reports[0]["lines"] == len(records), "records are missing")
    rates = {side: [len(records) / each for each in found] for side, found in seconds.items()}
    size = f"{len(records):,}"
    rows = [(f"{side}, {what}", size, f"{megabytes[side]:.0f}", spread(found)) for side, found in rates.items()]
    compared = [
        held(f"{side} to {other}, {what}", ratios(rates[side], rates[other]), HALF if side == XML else None)
        for side, other in ((XML, FLAT), (XML, NESTED), (NESTED, FLAT))
    ]
    return rows, compared


def measure(programs: Programs) -> Outcome:
    """Measure all records of a recording, and those of them that become events."""
    with tempfile.NamedTemporaryFile(suffix=".ndjson") as file:
        recording.write(Path(file.name), SIZE)
        records = [json.loads(line) for line in Path(file.name).read_text(encoding="utf-8").splitlines()]
    applied = [record for record in records if (record["Channel"], record["EventID"]) in APPLIED]
    rows, compared = measured(programs, "all", records)
    more_rows, more_compared = measured(programs, "events", applied)
    columns = ("shape", "records", "MB", "records a second")
    tables = [Table(columns, rows + more_rows), Table(RATIO_COLUMNS, compared + more_compared)]
    return Outcome(f"{ROUNDS} rounds; the records that become events are in rows of their own.", tables)
