"""Whether the memory of a host grows with the number of events that it has seen.

Uploads of processes that are created, create threads and load images under rules, and exit again; every message is
delivered to the embedded engine. What is alive at a time is limited, so that ten million events should leave as much
behind as one million.
"""

import json
import random
from pathlib import Path

from bench.client import Client
from bench.processes import Programs, resident, serve
from bench.queues import host_path
from bench.results import Outcome, Table, check

HOST = host_path("memory")
RULES = [
    "NotifyNewThreadSameProcess",
    "NotifyNewThreadDifferentProcess",
    "NotifyImageLoadRule",
    "NotifyProcessCmdLine",
]
MILLIONS = 10
PER_UPLOAD = 50_000
LIVE = 2000
COLUMNS = ("events", "messages created", "resident KiB", "ratio to the first million", "descriptors, threads")


class Story:
    """Events of a host on which never more than so many processes live."""

    def __init__(self) -> None:
        """Begin with none."""
        self.random = random.Random(1)
        self.live: list[int] = []
        # Above the ids that the service gives to threads.
        self.next = 10_000_000

    def line(self) -> dict[str, object]:
        """The next event."""
        roll = self.random.random()
        if roll < 0.15 or not self.live:
            self.next += 4
            self.live.append(self.next)
            name = f"C:\\Program Files\\app-{self.random.randrange(10**9)}\\tool.exe"
            return {"type": "processCreate", "processId": self.next, "imageFileName": name, "rules": RULES}
        if roll < 0.30 and len(self.live) > LIVE * self.random.random():
            place = self.random.randrange(len(self.live))
            self.live[place], self.live[-1] = self.live[-1], self.live[place]
            return {"type": "processExit", "processId": self.live.pop()}
        pid = self.random.choice(self.live)
        if roll < 0.6:
            return {"type": "threadCreate", "processId": pid, "creatorProcessId": self.random.choice(self.live)}
        if roll < 0.7:
            return {"type": "setRules", "processId": pid, "rules": RULES}
        name = f"C:\\Windows\\System32\\lib-{self.random.randrange(10**9)}.dll"
        return {"type": "imageLoad", "processId": pid, "fullImageName": name}

    def upload(self, count: int) -> bytes:
        """So many lines."""
        return b"".join(json.dumps(self.line()).encode() + b"\n" for _ in range(count))


def entries(pid: int, name: str) -> int:
    """How many descriptors (`fd`) or threads (`task`) a process has."""
    return sum(1 for _ in Path(f"/proc/{pid}/{name}").iterdir())


def measure(programs: Programs) -> Outcome:
    """Look at the memory after each million."""
    rows = []
    first = 0
    with serve(programs) as server:
        client = Client(server.port)
        client.ask("PUT", HOST, {})
        story = Story()
        for million in range(1, MILLIONS + 1):
            for _ in range(1_000_000 // PER_UPLOAD):
                report = client.upload(HOST, story.upload(PER_UPLOAD))
                check(report["lines"] == PER_UPLOAD, f"{report}")
            client.ask("POST", f"{HOST}/worker/drain", {"timeoutMs": 60000})
            created = client.ask("GET", f"{HOST}/messages?limit=1")["newest"]
            now = resident(server.pid)
            first = first or now
            held = f"{entries(server.pid, 'fd')}, {entries(server.pid, 'task')}"
            rows.append((f"{million * 1_000_000:,}", f"{created:,}", f"{now:,}", f"{now / first:.3f}", held))
    return Outcome(f"One host, at most about {LIVE:,} processes at a time.", [Table(COLUMNS, rows)])
