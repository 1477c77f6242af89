"""Takes the pictures of the page: all views for people to look at, and four of them small for the docs.

`python -m dashboard.screenshots ALL DOCS`, by `make screenshots`.
"""

import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from contract.client import Client, Ledger
from contract.machine import Machine
from contract.service import Service
from playwright.sync_api import Browser, expect

from dashboard.browser import launched
from dashboard.scene import injection, play
from dashboard.tab import Tab
from dashboard.view import VIEWS, show

NARROW = {"viewport": {"width": 360, "height": 780}, "device_scale_factor": 2}
DARK = {"color_scheme": "dark"}
LIGHT = {"color_scheme": "light"}
PORT = 8080
# Those of the docs, and the bytes that they may have together.
DOCS = ("dashboard.png", "dashboard-dark.png", "dashboard-narrow.png", "dashboard-first-run.png")
MOST_BYTES = 400_000


@contextmanager
def served() -> Iterator[Client]:
    """A service of its own, and a client of it; at the address of the docs, if that is free."""
    with tempfile.TemporaryDirectory() as folder:
        with socket.socket() as other:
            free = other.connect_ex(("127.0.0.1", PORT)) != 0
        service = Service(Path(folder), listen=f"127.0.0.1:{PORT if free else 0}")
        client = Client(service.port, Ledger())
        try:
            yield client
        finally:
            client.close()
            service.stop()


class Camera:
    """Takes pictures of a host's page."""

    def __init__(self, browser: Browser, machine: Machine, folder: Path) -> None:
        """Write them to `folder`."""
        self.machine = machine
        self.folder = folder
        self._browser = browser

    def tab(self, **options: Any) -> Tab:  # noqa: ANN401
        """An empty tab."""
        return Tab.alone(self._browser, f"http://127.0.0.1:{self.machine.client.port}", **options)

    def open(self, query: str = "", **options: Any) -> Tab:  # noqa: ANN401
        """A tab with the host."""
        return self.tab(**options).open(f"?host={self.machine.name}{query}")

    def take(self, tab: Tab, name: str) -> None:
        """Take a picture of what can be seen."""
        tab.page.screenshot(path=self.folder / name, animations="disabled")
        print(self.folder / name)


def first_run(camera: Camera) -> None:
    """An empty host, the tour, and the dialogs."""
    tab = camera.open(**LIGHT, viewport={"width": 1000, "height": 560})
    expect(tab.find("#first")).to_be_visible()
    camera.take(tab, "dashboard-first-run.png")
    tab.close()
    tab = camera.open(**DARK)
    for key, name in {"?": "help", "h": "hosts", "g": "goto"}.items():
        tab.press(key)
        expect(tab.find("dialog[open]")).to_be_visible()
        camera.take(tab, f"{name}.png")
        tab.dismiss()
    tab.close()
    tour = camera.tab().open("?lesson=one-shot-rules")
    expect(tour.find("#tour")).to_be_visible()
    tour.find("#tour-go").click()
    expect(tour.find("#host")).to_contain_text("lesson")
    camera.take(tour, "lesson.png")
    tour.find("#tour").get_by_role("button", name="Leave").click()
    expect(tour.find("#tour")).to_be_hidden()
    tour.close()


def story(camera: Camera) -> None:
    """The story, wide and narrow, light and dark, each view."""
    tabs = {
        "dashboard": camera.open("&span=30", **LIGHT),
        "dashboard-dark": camera.open("&span=30", **DARK),
        "dashboard-narrow": camera.open("&span=30&v=queue", **NARROW),
        "forced": camera.open("&span=30", forced_colors="active"),
    }
    play(camera.machine)
    sequence = injection(camera.machine)
    for name, tab in tabs.items():
        if name != "dashboard-narrow":
            select(tab, sequence)
        camera.take(tab, f"{name}.png")
    show(tabs["dashboard-narrow"], "messages")
    select(tabs["dashboard-narrow"], sequence)
    for name, tab in tabs.items():
        for view in VIEWS:
            show(tab, view)
            camera.take(tab, f"{name}-{view}.png")
        tab.close()


def select(tab: Tab, sequence: int) -> None:
    """Select the sync message of the injection, and the process that it names, once the list stands still."""
    expect(tab.row(sequence + 1)).to_contain_text("sent")
    tab.row(sequence).click()
    expect(tab.find("#message-summary")).to_contain_text(f"#{sequence:,}")
    target = tab.find("#fields [data-field=TargetProcess]")
    if target.is_visible():
        target.click()
    expect(tab.find("#why .sentence").first).to_be_attached()


def shrink(folder: Path, docs: Path) -> None:
    """Copy those of the docs with fewer colors."""
    docs.mkdir(parents=True, exist_ok=True)
    for name in DOCS:
        command = ["pngquant", "--force", "--skip-if-larger", "--strip", "--speed", "1", "64"]
        subprocess.run([*command, "--output", str(docs / name), str(folder / name)], check=True)
    size = sum((docs / name).stat().st_size for name in DOCS)
    print(f"{size:,} bytes in {docs}")
    if size > MOST_BYTES:
        raise SystemExit(f"The pictures of {docs} have {size:,} bytes together; {MOST_BYTES:,} are allowed.")


def main() -> None:
    """Take all."""
    folder, docs = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    with served() as client, launched() as browser:
        first_run(Camera(browser, Machine(client, "default"), folder))
        lab = Machine(client, "lab")
        lab.call("putHost", body={}, expect=201)
        story(Camera(browser, lab, folder))
    shrink(folder, docs)


if __name__ == "__main__":
    main()
