"""Bodies that a schema rejects are refused with a pointer to each fault, and change nothing."""

import json
from typing import Any

import pytest

from contract.document import DOCUMENT, Operation
from contract.faults import Fault, duplicated, members, shape_faults, value_faults
from contract.machine import IMAGE, Machine, Prepared

WITH_JSON = [operation for operation in DOCUMENT.operations.values() if operation.takes_json]


def fullest(operation: Operation) -> list[tuple[str, Any]]:
    """The example bodies to start from: all of them, because alternatives have different members."""
    return [(name, body) for name, body in operation.examples().items() if body]


MEMBERS = [
    pytest.param(operation, body, pointer, id=f"{operation.id}-{name}-{pointer}")
    for operation in WITH_JSON
    for name, body in fullest(operation)
    for pointer in members(body)
]
SHAPES = [
    pytest.param(operation, body, id=f"{operation.id}-{name}")
    for operation in WITH_JSON
    for name, body in operation.examples().items()
]
MALFORMED = {
    "empty": b"",
    "blank": b" \n",
    "cut off": b'{"commandLine":',
    "no object": b"[]",
    "null": b"null",
    "two values": b'{"commandLine":"a"} {}',
    "trailing comma": b'{"commandLine":"a",}',
    "single quotes": b"{'commandLine':'a'}",
    "comment": b'{"commandLine":"a"} // no',
    "control character": b'{"commandLine":"a\nb"}',
    "not UTF-8": b'{"commandLine":"\xff"}',
    "overlong UTF-8": b'{"commandLine":"\xc0\xaf"}',
    "surrogate in UTF-8": b'{"commandLine":"\xed\xa0\x80"}',
    "UTF-16": '{"commandLine":"a"}'.encode("utf-16"),
    "bad escape": b'{"commandLine":"\\x41"}',
    "deep": b'{"commandLine":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
}


MISSING_AS = {("putClock", "/advanceByMs is missing"): "/now"}
"""Members without which another one is missed that could replace them."""


def found(problem: dict[str, Any]) -> set[str]:
    """The pointers in a problem response."""
    return {fault["pointer"] for fault in problem["errors"]}


def missed(prepared: Prepared, operation: Operation, fault: Fault) -> str | None:
    """The error in the response to an invalid body, or None if the response is correct."""
    answer = prepared.machine.client.raw(
        operation.method,
        "/".join(str(prepared.path(operation.id).get(part[1:-1], part)) for part in operation.path.split("/")),
        json.dumps(fault.body).encode(),
        {"Content-Type": next(iter(operation.media))},
    )
    if answer.status != 400:
        return f"{fault.what}: {answer.status}"
    prepared.machine.client.check(operation, answer)
    pointers = found(answer.json)
    expected = MISSING_AS.get((operation.id, fault.what), fault.pointer)
    if not any(pointer == expected or pointer.startswith(expected + "/") for pointer in pointers):
        return f"{fault.what}: {sorted(pointers)}"
    return None


def all_refused(prepared: Prepared, operation: Operation, faults: list[Fault]) -> None:
    """Every body is refused for its fault, and the host does not change."""
    prepared.ready(operation.id)
    before = prepared.machine.snapshot()
    problems = [problem for fault in faults if (problem := missed(prepared, operation, fault))]
    assert problems == []
    assert prepared.machine.snapshot() == before


@pytest.mark.parametrize(("operation", "body", "pointer"), MEMBERS)
def test_a_bad_value_is_refused(prepared: Prepared, operation: Operation, body: object, pointer: str) -> None:
    faults = value_faults(operation, body, pointer)
    assert faults
    all_refused(prepared, operation, faults)


@pytest.mark.parametrize(("operation", "body"), SHAPES)
def test_a_member_too_many_or_too_few_is_refused(prepared: Prepared, operation: Operation, body: object) -> None:
    faults = shape_faults(operation, body)
    assert faults
    all_refused(prepared, operation, faults)


@pytest.mark.parametrize(("operation", "body", "pointer"), MEMBERS)
def test_a_key_that_stands_twice_is_refused(
    prepared: Prepared, operation: Operation, body: object, pointer: str
) -> None:
    if pointer.rpartition("/")[2].isdigit():
        return  # an array item has no key
    prepared.ready(operation.id)
    before = prepared.machine.snapshot()
    text = duplicated(body, pointer)
    answer = prepared.machine.client.call(operation.id, **prepared.path(operation.id), data=text.encode(), expect=400)
    assert pointer in found(answer.json)
    assert prepared.machine.snapshot() == before


@pytest.mark.parametrize("body", [[], "text", 7, True, None], ids=json.dumps)
def test_a_body_that_is_no_object_is_refused(machine: Machine, body: object) -> None:
    problem = machine.get("patchConfig", data=json.dumps(body).encode(), expect=400)
    assert found(problem) == {""}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_body_that_is_not_json_is_refused(machine: Machine, data: bytes) -> None:
    before = machine.get("getProcess", pid=4)
    machine.call("putCommandLine", pid=4, data=data, expect=400)
    assert machine.get("getProcess", pid=4) == before


