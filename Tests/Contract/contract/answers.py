"""The examples of answers in the document: real ones, made by a run against a service of its own.

`make docs` prints them into openapi.yaml, between the marks in `components/examples`; `test_answers.py` makes them
again and compares. What differs between runs is replaced by the values in VARYING; what is long is cut as LONGEST says.
"""

import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from contract.client import Answer, Client, Ledger, content_of
from contract.document import REPOSITORY
from contract.live import EVENT_STREAM, NDJSON
from contract.service import Service

NOW = "2020-02-21T10:15:30.1234567Z"
# Members whose values depend on the machine, on real time or on the build, with what the examples have in their place.
VARYING: dict[str, Any] = {
    "createdAt": NOW,
    "durationMicroseconds": 12,
    "durationMilliseconds": 1.5,
    "lastLatencyMicroseconds": 12,
    "maxMicroseconds": 12,
    "requestId": "1k0zq3x-17",
    "time": NOW,
    "totalMicroseconds": 12,
    "totalTimeMicroseconds": 12,
    "libraries": {
        "libmicrohttpd": "0.9.75",
        "libcurl": "7.88.1",
        "gnutls": "3.7.9",
        "simdjson": "3.0.1",
        "libarchive": "3.6.2",
        "expat": "2.5.0",
        "pcre2": "10.42",
        "libyaml": "0.2.5",
    },
    "commit": "0123456789abcdef0123456789abcdef01234567",
    "swift": "6.3",
}
# Of these, 0 says that nothing was measured.
MEASURED = ("maxMicroseconds", "totalMicroseconds")
# How many items a list has, by operation, and how many lines a text.
LONGEST = {"listProblemTypes": 2, "getVocabulary": 2}
# The counts of requests that follow in /metrics depend on threads, and the page changes often.
LINES = {"getRoot": 3, "postReplay": 2, "getOpenApiYaml": 4, "getMetrics": 3}
MOST_LINES = 12
SMSS, WINLOGON = 584, 664
WINDOWS = "\\Device\\HarddiskVolume4\\Windows\\System32"
DLL = f"{WINDOWS}\\sspicli.dll"
RECORD = json.dumps(
    {
        "EventID": 1,
        "Channel": "Microsoft-Windows-Sysmon/Operational",
        "Hostname": "PC1",
        "UtcTime": "2020-02-21 10:15:30.123",
        "ProcessGuid": "{11111111-0000-0000-0000-000000000001}",
        "ProcessId": "700",
        "Image": "C:\\Windows\\notepad.exe",
        "CommandLine": "notepad.exe",
        "ParentProcessGuid": "{11111111-0000-0000-0000-000000000002}",
        "ParentProcessId": "4",
        "ParentImage": "System",
    }
)
EVENTS = '{"type":"processCreate","processId":584,"imageFileName":"smss.exe"}\nnonsense\n'


@dataclass(frozen=True)
class Step:
    """A request of the run; with a name, its answer is an example."""

    operation: str
    name: str = ""
    path: Mapping[str, object] = field(default_factory=dict)
    body: object = None
    data: str = ""
    query: Mapping[str, object] = field(default_factory=dict)
    accept: str = ""


def step(operation: str, name: str | None = None, /, **rest: Any) -> Step:  # noqa: ANN401
    """A request of the run. Its example is called `name`, or like the operation; an empty `name` makes no example."""
    parts = {key: rest.pop(key) for key in ("body", "data", "query", "accept") if key in rest}
    return Step(operation, operation if name is None else name, rest, **parts)


