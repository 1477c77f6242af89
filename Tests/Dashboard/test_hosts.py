"""UI-10: a tab goes from one host to another, and nothing of the first one follows."""

from collections.abc import Iterator

import pytest
from contract.client import Client
from contract.machine import Machine, new_machine
from contract.notices import send_async
from playwright.sync_api import Route, expect

from dashboard.held import answer, followed, hold
from dashboard.services import Services
from dashboard.tab import OpenTab, Tab


@pytest.fixture
def other(client: Client) -> Iterator[Machine]:
    """The host to which a tab goes."""
    with new_machine(client) as made:
        made.process(processId=584)
        yield made


@pytest.fixture
def shown(machine: Machine) -> Machine:
    """The host that a tab shows first."""
    machine.process(processId=584)
    return machine


def choose(opened: Tab, machine: Machine) -> None:
    """Select another host, and wait until the page follows it."""
    opened.choose(machine.name)
    followed(opened, machine.name)
    expect(opened.find("#link")).to_contain_text("live")


def changes(opened: Tab, machine: Machine) -> list[str]:
    """The requests of a tab that change something of a host."""
    start = f"{opened.address}/v1/hosts/{machine.name}/"
    return [each.url for each in opened.watch.requests if each.method != "GET" and each.url.startswith(start)]


def test_what_is_read_of_a_host_is_given_up_when_another_is_selected(
    other: Machine, tab: OpenTab, shown: Machine
) -> None:
    """Whatever reads: the polls, the list, a message, its decision, the threads of a process, a question."""
    sequence = int(send_async(shown, "RegistryEvent")["sequence"])
    opened = tab().open(f"?host={shown.name}&v=why")
    expect(opened.row(sequence)).to_be_visible()
    held = hold(opened, shown.name, "GET")
    opened.row(sequence).click()
    opened.find("#why-form").get_by_role("button", name="Ask").click()
    opened.find("#message-menu").click()
    opened.find("#row-menu").get_by_role("menuitem", name="Copy as JSON").click()
    opened.find("#processes").get_by_text("584").first.click()
    expected = ("decisions?message=", "decisions?limit=1", f"messages/{sequence}", "threads?", "history?", "queues?")
    asked = lambda: [route.request.url for route in held]  # noqa: E731
    opened.eventually(lambda: all(any(part in url for url in asked()) for part in expected), asked)
    choose(opened, other)
    opened.eventually(lambda: all(route.request.failure for route in held), asked)
    expect(opened.find("#status")).to_have_text("")


def test_the_engine_of_another_host_is_not_put_back(other: Machine, tab: OpenTab, shown: Machine) -> None:
    """The switch is made, but the host that is shown now had another engine before."""
    shown.call("putEngine", body={"type": "embedded", "delayMs": 7})
    opened = tab().open(f"?host={shown.name}&v=engine")
    opened.find("#engine-tab").click()
    back = opened.find("#engine").get_by_role("button", name="Put back the one before")
    expect(back).to_be_disabled()
    held = hold(opened, shown.name, "PUT", "engine")
    opened.find("#engine").get_by_role("button", name="Disconnect").click()
    opened.eventually(lambda: held)
    choose(opened, other)
    answer(opened, other.name, held)
    assert shown.get("getEngine")["type"] == "none"
    expect(opened.find("#engine-state")).to_contain_text("engine embedded")
    expect(back).to_be_disabled()
    expect(opened.find("#status")).to_have_text("")


def test_a_hundred_events_do_not_go_on_with_another_host(other: Machine, tab: OpenTab, shown: Machine) -> None:
    """The page sends no more of them, and says nothing of those that it sent."""
    opened = tab().open(f"?host={shown.name}&v=fire")
    opened.find("#fire-tab").click()
    opened.find("#fire-kind").select_option(label="Async notification")
    opened.find("#fire button[type=submit]").click()
    expect(opened.find("#status")).to_contain_text("Fired")
    opened.find("#status").evaluate("status => status.replaceChildren()")
    held = hold(opened, shown.name, "POST")
    opened.find("#fire").get_by_role("button", name="100").first.click()
    opened.eventually(lambda: held)
    choose(opened, other)
    answer(opened, other.name, held)
    assert len(held) == 1
    assert shown.get("countMessages", query={"kind": "async"})["count"] == 2
    assert changes(opened, other) == []
    expect(opened.find("#status")).to_have_text("")
    expect(opened.find("#why")).to_contain_text("Select a message")
    expect(opened.find("#fire button[type=submit]")).to_be_enabled()


