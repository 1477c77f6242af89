"""How to request live streams, and when the service refuses."""

import re
import socket

import pytest

from contract.client import Client, check_response, target
from contract.document import DOCUMENT
from contract.live import EVENT_STREAM, FORMATS, NDJSON, RETRY, WAIT_SECONDS
from contract.machine import Machine
from contract.service import StartService
from contract.streams import LIST, each_format, make, sequences, stream, stream_in_time


class TestAsking:
    """Requests for a stream, and refusals."""

    def at(self, machine: Machine) -> str:
        return target(LIST, {"host": machine.name})

    @pytest.mark.parametrize("kind", ["missing", "json", "*/*", "application/*"])
    def test_json_is_given_unasked(self, machine: Machine, kind: str) -> None:
        accept = {"missing": {}, "json": {"Accept": "application/json"}}.get(kind, {"Accept": kind})
        assert machine.call("listMessages", headers=accept).media == "application/json"

    @pytest.mark.parametrize(
        ("accept", "media"),
        [
            ("text/*", EVENT_STREAM),
            ("TEXT/EVENT-STREAM", EVENT_STREAM),
            ("text/event-stream;q=0.1, image/*", EVENT_STREAM),
            ("application/json;q=0.5, text/event-stream", EVENT_STREAM),
            ("application/json;q=0, application/*", NDJSON),
            ("application/x-ndjson, application/json;q=0.9", NDJSON),
        ],
    )
    def test_accept_chooses(self, machine: Machine, accept: str, media: str) -> None:
        make(machine, 1)
        answer = machine.call("listMessages", query={"limit": 1}, headers={"Accept": accept})
        assert answer.media == media
        assert answer.headers["Content-Type"] == media

    def test_the_bytes_of_an_event_stream_are_as_described(self, machine: Machine) -> None:
        make(machine, 2)
        answer = machine.call("listMessages", query={"limit": 2}, headers={"Accept": EVENT_STREAM})
        assert re.fullmatch(RETRY + "\n\nid: 1\ndata: {.+}\n\nid: 2\ndata: {.+}\n\n", answer.body.decode())
        answer = machine.call("listMessages", query={"limit": 2}, headers={"Accept": NDJSON})
        assert re.fullmatch("{.+}\n{.+}\n", answer.body.decode())

    @each_format
    def test_head_answers_without_a_stream(self, machine: Machine, media: str) -> None:
        answer = machine.client.raw("HEAD", self.at(machine), headers={"Accept": media})
        assert (answer.status, answer.media, answer.body) == (200, media, b"")
        machine.client.call("getVersion")

    @each_format
    @pytest.mark.parametrize(
        ("query", "faulty"),
        [
            ({"delivery": "sent"}, {"delivery"}),
            ({"waitMs": "0"}, {"waitMs"}),
            ({"delivery": "nope", "waitMs": "x"}, {"delivery", "waitMs"}),
            ({"limit": "0"}, {"limit"}),
            ({"limit": "1001"}, {"limit"}),
            ({"after": "-1", "kind": "SYNC", "operation": "Nope", "processId": "x"}, None),
            ({"nothing": "1"}, {"nothing"}),
        ],
        # The processes of a run must agree on the ids, and the order of a set differs between processes.
        ids=lambda value: str(sorted(value) if isinstance(value, set) else value),
    )
    def test_a_bad_parameter_is_400(
        self, machine: Machine, media: str, query: dict[str, str], faulty: set[str] | None
    ) -> None:
        problem = machine.call("listMessages", query=query, headers={"Accept": media}, expect=400)
        assert {fault["parameter"] for fault in problem.json["errors"]} == (faulty or set(query))

    @pytest.mark.parametrize("media", ["application/json", *FORMATS])
    @pytest.mark.parametrize("last", ["x", "-1", "+1", "1.0", "0x1", "1 2", "18446744073709551616", "٣"])
    def test_a_bad_last_event_is_400(self, machine: Machine, media: str, last: str) -> None:
        headers = {"Accept": media, "Last-Event-ID": last.encode().decode("latin-1")}
        problem = machine.call("listMessages", headers=headers, expect=400)
        assert [fault["parameter"] for fault in problem.json["errors"]] == ["Last-Event-ID"]

    @each_format
    def test_an_unknown_host_is_404(self, client: Client, media: str) -> None:
        answer = client.call("listMessages", host="no-such-host", headers={"Accept": media}, expect=404)
        assert answer.problem == "unknown-host"

    @each_format
    def test_there_are_as_many_streams_as_may_be(self, start: StartService, media: str) -> None:
        _, client = start("messages:\n  streamLimit: 1\n")
        machine = Machine(client, "default")
        machine.call("putHost", host="other", body={}, expect=201)
        make(machine, 1)
        with stream(machine, media) as live:
            live.take(1)
            for host in ("default", "other"):  # the limit is for all hosts together
                answer = client.call("listMessages", host=host, headers={"Accept": media}, expect=409)
                assert answer.problem == "limit-reached"
            client.call("listMessages", host="other")  # pages are not streams
            answer = client.raw("HEAD", self.at(machine), headers={"Accept": media})
            assert answer.status in (200, 409)
            make(machine, 1)
            assert sequences(live.take(1)) == [2]

    @each_format
    def test_a_stream_is_not_used_up_by_refusals(self, start: StartService, media: str) -> None:
        _, client = start("messages:\n  streamLimit: 1\n")
        machine = Machine(client, "default")
        make(machine, 1)
        for _ in range(5):
            client.call("listMessages", host="nobody", headers={"Accept": media}, expect=404)
            client.call("listMessages", host="default", query={"waitMs": 1}, headers={"Accept": media}, expect=400)
            client.raw("HEAD", self.at(machine), headers={"Accept": media})
        with stream_in_time(machine, media) as live:
            assert sequences(live.take(1)) == [1]

    @each_format
    def test_the_connection_is_good_for_more_after_a_stream_with_an_end(self, machine: Machine, media: str) -> None:
        make(machine, 2)
        for _ in range(3):
            answer = machine.call("listMessages", query={"limit": 2}, headers={"Accept": media})
            assert (answer.status, answer.headers.get("Connection")) == (200, None)
            machine.call("getWorker")

    @each_format
    def test_http_1_0_gets_a_stream_without_chunks(self, machine: Machine, media: str) -> None:
        make(machine, 2)
        machine.drain()  # so that both responses report the same deliveries
        with socket.create_connection(("127.0.0.1", machine.client.port), timeout=WAIT_SECONDS) as connection:
            head = f"GET {self.at(machine)}?limit=2 HTTP/1.0\r\nHost: a\r\nAccept: {media}\r\n\r\n"
            connection.sendall(head.encode())
            received = b"".join(iter(lambda: connection.recv(65536), b""))
        head_of_answer, _, body = received.partition(b"\r\n\r\n")
        assert b" 200 " in head_of_answer.splitlines()[0]
        assert b"chunked" not in head_of_answer.lower()
        answer = machine.call("listMessages", query={"limit": 2}, headers={"Accept": media})
        assert body == answer.body
        check_response(DOCUMENT.response_pointer(LIST, 200), answer)
