"""UI-8: a message as fields, bytes and JSON."""

import re
import struct

from contract.machine import Machine
from contract.notices import bytes_of, send_async
from playwright.sync_api import expect

from dashboard.tab import OpenTab, Tab

A, B = 1000, 1004


def remote_thread(machine: Machine) -> int:
    """A sync message of 60 bytes about two processes; its sequence."""
    machine.process(processId=A, rules=["NotifyNewThreadDifferentProcess"])
    machine.process(processId=B)
    machine.thread(B, creatorProcessId=A, creatorThreadId=2000)
    [message] = machine.all("listMessages", query={"kind": "sync"})
    return int(message["sequence"])


def selected(tab: OpenTab, machine: Machine, sequence: int, more: str = "") -> Tab:
    """A tab in which a message is selected."""
    opened = tab().open(f"?host={machine.name}&m={sequence}{more}")
    expect(opened.find("#message-summary")).to_contain_text(f"#{sequence:,}")
    expect(opened.find("#fields [data-field]").first).to_be_visible()
    return opened


def lit(opened: Tab, part: str) -> list[int]:
    """The offsets of the bytes of a part that light up."""
    return sorted(opened.find(f"{part} [data-offset].lit").evaluate_all("all => all.map(one => +one.dataset.offset)"))


def test_the_bytes_are_those_of_the_message(tab: OpenTab, machine: Machine) -> None:
    """Offset, 16 a line, ASCII; all bytes, and no other."""
    sequence = remote_thread(machine)
    opened = selected(tab, machine, sequence)
    shown = opened.find("#bytes [data-offset]").evaluate_all(
        "all => all.filter(one => /^[0-9a-f]{2}$/.test(one.textContent.trim())).map(one => one.textContent.trim())"
    )
    assert bytes.fromhex("".join(shown)) == bytes_of(machine, sequence)
    expect(opened.find("#bytes")).to_contain_text("0030")


def test_a_field_lights_up_in_all_three_parts(tab: OpenTab, machine: Machine) -> None:
    """TargetProcess is 12 bytes at 0x30: its line, its bytes, its member in the JSON, and the line that says more."""
    sequence = remote_thread(machine)
    opened = selected(tab, machine, sequence)
    if opened.find("#json").is_hidden():
        opened.page.get_by_role("button", name="JSON").click()
    opened.find("#fields [data-field=TargetProcess]").hover()
    opened.eventually(lambda: set(lit(opened, "#bytes")) == set(range(0x30, 0x3C)), lambda: lit(opened, "#bytes"))
    expect(opened.find("#fields .lit")).to_contain_text("TargetProcess")
    expect(opened.find("#json .lit").first).to_contain_text("targetProcess")
    for part in ("TargetProcess", "0x30", "48", "12"):
        expect(opened.find("#message-status")).to_contain_text(part)


def test_a_byte_lights_up_its_field(tab: OpenTab, machine: Machine) -> None:
    """From the bytes to the fields."""
    sequence = remote_thread(machine)
    opened = selected(tab, machine, sequence)
    opened.find("#bytes [data-offset='49']").first.hover()
    expect(opened.find("#fields .lit")).to_contain_text("TargetProcess")


