"""UI-6: the plot of the queue shows what the service's buckets say."""

import re
import time
from datetime import datetime
from typing import Any

import pytest
from contract.machine import Machine
from playwright.sync_api import expect

from dashboard.load import events
from dashboard.tab import OpenTab, Tab

# For each column of the canvas: how many of its pixels are of the queue's area, of its peaks (paler), and of a loss.
COLUMNS = """canvas => {
  const { width, height } = canvas;
  const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, width, height);
  const columns = Array.from({ length: width }, () => ({ area: 0, peak: 0, loss: 0 }));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [red, , blue, alpha] = data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4);
      if (blue > red + 80) columns[x][alpha > 150 ? "area" : "peak"] += 1;
      if (red > blue + 30 && alpha > 100) columns[x].loss += 1;
    }
  }
  return columns;
}"""


def history(machine: Machine) -> list[dict[str, Any]]:
    """The buckets of a host (UIA-1)."""
    items: list[dict[str, Any]] = machine.client.raw("GET", f"/v1/hosts/{machine.name}/history").json["items"]
    return items


def begun_at(bucket: dict[str, Any]) -> float:
    """When a bucket began, in seconds."""
    return datetime.fromisoformat(bucket["time"][:23] + "+00:00").timestamp()


def until(opened: Tab, *words: str) -> None:
    """Wait until the plot's text says something."""
    for part in words:
        expect(opened.find("#plot-text")).to_contain_text(re.compile(part, re.IGNORECASE))


def frozen(opened: Tab) -> list[dict[str, int]]:
    """The columns of the plot, which stands still from now on."""
    opened.find("#plot").focus()
    opened.press("f")
    return opened.find("#plot").evaluate(COLUMNS)  # type: ignore[no-any-return]


@pytest.fixture
def full(machine: Machine) -> Machine:
    """A paused worker with 400 messages in a queue of 500."""
    machine.call("patchConfig", body={"maxAsyncNotificationCount": 500})
    machine.call("putWorker", body={"state": "paused"})
    events(machine, 400)
    return machine


def test_the_area_is_where_the_buckets_have_messages(tab: OpenTab, full: Machine) -> None:
    """Pixels stand in the columns of buckets with messages, as high as these say, and in no others."""
    opened = tab().open(f"?host={full.name}&span=10")
    until(opened, "normal 400 of 500")
    begun = time.monotonic()
    while time.monotonic() - begun < 1.5:
        until(opened, "normal 400 of 500")
        opened.page.wait_for_timeout(100)
    full.call("putWorker", body={"state": "running"})
    full.drain()
    until(opened, "normal 0 of 500")
    columns = frozen(opened)
    filled = [x for x, column in enumerate(columns) if column["area"] > 40]
    assert filled
    assert filled == list(range(filled[0], filled[-1] + 1)), "one stretch without a hole"
    busy = [begun_at(item) for item in history(full) if item["depthMax"] > 0]
    seconds = busy[-1] - busy[0] + 0.25
    shown = (filled[-1] - filled[0] + 1) / len(columns) * 10
    assert abs(shown - seconds) < 1.0, (shown, seconds)
    height = opened.find("#plot").evaluate("canvas => canvas.height")
    tallest = max(column["area"] for column in columns)
    assert 0.35 * height < tallest < 0.8 * height


def test_a_peak_between_two_looks_is_shown(tab: OpenTab, full: Machine) -> None:
    """The highest depth of a bucket stands where its end says that the queue is empty."""
    opened = tab().open(f"?host={full.name}&span=10")
    until(opened, "normal 400 of 500")
    full.call("putWorker", body={"state": "running"})
    full.drain()
    until(opened, "normal 0 of 500")
    start = begun_at(history(full)[-1])
    opened.eventually(lambda: time.time() > start + 0.5)
    columns = frozen(opened)
    peaks = [column for column in columns if column["peak"] > 40 > column["area"]]
    assert 5 < len(peaks) < len(columns) / 10


def test_what_was_dropped_between_two_looks_is_shown(tab: OpenTab, full: Machine) -> None:
    """The truth comes from the buckets: 1,450 messages dropped at once are marked with their sum."""
    opened = tab().open(f"?host={full.name}&span=10")
    until(opened, "normal 400 of 500")
    before = [column for column in frozen(opened) if column["loss"] > 10]
    assert before == []
    opened.press("f")
    events(full, 1_550)
    until(opened, "1,450 dropped")
    marked = [x for x, column in enumerate(frozen(opened)) if column["loss"] > 10]
    assert marked
    assert marked[-1] - marked[0] < len(frozen(opened)) / 3


def test_an_empty_plot_shows_no_area(tab: OpenTab, machine: Machine) -> None:
    """Nothing queued, nothing drawn."""
    opened = tab().open(f"?host={machine.name}&span=10")
    until(opened, "high 0, normal 0")
    assert [column for column in frozen(opened) if column["area"] > 10 or column["loss"] > 10] == []


def test_arrow_keys_say_what_the_bucket_had(tab: OpenTab, full: Machine) -> None:
    """A rule with time, both depths, peak, drops, starvation; as text too."""
    opened = tab().open(f"?host={full.name}&span=10")
    until(opened, "normal 400 of 500")
    opened.find("#plot").focus()
    opened.press("ArrowLeft")
    until(opened, r"normal 400", r"peak 4\d\d", r"starvation", r"\d\d:\d\d:\d\d")


