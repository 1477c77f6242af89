"""UI-4: tokens and roles in the page."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from contract.client import Client, Ledger
from contract.machine import Machine, new_machine
from contract.service import Service
from playwright.sync_api import Locator, expect

from dashboard.axe import violations
from dashboard.services import Services
from dashboard.tab import OpenTab, Tab

TOKENS = {role: f"{role}-token-0123456789" for role in ("read", "drive", "admin")}
KEPT = """() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.cookie, location.href])"""


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that wants a token."""
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "tokens").write_text("".join(f"{role}-name {role} {token}\n" for role, token in TOKENS.items()))
    (folder / "wdfilterd.yaml").write_text(f"auth: {{tokensFile: {folder}/tokens}}\n")
    service = Service(folder, ["--config", str(folder / "wdfilterd.yaml")])
    yield service
    assert service.stop() == 0, service.errors()


@pytest.fixture(scope="module")
def secured(guarded: Service) -> Iterator[Machine]:
    """A host of that service."""
    client = Client(guarded.port, Ledger(), TOKENS["admin"])
    with new_machine(client) as made:
        made.process(processId=584, imageFileName="notepad.exe", rules=["NotifyNewThreadSameProcess"])
        yield made
    client.close()


def address(machine: Machine) -> str:
    """Where the service of a machine is."""
    return f"http://127.0.0.1:{machine.client.port}"


def dialog(opened: Tab) -> Locator:
    """The dialog that asks for a token."""
    return opened.find("#token-dialog[open]")


def enter(opened: Tab, token: str) -> None:
    """Type a token into the dialog."""
    expect(dialog(opened)).to_be_visible()
    opened.find("#token-dialog input").fill(token)
    opened.press("Enter")


def test_the_page_asks_for_a_token_until_it_has_a_good_one(tab: OpenTab, secured: Machine) -> None:
    """On 401 a dialog asks; a wrong token is said; a good one opens the page."""
    opened = tab(address(secured))
    opened.watch.expect("status of 401")
    opened.load(f"?host={secured.name}")
    expect(dialog(opened)).to_be_visible()
    field = opened.find("#token-dialog input")
    expect(field).to_have_attribute("type", "password")
    expect(field).to_have_attribute("autocomplete", "off")
    assert violations(opened) == {}
    enter(opened, "wrong-token-0123456789")
    expect(dialog(opened)).to_contain_text("token")
    expect(opened.find("#token-dialog [role=alert], #token-dialog .fault")).to_be_visible()
    enter(opened, TOKENS["read"])
    expect(dialog(opened)).to_have_count(0)
    opened.ready()
    expect(opened.find("#link")).to_contain_text("live")
    expect(opened.find("#role")).to_contain_text("read")


def test_the_token_stays_in_this_tab(tab: OpenTab, secured: Machine) -> None:
    """In sessionStorage only: not in localStorage, a cookie or an address, and in no request but as its header."""
    opened = tab(address(secured))
    opened.watch.expect("status of 401")
    opened.load(f"?host={secured.name}")
    enter(opened, TOKENS["drive"])
    opened.ready()
    session, local, cookie, href = json.loads(opened.page.evaluate(KEPT))
    assert TOKENS["drive"] in session.values()
    assert TOKENS["drive"] not in json.dumps([local, cookie, href])
    assert not any(TOKENS["drive"] in path for path in opened.watch.paths())
    assert "Bearer" in opened.watch.requests[-1].headers["authorization"]
    other = opened.another().load(f"?host={secured.name}")
    expect(dialog(other)).to_be_visible()


def test_a_token_in_the_fragment_is_taken_once_and_removed(tab: OpenTab, secured: Machine) -> None:
    """`/#token=` is in no request, and not in the address afterwards; the rest of the address stays."""
    opened = tab(address(secured)).open(f"?host={secured.name}#token={TOKENS['admin']}")
    expect(opened.find("#role")).to_contain_text("admin")
    assert opened.page.url.rstrip("#").endswith(f"/?host={secured.name}")
    assert not any("token" in path for path in opened.watch.paths())
    opened.page.go_back()
    assert "token" not in opened.page.url


