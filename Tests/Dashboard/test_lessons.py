"""UI-10: the tour and the lessons, with the keyboard alone."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from contract.client import Client
from contract.machine import Machine
from playwright.sync_api import Request, Route, expect

from dashboard.held import hold
from dashboard.lessons import LESSONS, NAMES, Call, calls
from dashboard.tab import OpenTab, Tab


def changes(opened: Tab) -> list[Request]:
    """The requests of a tab that change something."""
    return [request for request in opened.watch.requests if request.method != "GET"]


def call(request: Request) -> Call:
    """What a request does, but for the name of the host."""
    parts = urlsplit(request.url)
    path = "/".join(["", *parts.path.split("/")[4:]]) if parts.path.count("/") > 3 else ""
    body = request.post_data_json if request.post_data else None
    return Call(request.method, path + (f"?{parts.query}" if parts.query else ""), body)


def host(request: Request) -> str:
    """The host that a request is about."""
    return urlsplit(request.url).path.split("/")[3]


def reach(opened: Tab, selector: str) -> None:
    """Go by Tab until an element has the focus."""
    for _ in range(150):
        if opened.page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        opened.press("Tab")
    raise AssertionError(f"Tab does not lead to {selector}")


STEP = "#tour-go"


def walk(opened: Tab) -> list[str]:
    """Press Enter until only the end is left; what each step said."""
    expect(opened.find("#tour")).to_be_visible()
    reach(opened, STEP)
    said = []
    while opened.find(STEP).inner_text() != "Finish":
        said.append(opened.find("#tour").inner_text())
        assert len(said) < 60, said
        opened.press("Enter")
        expect(opened.find("#tour")).not_to_have_text(said[-1], use_inner_text=True)
        expect(opened.find(STEP)).to_be_enabled()
        reach(opened, STEP)
    return [*said, opened.find("#tour").inner_text()]


@pytest.mark.parametrize(("lesson", "name"), list(zip(LESSONS, NAMES, strict=True)), ids=NAMES)
def test_a_lesson_makes_the_calls_of_its_page(
    tab: OpenTab, client: Client, lesson: Path, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """`/?lesson=NAME` leads through the calls of docs/lessons, each shown as curl; leaving deletes the host."""
    opened = tab().open(f"?lesson={name}")
    said = walk(opened)
    made = changes(opened)
    assert [call(request) for request in made] == calls(lesson, tmp_path_factory.mktemp("curl"))
    assert len({host(request) for request in made}) == 1
    title = lesson.read_text().splitlines()[0].removeprefix("# ")
    assert title in said[0]
    finish(opened, client, host(made[0]))


def finish(opened: Tab, client: Client, name: str) -> None:
    """Press Enter at the end; the host is gone then, and the page shows another one."""
    opened.press("Enter")
    gone(opened, client, name)


def gone(opened: Tab, client: Client, name: str) -> None:
    """The lesson is left: its host is deleted, and the page shows another one."""
    expect(opened.find("#tour")).to_be_hidden()
    expect(opened.find("#status")).to_contain_text(f"{name} is deleted")
    expect(opened.find("#link")).to_contain_text("live")
    assert client.raw("GET", f"/v1/hosts/{name}").status == 404
    opened.eventually(lambda: "lesson=" not in opened.page.url, lambda: opened.page.url)


def test_the_tour_has_nine_steps_and_shows_what_it_says(tab: OpenTab, client: Client, machine: Machine) -> None:
    """Creation, armed rule, remote thread, one-shot, overflow, starvation, slow engine, denied, tampered."""
    opened = tab().open(f"?host={machine.name}")
    opened.find("#first").get_by_role("button", name="Take the tour").focus()
    opened.press("Enter")
    said = walk(opened)
    assert any("9 of 9" in text for text in said), said
    made = changes(opened)
    assert {host(request) for request in made} == {"tour"}
    operations = {message["operation"] for message in client.raw("GET", "/v1/hosts/tour/messages").json["items"]}
    assert {"CreateProcess", "NewThreadDifferentProcess", "NewThreadSameProcess", "NewThreadAndCmdLine"} <= operations
    counters = client.raw("GET", "/v1/hosts/tour/counters").json
    assert counters["async"]["droppedOnOverflow"] > 0
    assert counters["sync"]["NewThreadSameProcess"]["ioTimeoutCount"] == 1
    finish(opened, client, "tour")


def test_a_lesson_is_left_by_a_button(tab: OpenTab, client: Client, machine: Machine) -> None:
    """In its middle; each step shows its call as curl. The host that was shown before is shown again."""
    opened = tab().open(f"?host={machine.name}&lesson=one-shot-rules")
    reach(opened, STEP)
    shown = opened.find("#tour code").inner_text()
    assert shown.startswith("curl -s")
    opened.press("Enter")
    expect(opened.find("#tour code")).not_to_have_text(shown, use_inner_text=True)
    assert changes(opened)[0].url in shown
    name = host(changes(opened)[0])
    assert client.raw("GET", f"/v1/hosts/{name}").status == 200
    expect(opened.find(STEP)).to_be_enabled()  # it takes the focus once its host is there
    opened.find("#tour").get_by_role("button", name="Leave").focus()
    opened.press("Enter")
    gone(opened, client, name)
    expect(opened.find("#host")).to_contain_text(machine.name)


def test_what_is_still_asked_about_a_lesson_is_given_up_with_it(tab: OpenTab, client: Client, machine: Machine) -> None:
    """Its host is deleted at once, so the answer could only be that it does not exist."""
    opened = tab().open(f"?host={machine.name}&lesson=one-shot-rules")
    held: list[Route] = []
    opened.page.route("**/v1/hosts/lesson/messages?limit=1", lambda route: held.append(route))
    opened.find(STEP).click()
    opened.eventually(lambda: held)
    opened.find("#tour").get_by_role("button", name="Leave").click()
    gone(opened, client, "lesson")
    held[0].continue_()
    opened.eventually(lambda: held[0].request.failure or held[0].request.response())
    assert held[0].request.failure
    expect(opened.find("#status")).to_contain_text("lesson is deleted")


@pytest.mark.parametrize("during", [False, True], ids=["between", "during"])
def test_back_leaves_a_lesson_and_forward_returns(tab: OpenTab, client: Client, machine: Machine, during: bool) -> None:
    """Between two calls or during one. Only *Leave* deletes the host; whoever returns begins with the first step."""
    opened = tab().open("?host=default")
    opened.choose(machine.name)
    opened.find("#first").get_by_role("button", name="Take the tour").click()
    opened.find(STEP).click()
    expect(opened.find("#link")).to_contain_text("live")
    expect(opened.find(STEP)).to_be_enabled()
    held = hold(opened, "tour", "POST") if during else []
    opened.find(STEP).click()
    if during:
        opened.eventually(lambda: held)
    else:
        expect(opened.find(STEP)).to_have_text("Next")
    opened.page.go_back()
    expect(opened.find("#tour")).to_be_hidden()
    expect(opened.find("#host")).to_contain_text("default")
    opened.page.go_forward()
    expect(opened.find("#tour h2")).to_contain_text("step 1")
    for route in held:
        route.continue_()
        assert route.request.response() is not None
    expect(opened.find(STEP)).to_be_enabled()
    expect(opened.find("#tour h2")).to_contain_text("step 1")
    expect(opened.find("#tour code")).to_contain_text("fresh=true")
    client.call("deleteHost", host="tour")
    opened.watch.expect("status of 404")
    expect(opened.find("#link")).to_contain_text("deleted")
    opened.find(STEP).click()
    expect(opened.find("#link")).to_contain_text("live", timeout=3_000)
    opened.find("#tour").get_by_role("button", name="Leave").click()
    gone(opened, client, "tour")


def test_a_lesson_goes_on_from_another_host(tab: OpenTab, client: Client, machine: Machine) -> None:
    """One looks elsewhere between two steps; what the next one shows is there all the same."""
    opened = tab().open(f"?host={machine.name}&lesson=one-shot-rules")
    for _ in range(3):  # a host, a process, Next
        expect(opened.find(STEP)).to_be_enabled()
        opened.find(STEP).click()
    expect(opened.find(STEP)).to_have_text("Do it")
    opened.choose(machine.name)
    expect(opened.find("#link")).to_contain_text("live")
    opened.find(STEP).click()
    expect(opened.find("#host")).to_contain_text("lesson")
    expect(opened.find("#why")).to_contain_text("NewThreadSameProcess")
    opened.find("#tour").get_by_role("button", name="Leave").click()
    gone(opened, client, "lesson")


def test_a_lesson_that_was_not_begun_leaves_nothing_to_delete(tab: OpenTab, machine: Machine) -> None:
    """Left before its first step: no call, and the host that was shown is shown again."""
    opened = tab().open(f"?host={machine.name}&lesson=starvation")
    opened.find("#tour").get_by_role("button", name="Leave").click()
    expect(opened.find("#tour")).to_be_hidden()
    opened.eventually(lambda: "lesson=" not in opened.page.url, lambda: opened.page.url)
    assert changes(opened) == []


def test_an_unknown_lesson_is_said_with_the_names_of_all(tab: OpenTab, machine: Machine) -> None:
    """The names of docs/lessons; the page shows the host as without a lesson."""
    opened = tab().open(f"?host={machine.name}&lesson=unknown")
    expect(opened.find("#tour")).to_be_hidden()
    for name in NAMES:
        expect(opened.find("#status")).to_contain_text(name)


@pytest.mark.parametrize("name", ["constructor", "__proto__", "toString"])
def test_names_of_the_language_are_no_lessons(tab: OpenTab, machine: Machine, name: str) -> None:
    """They are in every object."""
    opened = tab().open(f"?host={machine.name}&lesson={name}")
    expect(opened.find("#status")).to_contain_text(f"There is no lesson {name}")


def test_a_step_that_somebody_made_themselves_needs_its_host(tab: OpenTab, machine: Machine) -> None:
    """Otherwise the page would say what is not true."""
    opened = tab().open(f"?host={machine.name}&lesson=one-shot-rules")
    opened.watch.expect("status of 404")
    opened.find("#tour").get_by_role("button", name="I did it myself").click()
    expect(opened.find("#tour .fault")).to_contain_text("lesson")
    expect(opened.find("#tour h2")).to_contain_text("step 1")
    opened.find("#tour").get_by_role("button", name="Leave").click()


def test_nothing_else_can_be_done_during_a_call(tab: OpenTab, client: Client, machine: Machine) -> None:
    """The call goes on, so its host would stay."""
    opened = tab().open(f"?host={machine.name}&lesson=one-shot-rules")
    held: list[Route] = []
    opened.page.route("**/v1/hosts/lesson?fresh=true", lambda route: held.append(route))
    opened.find(STEP).click()
    opened.eventually(lambda: held)
    for name in ("I did it myself", "Leave"):
        expect(opened.find("#tour").get_by_role("button", name=name)).to_be_disabled()
    held[0].continue_()
    expect(opened.find(STEP)).to_be_enabled()
    opened.find("#tour").get_by_role("button", name="Leave").click()
    gone(opened, client, "lesson")


def test_a_lesson_that_was_loaded_again_still_deletes_its_host(tab: OpenTab, client: Client, machine: Machine) -> None:
    """Its button says so."""
    opened = tab().open(f"?host={machine.name}&lesson=one-shot-rules")
    opened.find(STEP).click()
    expect(opened.find("#host")).to_contain_text("lesson")
    opened.page.reload()
    opened.ready()
    opened.find("#tour").get_by_role("button", name="Leave").click()
    gone(opened, client, "lesson")


def test_a_lesson_does_not_take_the_focus_from_a_field(tab: OpenTab, machine: Machine) -> None:
    """It is drawn again with each change of the connection."""
    opened = tab().open(f"?host={machine.name}&lesson=one-shot-rules")
    opened.find("#first").get_by_role("button", name="Show the empty views").click()
    opened.find("#filter").focus()
    opened.hide()
    opened.hide(False)
    opened.page.wait_for_function("() => document.documentElement.dataset.link === 'live'")
    expect(opened.find("#filter")).to_be_focused()
