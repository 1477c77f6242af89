"""UIS-4: strings of a recording are text, in every view."""

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from contract.machine import Machine
from playwright.sync_api import expect

from dashboard.tab import OpenTab

NAMES = (
    "C:\\<img src=x onerror=window.hit=1>.exe",
    "C:\\</script><script>window.hit=2</script>.exe",
    "C:\\\u202efdp.exe",
    "C:\\a\u0007b\u0085c\u2066d.exe",
    "C:\\\"'><svg onload=window.hit=3>.exe",
    "C:\\'",
    "javascript:window.hit=4",
)
# Text and attributes in which a character stands that would hide what follows, or turn it round.
HIDDEN = """() => {
  const bad = /[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]/;
  const all = [...document.querySelectorAll("*")];
  const texts = all.flatMap(one => [...one.childNodes]).filter(node => node.nodeType === 3).map(node => node.data);
  const attributes = all.flatMap(one => [...one.attributes]).filter(one => one.name !== "href").map(one => one.value);
  return [...texts, ...attributes].filter(text => bad.test(text));
}"""


@pytest.fixture
def hostile(machine: Machine) -> Machine:
    """Processes with these names and command lines, a thread, and the load of an image with each of the names."""
    for number, name in enumerate(NAMES):
        pid = 1000 + 4 * number
        machine.process(processId=pid, imageFileName=name, commandLine=f"{name} {name}", rules=["NotifyProcessCmdLine"])
        machine.call("putCommandLine", pid=pid, body={"commandLine": f"other {name}"})
        machine.thread(pid, creatorProcessId=4)
        machine.load(pid, name)
    return machine


def test_hostile_names_are_text_in_every_view(tab: OpenTab, hostile: Machine) -> None:
    """Nothing of them runs or becomes an element; control and bidi characters are written as escapes."""
    opened = tab().open(f"?host={hostile.name}")
    last = hostile.all("listMessages")[-1]["sequence"]
    expect(opened.row(last)).to_be_visible()
    elements = opened.find("img, svg, iframe, object, body script").count()
    assert elements == 0
    for number, name in enumerate(NAMES):
        pid = 1000 + 4 * number
        [message, *_] = hostile.all("listMessages", query={"processId": pid, "operation": "LoadImage"})
        opened.find("#process-search").fill(str(pid))
        opened.find(f"#tree [role=treeitem][data-pid='{pid}']").click()
        opened.row(message["sequence"]).click()
        expect(opened.find("#message-summary")).to_contain_text(f"#{message['sequence']:,}")
        expect(opened.find("#process")).to_contain_text(str(pid))
        expect(opened.find("#fields [data-field]").first).to_be_visible()
        assert opened.page.evaluate(HIDDEN) == [], name
    opened.find("#process-search").fill("1008")
    expect(opened.find("#tree [role=treeitem][data-pid='1008']")).to_contain_text("\\u202e")
    for tabs in ("#fire-tab", "#engine-tab", "#why-tab"):
        opened.find(tabs).click()
        assert opened.page.evaluate(HIDDEN) == []
    assert opened.page.evaluate("window.hit") is None
    assert opened.find("img, svg, iframe, object, body script").count() == elements


def test_a_hostile_address_is_text_too(tab: OpenTab, machine: Machine) -> None:
    """What a link brings is not trusted either: filter, field, message."""
    script = "%3Cimg%20src%3Dx%20onerror%3Dwindow.hit%3D1%3E%E2%80%AE"
    opened = tab()
    opened.watch.expect("status of 404")
    opened.open(f"?host={machine.name}&q={script}&m={script}&f={script}&p={script}&d={script}&span={script}&v={script}")
    assert opened.page.evaluate("window.hit") is None
    assert opened.find("img").count() == 0


def test_the_browser_refuses_what_the_policy_forbids(tab: OpenTab, machine: Machine) -> None:
    """UI-3: no inline script, no markup from strings, no request elsewhere, no frame around the page."""
    opened = tab().open(f"?host={machine.name}")
    opened.watch.expect("policy: |Content Security Policy|TrustedHTML|TrustedScript")
    refused = opened.page.evaluate("""async () => {
      const refused = [];
      const script = document.createElement("script");
      try { script.textContent = "window.hit = 1"; document.body.append(script); } catch { refused.push("script"); }
      try { document.body.insertAdjacentHTML("beforeend", "<b>x</b>"); } catch { refused.push("markup"); }
      await fetch("http://elsewhere.example:9/").catch(() => refused.push("fetch"));
      return [...refused, window.hit ?? "nothing"];
    }""")
    assert refused == ["script", "markup", "fetch", "nothing"]
    opened.watch.faults.clear()


def test_a_name_that_leads_here_is_not_this_service(tab: OpenTab, machine: Machine) -> None:
    """UIS-1: a page of another name that was rebound to this address gets nothing."""
    opened = tab(f"http://evil.example:{machine.client.port}")
    opened.watch.expect("status of 421|status of 404|Cross-Origin-Opener-Policy header has been ignored")
    answer = opened.page.goto(f"{opened.address}/")
    assert answer is not None
    assert (answer.status, answer.json()["type"]) == (421, "/problems/misdirected")


def test_another_site_changes_nothing(tab: OpenTab, machine: Machine) -> None:
    """UIS-2: a POST without body that needs no permission of this service is refused."""
    machine.process(processId=584)
    opened = tab(f"http://127.0.0.1:{machine.client.port}")
    opened.watch.expect("status of 403")
    with other_site() as address:
        opened.page.goto(address)
        threads = f"{opened.address}/v1/hosts/{machine.name}/processes/584/threads"
        opened.page.evaluate("url => fetch(url, { method: 'POST', mode: 'no-cors' })", threads)
    assert opened.watch.faults == [f"request to another site: {address}"]
    opened.watch.faults.clear()
    assert machine.get("listThreads", pid=584)["items"] == []


@contextlib.contextmanager
def other_site() -> Iterator[str]:
    """The address of an empty page of another site."""

    class Empty(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Empty) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://other.example:{server.server_port}/"
        server.shutdown()
        thread.join()
