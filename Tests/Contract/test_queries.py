"""Invalid query parameters."""

from typing import Any

import pytest

from contract.asking import OPERATIONS, body_of, declaring, name, refused
from contract.client import Answer, Client, target
from contract.document import Operation
from contract.faults import query_values
from contract.machine import Machine, Prepared


@pytest.mark.parametrize("operation", declaring(400), ids=name)
def test_a_query_parameter_that_there_is_not_is_400(prepared: Prepared, operation: Operation) -> None:
    problem = refused(prepared, operation, 400, **body_of(operation), query={"nothing": 1})
    assert [fault.get("parameter") for fault in problem["errors"]] == ["nothing"]


@pytest.mark.parametrize(
    ("operation", "parameter"),
    [(operation, parameter) for operation in OPERATIONS for parameter in operation.query()],
    ids=name,
)
def test_a_bad_value_of_a_query_parameter_is_400(
    prepared: Prepared, operation: Operation, parameter: dict[str, Any]
) -> None:
    _, bad = query_values(parameter)
    prepared.ready(operation.id)
    at = target(operation, prepared.path(operation.id))
    before = prepared.machine.snapshot()
    taken = {
        value: answer.status
        for value in bad
        if (answer := ask(prepared.machine.client, operation, f"{at}?{parameter['name']}={encoded(value)}")).status
        != 400
    }
    assert taken == {}
    assert prepared.machine.snapshot() == before


def encoded(value: str) -> str:
    """`value` encoded for a query; existing escapes are kept."""
    return value.replace(" ", "%20").replace("+", "%2B")


def ask(client: Client, operation: Operation, at: str) -> Answer:
    """Call `operation` at a target with a valid body."""
    arguments = body_of(operation)
    headers = {"Content-Type": next(iter(operation.media))} if operation.media else {}
    data = arguments.get("data", b"{}" if "body" in arguments else None)
    if operation.id in ("createProcess", "loadImage", "loadDriver"):
        member = "imageFileName" if operation.id == "createProcess" else "fullImageName"
        data = b'{"%s":"a"}' % member.encode()
    answer = client.raw(operation.method, at, data, headers)
    client.check(operation, answer)
    return answer


def test_a_query_parameter_that_stands_twice_is_400(machine: Machine) -> None:
    answer = machine.client.raw("GET", f"/v1/hosts/{machine.name}/processes?limit=1&limit=2")
    assert answer.status == 400
    assert answer.json["errors"][0]["parameter"] == "limit"


def test_all_faults_of_a_query_are_told(machine: Machine) -> None:
    query = {"limit": 0, "waitMs": 60001, "kind": "nope"}
    problem = machine.get("listMessages", query=query, expect=400)
    assert {fault["parameter"] for fault in problem["errors"]} == set(query)


@pytest.mark.parametrize(("length", "status"), [(255, 200), (256, 400)])
def test_the_name_of_a_machine_has_a_bound(machine: Machine, length: int, status: int) -> None:
    """The limit is well below what the HTTP library accepts as a target."""
    query = {"format": "sysmon", "machine": "x" * length}
    answer = machine.call("postEvents", query=query, data=b"\n", expect=status)
    assert [fault["parameter"] for fault in answer.json.get("errors", [])] == ["machine"] * (status == 400)
