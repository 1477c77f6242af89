"""Every operation with success, and the lists, queries and headers that the document declares."""

import html
import re
from typing import Any

import pytest

from contract.client import Client, target
from contract.document import DOCUMENT, Operation
from contract.faults import query_values
from contract.machine import IMAGE, NOW, Machine, Prepared

OPERATIONS = list(DOCUMENT.operations.values())
QUERIES = [(operation, parameter) for operation in OPERATIONS for parameter in operation.query()]
READS = [operation for operation in OPERATIONS if operation.method == "GET"]
PAGED = [
    operation
    for operation in READS
    if operation.path_names() == {"host"} and any(parameter["name"] == "cursor" for parameter in operation.query())
]
METRIC = re.compile(r'(# (HELP|TYPE) .+|[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_]\w*="[^"\n]*",?)*\})? [-+0-9.eInfNa]+)')


def query_name(value: object) -> str | None:
    """The test id of an operation or of a query parameter."""
    if isinstance(value, Operation):
        return value.id
    return str(value["name"]) if isinstance(value, dict) else None


def send(prepared: Prepared, operation: Operation, example: object = None, **arguments: Any) -> None:  # noqa: ANN401
    """Call `operation` with an example body of the document."""
    prepared.ready(operation.id)
    if isinstance(example, str):
        arguments["data"] = example.encode()
    elif example is not None:
        arguments["body"] = example
    prepared.machine.client.call(operation.id, **prepared.path(operation.id), **arguments)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_an_operation_takes_each_example_of_its_body(prepared: Prepared, operation: Operation) -> None:
    for example in list(operation.examples().values()) or [None]:
        send(prepared, operation, example)


@pytest.mark.parametrize(("operation", "parameter"), QUERIES, ids=query_name)
def test_an_operation_takes_each_value_of_its_query(
    prepared: Prepared, operation: Operation, parameter: dict[str, Any]
) -> None:
    example = next(iter(operation.examples().values()), None)
    taken, _ = query_values(parameter)
    for value in taken if operation.method != "DELETE" else taken[:1]:
        if operation.id == "postEvents":
            example = "\n"
        send(prepared, operation, example, query={parameter["name"]: value})


@pytest.mark.parametrize("operation", READS, ids=lambda operation: operation.id)
def test_head_answers_as_get_does_without_a_body(prepared: Prepared, operation: Operation) -> None:
    path = target(operation, prepared.path(operation.id))
    got = prepared.machine.client.raw("GET", path)
    head = prepared.machine.client.raw("HEAD", path)
    assert (head.status, head.media, head.body) == (got.status, got.media, b"")
    if operation.id != "getMetrics":
        # The newest bucket of the history may end in between, once.
        later = prepared.machine.client.raw("GET", path)
        lengths = {answer.headers["Content-Length"] for answer in (got, later)}
        assert len(lengths) == 1 or operation.id == "getHistory"
        assert head.headers["Content-Length"] in lengths


@pytest.mark.parametrize("operation", [op for op in OPERATIONS if op.takes_json], ids=lambda operation: operation.id)
def test_no_body_is_an_empty_object_with_or_without_a_type(prepared: Prepared, operation: Operation) -> None:
    answers = []
    for body, content_type in ((b"{}", "application/json"), (b"", "application/json"), (b"", None), (None, None)):
        prepared.ready(operation.id)
        path = target(operation, prepared.path(operation.id))
        headers = {"Content-Type": content_type} if content_type else {}
        answers.append(prepared.machine.client.raw(operation.method, path, body, headers))
    results = [(answer.status, answer.json["errors"] if answer.status == 400 else None) for answer in answers]
    assert results == [results[0]] * len(results)
    if operation.id == "pingEngine":
        assert results[0] == (200, None)


def test_patch_takes_plain_json_too(prepared: Prepared) -> None:
    patches = [operation for operation in OPERATIONS if operation.method == "PATCH"]
    assert patches
    for operation in patches:
        assert set(operation.media) == {"application/json", "application/merge-patch+json"}
        for media in (*operation.media, "application/json; charset=utf-8", "Application/JSON"):
            [example] = operation.examples().values()
            send(prepared, operation, example, headers={"Content-Type": media})


