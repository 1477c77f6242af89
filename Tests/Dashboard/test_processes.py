"""UI-10: the tree of processes, and the selected one."""

import json
import re

import pytest
from contract.machine import Machine
from playwright.sync_api import Locator, Route, expect

from dashboard.held import answer, hold
from dashboard.tab import OpenTab, Tab

SAME = "NotifyNewThreadSameProcess"
OTHER = "NotifyNewThreadDifferentProcess"


def item(opened: Tab, pid: int) -> Locator:
    """The row of a process."""
    return opened.find(f"#tree [role=treeitem][data-pid='{pid}']")


@pytest.fixture
def family(machine: Machine) -> Machine:
    """System, a child, two grandchildren and an orphan."""
    machine.process(processId=584, parentProcessId=4, imageFileName="C:\\smss.exe")
    machine.process(processId=664, parentProcessId=584, imageFileName="C:\\winlogon.exe", rules=[SAME])
    machine.process(processId=700, parentProcessId=584, imageFileName="C:\\services.exe")
    machine.process(processId=900, parentProcessId=12_000, imageFileName="C:\\orphan.exe")
    return machine


def test_the_tree_is_by_parent(tab: OpenTab, family: Machine) -> None:
    """role=tree with level and position; orphans under "parent unknown"."""
    opened = tab().open(f"?host={family.name}")
    levels = {pid: int(item(opened, pid).get_attribute("aria-level") or 0) for pid in (4, 584, 664, 700)}
    assert levels[584] == levels[4] + 1
    assert levels[664] == levels[700] == levels[584] + 1
    assert [item(opened, pid).get_attribute("aria-posinset") for pid in (664, 700)] == ["1", "2"]
    assert item(opened, 664).get_attribute("aria-setsize") == "2"
    expect(opened.find("#tree")).to_contain_text(re.compile("parent unknown", re.IGNORECASE))
    expect(item(opened, 900)).to_contain_text("orphan.exe")


def test_an_armed_rule_is_filled_and_a_cleared_one_struck_out(tab: OpenTab, family: Machine) -> None:
    """● while armed, ○ for ten seconds when an acknowledgement cleared it, then gone."""
    opened = tab()
    opened.page.clock.install()
    opened.open(f"?host={family.name}")
    rule = opened.find(f"#tree [data-rule='{SAME}']")
    expect(rule).to_have_attribute("data-state", "armed")
    expect(rule).to_contain_text("●")
    family.thread(664)
    opened.page.clock.run_for(3_000)
    expect(rule).to_have_attribute("data-state", "cleared")
    expect(rule).to_contain_text("○")
    opened.page.clock.run_for(13_000)
    expect(rule).to_have_count(0)


def test_a_rule_that_was_set_again_stays_armed(tab: OpenTab, family: Machine) -> None:
    """A message may come after the state that followed it: the state holds."""
    opened = tab().open(f"?host={family.name}")
    rule = opened.find(f"#tree [data-rule='{SAME}']")
    expect(rule).to_have_attribute("data-state", "armed")
    opened.hide()
    held: list[Route] = []
    opened.page.route(re.compile(r"/messages\?"), lambda route: held.append(route))
    family.thread(664)
    family.get("patchProcessRules", pid=664, body={"set": [SAME]})
    with opened.page.expect_response(lambda response: "changedAfter" in response.url):
        opened.hide(False)
    opened.eventually(lambda: any("updates=true" in route.request.url for route in held))
    with opened.page.expect_response(lambda response: "changedAfter" in response.url):
        for route in held:
            route.continue_()
        expect(opened.row(family.all("listMessages")[-1]["sequence"])).to_be_visible()
    expect(rule).to_have_attribute("data-state", "armed")


def test_a_name_of_any_length_stays_within_the_pane(tab: OpenTab, family: Machine) -> None:
    """The marks of rules, too."""
    family.get("patchProcessRules", pid=664, body={"set": [OTHER, "NotifyProcessCmdLine"]})
    opened = tab(viewport={"width": 1_150, "height": 900}).open(f"?host={family.name}")
    expect(opened.find(f"#tree [data-rule='{OTHER}']")).to_be_visible()
    beyond = """() => [...document.querySelectorAll("#tree .name")].filter(name =>
      name.getBoundingClientRect().right > document.querySelector("#tree").getBoundingClientRect().right).length"""
    assert opened.page.evaluate(beyond) == 0