def test_values_are_written_in_both_ways(tab: OpenTab, machine: Machine) -> None:
    """Integers in decimal and hex, times as RFC 3339, zeros as hex and never as base64."""
    sequence = remote_thread(machine)
    octets = bytes_of(machine, sequence)
    opened = selected(tab, machine, sequence)
    fields = opened.find("#fields")
    expect(fields).to_contain_text("1004 (0x3ec)")
    expect(fields).to_contain_text(re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z"))
    ticks = struct.unpack_from("<Q", octets, 0x34)[0]
    expect(opened.page.locator("#message")).to_contain_text(re.compile(rf"{ticks}|{ticks:,}|{ticks:#x}"))
    assert "AAAA" not in fields.inner_text()


def test_how_sure_a_field_is_stands_before_its_name(tab: OpenTab, machine: Machine) -> None:
    """`~` inferred, `*` decided, nothing known: as `wdfilterd decode` prints it."""
    sequence = remote_thread(machine)
    dissection = machine.client.raw("GET", f"/v1/hosts/{machine.name}/messages/{sequence}/dissection").json
    assert dissection
    opened = selected(tab, machine, sequence)
    expect(opened.find("#fields [data-field]", has_text=re.compile("~"))).not_to_have_count(0)


def test_fields_and_bytes_are_reached_by_keys(tab: OpenTab, machine: Machine) -> None:
    """Up and down go through the fields, left and right through the bytes."""
    sequence = remote_thread(machine)
    opened = selected(tab, machine, sequence)
    status = opened.find("#message-status")
    opened.find("#fields").focus()
    for key, field in (
        ("Home", "Magic"),
        ("ArrowDown", "SizeHeader"),
        ("ArrowDown", "TotalSize"),
        ("ArrowUp", "SizeHeader"),
    ):
        opened.press(key)
        expect(status).to_contain_text(field)
    opened.find("#bytes").focus()
    opened.press("Home", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight")
    expect(status).to_contain_text("TotalSize")
    opened.press("ArrowLeft")
    expect(status).to_contain_text("SizeHeader")


def test_c_copies_the_value_or_the_bytes(tab: OpenTab, machine: Machine) -> None:
    """`c` in the fields copies the value, in the bytes the bytes."""
    sequence = remote_thread(machine)
    opened = selected(tab, machine, sequence, "&f=TargetProcess")
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.find("#bytes").focus()
    opened.press("c")
    copied = opened.page.evaluate("navigator.clipboard.readText()")
    assert bytes.fromhex(copied) in bytes_of(machine, sequence)


def test_a_link_opens_the_message_and_its_field(tab: OpenTab, machine: Machine) -> None:
    """UI-2: `m` and `f` in the address."""
    sequence = remote_thread(machine)
    opened = selected(tab, machine, sequence, "&f=TargetProcess")
    opened.eventually(lambda: set(lit(opened, "#bytes")) == set(range(0x30, 0x3C)), lambda: lit(opened, "#bytes"))


def test_a_message_that_the_journal_has_evicted_is_said(tab: OpenTab, machine: Machine) -> None:
    """UI-2: the page says so, and which one is the oldest."""
    opened = tab()
    opened.watch.expect("status of 404")
    send_async(machine, "RegistryEvent")
    opened.open(f"?host={machine.name}&m=99999")
    expect(opened.find("#message-empty")).to_contain_text("99,999")
    expect(opened.find("#message-empty")).to_contain_text(re.compile("oldest|journal"))


def test_two_messages_are_compared(tab: OpenTab, machine: Machine) -> None:
    """`x` marks the first; the fields that differ are marked."""
    machine.process(processId=A)
    machine.load(A, "C:\\one.dll")
    machine.load(A, "C:\\two.dll")
    one, two = [message["sequence"] for message in machine.all("listMessages", query={"operation": "LoadImage"})]
    opened = selected(tab, machine, one)
    opened.press("x")
    opened.row(two).click()
    expect(opened.find("#message-summary")).to_contain_text(f"#{two:,}")
    expect(opened.find("#fields .differs, #fields [data-differs]").first).to_be_visible()
    expect(opened.find("#fields .differs, #fields [data-differs]", has_text="two.dll")).not_to_have_count(0)
    expect(opened.find("#fields .differs, #fields [data-differs]", has_text="SizeOfData")).to_have_count(0)


def test_a_structure_folds(tab: OpenTab, machine: Machine) -> None:
    """Fields of one structure stand under its name; it folds."""
    sequence = remote_thread(machine)
    opened = selected(tab, machine, sequence)
    target = opened.find("#fields [data-field]", has_text="TargetProcess")
    expect(target).to_be_visible()
    heading = opened.find("#fields summary, #fields [aria-expanded]", has_text="AuxPidCreationTime")
    heading.click()
    expect(target).to_be_hidden()
