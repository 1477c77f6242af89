"""UI-7: the list of messages: what it shows, keeps and finds."""

import re

from contract.machine import Machine
from contract.notices import send_async
from playwright.sync_api import Route, expect

from dashboard.held import followed
from dashboard.load import events
from dashboard.services import Services
from dashboard.tab import OpenTab, Tab

SLOW = {"type": "embedded", "replies": [{"kind": "async", "delayMs": 60_000}]}


def list_of(tab: OpenTab, machine: Machine, query: str = "") -> Tab:
    """A tab with the list of a host."""
    return tab().open(f"?host={machine.name}{query}")


def test_a_row_says_what_the_message_is_and_how_it_ended(tab: OpenTab, machine: Machine) -> None:
    """Sequence, time, kind, operation, pid and image, outcome, cleared rule (UI-5)."""
    machine.process(processId=584, imageFileName="C:\\Windows\\notepad.exe", rules=["NotifyNewThreadSameProcess"])
    machine.thread(584)
    [message] = machine.all("listMessages", query={"kind": "sync"})
    row = list_of(tab, machine).row(message["sequence"])
    for part in ("sync", "NewThreadSameProcess", "584", "notepad.exe", "✓ sent", "○ NotifyNewThreadSameProcess"):
        expect(row).to_contain_text(part)
    expect(row).to_contain_text(message["time"][14:23])


def test_every_outcome_has_a_glyph_and_a_word(tab: OpenTab, machine: Machine) -> None:
    """✓ sent, ✗ STATUS, ▼ dropped, ∅ not sent, … queued, → in hand: the state never is a color alone (UI-13)."""
    machine.call("putWorker", body={"state": "paused"})
    machine.call("patchConfig", body={"maxAsyncNotificationCount": 2, "syncMonitorNotificationTimeoutMs": 20})
    machine.process(processId=584, rules=["NotifyNewThreadSameProcess"])
    machine.call("putEngine", body={"type": "embedded", "replies": [{"kind": "sync", "delayMs": 2_000}]})
    machine.thread(584)
    for _ in range(3):
        send_async(machine, "RegistryEvent")
    machine.call("patchConfig", body={"sendSyncNotificationFlag": False})
    machine.thread(584)
    opened = list_of(tab, machine)
    expected = {"✓ sent": 1, "✗ TIMEOUT": 1, "▼ dropped": 1, "… queued": 2, "∅ not sent": 1}
    for words, count in expected.items():
        expect(opened.find("#rows [data-sequence]", has_text=words)).to_have_count(count)
    machine.call("putEngine", body=SLOW)
    machine.call("putWorker", body={"state": "running"})
    expect(opened.find("#rows [data-sequence]", has_text="→ in hand")).to_have_count(1)
    machine.call("putEngine", body={"type": "embedded"})


def test_a_message_is_never_shown_in_a_state_that_it_has_left(tab: OpenTab, machine: Machine) -> None:
    """Queued ones become sent and dropped; a rule that is cleared is shown as cleared, whenever that was."""
    machine.call("putWorker", body={"state": "paused"})
    machine.call("patchConfig", body={"maxAsyncNotificationCount": 6})
    opened = list_of(tab, machine)
    sequences = [send_async(machine, "RegistryEvent")["sequence"] for _ in range(10)]
    expect(opened.row(sequences[0])).to_contain_text("▼ dropped")
    expect(opened.row(sequences[3])).to_contain_text("▼ dropped")
    expect(opened.row(sequences[4])).to_contain_text("… queued")
    machine.call("putWorker", body={"state": "running"})
    machine.drain()
    for sequence in sequences[4:]:
        expect(opened.row(sequence)).to_contain_text("✓ sent")
    shown = opened.find("#rows [data-sequence]").all_inner_texts()
    states = {item["sequence"]: item["delivery"] for item in machine.all("listMessages")}
    assert len(shown) == len(states)
    assert all(states[int(number(text))] in text for text in shown), shown


def number(text: str) -> str:
    """The sequence that a row begins with."""
    return text.split()[0].replace(",", "")


def test_messages_off_the_screen_are_not_left_behind(tab: OpenTab, machine: Machine) -> None:
    """What became of them while they could not be seen is known too: the filter finds them by their new state."""
    opened = list_of(tab, machine)
    for count in (80, 160):
        machine.call("putWorker", body={"state": "paused"})
        last = events(machine, 80)
        expect(opened.row(last)).to_contain_text("… queued")
        assert last - 79 not in opened.sequences()
        machine.call("putWorker", body={"state": "running"})
        machine.drain()
        expect(opened.row(last)).to_contain_text("✓ sent")
        opened.find("#filter").fill("is:sent")
        expect(opened.find("#count")).to_contain_text(f"{count} shown")
        opened.find("#filter").fill("")


