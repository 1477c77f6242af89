"""Changes of processes after a revision: `GET /processes?changedAfter=` (UIA-5)."""

import threading
from typing import Any

from contract.machine import Machine, new_machine
from contract.story import RULE, A, B, two_processes


def revision(machine: Machine) -> int:
    """The current revision of the host."""
    return int(machine.get("listProcesses", query={"limit": 1})["revision"])


def changes(machine: Machine, after: int, **query: object) -> dict[str, Any]:
    """The changes after a revision."""
    found: dict[str, Any] = machine.get("listProcesses", query={"changedAfter": after, **query})
    assert "next" not in found
    return found


def pids(processes: list[dict[str, Any]]) -> list[int]:
    """The pids of processes, in order."""
    return [int(process["processId"]) for process in processes]


def test_a_list_and_its_items_have_revisions(machine: Machine) -> None:
    """UIA-5."""
    created = [machine.process(processId=pid)["revision"] for pid in (A, B)]
    listed = machine.get("listProcesses")
    assert [process["revision"] for process in listed["items"]] == [1, *created]
    assert listed["revision"] == created[-1]
    assert {"removed", "complete"} & listed.keys() == set()
    assert machine.get("getProcess", pid=A)["revision"] == created[0]


def test_each_kind_of_change_is_reported_once(machine: Machine) -> None:
    """UIA-5: as it is now, in the order of the last changes."""
    two_processes(machine)
    seen = revision(machine)
    machine.call("patchProcessRules", pid=B, body={"set": ["NotifyImageLoadRule"]})
    machine.call("putProcessFlags", pid=B, body={"flags": []})
    machine.call("putCommandLine", pid=A, body={"commandLine": "other"})
    found = changes(machine, seen)
    assert found["complete"] is True
    assert pids(found["items"]) == [B, A]
    assert found["items"] == [machine.get("getProcess", pid=pid) for pid in (B, A)]
    assert found["revision"] == revision(machine) == found["items"][-1]["revision"]
    assert changes(machine, found["revision"]) == {
        "revision": found["revision"],
        "items": [],
        "removed": [],
        "complete": True,
    }


def test_a_rule_that_an_acknowledgment_clears_is_a_change_and_a_message_is_not(machine: Machine) -> None:
    """UIA-5, SYN-9, ASY-2."""
    two_processes(machine)
    seen = revision(machine)
    machine.load(B, "a.dll")
    assert changes(machine, seen)["items"] == []
    machine.thread(B, creatorProcessId=A)
    [process] = changes(machine, seen)["items"]
    assert (process["processId"], process["rules"], process["notificationsSent"] > 0) == (A, [], True)


def test_exits_and_denied_creations_are_removals(machine: Machine) -> None:
    """UIA-5, PRC-4, PRC-7."""
    process = machine.process(processId=A)
    seen = revision(machine)
    machine.call("exitProcess", pid=A)
    machine.call("putEngine", body={"type": "embedded", "reply": "deny"})
    denied = machine.call("createProcess", body={"processId": B, "imageFileName": "b.exe"}).json
    assert denied["created"] is False
    found = changes(machine, seen)
    assert found["items"] == []
    assert pids(found["removed"]) == [A, B]
    assert found["removed"][0] == {"processId": A, "creationTime": process["creationTime"]}


def test_a_page_of_changes_is_continued_by_its_revision(machine: Machine) -> None:
    """UIA-5: items and removals together are at most `limit`."""
    seen = revision(machine)
    for pid in range(1000, 1040, 4):
        machine.process(processId=pid)
    for pid in range(1000, 1020, 4):
        machine.call("exitProcess", pid=pid)
    reported: list[tuple[str, int]] = []
    while True:
        found = changes(machine, seen, limit=3)
        if found["revision"] == seen:
            break
        assert 1 <= len(found["items"]) + len(found["removed"]) <= 3
        reported += [("changed", pid) for pid in pids(found["items"])]
        reported += [("removed", pid) for pid in pids(found["removed"])]
        seen = found["revision"]
    assert reported == [
        *(("changed", pid) for pid in range(1020, 1040, 4)),
        *(("removed", pid) for pid in range(1000, 1020, 4)),
    ]
    assert seen == revision(machine)


def test_filters_apply_to_changes(machine: Machine) -> None:
    """UIA-5: what changed and does not match is listed as removed."""
    two_processes(machine)
    seen = revision(machine)
    machine.call("patchProcessRules", pid=A, body={"clear": [RULE]})
    machine.call("patchProcessRules", pid=B, body={"set": [RULE]})
    found = changes(machine, seen, rule=RULE)
    assert (pids(found["items"]), pids(found["removed"])) == ([B], [A])
    found = changes(machine, seen, imageFileName="*\\nothing.exe", cursor=999999)
    assert (pids(found["items"]), pids(found["removed"])) == ([], [A, B])


def test_revisions_of_another_life_of_the_host_are_too_old_or_too_new(machine: Machine) -> None:
    """UIA-5, UI-11."""
    two_processes(machine)
    seen = revision(machine)
    machine.call("resetHost", body={})
    found = changes(machine, seen)
    assert found == {"revision": 1, "items": [], "removed": [], "complete": False}
    assert pids(changes(machine, 0)["items"]) == [4]
    assert changes(machine, 18446744073709551615)["complete"] is False


def held(machine: Machine, after: int) -> tuple[threading.Thread, list[dict[str, Any]]]:
    """A request for changes that waits in a thread; its answer is put into the list."""
    answers: list[dict[str, Any]] = []
    client = machine.client.again()

    def ask() -> None:
        query = {"changedAfter": after, "waitMs": 60_000}
        answers.append(client.call("listProcesses", host=machine.name, query=query).json)
        client.close()

    thread = threading.Thread(target=ask)
    thread.start()
    return thread, answers


def test_an_answer_is_held_until_something_changes(machine: Machine) -> None:
    """UIA-5: several readers get the same answer, whether the change comes before or after their requests."""
    seen = revision(machine)
    readers = [held(machine, seen) for _ in range(3)]
    machine.process(processId=A)
    for thread, answers in readers:
        thread.join(30)
        [answer] = answers
        assert pids(answer["items"]) == [A]


def test_an_answer_is_held_no_longer_than_asked(machine: Machine) -> None:
    """UIA-5."""
    seen = revision(machine)
    assert changes(machine, seen, waitMs=50)["revision"] == seen
    assert pids(changes(machine, 0, waitMs=60_000)["items"]) == [4]


def test_the_end_of_a_host_ends_its_waits(machine: Machine) -> None:
    """UIA-5: long before their time is over. A request that comes after the end finds no host."""
    with new_machine(machine.client) as other:
        seen = revision(other)
        statuses: list[int] = []
        client = other.client.again()

        def ask() -> None:
            target = f"/v1/hosts/{other.name}/processes?changedAfter={seen}&waitMs=60000"
            statuses.append(client.raw("GET", target).status)
            client.close()

        thread = threading.Thread(target=ask)
        thread.start()
        other.call("deleteHost", expect=204)
        thread.join(30)
        assert statuses in ([200], [404])
