"""UI-9: why a message came, or none."""

import re
from typing import Any

import pytest
from contract.machine import Machine
from contract.notices import send_async
from playwright.sync_api import Locator, expect

from dashboard.held import answer, hold
from dashboard.tab import OpenTab, Tab

A, B = 1000, 1004
RULE = "NotifyNewThreadDifferentProcess"


def routines_of(machine: Machine, pid: int, **members: object) -> list[dict[str, Any]]:
    """A thread, and the routines that it ran."""
    return machine.thread(pid, **members)


def decisions(machine: Machine, **query: object) -> list[dict[str, Any]]:
    """The decisions of a host (UIA-3)."""
    words = "&".join(f"{name}={value}" for name, value in query.items())
    items: list[dict[str, Any]] = machine.client.raw("GET", f"/v1/hosts/{machine.name}/decisions?{words}").json["items"]
    return items


@pytest.fixture
def two(machine: Machine) -> Machine:
    """Two processes; the rule of the first is armed."""
    machine.process(processId=A, imageFileName="C:\\powershell.exe", rules=[RULE])
    machine.process(processId=B, imageFileName="C:\\lsass.exe")
    return machine


def shown(opened: Tab, routine: str) -> Locator:
    """What *why* says of a routine."""
    return opened.find(f"#why [data-routine='{routine}']")


def checks(part: Locator) -> list[tuple[str, str]]:
    """The checks of a path: text and outcome."""
    return [
        (check.inner_text(), check.get_attribute("data-outcome") or "") for check in part.locator("[data-check]").all()
    ]


def test_a_message_is_explained_by_a_sentence_and_its_path(tab: OpenTab, two: Machine) -> None:
    """The engine was notified, acknowledged, and that cleared a rule; each check in the order of the answer."""
    first, _ = routines_of(two, B, creatorProcessId=A)
    sequence = first["messages"][0]["sequence"]
    opened = tab().open(f"?host={two.name}&m={sequence}")
    part = shown(opened, "MpCreateThreadNotifyRoutine")
    for words in (f"#{sequence}", "NewThreadDifferentProcess", "acknowledged", RULE):
        expect(part.locator(".sentence").first).to_contain_text(words)
    found = checks(part)
    assert len(found) == len(first["checks"])
    for (text, _), expected in zip(found, first["checks"], strict=True):
        assert expected["check"] in text
    assert "failed" not in [outcome for _, outcome in found]
    for message in first["messages"]:
        expect(part.locator(f"[data-message='{message['sequence']}']")).to_contain_text(message["operation"])


def test_a_branch_is_never_drawn_as_a_failure(tab: OpenTab, two: Machine) -> None:
    """A branch chooses (◇); only a guard fails (✗)."""
    first, _ = routines_of(two, B, creatorProcessId=A)
    opened = tab().open(f"?host={two.name}&m={first['messages'][0]['sequence']}")
    part = shown(opened, "MpCreateThreadNotifyRoutine")
    branch = part.locator("[data-check]", has_text="PsGetCurrentProcessId()").filter(has_text="ProcessId ==")
    expect(branch).to_have_attribute("data-outcome", "branch")
    expect(branch).to_contain_text("◇")
    expect(branch).not_to_contain_text("✗")


def test_why_nothing_was_sent_is_said_and_the_guard_that_failed_is_the_last(tab: OpenTab, two: Machine) -> None:
    """The sentence names the process and the rule that it does not have; the failed guard ends the path."""
    routines_of(two, A, creatorProcessId=B)
    [quiet] = decisions(two, processId=B, notified="false", routine="MpCreateThreadNotifyRoutine")
    opened = tab().open(f"?host={two.name}&d={quiet['decision']}")
    part = shown(opened, "MpCreateThreadNotifyRoutine")
    expect(part.locator(".sentence")).to_contain_text("1004 lsass.exe")
    expect(part.locator(".sentence")).to_contain_text(RULE)
    outcomes = [outcome for _, outcome in checks(part)]
    assert outcomes[-1] == "failed"
    assert "failed" not in outcomes[:-1]
    assert len(outcomes) == len(quiet["checks"])
    expect(part.locator("[data-message]")).to_have_count(0)


