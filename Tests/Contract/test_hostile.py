"""Clients that violate HTTP, over raw sockets: what they get, and that other clients are not affected."""

import http.client
import json
import re
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack

import pytest

from contract.client import Answer, Client, check_response
from contract.document import REPOSITORY
from contract.service import Service, StartService
from contract.wire_client import WireClient

HOST = b"Host: x\r\n"
JSON = b"Content-Type: application/json\r\n"
PUT = b"PUT /v1/hosts/hostile HTTP/1.1\r\n" + HOST + JSON
GET = b"GET /v1/version HTTP/1.1\r\n" + HOST + b"\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
DRIBBLERS = REPOSITORY / "Benchmarks" / "dribblers.py"
UNROUTED = re.compile(rb'wdfilterd_http_requests_total\{operation="none",status="(\d+)"\} (\d+)\n')


def unrouted(client: Client) -> dict[int, int]:
    """How many responses without an operation the metrics count, by status."""
    found = UNROUTED.findall(client.call("getMetrics").body)
    return {int(status): int(count) for status, count in found}


def exchange(service: Service, request: bytes) -> Answer:
    """The only response to `request`; the service closes the connection after it."""
    with WireClient(service.port) as wire:
        wire.send(request + GET)
        answer = wire.answer()
        assert wire.rest() == b""
        return answer


