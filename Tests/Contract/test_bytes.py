"""The exact bytes of messages, compared with published dumps and with the encoder of this suite."""

import struct
from collections.abc import Callable
from typing import Any

import pytest

from contract import wire
from contract.dumps import FILE, Dump, dumps
from contract.machine import NOW, Machine, new_machine
from contract.notices import ASYNC_EXAMPLES, CLEARED, REQUIRED, bytes_of, encoded, send_async, send_sync
from contract.story import DLL, A, B, messages, two_processes

DUMPS = {dump.name: dump for dump in dumps()}
NUMBERED_AT = slice(8, 16)
TEXTS = ["", "a", "\\Device\\HarddiskVolume4\\Windows\\é\u20ac\U0001f600.exe", "x" * 32766]
PRIORITY = {"ioPriority": 2, "threadPriority": 11, "pagePriority": 5}

needs_dumps = pytest.mark.skipif(
    not DUMPS, reason=f"no dumps: {FILE} is not there, set WDFILTERD_SHARED to the folder that holds it"
)


def without_number(data: bytes) -> bytes:
    """A message of the asynchronous structure without its NotificationNumber."""
    return data[: NUMBERED_AT.start] + data[NUMBERED_AT.stop :]


def process_of(machine: Machine, identity: dict[str, Any], **members: object) -> None:
    """Create the process that is in a dump."""
    machine.process(**{**identity, **members})


# The driver's own messages


def nissrv_is_created(machine: Machine, dump: Dump) -> int:
    """PRC-2; PRC-9 determines the flags."""
    fields = dump.fields
    process_of(machine, fields["parentProcess"])
    created = machine.get(
        "createProcess",
        body={
            **fields["currentProcess"],
            "parentProcessId": fields["parentProcess"]["processId"],
            "creatorProcessId": fields["creatorProcess"]["processId"],
            "imageFileName": fields["imageFileName"],
            "commandLine": fields["commandLine"],
            "sessionId": fields["sessionId"],
            "token": {
                "elevationType": fields["tokenElevationType"],
                "elevation": fields["tokenElevation"],
                "integrityLevel": fields["tokenIntegrityLevel"],
            },
        },
    )
    [message] = messages(created["routines"])
    return int(message["sequence"])


def sspicli_is_loaded(machine: Machine, dump: Dump) -> int:
    """IMG-5."""
    process_of(machine, dump.fields["currentProcess"], sessionId=dump.fields["sessionId"])
    [message] = machine.load(dump.fields["currentProcess"]["processId"], dump.fields["imageFileName"])
    return int(message["sequence"])


def a_thread_is_put_into_tstheme(machine: Machine, dump: Dump) -> int:
    """THR-4: after the synchronous message."""
    fields = dump.fields
    rules = ["NotifyNewThreadDifferentProcess"]
    process_of(machine, fields["currentProcess"], imageFileName=fields["imageFileName"], rules=rules)
    process_of(machine, fields["createdThreadProcess"])
    routines = machine.thread(
        fields["createdThreadProcess"]["processId"],
        threadId=fields["createdThread"]["threadId"],
        creatorProcessId=fields["currentProcess"]["processId"],
        creatorThreadId=fields["currentThreadId"],
    )
    _, queued = messages(routines)
    return int(queued["sequence"])


def smss_makes_a_thread(machine: Machine, dump: Dump) -> int:
    """THR-3, with the rule word and the priorities of the same capture."""
    fields = dump.fields
    process_of(machine, fields["process"], rules="0x10000400")
    pid = fields["process"]["processId"]
    machine.thread(pid, creatorProcessId=4, **fields["currentThread"])
    routines = machine.thread(
        pid,
        **fields["createdThread"],
        creatorThreadId=fields["currentThread"]["threadId"],
        startAddress=fields["threadStartAddress"],
        ioPriority=PRIORITY,
    )
    [message] = messages(routines)
    assert machine.get("getProcess", pid=pid)["rulesMask"] == "0x00000400"  # SYN-9
    return int(message["sequence"])


