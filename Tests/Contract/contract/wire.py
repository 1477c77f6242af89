"""The bytes of messages, written a second time from the description of the wire format, independently of the service.

Fields are given as in notifications: a JSON object with the driver's names in camelCase.
"""

import base64
import struct
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

ASYNC_CODES = {
    "CreateProcess": 0x0,
    "RegistryEvent": 0x1,
    "SendFile": 0x2,
    "LoadImage": 0x3,
    "OpenProcess": 0x4,
    "RawVolumeWrite": 0x5,
    "CreateThread": 0x6,
    "DocOpen": 0x7,
    "PostMount": 0x8,
    "OpenDesktop": 0x9,
    "PanicMode": 0xB,
    "CheckJournal": 0xC,
    "TrustedOrUntrustedProcess": 0xD,
    "LogPrint": 0xE,
    "Wow64cpuLoad": 0xF,
    "OpenWithoutRead": 0x10,
    "FolderGuardEvents": 0x11,
    "DlpOnFileObjectClose": 0x13,
}
SYNC_CODES = {
    "NewImageLoadPerStream": 0x1,
    "RegistryEventSync": 0x2,
    "NewThreadDifferentProcess": 0x3,
    "NewImageLoadPerProcess": 0x5,
    "NewThreadSameProcess": 0x6,
    "NewThreadAndCmdLine": 0x7,
}
ASYNC_HEADER = struct.Struct("<IIqIiiI")
SYNC_HEADER = struct.Struct("<HHIIIIIiIQII")
SKIPPED = 8  # offsets inside messages count from here
NO_IDENTITY: dict[str, Any] = {}
NO_GUID = str(uuid.UUID(int=0))

Fields = dict[str, Any]


# Values


def filetime(time: str | None) -> int:
    """The ticks of a time of the API; 0 for none."""
    if time is None:
        return 0
    if time.startswith("0x"):
        return int(time, 16)
    seconds, _, fraction = time.removesuffix("Z").partition(".")
    since = datetime.fromisoformat(seconds).replace(tzinfo=UTC) - datetime(1601, 1, 1, tzinfo=UTC)
    return since // timedelta(seconds=1) * 10_000_000 + int(fraction.ljust(7, "0"))


def number(value: str | int) -> int:
    """A number, or the number in a hex string."""
    return int(value, 16) if isinstance(value, str) else value


def identity(value: Fields, name: str) -> bytes:
    """AuxPidCreationTime or AuxTidCreationTime: packed, 12 bytes."""
    return struct.pack("<IQ", value.get(name, 0), filetime(value.get("creationTime")))


def process(value: Fields) -> bytes:
    """AuxPidCreationTime."""
    return identity(value, "processId")


def thread(value: Fields) -> bytes:
    """AuxTidCreationTime."""
    return identity(value, "threadId")


def terminated(text: str) -> bytes:
    """UTF-16LE, which may have halves of surrogate pairs, and a NUL."""
    return text.encode("utf-16-le", "surrogatepass") + b"\0\0"


def sixteen(text: str) -> bytes:
    """Sixteen bytes, given in base64 or as hex digits."""
    return bytes.fromhex(text) if len(text) == 32 else base64.b64decode(text)


class Tail:
    """The data after the fixed part of a message: each part is present or absent."""

    def __init__(self, at: int) -> None:
        """A tail that begins at `at`, an offset in the message."""
        self.at = at
        self.bytes = b""

    def add(self, part: bytes) -> tuple[int, int]:
        """Append a part; return its length and its offset, both 0 if it is absent."""
        if not part:
            return 0, 0
        offset = self.at + len(self.bytes) - SKIPPED
        self.bytes += part
        return len(part), offset

    def text(self, fields: Fields, name: str) -> tuple[int, int]:
        """Append a string with its NUL; an empty one is absent."""
        return self.add(terminated(fields[name]) if fields.get(name) else b"")


# Asynchronous structures


