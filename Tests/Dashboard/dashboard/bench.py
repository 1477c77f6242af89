"""Measures the page (UI-14): `python -m dashboard.bench`, by `make bench-dashboard`.

Prints tables for people: what it costs to open the page, what it uses when nothing happens, and what it does while a
host makes 5,000 and 20,000 messages a second. Only one thing at a time runs, in a browser of its own.
"""

import gzip
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contract.client import Client, Ledger
from contract.machine import Machine, new_machine
from contract.service import Service
from playwright.sync_api import expect

from dashboard.browser import launched
from dashboard.load import Load, events
from dashboard.spent import METERS, Meters, Processes, Work, heap, start_again
from dashboard.tab import Tab
from dashboard.view import lively

# Chromium compiles and collects garbage for a while after a page has opened.
SETTLING_SECONDS = 10.0
IDLE_SECONDS = 10.0
LOAD_SECONDS = 20.0
OPENINGS = 5
PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
READY = "() => performance.getEntriesByName('ready')[0].startTime"


@contextmanager
def served() -> Iterator[tuple[Service, Client]]:
    """A service of its own, and a client of it."""
    with tempfile.TemporaryDirectory() as folder:
        service = Service(Path(folder))
        client = Client(service.port, Ledger())
        try:
            yield service, client
        finally:
            client.close()
            service.stop()


def seconds_of(service: Service) -> float:
    """Seconds of processor time of the service so far."""
    return time.clock_gettime((~service.process.pid << 3) | 2)


def row(name: str, value: str) -> None:
    """Print a line of a table."""
    print(f"| {name} | {value} |", flush=True)


def heading(text: str) -> None:
    """Print the head of a table."""
    print(f"\n{text}\n\n| what | measured |\n|---|---|")


def weight(client: Client) -> None:
    """The files of the page, as they are and as gzip would send them."""
    page = client.raw("GET", "/").body
    names = set(re.findall(rb"/ui/[\w.-]+", page))
    bodies = {b"/": page}
    while names - set(bodies):
        for name in names - set(bodies):
            bodies[name] = client.raw("GET", name.decode()).body
            names |= {b"/ui/" + found for found in re.findall(rb"from \"\./([\w.-]+)\"", bodies[name])}
    heading("Files of the page")
    row("files", str(len(bodies)))
    row("bytes", f"{sum(map(len, bodies.values())):,}")
    row("bytes, each with gzip", f"{sum(len(gzip.compress(body)) for body in bodies.values()):,}")


def opening(machine: Machine) -> None:
    """How soon the page is there, cold."""
    paints, readies = [], []
    for _ in range(OPENINGS):
        with launched() as browser:
            tab = Tab.alone(browser, f"http://127.0.0.1:{machine.client.port}").open(f"?host={machine.name}")
            paints.append(tab.page.wait_for_function(PAINT).json_value())
            readies.append(tab.page.evaluate(READY))
            tab.close()
    heading(f"Opened {OPENINGS} times with an empty cache, milliseconds")
    row("first paint, median (max)", f"{sorted(paints)[OPENINGS // 2]:.0f} ({max(paints):.0f})")
    row("ready, median (max)", f"{sorted(readies)[OPENINGS // 2]:.0f} ({max(readies):.0f})")


def idle(machine: Machine, service: Service) -> None:
    """What an open page uses when nothing happens."""
    with launched() as browser:
        processes = Processes(browser)
        tab = Tab.alone(browser, f"http://127.0.0.1:{machine.client.port}").open(f"?host={machine.name}")
        tab.page.wait_for_timeout(SETTLING_SECONDS * 1_000)
        page, daemon, begun = processes.seconds(), seconds_of(service), time.monotonic()
        tab.page.wait_for_timeout(IDLE_SECONDS * 1_000)
        passed = time.monotonic() - begun
        heading(f"Idle for {passed:.0f} s, % of a core")
        row("page", f"{(processes.seconds() - page) / passed * 100:.1f}")
        row("service", f"{(seconds_of(service) - daemon) / passed * 100:.1f}")
        tab.close()


def filtered(tab: Tab, last: int) -> float:
    """Milliseconds that the page works to apply another filter to what it keeps, and to draw it."""
    work = Work(tab.page)
    before = work.milliseconds()
    tab.find("#filter").fill(f"-seq:{last}")
    expect(tab.row(last)).to_have_count(0)
    return work.milliseconds() - before


def loaded(machine: Machine, service: Service, rate: int) -> None:
    """What the page does while messages come."""
    with launched() as browser:
        processes = Processes(browser)
        tab = Tab.alone(browser, f"http://127.0.0.1:{machine.client.port}")
        tab.page.add_init_script(METERS)
        tab.open(f"?host={machine.name}")
        start_again(tab.page)
        page, daemon, begun = processes.seconds(), seconds_of(service), time.monotonic()
        with Load(machine, rate, LOAD_SECONDS) as load:
            while load.goes_on:
                tab.page.wait_for_timeout(500)
        passed = time.monotonic() - begun
        used, served = processes.seconds() - page, seconds_of(service) - daemon
        meters = Meters.of(tab.page)
        last = machine.get("listMessages", query={"limit": 1})["newest"]
        expect(tab.row(last)).to_be_visible()
        heading(f"{rate:,} messages a second for {passed:.0f} s")
        row("messages", f"{load.sent:,}, {load.sent / passed:,.0f} a second")
        row("longest task, ms", f"{meters.longest:.0f}" if meters.longest else "under 50")
        row("frames a second", f"{meters.frames / passed:.0f}")
        row("heap, MiB", f"{heap(tab.page):.1f}")
        row("page, % of a core", f"{used / passed * 100:.0f}")
        row("service, % of a core", f"{served / passed * 100:.0f}")
        row("another filter, ms of the main thread", f"{filtered(tab, last):.0f}")
        tab.close()


def main() -> None:
    """Measure all."""
    with served() as (service, client):
        weight(client)
        with new_machine(client) as machine:
            lively(machine)
            opening(machine)
            idle(machine, service)
        for rate in (5_000, 20_000):
            with new_machine(client) as machine:
                events(machine, 1)
                loaded(machine, service, rate)


if __name__ == "__main__":
    main()
