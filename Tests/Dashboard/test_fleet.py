"""The page behind a proxy with several instances, which has no list of hosts: the user names one."""

import re

import pytest
from contract.machine import Machine
from contract.notices import send_async
from playwright.sync_api import Locator, Route, expect

from dashboard.axe import violations
from dashboard.tab import OpenTab, Tab

# What is about one instance: the list of hosts, and the host that each instance has.
ONE_INSTANCE = re.compile(r"/v1/hosts(/default([/?].*)?|\?.*)?$")
SEVERAL = "Several instances serve this address."
# The page looks again after so many milliseconds.
PAUSE = 5_000


def answer(route: Route, problem: str = "one-instance") -> None:
    """Answer 421 as the proxy does."""
    members = {"type": f"/problems/{problem}", "title": "Refused", "status": 421, "detail": f"It is {problem}."}
    route.fulfill(status=421, content_type="application/problem+json", json=members)


def refuse(opened: Tab, problem: str = "one-instance", paths: re.Pattern[str] = ONE_INSTANCE) -> None:
    """Answer all that is about one instance so."""
    opened.watch.expect("status of 421")
    opened.page.route(paths, lambda route: answer(route, problem))


@pytest.fixture
def behind(tab: OpenTab) -> Tab:
    """A tab whose service stands behind such a proxy."""
    opened = tab()
    opened.page.clock.install()
    refuse(opened)
    return opened


def field(opened: Tab) -> Locator:
    """The field of the notice that takes the name of a host."""
    return opened.find("#notice").get_by_label("Name a host")


def works(opened: Tab, machine: Machine) -> None:
    """The page shows a host: its name, and its next message."""
    expect(opened.find("#host")).to_contain_text(machine.name)
    expect(opened.find("#link")).to_contain_text("live")
    expect(opened.find("#notice")).to_be_hidden()
    last = int(send_async(machine, "RegistryEvent")["sequence"])
    expect(opened.row(last)).to_be_visible()


def test_a_host_of_the_address_works_and_is_found_again(behind: Tab, machine: Machine) -> None:
    """It opens without the list; when it was deleted, the page asks for a name, and looks for it meanwhile."""
    behind.open(f"?host={machine.name}")
    works(behind, machine)
    behind.watch.expect("status of 404")
    machine.call("deleteHost")
    behind.page.clock.run_for(PAUSE)
    expect(behind.find("#link")).to_contain_text("the host was deleted")
    expect(field(behind)).to_be_visible()
    machine.call("putHost", body={})
    behind.page.clock.run_for(PAUSE)
    works(behind, machine)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_without_a_host_the_page_asks_for_its_name(tab: OpenTab, mode: str) -> None:
    """The field has a label and the focus; nothing of a host is shown, and nothing is offered that is not known."""
    opened = tab(color_scheme=mode)
    refuse(opened)
    opened.load()
    expect(opened.find("#notice")).to_contain_text(SEVERAL)
    expect(field(opened)).to_be_focused()
    expect(opened.find("#notice button")).to_have_text(["Open"])
    expect(opened.find("#link")).to_contain_text("no host is open")
    expect(opened.find("#queue")).to_be_hidden()
    assert violations(opened) == {}


@pytest.mark.parametrize("by", ["Enter", "button"])
def test_the_named_host_is_opened(behind: Tab, machine: Machine, by: str) -> None:
    """It stands in the address; Back asks again, and Forward opens it again."""
    behind.load()
    field(behind).fill(f" {machine.name} ")
    if by == "Enter":
        behind.press("Enter")
    else:
        behind.find("#notice").get_by_role("button", name="Open").click()
    works(behind, machine)
    assert behind.page.url.endswith(f"?host={machine.name}")
    behind.page.go_back()
    expect(field(behind)).to_be_focused()
    expect(field(behind)).to_have_value("")
    expect(behind.find("#queue")).to_be_hidden()
    behind.page.go_forward()
    works(behind, machine)


@pytest.mark.parametrize(("name", "status"), [("nowhere", 404), ("Not%20a%20name", 400)])
def test_a_host_that_does_not_exist_is_said(behind: Tab, machine: Machine, name: str, status: int) -> None:
    """The page offers to name another, and no list."""
    behind.watch.expect(f"status of {status}")
    behind.load(f"?host={name}")
    expect(behind.find("#notice")).to_contain_text(f"The host {name.replace('%20', ' ')} does not exist.")
    expect(behind.find("#link")).to_contain_text("there is no such host")
    expect(behind.find("#notice button")).to_have_text(["Open"])
    field(behind).fill("nor-here")
    behind.watch.expect("status of 404")
    behind.press("Enter")
    expect(behind.find("#notice")).to_contain_text("The host nor-here does not exist.")
    expect(field(behind)).to_be_focused()
    behind.page.keyboard.type(machine.name)
    behind.press("Enter")
    works(behind, machine)


def test_what_is_typed_stays_while_the_page_looks_again(behind: Tab, machine: Machine) -> None:
    """Looking again each five seconds neither empties the field nor takes the focus from it."""
    behind.watch.expect("status of 404")
    behind.load("?host=nowhere")
    field(behind).fill(machine.name[:4])
    asked = behind.watch.paths().count("/v1/hosts/nowhere")
    behind.page.clock.run_for(PAUSE)
    behind.eventually(lambda: behind.watch.paths().count("/v1/hosts/nowhere") > asked)
    behind.page.keyboard.type(machine.name[4:])
    expect(field(behind)).to_have_value(machine.name)
    behind.press("Enter")
    works(behind, machine)


