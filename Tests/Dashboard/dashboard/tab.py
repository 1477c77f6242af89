"""A tab of the page, as a user has it before them."""

from typing import Any, Protocol

from playwright.sync_api import Browser, Locator, expect

from dashboard.watch import Watch

READY = "html[data-ready='1']"


class Tab:
    """One tab with storage of its own; `watch` looks on."""

    def __init__(self, browser: Browser, address: str, **options: Any) -> None:  # noqa: ANN401
        """Open an empty tab of a browser for the service at an address, in a context with options."""
        self.address = address
        self.context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
        self.watch = Watch(self.context, address)
        self.page = self.context.new_page()

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

    def press(self, *keys: str) -> None:
        """Press keys one after the other, wherever the focus is."""
        for key in keys:
            self.page.keyboard.press(key)

    def close(self) -> None:
        """Close it; nothing may have been on the console."""
        self.context.close()
        assert self.watch.faults == []


class OpenTab(Protocol):
    """Opens a tab at an address (default: the service of all tests) in a context with options."""

    def __call__(self, address: str = "", **options: Any) -> Tab:  # noqa: ANN401
        """Open it."""
        ...
