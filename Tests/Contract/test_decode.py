"""`wdfilterd decode` with the published dumps, in every common form, and with input that is not a message."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contract import wire
from contract.dumps import FILE, Dump, dumps
from contract.service import binary

DUMPS = {dump.name: dump for dump in dumps()}
ADDRESS = 0xFFFFC70F3C6B1010

needs_dumps = pytest.mark.skipif(
    not DUMPS, reason=f"no dumps: {FILE} is not there, set WDFILTERD_SHARED to the folder that holds it"
)


def decode(data: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """The result of the command for `data` on standard input."""
    return subprocess.run([binary(), "decode", *arguments], input=data, capture_output=True, timeout=30, check=False)


def test_the_page_about_dumps_shows_the_real_output() -> None:
    page = (Path(__file__).parents[2] / "docs/reading-a-dump.md").read_text()
    shown = re.search(r"\$ cat windbg\.log\n(.*?)\$ wdfilterd decode windbg\.log\n(.*?)```", page, re.DOTALL)
    assert shown is not None
    result = decode(shown[1].encode())
    assert (result.returncode, result.stdout.decode()) == (0, shown[2])


def test_the_page_about_dumps_shows_how_words_are_refused_and_read(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/reading-a-dump.md").read_text()
    shown = re.search(r"\$ cat od\.txt\n(.*?)```", page, re.DOTALL)
    assert shown is not None
    dump, *sessions = re.split(r"^\$ wdfilterd ", shown[1], flags=re.MULTILINE)
    (tmp_path / "od.txt").write_text(dump)
    for session in sessions:
        command, output = session.split("\n", 1)
        result = subprocess.run(
            [binary(), *command.split()], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False
        )
        assert result.stdout + result.stderr == output


def lines(data: bytes, line: Callable[[bytes], str], *, ticks: bool = True) -> bytes:
    """A dump with sixteen bytes in a line after their address, as a debugger prints it."""
    text = "0: kd> d? rcx\r\n"
    for offset in range(0, len(data), 16):
        high, low = divmod(ADDRESS + offset, 1 << 32)
        address = f"{high:08x}`{low:08x}" if ticks else f"{high:08x}{low:08x}"
        text += f"{address}  {line(data[offset : offset + 16])}\r\n"
    return text.encode()


def units(width: int, *, tick: bool = False) -> Callable[[bytes], str]:
    """A line of little-endian numbers of `width` bytes."""

    def line(data: bytes) -> str:
        numbers = [data[place : place + width] for place in range(0, len(data), width)]
        digits = [number[::-1].hex() for number in numbers]
        return " ".join(f"{text[:8]}`{text[8:]}" if tick and len(text) == 16 else text for text in digits)

    return line


def db(data: bytes) -> str:
    """A line of bytes with a hyphen in the middle, followed by the text."""
    text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in data)
    pairs = " ".join(f"{byte:02x}" for byte in data)
    if len(data) > 8:
        pairs = pairs[:23] + "-" + pairs[24:]
    return f"{pairs:<47}  {text}"


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "bytes": lambda data: data,
    "digits": lambda data: data.hex().encode(),
    "spaced": lambda data: data.hex(" ").upper().encode(),
    "db": lambda data: lines(data, db),
    "db without back-ticks": lambda data: lines(data, db, ticks=False),
}
# The size of a word, whether its byte order is marked, and the dump.
WHOLE_UNITS: dict[str, tuple[int, bool, Callable[[bytes], bytes]]] = {
    "dd": (4, True, lambda data: lines(data, units(4))),
    "dq": (8, True, lambda data: lines(data, units(8, tick=True))),
    "dq without back-ticks": (8, False, lambda data: lines(data, units(8), ticks=False)),
    "dd without addresses": (
        4,
        False,
        lambda data: "\n".join(units(4)(data[n : n + 16]) for n in range(0, len(data), 16)).encode(),
    ),
}


def arguments_for(dump: Dump) -> list[str]:
    """Nothing in variable data identifies the operation."""
    return ["--as", dump.operation] if dump.is_part else []


def same(told: Any, expected: Any) -> bool:  # noqa: ANN401
    """Whether a value of the command's JSON equals that of the dump, which has times as ticks and masks as numbers."""
    if isinstance(expected, dict):
        return told.keys() == expected.keys() and all(
            wire.filetime(told[key]) == wire.filetime(value) if key == "creationTime" else same(told[key], value)
            for key, value in expected.items()
        )
    if isinstance(told, str) and told.startswith("0x"):
        return int(told, 16) == expected
    return bool(told == expected)


@needs_dumps
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", DUMPS)
def test_a_dump_is_decoded_to_its_fields(name: str, form: str) -> None:
    dump = DUMPS[name]
    answer = decode(FORMS[form](dump.bytes), "--json", *arguments_for(dump))
    assert (answer.returncode, answer.stderr) == (0, b"")
    told = json.loads(answer.stdout)
    assert (told["operation"], told["faults"], told["remarks"]) == (dump.operation, [], [])
    assert told["fields"].keys() == dump.fields.keys()
    assert same(told["fields"], dump.fields)
    assert sum(part["size"] for part in told["parts"]) == len(dump.bytes)


