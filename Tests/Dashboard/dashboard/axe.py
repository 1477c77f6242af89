"""What axe finds on a page."""

from axe_playwright_python.sync_playwright import Axe

from dashboard.tab import Tab

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(opened: Tab) -> dict[str, list[str]]:
    """What it finds, by rule, once nothing moves."""
    opened.page.evaluate("Promise.allSettled(document.getAnimations().map(one => one.finished))")
    results = Axe().run(opened.page, options={"runOnly": {"type": "tag", "values": STANDARDS}})
    assert len(results.response["passes"]) >= 15
    return {
        found["id"]: [node["html"][:160] + " | " + node["failureSummary"][:300] for node in found["nodes"]]
        for found in results.response["violations"]
    }
