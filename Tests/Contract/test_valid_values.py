"""What the document calls valid is accepted or not found, never malformed: the ends of ranges, lengths and patterns."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import pytest

from contract.client import target
from contract.document import DOCUMENT, Operation
from contract.faults import BOUNDS, members, query_values, replaced
from contract.machine import Prepared

OPERATIONS = list(DOCUMENT.operations.values())
WITH_BODIES = [operation for operation in OPERATIONS if operation.takes_json]
LIMIT = 32766
# Beyond these numbers, on either side of them.
NUMBERS = sorted({number + offset for number in BOUNDS for offset in (-1, 0, 1)} | {2**63 - 1, 2**64 - 1, 0, 1})
TEXTS = (
    "",
    "a",
    "x" * 255,
    "x" * 1024,
    "x" * LIMIT,
    "\U0001f600" * (LIMIT // 2),
    "\u0001\u007f\ufffd\uffff",
    "0",
    "9" * 100,
    "26581404884594360733",
    "00000000000000000000000000000001",
    "0x0",
    "0X0",
    "0x0000000000000001",
    "0x00000000FFFFFFFF",
    "0xffffffffffffffff",
    "0xFFFFFFFFFFFFFFFF",
    "0x24c85a5ed1c03fff",
    "0x24C85A5ED1C03FFF",
    "0x0000000000000000",
    "1601-01-01T00:00:00Z",
    "1601-01-01t00:00:00.0000001z",
    "2000-02-29T23:59:59.9999999+00:00",
    "9999-12-31T23:59:59.9999999-00:00",
    "{ABCDEF01-2345-6789-abcd-ef0123456789}",
    "ABCDEF01-2345-6789-ABCD-EF0123456789",
    "AA==",
    "AAA=",
    "/" * 22 + "==",
    "A" * 87380 + "AA==",
    "f" * 32,
    "F" * 32,
    "http://a",
    "HTTPS://[::1]:65535/?",
    "whsec_" + "A" * 32,
    "whsec_" + "/" * 84 + "AA==",
)
LISTS: tuple[list[Any], ...] = ([], ["0x1"] * 64, ["0xffffffff"])
# What only the machine knows: whether it has a file, whether an address may be connected to.
OF_THE_MACHINE = ("/caFile", "/engine/caFile", "/url", "/engine/url")


def valid_bodies(operation: Operation) -> Iterator[tuple[str, Any]]:
    """Bodies with one value at an end of its range, that the document accepts."""
    # In Rust: there are a hundred thousand candidates.
    pointer_to_schema = DOCUMENT.request_pointer(operation, next(iter(operation.media)))
    validator = jsonschema_rs.Draft202012Validator({**DOCUMENT.root, "$ref": f"#{quote(pointer_to_schema, safe='/~')}"})
    for example in operation.examples().values():
        for pointer in members(example):
            if pointer in OF_THE_MACHINE:
                continue
            for value in (None, True, False, *NUMBERS, *TEXTS, *LISTS):
                body = replaced(example, pointer, value)
                if validator.is_valid(body):
                    yield f"{pointer} is {json.dumps(value)[:60]}", body


@pytest.mark.parametrize("operation", WITH_BODIES, ids=lambda operation: operation.id)
def test_a_valid_body_is_not_malformed(prepared: Prepared, operation: Operation) -> None:
    media = operation.content_types[0]
    refused = []
    for what, body in valid_bodies(operation):
        prepared.ready(operation.id)
        path = target(operation, prepared.path(operation.id))
        if operation.id in ("putHost", "resetHost"):
            path = target(operation, {"host": prepared.machine.name})
        answer = prepared.machine.client.raw(operation.method, path, json.dumps(body).encode(), {"Content-Type": media})
        if answer.status == 400:
            refused.append(f"{what}: {answer.json['errors']}")
    assert refused == []


def test_there_are_many_such_bodies() -> None:
    assert sum(1 for operation in WITH_BODIES for _ in valid_bodies(operation)) > 1000


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_a_valid_path_is_found_or_not(prepared: Prepared, operation: Operation) -> None:
    """Every path parameter at the ends of what its schema accepts."""
    example = next(iter(operation.examples().values()), None)
    data = (
        example.encode() if isinstance(example, str) else json.dumps(example).encode() if example is not None else None
    )
    headers = {"Content-Type": operation.content_types[0]} if data is not None else {}
    prepared.ready(operation.id)
    usual = prepared.path(operation.id)
    for parameter in operation.parameters:
        if parameter["in"] != "path" or parameter["name"] not in usual:
            continue
        schema = DOCUMENT.effective(parameter["schema"])
        is_integer = schema.get("type") == "integer"
        values = [number for number in NUMBERS if not faults(schema, number)] if is_integer else texts(schema)
        for value in values:
            path = target(operation, {**usual, parameter["name"]: value})
            answer = prepared.machine.client.raw(operation.method, path, data, headers)
            assert answer.status != 400, (parameter["name"], value, answer.body)
            if operation.id == "putHost" and answer.status == 201:
                prepared.machine.client.raw("DELETE", path)


def texts(schema: dict[str, Any]) -> list[str]:
    """The texts that a path may have in it and that the schema accepts."""
    more = ("a" * 63, "a-", "0", "a--b")
    return [
        text for text in (*TEXTS, *more) if text and "/" not in text and len(text) < 1000 and not faults(schema, text)
    ]


def faults(schema: dict[str, Any], value: object) -> bool:
    """Whether a schema of values refuses `value`."""
    return any(DOCUMENT.schema_faults(schema, value))


@pytest.mark.parametrize(
    ("operation", "parameter"),
    [(operation, parameter) for operation in OPERATIONS for parameter in operation.query()],
    ids=lambda value: value.id if isinstance(value, Operation) else value["name"],
)
def test_a_valid_query_is_not_malformed(prepared: Prepared, operation: Operation, parameter: dict[str, Any]) -> None:
    schema = DOCUMENT.effective(parameter["schema"])
    if schema.get("type") == "integer":
        # A request that waits is a matter of other tests.
        values: list[object] = [
            number for number in NUMBERS if not faults(schema, number) and parameter["name"] != "waitMs"
        ]
    else:
        values = [text for text in TEXTS if len(text) < 8000 and not faults(schema, text)]
        values += query_values(parameter)[0]
    example = next(iter(operation.examples().values()), None)
    data = (
        example.encode() if isinstance(example, str) else json.dumps(example).encode() if example is not None else None
    )
    headers = {"Content-Type": operation.content_types[0]} if data is not None else {}
    for value in values:
        prepared.ready(operation.id)
        path = target(operation, prepared.path(operation.id), {parameter["name"]: value})
        answer = prepared.machine.client.raw(operation.method, path, data, headers)
        assert answer.status != 400, (parameter["name"], str(value)[:80], answer.body)
