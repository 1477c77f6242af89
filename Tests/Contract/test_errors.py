"""Errors that any operation may return. A refused request changes nothing."""

import pytest

from contract import replays
from contract.asking import OPERATIONS, body_of, declaring, name, refused
from contract.client import Client, check_response, target
from contract.document import DOCUMENT, METHODS, Operation
from contract.machine import Machine, Prepared

OVER_THE_LIMIT = 1 << 20
NO_PROCESS = 4294967292
ABSENT: dict[str, dict[str, object]] = {
    "unknown-host": {"host": "no-such-host"},
    "unknown-process": {"pid": NO_PROCESS},
    "unknown-thread": {"tid": 4294967292},
    "unknown-message": {"sequence": 999999},
    "unknown-stream-context": {"id": "999999"},
    "not-found": {"name": "no-such-problem", "file": "no-such-file"},
}
ABSENT_IN_BODY: dict[tuple[str, str], dict[str, object]] = {
    ("sendSyncNotification", "unknown-process"): {"operation": 5, "processId": NO_PROCESS, "data": {"imageName": "a"}},
    ("sendSyncNotification", "unknown-stream-context"): {"operation": 1, "processId": 4, "data": {"imageName": "a"}},
    ("sendAsyncNotification", "unknown-process"): {"operation": "SendFile", "processId": NO_PROCESS},
}
UNKNOWN = [
    (operation, problem)
    for operation in OPERATIONS
    if 404 in operation.statuses
    for problem in DOCUMENT.problem_names(operation, 404)
]


@pytest.mark.parametrize(("operation", "problem"), UNKNOWN, ids=name)
def test_what_is_not_there_is_404(prepared: Prepared, operation: Operation, problem: str) -> None:
    if (body := ABSENT_IN_BODY.get((operation.id, problem))) is not None:
        answer = refused(prepared, operation, 404, body=body)
    elif operation.path == replays.PATH:
        answer = refused(prepared, operation, 404, **body_of(operation), query={"like": "no-such-host"})
    else:
        absent = {key: value for key, value in ABSENT[problem].items() if key in operation.path_names()}
        answer = refused(prepared, operation, 404, **body_of(operation), **absent)
    assert answer["type"] == f"/problems/{problem}"


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/v1",
        "/v1/",
        "/v1/nothing",
        "/v1/hosts/default/nothing",
        "/v1/hosts/default/processes/4/nothing",
        "/v1/hosts/default/",
        "//v1/version",
        "/v1/version/",
        "/V1/version",
    ],
)
def test_a_path_that_leads_nowhere_is_404(client: Client, path: str) -> None:
    for method in ("GET", "POST"):
        answer = client.raw(method, path)
        assert answer.status == 404
        assert answer.media == "application/problem+json"
        assert answer.problem in ("not-found", "unknown-host")


@pytest.mark.parametrize("pid", ["abc", "-1", "4.0", "0x4", "4294967296", "99999999999999999999", "%20", "+4"])
def test_a_pid_that_is_no_number_is_400(client: Client, pid: str) -> None:
    for suffix in ("", "/threads"):
        answer = client.raw("GET", f"/v1/hosts/default/processes/{pid}{suffix}")
        check_response("/components/responses/InvalidRequest", answer)
        assert [fault.get("parameter") for fault in answer.json["errors"]] == ["pid"]


@pytest.mark.parametrize("target", ["/v1/version%00", "/v1/version%ff", "/v1/version%c0%af", "/v1/version%2", "/%zz"])
def test_a_target_that_is_no_text_is_400(client: Client, target: str) -> None:
    answer = client.raw("GET", target)
    assert (answer.status, answer.problem) == (400, "invalid-request")


def test_an_answer_has_the_id_of_its_request(client: Client) -> None:
    given = client.raw("GET", "/v1/version", headers={"X-Request-Id": "order-66"})
    assert given.headers["X-Request-Id"] == "order-66"
    made = [client.raw("GET", path).headers["X-Request-Id"] for path in ("/livez", "/livez", "/nothing")]
    assert len(set(made)) == 3


@pytest.mark.parametrize("path", DOCUMENT.root["paths"])
def test_a_method_that_a_path_does_not_have_is_405(prepared: Prepared, path: str) -> None:
    here = [operation for operation in OPERATIONS if operation.path == path]
    at = target(here[0], prepared.path(here[0].id))
    allowed = {operation.method for operation in here}
    allowed |= {"HEAD"} if "GET" in allowed else set()
    before = prepared.machine.snapshot()
    for method in {method.upper() for method in METHODS} - allowed:
        answer = prepared.machine.client.raw(method, at)
        assert answer.status == 405, method
        for operation in here:
            prepared.machine.client.check(operation, answer)
        assert {word.strip() for word in answer.headers["Allow"].split(",")} == allowed
    assert prepared.machine.snapshot() == before


@pytest.mark.parametrize("operation", declaring(421), ids=name)
def test_a_host_that_is_not_served_is_421(prepared: Prepared, operation: Operation) -> None:
    """But for probes."""
    if "misdirected" not in DOCUMENT.problem_names(operation, 421):
        prepared.machine.client.call(operation.id, headers={"Host": "evil.example"})
        return
    for host in ("evil.example", "evil.example:8080", "127.0.0.1.evil.example"):
        refused(prepared, operation, 421, **body_of(operation), headers={"Host": host})


@pytest.mark.parametrize("operation", declaring(403), ids=name)
def test_a_change_that_another_site_asks_for_is_403(prepared: Prepared, operation: Operation) -> None:
    port = prepared.machine.client.port
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": f"http://127.0.0.1:{port + 1}"},
    ):
        answer = refused(prepared, operation, 403, **body_of(operation), headers=headers)
        assert answer["type"] == "/problems/cross-origin"