def test_a_refusal_about_another_host_is_not_said(other: Machine, tab: OpenTab, shown: Machine) -> None:
    """The host was deleted when its answer came; the one that is shown is there."""
    opened = tab().open(f"?host={shown.name}")
    held = hold(opened, shown.name, "PUT", "worker")
    opened.find("#pause").click()
    opened.eventually(lambda: held)
    choose(opened, other)
    shown.client.call("deleteHost", host=shown.name)
    opened.watch.expect("status of 404")
    answer(opened, other.name, held)
    expect(opened.find("#status")).to_have_text("")
    expect(opened.find("#link")).to_contain_text("live")
    expect(opened.find("#pause")).to_be_enabled()


def test_an_action_on_one_host_does_not_keep_the_controls_of_another(
    other: Machine, tab: OpenTab, shown: Machine
) -> None:
    """A call that lasts, as one to a slow engine does, is not waited for once its host is left."""
    opened = tab().open(f"?host={shown.name}&v=fire")
    opened.find("#fire-tab").click()
    worker, event = hold(opened, shown.name, "POST", "worker/drain"), hold(opened, shown.name, "POST", "notifications")
    opened.find("#fire-kind").select_option(label="Async notification")
    opened.find("#fire button[type=submit]").click()
    opened.find("#drain").click()
    opened.eventually(lambda: worker and event)
    choose(opened, other)
    opened.find("#pause").click()
    expect(opened.find("#worker-state")).to_have_text("worker paused")
    opened.find("#fire button[type=submit]").click()
    expect(opened.find("#fire [data-sent]")).to_have_count(1)
    assert other.get("countMessages", query={"kind": "async"})["count"] == 1
    for route in worker + event:
        route.continue_()


@pytest.mark.parametrize("status", [429, 500, 502])
def test_a_host_that_could_not_be_read_at_first_is_asked_for_again(
    other: Machine, tab: OpenTab, shown: Machine, status: int
) -> None:
    """Whatever the refusal was; a proxy may be in between."""
    opened = tab().open(f"?host={shown.name}")
    opened.watch.expect(f"status of {status}")
    address = f"{opened.address}/v1/hosts/{other.name}"
    opened.page.route(address, lambda route: route.fulfill(status=status, body="not now"), times=1)
    choose(opened, other)
    expect(opened.row(int(send_async(other, "RegistryEvent")["sequence"]))).to_be_visible()


def test_what_is_shown_is_never_under_the_name_of_another_host(other: Machine, tab: OpenTab, shown: Machine) -> None:
    """While the host that was selected does not answer, nothing of the one before can be seen."""
    sequence = int(send_async(shown, "RegistryEvent")["sequence"])
    opened = tab().open(f"?host={shown.name}")
    expect(opened.row(sequence)).to_be_visible()
    held: list[Route] = []
    opened.page.route(f"{opened.address}/v1/hosts/{other.name}", lambda route: held.append(route))
    opened.choose(other.name)
    opened.eventually(lambda: held)
    expect(opened.find("#host")).to_contain_text(other.name)
    expect(opened.page).to_have_title(f"{other.name} - wdfilterd")
    expect(opened.row(sequence)).to_be_hidden()
    expect(opened.find("#tree")).to_be_hidden()
    expect(opened.find("#engine-state")).to_have_text("")
    held[0].continue_()
    expect(opened.find("#link")).to_contain_text("live")
    expect(opened.find("#rows [data-sequence]")).to_have_count(1)
    expect(opened.find("#tree")).to_be_visible()


def test_a_host_whose_name_begins_with_that_of_another_is_another(tab: OpenTab, client: Client) -> None:
    """The longer one is deleted while the shorter one is shown."""
    short, long = Machine(client, "prefix"), Machine(client, "prefix-1")
    for each in (short, long):
        each.call("putHost", body={}, expect=201)
        each.process(processId=584)
    opened = tab().open(f"?host={long.name}")
    held = hold(opened, long.name, "PUT", "worker")
    states: list[str] = []
    opened.page.expose_function("said", lambda text: states.append(text))
    opened.find("#pause").click()
    opened.eventually(lambda: held)
    choose(opened, short)
    opened.find("#link").evaluate(
        "link => new MutationObserver(() => said(link.textContent)).observe(link, { childList: true })"
    )
    client.call("deleteHost", host=long.name)
    opened.watch.expect("status of 404")
    answer(opened, short.name, held)
    assert states == []
    client.call("deleteHost", host=short.name)


