"""Faulty values derived from the schemas: bodies and query parameters that the document refuses."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contract.document import DOCUMENT, Operation, escaped, walk

UNKNOWN = "unknownMember"
TEXTS = ("", "nope", "0x", "0xg", "a\0b", "x" * 32767, "-1", "1.5", "18446744073709551616")
OTHERS: tuple[Any, ...] = (None, True, 12.5, [], [[]], {}, [None])


@dataclass(frozen=True)
class Fault:
    """A body with one fault."""

    what: str
    pointer: str
    body: Any


def _bounds() -> list[int]:
    """Values just beyond every bound in the document, and numbers of unusual size."""
    numbers = {-1, 2**31, 2**32, 2**63, 2**64}
    for _, node in walk(DOCUMENT.root):
        if isinstance(node.get("minimum"), int):
            numbers.add(node["minimum"] - 1)
        if isinstance(node.get("maximum"), int):
            numbers.add(node["maximum"] + 1)
    return sorted(numbers)


BOUNDS = _bounds()


def members(value: object, pointer: str = "") -> Iterator[str]:
    """Pointers to all members and items below `value`."""
    children: list[tuple[str, object]] = []
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = [(str(index), item) for index, item in enumerate(value)]
    for key, child in children:
        here = f"{pointer}/{escaped(key)}"
        yield here
        yield from members(child, here)


def _container(body: Any, pointer: str) -> tuple[Any, Any]:  # noqa: ANN401
    """The object or array that contains the member at `pointer`, and its key there."""
    *above, last = (part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])
    for part in above:
        body = body[int(part)] if isinstance(body, list) else body[part]
    return body, int(last) if isinstance(body, list) else last


def replaced(body: object, pointer: str, value: object) -> Any:  # noqa: ANN401
    """A copy of `body` with another value at `pointer`."""
    made = copy.deepcopy(body)
    container, key = _container(made, pointer)
    container[key] = value
    return made


def without(body: object, pointer: str) -> Any:  # noqa: ANN401
    """A copy of `body` without the member at `pointer`."""
    made = copy.deepcopy(body)
    container, key = _container(made, pointer)
    del container[key]
    return made


def refuses(operation: Operation, body: object) -> bool:
    """Whether the document refuses `body` for `operation`."""
    media = next(iter(operation.media))
    return bool(DOCUMENT.faults(DOCUMENT.request_pointer(operation, media), body))


def value_faults(operation: Operation, body: object, pointer: str) -> list[Fault]:
    """Bodies whose value at `pointer` is refused: wrong type, out of range, or not matching the pattern."""
    takes_numbers = any(not refuses(operation, replaced(body, pointer, number)) for number in (0, 1, 100))
    numbers = BOUNDS if takes_numbers else [7]
    return [
        Fault(f"{pointer} is {json.dumps(value)[:40]}", pointer, made)
        for value in (*OTHERS, *TEXTS, *numbers)
        if refuses(operation, made := replaced(body, pointer, value)) and not fits_elsewhere(operation, pointer, value)
    ]


def fits_elsewhere(operation: Operation, pointer: str, value: object) -> bool:
    """Whether an example with a member at `pointer` accepts `value` there: then the rest is at fault, not the value."""
    return any(
        pointer in set(members(example)) and not refuses(operation, replaced(example, pointer, value))
        for example in operation.examples().values()
    )


def shape_faults(operation: Operation, body: object) -> list[Fault]:
    """Bodies with one member too many or too few."""
    objects = [pointer for pointer, _ in walk(body)]
    unknown = [f"{pointer}/{UNKNOWN}" for pointer in objects]
    added = [Fault(f"{pointer} is there", pointer, replaced(body, pointer, 1)) for pointer in unknown]
    removed = [
        Fault(f"{pointer} is missing", pointer, without(body, pointer))
        for pointer in members(body)
        if not pointer.rpartition("/")[2].isdigit()
    ]
    return [fault for fault in added + removed if refuses(operation, fault.body)]


def duplicated(body: object, pointer: str) -> str:
    """`body` as JSON text in which the member at `pointer` appears twice."""
    marker = "\ue000"
    container, key = _container(body, pointer)
    text = json.dumps(replaced(body, pointer, marker), ensure_ascii=False)
    value = json.dumps(container[key])
    return text.replace(f'"{marker}"', f"{value}, {json.dumps(key)}: {value}")


def query_values(parameter: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Accepted and refused values of a query parameter."""
    schema = DOCUMENT.effective(parameter["schema"])
    kind = schema.get("type")
    if kind == "boolean":
        return ["true", "false"], ["", "maybe", "1", "TRUE"]
    if kind == "integer":
        low, high = schema["minimum"], schema["maximum"]
        return [str(low), str(min(high, 1000))], ["", "x", "1.0", "0x1", "+1", " 1", str(low - 1), str(high + 1)]
    if kind == "array":
        names = DOCUMENT.effective(schema["items"])["enum"]
        return [*names, ",".join(names)], ["", "nope", names[0].upper(), f"{names[0]},", f"{names[0]};{names[-1]}"]
    if "enum" in schema:
        return list(schema["enum"]), ["", "nope", schema["enum"][0].upper()]
    if schema.get("pattern", "").endswith("|0x0{0,8}[0-9a-fA-F]{1,8})$"):
        *names, _ = schema["pattern"].removeprefix("^(").split("|")
        return [*names, "0x400", "0x0000000000000400"], ["", "nope", "0x", "0x100000000", "0x00000000000000400"]
    return schema.get("examples", []), ["x" * (schema["maxLength"] + 1)] if "maxLength" in schema else ["?"]