def test_signing_out_forgets_the_token(tab: OpenTab, secured: Machine) -> None:
    """Sign out: the token is gone, and the dialog asks for another."""
    opened = tab(address(secured)).open(f"?host={secured.name}#token={TOKENS['admin']}")
    opened.watch.expect("status of 401")
    opened.find("#role button, button#role").click()
    expect(dialog(opened)).to_be_visible()
    assert "admin-token" not in opened.page.evaluate(KEPT)


def may(control: Locator) -> None:
    """The role is enough for a control."""
    expect(control).to_be_enabled()


def may_not(control: Locator, role: str) -> None:
    """A control is disabled and says which role it takes."""
    expect(control).to_be_disabled()
    title = control.evaluate("control => control.title || control.closest('[title]')?.title")
    assert role in (title or ""), title


@pytest.mark.parametrize("role", TOKENS)
def test_what_the_role_may_not_do_is_disabled(tab: OpenTab, secured: Machine, role: str) -> None:
    """`read` looks; `drive` fires, steps and sets rules; `admin` has the engine and the tour."""
    opened = tab(address(secured)).open(f"?host={secured.name}#token={TOKENS[role]}")
    pause = opened.page.get_by_role("button", name="Pause")
    opened.find("#fire-tab").click()
    fire = opened.find("#fire button[type=submit], #fire button.send").first
    expect(fire).to_be_visible()
    for control in (pause, fire):
        may_not(control, "drive") if role == "read" else may(control)
    opened.find("#engine-tab").click()
    switch = opened.find("#engine button:not([data-ping]), #engine select").first
    expect(switch).to_be_visible()
    may(switch) if role == "admin" else may_not(switch, "admin")


def test_what_the_service_refuses_is_shown_by_its_detail(services: Services, tab: OpenTab, tmp_path: Path) -> None:
    """A 403 comes when the role of the token was changed meanwhile; the page shows its `detail`."""
    tokens = tmp_path / "tokens"
    tokens.write_text(f"me admin {TOKENS['admin']}\n")
    service = services(f"auth: {{tokensFile: {tokens}}}\n")
    opened = tab(f"http://127.0.0.1:{service.port}").open(f"#token={TOKENS['admin']}")
    opened.find("#first").get_by_role("button", name="Show the empty views").click()
    opened.watch.expect("status of 403")
    tokens.write_text(f"me read {TOKENS['admin']}\n")
    service.process.send_signal(signal.SIGHUP)
    opened.eventually(lambda: "certificate reloaded" in service.whole_log(), service.whole_log)
    opened.find("#pause").click()
    refusal = services.client(service, TOKENS["admin"]).raw("PUT", "/v1/hosts/default/worker", b'{"state":"paused"}')
    assert refusal.status == 403
    expect(opened.find("#status")).to_contain_text(refusal.json["detail"])


def test_beyond_loopback_without_tls_a_bar_says_that_the_token_can_be_read(tab: OpenTab, secured: Machine) -> None:
    """UI-4; there are no Web Locks then, so the page asks each second (UI-5)."""
    opened = tab(f"http://lab.example:{secured.client.port}")
    opened.watch.expect("Cross-Origin-Opener-Policy header has been ignored")
    opened.open(f"?host={secured.name}#token={TOKENS['read']}")
    expect(opened.page.get_by_text("in the clear").or_(opened.page.get_by_text("unencrypted")).first).to_be_visible()
    expect(opened.find("#link")).to_contain_text("each second")
    local = tab(address(secured)).open(f"?host={secured.name}#token={TOKENS['read']}")
    expect(local.find("#notice")).to_be_hidden()


def test_a_token_of_other_characters_is_a_wrong_one(tab: OpenTab, secured: Machine) -> None:
    """No header can have them: the page asks again, instead of saying that the service is away."""
    opened = tab(address(secured))
    opened.watch.expect("status of 401")
    opened.load(f"?host={secured.name}#token=%F0%9F%98%80%0a")
    expect(dialog(opened)).to_contain_text("does not know this token")


def test_the_dialog_can_be_opened_again(tab: OpenTab, secured: Machine) -> None:
    """After Escape, by a button."""
    opened = tab(address(secured))
    opened.watch.expect("status of 401")
    opened.load(f"?host={secured.name}")
    expect(dialog(opened)).to_be_visible()
    opened.press("Escape")
    expect(dialog(opened)).to_be_hidden()
    opened.find("#link-action button").click()
    expect(dialog(opened)).to_be_visible()