def asynchronous(operation: str, data: Fields | str, *, notification_number: int, ref_count: int = 1) -> bytes:
    """A message of the asynchronous structure."""
    body = ASYNC_BODIES[operation](data) if operation in ASYNC_BODIES else base64.b64decode(str(data))
    size = ASYNC_HEADER.size + len(body)
    size_of_data = 0x70 if operation == "Wow64cpuLoad" else size - SKIPPED  # the first is the driver's own mistake
    code = ASYNC_CODES[operation]
    return ASYNC_HEADER.pack(0x0002015D, size, notification_number, size_of_data, ref_count, code, 0) + body


def image_load_and_process(fields: Fields) -> bytes:
    """ImageLoadAndProcessNotify."""
    tail = Tail(0x78)
    name_length, name_offset = tail.text(fields, "imageFileName")
    line_length, line_offset = tail.text(fields, "commandLine")
    fixed = process(fields.get("parentProcess", NO_IDENTITY))
    fixed += process(fields["currentProcess"])
    fixed += struct.pack("<BB10x", fields.get("createFlag", 0), fields.get("processFlagsLowByte", 0))
    fixed += struct.pack("<III", name_length, name_offset, fields.get("sessionId", 0))
    fixed += struct.pack("<II", line_length, line_offset)
    fixed += struct.pack("<II", fields.get("tokenElevationType", 0), fields.get("tokenElevation", 0))
    fixed += struct.pack("<I4x", number(fields.get("tokenIntegrityLevel", 0)))
    fixed += process(fields.get("creatorProcess", NO_IDENTITY))
    return fixed + bytes(4) + tail.bytes


def ob_process_handle(fields: Fields) -> bytes:
    """ObProcessHandle."""
    tail = Tail(0x78)
    lengths_and_offsets = tail.text(fields, "fileName") + tail.text(fields, "targetFileName")
    fixed = process(fields["process"]) + process(fields["targetProcess"])
    fixed += struct.pack("<II", fields.get("sessionId", 0), number(fields["finalDesiredAccess"]))
    fixed += struct.pack("<IIII", *lengths_and_offsets)
    fixed += sixteen(fields.get("hipRule", "00" * 16)) + sixteen(fields.get("hipRule1", "00" * 16))
    fixed += struct.pack("<4xI", fields.get("notificationReason", 0))
    return fixed + tail.bytes


def thread_notify(fields: Fields) -> bytes:
    """ThreadNotify: the name's NUL and zeros take 8 bytes."""
    fixed = process(fields["currentProcess"]) + struct.pack("<I", fields.get("currentThreadId", 0))
    fixed += process(fields["createdThreadProcess"]) + thread(fields["createdThread"])
    return fixed + fields.get("imageFileName", "").encode("utf-16-le") + bytes(8)


def wow64_cpu_load(fields: Fields) -> bytes:
    """Wow64CpuLoadMessage."""
    base = number(fields.get("wow64CpuImageBase", 0))
    return struct.pack("<IIQ", fields["processId"], fields.get("threadId", 0), base)


def ob_desktop_handle(fields: Fields) -> bytes:
    """ObDesktopHandle."""
    fixed = process(fields["process"])
    fixed += struct.pack("<II", fields.get("threadId", 0), fields.get("sessionId", 0))
    fixed += struct.pack("<BB2x", fields.get("handleOperation", 0), fields.get("kernelHandleFlag", 0))
    fixed += struct.pack("<I", number(fields.get("desiredAccess", 0)))
    return fixed + terminated(fields.get("objectName", ""))


