"""Who loses a slot to others: disconnected clients, idle connections, slow uploads. Also descriptor limits."""

import resource
import socket
import struct
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from contract.client import Answer
from contract.live import until
from contract.service import Service, StartService, binary
from contract.wire_client import WireClient, ask_once, get

PLACES = 64
FEW = f"server:\n  connectionLimit: {PLACES}\n"
GET = get("/livez")
OTHER = get("/v1/version")
WAIT = get("/v1/hosts/default/messages?waitMs=60000&after=99999")
# Far more than needed, and far less than the 60 s of the wait.
SOON = 15


@pytest.mark.parametrize("way", ["close", "reset", "end"])
@pytest.mark.parametrize("behind", [b"", GET])
def test_a_client_that_goes_while_its_request_waits_gives_up_its_place(
    start: StartService, way: str, behind: bytes
) -> None:
    service, client = start(FEW)
    client.close()
    with ExitStack() as held:
        wires = [socket.create_connection(("127.0.0.1", service.port)) for _ in range(PLACES)]
        for wire in wires:
            held.callback(wire.close)
            wire.sendall(WAIT + behind)
        for wire in wires:
            if way == "end":
                wire.shutdown(socket.SHUT_WR)
                continue
            if way == "reset":
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            wire.close()
        deadline = time.monotonic() + SOON
        while (status := ask_once(service.port, OTHER).status) != 200:
            assert status == 503  # no free slot yet
            assert time.monotonic() < deadline


def test_probes_are_answered_when_all_places_are_held(start: StartService) -> None:
    """Waiting requests and incomplete ones hold them, more than the kernel's backlog can take."""
    service, client = start(FEW + "  requestTimeoutMs: 60000\n")
    client.close()
    with ExitStack() as held:
        for number in range(4 * PLACES):
            held.enter_context(WireClient(service.port)).send(WAIT if number % 2 else GET[:-2])
        for probe in ("livez", "readyz", "healthz") * 10:
            begun = time.monotonic()
            answer = ask_once(service.port, get(f"/{probe}"))
            assert (answer.status, answer.headers["Connection"]) == (200, "close")
            assert time.monotonic() - begun < SOON
        refused = ask_once(service.port, OTHER)
        assert (refused.status, refused.problem) == (503, "busy")
        assert (refused.headers["Retry-After"], refused.headers["Connection"]) == ("1", "close")
        assert "server.connectionLimit" in refused.json["detail"]
        assert (refused.json["instance"], "X-Request-Id" in refused.headers) == ("/v1/version", True)
        until(lambda: "all connections are in use" in service.errors(), "the log says that all are in use")
    until(lambda: ask_once(service.port, OTHER).status == 200, "a place is free")
    until(lambda: "connections are free again" in service.errors(), "the log says so")


def test_connections_that_do_nothing_give_way_to_new_ones(start: StartService) -> None:
    service, client = start(FEW + "  idleTimeoutMs: 60000\n  requestTimeoutMs: 60000\n")
    client.close()
    with ExitStack() as held:
        idle = [held.enter_context(WireClient(service.port)) for _ in range(2 * PLACES)]
        for wire in idle[: PLACES // 2]:
            wire.send(GET)
            assert wire.answer().status == 200
        begun = time.monotonic()
        assert ask_once(service.port, GET).status == 200
        assert time.monotonic() - begun < SOON


def test_an_upload_that_dribbles_gives_up_its_place_when_another_needs_it(start: StartService) -> None:
    service, client = start("limits:\n  uploads: 1\n")
    head = b"POST /v1/hosts/default/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"

    def upload(data: bytes) -> Answer:
        headers = {"Content-Type": "application/x-ndjson"}
        return client.raw("POST", "/v1/hosts/default/events", data, headers)

    with WireClient(service.port) as wire:
        wire.send(head + b"Content-Length: 1000000\r\nExpect: 100-continue\r\n\r\n")
        assert b" 100 " in wire.interim()
        wire.send(b"\n")
        # At first the service cannot know that the upload is slow.
        assert upload(b"\n").problem == "limit-reached"
        deadline = time.monotonic() + 60
        while (answer := upload(b"\n")).status == 409:
            assert time.monotonic() < deadline
            wire.send(b"\n")
            time.sleep(0.5)
        assert answer.status == 200
        assert wire.rest() == b""
    assert upload(b"\n").json["lines"] == 0
    cut = "slow upload ended, because another one needed its slot remote=127.0.0.1"
    until(lambda: cut in service.errors(), "the log says so")


@pytest.mark.parametrize("command", ["serve", "engine"])
def test_with_very_few_descriptors_it_says_so(tmp_path: Path, command: str) -> None:
    def run(limit: int) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [str(binary()), command, "--listen", "127.0.0.1:0"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=tmp_path,
            timeout=30,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit)),
            check=False,
        )

    for limit in (*range(4, 41), 63):
        ended = run(limit)
        assert ended.returncode == 3, limit
        assert f"the limit on open files (ulimit -n) is {limit}; at least".encode() in ended.stderr


def test_with_few_descriptors_there_is_a_reserve_and_a_warning(tmp_path: Path) -> None:
    few = 256
    config = tmp_path / "wdfilterd.yaml"
    config.write_text("server:\n  requestTimeoutMs: 60000\n")
    service = Service(tmp_path, ["--config", str(config)], descriptors=few)
    with ExitStack() as held:
        # Each of them holds a slot with an incomplete request.
        for _ in range(few):
            held.enter_context(WireClient(service.port)).send(GET[:-2])
        descriptors = Path(f"/proc/{service.process.pid}/fd")
        until(lambda: len(list(descriptors.iterdir())) >= few // 2, "clients have their share")
        assert ask_once(service.port, GET).status == 200
        assert len(list(descriptors.iterdir())) <= few // 2 + few // 16 + 40
    assert service.stop() == 0
    assert f"the limit on open files is {few}, but the settings need 4800" in service.errors()


def test_enough_descriptors_are_not_warned_about(start: StartService) -> None:
    service, client = start("")
    client.close()
    assert "limit on open files" not in service.errors()
