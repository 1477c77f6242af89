"""UI-13: the page for everybody: axe, narrow screens, large text, reduced motion, forced colors, no JavaScript."""

from typing import Any

import pytest
from contract.machine import Machine
from playwright.sync_api import expect

from dashboard.axe import violations
from dashboard.tab import OpenTab
from dashboard.view import VIEWS, lively, show

NARROW = {"width": 360, "height": 780}
MODES: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "narrow": {"viewport": NARROW},
    "reduced": {"reduced_motion": "reduce"},
    "forced": {"forced_colors": "active"},
}


def sync_of(machine: Machine) -> int:
    """The sequence of a sync message."""
    return int(machine.all("listMessages", query={"kind": "sync"})[0]["sequence"])


@pytest.fixture
def lab(machine: Machine) -> Machine:
    """A host with something to see in every view."""
    lively(machine)
    return machine


@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_nothing_in_any_view(tab: OpenTab, lab: Machine, mode: str) -> None:
    """WCAG 2.2 AA, each view, with a message, a process and a decision selected."""
    opened = tab(**MODES[mode]).open(f"?host={lab.name}&m={sync_of(lab)}&p=664")
    found = {}
    # A wide screen shows all views at once, but of these three only one.
    for view in VIEWS if mode == "narrow" else ("why", "fire", "engine"):
        show(opened, view)
        if faults := violations(opened):
            found[view] = faults
    assert found == {}


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_axe_finds_nothing_in_dialogs_and_the_first_run(tab: OpenTab, machine: Machine, mode: str) -> None:
    """First run, help, hosts, go to, tour, token."""
    opened = tab(**MODES[mode]).open(f"?host={machine.name}")
    found = {"first": violations(opened)}
    for key, dialog in {"?": "help", "h": "hosts-dialog", "g": "goto"}.items():
        opened.press(key)
        expect(opened.find(f"#{dialog}[open]")).to_be_visible()
        found[dialog] = violations(opened)
        opened.dismiss()
    tour = opened.another().open("?lesson=starvation")
    expect(tour.find("#tour")).to_be_visible()
    found["tour"] = violations(tour)
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize("width", [320, 360])
def test_a_narrow_screen_never_scrolls_sideways(tab: OpenTab, lab: Machine, width: int) -> None:
    """One view at a time with a bar; the plot is at least 150 px high."""
    opened = tab(viewport={"width": width, "height": 700}).open(f"?host={lab.name}")
    expect(opened.find("#views")).to_be_visible()
    wide = {}
    for view in VIEWS:
        show(opened, view)
        found = opened.page.evaluate("document.documentElement.scrollWidth")
        if found > width:
            wide[view] = found
    assert wide == {}
    show(opened, "queue")
    expect(opened.find("#plot")).to_be_visible()
    assert opened.find("#plot").evaluate("canvas => canvas.clientHeight") >= 150
    expect(opened.find("#messages")).to_be_hidden()


def test_text_of_twice_the_size_is_not_cut_off(tab: OpenTab, lab: Machine) -> None:
    """WCAG 1.4.4: at 200 % no button or heading loses a part of its words."""
    opened = tab().open(f"?host={lab.name}")
    opened.page.evaluate("document.documentElement.style.fontSize = '200%'")
    cut = {}
    for view in VIEWS:
        show(opened, view)
        faults = opened.page.evaluate("""() => [...document.querySelectorAll("button, h1, h2, summary, label")]
          .filter(one => one.checkVisibility() && one.clientWidth && one.scrollWidth > one.clientWidth + 2
            && getComputedStyle(one).overflowX !== "visible")
          .map(one => one.outerHTML.slice(0, 120))""")
        if faults:
            cut[view] = faults
    assert cut == {}


def test_reduced_motion_has_no_flash_and_no_smooth_scrolling(tab: OpenTab, lab: Machine) -> None:
    """No animation and no transition runs, whatever happens."""
    opened = tab(reduced_motion="reduce").open(f"?host={lab.name}")
    lab.call("patchProcessRules", pid=664, body={"set": ["NotifyNewThreadSameProcess"]})
    rule = opened.find("#tree [data-rule='NotifyNewThreadSameProcess']")
    expect(rule).to_have_attribute("data-state", "armed")
    lab.thread(664)
    expect(rule).to_have_attribute("data-state", "cleared")
    moving = opened.page.evaluate("""() => document.getAnimations()
      .filter(one => one.effect.getComputedTiming().duration > 20).length""")
    assert moving == 0
    smooth = opened.page.evaluate("""() => [...document.querySelectorAll("*")]
      .filter(one => getComputedStyle(one).scrollBehavior === "smooth").length""")
    assert smooth == 0


def test_without_javascript_the_page_says_what_there_is(tab: OpenTab, machine: Machine) -> None:
    """UI-2: the curl lines and the links, as text."""
    opened = tab(java_script_enabled=False).load(f"?host={machine.name}")
    body = opened.find("body")
    expect(body).to_contain_text("curl -s", use_inner_text=True)
    for path in ("/openapi.yaml", "/v1/hosts", "/problems", "/metrics"):
        expect(opened.find(f"noscript a[href='{path}'], a[href='{path}']").first).to_be_visible()


def test_one_status_line_says_what_happened(tab: OpenTab, lab: Machine) -> None:
    """Link state, losses and results are announced; the stream is not a live region."""
    opened = tab().open(f"?host={lab.name}")
    expect(opened.find("#status")).to_have_attribute("role", "status")
    live = opened.find("#rows, #rows *").evaluate_all(
        "all => all.filter(one => one.closest('[aria-live]:not([aria-live=off]), [role=log], [role=status]')).length"
    )
    assert live == 0
    opened.find("#worker").get_by_role("button", name="Run worker").click()
    expect(opened.find("#status")).to_contain_text("running")