def test_a_span_is_selected_by_shift_and_arrows_and_by_dragging(tab: OpenTab, full: Machine) -> None:
    """The list and the ledger show that span; Escape goes back."""
    opened = tab().open(f"?host={full.name}&span=10")
    until(opened, "normal 400 of 500")
    whole = opened.find("#ledger").inner_text()
    opened.find("#plot").focus()
    opened.press("Shift+ArrowLeft", "Shift+ArrowLeft")
    expect(opened.find("#ledger")).not_to_have_text(whole, use_inner_text=True)
    expect(opened.find("#ledger")).to_contain_text(re.compile(r"\d\d:\d\d:\d\d"))
    opened.press("Escape")
    expect(opened.find("#ledger")).not_to_contain_text(re.compile(r"\d\d:\d\d:\d\d"))
    box = opened.find("#plot").bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    opened.page.mouse.move(box["x"] + box["width"] * 0.2, middle)
    opened.page.mouse.down()
    opened.page.mouse.move(box["x"] + box["width"] * 0.95, middle, steps=4)
    opened.page.mouse.up()
    expect(opened.find("#ledger")).to_contain_text(re.compile(r"\d\d:\d\d:\d\d"))


def test_a_span_without_messages_says_so(tab: OpenTab, full: Machine) -> None:
    """UI-11: empty because nothing happened in the span: says so."""
    opened = tab().open(f"?host={full.name}&span=600")
    until(opened, "normal 400 of 500")
    opened.page.wait_for_function("() => document.querySelector('#plot').clientWidth > 0")
    box = opened.find("#plot").bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    opened.page.mouse.move(box["x"] + box["width"] * 0.2, middle)
    opened.page.mouse.down()
    opened.page.mouse.move(box["x"] + box["width"] * 0.4, middle, steps=4)
    opened.page.mouse.up()
    expect(opened.find("#rows-empty")).to_be_visible()
    expect(opened.find("#rows-empty")).to_contain_text(re.compile("span|time|between", re.IGNORECASE))


def test_plus_and_minus_choose_the_span(tab: OpenTab, full: Machine) -> None:
    """10 s, 30 s, 1, 2, 10 min; it stands in the address."""
    opened = tab().open(f"?host={full.name}")
    opened.find("#plot").focus()
    opened.press("+", "+")
    expect(opened.find("#span")).to_have_value("10")
    opened.page.wait_for_url(re.compile(r"span=10\b"))
    opened.press("-", "-", "-", "-", "-")
    expect(opened.find("#span")).to_have_value("600")


def test_the_page_freezes_and_counts_what_comes(tab: OpenTab, full: Machine) -> None:
    """`f` freezes the plot; the worker is another thing."""
    opened = tab().open(f"?host={full.name}&span=10")
    until(opened, "normal 400 of 500")
    before = frozen(opened)
    events(full, 50)
    until(opened, "frozen", "50 messages since")
    assert opened.find("#plot").evaluate(COLUMNS) == before
    opened.press("f")
    expect(opened.find("#plot-text")).not_to_contain_text("frozen")
    until(opened, "normal 450 of 500")


def test_t_shows_the_buckets_as_a_table(tab: OpenTab, full: Machine) -> None:
    """The same for those who cannot see the plot."""
    opened = tab().open(f"?host={full.name}&span=10")
    until(opened, "normal 400 of 500")
    opened.find("#plot").focus()
    opened.press("t")
    table = opened.find("#plot-table")
    expect(table).to_be_visible()
    expect(table.locator("th[scope=col]").first).to_be_visible()
    expect(table).to_contain_text("400")
    opened.press("t")
    expect(opened.find("#plot")).to_be_visible()


def test_the_text_beneath_says_what_the_plot_shows(tab: OpenTab, full: Machine) -> None:
    """Depths, limit, drops, worker; the plot is an image with a label, described by that text."""
    opened = tab().open(f"?host={full.name}")
    until(opened, "high 0", "normal 400 of 500", "worker paused")
    plot = opened.find("#plot")
    expect(plot).to_have_attribute("role", "img")
    expect(plot).to_have_attribute("aria-describedby", "plot-text")
    assert plot.get_attribute("aria-label")


def test_a_stretch_that_was_dragged_stands_still(tab: OpenTab, full: Machine) -> None:
    """With the plot."""
    opened = tab().open(f"?host={full.name}")
    box = opened.find("#plot").bounding_box()
    assert box is not None
    opened.page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 50)
    opened.page.mouse.down()
    opened.page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 50, steps=4)
    opened.page.mouse.up()
    expect(opened.find("#plot-text")).to_contain_text("The plot is frozen")


def test_on_a_manual_clock_no_message_is_looked_for_by_the_time_of_the_plot(tab: OpenTab, full: Machine) -> None:
    """The plot has the times of the wall, the messages those of the host."""
    full.get("putClock", body={"mode": "manual", "now": "2001-01-01T00:00:00Z"})
    opened = tab().open(f"?host={full.name}")
    expect(opened.find("#clock")).to_contain_text("manual")
    opened.find("#plot").focus()
    opened.press("ArrowLeft", "Shift+ArrowLeft")
    expect(opened.find("#status")).to_contain_text("The host's clock is manual")
    expect(opened.find("#rows [data-sequence]").first).to_be_visible()
