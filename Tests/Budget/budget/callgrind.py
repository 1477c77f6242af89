"""Reads the files that callgrind writes."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

COMPRESSED = re.compile(r"\((\d+)\)(?: (.*))?")
COST = re.compile(r"[+*\-\d]")


class Function(NamedTuple):
    """A function of a program or library. Without symbols, its name is an address."""

    object: str
    """The file name of the program or library, without its path."""
    name: str


class Call(NamedTuple):
    """A function that calls another."""

    caller: Function
    callee: Function


@dataclass
class Profile:
    """The instructions that each function executed itself, and its calls; or the difference of two such profiles."""

    instructions: Counter[Function] = field(default_factory=Counter)
    calls: Counter[Call] = field(default_factory=Counter)
    """How often the caller called the callee."""
    called: Counter[Call] = field(default_factory=Counter)
    """The instructions between these calls and their returns."""

    def __sub__(self, other: "Profile") -> "Profile":
        """What this profile has more than `other`; less is negative."""
        result = Profile(self.instructions.copy(), self.calls.copy(), self.called.copy())
        result.instructions.subtract(other.instructions)
        result.calls.subtract(other.calls)
        result.called.subtract(other.called)
        return result

    def inclusive(self) -> Counter[Function]:
        """The instructions of each function and of those it calls. Recursion counts several times."""
        result = self.instructions.copy()
        for call, cost in self.called.items():
            if call.caller != call.callee:
                result[call.caller] += cost
        return result


class _Names:
    """A name is written once with a number, and afterwards as that number."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        match = COMPRESSED.fullmatch(text)
        if match is None:
            return text
        if match[2] is not None:
            self._names[match[1]] = match[2]
        return self._names[match[1]]


def parse(lines: Iterable[str]) -> Profile:
    """Read a file of one event, instructions, whose positions are lines of source."""
    profile = Profile()
    objects, functions = _Names(), _Names()
    here = Function("", "")
    callee, callee_object, count = "", "", 0
    for text in lines:
        line = text.rstrip("\n")
        key, _, value = line.partition("=")
        if key == "ob":
            here = Function(_file_name(objects(value)), here.name)
        elif key == "fn":
            here = Function(here.object, functions(value))
        elif key == "cob":
            callee_object = _file_name(objects(value))
        elif key == "cfn":
            callee = functions(value)
        elif key == "calls":
            count = int(value.split()[0])
        elif COST.match(line):
            cost = int(line.split()[1])
            if count:
                # A callee without an object is in that of its caller.
                call = Call(here, Function(callee_object or here.object, callee))
                profile.calls[call] += count
                profile.called[call] += cost
                callee_object, count = "", 0
            else:
                profile.instructions[here] += cost
        elif line.startswith("events:") and line != "events: Ir":
            raise ValueError(f"{line!r}: only instructions can be read")
    return profile


def read(path: Path) -> Profile:
    """Read the file at `path`."""
    with path.open() as lines:
        return parse(lines)


def _file_name(path: str) -> str:
    return path.rpartition("/")[2]
