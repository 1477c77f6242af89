"""Limits: one more is refused and changes nothing. After a removal there is room again."""

import contextlib
import json
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from contract import replays
from contract.client import Client
from contract.machine import Machine
from contract.notices import encoded, send_async
from contract.service import StartService
from contract.sysmon import INJECTION, SHELL, Process, Script, injection, ndjson

LIMITS = """
limits:
  processesPerHost: 3
  threadsPerHost: 2
  streamContextsPerHost: 2
  driversPerHost: 2
  textBytesPerHost: 1048576
  queueBytesPerHost: 1048576
  uploads: 1
messages:
  capacityBytes: 1048576
"""
LONG = "x" * 32_000
FAR_TOO_LONG = 60

Making = Callable[[Machine, str, int | None], Any]


def process(machine: Machine, name: str, expect: int | None = 201) -> Any:  # noqa: ANN401
    return machine.call("createProcess", body={"imageFileName": name, "commandLine": ""}, expect=expect)


def thread(machine: Machine, _: str, expect: int | None = 201) -> Any:  # noqa: ANN401
    return machine.call("createThread", pid=4, body={}, expect=expect)


def stream_context(machine: Machine, name: str, expect: int | None = 201) -> Any:  # noqa: ANN401
    return machine.call("createStreamContext", body={"fileName": name}, expect=expect)


def driver(machine: Machine, name: str, expect: int | None = 200) -> Any:  # noqa: ANN401
    return machine.call("loadDriver", body={"fullImageName": name}, expect=expect)


def image(machine: Machine, name: str, expect: int | None = 200) -> Any:  # noqa: ANN401
    body = {"fullImageName": name, "systemModeImage": True}
    return machine.call("loadImage", pid=4, body=body, expect=expect)


def refused(machine: Machine, make: Making, name: str) -> None:
    """One more is refused, and nothing changes."""
    before = machine.snapshot()
    answer = make(machine, name, 409)
    assert answer.problem == "limit-reached"
    after = machine.snapshot()
    assert after == before


@pytest.fixture
def small(start: StartService) -> Machine:
    """An idle host with very low limits and a manual clock."""
    _, client = start(LIMITS)
    machine = Machine(client, "default")
    machine.call("putClock", body={"mode": "manual", "now": "2020-02-21T10:15:30.1234567Z"})
    return machine


def test_processes(small: Machine) -> None:
    pids = [process(small, name).json["process"]["processId"] for name in ("a", "b")]  # the third is System
    small.drain()
    refused(small, process, "c")
    small.call("exitProcess", pid=pids[0])
    process(small, "c")


def test_threads(small: Machine) -> None:
    tids = [thread(small, "").json["thread"]["threadId"] for _ in range(2)]
    refused(small, thread, "")
    small.call("deleteThread", pid=4, tid=tids[0])
    thread(small, "")


def test_stream_contexts(small: Machine) -> None:
    ids = [stream_context(small, name).json["id"] for name in ("a", "b")]
    refused(small, stream_context, "c")
    small.call("deleteStreamContext", id=ids[0])
    stream_context(small, "c")


@pytest.mark.parametrize("make", [driver, image])
def test_drivers(small: Machine, make: Making) -> None:
    for name in ("a", "b"):
        make(small, name, None)
    small.drain()
    refused(small, make, "c")


@pytest.mark.parametrize("make", [process, stream_context, driver, image])
def test_names_and_command_lines(start: StartService, make: Making) -> None:
    _, client = start("limits:\n  textBytesPerHost: 1048576\n")
    machine = Machine(client, "default")
    machine.call("putClock", body={"mode": "manual", "now": "2020-02-21T10:15:30.1234567Z"})
    # The host also stores a few short texts, hence the 100 bytes: the limit is approached from below.
    cost = {process: 1, stream_context: 2, driver: 1, image: 1}[make]
    count = 0
    while (count + 1) * cost * len(LONG) + 100 <= 1048576:
        make(machine, f"{count:05}{LONG[5:]}", None)
        count += 1
    machine.drain()
    refused(machine, make, f"{count:05}{LONG[5:]}")
    make(machine, "short", None)


def test_command_lines_that_change(start: StartService) -> None:
    _, client = start("limits:\n  textBytesPerHost: 1048576\n")
    machine = Machine(client, "default")
    pids = [machine.process(imageFileName="a", commandLine="")["processId"] for _ in range(33)]
    machine.drain()

    def change(pid: int, line: str, expect: int | None = None) -> Any:  # noqa: ANN401
        return machine.call("putCommandLine", pid=pid, body={"commandLine": line}, expect=expect)

    for pid in pids[:32]:
        change(pid, LONG)
    before = machine.get("getProcess", pid=pids[32])
    assert change(pids[32], LONG, 409).problem == "limit-reached"
    assert machine.get("getProcess", pid=pids[32]) == before
    change(pids[0], "")
    change(pids[32], LONG)


def test_a_queue_of_many_bytes_drops_its_oldest(small: Machine) -> None:
    """As does a queue that is full by count (ASY-4). Every message is counted."""
    small.call("putWorker", body={"state": "paused"})
    count, size = 20, 65_536
    for _ in range(count):
        send_async(small, "SendFile", data=encoded(bytes(size)))
    queues = small.get("getQueues")
    assert 1048576 - 2 * size < queues["totalSizeRemainingNotifications"] <= 1048576
    kept = queues["notificationsCount"]
    counters = small.get("getCounters")["async"]
    assert (counters["enqueued"], counters["queued"]) == (count, kept)
    assert counters["droppedOnOverflow"] == count - kept
    assert [entry["sequence"] for entry in small.get("getQueues", query={"entries": 100})["normal"]["entries"]] == list(
        range(count - kept + 1, count + 1)
    )