def test_location_leads_to_what_was_made(prepared: Prepared) -> None:
    machine, pid = prepared.machine, Prepared.PID
    created = machine.call("createProcess", body={"imageFileName": IMAGE})
    thread = machine.call("createThread", pid=pid, body={})
    context = machine.call("createStreamContext", body={"fileName": "a.dll"})
    made = [(created, created.json["process"]), (thread, thread.json["thread"]), (context, context.json)]
    for answer, body in made:
        assert machine.client.raw("GET", answer.headers["Location"]).json == body


def test_location_of_a_host_leads_to_it(machine: Machine) -> None:
    name = f"{machine.name}-second"
    answer = machine.call("putHost", host=name, body={}, expect=201)
    assert answer.headers["Location"] == f"/v1/hosts/{name}"
    assert machine.client.raw("GET", answer.headers["Location"]).json == answer.json
    machine.call("deleteHost", host=name)
    machine.call("getHost", host=name, expect=404)


@pytest.mark.parametrize("operation", PAGED, ids=lambda operation: operation.id)
def test_a_list_read_page_by_page_is_the_whole_list(prepared: Prepared, operation: Operation) -> None:
    machine = prepared.machine
    for number in range(3):
        machine.process()
        machine.call("createStreamContext", body={"fileName": f"{number}.dll"})
        machine.call("loadDriver", body={"fullImageName": f"{number}.sys"})
    policies = [{"imageFileName": f"{number}.exe", "rules": [], "flags": []} for number in range(3)]
    machine.call("putRulePolicies", body={"items": policies})
    whole = machine.all(operation.id)
    assert len(whole) >= 3
    for limit in (1, 2, len(whole), 1000):
        assert machine.all(operation.id, query={"limit": limit}) == whole
    assert len(machine.get(operation.id, query={"limit": 2})["items"]) == 2
    assert "next" not in machine.get(operation.id, query={"limit": len(whole)})


def test_hosts_and_threads_are_paged_too(prepared: Prepared) -> None:
    machine = prepared.machine
    machine.thread(Prepared.PID)
    threads = machine.all("listThreads", pid=Prepared.PID)
    assert machine.all("listThreads", pid=Prepared.PID, query={"limit": 1}) == threads
    assert len(threads) == 2
    first = machine.client.call("listHosts", query={"limit": 1}).json
    names = [host["name"] for host in first["items"]]
    while "next" in first:
        first = machine.client.call("listHosts", query={"limit": 1, "cursor": first["next"]}).json
        names += [host["name"] for host in first["items"]]
    assert names == sorted(names)
    assert {"default", machine.name} <= set(names)


def test_a_list_does_not_lose_or_repeat_items_when_others_come_and_go(prepared: Prepared) -> None:
    machine = prepared.machine
    pids = [machine.process()["processId"] for _ in range(6)]
    page = machine.get("listProcesses", query={"limit": 4})
    seen = [process["processId"] for process in page["items"]]
    machine.call("exitProcess", pid=seen[-1])
    while "next" in page:
        page = machine.get("listProcesses", query={"limit": 4, "cursor": page["next"]})
        seen += [process["processId"] for process in page["items"]]
    assert len(set(seen)) == len(seen)
    assert set(pids) <= set(seen)


def test_processes_are_found_by_image_rule_and_flag(machine: Machine) -> None:
    machine.process(processId=100, imageFileName="C:\\Windows\\PowerShell.exe", rules=["NotifyImageLoadRule"])
    machine.process(processId=104, imageFileName="C:\\Windows\\cmd.exe", rules="0x4", flags=["TrustedProcess"])
    machine.process(processId=108, imageFileName="C:\\Temp\\a[1].exe")

    def pids(**query: str) -> set[int]:
        return {process["processId"] for process in machine.all("listProcesses", query=query)}

    assert pids() == {4, 100, 104, 108}
    assert pids(imageFileName="*\\powershell.EXE") == {100}
    assert pids(imageFileName="c:\\windows\\*") == {100, 104}
    assert pids(imageFileName="*\\c?d.exe") == {104}
    assert pids(imageFileName="*a[1].exe") == {108}
    assert pids(imageFileName="powershell.exe") == set()
    machine.process(processId=112, imageFileName="İ.exe")
    assert pids(imageFileName="?.exe") == {112}
    assert pids(rule="NotifyImageLoadRule") == {100}
    assert pids(rule="0x4") == {104}
    assert pids(flag="TrustedProcess") == {104}
    assert pids(flag="0x40", rule="0x4", imageFileName="*") == {104}
    assert pids(flag="0x40", rule="NotifyImageLoadRule") == set()


