"""The process itself: how it starts, and how it stops with work in progress."""

import contextlib
import http.client
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from contract.client import Answer, Body, Client, Ledger
from contract.live import until
from contract.machine import IMAGE, NOW, Machine, new_machine
from contract.receiver import new_receiver, stay_silent
from contract.service import Service, binary
from contract.story import A, B, conserved, two_processes

FAR_TOO_LONG = 20


def test_the_port_file_holds_the_port(service: Service) -> None:
    assert int(service.port_file.read_text()) == service.port


def test_it_is_live_and_ready(client: Client) -> None:
    for operation in ("getLiveness", "getReadiness", "getHealth"):
        client.call(operation)


def test_it_stops_at_once_with_nothing_in_hand(tmp_path: Path) -> None:
    service = Service(tmp_path)
    begin = time.monotonic()
    assert service.stop() == 0
    assert time.monotonic() - begin < FAR_TOO_LONG
    assert service.further_lines() == []


def test_it_stops_with_waits_of_every_kind_under_way(tmp_path: Path) -> None:
    config = tmp_path / "wdfilterd.yaml"
    config.write_text("server:\n  shutdownTimeoutMs: 500\n")
    service = Service(tmp_path, ["--config", str(config)])
    first = Client(service.port, Ledger())
    machine = Machine(first, "default")
    machine.call("patchConfig", body={"maxProcessCreationMessageTimeoutMs": 60000, "asyncTimeoutMs": 60000})
    pid = machine.process()["processId"]
    machine.call("putEngine", body={"type": "embedded", "reply": "timeout"})
    machine.load(pid, "a.dll")
    requests = [
        ("GET", "/v1/hosts/default/messages?after=999&waitMs=60000", None),
        ("POST", "/v1/hosts/default/worker/drain", b'{"timeoutMs":60000}'),
        ("POST", "/v1/hosts/default/processes", b'{"imageFileName":"%s"}' % IMAGE.replace("\\", "/").encode()),
    ]
    answers: list[Answer | None] = []

    def ask(method: str, target: str, body: bytes | None) -> None:
        client = Client(service.port, Ledger())
        try:
            answers.append(client.raw(method, target, body, {"Content-Type": "application/json"} if body else None))
        except (ConnectionError, http.client.HTTPException):
            answers.append(None)
        finally:
            client.close()

    threads = [threading.Thread(target=ask, args=request) for request in requests]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + FAR_TOO_LONG
    while machine.get("listMessages")["newest"] < 3 and time.monotonic() < deadline:
        time.sleep(0.01)  # until the creation waits for the engine
    first.close()
    begin = time.monotonic()
    assert service.stop() == 0
    assert time.monotonic() - begin < FAR_TOO_LONG
    for thread in threads:
        thread.join()
    assert [answer.status in (200, 201, 503) for answer in answers if answer] == [True] * len(requests)


# Stopping with work in progress


