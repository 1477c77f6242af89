"""A client that sends bytes unchanged, for requests that no HTTP library would create."""

import http.client
import io
import socket

from contract.client import Answer

TIMEOUT_SECONDS = 60


def get(path: str) -> bytes:
    """A request for `path`."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


class WireClient:
    """One connection to the service."""

    def __init__(self, port: int, address: str = "127.0.0.1") -> None:
        """Connect from `address`."""
        self._socket = socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS, (address, 0))
        self._rest = b""

    def __enter__(self) -> "WireClient":
        """Return the client itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self._socket.close()

    def send(self, data: bytes) -> None:
        """Send as much as is accepted: the service may close the connection before the end."""
        try:
            self._socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return

    def end_sending(self) -> None:
        """Shut down the sending side."""
        self._socket.shutdown(socket.SHUT_WR)

    def rest(self) -> bytes:
        """All bytes until the service closes the connection."""
        data, self._rest = self._rest, b""
        try:
            while piece := self._socket.recv(65536):
                data += piece
        except ConnectionResetError:
            pass
        return data

    def interim(self) -> bytes:
        """The next head, `100 Continue`."""
        return self._up_to(b"\r\n\r\n")

    def answer(self) -> Answer:
        """The next answer with a Content-Length."""
        head = self._up_to(b"\r\n\r\n")
        status_line, _, fields = head.partition(b"\r\n")
        headers = http.client.parse_headers(io.BytesIO(fields))
        length = int(headers["Content-Length"])
        while len(self._rest) < length:
            self._receive()
        body, self._rest = self._rest[:length], self._rest[length:]
        return Answer(int(status_line.split()[1]), headers, body)

    def _up_to(self, mark: bytes) -> bytes:
        while mark not in self._rest:
            self._receive()
        part, _, self._rest = self._rest.partition(mark)
        return part + mark

    def _receive(self) -> None:
        piece = self._socket.recv(65536)
        if not piece:
            raise ConnectionError(f"closed after {self._rest[:200]!r}")
        self._rest += piece


def ask_once(port: int, request: bytes) -> Answer:
    """The answer to `request` on a new connection."""
    with WireClient(port) as wire:
        wire.send(request)
        return wire.answer()
