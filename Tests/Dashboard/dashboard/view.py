"""The views of the page, and a host that has something to show in each."""

from contract.machine import Machine
from contract.notices import send_async
from playwright.sync_api import expect

from dashboard.tab import Tab

VIEWS = ("queue", "messages", "message", "why", "processes", "fire", "engine")
SYSTEM = "\\Device\\HarddiskVolume4\\Windows\\System32\\"


def lively(machine: Machine) -> None:
    """A few processes with rules, messages of every kind and outcome, and a paused worker."""
    machine.process(processId=584, imageFileName=f"{SYSTEM}smss.exe", parentProcessId=4)
    machine.process(
        processId=664,
        parentProcessId=584,
        imageFileName=f"{SYSTEM}winlogon.exe",
        rules=["NotifyNewThreadSameProcess", "NotifyNewThreadDifferentProcess"],
    )
    machine.thread(664)
    machine.thread(584, creatorProcessId=664)
    machine.thread(584)
    machine.load(584, f"{SYSTEM}ntdll.dll")
    machine.drain()
    machine.call("putWorker", body={"state": "paused"})
    machine.call("patchConfig", body={"maxAsyncNotificationCount": 2})
    for high in (False, True, False, False):
        send_async(machine, "RegistryEvent", highPriority=high)


def show(opened: Tab, view: str) -> None:
    """Bring a view to the front, by its tab or by the bar of a narrow screen."""
    bar = opened.find(f"#views [data-view='{view}']")
    if bar.is_visible():
        bar.click()
    elif view in ("why", "fire", "engine"):
        opened.find(f"#{view}-tab").click()
    expect(opened.find(f"#{view}")).to_be_visible()
