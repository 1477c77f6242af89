"""Clients of every kind, well-behaved and not, that repeat their requests until the run ends."""

import http.client
import itertools
import json
import random
import socket
import threading
from collections.abc import Callable

from contract.receiver import Receiver

from cost.asking import NDJSON, Connection, Request, get, sending, silent
from cost.filled import line, messages

HOSTS = 40
SLOW_READERS = 40
WAITING = 60
DRIBBLERS = 20


class Load:
    """Clients of every kind; each is a thread that repeats the same requests until the run ends."""

    def __init__(self, port: int, receiver: Receiver, seed: int) -> None:
        """Prepare load on the service on `port`."""
        self.port = port
        self.receiver = receiver
        self.ended = threading.Event()
        self.counts: dict[str, int] = {}
        self.faults: dict[str, str] = {}
        self._seed = seed
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    def start(self, name: str, count: int, doing: Callable[[random.Random], None]) -> None:
        """Start `count` clients that call `doing` repeatedly."""
        for number in range(count):
            arguments = (name, random.Random(f"{self._seed} {name} {number}"), doing)
            self._threads.append(threading.Thread(target=self._again, args=arguments, daemon=True))
            self._threads[-1].start()

    def _again(self, name: str, choices: random.Random, doing: Callable[[random.Random], None]) -> None:
        while not self.ended.is_set():
            try:
                doing(choices)
                key = name
            except (OSError, http.client.HTTPException, AssertionError) as fault:
                key = f"{name}, cut or refused"
                self.faults.setdefault(name, repr(fault))
                self.ended.wait(0.2)
            with self._lock:
                self.counts[key] = self.counts.get(key, 0) + 1

    def join(self) -> None:
        """Stop all clients and wait for them."""
        self.ended.set()
        for thread in self._threads:
            thread.join(timeout=150)
            assert not thread.is_alive(), "a client hangs"

    def start_all(self) -> None:
        """Start clients of every kind."""
        self.start("drive", 2, self.drive)
        self.start("change engines", 1, self.change_engine)
        self.start("hosts that come and go", 1, self.come_and_go)
        self.start("slow readers", SLOW_READERS, self.read_slowly)
        self.start("waiting clients that go", WAITING, self.wait_and_go)
        self.start("uploads that dribble", DRIBBLERS, self.dribble)
        self.start("scrape", 1, self.scrape)
        self.start("nonsense", 1, self.nonsense)

    # The behavior of each client.

    def drive(self, choices: random.Random) -> None:
        """Send events to a host, in an upload and one by one, and remove its processes so that tables do not grow."""
        connection = Connection(self.port)
        host = f"/v1/hosts/soak-{choices.randrange(HOSTS)}"
        pid = 4 * choices.randrange(1000, 100_000)
        connection.ask(Request("POST", f"{host}/events", b"\n".join(messages(choices.randrange(1, 400), pid)), NDJSON))
        for _ in range(20):
            body = {"imageFileName": "\\Windows\\a.exe", "rules": "0xffffffff"}
            connection.ask(sending("POST", f"{host}/processes", body))
            connection.ask(sending("PUT", f"{host}/processes/{pid}/rules", {"rules": "0xffffffff"}))
            connection.ask(sending("POST", f"{host}/processes/{pid}/threads", {"creatorProcessId": 4}))
            connection.ask(sending("POST", f"{host}/processes/{pid}/images", {"fullImageName": "b.dll"}))
        page = json.loads(connection.body(get(f"{host}/processes?limit=500")))
        for process in page["items"]:
            if process["processId"] > 4:
                connection.ask(Request("DELETE", f"{host}/processes/{process['processId']}"))
        connection.close()

    def change_engine(self, choices: random.Random) -> None:
        """Set an engine: one that answers, one that is gone, one whose name does not resolve in time, or none."""
        name = f"engine-{choices.randrange(1000)}.soak.example"
        engine = choices.choice(
            [
                {"type": "embedded", "delayMs": choices.randrange(20)},
                {"type": "embedded", "failEvery": 3},
                self.receiver.setting,
                {"type": "webhook", "url": "http://127.0.0.1:9/"},
                {"type": "webhook", "url": f"http://{name}/"},
                {"type": "webhook", "url": f"http://{name}/", "encoding": "binary"},
                {"type": "none"},
            ]
        )
        connection = Connection(self.port)
        connection.ask(sending("PUT", f"/v1/hosts/soak-{choices.randrange(HOSTS)}/engine", engine))
        connection.close()
        self.ended.wait(0.3)

    def come_and_go(self, choices: random.Random) -> None:
        """Create a host, use it and delete it."""
        connection = Connection(self.port)
        host = f"/v1/hosts/short-{choices.randrange(1 << 30)}"
        connection.ask(sending("PUT", host, {}))
        connection.ask(Request("POST", f"{host}/events", b"\n".join(messages(300)), NDJSON))
        connection.ask(Request("DELETE", host))
        connection.close()
        self.ended.wait(0.02)

    def read_slowly(self, choices: random.Random) -> None:
        """Request large responses and live streams, and read almost nothing."""
        host = f"/v1/hosts/soak-{choices.randrange(HOSTS)}"
        target = choices.choice(
            ["/metrics", "/openapi.yaml", f"{host}/processes?limit=1000", f"{host}/messages?limit=1000"]
        )
        with silent(self.port, target) as client:
            for _ in range(choices.randrange(1, 40)):
                if self.ended.wait(0.5) or not client.recv(16):
                    return

    def wait_and_go(self, choices: random.Random) -> None:
        """Send long-polls and disconnect before the response."""
        target = f"/v1/hosts/soak-{choices.randrange(HOSTS)}/messages?after=99999999&waitMs=60000"
        with silent(self.port, target) as client:
            self.ended.wait(choices.random() * 3)
            if choices.random() < 0.5:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    def dribble(self, choices: random.Random) -> None:
        """Send an upload a few bytes at a time, and sometimes abandon it."""
        host = f"/v1/hosts/soak-{choices.randrange(HOSTS)}"
        data = line("imageLoad", processId=4, systemModeImage=True, fullImageName="d.sys") + b"\n"
        head = f"POST {host}/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: {NDJSON}\r\n"
        head += "Content-Length: 100000\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as client:
            client.sendall(head.encode())
            for byte in itertools.islice(itertools.cycle(data), choices.randrange(10, 400)):
                client.sendall(bytes([byte]))
                if self.ended.wait(0.05):
                    return

    def scrape(self, _: random.Random) -> None:
        """Read the metrics."""
        connection = Connection(self.port)
        connection.ask(get("/metrics"))
        connection.close()
        self.ended.wait(1)

    def nonsense(self, choices: random.Random) -> None:
        """Send bytes that are not a request."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as client:
            client.sendall(choices.randbytes(choices.randrange(1, 2000)))
            client.shutdown(socket.SHUT_WR)
            client.recv(1024)
