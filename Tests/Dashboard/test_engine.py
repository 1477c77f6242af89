"""UI-10: the engine as a switch."""

import re

import pytest
from contract.machine import Machine
from contract.notices import send_async
from playwright.sync_api import expect

from dashboard.tab import OpenTab, Tab

SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


def panel(tab: OpenTab, machine: Machine) -> Tab:
    """A tab with the engine's panel."""
    machine.process(processId=584)
    opened = tab().open(f"?host={machine.name}&v=engine")
    opened.find("#engine-tab").click()
    return opened


def switch(opened: Tab, behavior: str) -> None:
    """Switch the embedded engine."""
    opened.find("#engine").get_by_role("radio", name=re.compile(f"^{behavior}")).check()
    opened.find("#engine").get_by_role("button", name="Switch").click()


BEHAVIORS = {
    "acknowledge": {"reply": "acknowledge"},
    "mismatch": {"reply": "mismatch"},
    "empty": {"reply": "empty"},
    "deny": {"reply": "deny"},
    "timeout": {"reply": "timeout"},
    "disconnect": {"reply": "disconnect"},
}


@pytest.mark.parametrize("behavior", BEHAVIORS)
def test_the_engine_is_switched(tab: OpenTab, machine: Machine, behavior: str) -> None:
    """Acknowledge, mismatch, empty, time-out, disconnect."""
    opened = panel(tab, machine)
    switch(opened, behavior)
    expect(opened.find("#engine-state")).to_contain_text(re.compile(behavior, re.IGNORECASE))
    assert BEHAVIORS[behavior].items() <= machine.get("getEngine").items()


def test_the_engine_before_is_put_back(tab: OpenTab, machine: Machine) -> None:
    """One button undoes the switch."""
    machine.call("putEngine", body={"type": "embedded", "reply": "acknowledge", "delayMs": 7})
    opened = panel(tab, machine)
    switch(opened, "mismatch")
    expect(opened.find("#engine-state")).to_contain_text("mismatch")
    opened.find("#engine").get_by_role("button", name=re.compile("put back|before", re.IGNORECASE)).click()
    expect(opened.find("#engine-state")).to_contain_text("acknowledge")
    assert machine.get("getEngine")["delayMs"] == 7


def test_latency_and_errors_are_shown(tab: OpenTab, machine: Machine) -> None:
    """Type, behavior, latency, errors."""
    machine.call("putEngine", body={"type": "embedded", "failEvery": 1})
    send_async(machine, "RegistryEvent")
    machine.drain()
    opened = panel(tab, machine)
    error = machine.get("getEngine")["lastError"]
    expect(opened.find("#engine")).to_contain_text(error["detail"])
    expect(opened.find("#engine")).to_contain_text(re.compile(r"\d+ (µs|ms)"))


def test_a_webhook_shows_its_address_and_never_its_secret(tab: OpenTab, machine: Machine) -> None:
    """URL and names of headers; no secret in the page, whatever the role."""
    engine = {
        "type": "webhook",
        "url": "http://127.0.0.1:9/engine",
        "secret": SECRET,
        "headers": {"X-Machine": "lab-7"},
    }
    machine.call("putEngine", body=engine)
    opened = panel(tab, machine)
    expect(opened.find("#engine")).to_contain_text("http://127.0.0.1:9/engine")
    expect(opened.find("#engine")).to_contain_text("X-Machine")
    content = opened.page.content()
    assert SECRET not in content
    assert "lab-7" not in content


def test_a_ping_says_how_long_it_took(tab: OpenTab, machine: Machine) -> None:
    """*Ping* calls the engine."""
    opened = panel(tab, machine)
    opened.find("#engine").get_by_role("button", name=re.compile("ping", re.IGNORECASE)).click()
    expect(opened.find("#engine, #status").filter(has_text=re.compile(r"STATUS_SUCCESS|\d+ µs")).first).to_be_visible()
