"""The service's peers: a client on one connection, and an engine in a process of its own."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

SECONDS = 60
JSON = "application/json"
ENGINE_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"


class _Messages:
    """Reads messages of HTTP/1.1, with a body of a known length, from a connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._unread = b""

    def next(self) -> tuple[bytes, bytes] | None:
        """The head and the body of the next message; None at the end."""
        while b"\r\n\r\n" not in self._unread:
            if not self._receive():
                return None
        head, _, self._unread = self._unread.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        length = int(fields[b"content-length"])
        while len(self._unread) < length:
            if not self._receive():
                return None
        body, self._unread = self._unread[:length], self._unread[length:]
        return head, body

    def _receive(self) -> bool:
        received = self._connection.recv(1 << 16)
        self._unread += received
        return bool(received)


class Client:
    """A client on a kept connection."""

    def __init__(self, port: int) -> None:
        """Connect to the service on `port`."""
        self._connection = socket.create_connection(("127.0.0.1", port), SECONDS)
        self._answers = _Messages(self._connection)

    def ask(self, method: str, target: str, body: object) -> Any:  # noqa: ANN401
        """Send `body` as JSON; the answer, which must be 2xx."""
        return self._send(method, target, json.dumps(body, separators=(",", ":")).encode(), JSON)

    def counters(self, host: str) -> Any:  # noqa: ANN401
        """The counters of `host`."""
        return self._send("GET", f"{host}/counters")

    def upload(self, host: str, lines: list[dict[str, object]]) -> None:
        """Send events to `host`."""
        body = b"\n".join(json.dumps(line).encode() for line in lines)
        report = self._send("POST", f"{host}/events", body, "application/x-ndjson")
        if report["applied"] != len(lines):
            raise RuntimeError(f"not all lines are applied: {report}")

    def _send(self, method: str, target: str, body: bytes = b"", media: str = JSON) -> Any:  # noqa: ANN401
        head = f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {media}\r\nContent-Length: {len(body)}"
        self._connection.sendall(head.encode() + b"\r\n\r\n" + body)
        answer = self._answers.next()
        if answer is None or not answer[0].startswith(b"HTTP/1.1 2"):
            raise RuntimeError(f"{method} {target}: {answer}")
        return json.loads(answer[1])


@contextmanager
def engine(answer: bytes) -> Iterator[dict[str, str]]:
    """An engine that gives the same answer to each message: its setting."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = get_context("fork").Process(target=_serve, args=(listener, answer), daemon=True)
        process.start()
        try:
            yield {"type": "webhook", "url": f"http://127.0.0.1:{listener.getsockname()[1]}/"}
        finally:
            process.kill()
            process.join()


def _serve(listener: socket.socket, answer: bytes) -> None:
    """Serve one connection after the other: everything measured here has one."""
    while True:
        connection, _ = listener.accept()
        requests = _Messages(connection)
        while requests.next():
            connection.sendall(ENGINE_ANSWER % (len(answer), answer))