def test_what_would_have_to_change_is_done_by_its_button(tab: OpenTab, two: Machine) -> None:
    """*set the rule* patches that one rule; the same event is notified then."""
    routines_of(two, A, creatorProcessId=B)
    [quiet] = decisions(two, processId=B, notified="false", routine="MpCreateThreadNotifyRoutine")
    opened = tab().open(f"?host={two.name}&d={quiet['decision']}")
    shown(opened, "MpCreateThreadNotifyRoutine").get_by_role(
        "button", name=re.compile(f"set {RULE}", re.IGNORECASE)
    ).click()
    expect(opened.find(f"#tree [data-rule='{RULE}'][data-state=armed]")).to_have_count(2)
    assert two.get("getProcess", pid=B)["rules"] == [RULE]
    assert two.get("getProcess", pid=A)["rules"] == [RULE]
    first, _ = routines_of(two, A, creatorProcessId=B)
    assert first["notified"]


def test_rule_ids_lead_to_what_the_vocabulary_says(tab: OpenTab, two: Machine) -> None:
    """Each check has the id of its rule, as a link."""
    first, _ = routines_of(two, B, creatorProcessId=A)
    opened = tab().open(f"?host={two.name}&m={first['messages'][0]['sequence']}")
    for check in shown(opened, "MpCreateThreadNotifyRoutine").locator("[data-check]").all():
        expect(check).to_contain_text(re.compile(r"[A-Z]{3}-\d+"))
    link = (
        shown(opened, "MpCreateThreadNotifyRoutine").locator("a, button").filter(has_text=re.compile(r"THR-\d")).first
    )
    expect(link).to_be_visible()


def test_one_asks_why_there_was_no_message(tab: OpenTab, two: Machine) -> None:
    """*Why was there no message?*: process and routine; those that failed latest come first."""
    routines_of(two, A, creatorProcessId=B)
    routines_of(two, A, creatorProcessId=4)
    opened = tab().open(f"?host={two.name}&v=why")
    opened.find("#why-tab").click()
    opened.find("#why-form [name=pid]").fill(str(B))
    opened.press("Enter")
    results = opened.find("#why-results li")
    quiet = decisions(two, processId=B, notified="false")
    expect(results).to_have_count(len(quiet))
    looked = [next(one for one in quiet if one["decidedBy"] in text) for text in results.all_inner_texts()]
    depths = [len(one["checks"]) for one in looked]
    assert depths == sorted(depths, reverse=True)
    results.first.get_by_role("button").click()
    expect(opened.find("#why [data-outcome=failed]")).to_be_visible()


def test_a_lost_message_says_by_what_it_was_lost(tab: OpenTab, machine: Machine) -> None:
    """Overflow, with the sequence of the message that it made room for; time-out; flag off."""
    machine.call("putWorker", body={"state": "paused"})
    machine.call("patchConfig", body={"maxAsyncNotificationCount": 1, "syncMonitorNotificationTimeoutMs": 20})
    dropped = send_async(machine, "RegistryEvent")["sequence"]
    by = send_async(machine, "RegistryEvent")["sequence"]
    opened = tab().open(f"?host={machine.name}&m={dropped}")
    expect(opened.find("#outcome")).to_contain_text(f"{by}")
    expect(opened.find("#outcome")).to_contain_text(re.compile("overflow|full|dropped"))


def test_a_time_out_is_explained(tab: OpenTab, machine: Machine) -> None:
    """The status, the limit, and that the rule stays set."""
    machine.call("patchConfig", body={"syncMonitorNotificationTimeoutMs": 20})
    machine.call("putEngine", body={"type": "embedded", "replies": [{"kind": "sync", "delayMs": 2_000}]})
    machine.process(processId=A, rules=["NotifyNewThreadSameProcess"])
    [first, *_] = machine.thread(A)
    opened = tab().open(f"?host={machine.name}&m={first['messages'][0]['sequence']}")
    expect(opened.find("#message")).to_contain_text("STATUS_TIMEOUT")
    expect(opened.find("#why .sentence").first).to_contain_text(re.compile("time-?out|TIMEOUT|in time", re.IGNORECASE))


def test_a_late_answer_does_not_replace_a_newer_one(tab: OpenTab, two: Machine) -> None:
    """The answer about a decision comes after that about a message, and that about a message after a fired event."""
    first, _ = routines_of(two, B, creatorProcessId=A)
    sequence = first["messages"][0]["sequence"]
    created = decisions(two)[0]["decision"]
    opened = tab().open(f"?host={two.name}")
    expect(opened.row(sequence)).to_be_visible()
    held = hold(opened, two.name, "GET", "decisions?after=")
    opened.visit(f"?host={two.name}&d={created}")
    opened.eventually(lambda: held)
    opened.row(sequence).click()
    expect(shown(opened, "MpCreateThreadNotifyRoutine")).to_contain_text(f"#{sequence}")
    title = opened.find("#why h2").first.inner_text()
    answer(opened, two.name, held)
    expect(opened.find("#why h2").first).to_have_text(title)
