"""UI-5 and UI-11: the page and the service that it asks, when one of them is away."""

import re
import time

from contract.client import Client
from contract.machine import Machine
from contract.notices import send_async
from playwright.sync_api import Request, Route, expect

from dashboard.load import events
from dashboard.services import Services
from dashboard.tab import OpenTab, Tab

FAILED = r"^Failed to load resource: net::ERR_"
CONTROLS = "#pause, #step1, #step10, #drain, #fire button[type=submit]"
# The line that says why a list begins again.
BEGUN = re.compile("created again|reset", re.IGNORECASE)


def sent(machine: Machine, count: int = 1) -> int:
    """Send so many messages; return the sequence of the last one."""
    return [int(send_async(machine, "RegistryEvent")["sequence"]) for _ in range(count)][-1]


def test_a_service_that_ends_is_said_at_once_and_found_again(services: Services, tab: OpenTab) -> None:
    """UI-11: the header says so, data stay, controls rest; at the same address the page goes on, with the new host."""
    service = services()
    machine = Machine(services.client(service), "lab")
    machine.call("putHost", body={})
    opened = tab(f"http://127.0.0.1:{service.port}").open("?host=lab")
    last = sent(machine, 3)
    expect(opened.row(last)).to_be_visible()
    expect(opened.find(CONTROLS).first).to_be_enabled()
    opened.watch.expect(FAILED)
    opened.watch.expect(r"status of (404|503)")
    assert service.stop() == 0
    expect(opened.find("#link")).to_contain_text("does not answer", timeout=3_000)
    expect(opened.row(last)).to_be_visible()
    for control in opened.find(CONTROLS).all():
        expect(control).to_be_disabled()
    machine.client = services.client(services(port=service.port))
    machine.call("putHost", body={})
    expect(opened.find("#link")).to_contain_text("live")
    expect(opened.find("#rows")).to_contain_text(BEGUN)
    expect(opened.row(sent(machine))).to_be_visible()
    assert opened.sequences() == [1]


def test_what_came_while_the_page_was_cut_off_is_there_afterwards(tab: OpenTab, machine: Machine) -> None:
    """UI-11: the page goes on behind the last message that it has: nothing twice, nothing missing."""
    opened = tab().open(f"?host={machine.name}")
    expect(opened.row(sent(machine, 3))).to_be_visible()
    opened.watch.expect(FAILED)
    opened.context.set_offline(True)
    expect(opened.find("#link")).to_contain_text("does not answer")
    last = sent(machine, 4)
    asked = len(opened.watch.paths())
    opened.context.set_offline(False)
    expect(opened.row(last)).to_be_visible()
    assert opened.sequences() == list(range(1, last + 1))
    assert any("/messages?" in path and "after=3" in path for path in opened.watch.paths()[asked:])


class Failures:
    """The requests of a tab without a service, whose clock is the test's."""

    STEP = 50

    def __init__(self, tab: Tab) -> None:
        """Count those of a tab from now on."""
        self._tab = tab
        self._failed = 0
        self._asked = len(tab.watch.requests)
        tab.page.on("requestfailed", self._count)

    def _count(self, request: Request) -> None:
        self._failed += request in self._tab.watch.requests[self._asked :]

    @property
    def asked(self) -> int:
        """How many requests there were."""
        return len(self._tab.watch.requests) - self._asked

    def settle(self) -> None:
        """Wait until the page knows that its last request failed, without letting time pass."""
        self._tab.eventually(lambda: self._failed >= self.asked)
        self._tab.page.evaluate("() => {}")

    def milliseconds_until_next(self) -> int:
        """Let time pass until the page asks again."""
        self.settle()
        before = self.asked
        for passed in range(0, 20_000, self.STEP):
            if self.asked > before:
                return passed
            self._tab.page.clock.run_for(self.STEP)
        raise AssertionError("the page does not ask any more")


def test_the_page_asks_again_after_half_a_second_and_then_less_and_less_often(tab: OpenTab, machine: Machine) -> None:
    """UI-11: 0.5 s, doubled up to 15 s, with jitter; *try now* asks at once."""
    opened = tab()
    opened.page.clock.install()
    opened.open(f"?host={machine.name}")
    expect(opened.find("#link")).to_contain_text("live")
    opened.watch.expect(FAILED)
    opened.context.set_offline(True)
    opened.page.clock.run_for(1_000)
    expect(opened.find("#link")).to_contain_text("does not answer")
    # From here on, only the test lets time pass.
    opened.page.clock.pause_at(opened.page.evaluate("Date.now() / 1000 + 5"))
    opened.page.clock.run_for(60_000)
    failures = Failures(opened)
    failures.milliseconds_until_next()
    gaps = [failures.milliseconds_until_next() for _ in range(4)]
    assert all(5_000 <= gap <= 15_000 for gap in gaps), gaps
    before = failures.asked
    opened.find("#link-action button", has_text="try now").click()
    opened.eventually(lambda: failures.asked == before + 1)
    early = [failures.milliseconds_until_next() for _ in range(3)]
    assert 200 <= early[0] <= 1_000, early
    assert early[0] < early[1] < early[2] <= 4_000, early