def test_only_rows_that_can_be_seen_are_there(tab: OpenTab, machine: Machine) -> None:
    """Fixed rows, and at most about a screen of them in the document, however many messages there are."""
    events(machine, 5_000)
    opened = list_of(tab, machine)
    expect(opened.row(5_000)).to_be_visible()
    assert len(opened.sequences()) <= 80
    heights = opened.find("#rows [data-sequence]").evaluate_all("rows => rows.map(row => row.offsetHeight)")
    assert len(set(heights)) == 1
    opened.find("#rows").hover()
    opened.page.mouse.wheel(0, -40_000)
    expect(opened.row(5_000)).not_to_be_attached()
    middle = opened.sequences()
    assert middle == list(range(middle[0], middle[0] + len(middle)))
    assert len(middle) <= 80
    opened.find("#rows").focus()
    opened.press("Home")
    expect(opened.row(1)).to_be_visible()


def test_a_selected_message_that_is_scrolled_away_is_not_the_active_one(tab: OpenTab, machine: Machine) -> None:
    """UI-13: what aria-activedescendant names is in the document."""
    events(machine, 500)
    opened = list_of(tab, machine, "&m=1")
    rows = opened.find("#rows")
    expect(opened.row(1)).to_be_visible()
    expect(rows).to_have_attribute("aria-activedescendant", opened.row(1).get_attribute("id") or "")
    rows.focus()
    opened.press("End")
    expect(opened.row(1)).not_to_be_attached()
    expect(rows).not_to_have_attribute("aria-activedescendant", re.compile("."))


def test_older_messages_than_those_of_the_first_page_are_asked_for(tab: OpenTab, machine: Machine) -> None:
    """UI-14: a long journal opens as fast as a short one: the last page first; older ones when one scrolls there."""
    events(machine, 9_000)
    machine.drain()
    opened = list_of(tab, machine)
    expect(opened.row(9_000)).to_be_visible()
    looks = re.compile(r"limit=1(&|$)")  # for where the journal ends, once a second
    asked = [path for path in opened.watch.paths() if "/messages?" in path and not looks.search(path)]
    assert len(asked) <= 4, asked
    opened.find("#rows").focus()
    opened.press("Home")
    expect(opened.row(1)).to_be_visible()
    expect(opened.row(2)).to_be_visible()


def test_messages_that_the_journal_has_evicted_are_a_line_of_their_own(services: Services, tab: OpenTab) -> None:
    """What the tab cannot have becomes a gap by the journal: every message is shown, or counted in the gap."""
    machine = services.machine("messages: {capacity: 10}\n")
    opened = tab(f"http://127.0.0.1:{machine.client.port}").open(f"?host={machine.name}")
    first = events(machine, 3)
    expect(opened.row(first)).to_be_visible()
    opened.hide()
    last = events(machine, 2_000)
    opened.hide(False)
    expect(opened.row(last)).to_be_visible()
    gap = opened.find("#rows [data-notice]")
    expect(gap).to_contain_text("1,990 messages not shown")
    assert opened.sequences() == [1, 2, 3, *range(last - 9, last + 1)]


TERMS = {
    "RegistryEvent": {1, 2},
    "registryevent": {1, 2},
    "-RegistryEvent": {3, 4, 5},
    "pid:584": {3, 4, 5},
    "op:LoadImage": {4, 5},
    "kind:direct": {3},
    "kind:async pid:584": {4, 5},
    "is:queued": {1, 2, 4, 5},
    "is:sent": {3},
    "is:dropped": set(),
    "-is:queued": {3},
    "seq:2..4": {2, 3, 4},
    "seq:5": {5},
    "image:*notepad*": {3, 4, 5},
    "image:*calc*": set(),
    "op:LoadImage seq:1..4": {4},
    "  op:LoadImage   -seq:4 ": {5},
}


def test_the_filter_finds_what_its_terms_say(tab: OpenTab, machine: Machine) -> None:
    """Words, -word, pid, op, kind, is, seq, image, joined by *and*, over what is kept."""
    machine.call("putWorker", body={"state": "paused"})
    events(machine, 2)
    machine.process(processId=584)
    machine.load(584, "C:\\first.dll")
    machine.load(584, "C:\\second.dll")
    opened = list_of(tab, machine)
    expect(opened.row(5)).to_be_visible()
    for words, expected in TERMS.items():
        opened.find("#filter").fill(words)
        opened.eventually(lambda expected=expected: set(opened.sequences()) == expected, lambda words=words: words)
        expect(opened.find("#count")).to_contain_text(re.compile(rf"\b{len(expected)} shown"))