def test_processes_come_and_go(tab: OpenTab, family: Machine) -> None:
    """A new one is marked, one that ended is struck out, each for five seconds."""
    opened = tab()
    opened.page.clock.install()
    opened.open(f"?host={family.name}")
    family.process(processId=1200, parentProcessId=584, imageFileName="C:\\new.exe")
    opened.page.clock.run_for(2_500)
    expect(item(opened, 1200)).to_contain_text("new.exe")
    expect(item(opened, 1200)).to_contain_text("1200, new")
    opened.page.clock.run_for(7_000)
    expect(item(opened, 1200)).not_to_contain_text(", new")
    family.call("exitProcess", pid=1200)
    opened.page.clock.run_for(2_500)
    expect(item(opened, 1200)).to_contain_text(", exited")
    expect(item(opened, 1200)).to_have_css("text-decoration-line", "line-through")
    opened.page.clock.run_for(7_000)
    expect(item(opened, 1200)).to_have_count(0)


def test_a_search_keeps_ancestors_and_descendants(tab: OpenTab, family: Machine) -> None:
    """smss finds its children, services finds its ancestors; nothing found is said."""
    opened = tab().open(f"?host={family.name}")
    search = opened.find("#process-search")
    search.fill("smss")
    expect(item(opened, 900)).to_have_count(0)
    for pid in (4, 584, 664, 700):
        expect(item(opened, pid)).to_be_visible()
    search.fill("services")
    expect(item(opened, 664)).to_have_count(0)
    for pid in (4, 584, 700):
        expect(item(opened, pid)).to_be_visible()
    search.fill(SAME)
    expect(item(opened, 664)).to_be_visible()
    expect(item(opened, 700)).to_have_count(0)
    search.fill("nothing like it")
    expect(opened.find("#processes")).to_contain_text(re.compile("no process", re.IGNORECASE))


def test_the_tree_is_walked_by_keys(tab: OpenTab, family: Machine) -> None:
    """Down, up, left folds, right unfolds, Enter selects."""
    opened = tab().open(f"?host={family.name}")
    opened.find("#tree").focus()
    opened.press("Home", "ArrowDown")
    expect(item(opened, 584)).to_have_attribute("aria-selected", "true")
    expect(opened.find("#process")).to_contain_text("smss.exe")
    opened.press("ArrowLeft")
    expect(item(opened, 584)).to_have_attribute("aria-expanded", "false")
    expect(item(opened, 664)).to_have_count(0)
    opened.press("ArrowRight")
    expect(item(opened, 664)).to_be_visible()


def test_ten_thousand_processes_are_few_rows(tab: OpenTab, machine: Machine) -> None:
    """UI-14: at most 60 rows in the document; the last one is reached by one key."""
    lines = [
        {"type": "processCreate", "processId": pid, "imageFileName": f"C:\\p{pid}.exe"} for pid in range(8, 40_004, 4)
    ]
    data = "".join(json.dumps(line) + "\n" for line in lines).encode()
    answer = machine.client.raw(
        "POST", f"/v1/hosts/{machine.name}/events", data, {"Content-Type": "application/x-ndjson"}
    ).json
    assert answer["applied"] == 9_999, answer
    opened = tab().open(f"?host={machine.name}")
    expect(opened.find("#process-count")).to_contain_text("10,000")
    assert opened.find("#tree [role=treeitem]").count() <= 60
    opened.find("#tree").focus()
    opened.press("End")
    expect(item(opened, 40_000)).to_be_visible()
    assert opened.find("#tree [role=treeitem]").count() <= 60


