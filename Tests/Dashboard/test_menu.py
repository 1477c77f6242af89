"""UI-7: what a row's menu does."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from contract.machine import Machine
from contract.service import binary
from playwright.sync_api import expect

from dashboard.tab import OpenTab, Tab


@pytest.fixture
def loads(machine: Machine) -> Machine:
    """Two processes, each of which loads an image; the messages are 1 to 4."""
    for pid in (584, 664):
        machine.process(processId=pid)
        machine.load(pid, f"C:\\{pid}.dll")
    machine.drain()
    return machine


def menu(tab: OpenTab, machine: Machine, sequence: int, item: str) -> Tab:
    """Choose an item of the menu of a row."""
    opened = tab().open(f"?host={machine.name}")
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.row(sequence).click(button="right")
    opened.page.get_by_role("menuitem", name=item, exact=True).click()
    return opened


def copied(opened: Tab) -> str:
    """What is in the clipboard, once the page says that it is."""
    expect(opened.find("#status")).to_contain_text("Copied")
    text: str = opened.page.evaluate("navigator.clipboard.readText()")
    return text


def test_a_message_is_copied_as_json(tab: OpenTab, loads: Machine) -> None:
    """As the service answers it."""
    opened = menu(tab, loads, 2, "Copy as JSON")
    assert json.loads(copied(opened)) == loads.get("getMessage", sequence=2)


def test_a_message_is_copied_as_a_command(tab: OpenTab, loads: Machine) -> None:
    """Run in a shell, it prints the message."""
    command = copied(menu(tab, loads, 2, "Copy as curl"))
    output = subprocess.run(["bash", "-c", command], capture_output=True, timeout=20, check=True).stdout
    assert json.loads(output) == loads.get("getMessage", sequence=2)


def test_a_message_is_copied_as_a_command_that_decodes_it(tab: OpenTab, loads: Machine, tmp_path: Path) -> None:
    """Run in a shell with wdfilterd on the PATH, it prints the fields of the bytes."""
    (tmp_path / "wdfilterd").symlink_to(shutil.which(binary()) or binary().resolve())
    command = copied(menu(tab, loads, 2, "Copy as curl | wdfilterd decode"))
    script = f"PATH={tmp_path}:$PATH; {command}"
    output = subprocess.run(["bash", "-c", script], capture_output=True, timeout=20, check=True, text=True).stdout
    assert "C:\\584.dll" in output


def test_a_link_to_a_message_opens_it(tab: OpenTab, loads: Machine) -> None:
    """With host and sequence."""
    link = copied(menu(tab, loads, 3, "Copy a link"))
    other = tab().open(link.partition("/?")[2].join(["?", ""]))
    expect(other.find("#message-summary")).to_contain_text("#3 ")


@pytest.mark.parametrize(
    ("item", "words", "left"),
    [
        ("Only this process", "pid:584", {1, 2}),
        ("Only this operation", "op:LoadImage", {2, 4}),
        ("Hide this operation", "-op:LoadImage", {1, 3}),
    ],
)
def test_the_menu_filters(tab: OpenTab, loads: Machine, item: str, words: str, left: set[int]) -> None:
    """By the process or the operation of the row."""
    opened = menu(tab, loads, 2, item)
    expect(opened.find("#filter")).to_have_value(words)
    opened.eventually(lambda: set(opened.sequences()) == left, opened.sequences)
