"""UI-10: firing events from the page."""

import re
import subprocess

from contract.machine import Machine
from playwright.sync_api import Locator, expect

from dashboard.tab import OpenTab, Tab


def form(tab: OpenTab, machine: Machine, kind: str) -> Tab:
    """A tab with the form of a kind of event."""
    machine.process(processId=4000)
    opened = tab().open(f"?host={machine.name}&v=fire")
    opened.find("#fire-tab").click()
    opened.find("#fire-kind").select_option(label=kind)
    return opened


def command(opened: Tab) -> Locator:
    """The request as a command."""
    return opened.find("#fire code.curl")


def kinds(opened: Tab) -> list[str]:
    """The kinds of events that there are."""
    return opened.find("#fire-kind").locator("option").all_inner_texts()


def test_each_kind_of_event_is_fired_with_its_defaults(tab: OpenTab, machine: Machine) -> None:
    """A form for each kind; what it holds at first is a request that the service takes."""
    machine.process(processId=584)
    opened = tab().open(f"?host={machine.name}&v=fire&p=584")
    opened.find("#fire-tab").click()
    names = kinds(opened)
    assert len(names) >= 8, names
    for name in names:
        opened.find("#fire-kind").select_option(label=name)
        expect(command(opened)).to_contain_text("curl -s")
        before = opened.find("#fire [data-sent]").count()
        opened.find("#fire button[type=submit]").click()
        expect(opened.find("#fire [data-sent]")).to_have_count(before + 1)
        expect(opened.find("#fire .fault")).to_have_count(0)


def test_the_command_does_what_the_button_does(tab: OpenTab, machine: Machine) -> None:
    """The request is shown as curl while one types; pasted into a shell it makes the same process."""
    opened = form(tab, machine, "Process creation")
    field = opened.find("#fire").get_by_label("image", exact=True)
    field.fill('C:\\it\'s "quoted" & $HOME.exe')
    expect(command(opened)).to_contain_text("$HOME.exe")
    text = command(opened).inner_text()
    opened.find("#fire button[type=submit]").click()
    expect(opened.find("#fire [data-sent]")).to_have_count(1)
    subprocess.run(["bash", "-c", text], check=True, capture_output=True, timeout=20)
    names = [process["imageFileName"] for process in machine.all("listProcesses")]
    assert names.count('C:\\it\'s "quoted" & $HOME.exe') == 2


def test_the_answer_goes_to_why(tab: OpenTab, machine: Machine) -> None:
    """UI-9: for one's own actions at once."""
    machine.process(processId=584, rules=["NotifyNewThreadSameProcess"])
    opened = form(tab, machine, "Thread")
    opened.find("#fire").get_by_label("process", exact=True).fill("584")
    opened.find("#fire button[type=submit]").click()
    expect(opened.find("#fire")).to_contain_text("NewThreadSameProcess")
    opened.find("#why-tab").click()
    expect(opened.find("#why")).to_contain_text("NewThreadSameProcess")


def test_a_request_that_is_refused_says_why(tab: OpenTab, machine: Machine) -> None:
    """UI-11: title, detail, and the page of the problem."""
    opened = form(tab, machine, "Thread")
    opened.watch.expect("status of 404")
    opened.find("#fire").get_by_label("process", exact=True).fill("4242")
    opened.find("#fire button[type=submit]").click()
    expect(opened.find("body")).to_contain_text("4242")
    expect(opened.find("a[href*='/problems/unknown-process']").first).to_be_visible()


def test_sent_ones_can_be_sent_again(tab: OpenTab, machine: Machine) -> None:
    """The last 20 are kept in the tab; `r` and Shift+Enter send the last one again, one button a hundred times."""
    opened = form(tab, machine, "Async notification")
    opened.find("#fire button[type=submit]").click()
    expect(opened.find("#fire [data-sent]")).to_have_count(1)
    opened.find("#rows").focus()
    opened.press("r")
    expect(opened.row(3)).to_be_visible()
    opened.find("#fire").get_by_role("button", name=re.compile("100")).first.click()
    expect(opened.row(103)).to_be_visible()
    assert machine.get("countMessages", query={"kind": "async"})["count"] == 102
    assert opened.find("#fire [data-sent]").count() <= 20
    opened.page.reload()
    opened.ready()
    opened.find("#fire-tab").click()
    expect(opened.find("#fire [data-sent]").first).to_be_visible()
