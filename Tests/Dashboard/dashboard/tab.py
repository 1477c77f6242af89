"""A tab of the page, as a user has it before them."""

import time
from collections.abc import Callable
from typing import Any, Protocol, Self

from playwright.sync_api import Browser, BrowserContext, Locator, ViewportSize, expect

from dashboard.browser import PATIENCE
from dashboard.watch import Watch

WIDE: ViewportSize = {"width": 1440, "height": 900}
READY = "html[data-ready='1']"


class Tab:
    """One tab with storage of its own; `watch` looks on."""

    def __init__(self, context: BrowserContext, watch: Watch, address: str) -> None:
        """Open an empty tab in a context, for the service at an address."""
        self.context = context
        self.watch = watch
        self.address = address
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE)

    @classmethod
    def alone(cls, browser: Browser, address: str, **options: Any) -> Self:  # noqa: ANN401
        """Open an empty tab in a context of its own, with options."""
        context = browser.new_context(**{"viewport": WIDE, **options})
        return cls(context, Watch(context, address), address)

    def another(self) -> "Tab":
        """A second tab of the same user."""
        return Tab(self.context, self.watch, self.address)

    def load(self, query: str = "") -> "Tab":
        """Load the page with a query or fragment, which may end before it is ready."""
        self.page.goto(f"{self.address}/{query}")
        return self

    def open(self, query: str = "") -> "Tab":
        """Load the page and wait until all views have their first data."""
        return self.load(query).ready()

    def ready(self) -> "Tab":
        """Wait until all views have their first data."""
        expect(self.page.locator(READY)).to_be_attached()
        return self

    def find(self, selector: str, **more: Any) -> Locator:  # noqa: ANN401
        """Elements by a selector."""
        return self.page.locator(selector, **more)

    def row(self, sequence: int) -> Locator:
        """The row of a message in the list, if it can be seen."""
        return self.find(f"#rows [data-sequence='{sequence}']")

    def sequences(self) -> list[int]:
        """The sequences of the rows that can be seen."""
        rows = self.find("#rows [data-sequence]").evaluate_all("rows => rows.map(row => Number(row.dataset.sequence))")
        return sorted(rows)

    def eventually(self, holds: Callable[[], object], said: Callable[[], object] = str) -> None:
        """Wait until something holds; else fail with what `said` gives back."""
        deadline = time.monotonic() + PATIENCE / 1_000
        while not holds():
            assert time.monotonic() < deadline, said()
            self.page.wait_for_timeout(50)

    def press(self, *keys: str) -> None:
        """Press keys one after the other, wherever the focus is."""
        for key in keys:
            self.page.keyboard.press(key)

    def dismiss(self) -> None:
        """Close a dialog with Escape, and wait until its field has lost the focus too."""
        self.press("Escape")
        closed = "() => !document.querySelector('dialog[open]') && !document.activeElement.closest('dialog')"
        self.page.wait_for_function(closed)

    def visit(self, query: str) -> None:
        """Go to another address of the page without loading it, as Back and Forward do."""
        self.page.evaluate(
            """query => {
              history.pushState(null, "", query);
              dispatchEvent(new PopStateEvent("popstate"));
            }""",
            query,
        )

    def choose(self, host: str) -> None:
        """Select a host in the list of hosts."""
        self.find("#host").click()
        self.find("#hosts-dialog").get_by_role("button", name=host, exact=True).click()

    def hide(self, hidden: bool = True) -> None:
        """Put it behind others, or in front: Chromium without windows never does."""
        self.page.evaluate(
            """hidden => {
              Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
              const visibilityState = { value: hidden ? "hidden" : "visible", configurable: true };
              Object.defineProperty(document, "visibilityState", visibilityState);
              document.dispatchEvent(new Event("visibilitychange"));
            }""",
            hidden,
        )

    def close(self) -> None:
        """Close it; nothing may have been on the console."""
        self.context.close()
        if self.watch.faults:
            raise AssertionError("\n".join(self.watch.faults))


class OpenTab(Protocol):
    """Opens a tab at an address (default: the service of all tests) in a context with options."""

    def __call__(self, address: str = "", **options: Any) -> Tab:  # noqa: ANN401
        """Open it."""
        ...