def test_probes_are_answered_whatever_the_host(client: Client) -> None:
    for operation in ("getLiveness", "getReadiness", "getHealth"):
        client.call(operation, headers={"Host": "evil.example", "Sec-Fetch-Site": "cross-site"})


@pytest.mark.parametrize("operation", declaring(406), ids=name)
def test_an_answer_that_is_not_acceptable_is_406(prepared: Prepared, operation: Operation) -> None:
    success = min(operation.statuses)
    given = DOCUMENT.at(DOCUMENT.response_pointer(operation, success))["content"]
    never, not_once = (", ".join(f"{media};q={none}" for media in given) for none in ("0", "0.0"))
    for accept in ("image/png", f"{never}, image/*", f"*/*, {not_once}"):
        refused(prepared, operation, 406, **body_of(operation), headers={"Accept": accept})


@pytest.mark.parametrize(
    "accept", ["*/*", "application/*", "application/json", "text/html, application/json;q=0.1", "text/html, */*;q=0.1"]
)
def test_an_answer_that_is_acceptable_is_given(client: Client, accept: str) -> None:
    client.call("getVersion", headers={"Accept": accept})


@pytest.mark.parametrize(
    "operation", [operation for operation in declaring(413) if operation.id != "postEvents"], ids=name
)
def test_a_body_that_is_announced_over_the_limit_is_413(prepared: Prepared, operation: Operation) -> None:
    media = next(iter(operation.media))
    client, at = prepared.machine.client, target(operation, prepared.path(operation.id))
    for content_type in (media, "text/plain"):  # the size is checked before the type
        headers = {"Content-Type": content_type, "Content-Length": str(OVER_THE_LIMIT + 1)}
        answer = client.announce(operation.method, at, headers)
        assert answer.status == 413
        client.check(operation, answer)


def test_a_body_in_chunks_over_the_limit_is_413(machine: Machine) -> None:
    client = machine.client.again()
    try:
        answer = client.call(
            "putCommandLine",
            host=machine.name,
            pid=4,
            data=(b" " * 65536 for _ in range(OVER_THE_LIMIT // 65536 + 1)),
            expect=413,
        )
        assert answer.problem == "content-too-large"
    finally:
        client.close()


def test_a_body_of_just_the_limit_is_read(machine: Machine) -> None:
    body = b'{"commandLine":"here"}'
    answer = machine.call("putCommandLine", pid=4, data=body + b" " * (OVER_THE_LIMIT - len(body)))
    assert answer.json["currentCommandLine"] == "here"


@pytest.mark.parametrize("operation", declaring(415), ids=name)
def test_a_body_of_another_type_is_415(prepared: Prepared, operation: Operation) -> None:
    text = b'{"state":"paused"}\n'
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "application/jsonp", "application"):
        refused(prepared, operation, 415, data=text, headers={"Content-Type": content_type})
    other = "application/zip" if "application/x-ndjson" in operation.content_types else "application/x-ndjson"
    refused(prepared, operation, 415, data=text, headers={"Content-Type": other})


def test_a_body_without_a_type_is_415(machine: Machine) -> None:
    at = f"/v1/hosts/{machine.name}/worker"
    answer = machine.client.raw("PUT", at, b'{"state":"paused"}')
    assert answer.status == 415
    assert machine.get("getWorker") == {"state": "running"}


def test_merge_patch_is_for_patch_alone(machine: Machine) -> None:
    headers = {"Content-Type": "application/merge-patch+json"}
    machine.call("putWorker", body={"state": "paused"}, headers=headers, expect=415)


class TestOrderOfChecks:
    """404 for the path, 405, 413, 415, 400, 404 for the resource, 409."""

    def test_the_method_before_the_host(self, client: Client) -> None:
        answer = client.raw("DELETE", "/v1/hosts/no-such-host/worker")
        assert answer.status == 405
        check_response("/components/responses/MethodNotAllowed", answer)

    def test_the_type_before_the_body(self, client: Client) -> None:
        headers = {"Content-Type": "text/plain"}
        client.call("putWorker", host="no-such-host", data=b"nonsense", headers=headers, expect=415)

    def test_the_body_before_the_host(self, client: Client) -> None:
        client.call("putWorker", host="no-such-host", body={"state": "nope"}, expect=400)

    def test_the_body_before_the_process(self, machine: Machine) -> None:
        machine.call("putProcessRules", pid=999, body={"rules": ["Nope"]}, expect=400)

    def test_the_body_before_the_conflict(self, machine: Machine) -> None:
        machine.call("createProcess", body={"processId": 4, "imageFileName": 1}, expect=400)

    def test_the_process_before_the_conflict(self, machine: Machine) -> None:
        machine.process(processId=100)
        machine.thread(100, threadId=200)
        machine.call("createThread", pid=999, body={"threadId": 200}, expect=404)


@pytest.mark.parametrize("host", ["UPPER", "-a", "a_b", "a" * 64, "a%20b", "%C3%A4", "default%2Fprocesses"])
def test_a_name_that_no_host_may_have_is_400(client: Client, host: str) -> None:
    for method in ("PUT", "GET", "DELETE"):
        answer = client.raw(method, f"/v1/hosts/{host}")
        check_response("/components/responses/InvalidRequest", answer)
        assert [fault.get("parameter") for fault in answer.json["errors"]] == ["host"]


def test_a_connection_goes_on_after_errors(client: Client) -> None:
    for _ in range(3):
        client.call("getHost", host="no-such-host", expect=404)
        client.call("putWorker", host="default", data=b"{", expect=400)
        client.call("getVersion")
