"""Requests of a page that a test holds, so that their answers come when it wants."""

import re

from playwright.sync_api import Route

from dashboard.tab import Tab


def hold(opened: Tab, host: str, method: str, path: str = "") -> list[Route]:
    """Hold the requests of one method to a host from now on: all, or those whose path or query has some words."""
    held: list[Route] = []
    start = re.compile(re.escape(f"{opened.address}/v1/hosts/{host}") + "[/?]")

    def holding(route: Route) -> None:
        if route.request.method == method:
            held.append(route)
        else:
            route.fallback()

    opened.page.route(lambda url: start.match(url) is not None and path in url, holding)
    return held


def followed(opened: Tab, host: str) -> None:
    """Wait until the next poll of a host's engine is answered."""
    with opened.page.expect_response(f"**/v1/hosts/{host}/engine"):
        pass


def answer(opened: Tab, host: str, held: list[Route]) -> None:
    """Let the held requests go on; wait until they are answered, and until the page has read its host after that."""
    for route in held:
        route.continue_()
        assert route.request.response() is not None
    followed(opened, host)
