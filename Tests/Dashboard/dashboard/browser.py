"""Debian's Chromium, as the tests start it."""

import contextlib
import os
from collections.abc import Iterator

from playwright.sync_api import Browser, expect, sync_playwright

EXECUTABLE = "/usr/bin/chromium"
# Names of other sites, all of which lead back to this machine.
ELSEWHERE = "--host-resolver-rules=MAP *.example 127.0.0.1"
# Milliseconds that a statement about the page may take to become true, on a machine that is busy.
PATIENCE = 15_000


@contextlib.contextmanager
def launched() -> Iterator[Browser]:
    """A browser without a window. Root needs it without its sandbox."""
    arguments = [ELSEWHERE, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=arguments)
        yield browser
        browser.close()
