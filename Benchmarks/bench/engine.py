"""The engine of the benchmarks, ../receiver.c, and one that keeps a request of wdfilterd for the references to copy."""

import contextlib
import re
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bench.client import Client
from bench.processes import Programs, Server, listening
from bench.results import check

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="


class Count(NamedTuple):
    """What has come."""

    messages: int
    requests: int
    request_bytes: float
    rate: float


class Receiver:
    """The running receiver.c."""

    def __init__(self, server: Server) -> None:
        """The process."""
        self.server = server
        self.url = f"http://127.0.0.1:{server.port}/"
        self.client = Client(server.port)

    def reset(self) -> None:
        """Count from 0 again."""
        self.client.ask("GET", "/reset")

    def count(self, until: int = 0) -> Count:
        """What has come since the last reset, once that is `until` messages."""
        found = self.client.ask("GET", f"/count?until={until}")
        requests, seconds = found["requests"], found["seconds"]
        rate = found["messagesAfterFirst"] / seconds if seconds else 0
        return Count(found["messages"], requests, found["bytes"] / max(requests, 1), rate)


@contextlib.contextmanager
def receiver(programs: Programs, answer: str = "") -> Iterator[Receiver]:
    """Start receiver.c, which gives each message the same answer."""
    with listening([programs.reference("receiver"), "0", answer]) as server:
        yield Receiver(server)


def webhook(url: str, **members: object) -> dict[str, Any]:
    """The setting of an engine behind a URL."""
    return {"type": "webhook", "url": url, **members}


@contextlib.contextmanager
def keeping(reply: str = "") -> Iterator[tuple[str, list[bytes]]]:
    """An engine that takes one request: its URL, and the list to which the request is added."""
    kept: list[bytes] = []

    def take() -> None:
        connection, _ = listener.accept()
        with connection:
            data = b""
            while not is_whole(data):
                piece = connection.recv(1 << 16)
                if not piece:
                    return
                data += piece
            kept.append(data)
            fields = f"Content-Type: application/json\r\nContent-Length: {len(reply)}\r\nConnection: close"
            connection.sendall(f"HTTP/1.1 200 OK\r\n{fields}\r\n\r\n{reply}".encode())

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/", kept
        thread.join(10)
    check(len(kept) == 1, "no message came")


def is_whole(data: bytes) -> bool:
    """Whether a request has come to its end."""
    head, separator, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: *(\d+)", head.lower())
    return bool(separator) and length is not None and len(body) >= int(length[1])


def numbered(request: bytes) -> bytes:
    """A request in which `#` stands for the digits of its message's number (message.h)."""
    sequence = re.search(rb'"sequence":(\d+)', request)
    check(sequence is not None and b"#" not in request, "a message has no number, or has a #")
    assert sequence is not None
    number = sequence[1]
    return re.sub(rb'(?:(?<=-)|(?<="sequence":))%b(?=["\r,}])' % number, b"#" * len(number), request)


@contextlib.contextmanager
def in_file(data: bytes) -> Iterator[str]:
    """A file with this content."""
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(data)
        yield file.name