class Busy:
    """A service whose engine never answers, with unfinished work of every kind."""

    def __init__(self, directory: Path, shutdown_ms: int) -> None:
        """Start it and wait until all of the work has begun."""
        config = directory / "wdfilterd.yaml"
        config.write_text(f"server:\n  shutdownTimeoutMs: {shutdown_ms}\n")
        self.service = Service(directory, ["--config", str(config)])
        self.sockets: list[socket.socket] = []
        client = Client(self.service.port, Ledger())
        machine = Machine(client, "default")
        two_processes(machine)
        machine.call("patchConfig", body={"syncMonitorNotificationTimeoutMs": 60000, "asyncTimeoutMs": 60000})
        machine.call("putEngine", body={"type": "embedded", "reply": "timeout"})
        for _ in range(3):  # one in hand, two queued
            machine.load(B, "a.dll")
        host = "/v1/hosts/default"
        self._begin("POST", f"{host}/processes/{B}/threads", b'{"creatorProcessId":%d}' % A)
        self._begin("GET", f"{host}/messages?after=999&waitMs=60000", b"")
        self._begin("POST", f"{host}/processes", b'{"imageFileName":', missing=10)
        line = b'{"type":"imageLoad","processId":%d,"fullImageName":"b.dll"}\n' % B
        self._begin("POST", f"{host}/events", line, media="application/x-ndjson", missing=10)
        deadline = time.monotonic() + FAR_TOO_LONG
        while self._state(machine) != (7, 1, 3) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert self._state(machine) == (7, 1, 3)
        client.close()

    @staticmethod
    def _state(machine: Machine) -> tuple[int, int, int]:
        told = machine.get("getCounters")["async"]
        return machine.get("listMessages")["newest"], told["inHand"], told["queued"]

    def _begin(self, method: str, target: str, body: bytes, media: str = "application/json", missing: int = 0) -> None:
        connection = socket.create_connection(("127.0.0.1", self.service.port), timeout=FAR_TOO_LONG)
        head = f"{method} {target} HTTP/1.1\r\nHost: a\r\nContent-Type: {media}\r\n"
        connection.sendall(f"{head}Content-Length: {len(body) + missing}\r\n\r\n".encode() + body)
        self.sockets.append(connection)

    def replies(self) -> list[int | None]:
        """The status that each request got, or None if the connection was closed without a response."""
        found: list[int | None] = []
        for connection in self.sockets:
            received = b""
            with connection, contextlib.suppress(ConnectionError):
                while data := connection.recv(65536):
                    received += data
            match = re.match(rb"HTTP/1\.1 (\d{3}) ", received)
            found.append(int(match[1]) if match else None)
        return found


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Busy]:
    """A busy service whose shutdown timeout is one second."""
    made = Busy(tmp_path, shutdown_ms=1000)
    yield made
    made.service.kill()
    for connection in made.sockets:
        connection.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_busy_service_within_its_time(busy: Busy, number: signal.Signals) -> None:
    begin = time.monotonic()
    busy.service.process.send_signal(number)
    assert busy.service.process.wait(timeout=FAR_TOO_LONG) == 0
    assert time.monotonic() - begin < 5  # twice the timeout, and room for a slow machine
    sync, reader, *unfinished = busy.replies()
    assert (sync, reader) == (503, 200)
    assert all(status in (None, 503) for status in unfinished)


def test_the_last_line_of_the_log_adds_up(tmp_path: Path) -> None:
    service = Service(tmp_path)
    client = Client(service.port, Ledger())
    machine = Machine(client, "default")
    two_processes(machine)
    machine.call("patchConfig", body={"asyncTimeoutMs": 2000, "maxAsyncNotificationCount": 4})
    for _ in range(3):
        machine.load(B, "a.dll")
    machine.drain()
    machine.call("putEngine", body={"type": "embedded", "reply": "timeout"})
    machine.load(B, "a.dll")
    until(lambda: machine.get("getCounters")["async"]["inHand"] > 0, "the worker has it")
    for _ in range(6):  # four queued, two dropped
        machine.load(B, "a.dll")
    assert service.errors() == ""
    client.close()
    assert service.stop() == 0
    lines = service.errors().splitlines()
    told = {name: int(count) for name, count in re.findall(r"(\w+)=(\d+)", lines[-1])}
    assert "stopped" in lines[-1]
    expected = {"hosts": 1, "enqueued": 10, "sent": 3, "droppedOnOverflow": 2, "queued": 4, "inHand": 0}
    others = {"syncSent": 0, "syncFailed": 0, "syncNotSent": 0, "directSent": 2, "directFailed": 0, "inFlight": 0}
    assert told == {**expected, **others, "sendFailed": 1}
    assert conserved({"async": told})
    assert "queued=4" in lines[-2]


def test_a_message_in_hand_when_the_time_is_up_is_not_lost_silently(busy: Busy) -> None:
    assert busy.service.stop() == 0
    *lines, last = busy.service.errors().splitlines()
    assert any(" warning " in line for line in lines)
    told = {name: int(count) for name, count in re.findall(r"(\w+)=(\d+)", last)}
    assert conserved({"async": told})
    assert told["inHand"] == 1