def smss_makes_a_thread_in_winlogon(machine: Machine, dump: Dump) -> int:
    """THR-4, with the rule word of the same capture."""
    process_of(machine, {"processId": 0x248, "creationTime": "0x01d5e83e692dc4f2"}, rules="0x00400400")
    process_of(machine, dump.fields["targetProcess"])
    routines = machine.thread(dump.fields["targetProcess"]["processId"], creatorProcessId=0x248)
    message, _ = messages(routines)
    assert machine.get("getProcess", pid=0x248)["rulesMask"] == "0x00000400"
    return int(message["sequence"])


EVENTS: dict[str, Callable[[Machine, Dump], int]] = {
    "create-process-nissrv": nissrv_is_created,
    "load-image-sspicli": sspicli_is_loaded,
    "create-thread-tstheme": a_thread_is_put_into_tstheme,
    "thread-notify-sync-smss": smss_makes_a_thread,
    "new-thread-different-process-winlogon": smss_makes_a_thread_in_winlogon,
}
CURRENT = {
    "thread-notify-sync-smss": ((2, 11, 5), 412, 132267092492431769),
    "new-thread-different-process-winlogon": ((2, 8, 5), 0x248, 0x01D5E83E692DC4F2),
}


def is_as_dumped(machine: Machine, dump: Dump, sequence: int) -> None:
    """The message has the bytes of the dump. The header of a synchronous message is checked separately."""
    entry = machine.get("getMessage", sequence=sequence)
    data = bytes_of(machine, sequence)
    assert (entry["operation"], entry["message"]["totalSize"]) == (dump.operation, len(data))
    if not dump.is_part:
        assert without_number(data) == without_number(dump.bytes)
        assert struct.unpack("<q", data[NUMBERED_AT]) == (entry["notificationNumber"],)
        return
    assert data[0x30:] == dump.bytes
    priority, pid, created = CURRENT[dump.name]
    magic, size_of_header, total, *rest = struct.unpack("<HHIIIIIiIQII", data[:0x30])
    assert (magic, size_of_header, total) == (0x5D, 0x30, 0x30 + len(dump.bytes))
    assert rest == [*priority, 0, wire.SYNC_CODES[dump.operation], pid, created, len(dump.bytes), 0]


@needs_dumps
def test_every_dump_is_tried() -> None:
    assert set(DUMPS) == set(EVENTS)


@needs_dumps
@pytest.mark.parametrize("name", DUMPS)
def test_an_event_gives_the_bytes_of_the_dump(machine: Machine, name: str) -> None:
    is_as_dumped(machine, DUMPS[name], EVENTS[name](machine, DUMPS[name]))


@needs_dumps
@pytest.mark.parametrize("name", [name for name, dump in DUMPS.items() if not dump.is_part])
def test_the_fields_of_a_dump_give_its_bytes(machine: Machine, name: str) -> None:
    dump = DUMPS[name]
    fields = {key: value for key, value in dump.fields.items() if key not in ("notificationNumber", "refCount")}
    message = send_async(machine, dump.operation, data=fields)
    is_as_dumped(machine, dump, message["sequence"])


@needs_dumps
@pytest.mark.parametrize("name", [name for name, dump in DUMPS.items() if dump.is_part])
def test_the_fields_of_a_part_give_its_bytes(machine: Machine, name: str) -> None:
    dump = DUMPS[name]
    (io, thread, page), pid, created = CURRENT[name]
    machine.process(processId=pid, creationTime=hex(created))
    priority = {"ioPriority": io, "threadPriority": thread, "pagePriority": page}
    message = send_sync(machine, dump.operation, dump.fields, processId=pid, ioPriority=priority)
    is_as_dumped(machine, dump, message["sequence"])


@needs_dumps
@pytest.mark.parametrize("name", DUMPS)
def test_our_own_encoder_gives_the_bytes_of_the_dump(name: str) -> None:
    dump = DUMPS[name]
    fields = dump.fields
    if dump.operation == "NewThreadSameProcess":
        threads = fields["createdThread"], fields["currentThread"]
        made = wire.thread_notify_sync(*threads, fields["process"], fields["threadStartAddress"])
    elif dump.operation == "NewThreadDifferentProcess":
        made = wire.process(fields["targetProcess"])
    else:
        number = fields["notificationNumber"]
        made = wire.asynchronous(dump.operation, fields, notification_number=number, ref_count=fields["refCount"])
    assert made == dump.bytes