@needs_dumps
@pytest.mark.parametrize("form", WHOLE_UNITS)
@pytest.mark.parametrize("name", DUMPS)
def test_a_dump_of_words_is_decoded_with_what_lies_behind_the_message(name: str, form: str) -> None:
    dump = DUMPS[name]
    width, is_marked, write = WHOLE_UNITS[form]
    padding = -len(dump.bytes) % width
    data = write(dump.bytes + bytes(padding))
    if dump.is_part and not is_marked:
        refused = decode(data, *arguments_for(dump))
        assert (refused.returncode, refused.stdout) == (2, b"")
        assert refused.stderr.endswith(b"use --endian little or big\n")
    answer = decode(data, "--json", *arguments_for(dump), *(["--endian", "little"] if dump.is_part else []))
    told = json.loads(answer.stdout)
    assert same(told["fields"], dump.fields)
    has_order_remark = not is_marked and not dump.is_part
    assert len(told["remarks"]) == (1 if padding else 0) + (1 if has_order_remark else 0)
    assert any("little-endian" in remark["detail"] for remark in told["remarks"]) is has_order_remark


@needs_dumps
def test_a_lost_line_is_noticed() -> None:
    text = lines(DUMPS["create-process-nissrv"].bytes, db).splitlines(keepends=True)
    answer = decode(b"".join(text[:4] + text[5:]))
    assert answer.returncode == 2
    assert answer.stdout == b""
    assert answer.stderr.startswith(b"standard input:5: begins at 0x")


@needs_dumps
def test_a_message_that_was_cut_off_is_explained_as_far_as_it_goes() -> None:
    dump = DUMPS["create-thread-tstheme"]
    answer = decode(dump.bytes[:-8])
    assert (answer.returncode, answer.stderr) == (0, b"")
    assert answer.stdout.startswith(b"CreateThread, cut off: 176 of 184 bytes\n")
    assert b"TSTheme.exe" in answer.stdout
    told = json.loads(decode(dump.bytes[:-8], "--json").stdout)
    shown = [told[key] for key in ("cutOff", "size", "totalSize", "operation", "fields", "faults")]
    assert shown == [True, 176, 184, "CreateThread", None, []]
    assert decode(dump.bytes[:8]).stdout.startswith(b"unknown message, cut off: 8 bytes\n")


# NewThreadDifferentProcess: process 100 creates a thread in process 200.
MESSAGE = bytes.fromhex(
    "5d0030003c00000002000000080000000500000000000000030000006400000000000569"
    "36c0d5010c00000000000000c800000080969d6936c0d501"
)
OTHER_LINES = """\
0: kd> g
Breakpoint 0 hit
fltmgr!FltSendMessage:
fffff803`22221000 4053            push    rbx
0: kd> r
rax=0000000000000000 rbx=ffff800011112000 rcx=ffff800011112000
"""


def test_each_dump_of_a_log_is_a_message() -> None:
    log = OTHER_LINES.encode() + lines(MESSAGE, db) + OTHER_LINES.encode() + lines(MESSAGE[:32], units(8, tick=True))
    answer = decode(log)
    assert (answer.returncode, answer.stderr) == (0, b"")
    tables = answer.stdout.decode().split("\n\nNewThreadDifferentProcess, ")
    assert tables[0].startswith(f"NewThreadDifferentProcess, a synchronous message, 60 bytes at {ADDRESS:#x}\n")
    assert tables[1].startswith(f"cut off: 32 of 60 bytes at {ADDRESS:#x}\n")
    objects = [json.loads(line) for line in decode(log, "--json").stdout.splitlines()]
    shown = [[told[key] for key in ("line", "address", "size", "cutOff", "operation")] for told in objects]
    name = "NewThreadDifferentProcess"
    assert shown == [[8, hex(ADDRESS), 60, False, name], [19, hex(ADDRESS), 32, True, name]]


def test_a_dump_that_is_not_a_message_is_a_fault_beside_the_messages() -> None:
    gap = lines(MESSAGE, db).splitlines(keepends=True)
    log = lines(MESSAGE, db) + lines(bytes(range(32)), db) + gap[0] + gap[1] + gap[3]
    answer = decode(log)
    assert answer.returncode == 2
    assert answer.stdout.count(b"NewThreadDifferentProcess, a synchronous") == 1
    assert b"\n\nNot a message, 32 bytes at" in answer.stdout
    faults = answer.stderr.decode().splitlines()
    assert [fault.rsplit(":", 1)[0] for fault in faults] == ["standard input:7: 0x0", "standard input:11"]


def test_a_text_column_and_a_code_page_do_not_matter() -> None:
    text = "FFFF800011112000  5D 00 30 00 B8 00 00 00                          ].0.\u00b8...\n"
    for encoding in ("cp1252", "utf-8", "utf-16"):
        answer = decode(text.encode(encoding))
        assert answer.stdout.startswith(b"unknown message, cut off: 8 bytes at 0xffff800011112000\n"), encoding
        assert (answer.returncode, answer.stderr) == (0, b"")


def test_json_of_the_api_is_recognized() -> None:
    answer = decode(b' {"sequence":1,"bytes":"5d003000"}')
    assert answer.returncode == 2
    assert answer.stderr == (b"standard input: this is JSON of the API: ask with Accept: application/octet-stream\n")


@pytest.mark.parametrize("data", [b"", b"hello", b"5d 0", b"\0", b"\x5d\x01\x02\x00" + bytes(28), b"\xff" * 1000])
def test_what_is_no_message_is_said_and_ends_with_2(data: bytes) -> None:
    answer = decode(data)
    assert answer.returncode == 2
    assert answer.stderr.startswith(b"standard input")
    assert answer.stderr.count(b"\n") == 1


def test_a_pipe_gets_no_colors_unless_it_is_told_to() -> None:
    reply = bytes([0x5D, 0, 0x60, 0]) + bytes(0x5C)
    assert b"\x1b" not in decode(reply).stdout
    assert b"\x1b[" in decode(reply, "--color", "always").stdout
