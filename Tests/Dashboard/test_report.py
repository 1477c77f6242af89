"""Reports as pages: from a file, without scripts, without a style, printed, and used."""

import contextlib
import functools
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from contract.service import binary
from contract.story import RULE
from contract.sysmon import CREATOR, SHELL, TARGET, Process, Script, ndjson
from playwright.sync_api import Browser, Locator, expect

from dashboard.axe import violations
from dashboard.tab import Tab

SECONDS = 60
# What Jenkins sends with files of a build, unless it is told otherwise.
JENKINS = "sandbox allow-same-origin; default-src 'none'; img-src 'self'; style-src 'self';"
# Long names without a place to break a line.
RECORDING = f"{'attack_' * 20}.json"
MACHINES = ("ws1", f"ws2-{'long' * 20}")
HOSTILE = "C:\\<img src=x onerror=alert(1)></script>\"'\u202e.exe"
SCENARIOS = """\
scenario: 1
name: fails
steps:
  - createProcess: {as: app, imageFileName: 'C:\\app.exe'}
  - createThread: {target: app, creator: app}
    expect:
      - messages: {operation: NewThreadSameProcess}
---
scenario: 1
name: passes
steps:
  - createProcess: {imageFileName: 'C:\\app.exe'}
"""
# Points of CSS on A4 between margins of 12 mm.
A4 = 703

Open = Callable[..., Tab]


def written(folder: Path, *arguments: str | Path) -> Path:
    """The page that a command writes, which may end with any code."""
    page = folder / "report.html"
    subprocess.run(
        [binary().absolute(), *arguments, "--html", page, "--quiet"], capture_output=True, timeout=SECONDS, check=False
    )
    assert page.is_file()
    return page


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of two machines with losses of two reasons."""
    folder = tmp_path_factory.mktemp("replay")
    scripts = [Script(machine=name, milliseconds=20) for name in MACHINES]
    for script in scripts:
        script.create(CREATOR, SHELL)
        script.create(TARGET, SHELL)
        for number in range(40):
            script.load(CREATOR if number < 25 else TARGET, f"C:\\Windows\\System32\\only{number}.dll")
            if number % 10 == 0:
                script.thread(CREATOR, TARGET)
        script.exit(CREATOR)
    recording = folder / RECORDING
    recording.write_bytes(ndjson(event for script in scripts for event in script.events))
    options = ("--rules", RULE, "--pace", "recorded", "--engine-latency", "90ms", "--queue-limit", "8")
    return written(folder, "replay", recording, *options, "--engine-fail-every", "7", "--fail-on-loss")


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a sweep."""
    folder = tmp_path_factory.mktemp("sweep")
    script = Script(milliseconds=20)
    script.create(CREATOR, SHELL)
    for number in range(40):
        script.load(CREATOR, f"C:\\Windows\\System32\\only{number}.dll")
    (folder / "loads.json").write_bytes(ndjson(script.events))
    options = ("--queue-limit", "8", "--sweep", "latency=1ms..2s:9")
    return written(folder, "replay", folder / "loads.json", *options)


