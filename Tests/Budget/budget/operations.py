"""The operations that have a budget, and how to do each of them a number of times."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from budget.callgrind import Profile
from budget.cost import Cost
from budget.peers import Client, engine
from budget.tracing import Tracing

HOST = "/v1/hosts/measured"
OTHER_HOST = "/v1/hosts/other"
MODULE = "C:\\Windows\\System32\\kernelbase.dll"
THREAD = {"startAddress": "0x7ffbda8844f0"}


@dataclass(frozen=True)
class Operation:
    """An operation, measured in two runs."""

    run: Callable[[Tracing, int, int], Profile]
    """Does it a number of times; the third argument is how often the other of the two runs does it."""
    few: int
    many: int

    def measure(self, tracing: Tracing) -> Cost:
        """What it costs."""
        few = self.run(tracing, self.few, self.many)
        return Cost(self.run(tracing, self.many, self.few) - few, self.many - self.few)


def http_quiet(tracing: Tracing, count: int, _: int) -> Profile:
    """Create threads in a process without rules."""
    with tracing.serving() as port:
        client = Client(port)
        client.ask("PUT", HOST, {})
        client.upload(HOST, [process(4096)])
        for _ in range(count):
            client.ask("POST", f"{HOST}/processes/4096/threads?explain=false", THREAD)
    return tracing.profile()


def async_message(tracing: Tracing, count: int, other_count: int) -> Profile:
    """Deliver the async messages of image loads to a webhook.

    They are queued first, and as many as the other run delivers are queued in another host and stay there. So both runs
    create the same messages.
    """
    with ExitStack() as running:
        setting = running.enter_context(engine(b""))
        client = Client(running.enter_context(tracing.serving()))
        for host, loads in ((HOST, count), (OTHER_HOST, other_count)):
            client.ask("PUT", host, {})
            client.ask("PUT", f"{host}/worker", {"state": "paused"})
            client.upload(host, [process(4096), *([image_load(4096)] * loads)])
            client.ask("PUT", f"{host}/engine", setting)
        client.ask("PUT", f"{HOST}/worker", {"state": "running"})
        expect(client.ask("POST", f"{HOST}/worker/drain", {"timeoutMs": 60_000})["drained"], True)
        expect(client.counters(HOST)["async"]["sent"], count)
    return tracing.profile()


def sync_message(tracing: Tracing, count: int, other_count: int) -> Profile:
    """Create threads whose sync message a webhook acknowledges.

    That clears the rule, so each thread is one of another process.
    """
    pids = [4096 + 4 * number for number in range(max(count, other_count))]
    with ExitStack() as running:
        setting = running.enter_context(engine(b'{"operationType":6}'))
        client = Client(running.enter_context(tracing.serving()))
        client.ask("PUT", HOST, {})
        client.upload(HOST, [process(pid, rules=["NotifyNewThreadSameProcess"]) for pid in pids])
        client.ask("PUT", f"{HOST}/engine", setting)
        for pid in pids[:count]:
            client.ask("POST", f"{HOST}/processes/{pid}/threads?explain=false", THREAD)
        expect(client.counters(HOST)["sync"]["NewThreadSameProcess"]["recvCount"], count)
    return tracing.profile()


def replay_image(tracing: Tracing, count: int, _: int) -> Profile:
    """Replay a recording of image loads."""
    path = tracing.directory / "recording.ndjson"
    with path.open("w") as recording:
        for number in range(count):
            recording.write(json.dumps(record(number)) + "\n")
    profile, report = tracing.run("replay", str(path), "--quiet", "--json")
    expect(json.loads(report)["applied"], count)
    return profile


def expect(found: object, expected: object) -> None:
    """Refuse to measure anything else."""
    if found != expected:
        raise RuntimeError(f"{found} instead of {expected}")


def process(pid: int, **members: object) -> dict[str, object]:
    """The event line of a new process."""
    return {"type": "processCreate", "processId": pid, "imageFileName": "C:\\Windows\\explorer.exe", **members}


def image_load(pid: int) -> dict[str, object]:
    """The event line of an image load."""
    return {"type": "imageLoad", "processId": pid, "fullImageName": MODULE}


def record(number: int) -> dict[str, object]:
    """An image load as Sysmon records it: flat, and mostly members that nobody needs."""
    seconds = number // 100 % 60
    return {
        "Channel": "Microsoft-Windows-Sysmon/Operational",
        "Hostname": "desk.contoso.example",
        "SourceName": "Microsoft-Windows-Sysmon",
        "EventID": 7,
        "RecordNumber": 100_000 + number,
        "EventTime": f"2021-03-09 03:41:{seconds:02}",
        "Keywords": -9223372036854775808,
        "ExecutionProcessID": 3316,
        "ThreadID": 3448,
        "AccountName": "SYSTEM",
        "Category": "Image loaded (rule: ImageLoad)",
        "Message": f"Image loaded:\r\nRuleName: -\r\nImageLoaded: {MODULE}\r\nSigned: true\r\n",
        "RuleName": "-",
        "UtcTime": f"2021-03-09 07:41:{seconds:02}.{number % 100:02}0",
        "ProcessGuid": "{5e1fa0c2-11aa-6047-2f00-000000000400}",
        "ProcessId": "4096",
        "Image": "C:\\Windows\\explorer.exe",
        "ImageLoaded": MODULE,
        "FileVersion": "10.0.19041.1 (WinBuild.160101.0800)",
        "Description": "Session Library",
        "Product": "Contoso® Workstation",
        "Company": "Contoso Corporation",
        "OriginalFileName": "kernelbase.dll",
        "Hashes": "MD5=0123456789ABCDEF0123456789ABCDEF",
        "Signed": "true",
        "SignatureStatus": "Valid",
    }


OPERATIONS = {
    "http-quiet": Operation(http_quiet, 200, 1200),
    "async-message": Operation(async_message, 200, 1200),
    "sync-message": Operation(sync_message, 200, 1200),
    "replay-image": Operation(replay_image, 1000, 6000),
}