# Asynchronous structures, compared with the encoder of this suite


def is_encoded(machine: Machine, operation: str, data: dict[str, Any] | str) -> bytes:
    """A notification has the bytes that our encoder makes from the given data and from the journal entry."""
    report = send_async(machine, operation, data=data)
    got = bytes_of(machine, report["sequence"])
    number = report["notificationNumber"]
    given = data if isinstance(data, str) or operation in REQUIRED else data["data"]
    assert got == wire.asynchronous(operation, given, notification_number=number)
    told = dict(machine.get("getMessage", sequence=report["sequence"])["message"])
    again = told if operation in REQUIRED else told["data"]
    assert got == wire.asynchronous(operation, again, notification_number=number)
    assert (told["totalSize"], told["sizeOfData"]) == (len(got), struct.unpack_from("<I", got, 0x10)[0])
    return got


@pytest.mark.parametrize("name", [name for name, body in ASYNC_EXAMPLES.items() if isinstance(body.get("data"), dict)])
def test_an_example_has_the_bytes_of_the_description(machine: Machine, name: str) -> None:
    body = ASYNC_EXAMPLES[name]
    codes = {code: operation for operation, code in wire.ASYNC_CODES.items()}
    is_encoded(machine, codes.get(body["operation"], body["operation"]), body["data"])


@pytest.mark.parametrize("operation", REQUIRED)
def test_what_is_left_out_is_zero_or_absent(machine: Machine, operation: str) -> None:
    is_encoded(machine, operation, REQUIRED[operation])


STRINGS = {
    "CreateProcess": ("imageFileName", "commandLine"),
    "LoadImage": ("imageFileName", "commandLine"),
    "OpenProcess": ("fileName", "targetFileName"),
    "CreateThread": ("imageFileName",),
    "OpenDesktop": ("objectName",),
    "RegistryEvent": ("keyName", "valueName", "newKeyName", "oldFileName", "newFileName"),
}


@pytest.mark.parametrize(
    ("operation", "string"), [(operation, string) for operation, names in STRINGS.items() for string in names]
)
@pytest.mark.parametrize("text", TEXTS, ids=["empty", "one unit", "beyond the BMP", "longest"])
def test_strings_of_any_kind(machine: Machine, operation: str, string: str, text: str) -> None:
    """Each string alone, and together with all others."""
    is_encoded(machine, operation, {**REQUIRED[operation], string: text})
    others = {name: f"\U00010000{name}" for name in STRINGS[operation]}
    is_encoded(machine, operation, {**REQUIRED[operation], **others, string: text})


@pytest.mark.parametrize("operation", wire.ASYNC_CODES)
def test_without_data_everything_is_zero_or_absent(machine: Machine, operation: str) -> None:
    """ASY-1: the message is still queued in the list of its type."""
    sequence = send_async(machine, operation)["sequence"]
    body = bytes_of(machine, sequence)[0x20:]
    assert not any(body)


def test_an_absent_string_has_neither_length_nor_offset(machine: Machine) -> None:
    got = is_encoded(machine, "OpenProcess", {**REQUIRED["OpenProcess"], "targetFileName": "a"})
    assert struct.unpack_from("<IIII", got, 0x40) == (0, 0, 4, 0x70)
    assert got[0x78:] == b"a\0\0\0"


