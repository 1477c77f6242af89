"""Lines of the log: the first one, requests, JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from contract.service import Service, StartService
from contract.wire_client import ask_once


def lines(service: Service) -> list[dict[str, Any]]:
    """The lines of a log in JSON, after the service has stopped."""
    assert service.stop() == 0
    return [json.loads(line) for line in service.whole_log().splitlines()]


def test_the_first_line_says_what_runs_and_how(start: StartService, tmp_path: Path) -> None:
    service, _ = start("log: {format: json}\nengine: {type: webhook, url: 'http://127.0.0.1:9/secret?key=secret'}")
    first, last = lines(service)
    assert (first["level"], first["message"]) == ("info", "started")
    told = first["metadata"]
    assert told.keys() == {"version", "settings", "listening", "engine", "tokens", "tls", "libraries"}
    assert told["settings"] == str(tmp_path / "wdfilterd.yaml")
    assert told["listening"] == f"http://127.0.0.1:{service.port}"
    assert told["engine"] == "webhook http://127.0.0.1:9/<redacted>"
    assert (told["tokens"], told["tls"]) == ("none", "none")
    assert "libmicrohttpd " in told["libraries"]
    assert last["message"] == "stopped"
    assert set(map(type, last["metadata"].values())) == {int}


@pytest.mark.parametrize(("requests", "statuses"), [("none", []), ("errors", [404]), ("all", [200, 404])])
def test_requests_are_logged_as_the_setting_says(start: StartService, requests: str, statuses: list[int]) -> None:
    service, client = start(f"log: {{format: json, requests: {requests}}}")
    client.raw("GET", "/v1/hosts/default")
    client.raw("GET", "/v1/hosts/nobody")
    told = [line["metadata"] for line in lines(service) if line["message"] == "request"]
    assert [each["status"] for each in told] == statuses
    assert all(isinstance(each["durationMicroseconds"], int) for each in told)


REFUSED = (
    b"GET /livez HTTP/1.1\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
    b"GET livez HTTP/1.1\r\nHost: a\r\n\r\n",
    b"G\x1bT /livez HTTP/1.1\r\nHost: a\r\n\r\n",
)


@pytest.mark.parametrize("request_", REFUSED)
def test_a_request_that_violates_http_is_logged_and_answered_with_an_id(start: StartService, request_: bytes) -> None:
    service, _ = start("log: {format: json, requests: errors}")
    answer = ask_once(service.port, request_)
    assert answer.status == 400
    [told] = [line["metadata"] for line in lines(service) if line["message"] == "request"]
    assert told["id"] == answer.headers["x-request-id"]
    assert told["status"] == 400


def test_a_refused_role_is_logged_with_the_name_of_its_token(start: StartService, tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text("grafana read 0123456789abcdef\n")
    service, client = start(f"log: {{format: json, requests: errors}}\nauth: {{tokensFile: '{tokens}'}}")
    for token, status in (("0123456789abcdef", 403), ("0123456789abcdeg", 401)):
        headers = {"Authorization": f"Bearer {token}"}
        assert client.raw("PUT", "/v1/hosts/a", headers=headers).status == status
    told = [line["metadata"] for line in lines(service) if line["message"] == "request"]
    assert [(each["status"], each["caller"]) for each in told] == [(403, "grafana"), (401, "-")]


@pytest.mark.parametrize(("mode", "warned"), [(0o600, False), (0o640, False), (0o644, True)])
def test_a_tokens_file_that_everyone_may_read_is_warned_about(
    start: StartService, tmp_path: Path, mode: int, warned: bool
) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text("a read 0123456789abcdef\n")
    tokens.chmod(mode)
    service, _ = start(f"log: {{format: json}}\nauth: {{tokensFile: '{tokens}'}}")
    warnings = [line["message"] for line in lines(service) if line["level"] == "warning"]
    assert warnings == [f"auth.tokensFile: everyone may read {tokens}"] * warned