@pytest.fixture(scope="module")
def tested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of scenarios, of which one fails."""
    folder = tmp_path_factory.mktemp("test")
    (folder / "a.scenario.yaml").write_text(SCENARIOS)
    return written(folder, "test", folder / "a.scenario.yaml", "--coverage")


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """Opens a report from its file. In the end none may have said anything, or asked for anything."""
    with contextlib.ExitStack() as tabs:

        def opening(page: Path, **options: Any) -> Tab:  # noqa: ANN401
            tab = Tab.alone(browser, "file://", **options)
            tabs.callback(tab.close)
            tab.page.goto(f"file://{page}")
            return tab

        yield opening


@contextlib.contextmanager
def jenkins(folder: Path) -> Iterator[str]:
    """A server that sends files with the policy of Jenkins; its address."""

    class Handler(SimpleHTTPRequestHandler):
        def end_headers(self) -> None:
            self.send_header("Content-Security-Policy", JENKINS)
            super().end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def columns(tab: Tab) -> list[int]:
    """The rectangles of each row of columns in the timeline."""
    rows = tab.find("svg path.events, svg path.direct, svg path.sync, svg path.async")
    return rows.evaluate_all("rows => rows.map(row => row.getAttribute('d').split('z').length - 1)")


def cells(table: Locator, column: int) -> list[str]:
    """The texts of a column of the rows that can be seen."""
    return table.locator(f"tbody tr:visible td:nth-child({column})").all_text_contents()


@pytest.mark.parametrize("name", ["replayed", "swept", "tested"])
def test_it_opens_from_its_file_and_asks_for_nothing(opened: Open, request: pytest.FixtureRequest, name: str) -> None:
    """REP-2: no request, no violation of its own policy, and its script has run."""
    page: Path = request.getfixturevalue(name)
    tab = opened(page)
    expect(tab.find("h1")).to_be_visible()
    assert [request.url for request in tab.watch.requests] == [f"file://{page}"]
    if name != "swept":
        expect(tab.find("header button")).to_be_visible()


def test_without_scripts_everything_is_there(opened: Open, replayed: Path) -> None:
    """REP-2: and nothing that does not work then."""
    tab = opened(replayed, java_script_enabled=False)
    for heading in (
        "Timeline",
        "Lost messages",
        "Coverage",
        "Messages by outcome",
        "Processes",
        "The recording",
        "Settings",
    ):
        expect(tab.find("h2", has_text=heading)).to_be_visible()
    expect(tab.find("svg")).to_be_visible()
    expect(tab.find(".tree").first).to_be_visible()
    expect(tab.find("input, button")).to_have_count(0)
    tab.find("summary", has_text="The same as a table").click()
    expect(tab.find("#buckets tbody tr").first).to_be_visible()


def test_with_the_policy_of_jenkins_all_text_and_the_timeline_are_there(browser: Browser, replayed: Path) -> None:
    """REP-2: neither its style nor its script is allowed."""
    with jenkins(replayed.parent) as address:
        tab = Tab.alone(browser, address)
        tab.watch.expect("(?i)content security policy|sandboxed|policy: |favicon|404")
        tab.page.goto(f"{address}/{replayed.name}")
        assert tab.page.evaluate("getComputedStyle(document.body).maxWidth") == "none"
        expect(tab.find("input, button")).to_have_count(0)
        expect(tab.find("h1")).to_have_text(RECORDING)
        box = tab.find("svg").bounding_box()
        assert box is not None
        assert box["width"] > 600
        assert box["height"] > 300
        # Columns and marks have their colors without the style.
        colors = tab.find("svg path.async").first.evaluate("path => getComputedStyle(path).fill")
        assert colors == "rgb(0, 114, 178)"
        tab.close()


def test_the_timeline_has_a_lane_for_each_machine(opened: Open, replayed: Path) -> None:
    """REP-3: columns of events and messages, the limit of the queue, and losses by reason."""
    tab = opened(replayed)
    texts = tab.find("svg text").all_text_contents()
    assert [text for text in texts if text.startswith("ws")] == list(MACHINES)
    assert texts.count("async messages") == texts.count("limit") == 2
    assert sum(text.endswith(" overflow") for text in texts) == 2
    assert sum(text.endswith(" UNSUCCESSFUL") for text in texts) == 2
    assert min(columns(tab)) >= 1
    labels = [text for text in texts if re.fullmatch(r"\d\d:\d\d:\d\d(\.\d+)?", text)]
    assert len(labels) == len(set(labels)) >= 4


def test_pointer_and_arrow_keys_read_the_timeline(opened: Open, replayed: Path) -> None:
    """REP-2: the text below says what is in the column, and its rows are marked."""
    tab = opened(replayed)
    reading = tab.find(".reading")
    tab.find("svg").scroll_into_view_if_needed()
    box = tab.find("svg").bounding_box()
    assert box is not None
    tab.page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2)
    expect(reading).to_contain_text("events ")
    here = reading.text_content()
    expect(tab.find("svg .cursor")).to_have_count(1)
    tab.find(".wide", has=tab.find("svg")).focus()
    tab.press("ArrowRight")
    expect(reading).not_to_have_text(here or "")
    tab.press("ArrowLeft")
    expect(reading).to_have_text(here or "")
    tab.find("summary", has_text="The same as a table").click()
    assert tab.find("#buckets tr.at").count() >= 1


def test_a_table_is_filtered(opened: Open, replayed: Path) -> None:
    tab = opened(replayed)
    tab.find("summary", has_text="The same as a table").click()
    filtering = tab.page.get_by_label("Filter: What happened in each column")
    table = tab.find("#buckets")
    everything = table.locator("tbody tr").count()
    filtering.fill("ws1")
    assert set(cells(table, 2)) == {"ws1"}
    filtering.fill("ws1 -overflow")
    assert not any("overflow" in text for text in cells(table, 7))
    filtering.fill("nothing at all")
    expect(table.locator("tbody tr:visible")).to_have_count(0)
    expect(tab.find("[role=status]", has_text=f"0 of {everything} rows")).to_be_visible()
    filtering.fill("")
    expect(table.locator("tbody tr:visible")).to_have_count(everything)


def test_a_table_is_sorted_by_numbers_and_by_texts(opened: Open, replayed: Path) -> None:
    tab = opened(replayed)
    table = tab.find("table", has_text="Messages that the engine did not get")
    header = table.locator("th", has_text="count")
    header.get_by_role("button").click()
    counts = [int(text) for text in cells(table, 4)]
    assert counts == sorted(counts, reverse=True)
    expect(header).to_have_attribute("aria-sort", "descending")
    header.get_by_role("button").click()
    assert [int(text) for text in cells(table, 4)] == sorted(counts)
    table.locator("th", has_text="message").get_by_role("button").click()
    names = cells(table, 1)
    assert names == sorted(names, key=str.lower, reverse=True)
    expect(header).not_to_have_attribute("aria-sort", "ascending")


def test_one_button_folds_everything(opened: Open, replayed: Path) -> None:
    tab = opened(replayed)
    button = tab.find("header button")
    expect(button).to_have_text("Fold all")
    button.click()
    expect(tab.find("details[open]")).to_have_count(0)
    expect(button).to_have_text("Unfold all")
    button.click()
    expect(tab.find("details:not([open])")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 360])
@pytest.mark.parametrize("name", ["replayed", "swept", "tested"])
def test_it_can_be_used_by_everybody(
    opened: Open, request: pytest.FixtureRequest, name: str, width: int, scheme: str
) -> None:
    """UI-13: axe finds nothing, and only tables and drawings scroll sideways."""
    tab = opened(request.getfixturevalue(name), color_scheme=scheme, viewport={"width": width, "height": 900})
    for part in tab.find("details:not([open]) > summary").all():
        part.click()
    assert violations(tab) == {}
    assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("name", ["replayed", "swept", "tested"])
def test_it_prints_on_a4(opened: Open, request: pytest.FixtureRequest, name: str) -> None:
    """REP-5: nothing is wider than the paper, and what needs a screen is left out."""
    tab = opened(request.getfixturevalue(name), viewport={"width": A4, "height": 900}, color_scheme="dark")
    tab.page.emulate_media(media="print")
    assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for part in tab.find("svg, table").all():
        box = part.bounding_box()
        assert box is None or box["width"] <= A4
    expect(tab.find(".tools:visible")).to_have_count(0)
    assert tab.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert tab.page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_hostile_names_stay_texts(opened: Open, tmp_path: Path) -> None:
    """UIS-4."""
    script = Script(machine="<b>ws")
    evil = Process(4444, HOSTILE)
    script.create(evil, SHELL)
    for number in range(12):
        script.load(Process(5000 + number, f"{HOSTILE}{number}"), f"{HOSTILE}{number}")
    (tmp_path / "<i>.json").write_bytes(ndjson(script.events))
    tab = opened(written(tmp_path, "replay", tmp_path / "<i>.json", "--engine-reply", "disconnect"))
    dialogs: list[str] = []
    tab.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    expect(tab.find("h1")).to_have_text("<i>.json")
    expect(tab.find("img, b, i")).to_have_count(0)
    tab.page.get_by_label("Filter: Messages that").fill("<img src=x")
    expect(tab.find("td", has_text="<img src=x onerror=alert(1)></script>\"'\\u202e.exe").first).to_be_attached()
    assert dialogs == []