LAB = {"host": "lab"}
# In this order. The worker is paused, so that the states of queued messages do not depend on threads.
RUN = (
    *(step(operation) for operation in ("getRoot", "getLiveness", "getReadiness", "getHealth")),
    step("getMetrics"),
    step("getOpenApiYaml"),
    step("getOpenApiYaml", "getOpenApiYamlAsText", accept="text/plain"),
    *(step(operation) for operation in ("getOpenApiJson", "getScenarioSchema", "listProblemTypes")),
    *(step(operation) for operation in ("getVersion", "getSelf", "getVocabulary")),
    Step("getVocabularyEntries", "getVocabularyEntries", {"name": "NotifyImageLoadRule"}),
    Step("getProblemType", "getProblemType", {"name": "unknown-process"}),
    step("listProblemTypes", "listProblemTypesAsPage", accept="text/html"),
    Step("getProblemType", "getProblemTypeAsPage", {"name": "unknown-process"}, accept="text/html"),
    step("putHost", **LAB, body={"clock": {"mode": "manual", "now": NOW}}),
    step("putHost", "putHostAgain", **LAB, body={"clock": {"mode": "manual", "now": NOW}}),
    *(step(operation, **LAB) for operation in ("getHost", "getConfig", "getClock", "getEngine")),
    step("listHosts"),
    step("patchConfig", **LAB, body={"maxAsyncNotificationCount": 100}),
    step("putClock", **LAB, body={"mode": "manual", "now": NOW}),
    step("putRulePolicies", **LAB, body={"items": [{"imageFileName": "*\\powershell.exe", "rules": "0x400000"}]}),
    step("getRulePolicies", **LAB),
    step("putWorker", **LAB, body={"state": "paused"}),
    step("getWorker", **LAB),
    step("createProcess", **LAB, body={"processId": SMSS, "imageFileName": f"{WINDOWS}\\smss.exe"}),
    step("createProcess", "", **LAB, body={"processId": WINLOGON, "imageFileName": f"{WINDOWS}\\winlogon.exe"}),
    step("patchProcessRules", **LAB, pid=SMSS, body={"set": ["NotifyNewThreadDifferentProcess"]}),
    step("createThread", **LAB, pid=WINLOGON, body={"creatorProcessId": SMSS, "startAddress": "0x7ffbda8844f0"}),
    step("getThread", **LAB, pid=WINLOGON, tid=12),
    step("listThreads", **LAB, pid=WINLOGON),
    step("deleteThread", **LAB, pid=WINLOGON, tid=12),
    step("listProcesses", **LAB, query={"imageFileName": "*\\smss.exe"}),
    step("listProcesses", "listProcessesChanged", **LAB, query={"changedAfter": 3}),
    step("getProcess", **LAB, pid=SMSS),
    step("putProcessRules", **LAB, pid=SMSS, body={"rules": ["NotifyImageLoadRule"]}),
    step("putProcessFlags", **LAB, pid=SMSS, body={"flags": ["TrustedProcess", "ThreadNotifyRoutineExSet"]}),
    step("patchProcessFlags", **LAB, pid=SMSS, body={"clear": ["TrustedProcess"]}),
    step("putCommandLine", **LAB, pid=WINLOGON, body={"commandLine": "winlogon.exe harmless"}),
    step("createStreamContext", **LAB, body={"fileName": DLL}),
    step("putStreamContextRules", **LAB, id=1, body={"rules": ["NotifyImageLoadRule"]}),
    step("patchStreamContextRules", **LAB, id=1, body={"set": ["NotifyImageLoadRule"]}),
    step("getStreamContext", **LAB, id=1),
    step("listStreamContexts", **LAB),
    step("loadImage", **LAB, pid=SMSS, body={"fullImageName": DLL, "imageBase": "0x7ffbd9a00000", "imageSize": 208896}),
    step("deleteStreamContext", "", **LAB, id=1),
    step("loadDriver", **LAB, body={"fullImageName": "\\SystemRoot\\System32\\drivers\\http.sys"}),
    step("listDrivers", **LAB),
    step("listBootProcesses", **LAB, query={"limit": 1}),
    step(
        "sendSyncNotification", **LAB, body={"operation": 3, "processId": SMSS, "data": {"targetProcessId": WINLOGON}}
    ),
    step("sendAsyncNotification", **LAB, body={"operation": "RawVolumeWrite", "processId": 4, "data": "AAECAw=="}),
    step("getQueues", **LAB, query={"entries": 1}),
    step("stepWorker", **LAB, body={"count": 2}),
    step("listMessages", **LAB, query={"after": 2, "limit": 2}),
    step("listMessages", "listMessagesAsEvents", **LAB, query={"after": 2, "limit": 1}, accept=EVENT_STREAM),
    step("listMessages", "listMessagesAsLines", **LAB, query={"after": 2, "limit": 1}, accept=NDJSON),
    step("countMessages", **LAB, query={"kind": "async"}),
    step("getMessage", **LAB, sequence=3),
    step("listDecisions", **LAB, query={"after": 2, "limit": 2}),
    step("listDecisions", "listDecisionsAsEvents", **LAB, query={"after": 2, "limit": 1}, accept=EVENT_STREAM),
    step("listDecisions", "listDecisionsAsLines", **LAB, query={"after": 2, "limit": 1}, accept=NDJSON),
    step("getMessageDissection", **LAB, sequence=3),
    step("putWorker", "", **LAB, body={"state": "running"}),
    step("drainWorker", **LAB, body={"timeoutMs": 5000}),
    step("getCounters", **LAB),
    step("pingEngine", **LAB, body={}),
    step("exitProcess", **LAB, pid=WINLOGON, query={"explain": "false"}),
    step("putEngine", **LAB, body={"type": "embedded", "reply": "deny"}),
    step("createProcess", "createProcessDenied", **LAB, body={"imageFileName": "mimikatz.exe"}),
    step("resetHost", **LAB, body={}),
    # A host on which something happened once: its only bucket, when it is over.
    step("putHost", "", host="once", body={}),
    step("createProcess", "", host="once", body={"imageFileName": "notepad.exe"}),
    step("getHistory", host="once", query={"waitMs": 10000}),
    step("getHistory", "getHistoryAsEvents", host="once", query={"limit": 1}, accept=EVENT_STREAM),
    step("getHistory", "getHistoryAsLines", host="once", query={"limit": 1}, accept=NDJSON),
    step("deleteHost", "", **LAB),
    step("postEvents", host="default", data=EVENTS),
    step("postReplay", data=RECORD),
    step("postReplay", "postReplayAsPage", data=RECORD, query={"fresh": True}, accept="text/html"),
)


