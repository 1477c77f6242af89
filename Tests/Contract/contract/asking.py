"""Calling every operation in turn, with the values that the document gives for it."""

from typing import Any

from contract.client import target
from contract.document import DOCUMENT, Operation
from contract.machine import Prepared

OPERATIONS = list(DOCUMENT.operations.values())


def declaring(status: int) -> list[Operation]:
    """The operations that declare `status`."""
    return [operation for operation in OPERATIONS if status in operation.statuses]


def name(value: object) -> str | None:
    """The test id of an operation, a query parameter or a problem."""
    if isinstance(value, Operation):
        return value.id
    return str(value["name"]) if isinstance(value, dict) else None


def body_of(operation: Operation) -> dict[str, Any]:
    """A body that `operation` accepts, as arguments of `call`."""
    example = next(iter(operation.examples().values()), None)
    if example is None:
        return {}
    return {"data": example.encode()} if isinstance(example, str) else {"body": example}


def refused(prepared: Prepared, operation: Operation, status: int, **arguments: Any) -> Any:  # noqa: ANN401
    """Call `operation` and expect `status`; return the problem. The host must not change."""
    prepared.ready(operation.id)
    path = prepared.path(operation.id)
    before = prepared.machine.snapshot()
    answer = prepared.machine.client.call(operation.id, **{**path, **arguments}, expect=status)
    assert answer.json["instance"].startswith(target(operation, {**path, **arguments_of_path(operation, arguments)}))
    assert prepared.machine.snapshot() == before
    return answer.json


def arguments_of_path(operation: Operation, arguments: dict[str, Any]) -> dict[str, Any]:
    """The `arguments` that are part of the path."""
    return {key: value for key, value in arguments.items() if key in operation.path_names()}