def test_a_second_signal_more_than_a_second_later_ends_it_at_once(tmp_path: Path) -> None:
    busy = Busy(tmp_path, shutdown_ms=60000)  # long enough to be distinguished from an immediate end
    begin = time.monotonic()
    busy.service.process.send_signal(signal.SIGTERM)
    # The long poll is answered once the service has seen the first signal.
    assert busy.sockets[1].recv(12) == b"HTTP/1.1 200"
    assert busy.service.process.poll() is None
    busy.service.process.send_signal(signal.SIGTERM)
    time.sleep(1.1)
    assert busy.service.process.poll() is None
    busy.service.process.send_signal(signal.SIGTERM)
    assert busy.service.process.wait(timeout=FAR_TOO_LONG) == -signal.SIGTERM
    assert time.monotonic() - begin < FAR_TOO_LONG
    busy.service.kill()
    for connection in busy.sockets:
        connection.close()


# Starting


def test_a_port_in_use_is_told(service: Service, tmp_path: Path) -> None:
    command = [str(binary()), "serve", "--listen", f"127.0.0.1:{service.port}", "--port-file", str(tmp_path / "port")]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=FAR_TOO_LONG, check=False)
    assert ended.returncode == 3
    assert f"127.0.0.1:{service.port}" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stdout == ""
    assert not (tmp_path / "port").exists()


def test_the_port_file_is_never_half_there(tmp_path: Path) -> None:
    (tmp_path / "port").write_text("an old one\n")
    contents: set[str] = set()
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.is_set():
            contents.add((tmp_path / "port").read_text())

    watcher = threading.Thread(target=watch)
    watcher.start()
    service = Service(tmp_path)
    is_over.set()
    watcher.join()
    assert contents <= {"an old one\n", f"{service.port}\n"}
    assert service.port_file.read_text() == f"{service.port}\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["port", "stderr.log"]
    assert service.stop() == 0


# What the service logs


def test_nothing_but_a_failing_engine_is_logged_in_normal_work(tmp_path: Path) -> None:
    service = Service(tmp_path)
    client = Client(service.port, Ledger())
    machine = Machine(client, "default")
    with new_receiver() as receiver:
        receiver.answering = stay_silent
        two_processes(machine)
        machine.call("patchConfig", body={"syncMonitorNotificationTimeoutMs": 50, "asyncTimeoutMs": 50})
        machine.call("putEngine", body=receiver.setting)
        machine.thread(B, creatorProcessId=A)
        machine.drain()
    client.raw("GET", "/nothing")
    client.raw("POST", "/v1/hosts/default/processes", b"{", {"Content-Type": "application/json"})
    for data in (
        b"\x16\x03\x01\x00\x00",
        b"GET / HTTP/1.1\r\n",
        b"GET \xff HTTP/1.1\r\n\r\n",
        b"POST / HTTP/9\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", service.port)) as connection:
            connection.sendall(data)
    client.call("getLiveness")
    [line] = service.errors().splitlines()
    assert "warning serve: the engine fails " in line
    client.close()
    assert service.stop() == 0
    assert len(service.errors().splitlines()) == 2


SYNC_METRICS = {
    "notificationsCount": "sync_sends",
    "recvCount": "sync_acknowledged",
    "recvErrorCount": "sync_reply_mismatches",
    "errorCount": "sync_errors",
    "ioTimeoutCount": "sync_timeouts",
}
ASYNC_METRICS = {
    "asyncNotificationCount": "async_notifications_total",
    "failedNotifications": "async_failed_notifications_total",
    "totalSizeNotificationsSent": "async_size_sent_bytes_total",
    "totalSizeRemainingNotifications": "queue_size_bytes",
    "enqueued": "async_enqueued_total",
    "sent": "async_sent_total",
    "sendFailed": "async_send_failed_total",
    "droppedOnOverflow": "async_dropped_on_overflow_total",
    "queued": "queue_depth",
    "inHand": "queue_in_hand",
}
DIRECT_METRICS = {
    "fltSendMessageCount": "direct_sends_total",
    "fltSendMessageError": "direct_errors_total",
    "fltSendMessageStatusTimeout": "direct_timeouts_total",
    "fltSendMessageReplyBufferMismatch": "direct_reply_mismatches_total",
}