def test_a_toggle_changes_that_rule_only(tab: OpenTab, family: Machine) -> None:
    """`set` and `clear` of one bit, whatever others an engine has set meanwhile."""
    opened = tab().open(f"?host={family.name}&p=664")
    family.call("patchProcessRules", pid=664, body={"set": ["0x4"]})
    toggle = (
        opened.find("#process")
        .get_by_role("switch", name=OTHER)
        .or_(opened.find("#process").get_by_role("checkbox", name=OTHER))
    )
    toggle.click()
    expect(opened.find(f"#tree [data-rule='{OTHER}'][data-state=armed]")).to_be_visible()
    assert {SAME, OTHER} < set(family.get("getProcess", pid=664)["rules"])
    toggle.click()
    expect(opened.find(f"#tree [data-rule='{OTHER}'][data-state=armed]")).to_have_count(0)
    rules = set(family.get("getProcess", pid=664)["rules"])
    assert SAME in rules
    assert OTHER not in rules
    assert len(rules) == 2


def test_the_selected_process_shows_all_of_it_and_its_messages(tab: OpenTab, family: Machine) -> None:
    """Everything of /processes/{pid}, its threads, and its messages by one button."""
    family.load(664, "C:\\a.dll")
    opened = tab().open(f"?host={family.name}&p=664")
    process = family.get("getProcess", pid=664)
    for value in ("winlogon.exe", process["creationTime"][:19], SAME, "584"):
        expect(opened.find("#process")).to_contain_text(value)
    opened.find("#process").get_by_role("button", name=re.compile("messages", re.IGNORECASE)).click()
    expect(opened.find("#filter")).to_have_value("pid:664")


def test_a_thread_of_the_selected_process_is_one_click(tab: OpenTab, family: Machine) -> None:
    """*thread*: the driver runs, and *why* shows its routines."""
    opened = tab().open(f"?host={family.name}&p=664")
    opened.find("#process").get_by_role("button", name="Thread", exact=True).click()
    opened.press("Enter")
    opened.find("#why-tab").click()
    expect(opened.find("#why")).to_contain_text("MpCreateThreadNotifyRoutine")
    expect(opened.find("#why")).to_contain_text("NewThreadSameProcess")


def test_an_exit_of_the_selected_process_is_one_click(tab: OpenTab, family: Machine) -> None:
    """*exit*."""
    opened = tab().open(f"?host={family.name}&p=700")
    opened.find("#process").get_by_role("button", name="Exit", exact=True).click()
    opened.press("Enter")
    expect(item(opened, 700)).to_contain_text(", exited")
    pids = [process["processId"] for process in family.all("listProcesses")]
    assert 700 not in pids


def test_a_pid_that_is_used_again_is_another_process(tab: OpenTab, family: Machine) -> None:
    """DATA-1: rules, names and parents go by pid and creation time."""
    family.thread(664)
    family.process(processId=720, parentProcessId=664, imageFileName="C:\\child.exe")
    family.call("exitProcess", pid=664)
    family.process(processId=664, imageFileName="C:\\new.exe")
    opened = tab().open(f"?host={family.name}&m=4&p=720")
    expect(item(opened, 664)).to_contain_text("new.exe")
    expect(opened.find("#rows [data-sequence]").first).to_be_visible()
    expect(opened.find("#tree [data-state=cleared]")).to_have_count(0)
    expect(opened.find("#process")).to_contain_text("664, not running")
    message = family.all("listMessages", query={"kind": "sync"})[0]["sequence"]
    opened.row(message).click()
    expect(opened.find("#why h2")).to_contain_text("threadCreate by 664,")


def test_a_toggle_is_said_of_the_process_that_it_changed(tab: OpenTab, family: Machine) -> None:
    """Another one is selected when the answer comes."""
    opened = tab().open(f"?host={family.name}&p=664")
    held = hold(opened, family.name, "PATCH")
    opened.find("#process").get_by_label(OTHER).check()
    opened.eventually(lambda: held)
    item(opened, 700).click()
    expect(opened.find("#process h3")).to_contain_text("services.exe")
    answer(opened, family.name, held)
    expect(opened.find("#status")).to_have_text(f"{OTHER} is set on 664 winlogon.exe.")