def test_the_filter_finds_rules_that_were_cleared(tab: OpenTab, machine: Machine) -> None:
    """rule:Name."""
    machine.process(processId=584, rules=["NotifyNewThreadSameProcess"])
    machine.thread(584)
    [cleared] = machine.all("listMessages", query={"kind": "sync"})
    opened = list_of(tab, machine)
    opened.find("#filter").fill("rule:NotifyNewThreadSameProcess")
    opened.eventually(lambda: opened.sequences() == [cleared["sequence"]], opened.sequences)
    expect(opened.find("#count")).to_contain_text("1 shown")


def test_a_faulty_term_is_marked_and_empties_nothing(tab: OpenTab, machine: Machine) -> None:
    """A faulty term is marked; the other terms still count."""
    first = send_async(machine, "RegistryEvent")["sequence"]
    second = send_async(machine, "LogPrint")["sequence"]
    opened = list_of(tab, machine)
    opened.find("#filter").fill("seq:five op:LogPrint")
    expect(opened.find("#filter-fault")).to_contain_text("five")
    expect(opened.row(second)).to_be_visible()
    expect(opened.row(first)).to_have_count(0)
    expect(opened.find("#filter")).to_have_attribute("aria-invalid", "true")


def test_an_empty_list_says_that_the_filter_empties_it(tab: OpenTab, machine: Machine) -> None:
    """UI-11: empty because of a filter: says so, with a way to clear it."""
    last = send_async(machine, "RegistryEvent")["sequence"]
    opened = list_of(tab, machine, "&q=op:DocOpen")
    expect(opened.find("#rows-empty")).to_contain_text("filter")
    opened.find("#rows-empty button").click()
    expect(opened.row(last)).to_be_visible()
    expect(opened.find("#filter")).to_have_value("")
    assert "q=" not in opened.page.url


def test_a_filter_for_one_process_finds_it_in_a_loud_host(tab: OpenTab, machine: Machine) -> None:
    """A single pid, operation or kind goes to the service too: a quiet process is found behind 9,000 messages."""
    machine.process(processId=584)
    machine.load(584, "C:\\quiet.dll")
    events(machine, 9_000)
    [quiet] = machine.all("listMessages", query={"operation": "LoadImage"})
    opened = list_of(tab, machine)
    opened.find("#filter").fill("op:LoadImage")
    expect(opened.row(quiet["sequence"])).to_be_visible()


def test_following_stops_when_one_scrolls_up_and_goes_on_with_f(tab: OpenTab, machine: Machine) -> None:
    """Following sticks to the newest; scrolling up stops it and counts what is new."""
    events(machine, 500)
    opened = list_of(tab, machine)
    expect(opened.row(500)).to_be_visible()
    opened.find("#rows").hover()
    opened.page.mouse.wheel(0, -3_000)
    expect(opened.row(500)).not_to_be_attached()
    expect(opened.find("#follow")).to_have_attribute("aria-pressed", "false")
    before = opened.sequences()
    events(machine, 7)
    expect(opened.page.get_by_text(re.compile(r"\b7 new\b"))).to_be_visible()
    assert opened.sequences() == before
    opened.press("f")
    expect(opened.row(507)).to_be_visible()
    expect(opened.find("#follow")).to_have_attribute("aria-pressed", "true")
    events(machine, 5)
    expect(opened.row(512)).to_be_visible()


def test_the_newest_filter_holds_however_late_the_names_of_operations_come(tab: OpenTab, machine: Machine) -> None:
    """They are read when a filter first names one."""
    machine.process(processId=584)
    last = int(send_async(machine, "RegistryEvent")["sequence"])
    opened = tab()
    held: list[Route] = []
    opened.page.route("**/v1/vocabulary", lambda route: held.append(route))
    opened.load(f"?host={machine.name}")
    expect(opened.row(last)).to_be_visible()
    opened.find("#filter").fill("op:Create*")
    opened.page.wait_for_url("**q=op%3ACreate*")
    opened.find("#filter").fill("RegistryEvent")
    opened.page.wait_for_url("**q=RegistryEvent*")
    for route in held:
        route.continue_()
    opened.ready()
    followed(opened, machine.name)
    expect(opened.find("#count")).to_contain_text("1 shown")
    expect(opened.row(last)).to_be_visible()
