#!/usr/bin/env python3
"""Clients that hold connections and hardly move: one byte a second each.

A third of them send a head without an end, a third the body of a request, and a third pipeline requests and read the
answers. Who is cut comes back. Prints `ready` once each has moved, goes on until its standard input ends, and then
prints what became of them as JSON.
"""

import argparse
import json
import selectors
import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from itertools import cycle

HEAD = b"GET /v1/version HTTP/1.1\r\nHost: dribble\r\nX-Dribble: "
BODY = b"PUT /v1/hosts/a HTTP/1.1\r\nHost: dribble\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n"
READS = b"GET /openapi.yaml HTTP/1.1\r\nHost: dribble\r\n\r\n" * 20
KINDS = (b"", BODY, READS)
PAUSE = 1.0


@dataclass
class Dribbler:
    """One of them: what it sends first, and where it is in its head."""

    port: int
    first: bytes
    cuts: int = 0
    moves: int = 0
    rest: bytes = HEAD
    connection: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        """Connect."""
        self.connect()

    def connect(self) -> None:
        """Begin (again)."""
        self.connection = socket.socket()
        # What the kernel takes on behalf of a reader is little.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.connection.connect(("127.0.0.1", self.port))
        self.connection.sendall(self.first)
        self.connection.setblocking(False)
        self.rest = HEAD

    def move(self) -> None:
        """One byte further."""
        try:
            if self.first == READS:
                gone = self.connection.recv(1) == b""
            else:
                byte, self.rest = self.rest[:1] or b"a", self.rest[1:]
                self.connection.send(b" " if self.first else byte)
                gone = self.has_ended()
        except BlockingIOError:
            gone = False
        except OSError:
            gone = True
        self.moves += 1
        if gone:
            self.cuts += 1
            self.connection.close()
            self.connect()

    def has_ended(self) -> bool:
        """Whether the service has closed; nothing else is to come."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.connection, selectors.EVENT_READ)
            return bool(selector.select(0))


def main() -> None:
    """Dribble until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("port", type=int)
    parser.add_argument("count", type=int)
    arguments = parser.parse_args()
    all_of_them = [Dribbler(arguments.port, KINDS[number % 3]) for number in range(arguments.count)]
    over = threading.Event()

    def wait_for_the_end() -> None:
        sys.stdin.read()
        over.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    due = time.monotonic()
    for number, dribbler in enumerate(cycle(all_of_them)):
        due += PAUSE / arguments.count
        if over.wait(max(0.0, due - time.monotonic())):
            break
        dribbler.move()
        if number == arguments.count:
            print("ready", flush=True)
    sums = {name: sum(getattr(one, name) for one in all_of_them) for name in ("moves", "cuts")}
    print(json.dumps({"connected": len(all_of_them), **sums}), flush=True)


if __name__ == "__main__":
    main()
