"""UI-2: what is selected stands in the address."""

from urllib.parse import parse_qs, urlsplit

import pytest
from contract.machine import Machine
from contract.notices import send_async
from playwright.sync_api import expect

from dashboard.tab import OpenTab, Tab


def state(opened: Tab) -> dict[str, str]:
    """The names and values of the address, once nothing changes it any more."""
    opened.page.wait_for_function("""() => new Promise((done) => {
      const before = location.href;
      setTimeout(() => done(location.href === before), 350);
    })""")
    return {name: values[0] for name, values in parse_qs(urlsplit(opened.page.url).query).items()}


def test_a_link_opens_the_same_state_elsewhere(tab: OpenTab, machine: Machine) -> None:
    """host, q, m, p, span: as left in one tab, so in another."""
    machine.process(processId=584)
    machine.load(584, "C:\\a.dll")
    last = machine.load(584, "C:\\b.dll")[0]["sequence"]
    opened = tab().open(f"?host={machine.name}")
    opened.find("#filter").fill("pid:584")
    expect(opened.find("#count")).to_contain_text("3 shown")
    opened.row(last).click()
    opened.find("#tree [role=treeitem][data-pid='584']").click()
    wanted = {"host": machine.name, "q": "pid:584", "m": str(last), "p": "584"}
    assert wanted.items() <= state(opened).items()
    other = tab().open(opened.page.url.partition("/?")[2].join(["?", ""]))
    expect(other.find("#filter")).to_have_value("pid:584")
    expect(other.find("#message-summary")).to_contain_text(f"#{last:,}")
    expect(other.find("#tree [role=treeitem][data-pid='584']")).to_have_attribute("aria-selected", "true")
    expect(other.row(last)).to_have_attribute("aria-selected", "true")


def test_back_goes_to_the_message_before(tab: OpenTab, machine: Machine) -> None:
    """Selecting makes an entry of the history; typing a filter makes none."""
    first, second = (send_async(machine, "RegistryEvent")["sequence"] for _ in range(2))
    opened = tab().open(f"?host={machine.name}")
    opened.row(first).click()
    expect(opened.find("#message-summary")).to_contain_text(f"#{first:,}")
    state(opened)
    opened.row(second).click()
    expect(opened.find("#message-summary")).to_contain_text(f"#{second:,}")
    state(opened)
    entries = opened.page.evaluate("history.length")
    opened.find("#filter").press_sequentially("Registry", delay=60)
    assert state(opened)["q"] == "Registry"
    assert opened.page.evaluate("history.length") == entries
    opened.page.go_back()
    expect(opened.find("#message-summary")).to_contain_text(f"#{first:,}")
    opened.page.go_forward()
    expect(opened.find("#message-summary")).to_contain_text(f"#{second:,}")


def test_two_selections_in_quick_succession_are_two_entries(tab: OpenTab, machine: Machine) -> None:
    """Back never skips a message, however fast they were selected."""
    sequences = [send_async(machine, "RegistryEvent")["sequence"] for _ in range(3)]
    opened = tab().open(f"?host={machine.name}")
    for sequence in sequences:
        opened.row(sequence).click()
    expect(opened.find("#message-summary")).to_contain_text(f"#{sequences[2]:,}")
    state(opened)
    opened.page.go_back()
    expect(opened.find("#message-summary")).to_contain_text(f"#{sequences[1]:,}")


def test_unknown_names_are_kept_and_ignored(tab: OpenTab, machine: Machine) -> None:
    """Each name is optional, unknown ones stay."""
    last = send_async(machine, "RegistryEvent")["sequence"]
    opened = tab().open(f"?host={machine.name}&later=7&m=none&p=x&span=-4&v=nowhere")
    opened.row(last).click()
    expect(opened.find("#message-summary")).to_contain_text(f"#{last:,}")
    assert {"later": "7", "m": str(last)}.items() <= state(opened).items()


def test_without_a_name_the_host_default_is_shown(tab: OpenTab, machine: Machine) -> None:
    """`GET /` alone."""
    opened = tab().open()
    expect(opened.find("#host")).to_contain_text("default")
    assert machine.name not in opened.page.url


def test_a_host_that_does_not_exist_is_said_and_others_are_offered(tab: OpenTab, machine: Machine) -> None:
    """UI-11."""
    opened = tab()
    opened.watch.expect("status of 404")
    opened.load("?host=nowhere")
    expect(opened.find("body")).to_contain_text("nowhere")
    opened.find("#notice").get_by_role("button", name=machine.name).click()
    expect(opened.find("#link")).to_contain_text("live")
    assert state(opened)["host"] == machine.name


def test_another_host_is_chosen_by_its_name(tab: OpenTab, machine: Machine) -> None:
    """The chooser lists hosts by page and filters them; Back returns to the one before."""
    opened = tab().open("?host=default")
    opened.press("h")
    expect(opened.find("#hosts-dialog[open]")).to_be_visible()
    opened.page.keyboard.type(machine.name)
    opened.find("#hosts-dialog").get_by_role("button", name=machine.name, exact=True).click()
    expect(opened.find("#host")).to_contain_text(machine.name)
    expect(opened.find("#hosts-dialog[open]")).to_have_count(0)
    last = send_async(machine, "RegistryEvent")["sequence"]
    expect(opened.row(last)).to_be_visible()
    opened.page.go_back()
    expect(opened.find("#host")).to_contain_text("default")


@pytest.mark.parametrize("name", ["Lab", "a%2Fb", "%F0%9F%98%80", ".."])
def test_a_name_that_no_host_can_have_is_a_host_that_does_not_exist(tab: OpenTab, machine: Machine, name: str) -> None:
    """The page says so, shows nothing of another host, and offers the others."""
    opened = tab()
    opened.watch.expect("status of 404" if name == ".." else "status of 400")
    opened.load(f"?host={name}")
    expect(opened.find("#link")).to_contain_text("there is no such host")
    expect(opened.find("#notice")).to_contain_text("does not exist")
    expect(opened.find("#queue")).to_be_hidden()
