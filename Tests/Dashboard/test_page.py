"""How the page comes: its files, its policy, and what is there without JavaScript."""

from contract.machine import Machine
from playwright.sync_api import expect

from dashboard.tab import OpenTab


def test_the_page_opens_on_the_host_of_its_address(tab: OpenTab, machine: Machine) -> None:
    """UI-1, UI-2: nothing on the console, no request elsewhere: the fixture sees to it, here and everywhere."""
    opened = tab().open(f"?host={machine.name}")
    expect(opened.find("#host")).to_contain_text(machine.name)
    expect(opened.find("#link")).to_contain_text("live")