@pytest.mark.parametrize("text", ["\\ud800", "\\udc00", "\\ud800x", "\\udc00\\ud800"], ids=lambda text: text[1:])
def test_a_lone_surrogate_is_refused(machine: Machine, text: str) -> None:
    machine.call("putCommandLine", pid=4, data=b'{"commandLine":"%s"}' % text.encode(), expect=400)


@pytest.mark.parametrize("text", ["\0", "a\0b", "a\0"])
def test_a_nul_in_a_string_is_refused(machine: Machine, text: str) -> None:
    assert found(machine.get("putCommandLine", pid=4, body={"commandLine": text}, expect=400)) == {"/commandLine"}


def test_a_string_is_measured_in_utf_16_units(machine: Machine) -> None:
    for text in ("x" * 32766, "\U0001f600" * 16383, "é" * 32766):
        assert machine.get("putCommandLine", pid=4, body={"commandLine": text})["currentCommandLine"] == text
    for text in ("x" * 32767, "\U0001f600" * 16384, "é" * 32767):
        assert found(machine.get("putCommandLine", pid=4, body={"commandLine": text}, expect=400)) == {"/commandLine"}


@pytest.mark.parametrize("number", ["4.5", "1e400", "-0.5", "1e-1", "4294967296", "184467440737095516160"])
def test_a_number_that_is_no_pid_is_refused(machine: Machine, number: str) -> None:
    data = b'{"imageFileName":"a","processId":%s}' % number.encode()
    assert found(machine.get("createProcess", data=data, expect=400)) == {"/processId"}


@pytest.mark.parametrize("number", ["04", "+4", ".5", "4.", "0x4", "NaN", "Infinity", "-"])
def test_a_number_that_is_not_json_is_refused(machine: Machine, number: str) -> None:
    machine.call("createProcess", data=b'{"imageFileName":"a","processId":%s}' % number.encode(), expect=400)


@pytest.mark.parametrize(
    "time",
    [
        "2020-02-30T00:00:00Z",
        "2019-02-29T00:00:00Z",
        "2020-13-01T00:00:00Z",
        "2020-00-01T00:00:00Z",
        "2020-01-00T00:00:00Z",
        "2020-01-01T24:00:00Z",
        "2020-01-01T00:60:00Z",
        "2020-01-01T00:00:61Z",
        "1600-12-31T23:59:59Z",
        "0xffffffffffffffff",
        "2020-01-01T00:00:00",
        "2020-01-01T00:00:00+01:00",
        "2020-01-01T00:00:00.Z",
        "2020-01-01T00:00:00.12345678Z",
        "2020-01-01 00:00:00Z",
        "٢٠٢٠-01-01T00:00:00Z",
    ],
)
def test_a_time_that_there_is_not_is_refused(machine: Machine, time: str) -> None:
    problem = machine.get("createProcess", body={"imageFileName": IMAGE, "creationTime": time}, expect=400)
    assert found(problem) == {"/creationTime"}


def test_all_faults_of_a_body_are_told(machine: Machine) -> None:
    body = {
        "processId": -1,
        "creationTime": "yesterday",
        "commandLine": None,
        "token": {"elevation": "high", "color": 1},
        "rules": ["NotifyImageLoadRule", "Nope", "0x100000000", 7],
        "flags": "0x1ffffffff",
        "a~b/c": 1,
    }
    assert found(machine.get("createProcess", body=body, expect=400)) == {
        "/imageFileName",
        "/processId",
        "/creationTime",
        "/commandLine",
        "/token/elevation",
        "/token/color",
        "/rules/1",
        "/rules/2",
        "/rules/3",
        "/flags",
        "/a~0b~1c",
    }


def test_a_patch_with_one_fault_changes_nothing(machine: Machine) -> None:
    before = machine.get("getConfig")
    machine.call("patchConfig", body={"asyncStarvationLimit": 1, "asyncTimeoutMs": 0}, expect=400)
    assert machine.get("getConfig") == before


def test_a_member_of_another_kind_of_engine_is_refused(machine: Machine) -> None:
    for body in ({"type": "none", "reply": "deny"}, {"type": "webhook", "url": "http://a/", "reply": "deny"}):
        assert found(machine.get("putEngine", body=body, expect=400)) == {"/reply"}


def test_a_member_of_another_kind_of_clock_is_refused(machine: Machine) -> None:
    body = {"mode": "system", "now": "2020-01-01T00:00:00Z"}
    assert found(machine.get("putClock", body=body, expect=400)) == {"/now"}


def test_settings_of_a_host_are_pointed_at_from_the_body_as_a_whole(machine: Machine) -> None:
    body = {
        "config": {"asyncTimeoutMs": 0},
        "engine": {"type": "nope"},
        "clock": {"mode": "manual"},
        "rulePolicies": {"items": [{"imageFileName": "*"}, {"rules": ["Nope"]}]},
    }
    name = f"{machine.name}-never"
    assert found(machine.get("putHost", host=name, body=body, expect=400)) == {
        "/config/asyncTimeoutMs",
        "/engine/type",
        "/clock/now",
        "/rulePolicies/items/1/imageFileName",
        "/rulePolicies/items/1/rules/0",
    }
    machine.call("getHost", host=name, expect=404)
