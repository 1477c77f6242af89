"""What a page must never do, in whatever test: say something on the console, fail, or ask another site."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

# A violation of the policy is one line on the console, whatever else Chromium says about it.
VIOLATIONS = """addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.effectiveDirective} refused ${event.blockedURI} ${event.sample}`))"""


class Watch:
    """Looks on while a context is used."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        """Watch all pages of a context, which may only ask `address`."""
        self.faults: list[str] = []
        self.requests: list[Request] = []
        self._origin = urlsplit(address)[:2]
        self._expected: list[re.Pattern[str]] = []
        context.add_init_script(VIOLATIONS)
        context.on("console", self._said)
        context.on("weberror", self._failed)
        context.on("request", self._asked)

    def expect(self, pattern: str) -> None:
        """Accept lines on the console that match: Chromium itself reports each request that fails."""
        self._expected.append(re.compile(pattern))

    def paths(self) -> list[str]:
        """The paths and queries of all requests so far."""
        return [request.url.partition("#")[0].partition(self._origin[1])[2] for request in self.requests]

    def _said(self, message: ConsoleMessage) -> None:
        if not any(pattern.search(message.text) for pattern in self._expected):
            self.faults.append(f"console {message.type}: {message.text} ({message.location.get('url', '')})")

    def _failed(self, error: WebError) -> None:
        self.faults.append(f"error: {error.error.stack or error.error}")

    def _asked(self, request: Request) -> None:
        self.requests.append(request)
        parts = urlsplit(request.url)
        if parts.scheme != "data" and parts[:2] != self._origin:
            self.faults.append(f"request to another site: {request.url}")
