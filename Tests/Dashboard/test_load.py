"""UI-14 under load: every message shown or in a gap, in every number of the page."""

import re

from contract.machine import Machine
from playwright.sync_api import expect

from dashboard.load import Load
from dashboard.spent import METERS, Meters, heap, start_again
from dashboard.tab import OpenTab
from test_worker import ledger

RATE, SECONDS = 5_000, 10


def test_numbers_add_up_under_load(tab: OpenTab, machine: Machine) -> None:
    """5,000 messages a second for 10 s: the ledger is conserved whenever one looks, and in the end all is there."""
    machine.call("patchConfig", body={"maxAsyncNotificationCount": 500})
    opened = tab()
    opened.page.add_init_script(METERS)
    opened.open(f"?host={machine.name}")
    looks = []
    with Load(machine, RATE, SECONDS) as load:
        start_again(opened.page)
        while load.goes_on:
            looks.append(ledger(opened))
            opened.page.wait_for_timeout(300)
    machine.drain()
    last = machine.get("listMessages", query={"limit": 1})["newest"]
    expect(opened.row(last)).to_be_visible()
    expect(opened.row(last)).to_contain_text(re.compile("✓ sent|▼ dropped"))
    assert len(looks) > 10
    for numbers in looks:
        assert numbers["enqueued"] == sum(
            numbers[name] for name in ("sent", "sendFailed", "dropped", "queued", "inHand")
        )
    assert len({numbers["enqueued"] for numbers in looks}) > 5, "the page followed"
    counters = machine.get("getCounters")["async"]
    expect(opened.find("#ledger")).to_contain_text(f"{counters['enqueued']:,}")
    assert load.sent == RATE * SECONDS == counters["enqueued"]
    meters = Meters.of(opened.page)
    assert meters.longest < 1_000
    assert meters.frames > 50
    assert heap(opened.page) < 64