def test_a_journal_of_many_bytes_forgets_its_oldest(small: Machine) -> None:
    count, size = 40, 65_536
    for _ in range(count):
        send_async(small, "SendFile", data=encoded(bytes(size)))
    page = small.get("listMessages", query={"limit": 1})
    assert page["newest"] == count
    kept = page["newest"] - page["oldest"] + 1
    assert 1048576 - 2 * size < kept * size <= 1048576
    small.call("getMessage", sequence=page["oldest"] - 1, expect=404)


@pytest.mark.parametrize("path", ["/v1/hosts/default/events", "/v1/replays"])
def test_uploads(small: Machine, path: str) -> None:
    """Uploads of events to one host and of recordings share one limit."""
    client: Client = small.client
    with socket.create_connection(("127.0.0.1", client.port), timeout=FAR_TOO_LONG) as first:
        head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-ndjson\r\n"
        first.sendall(f"{head}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n".encode())
        assert first.recv(12) == b"HTTP/1.1 100"
        for answer in (small.call("postEvents", data=b"\n", expect=409), replays.post(client, b"\n", expect=409)):
            assert answer.problem == "limit-reached"
        first.sendall(b"\n\n")
        while b'"lines":0' not in (received := first.recv(65536)):
            assert received
    deadline = time.monotonic() + FAR_TOO_LONG
    line = json.dumps({"type": "processCreate", "processId": 100, "imageFileName": "a"}).encode()
    with contextlib.suppress(AssertionError):
        while time.monotonic() < deadline:
            small.call("postEvents", data=line, expect=409)  # until the slot is free
    assert small.get("getProcess", pid=100)["imageFileName"] == "a"
    assert replays.post(client, b"\n").json["lines"] == 0


def test_hosts_of_a_replay(start: StartService) -> None:
    """A machine that cannot get a host is reported, and the others are replayed."""
    _, client = start("hosts: {limit: 2}\n")
    scripts = [injection(), injection()]
    data = ndjson(event for script in scripts for event in script.events)
    report = replays.post(client, data).json
    replays.coherent(report)
    assert [section["machine"] for section in report["hosts"]] == [scripts[0].machine.lower()]
    assert report["applied"] == report["hosts"][0]["applied"] == INJECTION["applied"]
    # Records that are not for the driver belong to no host in any case.
    assert report["skipped"]["no-host"] == len(scripts[1].events) - 2
    assert report["skippedByType"]["processCreate"] == {"no-host": 2}


@pytest.mark.parametrize(("operation", "query"), [("resetHost", {}), ("putHost", {"fresh": True})])
def test_hosts_that_were_reset_with_a_message_in_flight(start: StartService, operation: str, query: Any) -> None:  # noqa: ANN401
    _, client = start("hosts: {limit: 1}\nengine: {type: embedded, reply: timeout}\n")
    machine = Machine(client, "default")
    for expect in (200, 409):
        send_async(machine, "LogPrint")
        while machine.get("getCounters")["async"]["inHand"] == 0:
            time.sleep(0.01)
        assert machine.call(operation, query=query, expect=expect).problem in ("", "limit-reached")


def test_processes_of_a_replay(start: StartService) -> None:
    """The report lists each line that a host has no room for."""
    _, client = start("limits: {processesPerHost: 3}\n")
    script = Script()
    for number in range(5):
        script.create(Process(2000 + 4 * number), SHELL)
    report = replays.post(client, ndjson(script.events)).json
    replays.coherent(report)
    assert (report["applied"], report["rejectedCount"]) == (2, 3)
    assert [fault["line"] for fault in report["rejected"]] == [3, 4, 5]


def test_answers_that_nobody_reads(start: StartService) -> None:
    service, client = start("limits: {answerBytes: 16777216}")
    machine = Machine(client, "default")
    for _ in range(8):  # each a little over half a MiB as JSON
        machine.call("createProcess", body={"imageFileName": "\1" * 32_766, "commandLine": "\1" * 32_766})
    page = b"GET /v1/hosts/default/processes?limit=1000 HTTP/1.1\r\nHost: a\r\n\r\n"
    with contextlib.ExitStack() as readers:
        busy = None
        until = time.monotonic() + FAR_TOO_LONG
        while busy is None and time.monotonic() < until:
            reader = readers.enter_context(socket.create_connection(("127.0.0.1", service.port)))
            reader.sendall(page)
            answer = client.raw("GET", "/v1/hosts/default/processes?limit=1000")
            assert len(answer.body) <= 4 << 20
            if answer.status == 503:
                busy = answer
        assert busy is not None
        assert (busy.problem, busy.headers["Retry-After"]) == ("busy", "1")
        machine.call("listProcesses", query={"limit": 1000}, expect=503)
        for operation in ("getLiveness", "getReadiness", "getHealth", "getVersion"):
            client.call(operation)
    until = time.monotonic() + FAR_TOO_LONG
    while client.raw("GET", "/v1/hosts/default/processes?limit=1000").status == 503 and time.monotonic() < until:
        time.sleep(0.05)
    machine.call("listProcesses", query={"limit": 1000})