def test_the_host_that_each_instance_has_must_be_another(behind: Tab, machine: Machine) -> None:
    """The proxy cannot know whose `default` is meant; that is not said to be absent."""
    behind.load("?host=default")
    expect(behind.find("#notice")).to_contain_text(SEVERAL)
    expect(behind.find("#notice")).not_to_contain_text("exist")
    expect(behind.find("#link")).to_contain_text("no host is open")
    field(behind).fill(machine.name)
    behind.press("Enter")
    works(behind, machine)


def test_a_host_whose_instance_is_away_is_found_again(behind: Tab, machine: Machine) -> None:
    """Another instance refuses what names it; the host is not said to be deleted, and its data stay."""
    behind.open(f"?host={machine.name}")
    works(behind, machine)
    theirs = re.compile(f"/v1/hosts/{machine.name}$")
    refuse(behind, paths=theirs)
    behind.page.clock.run_for(2 * PAUSE)
    expect(behind.find("#link")).to_contain_text("no host is open")
    expect(behind.row(1)).to_be_visible()
    behind.page.unroute(theirs)
    behind.page.clock.run_for(PAUSE)
    works(behind, machine)


def test_another_421_asks_for_no_name(tab: OpenTab) -> None:
    """`misdirected` has the same status and another cause: its detail is said, until the list is there or refused."""
    opened = tab()
    opened.page.clock.install()
    refuse(opened, "misdirected")
    opened.load()
    expect(opened.find("#status")).to_have_text("It is misdirected.")
    opened.page.clock.run_for(PAUSE)
    opened.eventually(lambda: opened.watch.paths().count("/v1/hosts?limit=100") == 2)
    expect(opened.find("#notice")).to_be_hidden()
    opened.page.unroute_all()
    refuse(opened)
    opened.page.clock.run_for(PAUSE)
    expect(field(opened)).to_be_visible()


def test_the_first_run_has_its_lines_and_no_other_hosts(behind: Tab, machine: Machine) -> None:
    """They are those of any empty host; the other hosts are not known."""
    behind.open(f"?host={machine.name}")
    expect(behind.find("#first")).to_contain_text(f"Nothing has happened on host {machine.name} yet.")
    expect(behind.find("#first code")).to_have_count(3)
    expect(behind.find("#first")).not_to_contain_text("Other hosts")
    expect(behind.find("#status")).to_have_text("")


@pytest.mark.parametrize("known", [False, True], ids=["later", "at once"])
def test_the_chooser_takes_a_name(behind: Tab, machine: Machine, known: bool) -> None:
    """`h` opens a field in place of the list: whether or not the page knows already that there is none."""
    send_async(machine, "RegistryEvent")
    behind.watch.expect("status of 404")
    behind.load(f"?host={'nowhere' if known else machine.name}")
    if known:
        expect(field(behind)).to_be_focused()
        field(behind).blur()
    else:
        behind.ready()
    behind.press("h")
    dialog = behind.find("#hosts-dialog[open]")
    expect(dialog).to_contain_text(SEVERAL)
    expect(dialog.get_by_label("Name a host")).to_be_focused()
    expect(dialog.locator("input")).to_have_count(1)
    expect(dialog.get_by_role("listitem")).to_have_count(0)
    assert violations(behind) == {}
    behind.press("Enter")
    expect(dialog).to_be_visible()
    behind.page.keyboard.type(machine.name)
    behind.press("Enter")
    expect(dialog).to_have_count(0)
    works(behind, machine)


def test_what_is_typed_before_the_list_is_refused_stays(tab: OpenTab, machine: Machine) -> None:
    """The chooser opens at once, and the field for a name goes on with what the field for a search has."""
    send_async(machine, "RegistryEvent")
    opened = tab().open(f"?host={machine.name}")
    waiting: list[Route] = []
    opened.page.route(ONE_INSTANCE, lambda route: waiting.append(route))
    opened.press("h")
    expect(opened.find("#hosts-dialog[open] input")).to_be_focused()
    opened.page.keyboard.type("no")
    opened.eventually(lambda: waiting)
    opened.watch.expect("status of 421")
    answer(waiting.pop())
    name = opened.find("#hosts-dialog").get_by_label("Name a host")
    expect(name).to_be_focused()
    opened.page.keyboard.type("where")
    expect(name).to_have_value("nowhere")


def test_a_lesson_needs_no_host(behind: Tab) -> None:
    """It makes its own, and names it."""
    behind.load("?lesson=one-shot-rules")
    expect(field(behind)).to_be_visible()
    expect(behind.find("#tour-go")).to_be_focused()
    behind.press("Enter")
    expect(behind.find("#host")).to_contain_text("lesson")
    expect(behind.find("#link")).to_contain_text("live")
    expect(behind.find("#notice")).to_be_hidden()
    behind.find("#tour").get_by_role("button", name="Leave").click()
    expect(behind.find("#status")).to_contain_text("The host lesson is deleted.")
    expect(field(behind)).to_be_visible()
