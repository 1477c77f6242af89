"""UI-11: the first run: an empty host says what to do."""

import subprocess

from contract.machine import Machine
from playwright.sync_api import expect

from dashboard.tab import OpenTab, Tab


def commands(opened: Tab) -> list[str]:
    """The commands that the page shows."""
    return [text for text in opened.find("#first code").all_inner_texts() if text.startswith("curl")]


def test_the_lines_of_the_first_run_work_as_they_stand(tab: OpenTab, machine: Machine) -> None:
    """Three lines with this address; run in a shell they make messages, and the page goes away by itself."""
    opened = tab().open(f"?host={machine.name}")
    expect(opened.find("#first")).to_be_visible()
    lines = commands(opened)
    assert len(lines) == 3
    assert all(f"{opened.address}/v1/hosts/{machine.name}" in line for line in lines), lines
    output = [
        subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=20, check=True).stdout
        for line in lines
    ]
    assert not any("/problems/" in text for text in output), output
    expect(opened.find("#first")).to_be_hidden()
    newest = machine.all("listMessages")[-1]["sequence"]
    expect(opened.row(newest)).to_be_visible()


def test_each_line_is_copied_by_its_button(tab: OpenTab, machine: Machine) -> None:
    """The copy is the whole line, and a word says that it was copied."""
    opened = tab().open(f"?host={machine.name}")
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    buttons = opened.find("#first").get_by_role("button", name="copy")
    expect(buttons).to_have_count(3)
    for button, line in zip(buttons.all(), commands(opened), strict=True):
        button.click()
        expect(opened.find("#status, #first").filter(has_text="opied").first).to_be_visible()
        assert opened.page.evaluate("navigator.clipboard.readText()") == line


def test_the_lines_wrap(tab: OpenTab, machine: Machine) -> None:
    """Nothing is cut off, on a wide screen or on a narrow one."""
    for width in (1440, 360):
        opened = tab(viewport={"width": width, "height": 800}).open(f"?host={machine.name}")
        expect(opened.find("#first")).to_be_visible()
        for code in opened.find("#first code").all():
            assert code.evaluate("code => code.scrollWidth - code.clientWidth") <= 1
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_first_run_offers_the_tour_and_an_event(tab: OpenTab, machine: Machine) -> None:
    """*Take the tour*, *Fire an event*."""
    opened = tab().open(f"?host={machine.name}")
    opened.find("#first").get_by_role("button", name="Fire an event").click()
    expect(opened.find("#fire")).to_be_visible()
    opened.page.reload()
    opened.ready()
    opened.find("#first").get_by_role("button", name="Take the tour").click()
    expect(opened.find("#tour")).to_be_visible()
