"""The process itself: how it starts, and how it stops with work in hand."""

import http.client
import threading
import time
from pathlib import Path

from contract.client import Answer, Client, Ledger
from contract.machine import IMAGE, Machine
from contract.service import Service

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