def made() -> dict[str, Any]:
    """The examples, by name, of a run against a service with the default settings."""
    with tempfile.TemporaryDirectory() as directory:
        service = Service(Path(directory))
        client = Client(service.port, Ledger())
        try:
            answers = [(step, answer_to(step, client)) for step in RUN]
            return {step.name: shown(step, answer) for step, answer in answers if step.name}
        finally:
            client.close()
            service.stop()


def answer_to(step: Step, client: Client) -> Answer:
    """The answer to a request of the run, checked against the document."""
    return client.call(
        step.operation,
        **step.path,
        query=step.query,
        body=step.body,
        data=step.data.encode() or None,
        headers={"Accept": step.accept} if step.accept else {},
    )


def shown(step: Step, answer: Answer) -> Any:  # noqa: ANN401
    """`answer` as an example."""
    value = content_of(answer)
    if step.operation.startswith("getOpenApi") and isinstance(value, dict):
        return {"openapi": value["openapi"], "info": {name: value["info"][name] for name in ("title", "version")}}
    if step.operation == "getScenarioSchema" and isinstance(value, dict):
        return {name: value[name] for name in ("$schema", "$id", "title", "type")}
    if isinstance(value, str):
        lines = same_each_time(value).splitlines(keepends=True)
        is_long = answer.media in ("text/html", "text/plain")
        return "".join(lines[: LINES.get(step.operation, MOST_LINES)] if is_long else lines)
    return same_each_time(value, LONGEST.get(step.operation))


def varies(name: str, member: object) -> bool:
    """Whether the examples have a value of their own for `member`."""
    return name in VARYING and member is not None and not (name in MEASURED and member == 0)


def same_each_time(value: Any, longest: int | None = None) -> Any:  # noqa: ANN401
    """`value` with the values of VARYING, and with at most `longest` items in each list."""
    if isinstance(value, list):
        return [same_each_time(item, longest) for item in value[:longest]]
    if isinstance(value, dict):
        return {
            name: VARYING[name] if varies(name, member) else same_each_time(member, longest)
            for name, member in value.items()
        }
    if isinstance(value, str):
        for name, member in VARYING.items():
            if isinstance(member, int | float):
                value = re.sub(rf'("{name}":)[0-9.]+', rf"\g<1>{member}", value)
            elif isinstance(member, str):
                value = re.sub(rf'("{name}":)"[^"]*"', rf'\g<1>"{member}"', value)
    return value


def printed() -> str:
    """The examples as YAML below `components/examples`."""

    class Dumper(yaml.SafeDumper):
        """Writes texts of several lines as they are."""

    def text(dumper: Dumper, value: str) -> yaml.ScalarNode:
        style = "|" if "\n" in value else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    examples = {name: {"value": value} for name, value in made().items()}
    lines = yaml.dump(examples, Dumper=Dumper, sort_keys=False, default_flow_style=None, width=116, allow_unicode=True)
    return "".join(f"    {line}\n" if line else "\n" for line in lines.splitlines())


def main() -> None:
    """Replace the examples in openapi.yaml."""
    path = REPOSITORY / "openapi.yaml"
    begin, end = "    # From a run, printed by `make docs`; do not edit.\n", "    # End of the examples.\n"
    before, _, rest = path.read_text().partition(begin)
    _, _, after = rest.partition(end)
    if not after:
        raise SystemExit(f"openapi.yaml does not have the lines {begin!r} and {end!r}")
    path.write_text(before + begin + printed() + end + after)


if __name__ == "__main__":
    main()
