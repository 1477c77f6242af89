"""Requests whose responses are checked only for status and size; the contract suite's client would cost more."""

import http.client
import json
import socket
import time
from collections.abc import Iterable
from typing import NamedTuple

TIMEOUT_SECONDS = 120
NDJSON = "application/x-ndjson"


class Request(NamedTuple):
    """One request."""

    method: str
    target: str
    body: bytes | None = None
    media: str = "application/json"


class Asked(NamedTuple):
    """The result of a request."""

    status: int
    size: int
    seconds: float


def get(target: str) -> Request:
    """A GET of `target`."""
    return Request("GET", target)


def sending(method: str, target: str, body: object) -> Request:
    """A request with a JSON body."""
    return Request(method, target, json.dumps(body, separators=(",", ":")).encode())


class Connection:
    """A kept-alive connection to the service, for use by one thread."""

    def __init__(self, port: int) -> None:
        """Connect to the service on `port` with the first request."""
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)

    def ask(self, request: Request) -> Asked:
        """Send a request and read its answer."""
        asked, _ = self._exchange(request)
        return asked

    def body(self, request: Request) -> bytes:
        """Send a request that must succeed, and return the body of its response."""
        asked, body = self._exchange(request)
        assert 200 <= asked.status < 300, f"{request.method} {request.target}: {asked.status} {body[:500]!r}"
        return body

    def _exchange(self, request: Request) -> tuple[Asked, bytes]:
        begun = time.perf_counter()
        try:
            status, body = self._once(request)
        except ConnectionError:
            self._connection.close()  # it was idle for too long
            status, body = self._once(request)
        return Asked(status, len(body), time.perf_counter() - begun), body

    def _once(self, request: Request) -> tuple[int, bytes]:
        headers = {"Content-Type": request.media} if request.body is not None else {}
        self._connection.request(request.method, request.target, request.body, headers)
        with self._connection.getresponse() as response:
            return response.status, response.read()

    def upload(self, host: str, lines: Iterable[bytes]) -> None:
        """Send events to `host`. All of them must be applied."""
        body = b"\n".join(lines)
        report = json.loads(self.body(Request("POST", f"/v1/hosts/{host}/events", body, NDJSON)))
        assert report["applied"] == report["lines"], report["rejected"][:1]

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def silent(port: int, target: str, receive_bytes: int = 4096) -> socket.socket:
    """A client that requests `target` and reads nothing."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    client.settimeout(TIMEOUT_SECONDS)
    client.connect(("127.0.0.1", port))
    client.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return client