def test_a_process_handle(machine: Machine) -> None:
    """The whole message, written out by hand."""
    got = is_encoded(
        machine,
        "OpenProcess",
        {
            "process": {"processId": 4268, "creationTime": NOW},
            "targetProcess": {"processId": 0xFFFFFFFF, "creationTime": "0x1"},
            "sessionId": 0xFFFFFFFE,
            "finalDesiredAccess": 0x1FFFFF,
            "fileName": "\U0001f600",
            "targetFileName": "",
            "hipRule": "000102030405060708090a0b0c0d0e0f",
            "hipRule1": encoded(bytes(range(240, 256))),
            "notificationReason": 0x1F,
        },
    )
    ticks = 0x1D5E89FD827E387
    expected = struct.pack("<IIqIiiI", 0x2015D, 0x7E, 1, 0x76, 1, 4, 0)
    expected += struct.pack("<IQIQ", 4268, ticks, 0xFFFFFFFF, 1)
    expected += struct.pack("<IIIIII", 0xFFFFFFFE, 0x1FFFFF, 6, 0x70, 0, 0)
    expected += bytes(range(16)) + bytes(range(240, 256)) + struct.pack("<II", 0, 0x1F)
    assert got == expected + b"\x3d\xd8\x00\xde\x00\x00"


def test_a_desktop_handle(machine: Machine) -> None:
    got = is_encoded(
        machine,
        "OpenDesktop",
        {
            "process": {"processId": 4268, "creationTime": None},
            "threadId": 1,
            "sessionId": 2,
            "handleOperation": 255,
            "kernelHandleFlag": 1,
            "desiredAccess": "0xDEADBEEF",
            "objectName": "é",
        },
    )
    expected = struct.pack("<IIqIiiI", 0x2015D, 0x40, 1, 0x38, 1, 9, 0) + struct.pack("<IQ", 4268, 0)
    assert got == expected + struct.pack("<IIBBHI", 1, 2, 255, 1, 0, 0xDEADBEEF) + b"\xe9\0\0\0"


def test_a_registry_operation(machine: Machine) -> None:
    """The hashes, the strings, the new data, the old data. Offsets are counted from byte 8."""
    got = is_encoded(
        machine,
        "RegistryEvent",
        {
            "process": {"processId": 7, "creationTime": "0x0"},
            "threadId": 1,
            "sessionId": 2,
            "finalKeyRules": "0x3",
            "newValueType": 4,
            "valueType": 5,
            "regRestoreFlags": "0x6",
            "transactionId": "00112233-4455-6677-8899-AABBCCDDEEFF",
            "hashes": ["ff" * 16, "00" * 15 + "01"],
            "keyName": "K",
            "newFileName": "\U0001f600",
            "newValueData": "AQID",
            "valueData": "BA==",
        },
    )
    # After the two hashes: "K" at c8, the file name at cc, the new data at d2, the old at d5.
    expected = struct.pack("<IIqIiiI", 0x2015D, 0xD6, 1, 0xCE, 1, 1, 0)
    expected += struct.pack("<5q", 0xC0, 0, 0, 0, 0xC4) + struct.pack("<IQII", 7, 0, 1, 2)
    expected += struct.pack("<IIIqIIqI", 3, 4, 3, 0xCA, 5, 1, 0xCD, 6)
    expected += bytes.fromhex("33221100554477668899aabbccddeeff") + struct.pack("<Iqq", 2, 0xA0, 0)
    expected += b"\xff" * 16 + bytes(15) + b"\x01" + b"K\0\0\0" + b"\x3d\xd8\x00\xde\0\0" + b"\x01\x02\x03\x04"
    assert got == expected


def test_a_journal_to_check(machine: Machine) -> None:
    guid = "{9E6C4E1F-7D60-472F-BA1A-A39EF669E4B2}"
    got = is_encoded(machine, "CheckJournal", {"fsControlCode": 0x900F4, "volumeGuid": guid})
    header = struct.pack("<IIqIiiI", 0x2015D, 0x34, 0, 0x2C, 1, 0xC, 0)
    assert got == header + b"\xf4\x00\x09\x00" + bytes.fromhex("1f4e6c9e607d2f47ba1aa39ef669e4b2")


@pytest.mark.parametrize("name", ["", "a.exe", "x" * 15, "x" * 16, "\U0001f600" * 200])
def test_a_trusted_process(machine: Machine, name: str) -> None:
    """COR-3: the name itself has no limit."""
    got = is_encoded(machine, "TrustedOrUntrustedProcess", {"untrustedFlag": 128, "imageFileName": name})
    assert got[0x20:] == b"\x80\0" + name.encode("utf-16-le") + b"\0\0"


