"""Notifications that are sent explicitly: the data that each operation needs, and how to send one."""

import base64
from typing import Any

from contract.document import DOCUMENT
from contract.machine import Machine
from contract.story import DLL, A, B

OCTET_STREAM = "application/octet-stream"
MOST_BYTES = 65536
EVERY_RULE = "0xffffffff"
NO_PROCESS = 4294967292

SYNC_DATA: dict[str, dict[str, Any]] = {
    "NewImageLoadPerStream": {"imageName": DLL},
    "RegistryEventSync": {"registryData": base64.b64encode(b"\\REGISTRY").decode()},
    "NewThreadDifferentProcess": {"targetProcess": {"processId": B}},
    "NewImageLoadPerProcess": {"imageName": DLL},
    "NewThreadSameProcess": {
        "createdThread": {"threadId": 428, "creationTime": "0x1d5e83ad84fd7ad"},
        "currentThread": {"threadId": 416},
        "threadStartAddress": "0x7ffbda8844f0",
    },
    "NewThreadAndCmdLine": {"commandLine": "a.exe -x", "currentCommandLine": "a.exe"},
}
CLEARED = {
    "NewImageLoadPerStream": (0x8000, "NotifyImageLoadRule"),
    "RegistryEventSync": (0x200000, "NotifyRegistryOperationSync"),
    "NewThreadDifferentProcess": (0x400000, "NotifyNewThreadDifferentProcess"),
    "NewImageLoadPerProcess": (0x8000000, "NotifyImageLoadRule"),
    "NewThreadSameProcess": (0x10000000, "NotifyNewThreadSameProcess"),
    "NewThreadAndCmdLine": (0x20000000, "NotifyProcessCmdLine"),
}
REQUIRED: dict[str, dict[str, Any]] = {
    "CreateProcess": {"currentProcess": {"processId": 4268}},
    "LoadImage": {"currentProcess": {"processId": 6128}},
    "OpenProcess": {
        "process": {"processId": 4268},
        "targetProcess": {"processId": 664},
        "finalDesiredAccess": "0x1fffff",
    },
    "CreateThread": {
        "currentProcess": {"processId": 884},
        "createdThreadProcess": {"processId": 3196},
        "createdThread": {"threadId": 3264},
    },
    "Wow64cpuLoad": {"processId": 6128},
    "OpenDesktop": {"process": {"processId": 4268}},
    "RegistryEvent": {"process": {"processId": 4268}},
    "CheckJournal": {"fsControlCode": "0x900f4", "volumeGuid": "9e6c4e1f-7d60-472f-ba1a-a39ef669e4b2"},
    "TrustedOrUntrustedProcess": {"untrustedFlag": 1, "imageFileName": "powershell.exe"},
}
HIGH = {"RawVolumeWrite", "PostMount", "CheckJournal", "TrustedOrUntrustedProcess"}
ASYNC_EXAMPLES = DOCUMENT.operations["sendAsyncNotification"].examples()


def encoded(data: bytes) -> str:
    """`data` in base64."""
    return base64.b64encode(data).decode()


def send_sync(machine: Machine, operation: str | int, data: dict[str, Any], **members: Any) -> dict[str, Any]:  # noqa: ANN401
    """Send a synchronous notification about A, or another process; return the message."""
    body = {"operation": operation, "processId": A, "data": data, **members}
    message: dict[str, Any] = machine.get("sendSyncNotification", body=body, expect=200)["message"]
    return message


def send_async(machine: Machine, operation: str | int, **members: Any) -> dict[str, Any]:  # noqa: ANN401
    """Queue an asynchronous notification; return the message."""
    body = {"operation": operation, **members}
    message: dict[str, Any] = machine.get("sendAsyncNotification", body=body, expect=202)["message"]
    return message


def least(operation: str) -> dict[str, Any]:
    """The data that a notification of `operation` needs besides its name."""
    return {"data": REQUIRED[operation]} if operation in REQUIRED else {}


def bytes_of(machine: Machine, sequence: int) -> bytes:
    """The exact bytes of a message."""
    answer = machine.call("getMessage", sequence=sequence, headers={"Accept": OCTET_STREAM})
    assert answer.media == OCTET_STREAM
    return answer.body


def spelled(operation: str, kind: type, codes: dict[str, int]) -> str | int:
    """An operation by its name or by its number."""
    return operation if kind is str else codes[operation]


def refused(machine: Machine, operation_id: str, body: object, pointers: set[str]) -> list[str]:
    """Expect a body to be refused at `pointers` only, without a change of the host; return the details."""
    before = machine.snapshot()
    problem = machine.get(operation_id, body=body, expect=400)
    assert {fault["pointer"] for fault in problem["errors"]} == pointers
    assert machine.snapshot() == before
    return [fault["detail"] for fault in problem["errors"]]


def refused_as_invalid(machine: Machine, operation_id: str, body: object) -> None:
    """Expect a body to be refused with STATUS_INVALID_PARAMETER at its operation."""
    [detail] = refused(machine, operation_id, body, {"/operation"})
    assert "STATUS_INVALID_PARAMETER" in detail
