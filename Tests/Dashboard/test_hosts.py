"""UI-10: a tab goes from one host to another, and nothing of the first one follows."""

from collections.abc import Iterator

import pytest
from contract.client import Client
from contract.machine import Machine, new_machine
from contract.notices import send_async
from playwright.sync_api import Route, expect

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


def hold(opened: Tab, machine: Machine, method: str, path: str = "") -> list[Route]:
    """Hold the requests of one method to a host from now on, all or those of one path."""
    held: list[Route] = []
    start = f"{opened.address}/v1/hosts/{machine.name}/{path}"

    def holding(route: Route) -> None:
        if route.request.method == method:
            held.append(route)
        else:
            route.continue_()

    opened.page.route(lambda url: url.startswith(start), holding)
    return held


def choose(opened: Tab, machine: Machine) -> None:
    """Select another host, and wait until all that is asked about it was answered once."""
    opened.find("#host").click()
    with opened.page.expect_response(f"**/v1/hosts/{machine.name}/engine"):
        opened.find("#hosts-dialog").get_by_role("button", name=machine.name, exact=True).click()
    expect(opened.find("#link")).to_contain_text("live")


def answer(opened: Tab, machine: Machine, held: list[Route]) -> None:
    """Let the held requests go on; wait until they are answered, and until the page has asked its host once more."""
    with opened.page.expect_response(f"**/v1/hosts/{machine.name}/engine"):
        for route in held:
            route.continue_()
            assert route.request.response() is not None


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
    held = hold(opened, shown, "GET")
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
    held = hold(opened, shown, "PUT", "engine")
    opened.find("#engine").get_by_role("button", name="Disconnect").click()
    opened.eventually(lambda: held)
    choose(opened, other)
    answer(opened, other, held)
    assert shown.get("getEngine")["type"] == "none"
    expect(opened.find("#engine-state")).to_contain_text("engine embedded")
    expect(back).to_be_disabled()
    expect(opened.find("#status")).to_have_text("")


def test_a_hundred_events_do_not_go_on_with_another_host(other: Machine, tab: OpenTab, shown: Machine) -> None:
    """Those that were not sent yet are not sent, and the answer is not said about the host that is shown now."""
    opened = tab().open(f"?host={shown.name}&v=fire")
    opened.find("#fire-tab").click()
    opened.find("#fire-kind").select_option(label="Async notification")
    opened.find("#fire button[type=submit]").click()
    expect(opened.find("#status")).to_contain_text("Fired")
    opened.find("#status").evaluate("status => status.replaceChildren()")
    held = hold(opened, shown, "POST")
    opened.find("#fire").get_by_role("button", name="100").first.click()
    opened.eventually(lambda: held)
    choose(opened, other)
    answer(opened, other, held)
    assert len(held) == 1
    assert shown.get("countMessages", query={"kind": "async"})["count"] == 2
    assert changes(opened, other) == []
    expect(opened.find("#status")).to_have_text("")
    expect(opened.find("#why")).to_contain_text("Select a message")
    expect(opened.find("#fire button[type=submit]")).to_be_enabled()


def test_a_refusal_about_another_host_is_not_said(other: Machine, tab: OpenTab, shown: Machine) -> None:
    """The host was deleted when its answer came; the one that is shown is there."""
    opened = tab().open(f"?host={shown.name}")
    held = hold(opened, shown, "PUT", "worker")
    opened.find("#pause").click()
    opened.eventually(lambda: held)
    choose(opened, other)
    shown.client.call("deleteHost", host=shown.name)
    opened.watch.expect("status of 404")
    answer(opened, other, held)
    expect(opened.find("#status")).to_have_text("")
    expect(opened.find("#link")).to_contain_text("live")
    expect(opened.find("#pause")).to_be_enabled()