def test_a_wow64_cpu_load_says_0x70(machine: Machine) -> None:
    """IMG-2: SizeOfData is a bug of the driver, both in the queued and in the direct message."""
    data = {"processId": A, "threadId": 428, "wow64CpuImageBase": "0x77cd0000"}
    got = is_encoded(machine, "Wow64cpuLoad", data)
    assert got == struct.pack("<IIqIiiIIIQ", 0x2015D, 0x30, 0, 0x70, 1, 0xF, 0, A, 428, 0x77CD0000)
    machine.process(processId=A, rules=["NotifyWow64cpuLoad"])
    machine.load(A, "\\Windows\\System32\\wow64cpu.dll", imageBase="0x77cd0000")
    direct, _ = machine.load(A, DLL, threadId=428)
    assert direct["kind"] == "direct"
    assert bytes_of(machine, direct["sequence"]) == got


@pytest.mark.parametrize("operation", [name for name in wire.ASYNC_CODES if name not in REQUIRED])
def test_bytes_without_a_layout_follow_the_header(machine: Machine, operation: str) -> None:
    for data in (b"", b"\0", bytes(range(256)), bytes(65536)):
        assert is_encoded(machine, operation, encoded(data))[0x20:] == data


def test_an_exit_is_a_create_process_of_the_same_layout(machine: Machine) -> None:
    """PRC-7: CreateFlag is 0; the other fields are as at creation."""
    process = machine.process(processId=A, sessionId=3, commandLine="a \U0001f600", flags=["TrustedProcess"])
    machine.call("exitProcess", pid=A)
    [created, exited] = machine.all("listMessages")
    first, second = (bytes_of(machine, entry["sequence"]) for entry in (created, exited))
    assert (first[0x38], second[0x38], first[0x39], second[0x39]) == (1, 0, 0x40, 0x40)
    for entry, got in ((created, first), (exited, second)):
        number = entry["notificationNumber"]
        assert got == wire.asynchronous("CreateProcess", entry["message"], notification_number=number)
        assert entry["message"]["currentProcess"]["creationTime"] == process["creationTime"]


# Synchronous messages, compared with the encoder of this suite


def is_sync(machine: Machine, operation: str, given: dict[str, Any], data: bytes) -> bytes:
    """A notification about A has the bytes that our encoder makes."""
    sequence = send_sync(machine, operation, given, ioPriority=PRIORITY)["sequence"]
    got = bytes_of(machine, sequence)
    current = machine.get("getProcess", pid=A)
    assert got == wire.synchronous(operation, current, (2, 11, 5), data)
    told = machine.get("getMessage", sequence=sequence)["message"]
    assert (told["totalSize"], told["sizeOfData"]) == (len(got), len(data))
    return got


@pytest.fixture
def current(machine: Machine) -> Machine:
    """A host with A, B and a stream context."""
    two_processes(machine)
    return machine


@pytest.mark.parametrize("name", TEXTS[1:], ids=["one unit", "beyond the BMP", "longest"])
def test_an_image_name(current: Machine, name: str) -> None:
    """SYN-3: the string's length and 0xA."""
    current.call("createStreamContext", body={"fileName": name})
    for operation in ("NewImageLoadPerProcess", "NewImageLoadPerStream"):
        is_sync(current, operation, {"imageName": name}, wire.image_name(name))


@pytest.mark.parametrize("captured", TEXTS, ids=["empty", "one unit", "beyond the BMP", "longest"])
def test_command_lines(current: Machine, captured: str) -> None:
    """SYN-3: both lengths and 0xC."""
    for now in ("", "b\U0001f600", captured):
        given = {"commandLine": captured, "currentCommandLine": now}
        is_sync(current, "NewThreadAndCmdLine", given, wire.command_lines(captured, now))


@pytest.mark.parametrize("data", [b"", b"\0", bytes(range(256)), bytes(65536)], ids=len)
def test_registry_data(current: Machine, data: bytes) -> None:
    """SYN-3: as given."""
    got = is_sync(current, "RegistryEventSync", {"registryData": encoded(data)}, data)
    assert got[0x30:] == data


