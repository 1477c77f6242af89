"""UI-5, UI-10: the worker, its entries and the ledger."""

import re

from contract.machine import Machine
from contract.notices import send_async
from playwright.sync_api import Locator, expect

from dashboard.held import answer, hold
from dashboard.tab import OpenTab, Tab


def ledger(opened: Tab) -> dict[str, int]:
    """The numbers of the ledger."""
    found: dict[str, str] = opened.find("#ledger").evaluate("""all => Object.fromEntries(
      [...all.querySelectorAll("[data-name]")].map(one => [one.dataset.name, one.textContent]))""")
    return {name: int(text.replace(",", "")) for name, text in found.items()}


def button(opened: Tab, name: str) -> Locator:
    """A button of the worker's bar."""
    return opened.find("#worker").get_by_role("button", name=name)


def fill(machine: Machine, *priorities: bool) -> list[int]:
    """Queue a message of each priority behind a paused worker."""
    return [int(send_async(machine, "RegistryEvent", highPriority=high)["sequence"]) for high in priorities]


def test_the_worker_is_paused_stepped_and_drained(tab: OpenTab, machine: Machine) -> None:
    """Pause, step 1, step 10, drain: each is one call, and the page shows what it did."""
    machine.process(processId=584)
    opened = tab().open(f"?host={machine.name}")
    button(opened, "Pause").click()
    expect(opened.find("#worker-state")).to_contain_text("paused")
    assert machine.get("getWorker") == {"state": "paused"}
    sequences = fill(machine, *[False] * 14)
    expect(opened.row(sequences[-1])).to_contain_text("queued")
    opened.find("#step1").click()
    expect(opened.row(sequences[0])).to_contain_text("✓ sent")
    expect(opened.row(sequences[1])).to_contain_text("queued")
    opened.find("#step10").click()
    expect(opened.row(sequences[10])).to_contain_text("✓ sent")
    expect(opened.row(sequences[11])).to_contain_text("queued")
    button(opened, "Run").click()
    opened.find("#drain").click()
    expect(opened.row(sequences[13])).to_contain_text("✓ sent")


def test_the_next_entry_is_marked_and_its_reason_is_right(tab: OpenTab, machine: Machine) -> None:
    """While paused: the entry that ASY-6 takes next, with the reason; what is marked is what is taken."""
    machine.call("patchConfig", body={"asyncStarvationLimit": 2})
    machine.call("putWorker", body={"state": "paused"})
    fill(machine, False, False, True, True, True)
    opened = tab().open(f"?host={machine.name}")
    expect(opened.find("#entries")).to_be_visible()
    taken, marked = [], []
    for left in range(5, 0, -1):
        expect(waiting(opened)).to_have_count(left)
        following = opened.find("#entries .next")
        expect(following).to_have_count(1)
        marked.append(int(re.search(r"#(\d+)", following.inner_text())[1]))
        taken.append(machine.get("stepWorker", body={"count": 1})["messages"][0]["sequence"])
    assert marked == taken == [3, 4, 1, 5, 2]


def waiting(opened: Tab) -> Locator:
    """The entries of both lists."""
    return opened.find("#entries .lists > :not(.taken) li", has_text="#")


def test_the_reason_of_the_next_entry_counts(tab: OpenTab, machine: Machine) -> None:
    """ "counter 1 of 2: high first", and after the limit the normal list."""
    machine.call("patchConfig", body={"asyncStarvationLimit": 2})
    machine.call("putWorker", body={"state": "paused"})
    fill(machine, False, True, True, True)
    opened = tab().open(f"?host={machine.name}")
    entries = opened.find("#entries")
    expect(entries).to_contain_text("0 of 2: high first")
    machine.get("stepWorker", body={"count": 1})
    expect(entries).to_contain_text("1 of 2: high first")
    machine.get("stepWorker", body={"count": 1})
    expect(entries).to_contain_text("2 of 2: the limit is reached")
    expect(opened.find("#entries .next")).to_contain_text("#1 ")


def test_the_ledger_is_conserved_and_its_loss_is_marked(tab: OpenTab, machine: Machine) -> None:
    """enqueued = sent + sendFailed + dropped + queued + inHand; a loss by word and shape, not by color alone."""
    machine.call("patchConfig", body={"maxAsyncNotificationCount": 3})
    machine.call("putWorker", body={"state": "paused"})
    fill(machine, *[False] * 8)
    opened = tab().open(f"?host={machine.name}")
    expect(opened.find("#ledger [data-name='dropped']")).to_contain_text("5")
    numbers = ledger(opened)
    assert numbers["enqueued"] == 8
    assert numbers["enqueued"] == sum(numbers[name] for name in ("sent", "sendFailed", "dropped", "queued", "inHand"))
    assert opened.find("#ledger [data-loss]").evaluate_all("all => all.map(one => one.dataset.name)") == ["dropped"]
    expect(opened.find("#ledger")).to_contain_text("▼")


def test_space_and_dot_work_the_worker(tab: OpenTab, machine: Machine) -> None:
    """UI-12: Space pauses and runs, `.` steps."""
    opened = tab().open(f"?host={machine.name}")
    opened.find("#rows").focus()
    opened.press("Space")
    expect(opened.find("#worker-state")).to_contain_text("paused")
    sequences = fill(machine, False, False)
    expect(opened.row(sequences[1])).to_contain_text("queued")
    opened.press(".")
    expect(opened.row(sequences[0])).to_contain_text("✓ sent")
    expect(opened.row(sequences[1])).to_contain_text("queued")
    opened.press("Space")
    expect(opened.row(sequences[1])).to_contain_text("✓ sent")


def test_predictions_are_counted(tab: OpenTab, machine: Machine) -> None:
    """*Predict* asks which list goes next before each step, and counts what was right."""
    machine.call("patchConfig", body={"asyncStarvationLimit": 1})
    machine.call("putWorker", body={"state": "paused"})
    fill(machine, False, True, True)
    opened = tab().open(f"?host={machine.name}")
    button(opened, "Predict").click()
    expect(opened.find("#entries .next")).to_have_count(0)
    guess = opened.find("#entries").get_by_role("button", name="high", exact=True)
    guess.click()
    expect(opened.find("#entries")).to_contain_text("1 of 1")
    guess.click()
    expect(opened.find("#entries")).to_contain_text("1 of 2")
    assert [item["sequence"] for item in machine.all("listMessages") if item["delivery"] == "queued"] == [3]


def test_a_guess_whose_answer_comes_late_stops_nothing(tab: OpenTab, machine: Machine) -> None:
    """Guessing is over by then; the controls go on."""
    machine.call("putWorker", body={"state": "paused"})
    fill(machine, True, True)
    opened = tab().open(f"?host={machine.name}")
    button(opened, "Predict").click()
    held = hold(opened, machine.name, "POST", "worker/steps")
    opened.find("#entries").get_by_role("button", name="high", exact=True).click()
    opened.eventually(lambda: held)
    button(opened, "Predict").click()
    answer(opened, machine.name, held)
    button(opened, "Run worker").click()
    expect(opened.find("#worker-state")).to_contain_text("running")
