"""SIGTERM under full load: exit code 0, and the last log line accounts for every message."""

import http.client
import json
import re
import signal
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from contract.client import Client, Ledger
from contract.live import until
from contract.machine import Machine
from contract.receiver import Receiver, new_receiver, stay_silent
from contract.service import Service
from contract.wire_client import ask_once, get

SECONDS_OF_LOAD = 2.0
FAR_TOO_LONG = 60
TARGET, CREATOR = 1004, 1000
JSON = {"Content-Type": "application/json"}
ASYNC = json.dumps({"operation": "LogPrint", "data": ""})
SYNC = json.dumps(
    {"operation": "NewThreadDifferentProcess", "processId": CREATOR, "data": {"targetProcess": {"processId": TARGET}}}
)


def kinds(receiver: Receiver) -> Counter[str]:
    """How many messages of each kind an engine got."""
    return Counter(kind.decode() for request in receiver.requests for kind in re.findall(rb'"kind":"(\w+)"', request))


@pytest.mark.parametrize("under_way", ["creation", "message"])
def test_who_comes_while_it_stops_is_told_so(tmp_path: Path, under_way: str) -> None:
    """New connections are refused until the stop ends, while a request or a message waits for its engine."""
    config = tmp_path / "wdfilterd.yaml"
    config.write_text("server:\n  shutdownTimeoutMs: 2000\n")
    service = Service(tmp_path, ["--config", str(config)])
    client = Client(service.port, Ledger())
    with new_receiver() as receiver, ExitStack() as held:
        receiver.answering = stay_silent
        host = machine(client, "slow", receiver, {"maxProcessCreationMessageTimeoutMs": 60000, "asyncTimeoutMs": 60000})
        waiting = http.client.HTTPConnection("127.0.0.1", service.port)
        held.callback(waiting.close)
        if under_way == "creation":
            waiting.request("POST", f"/v1/hosts/{host.name}/processes", '{"imageFileName":"a.exe"}', JSON)
        else:
            waiting.request("POST", f"/v1/hosts/{host.name}/notifications/async", ASYNC, JSON)
            assert waiting.getresponse().status == 202
        until(lambda: len(receiver.requests) > 0, "the engine has it")
        service.process.send_signal(signal.SIGTERM)
        until(lambda: ask_once(service.port, get("/livez")).status != 200, "it stops")
        # The request gets two seconds, then the message does.
        end = time.monotonic() + (2.5 if under_way == "creation" else 1)
        while time.monotonic() < end:
            for path in ("/readyz", "/livez", "/v1/version"):
                answer = ask_once(service.port, get(path))
                assert (answer.status, answer.problem, answer.headers["Connection"]) == (503, "stopping", "close")
    client.close()
    assert service.wait() == 0


class Load:
    """The results that one client got until the service closed its connection."""

    def __init__(self, port: int, requests: list[tuple[str, str]]) -> None:
        """Send `requests` over and over."""
        self.port = port
        self.requests = requests
        self.told: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=FAR_TOO_LONG)
        try:
            while True:
                for path, body in self.requests:
                    connection.request("POST", path, body, JSON)
                    response = connection.getresponse()
                    content = response.read()
                    self.statuses[response.status] += 1
                    if response.status < 300:
                        message = json.loads(content)["message"]
                        self.told[f"{message['kind']} {message['delivery']}"] += 1
                    elif response.status == 503:
                        return
        except (OSError, http.client.HTTPException):
            return
        finally:
            connection.close()


def machine(client: Client, name: str, receiver: Receiver, config: dict[str, object]) -> Machine:
    """A host whose engine is `receiver`, with two processes."""
    made = Machine(client, name)
    made.call("putHost", body={"config": config}, expect=201)
    made.process(processId=CREATOR)
    made.process(processId=TARGET)
    made.call("putEngine", body=receiver.setting)
    return made


def test_sigterm_under_full_load_accounts_for_every_message(tmp_path: Path) -> None:
    service = Service(tmp_path)
    client = Client(service.port, Ledger())
    healthy, stalling = Receiver(), Receiver()
    stalling.answering = stay_silent
    patient = {"asyncTimeoutMs": 60000, "syncMonitorNotificationTimeoutMs": 60000, "maxAsyncNotificationCount": 50}
    hasty = {"asyncTimeoutMs": 300, "syncMonitorNotificationTimeoutMs": 100, "maxAsyncNotificationCount": 20}
    names = ["well-1", "well-2", "stalled", "gone"]
    for name in names:
        machine(client, name, stalling if name == "stalled" else healthy, hasty if name == "stalled" else patient)
    loads = []
    for name in names:
        path = f"/v1/hosts/{name}/notifications"
        loads += [Load(service.port, [(f"{path}/async", ASYNC)] * 10 + [(f"{path}/sync", SYNC)]) for _ in range(3)]
    time.sleep(SECONDS_OF_LOAD / 2)
    # One host is deleted during the load. Its messages must still be counted.
    assert client.raw("DELETE", "/v1/hosts/gone").status == 204
    time.sleep(SECONDS_OF_LOAD / 2)
    client.close()
    assert service.stop() == 0
    for load in loads:
        load.thread.join(FAR_TOO_LONG)
        assert not load.thread.is_alive()
        assert set(load.statuses) <= {200, 202, 404, 503}, load.statuses

    last = service.log.read_text().splitlines()[-1]
    assert " stopped " in last
    sums = {name: int(count) for name, count in re.findall(r"(\w+)=(\d+)", last)}
    told: Counter[str] = Counter()
    for load in loads:
        told += load.told
    parts = ("sent", "sendFailed", "droppedOnOverflow", "queued", "inHand")
    assert sums["enqueued"] == sum(sums[part] for part in parts), last
    assert sums["inHand"] == sums["inFlight"] == 0, last
    # The service's sums against the clients': every message that was accepted was acknowledged to its client.
    assert sums["enqueued"] == told["async queued"] + told["async dropped"], (last, told)
    assert sums["syncSent"] == told["sync sent"], (last, told)
    assert sums["syncFailed"] == told["sync failed"], (last, told)
    assert sums["syncNotSent"] == told["sync notSent"], (last, told)
    # The service's sums against those of the healthy engine, whose senders wait for a minute: it answered all it got.
    got = kinds(healthy)
    assert (got["async"], got["sync"]) == (sums["sent"], sums["syncSent"]), (last, got)
    # Every outcome occurred.
    for part in ("sent", "sendFailed", "droppedOnOverflow", "queued", "syncSent", "syncFailed"):
        assert sums[part] > 0, last
    for receiver in (healthy, stalling):
        receiver.close()