def test_explain_false_leaves_the_checks_out(machine: Machine) -> None:
    body = {"imageFileName": IMAGE}
    for explain in (True, False):
        routines = machine.get("createProcess", body=body, query={"explain": explain})["routines"]
        assert [("checks" in routine) for routine in routines] == [explain] * len(routines) != []


def test_a_host_made_twice_with_an_equal_body_is_one_host(machine: Machine) -> None:
    example = DOCUMENT.operations["putHost"].examples()["full"]
    name = f"{machine.name}-again"
    machine.call("putHost", host=name, body=example, expect=201)
    machine.call("createProcess", host=name, body={"imageFileName": IMAGE})
    again = machine.call("putHost", host=name, body=dict(reversed(example.items())), expect=200)
    assert again.json["clock"] == {"mode": "manual", "now": NOW}
    assert machine.get("getCounters", host=name)["processTable"]["processes"] == 2
    machine.call("putHost", host=name, body={}, expect=409)
    machine.call("deleteHost", host=name)


def test_a_body_that_is_not_there_counts_as_an_empty_object(machine: Machine) -> None:
    machine.call("drainWorker")
    machine.call("putWorker", expect=400)
    name = f"{machine.name}-bare"
    machine.call("putHost", host=name, expect=201)
    machine.call("putHost", host=name, body={}, expect=200)
    machine.call("deleteHost", host=name)


def test_metrics_are_in_the_prometheus_text_format(machine: Machine) -> None:
    machine.process()
    answer = machine.client.call("getMetrics")
    assert "version=0.0.4" in answer.headers["Content-Type"]
    lines = answer.body.decode().removesuffix("\n").split("\n")
    assert [line for line in lines if not METRIC.fullmatch(line)] == []
    assert any(not line.startswith("#") for line in lines)


def test_every_problem_type_is_explained(client: Client) -> None:
    listed = client.call("listProblemTypes").json["items"]
    assert [problem["name"] for problem in listed] == DOCUMENT.at("/components/schemas/ProblemName/enum")
    for problem in listed:
        assert problem["type"] == f"/problems/{problem['name']}"
        assert client.call("getProblemType", name=problem["name"]).json == problem


def test_a_browser_gets_a_page_about_a_problem(client: Client) -> None:
    accept = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    listed = client.call("listProblemTypes", headers=accept)
    assert listed.media == "text/html"
    for problem in client.call("listProblemTypes").json["items"]:
        assert f'<a href="{problem["type"]}">' in listed.body.decode()
        page = client.call("getProblemType", name=problem["name"], headers=accept)
        assert page.media == "text/html"
        text = html.unescape(re.sub(r"</?code>", "`", page.body.decode()))
        assert f"<h1>{problem['title']}</h1>" in text
        assert problem["description"] in text
        assert "<script" not in text
    missing = client.raw("GET", "/problems/unknown-proces", headers=accept)
    assert (missing.status, missing.media) == (404, "application/problem+json")


def test_config_has_the_defaults_of_the_document(machine: Machine) -> None:
    properties = DOCUMENT.at("/components/schemas/HostConfigPatch/properties")
    assert machine.get("getConfig") == {name: schema["x-default"] for name, schema in properties.items()}


def test_patched_settings_stay_and_the_others_do_not_change(machine: Machine) -> None:
    before = machine.get("getConfig")
    after = machine.get("patchConfig", body={"asyncStarvationLimit": 0, "sendSyncNotificationFlag": False})
    assert after == {**before, "asyncStarvationLimit": 0, "sendSyncNotificationFlag": False}
    assert machine.get("getConfig") == machine.get("getHost")["config"] == after


def test_the_secret_of_a_webhook_is_never_shown(machine: Machine) -> None:
    example = DOCUMENT.operations["putEngine"].examples()["webhook"]
    answers = [machine.call("putEngine", body=example), machine.call("getEngine"), machine.call("getHost")]
    for answer in answers:
        assert example["secret"].removeprefix("whsec_").encode() not in answer.body
    assert answers[1].json["url"] == example["url"]
    assert answers[1].json["headers"].keys() == example["headers"].keys()
