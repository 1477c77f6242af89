"""Kernel memory dumps that the analyst published. They are stored beside the project, not in it."""

import json
from dataclasses import dataclass
from typing import Any

from contract.recordings import SHARED

FILE = SHARED / "vectors" / "kernel-dumps.json"


@dataclass(frozen=True)
class Dump:
    """A message, or the variable data of a synchronous one, with the values in it."""

    name: str
    operation: str
    fields: dict[str, Any]
    bytes: bytes
    is_part: bool


def dumps() -> list[Dump]:
    """All dumps; none if their folder does not exist."""
    if not FILE.is_file():
        return []
    return [
        Dump(name, entry["operation"], spelled(entry["fields"]), bytes.fromhex(entry["hex"]), "part" in entry)
        for name, entry in json.loads(FILE.read_text()).items()
    ]


def spelled(value: Any) -> Any:  # noqa: ANN401
    """Fields of a dump in the form that the API accepts: times as FILETIMEs in hex."""
    if isinstance(value, dict):
        return {name: hex(inner) if name == "creationTime" else spelled(inner) for name, inner in value.items()}
    return value