def test_the_values_of_one_host_are_not_used_on_another(other: Machine, tab: OpenTab, shown: Machine) -> None:
    """Until the first answer about the engine and the worker of the host, their controls rest."""
    shown.call("putEngine", body={"type": "embedded", "delayMs": 7})
    shown.get("putWorker", body={"state": "paused"})
    opened = tab().open(f"?host={shown.name}&v=engine")
    opened.find("#engine-tab").click()
    expect(opened.find("#worker-state")).to_have_text("worker paused")
    engine, queues = hold(opened, other.name, "GET", "engine"), hold(opened, other.name, "GET", "queues")
    opened.choose(other.name)
    opened.eventually(lambda: engine and queues)
    expect(opened.find("#link")).to_contain_text("live")
    for name in ("Switch", "Disconnect", "Ping"):
        expect(opened.find("#engine").get_by_role("button", name=name)).to_be_disabled()
    for control in ("#pause", "#step1", "#drain"):
        expect(opened.find(control)).to_be_disabled()
    expect(opened.find("#worker-state")).to_have_text("")
    for route in engine + queues:
        route.continue_()
    expect(opened.find("#worker-state")).to_have_text("worker running")
    expect(opened.find("#engine").get_by_role("button", name="Disconnect")).to_be_enabled()


def test_what_was_folded_on_one_host_is_not_folded_on_another(other: Machine, tab: OpenTab, shown: Machine) -> None:
    """Their processes have the same pids."""
    opened = tab().open(f"?host={shown.name}")
    child = opened.find("#tree [data-pid='584']")
    expect(child).to_be_visible()
    opened.find("#tree [data-pid='4'] .fold").click()
    expect(child).to_have_count(0)
    choose(opened, other)
    expect(child).to_be_visible()


def test_the_form_is_filled_from_the_processes_of_the_host(other: Machine, tab: OpenTab, shown: Machine) -> None:
    """Also where both have the same pids, and with the thread that was created here last."""
    other.process(processId=700, imageFileName="C:\\beta.exe")
    shown.process(processId=700, imageFileName="C:\\alpha.exe")
    opened = tab().open(f"?host={shown.name}&v=fire")
    opened.find("#fire-tab").click()
    opened.find("#fire-kind").select_option(label="Thread")
    opened.find("#fire button[type=submit]").click()
    expect(opened.find("#fired")).to_contain_text("700 alpha.exe")
    opened.find("#fire-kind").select_option(label="Thread exit")
    expect(opened.find("#fire").get_by_label("thread id")).not_to_have_value("")
    choose(opened, other)
    expect(opened.find("#fire").get_by_label("process", exact=True)).to_have_value("700")
    expect(opened.find("#fire").get_by_label("thread id")).to_have_value("")
    expect(opened.find("#fired")).to_contain_text("700 beta.exe")
    assert "alpha" not in opened.find("#pids").inner_html()


def test_a_series_of_events_ends_when_the_host_is_created_again(tab: OpenTab, shown: Machine) -> None:
    """The new host has the name of the old one and is another."""
    opened = tab().open(f"?host={shown.name}&v=fire")
    opened.find("#fire-tab").click()
    opened.find("#fire-kind").select_option(label="Async notification")
    opened.find("#fire button[type=submit]").click()
    expect(opened.find("#status")).to_contain_text("Fired")
    held = hold(opened, shown.name, "POST", "notifications")
    opened.find("#fire").get_by_role("button", name="100").first.click()
    opened.eventually(lambda: held)
    opened.watch.expect("status of 404")
    shown.client.call("putHost", host=shown.name, query={"fresh": True}, body={})
    expect(opened.find("#rows")).to_contain_text("created again")
    held[0].continue_()
    assert held[0].request.response() is not None
    followed(opened, shown.name)
    assert len(held) == 1
    expect(opened.find("#status")).not_to_contain_text("Fired")


