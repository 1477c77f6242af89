"""What a page has used: processor time, memory, its longest task, its frames."""

from dataclasses import dataclass

from playwright.sync_api import Browser, CDPSession, Page

MEBIBYTE = 1 << 20
# Counts frames, and keeps the length of the longest task of the main thread, from the start on.
METERS = """
window.meters = { longest: 0, frames: 0 };
new PerformanceObserver((list) => {
  for (const task of list.getEntries()) meters.longest = Math.max(meters.longest, task.duration);
}).observe({ type: "longtask", buffered: true });
const frame = () => { meters.frames += 1; requestAnimationFrame(frame); };
requestAnimationFrame(frame);
"""


@dataclass(frozen=True)
class Meters:
    """What a page with METERS has counted."""

    longest: float
    """Milliseconds of the longest task."""
    frames: int
    """Frames so far."""

    @staticmethod
    def of(page: Page) -> "Meters":
        """The numbers of a page now."""
        return Meters(**page.evaluate("meters"))


def start_again(page: Page) -> None:
    """Forget the longest task and the frames so far."""
    page.evaluate("Object.assign(meters, { longest: 0, frames: 0 })")


class Processes:
    """The processes of a browser that draw pages."""

    def __init__(self, browser: Browser) -> None:
        """Ask a browser."""
        self._session: CDPSession = browser.new_browser_cdp_session()

    def seconds(self) -> float:
        """Seconds of processor time that pages and what draws them have used so far."""
        processes = self._session.send("SystemInfo.getProcessInfo")["processInfo"]
        return float(sum(process["cpuTime"] for process in processes if process["type"] in ("renderer", "GPU")))


class Work:
    """The work of a page's main thread, from now on."""

    def __init__(self, page: Page) -> None:
        """Begin to measure."""
        self._session = page.context.new_cdp_session(page)
        self._session.send("Performance.enable")

    def milliseconds(self) -> float:
        """How long it has worked so far."""
        metrics = {one["name"]: one["value"] for one in self._session.send("Performance.getMetrics")["metrics"]}
        return float(metrics["TaskDuration"] * 1_000)


def heap(page: Page) -> float:
    """Mebibytes of objects of a page that are in use, after a collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used: float = session.send("Runtime.getHeapUsage")["usedSize"] / MEBIBYTE
    session.detach()
    return used