def test_threads_of_the_same_process(current: Machine) -> None:
    """SYN-3: 0x38 bytes."""
    owner = current.get("getProcess", pid=A)
    for created, acting, address in (
        ({"threadId": 1, "creationTime": NOW}, {"threadId": 2, "creationTime": "0x2"}, 0xFFFFFFFFFFFFFFFF),
        ({"threadId": 0xFFFFFFFF}, {"threadId": 0, "creationTime": None}, 0),
    ):
        given = {"createdThread": created, "currentThread": acting, "threadStartAddress": address}
        data = wire.thread_notify_sync(created, acting, owner, address)
        assert len(data) == 0x38
        is_sync(current, "NewThreadSameProcess", given, data)


def test_a_target_process(current: Machine) -> None:
    """SYN-3: 12 bytes."""
    data = wire.process(current.get("getProcess", pid=B))
    assert len(data) == 12
    is_sync(current, "NewThreadDifferentProcess", {"targetProcess": {"processId": B}}, data)


def test_a_tampered_command_line(machine: Machine) -> None:
    """TEX-2: the routine sends both command lines, the captured one and the current one."""
    machine.process(processId=A, commandLine="a \U0001f600", rules=["NotifyProcessCmdLine"])
    machine.call("putCommandLine", pid=A, body={"commandLine": ""})
    [message] = messages(machine.thread(A, creatorProcessId=4, ioPriority=PRIORITY))
    got = bytes_of(machine, message["sequence"])
    data = wire.command_lines("a \U0001f600", "")
    assert got == wire.synchronous("NewThreadAndCmdLine", machine.get("getProcess", pid=A), (2, 11, 5), data)
    assert message["clearedRule"] == CLEARED["NewThreadAndCmdLine"][1]


# How clients read the bytes


def test_bytes_are_the_same_as_long_as_the_journal_holds_them(machine: Machine) -> None:
    """RefCount is 1, as built, whatever the outcome of the message."""
    machine.call("putWorker", body={"state": "paused"})
    sequence = send_async(machine, "SendFile", data="AAEC")["sequence"]
    queued = bytes_of(machine, sequence)
    machine.call("putWorker", body={"state": "running"})
    machine.drain()
    assert bytes_of(machine, sequence) == queued
    assert struct.unpack_from("<i", queued, 0x14) == (1,)


def test_with_a_manual_clock_two_hosts_give_the_same_bytes(machine: Machine) -> None:
    def run(host: Machine) -> list[bytes]:
        two_processes(host)
        host.thread(B, creatorProcessId=A, creatorThreadId=8, threadId=12)
        host.drain()
        return [bytes_of(host, entry["sequence"]) for entry in host.all("listMessages")]

    settings = {"clock": {"mode": "manual", "now": NOW}}
    with new_machine(machine.client, **settings) as first, new_machine(machine.client, **settings) as second:
        assert run(first) == run(second) != []


def test_accept_chooses_between_json_and_bytes(machine: Machine) -> None:
    sequence = send_async(machine, "SendFile")["sequence"]
    for accept, media in (
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("application/octet-stream", "application/octet-stream"),
        ("application/json;q=0.5, application/octet-stream", "application/octet-stream"),
        ("*/*, application/json;q=0", "application/octet-stream"),
        ("application/octet-stream;q=0.1, application/json;q=0.2", "application/json"),
    ):
        assert machine.call("getMessage", sequence=sequence, headers={"Accept": accept}).media == media
    for missing in (sequence + 1, 18446744073709551615):
        headers = {"Accept": "application/octet-stream"}
        assert machine.call("getMessage", sequence=missing, headers=headers, expect=404).problem == "unknown-message"


def test_head_tells_the_length_of_the_bytes(machine: Machine) -> None:
    sequence = send_async(machine, "SendFile", data="AAEC")["sequence"]
    path = f"/v1/hosts/{machine.name}/messages/{sequence}"
    answer = machine.client.raw("HEAD", path, headers={"Accept": "application/octet-stream"})
    assert (answer.status, answer.media, answer.body) == (200, "application/octet-stream", b"")
    assert answer.headers["Content-Length"] == str(0x23)