def test_a_host_beyond_the_first_page_is_found_again(services: Services, tab: OpenTab) -> None:
    """A host that was deleted is created again; the list of hosts is read by pages."""
    machine = services.machine()
    for number in range(105):
        machine.client.call("putHost", host=f"first-{number}", body={}, expect=201)
    late = Machine(machine.client, "zeta")
    late.call("putHost", body={}, expect=201)
    opened = tab(f"http://127.0.0.1:{machine.client.port}").open("?host=zeta")
    opened.watch.expect("status of 404")
    machine.client.call("deleteHost", host="zeta")
    expect(opened.find("#link")).to_contain_text("deleted")
    late.call("putHost", body={}, expect=201)
    expect(opened.find("#link")).to_contain_text("live")
    expect(opened.find("#notice")).to_be_hidden()


def test_a_late_list_of_hosts_says_nothing_about_a_host_that_is_there(
    other: Machine, tab: OpenTab, shown: Machine
) -> None:
    """It was asked for because the one before does not exist."""
    opened = tab().open(f"?host={shown.name}")
    held: list[Route] = []
    opened.page.route("**/v1/hosts?*", lambda route: held.append(route))
    opened.watch.expect("status of 404")
    opened.visit("?host=nobody")
    expect(opened.find("#link")).to_contain_text("no such host")
    opened.eventually(lambda: held)
    opened.visit(f"?host={other.name}")
    expect(opened.find("#link")).to_contain_text("live")
    for route in held:
        route.fulfill(json={"items": []})
        assert route.request.response() is not None
    followed(opened, other.name)
    expect(opened.find("#notice")).to_be_hidden()


@pytest.mark.parametrize("selector", ["#rows", "#filter", "#pause", "#engine [name=delayMs]"])
@pytest.mark.parametrize("again", [False, True], ids=["other", "again"])
def test_the_focus_stays_where_it_was(other: Machine, tab: OpenTab, shown: Machine, selector: str, again: bool) -> None:
    """Back goes to another host, or the host is created again: views and controls rest for a moment."""
    opened = tab().open(f"?host={other.name}&v=engine")
    choose(opened, shown)
    focused = opened.find(selector)
    expect(focused).to_be_enabled()
    focused.focus()
    if again:
        opened.watch.expect("status of 404")
        for path in ("engine", "queues"):
            hold(opened, shown.name, "GET", path)
        shown.client.call("putHost", host=shown.name, query={"fresh": True}, body={})
        expect(opened.find("#rows")).to_contain_text("created again")
    else:
        hold(opened, other.name, "GET", "engine")
        opened.page.go_back()
        expect(opened.find("#host")).to_contain_text(other.name)
        expect(opened.find("#link")).to_contain_text("live")
    opened.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    opened.page.unroute_all()
    expect(focused).to_be_focused()


def test_a_button_that_is_pressed_while_processes_come_is_clicked(tab: OpenTab, shown: Machine) -> None:
    """A new process does not replace the buttons of the events that were fired before."""
    opened = tab().open(f"?host={shown.name}&v=fire")
    opened.find("#fire-tab").click()
    opened.find("#fire-kind").select_option(label="Async notification")
    opened.find("#fire button[type=submit]").click()
    button = opened.find("#fired").get_by_role("button", name="again").first
    button.hover()
    opened.page.mouse.down()
    shown.process(processId=900)
    expect(opened.find("#tree [data-pid='900']")).to_be_visible()
    opened.page.mouse.up()
    opened.eventually(lambda: shown.get("countMessages", query={"kind": "async"})["count"] == 2)


def test_the_message_of_one_host_is_not_shown_on_another(other: Machine, tab: OpenTab, shown: Machine) -> None:
    """Nor its counts, until the first answers come."""
    for _ in range(3):
        send_async(shown, "RegistryEvent")
    opened = tab().open(f"?host={shown.name}&m=1")
    expect(opened.find("#message-parts")).to_be_visible()
    messages, processes = hold(opened, other.name, "GET", "messages?"), hold(opened, other.name, "GET", "processes?")
    opened.visit(f"?host={other.name}&m=1")
    opened.eventually(lambda: messages and processes)
    expect(opened.find("#link")).to_contain_text("live")
    expect(opened.find("#message-parts")).to_be_hidden()
    expect(opened.find("#count")).to_have_text("0")
    expect(opened.find("#process-count")).to_have_text("")
    opened.page.unroute_all()
    expect(opened.find("#message-parts")).to_be_visible()