def test_a_hidden_tab_asks_nothing_and_then_goes_on(tab: OpenTab, machine: Machine) -> None:
    """UI-5: hidden, the stream is closed and nothing is asked; in front again, it goes on behind the last message."""
    opened = tab()
    opened.page.clock.install()
    opened.open(f"?host={machine.name}")
    last = sent(machine, 3)
    opened.page.clock.run_for(2_000)
    expect(opened.row(last)).to_be_visible()
    opened.hide()
    before = len(opened.watch.requests)
    opened.page.clock.run_for(120_000)
    assert opened.watch.paths()[before:] == []
    assert streams(machine.client) == 0
    last = sent(machine, 2)
    opened.hide(False)
    opened.page.clock.run_for(2_000)
    expect(opened.row(last)).to_be_visible()
    assert opened.sequences() == list(range(1, last + 1))


def streams(client: Client) -> int:
    """How many live streams the service counts, once it has noticed those that were closed."""
    deadline = time.monotonic() + 5
    while True:
        text = client.raw("GET", "/metrics").body.decode()
        [count] = re.findall(r"^wdfilterd_message_streams (\d+)$", text, re.MULTILINE)
        if count == "0" or time.monotonic() > deadline:
            return int(count)
        time.sleep(0.05)


def test_polls_never_overlap(tab: OpenTab, machine: Machine) -> None:
    """UI-5: the next one is timed from the answer, however long that takes."""
    opened = tab()
    opened.open(f"?host={machine.name}")
    asked: list[Route] = []
    opened.page.route("**/history?*", lambda route: asked.append(route))
    opened.eventually(lambda: asked)
    opened.page.wait_for_timeout(1_500)
    assert len(asked) == 1
    asked.pop().continue_()
    opened.eventually(lambda: asked)
    asked.pop().continue_()
    opened.page.unroute_all()


def test_a_deleted_host_is_said_and_the_others_are_offered(tab: OpenTab, machine: Machine) -> None:
    """UI-11."""
    opened = tab().open(f"?host={machine.name}")
    opened.watch.expect("status of 404")
    machine.client.call("deleteHost", host=machine.name)
    expect(opened.find("#link")).to_contain_text("deleted")
    opened.find("#notice").get_by_role("button", name="default").click()
    expect(opened.find("#link")).to_contain_text("live")
    opened.page.wait_for_url("**/?*host=default*")
    expect(opened.row(sent(Machine(machine.client, "default")))).to_be_visible()


def test_a_host_that_is_created_again_begins_again(tab: OpenTab, machine: Machine) -> None:
    """UI-11: another createdAt: list and plot begin again, and a line says so."""
    opened = tab().open(f"?host={machine.name}")
    expect(opened.row(sent(machine, 5))).to_be_visible()
    opened.watch.expect("status of 404")
    machine.client.call("putHost", host=machine.name, query={"fresh": True}, body={})
    expect(opened.find("#rows")).to_contain_text(BEGUN)
    expect(opened.row(sent(machine))).to_be_visible()
    assert opened.sequences() == [1]


def test_a_reset_empties_the_list_and_says_so(tab: OpenTab, machine: Machine) -> None:
    """UI-7, UI-11."""
    opened = tab().open(f"?host={machine.name}")
    expect(opened.row(sent(machine, 5))).to_be_visible()
    machine.call("resetHost", body={})
    expect(opened.find("#rows")).to_contain_text(BEGUN)
    expect(opened.row(sent(machine))).to_be_visible()


def test_without_a_free_stream_the_page_asks_each_second(services: Services, tab: OpenTab) -> None:
    """UI-11: 409 limit-reached: pages each second. Messages that came and went between two of them are a gap."""
    machine = services.machine("messages: {streamLimit: 1, capacity: 10}\n")
    first = tab(f"http://127.0.0.1:{machine.client.port}").open(f"?host={machine.name}")
    expect(first.find("#link")).to_contain_text("live")
    second = tab(f"http://127.0.0.1:{machine.client.port}")
    second.watch.expect("status of 409")
    second.open(f"?host={machine.name}")
    last = sent(machine)
    for opened in (first, second):
        expect(opened.row(last)).to_be_visible()
    expect(second.find("#link")).to_contain_text("each second")
    second.hide()  # or it may ask in the middle, and have two gaps
    last = events(machine, 2_000)
    second.hide(False)
    expect(second.row(last)).to_be_visible()
    expect(second.find("#rows [data-notice]")).to_contain_text("1,990 messages not shown")


def test_eight_tabs_are_ready_and_up_to_date(tab: OpenTab, machine: Machine) -> None:
    """UI-5: a browser has six connections to an address: three tabs have a stream, the others ask each second."""
    first = tab().open(f"?host={machine.name}")
    others = [first.another().open(f"?host={machine.name}") for _ in range(7)]
    last = sent(machine)
    for opened in (first, *others):
        expect(opened.row(last)).to_be_visible()
    words = [opened.find("#link").inner_text() for opened in (first, *others)]
    assert sum("live" in word for word in words) == 3, words


def test_without_a_free_stream_a_filter_finds_what_has_changed(services: Services, tab: OpenTab) -> None:
    """A filter may hide just those lines whose state is old."""
    machine = services.machine("messages: {streamLimit: 1}\n")
    first = tab(f"http://127.0.0.1:{machine.client.port}").open(f"?host={machine.name}")
    expect(first.find("#link")).to_contain_text("live")
    machine.get("putWorker", body={"state": "paused"})
    last = sent(machine, 60)
    second = tab(f"http://127.0.0.1:{machine.client.port}")
    second.watch.expect("status of 409")
    second.open(f"?host={machine.name}&q=is:sent")
    expect(second.find("#link")).to_contain_text("each second")
    expect(second.find("#count")).to_contain_text("0 shown")
    machine.get("putWorker", body={"state": "running"})
    machine.drain()
    expect(second.row(last)).to_be_visible()
    expect(second.find("#count")).to_contain_text("60 shown")