def test_the_metrics_tell_what_the_counters_tell(machine: Machine) -> None:
    two_processes(machine)
    machine.call("patchConfig", body={"maxAsyncNotificationCount": 2})
    machine.call("putEngine", body={"type": "embedded", "failEvery": 2})
    for _ in range(3):
        machine.thread(B, creatorProcessId=A)
        machine.drain()
    machine.call("putEngine", body={"type": "embedded", "reply": "mismatch"})
    machine.call("patchProcessRules", pid=A, body={"set": ["NotifyNewThreadDifferentProcess"]})
    machine.thread(B, creatorProcessId=A)
    machine.process()
    machine.drain()
    machine.call("putWorker", body={"state": "paused"})
    for _ in range(4):
        machine.load(B, "a.dll")
    counters = machine.get("getCounters")
    samples = {
        (sample.name, *(sample.labels.get(name) for name in ("host", "operation"))): sample.value
        for family in text_string_to_metric_families(machine.client.call("getMetrics").body.decode())
        for sample in family.samples
        if "le" not in sample.labels
    }
    told: dict[str, dict[str, Any]] = {
        "async": {name: samples[(f"wdfilterd_{metric}", machine.name, None)] for name, metric in ASYNC_METRICS.items()},
        "direct": {
            name: samples[(f"wdfilterd_{metric}", machine.name, None)] for name, metric in DIRECT_METRICS.items()
        },
    }
    for kind, values in told.items():
        assert values == {name: counters[kind][name] for name in values}
    for operation, values in counters["sync"].items():
        for name, metric in SYNC_METRICS.items():
            assert samples[(f"wdfilterd_{metric}_total", machine.name, operation)] == values[name]
    assert samples[("wdfilterd_processes", machine.name, None)] == counters["processTable"]["processes"]
    assert counters["async"]["droppedOnOverflow"] == 2
    assert counters["sync"]["NewThreadDifferentProcess"]["recvErrorCount"] == 1
    latency = "wdfilterd_engine_latency_seconds_count"
    sends = counters["async"]["sent"] + counters["async"]["sendFailed"] + counters["direct"]["fltSendMessageCount"]
    sends += counters["sync"]["NewThreadDifferentProcess"]["notificationsCount"]
    assert samples[(latency, machine.name, None)] == sends


def test_with_a_manual_clock_two_services_answer_with_the_same_bytes(tmp_path: Path) -> None:
    def run(number: int) -> list[tuple[int, bytes]]:
        directory = tmp_path / str(number)
        directory.mkdir()
        service = Service(directory)
        client = Client(service.port, Ledger())
        answers: list[Answer] = []
        ask = client.raw

        def noting(method: str, path: str, body: Body = None, headers: Mapping[str, str] | None = None) -> Answer:
            # The service's own ids differ between two starts; a client that wants the same bytes names its requests.
            answers.append(ask(method, path, body, {"X-Request-Id": str(len(answers)), **(headers or {})}))
            return answers[-1]

        client.raw = noting  # type: ignore[method-assign]
        with new_machine(client, clock={"mode": "manual", "now": NOW}) as machine:
            two_processes(machine)
            machine.thread(B, creatorProcessId=A)
            machine.load(B, "a.dll")
            machine.drain()
            machine.call("postEvents", data=b'{"type":"processCreate","imageFileName":"b.exe"}\n')
            machine.call("exitProcess", pid=B)
            machine.call("createProcess", body={}, expect=400)
            machine.drain()
            for operation in ("listMessages", "getCounters", "getQueues", "getHost", "listProcesses", "getEngine"):
                machine.call(operation)
        client.close()
        assert service.stop() == 0
        name = machine.name.encode()
        return [(answer.status, answer.body.replace(name, b"HOST")) for answer in answers]

    assert run(1) == run(2)
