#!/usr/bin/env python3
"""Measures whether a host's memory grows with the number of events that it has seen.

Uploads of processes that are created, make threads and load images under rules, and exit again; every message is made
and taken by the embedded engine. What is kept at a time is bounded, so that ten million events should leave as much
behind as one million. The resident memory of the service is read after each million.
"""

import argparse
import http.client
import json
import os
import random
from pathlib import Path

from run import call, free_port, running, wait_for_port

HOST = "/v1/hosts/memory"
RULES = [
    "NotifyNewThreadSameProcess",
    "NotifyNewThreadDifferentProcess",
    "NotifyImageLoadRule",
    "NotifyProcessCmdLine",
]
PER_UPLOAD = 50_000
LIVE = 2000


class Story:
    """Events of a host on which never more than so many processes live."""

    def __init__(self) -> None:
        """Begin with none."""
        self.random = random.Random(1)
        self.live: list[int] = []
        self.next = 1000

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


def resident(process: int) -> int:
    """Resident memory in KiB."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise SystemExit("no VmRSS")


def entries(process: int, name: str) -> int:
    """How many descriptors (`fd`) or threads (`task`) it has."""
    return sum(1 for _ in Path(f"/proc/{process}/{name}").iterdir())


def post(port: int, body: bytes) -> dict[str, object]:
    """Upload events and give back the report."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("POST", HOST + "/events", body, {"Content-Type": "application/x-ndjson"})
    answer: dict[str, object] = json.loads(connection.getresponse().read())
    connection.close()
    return answer


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--service", required=True, help="the release build of wdfilterd")
    parser.add_argument("--millions", type=int, default=10)
    arguments = parser.parse_args()
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("WDFILTERD_")}
    command = [arguments.service, "serve", "--listen", f"127.0.0.1:{port}"]
    with running(command, environment) as service:
        wait_for_port(port)
        call(port, "PUT", HOST, "{}")
        story = Story()
        first = 0
        print("\n| events | messages created | resident KiB | ratio to the first million | descriptors, threads |")
        print("|---|---|---|---|---|")
        for million in range(1, arguments.millions + 1):
            for _ in range(1_000_000 // PER_UPLOAD):
                report = post(port, story.upload(PER_UPLOAD))
                if report["lines"] != PER_UPLOAD:
                    raise SystemExit(f"{report}")
            call(port, "POST", HOST + "/worker/drain", '{"timeoutMs":60000}')
            made = json.loads(call(port, "GET", HOST + "/messages?limit=1"))["newest"]
            now = resident(service.pid)
            first = first or now
            held = f"{entries(service.pid, 'fd')}, {entries(service.pid, 'task')}"
            print(f"| {million * 1_000_000:,} | {made:,} | {now:,} | {now / first:.3f} | {held} |", flush=True)


if __name__ == "__main__":
    main()
