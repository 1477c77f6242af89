"""Common parts of several stories: the participants, and how to read the results."""

from typing import Any

from contract.machine import Machine

A, B = 1000, 1004
REMOTE = {
    "threadId": 3000,
    "creatorProcessId": A,
    "creatorThreadId": 2000,
    "startAddress": "0x7ffbda8844f0",
}
RULE = "NotifyNewThreadDifferentProcess"
THREAD_ROUTINES = ["MpCreateThreadNotifyRoutine", "MpCreateThreadNotifyRoutineEx"]
DLL = "\\Device\\HarddiskVolume4\\Windows\\System32\\sspicli.dll"


def conserved(counters: dict[str, Any]) -> bool:
    """ASY-10."""
    queue = counters["async"]
    parts = ("sent", "sendFailed", "droppedOnOverflow", "queued", "inHand")
    return bool(queue["enqueued"] == sum(queue[part] for part in parts))


def messages(routines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All messages of all routines."""
    return [message for routine in routines for message in routine["messages"]]


def kinds(reports: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Kind and operation of each message."""
    return [(report["kind"], report["operation"]) for report in reports]


def two_processes(machine: Machine) -> None:
    """A, whose rule is armed, and B."""
    machine.process(processId=A, rules=[RULE])
    machine.process(processId=B)
