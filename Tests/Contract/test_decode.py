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
WHOLE_UNITS = {
    "dd": (4, lambda data: lines(data, units(4))),
    "dq": (8, lambda data: lines(data, units(8, tick=True))),
    "dq without back-ticks": (8, lambda data: lines(data, units(8), ticks=False)),
    "dd without addresses": (
        4,
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
    width, write = WHOLE_UNITS[form]
    padding = -len(dump.bytes) % width
    answer = decode(write(dump.bytes + bytes(padding)), "--json", *arguments_for(dump))
    told = json.loads(answer.stdout)
    assert same(told["fields"], dump.fields)
    assert len(told["remarks"]) == (1 if padding else 0)


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
