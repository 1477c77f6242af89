"""The page and its files: what the service answers at `/` and below `/ui` (UI-1 to UI-3)."""

import hashlib
import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.client import Answer, Client
from contract.document import REPOSITORY
from contract.wire_client import ask_once

FILES = sorted((REPOSITORY / "Sources/CDashboard/www").iterdir())
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
CODE = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
        "trusted-types 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def guards(answer: Answer) -> None:
    """An answer at a path of the page has the headers of UI-3, each once."""
    for name, value in CODE.items():
        assert answer.headers.get_all(name) == [value], name


def tag_of(data: bytes) -> str:
    """The entity tag of `data`."""
    return f'"{hashlib.sha256(data).hexdigest()[:16]}"'


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_of_the_folder_is_served_byte_for_byte(client: Client, path: Path) -> None:
    """UI-1, UI-2, UI-3."""
    answer = client.call("getPageFile", file=path.name)
    assert answer.body == path.read_bytes()
    assert answer.headers.get_all("Content-Type") == [TYPES[path.suffix]]
    assert answer.headers.get_all("ETag") == [tag_of(answer.body)]
    assert answer.headers.get_all("Cache-Control") == ["no-cache"]
    guards(answer)


def test_the_page_names_the_address_of_the_request(client: Client) -> None:
    """UI-2: everything else is index.html."""
    answer = client.call("getRoot", headers={"Host": "localhost:1234"})
    index = (REPOSITORY / "Sources/CDashboard/www/index.html").read_text()
    assert index.count("127.0.0.1:8080") == 1
    assert answer.body.decode() == index.replace("127.0.0.1:8080", "localhost:1234")
    assert answer.headers["ETag"] == tag_of(answer.body)
    guards(answer)


@pytest.mark.parametrize("host", ["a<b", "a'b", "a;b", "a&b"])
def test_a_host_that_needs_escaping_is_not_shown(client: Client, host: str) -> None:
    """UIS-4: the host of a hostile request is not part of the page."""
    answer = ask_once(client.port, f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    assert host.encode() not in answer.body
    if answer.status == 200:
        assert b"127.0.0.1:8080" in answer.body


def pages(client: Client) -> Iterator[tuple[str, dict[str, str], Answer]]:
    """The page and a file of it: operation, path and answer."""
    for operation, path in (("getRoot", {}), ("getPageFile", {"file": "index.html"})):
        yield operation, path, client.call(operation, **path)


@pytest.mark.parametrize("form", ["{}", "W/{}", "*", '"x", {}', 'W/"x",W/{}', '"a,b" , {}, "z"'])
def test_what_a_client_has_is_not_sent_again(client: Client, form: str) -> None:
    """UI-3: for any list of tags that names it."""
    for operation, path, full in pages(client):
        headers = {"If-None-Match": form.format(full.headers["ETag"])}
        answer = client.call(operation, headers=headers, expect=304, **path)
        assert answer.body == b""
        assert answer.headers["ETag"] == full.headers["ETag"]
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["Content-Type"] is None
        guards(answer)


@pytest.mark.parametrize("value", ['"0123456789abcdef"', 'W/"0123456789abcdef"', "x", "", '"', "W/"])
def test_what_a_client_does_not_have_is_sent(client: Client, value: str) -> None:
    """UI-3."""
    for operation, path, full in pages(client):
        answer = client.call(operation, headers={"If-None-Match": value}, **path)
        assert answer.body == full.body


def test_head_is_get_without_the_body(client: Client) -> None:
    """UI-2, UI-3: with the length that the body would have; and 304, too."""
    for target in ("/", "/ui/index.html"):
        full = client.raw("GET", target)
        head = client.raw("HEAD", target)
        assert (head.status, head.body) == (200, b"")
        assert head.headers["Content-Length"] == str(len(full.body))
        assert head.headers["ETag"] == full.headers["ETag"]
        guards(head)
        kept = client.raw("HEAD", target, headers={"If-None-Match": full.headers["ETag"]})
        assert (kept.status, kept.body) == (304, b"")


@pytest.mark.parametrize("target", ["/ui", "/ui/", "/ui?host=lab"])
def test_the_folder_leads_to_the_page(client: Client, target: str) -> None:
    """UI-2."""
    for method in ("GET", "HEAD"):
        answer = client.raw(method, target)
        assert (answer.status, answer.headers["Location"], answer.body) == (308, "/", b"")
        guards(answer)
        assert client.raw("GET", "/livez").status == 200
    assert client.raw("POST", target).status == 404


@pytest.mark.parametrize(
    "name", ["nothing.js", "INDEX.HTML", "index.html.bak", "..", "a/../index.html", "%00", "\u202e"]
)
def test_a_file_that_the_page_does_not_have_is_not_found(client: Client, name: str) -> None:
    """UI-2: only names of the table are known, so no path leads out of the folder."""
    answer = client.call("getPageFile", file=name, expect=404)
    guards(answer)


@pytest.mark.parametrize("target", ["/ui/../openapi.yaml", "/ui/./index.html", "/ui//index.html", "/ui/index.html/"])
def test_other_paths_below_the_folder_are_not_found(client: Client, target: str) -> None:
    """UI-2."""
    answer = client.raw("GET", target)
    assert (answer.status, answer.problem) == (404, "not-found")


@pytest.mark.parametrize("target", ["/", "/ui/index.html"])
def test_the_page_can_only_be_read(client: Client, target: str) -> None:
    """UI-2, UI-3, UIS-3."""
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = client.raw(method, target)
        assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
        guards(answer)


def test_other_answers_do_not_have_the_headers_of_the_page(client: Client) -> None:
    """UI-3: the policy is for documents."""
    answer = client.call("getVersion")
    assert [name for name in CODE if name in answer.headers] == ["X-Content-Type-Options"]


def test_a_browser_that_comes_back_gets_no_bodies(client: Client) -> None:
    """UI-3: over one connection, as a browser does, 304 for the page and for each file."""
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=30)
    targets = ["/", *(f"/ui/{path.name}" for path in FILES)]
    received = []
    for known in (False, True):
        size = 0
        for target in targets:
            tags = {"If-None-Match": received[targets.index(target)]} if known else {}
            connection.request("GET", target, headers=tags)
            answer = connection.getresponse()
            size += len(answer.read())
            assert answer.status == (304 if known else 200)
            if not known:
                received.append(answer.headers["ETag"])
        assert (size == 0) == known
    connection.close()
