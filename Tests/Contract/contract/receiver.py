"""An engine webhook whose answers are determined by the test, down to the bytes."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

ACKNOWLEDGEMENT = b'{"operationType":3}'
Answering = Callable[[socket.socket], None]


def answer(status: str, body: bytes) -> Answering:
    """Answers with `status` and `body`."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    return lambda connection: connection.sendall(head + body)


def send_and_close(data: bytes) -> Answering:
    """Sends `data` and closes the connection."""

    def send(connection: socket.socket) -> None:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_RDWR)

    return send


def stay_silent(connection: socket.socket) -> None:
    """Never answers."""


def send_a_gigabyte(connection: socket.socket) -> None:
    """Answers with as much of a gigabyte as the client accepts."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
    for _ in range(1 << 14):
        connection.sendall(bytes(1 << 16))


def answer_bytes(body: bytes, media: str = "application/octet-stream") -> Answering:
    """Answers with the driver's bytes."""
    return answer(f"200 OK\r\nContent-Type: {media}", body)


acknowledge = answer("200 OK", ACKNOWLEDGEMENT)


@dataclass(frozen=True)
class Received:
    """A request, its headers in lower case."""

    headers: dict[str, str]
    body: bytes


class Receiver:
    """Listens on a free port; answers each request with `answering`."""

    def __init__(self) -> None:
        """Start listening; acknowledges at first."""
        self.answering: Answering = acknowledge
        self.requests: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def received(self) -> list[Received]:
        """The received requests, parsed."""
        return [read(request) for request in self.requests]

    @property
    def setting(self) -> dict[str, str]:
        """The engine setting that points to this receiver."""
        return {"type": "webhook", "url": f"http://127.0.0.1:{self.port}/"}

    def close(self) -> None:
        """Stop listening."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            for request in self._read(connection):
                self.requests.append(request)
                self.answering(connection)

    def _read(self, connection: socket.socket) -> Iterator[bytes]:
        received = b""
        while data := connection.recv(1 << 16):
            received += data
            head, end, rest = received.partition(b"\r\n\r\n")
            if not end:
                continue
            fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
            length = int(fields[b"content-length"])
            if len(rest) >= length:
                received = rest[length:]
                yield head + end + rest[:length]


def read(request: bytes) -> Received:
    """Parse a request; no header may occur twice."""
    head, _, body = request.partition(b"\r\n\r\n")
    line, *fields = head.decode("latin-1").split("\r\n")
    assert line == "POST / HTTP/1.1"
    pairs = [field.split(": ", 1) for field in fields]
    headers = {name.lower(): value for name, value in pairs}
    assert len(headers) == len(pairs), fields
    return Received(headers, body)


@contextlib.contextmanager
def new_receiver() -> Iterator[Receiver]:
    """A receiver, closed afterwards."""
    receiver = Receiver()
    yield receiver
    receiver.close()
