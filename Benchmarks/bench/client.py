"""Requests to the service, each of which must succeed."""

import http.client
import json
import socket
from collections.abc import Sequence
from typing import Any, NamedTuple

from bench.results import check

TIMEOUT = 300
AT_ONCE = 64
NDJSON = "application/x-ndjson"
WRITTEN_BY_LIBRARY = {"date", "connection", "content-length", "content-type"}


class Answer(NamedTuple):
    """An answer as it came."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes

    @property
    def sizes(self) -> str:
        """BODY_BYTES,HEADER_BYTES, with which answer.h makes an answer of the same size."""
        others = sum(
            len(f"{name}: {value}\r\n") for name, value in self.headers if name.lower() not in WRITTEN_BY_LIBRARY
        )
        return f"{len(self.body)},{others - len('X-Padding: ') - 2}"


class Client:
    """A connection to a server on this machine."""

    def __init__(self, port: int) -> None:
        """Connect with the first request."""
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)

    def answer(self, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> Answer:
        """The answer, whatever its status."""
        self.connection.request(method, path, body or None, {"Content-Type": kind} if body else {})
        response = self.connection.getresponse()
        return Answer(response.status, response.getheaders(), response.read())

    def ask(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401
        """What a request with a value as JSON gives back."""
        return self.read(method, path, b"" if body is None else json.dumps(body).encode())

    def upload(self, host: str, lines: bytes) -> Any:  # noqa: ANN401
        """Upload events, all of which must be applied: the report."""
        report = self.read("POST", f"{host}/events", lines, NDJSON)
        whole = report["applied"] == report["lines"] and not report["rejectedCount"]
        check(whole, f"an upload to {host} came to {json.dumps(report)[:1000]}")
        return report

    def read(self, method: str, path: str, body: bytes, kind: str = "application/json") -> Any:  # noqa: ANN401
        """The value of an answer."""
        answer = self.answer(method, path, body, kind)
        fault = f"{method} {path}: {answer.status} {answer.body[:1000].decode(errors='replace')}"
        check(200 <= answer.status < 300, fault)
        return json.loads(answer.body) if answer.body else None


def ask_at_once(port: int, method: str, paths: Sequence[str], body: object) -> None:
    """The same request for many paths, up to 64 sent in one piece."""
    text = json.dumps(body)
    fields = f"Host: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for begin in range(0, len(paths), AT_ONCE):
            group = paths[begin : begin + AT_ONCE]
            connection.sendall("".join(f"{method} {path} HTTP/1.1\r\n{fields}{text}" for path in group).encode())
            answers = b""
            while answers.count(b"HTTP/1.1 2") < len(group):
                piece = connection.recv(1 << 16)
                fault = f"{method} {group[0]}: {answers[:1000].decode(errors='replace')}"
                check(bool(piece) and b"HTTP/1.1 4" not in answers, fault)
                answers += piece
