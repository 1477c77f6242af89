"""UI-12: everything by keys."""

from contract.machine import Machine
from contract.notices import send_async
from playwright.sync_api import expect

from dashboard.load import events
from dashboard.tab import OpenTab

KEYS = [
    "?",
    "/",
    "Esc",
    "j",
    "k",
    "Enter",
    "f",
    "g",
    "[",
    "]",
    "w",
    "p",
    "q",
    "a",
    "d",
    "+",
    "-",
    "Space",
    ".",
    "r",
    "h",
]


def test_the_help_lists_every_key(tab: OpenTab, machine: Machine) -> None:
    """`?` opens it, Esc closes it."""
    opened = tab().open(f"?host={machine.name}")
    opened.press("?")
    help_dialog = opened.find("#help[open]")
    expect(help_dialog).to_be_visible()
    shown = [text.replace("Escape", "Esc") for text in help_dialog.locator("kbd").all_inner_texts()]
    missing = [key for key in [*KEYS, "T", "F6", "x", "c", "t"] if key not in " ".join(shown).split()]
    assert missing == [], shown
    opened.press("Escape")
    expect(help_dialog).to_have_count(0)


def test_messages_are_walked_with_j_and_k(tab: OpenTab, machine: Machine) -> None:
    """j next, k previous, Enter opens."""
    events(machine, 5)
    opened = tab().open(f"?host={machine.name}&m=3")
    opened.find("#rows").focus()
    opened.press("j")
    expect(opened.find("#message-summary")).to_contain_text("#4 ")
    opened.press("k", "k")
    expect(opened.find("#message-summary")).to_contain_text("#2 ")


def test_losses_are_walked_with_brackets(tab: OpenTab, machine: Machine) -> None:
    """] next loss, [ previous one."""
    machine.call("patchConfig", body={"maxAsyncNotificationCount": 5})
    machine.call("putWorker", body={"state": "paused"})
    events(machine, 7)
    machine.get("stepWorker", body={"count": 5})
    opened = tab().open(f"?host={machine.name}&m=1")
    opened.press("]")
    expect(opened.find("#message-summary")).to_contain_text("#2 ")
    opened.press("[")
    expect(opened.find("#message-summary")).to_contain_text("#1 ")


def test_g_goes_to_a_sequence(tab: OpenTab, machine: Machine) -> None:
    """UI-14: to any sequence by one call."""
    events(machine, 9_000)
    opened = tab().open(f"?host={machine.name}")
    opened.press("g")
    expect(opened.find("#goto[open]")).to_be_visible()
    opened.page.keyboard.type("4711")
    opened.press("Enter")
    expect(opened.find("#message-summary")).to_contain_text("#4,711")
    expect(opened.row(4711)).to_be_visible()


def test_slash_goes_to_the_filter_and_escape_clears_it(tab: OpenTab, machine: Machine) -> None:
    """`/` and Esc; letters that are typed into a field are no commands."""
    last = send_async(machine, "RegistryEvent")["sequence"]
    opened = tab().open(f"?host={machine.name}")
    opened.press("/")
    expect(opened.find("#filter")).to_be_focused()
    opened.page.keyboard.type("gfh?T .")
    expect(opened.find("#filter")).to_have_value("gfh?T .")
    expect(opened.find("dialog[open]")).to_have_count(0)
    assert machine.get("getWorker") == {"state": "running"}
    opened.press("Escape")
    expect(opened.find("#filter")).to_have_value("")
    expect(opened.row(last)).to_be_visible()


def test_keys_do_nothing_with_ctrl_alt_or_meta(tab: OpenTab, machine: Machine) -> None:
    """They belong to the browser and to screen readers."""
    opened = tab().open(f"?host={machine.name}")
    opened.find("#rows").focus()
    for key in ("Alt+g", "Control+h", "Meta+g", "Alt+.", "Control+Space"):
        opened.press(key)
    expect(opened.find("dialog[open]")).to_have_count(0)
    assert machine.get("getWorker") == {"state": "running"}


def test_keys_of_one_letter_can_be_turned_off(tab: OpenTab, machine: Machine) -> None:
    """WCAG 2.1.4; the choice stays."""
    opened = tab().open(f"?host={machine.name}")
    opened.press("?")
    opened.find("#help").get_by_role("checkbox").first.click()
    opened.dismiss()
    opened.find("#rows").focus()
    opened.press("g")
    expect(opened.find("dialog[open]")).to_have_count(0)
    opened.page.reload()
    opened.ready()
    opened.find("#rows").focus()
    opened.press("h")
    expect(opened.find("dialog[open]")).to_have_count(0)


def test_panes_are_reached_by_f6_and_by_letters(tab: OpenTab, machine: Machine) -> None:
    """F6 goes round the panes; w, p and q go to why, processes and queue."""
    events(machine, 2)
    opened = tab().open(f"?host={machine.name}")
    panes = []
    for _ in range(6):
        opened.press("F6")
        panes.append(opened.page.evaluate("document.activeElement.closest('section')?.id"))
    assert {"queue", "processes", "messages", "message", "panel"} <= set(panes), panes
    for key, pane in {"p": "processes", "q": "queue", "w": "panel"}.items():
        opened.press(key)
        assert opened.page.evaluate("document.activeElement.closest('section')?.id") == pane


def test_t_changes_the_theme_and_keeps_it(tab: OpenTab, machine: Machine) -> None:
    """UI-13: `T` overrides the system's choice, in localStorage."""
    opened = tab(color_scheme="light").open(f"?host={machine.name}")
    light = opened.page.evaluate("getComputedStyle(document.body).backgroundColor")
    opened.find("#rows").focus()
    opened.press("T")
    dark = opened.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (light, dark) == ("rgb(255, 255, 255)", "rgb(18, 22, 28)")
    opened.page.reload()
    opened.ready()
    assert opened.page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


def test_everything_is_reached_by_tab(tab: OpenTab, machine: Machine) -> None:
    """Each control that can be seen gets the focus, and the focus can be seen."""
    machine.process(processId=584)
    events(machine, 3)
    opened = tab().open(f"?host={machine.name}&m=1&p=584")
    opened.page.evaluate("document.activeElement.blur()")
    reached = set()
    for _ in range(200):
        opened.press("Tab")
        reached.add(
            opened.page.evaluate("""() => {
          const at = document.activeElement;
          window.numbered ??= new Map();
          if (!numbered.has(at)) numbered.set(at, numbered.size);
          return numbered.get(at);
        }""")
        )
    missed = opened.page.evaluate("""() => [...document.querySelectorAll("button, input, select, a[href]")]
      .filter(one => one.checkVisibility() && !one.disabled && one.tabIndex >= 0 && !numbered.has(one)
        && !one.closest("[role=tree], [role=grid], [role=tablist], dialog:not([open])")
        && !(one.type === "radio" && !one.checked))
      .map(one => one.outerHTML.slice(0, 120))""")
    assert missed == []
    assert len(reached) > 15
