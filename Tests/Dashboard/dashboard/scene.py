"""A host with a story, so that the pictures show something.

Work comes in waves, the engine falls behind, the worker is paused, messages are lost, and at the end a process injects
a thread into another one, which the driver reports.
"""

import json
import time
from collections.abc import Iterator

from contract.machine import Machine

from dashboard.load import NDJSON

SYSTEM = "\\Device\\HarddiskVolume4\\Windows\\System32\\"
PROGRAMS = "\\Device\\HarddiskVolume4\\Program Files\\"
REMOTE, SAME, COMMAND_LINE = "NotifyNewThreadDifferentProcess", "NotifyNewThreadSameProcess", "NotifyProcessCmdLine"
# pid, parent, image, command line, rules.
PROCESSES: tuple[tuple[int, int, str, str, list[str]], ...] = (
    (584, 4, f"{SYSTEM}smss.exe", "\\SystemRoot\\System32\\smss.exe", []),
    (664, 584, f"{SYSTEM}winlogon.exe", "winlogon.exe", []),
    (700, 584, f"{SYSTEM}services.exe", "services.exe", []),
    (712, 584, f"{SYSTEM}lsass.exe", "lsass.exe", ["AllowedToInjectCode"]),
    (1204, 700, f"{SYSTEM}svchost.exe", "svchost.exe -k netsvcs -p", []),
    (1388, 700, f"{SYSTEM}spoolsv.exe", "spoolsv.exe", []),
    (2368, 664, "\\Device\\HarddiskVolume4\\Windows\\explorer.exe", "explorer.exe", [SAME]),
    (3040, 2368, f"{PROGRAMS}Office\\WINWORD.EXE", "WINWORD.EXE invoice.docm", ["NotifyImageLoadRule"]),
    (
        6208,
        3040,
        f"{SYSTEM}powershell.exe",
        "powershell -File report.ps1",
        [REMOTE, COMMAND_LINE],
    ),
)
IMAGES = ("ntdll.dll", "kernel32.dll", "KernelBase.dll", "advapi32.dll", "combase.dll", "ws2_32.dll", "amsi.dll")
# Seconds, messages a second, milliseconds of the engine for each, state of the worker, high-priority messages a second.
ACTS = (
    (2.0, 60, 1, "running", 10),
    (2.5, 200, 6, "running", 40),
    (2.5, 60, 2, "running", 20),
    (2.0, 60, 9, "paused", 110),
    (3.5, 90, 2, "running", 20),
    (5.0, 260, 7, "running", 20),
    (2.5, 190, 3, "running", 30),
    (3.0, 70, 2, "running", 20),
    (3.0, 40, 1, "running", 10),
)
BATCHES_A_SECOND = 10


def events(images: Iterator[str], count: int, high: int) -> bytes:
    """Loads of images, and writes to a raw volume among them."""
    pids = [PROCESSES[number % len(PROCESSES)][0] for number in range(count)]
    lines = [{"type": "imageLoad", "processId": pid, "fullImageName": next(images)} for pid in pids]
    write = {"type": "notification", "kind": "async", "operation": "RawVolumeWrite", "processId": 1204}
    return b"".join(json.dumps(line).encode() + b"\n" for line in [*lines, *[write] * high])


def names() -> Iterator[str]:
    """The images in turn, without end."""
    while True:
        yield from (f"{SYSTEM}{name}" for name in IMAGES)


def play(machine: Machine) -> None:
    """Play the story; it takes 26 s, because the plot shows time."""
    machine.call("patchConfig", body={"maxAsyncNotificationCount": 500})
    for pid, parent, image, command_line, rules in PROCESSES:
        body = {"processId": pid, "parentProcessId": parent, "imageFileName": image, "commandLine": command_line}
        machine.call("createProcess", body={**body, "rules": rules}, expect=201)
    images = names()
    for seconds, rate, delay, worker, high in ACTS:
        machine.call("putEngine", body={"type": "embedded", "delayMs": delay})
        machine.call("putWorker", body={"state": worker})
        begun = time.monotonic()
        for batch in range(round(seconds * BATCHES_A_SECOND)):
            time.sleep(max(0.0, begun + batch / BATCHES_A_SECOND - time.monotonic()))
            data = events(images, rate // BATCHES_A_SECOND, high // BATCHES_A_SECOND)
            machine.client.raw("POST", f"/v1/hosts/{machine.name}/events", data, NDJSON)
    machine.drain()
    machine.call("putEngine", body={"type": "embedded", "delayMs": 5})
    machine.call("putCommandLine", pid=6208, body={"commandLine": "powershell -enc SQBFAFgA"})
    machine.thread(6208, creatorProcessId=4)
    machine.call("patchProcessRules", pid=6208, body={"set": [COMMAND_LINE]})


def injection(machine: Machine) -> int:
    """A thread of powershell in lsass, which clears its rule; the sequence of the sync message."""
    [first, *_] = machine.thread(712, creatorProcessId=6208, startAddress="0x7ffbda8844f0")
    return int(first["messages"][0]["sequence"])