def reg_operation(fields: Fields) -> bytes:
    """RegOperation: hashes, strings, new data, old data."""
    tail = Tail(0xA8)
    hashes = [sixteen(value) for value in fields.get("hashes", [])]
    _, hashes_offset = tail.add(b"".join(hashes))
    names = ("keyName", "valueName", "newKeyName", "oldFileName", "newFileName")
    offsets = [tail.text(fields, name)[1] for name in names]
    new_length, new_offset = tail.add(base64.b64decode(fields.get("newValueData", "")))
    old_length, old_offset = tail.add(base64.b64decode(fields.get("valueData", "")))
    fixed = struct.pack("<5q", *offsets) + process(fields["process"])
    fixed += struct.pack("<II", fields.get("threadId", 0), fields.get("sessionId", 0))
    fixed += struct.pack("<II", number(fields.get("finalKeyRules", 0)), fields.get("newValueType", 0))
    fixed += struct.pack("<Iq", new_length, new_offset)
    fixed += struct.pack("<IIq", fields.get("valueType", 0), old_length, old_offset)
    fixed += struct.pack("<I", number(fields.get("regRestoreFlags", 0)))
    fixed += uuid.UUID(fields.get("transactionId", NO_GUID)).bytes_le
    fixed += struct.pack("<Iq8x", len(hashes), hashes_offset)
    return fixed + tail.bytes


def check_journal(fields: Fields) -> bytes:
    """CheckJournal."""
    return struct.pack("<I", number(fields["fsControlCode"])) + uuid.UUID(fields["volumeGuid"]).bytes_le


def trusted_or_untrusted_process(fields: Fields) -> bytes:
    """TrustedOrUntrustedProcessMessage."""
    return struct.pack("<Bx", fields["untrustedFlag"]) + terminated(fields["imageFileName"])


ASYNC_BODIES = {
    "CreateProcess": image_load_and_process,
    "LoadImage": image_load_and_process,
    "OpenProcess": ob_process_handle,
    "CreateThread": thread_notify,
    "Wow64cpuLoad": wow64_cpu_load,
    "OpenDesktop": ob_desktop_handle,
    "RegistryEvent": reg_operation,
    "CheckJournal": check_journal,
    "TrustedOrUntrustedProcess": trusted_or_untrusted_process,
}


# Synchronous messages


def synchronous(operation: str, current: Fields, priority: tuple[int, int, int], data: bytes) -> bytes:
    """A synchronous message about the process `current` with variable data."""
    size = SYNC_HEADER.size + len(data)
    code = SYNC_CODES[operation]
    identity_parts = (current["processId"], filetime(current["creationTime"]))
    return SYNC_HEADER.pack(0x5D, 0x30, size, *priority, 0, code, *identity_parts, len(data), 0) + data


def image_name(name: str) -> bytes:
    """The data of 0x1 and 0x5: the string's length and 0xA."""
    data = struct.pack("<II", len(terminated(name)), 0) + terminated(name)
    assert len(data) == len(name.encode("utf-16-le")) + 0xA
    return data


def command_lines(captured: str, current: str) -> bytes:
    """The data of 0x7: both lengths and 0xC."""
    parts = terminated(captured), terminated(current)
    data = struct.pack("<II", *map(len, parts)) + b"".join(parts)
    assert len(data) == len((captured + current).encode("utf-16-le")) + 0xC
    return data


def thread_notify_sync(created: Fields, current: Fields, owner: Fields, start_address: int) -> bytes:
    """The data of 0x6, ThreadNotifySyncMessage."""
    return thread(created) + thread(current) + process(owner) + struct.pack("<IqQ", 0, 0, start_address)


# Replies


def sync_reply(code: int, *, size: int = 0x14) -> bytes:
    """A ReplySyncMessage, truncated to `size` bytes."""
    return struct.pack("<qiii", 0, code, 0, 0)[:size].ljust(size, b"\0")


def create_process_reply(
    *, denied: int = 0, flags: int = 0, rules: int = 0, magic: int = 0x5D, stated: int = 0x60, size: int = 0x60
) -> bytes:
    """A reply to CreateProcess, truncated to `size` bytes."""
    whole = struct.pack("<BxH68xB3xII12x", magic, stated, denied, flags, rules)
    assert len(whole) == 0x60
    return whole[:size].ljust(size, b"\0")
