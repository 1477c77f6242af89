"""Debian's Chromium without windows, as the tests start it."""

import contextlib
import os
from collections.abc import Iterator

from playwright.sync_api import Browser, BrowserType, expect, sync_playwright

# Of the same source as `chromium`, without the user interface, which takes half of the time that a tab needs to open.
EXECUTABLE = os.environ.get("CHROMIUM", "/usr/bin/chromium-headless-shell")
# Names of other sites, all of which lead back to this machine.
ELSEWHERE = "--host-resolver-rules=MAP *.example 127.0.0.1"
# Milliseconds that a statement about the page may take to become true, on a machine that is busy.
PATIENCE = 30_000


def launch(chromium: BrowserType) -> Browser:
    """Start a browser without a window. Root needs it without its sandbox."""
    arguments = [ELSEWHERE, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return chromium.launch(executable_path=EXECUTABLE, args=arguments)


@contextlib.contextmanager
def launched() -> Iterator[Browser]:
    """A browser, as long as it is needed."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright, launch(playwright.chromium) as browser:
        yield browser