REFUSED = {
    "two lengths": (PUT + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
    "the same length twice": (PUT + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400),
    "a length and a transfer coding": (PUT + b"Content-Length: 2\r\n" + CHUNKED + b"2\r\n{}\r\n0\r\n\r\n", 400),
    "a transfer coding and a length": (
        PUT + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        400,
    ),
    "a length with a space before its colon": (PUT + b"Content-Length : 2\r\n\r\n{}", 400),
    "an unknown transfer coding": (PUT + b"Transfer-Encoding: gzip\r\n\r\n{}", 501),
    "a transfer coding in HTTP/1.0": (PUT.replace(b"/1.1", b"/1.0") + CHUNKED + b"0\r\n\r\n", 400),
    "two hosts": (b"GET /v1/version HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    "a host that is none": (b"GET /livez HTTP/1.1\r\nHost: a b/c?@:99999\r\n\r\n", 400),
    "a host with a user": (b"GET /livez HTTP/1.1\r\nHost: user@a\r\n\r\n", 400),
    "a port over 65535": (b"GET /livez HTTP/1.1\r\nHost: a:65536\r\n\r\n", 400),
    "no host": (b"GET /v1/version HTTP/1.1\r\n\r\n", 400),
    "a folded header": (b"GET /v1/version HTTP/1.1\r\n" + HOST + b"X: a\r\n b\r\nY: z\r\n\r\n", 400),
    "a bare LF": (b"GET /v1/version HTTP/1.1\r\n" + HOST + b"X: a\nY: b\r\n\r\n", 400),
    "a NUL in a header": (b"GET /v1/version HTTP/1.1\r\n" + HOST + b"X: a\0b\r\nY: z\r\n\r\n", 400),
    "a NUL behind the last header": (b"GET /v1/version HTTP/1.1\r\n" + HOST + b"X: ab\0\r\n\r\n", 400),
    "a NUL behind a length": (PUT + b"Content-Length: 2\0\r\n\r\n{}", 400),
    "a NUL behind a transfer coding": (PUT + b"Transfer-Encoding: chunked\0\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 400),
    "version 1.2": (b"GET /v1/version HTTP/1.2\r\n" + HOST + b"\r\n", 505),
    "%00": (b"GET /v1/version%00 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "bad UTF-8": (b"GET /v1/version%c3%28 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "bad UTF-8, not encoded": (b"GET /v1/version\xff HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a URL as target": (b"GET http://x/v1/version HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "CONNECT": (b"CONNECT x:443 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_gate_refuses_with_a_problem_closes_and_counts(client: Client, service: Service, name: str) -> None:
    request, status = REFUSED[name]
    before = unrouted(client)
    answer = exchange(service, request)
    assert (answer.status, answer.media, answer.problem) == (status, "application/problem+json", "invalid-request")
    assert answer.json["status"] == status
    assert answer.json["detail"]
    assert answer.headers["Connection"] == "close"
    assert unrouted(client) == before | {status: before.get(status, 0) + 1}


BY_THE_LIBRARY = {
    "a target of 64 kB": (b"GET /" + b"a" * 65536 + b" HTTP/1.1\r\n" + HOST + b"\r\n", [b"414"]),
    "a header of 64 kB": (b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 65536 + b"\r\n\r\n", [b"431"]),
    "a line of one word": (b"GET\r\n" + HOST + b"\r\n", []),
    "no version": (b"GET /\r\n" + HOST + b"\r\n", [b"400"]),
    "version 2.0": (b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", [b"505"]),
    "a length that is none": (PUT + b"Content-Length: two\r\n\r\n{}", [b"400", b"400"]),
    "a size of a chunk that is none": (PUT + CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n", [b"400"]),
    "an extension of a chunk of 64 kB": (PUT + CHUNKED + b"2;" + b"x" * 65536 + b"\r\n{}\r\n0\r\n\r\n", [b"500"]),
}


@pytest.mark.parametrize("name", BY_THE_LIBRARY)
def test_what_the_library_answers_is_no_problem_and_is_not_counted(client: Client, service: Service, name: str) -> None:
    request, statuses = BY_THE_LIBRARY[name]
    before = unrouted(client)
    with WireClient(service.port) as wire:
        wire.send(request + GET)
        data = wire.rest()
    assert re.findall(rb"HTTP/1\.1 (\d{3})", data) == statuses
    assert b"problem" not in data
    assert unrouted(client) == before


def test_an_encoded_slash_is_a_character_of_a_name(service: Service) -> None:
    with WireClient(service.port) as wire:
        for target in (
            b"/v1%2Fversion",
            b"/v1/hosts/a%2F..%2Fdefault",
            b"/v1/%2e%2e/livez",
            b"/v1/../livez",
            b"/..%2f",
        ):
            wire.send(b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"\r\n")
            answer = wire.answer()
            assert (answer.status, answer.media) in {
                (404, "application/problem+json"),
                (400, "application/problem+json"),
            }


@pytest.mark.parametrize("count", [1, 100, 101, 4000])
def test_thousands_of_query_arguments_are_told_in_short(service: Service, count: int) -> None:
    query = b"&".join(b"a%d=1" % number for number in range(count))
    with WireClient(service.port) as wire:
        for _ in range(2):
            wire.send(b"GET /v1/version?" + query + b" HTTP/1.1\r\n" + HOST + b"\r\n")
            answer = wire.answer()
            check_response("/components/responses/InvalidRequest", answer)
            faults = answer.json["errors"]
            assert len(faults) == min(count, 101)
            assert len(answer.body) < 10_000
            if count > 100:
                assert faults[-1]["detail"].startswith(f"is one of {count - 100} more")


def test_requests_in_one_packet_are_answered_in_order_up_to_a_bad_one(service: Service) -> None:
    with WireClient(service.port) as wire:
        wire.send(GET * 200 + REFUSED["two hosts"][0] + GET * 200)
        assert [wire.answer().status for _ in range(200)] == [200] * 200
        assert wire.answer().problem == "invalid-request"
        assert wire.rest() == b""


def test_who_expects_100_gets_it_or_the_reason_why_not(service: Service) -> None:
    expect = b"Expect: 100-continue\r\n"
    with WireClient(service.port) as wire:
        wire.send(PUT + b"Content-Length: 2\r\n" + expect + b"\r\n")
        assert wire.interim().startswith(b"HTTP/1.1 100 ")
        wire.send(b"{}")
        assert wire.answer().status in {200, 201}
        wire.send(PUT + b"Content-Length: 2000000\r\n" + expect + b"\r\n")
        assert wire.answer().problem == "content-too-large"
        assert wire.rest() == b""
    with WireClient(service.port) as wire:
        wire.send(PUT.replace(b"application/json", b"text/plain") + b"Content-Length: 2\r\n" + expect + b"\r\n")
        assert wire.answer().problem == "unsupported-media-type"
        assert wire.rest() == b""


@pytest.mark.parametrize("body", [b"2\r\n{}\r\n0\r\n\r\n", b"2;a=b\r\n{}\r\n00\r\nTrailer: x\r\n\r\n", b"2\n{}\n0\n\n"])
def test_a_chunked_body_is_taken_and_ends_the_connection(service: Service, body: bytes) -> None:
    answer = exchange(service, PUT + CHUNKED + body)
    assert answer.status in {200, 201}
    assert answer.headers["Connection"] == "close"


def test_half_a_request_is_cut_without_an_answer(start: StartService) -> None:
    service, client = start("server:\n  requestTimeoutMs: 500\n")
    before = client.call("listHosts").json
    for half in (b"", b"GET /v1/ver", GET[:-2], PUT + b"Content-Length: 5\r\n\r\n{", PUT + CHUNKED + b"5\r\n{"):
        for ends in (False, True):
            with WireClient(service.port) as wire:
                wire.send(half)
                if ends:
                    wire.end_sending()
                begun = time.monotonic()
                assert wire.rest() == b""
                assert time.monotonic() - begun < 20
    assert client.call("listHosts").json == before


def test_who_ends_its_side_in_a_request_is_let_go_long_before_the_deadline(start: StartService) -> None:
    service, _ = start("server:\n  requestTimeoutMs: 60000\n")
    for half in (b"GET /v1/ver", PUT + b"Content-Length: 5\r\n\r\n{"):
        with WireClient(service.port) as wire:
            wire.send(half)
            wire.end_sending()
            begun = time.monotonic()
            assert wire.rest() == b""
            assert time.monotonic() - begun < 30


def test_connections_of_one_address_are_limited_and_others_served(start: StartService) -> None:
    service, client = start("server:\n  connectionsPerAddressLimit: 5\n")
    client.close()
    with ExitStack() as held:
        wires = [held.enter_context(WireClient(service.port, "127.0.0.2")) for _ in range(5)]
        for wire in wires:
            wire.send(GET)
            assert wire.answer().status == 200
        with WireClient(service.port, "127.0.0.2") as refused:
            refused.send(GET)
            assert refused.rest() == b""
        client.call("getVersion")
        for wire in wires:
            wire.send(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            assert wire.answer().status == 200
            assert wire.rest() == b""


def test_a_well_behaved_client_does_not_suffer_while_500_dribble(service: Service, client: Client) -> None:
    """The limits are loose, because the machine may be busy; `make bench` measures exactly."""

    def median_ms(count: int = 300) -> float:
        connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
        times = []
        for _ in range(count):
            begun = time.perf_counter()
            connection.request("GET", "/v1/hosts/default")
            answer = connection.getresponse()
            answer.read()
            times.append((time.perf_counter() - begun) * 1000)
            assert answer.status == 200
        connection.close()
        return statistics.median(times)

    alone = [median_ms()]
    command = [sys.executable, str(DRIBBLERS), str(service.port), "500"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as dribblers:
        assert dribblers.stdin is not None
        assert dribblers.stdout is not None
        assert dribblers.stdout.readline() == "ready\n"
        besides = [median_ms() for _ in range(3)]
        with WireClient(service.port) as fresh:
            fresh.send(GET)
            assert fresh.answer().status == 200
        dribblers.stdin.close()
        assert json.loads(dribblers.stdout.read())["connected"] == 500
    alone.append(median_ms())
    assert min(besides) < 5 * max(alone) + 5
    client.call("getVersion")
