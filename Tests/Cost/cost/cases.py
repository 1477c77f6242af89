"""The requests for each operation, to hosts that are filled to their limits.

An operation without a case fails the suite: `test_operations.py` iterates over the document.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from cost.asking import NDJSON, Request, get, sending
from cost.filled import (
    FIRST_SHORT,
    LONGEST,
    POLICIES,
    POLICY_UNITS,
    RAW_BYTES,
    Filled,
    events,
    policies,
    upload_of,
)

MOST_ASKED = 40
"""Each operation is called at most this often, so that the room left below each limit is enough."""
FULL = "/v1/hosts/full"
TEXT = "y" * LONGEST
NAMES = [f"unknown{number}" for number in range(2000)]


@dataclass(frozen=True)
class Case:
    """How to call an operation."""

    request: Callable[[int], Request]
    """The request with number n, from 0."""
    ready: Callable[[Filled], None] = lambda _: None
    """Creates what the requests need."""
    most: int = MOST_ASKED


def always(request: Request) -> Case:
    """The same request every time."""
    return Case(lambda _: request)


def created(number: int) -> Request:
    """A process with the longest texts."""
    body = {"processId": 3_000_000 + 4 * number, "imageFileName": TEXT, "commandLine": TEXT, "rules": "0xffffffff"}
    return sending("POST", f"{FULL}/processes", body)


def host_with_everything(number: int) -> Request:
    """A host with the maximum number of policies."""
    body = {"rulePolicies": {"items": policies(POLICIES, POLICY_UNITS)}}
    return sending("PUT", f"/v1/hosts/new-{number}", body)


def doomed(filled: Filled) -> None:
    """A few small hosts; the last one that is deleted is the full one."""
    for number in range(3):
        filled.put(f"doomed-{number}")


def a_thread(filled: Filled) -> None:
    """A thread whose id is known."""
    body = {"threadId": 80_000_000, "creatorProcessId": 4}
    filled.connection.body(sending("POST", f"{FULL}/processes/{FIRST_SHORT}/threads", body))


def threads_to_delete(filled: Filled) -> None:
    """Threads whose ids are known."""
    for number in range(MOST_ASKED):
        body = {"threadId": 90_000_000 + 4 * number, "creatorProcessId": 4}
        filled.connection.body(sending("POST", f"{FULL}/processes/{FIRST_SHORT}/threads", body))


def record(number: int) -> bytes:
    """A Sysmon record that creates a process."""
    fields = {
        "EventID": 1,
        "Channel": "Microsoft-Windows-Sysmon/Operational",
        "Hostname": "cost.example",
        "UtcTime": "2020-02-21 10:15:30.123",
        "ProcessGuid": f"{{1234abcd-5e02-5e50-0000-{number:012x}}}",
        "ProcessId": str(1000 + 4 * number),
        "Image": "C:\\Windows\\System32\\cmd.exe",
    }
    return json.dumps(fields).encode()


RAW = "A" * (RAW_BYTES // 3 * 4)
REPLAY = b"\n".join(record(number) for number in range(10_000))
EVENTS = events(10_000)
HALF_A_PATTERN = quote("*" + "a" * 500 + "b", safe="")
RULES = {"rules": ["NotifyNewThreadDifferentProcess", "0x400"]}
FLAGS = {"flags": ["TrustedProcess"]}
PROCESS = f"{FULL}/processes/8"
CONTEXT = f"{FULL}/stream-contexts/1"

CASES: dict[str, Case] = {
    "getRoot": always(get("/")),
    "getPageFile": always(get("/ui/index.html")),
    "getLiveness": always(get("/livez")),
    "getReadiness": always(get("/readyz")),
    "getHealth": always(get("/healthz")),
    "getMetrics": always(get("/metrics")),
    "getOpenApiYaml": always(get("/openapi.yaml")),
    "getOpenApiJson": always(get("/openapi.json")),
    "getScenarioSchema": always(get("/scenario.schema.json")),
    "listProblemTypes": always(get("/problems")),
    "getProblemType": always(get("/problems/limit-reached")),
    "getVersion": always(get("/v1/version")),
    "getSelf": always(get("/v1/self")),
    "getVocabulary": always(get("/v1/vocabulary")),
    # A routine with all its conditions.
    "getVocabularyEntries": always(get("/v1/vocabulary/MpLoadImageNotifyRoutine")),
    "listHosts": always(get("/v1/hosts?limit=1000")),
    "getHost": always(get(FULL)),
    "putHost": Case(host_with_everything),
    "getConfig": always(get(f"{FULL}/config")),
    # As many unknown members as fit into a body; each of them is a fault.
    "patchConfig": always(sending("PATCH", f"{FULL}/config", dict.fromkeys(["z" * 400 + name for name in NAMES], 1))),
    "getClock": always(get(f"{FULL}/clock")),
    "putClock": always(sending("PUT", f"{FULL}/clock", {"mode": "system"})),
    "listProcesses": always(get(f"{FULL}/processes?limit=1000&imageFileName={HALF_A_PATTERN}")),
    "createProcess": Case(created),
    "getProcess": always(get(PROCESS)),
    "putProcessRules": always(sending("PUT", f"{PROCESS}/rules", RULES)),
    "patchProcessRules": always(sending("PATCH", f"{PROCESS}/rules", {"set": ["0x400"], "clear": ["0x1"]})),
    "putProcessFlags": always(sending("PUT", f"{PROCESS}/flags", FLAGS)),
    "patchProcessFlags": always(sending("PATCH", f"{PROCESS}/flags", {"set": ["0x40"], "clear": ["0x1"]})),
    "putCommandLine": always(sending("PUT", f"{PROCESS}/command-line", {"commandLine": TEXT})),
    "listThreads": always(get(f"{FULL}/processes/{FIRST_SHORT}/threads?limit=1000")),
    "createThread": always(sending("POST", f"{FULL}/processes/{FIRST_SHORT}/threads", {"creatorProcessId": 8})),
    "getThread": Case(lambda _: get(f"{FULL}/processes/{FIRST_SHORT}/threads/80000000"), a_thread),
    "deleteThread": Case(
        lambda number: Request("DELETE", f"{FULL}/processes/{FIRST_SHORT}/threads/{90_000_000 + 4 * number}"),
        threads_to_delete,
    ),
    "loadImage": always(sending("POST", f"{PROCESS}/images", {"fullImageName": TEXT})),
    "listStreamContexts": always(get(f"{FULL}/stream-contexts?limit=1000")),
    "createStreamContext": Case(
        lambda number: sending("POST", f"{FULL}/stream-contexts", {"fileName": f"{number}{TEXT[20:]}"})
    ),
    "getStreamContext": always(get(CONTEXT)),
    "putStreamContextRules": always(sending("PUT", f"{CONTEXT}/rules", {"rules": ["NotifyImageLoadRule"]})),
    "patchStreamContextRules": always(sending("PATCH", f"{CONTEXT}/rules", {"set": ["0x8000"], "clear": ["0x1"]})),
    "deleteStreamContext": Case(lambda number: Request("DELETE", f"{FULL}/stream-contexts/{100 + number}")),
    "listDrivers": always(get(f"{FULL}/drivers?limit=1000")),
    "loadDriver": Case(lambda number: sending("POST", f"{FULL}/drivers", {"fullImageName": f"{number}{TEXT[20:]}"})),
    "listBootProcesses": always(get(f"{FULL}/boot-processes?limit=1000")),
    "getQueues": always(get("/v1/hosts/queue/queues?entries=1000")),
    "getWorker": always(get("/v1/hosts/queue/worker")),
    "putWorker": always(sending("PUT", "/v1/hosts/queue/worker", {"state": "paused"})),
    "stepWorker": always(sending("POST", "/v1/hosts/queue/worker/steps", {"count": 1000})),
    "getCounters": always(get(f"{FULL}/counters")),
    "getHistory": always(get(f"{FULL}/history?limit=10000")),
    "listDecisions": always(get(f"{FULL}/decisions?limit=1000")),
    "countMessages": always(get("/v1/hosts/journal/messages/count?operation=LogPrint")),
    "listMessages": always(get("/v1/hosts/journal/messages?limit=1000")),
    "getMessage": always(get("/v1/hosts/journal/messages/1000")),
    "getMessageDissection": always(get("/v1/hosts/journal/messages/1000/dissection")),
    "sendSyncNotification": always(
        sending(
            "POST",
            f"{FULL}/notifications/sync",
            {"operation": "RegistryEventSync", "processId": 8, "data": {"registryData": RAW[:40_000]}},
        )
    ),
    "sendAsyncNotification": always(
        sending(
            "POST",
            f"{FULL}/notifications/async",
            {"operation": "RawVolumeWrite", "processId": 8, "data": RAW},
        )
    ),
    "getEngine": always(get(f"{FULL}/engine")),
    "putEngine": always(sending("PUT", f"{FULL}/engine", {"type": "embedded"})),
    "pingEngine": always(Request("POST", f"{FULL}/engine/ping")),
    "getRulePolicies": always(get("/v1/hosts/policies/rule-policies")),
    "putRulePolicies": always(
        sending("PUT", "/v1/hosts/policies/rule-policies", {"items": policies(POLICIES, POLICY_UNITS)})
    ),
    "postEvents": always(upload_of("full", EVENTS)),
    "postReplay": always(Request("POST", "/v1/replays?format=sysmon", REPLAY, NDJSON)),
    # The cases that delete things come last.
    "drainWorker": Case(
        lambda _: sending("POST", "/v1/hosts/queue/worker/drain", {"timeoutMs": 60_000}),
        lambda filled: filled.connection.body(sending("PUT", "/v1/hosts/queue/worker", {"state": "running"})) and None,
    ),
    "exitProcess": Case(lambda number: Request("DELETE", f"{FULL}/processes/{FIRST_SHORT + 4 * number}")),
    "resetHost": Case(
        lambda number: Request("POST", f"/v1/hosts/{('policies', 'journal', 'queue', 'policies')[number]}/reset"),
        most=4,
    ),
    "deleteHost": Case(
        lambda number: Request("DELETE", f"/v1/hosts/{('full', 'doomed-0', 'doomed-1', 'doomed-2')[number]}"),
        doomed,
        most=4,
    ),
}
