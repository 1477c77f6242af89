"""Prints Sources/Driver/Names/SimpleUppercase.swift from UnicodeData.txt (Debian's unicode-data has it).

python3 Tools/simple_uppercase.py /usr/share/unicode/UnicodeData.txt > Sources/Driver/Names/SimpleUppercase.swift
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

WIDTH = 118
LAST_UNIT = 0xFFFF
HEAD = """\
// Printed by Tools/simple_uppercase.py from UnicodeData.txt of Unicode 15.0. Not to be edited.

/// Runs of UTF-16 units with a simple upper-case mapping: first, last, how far apart, and how far to upper case.
let simpleUppercaseRuns: [(first: UInt16, last: UInt16, step: UInt16, delta: Int32)] = [\
"""


@dataclass
class Run:
    """Units that are equally far apart and equally far from their upper case."""

    first: int
    last: int
    step: int
    delta: int

    def takes(self, unit: int, delta: int) -> bool:
        """Take a unit that continues the run; false when it does not."""
        step = unit - self.last
        if delta != self.delta or step not in ((1, 2) if self.first == self.last else (self.step,)):
            return False
        self.last, self.step = unit, step
        return True


def mappings(path: str) -> Iterator[tuple[int, int]]:
    """Give the simple upper-case mappings of UTF-16 units to units, ascending."""
    for line in Path(path).read_text(encoding="ascii").splitlines():
        fields = line.split(";")
        unit, upper = int(fields[0], 16), int(fields[12] or "0", 16)
        if upper and max(unit, upper) <= LAST_UNIT:
            yield unit, upper


def runs(pairs: Iterable[tuple[int, int]]) -> list[Run]:
    """Join mappings to runs."""
    found: list[Run] = []
    for unit, upper in pairs:
        if not found or not found[-1].takes(unit, upper - unit):
            found.append(Run(unit, unit, 1, upper - unit))
    return found


def main() -> None:
    """Print the table."""
    print(HEAD)
    line = "   "
    for run in runs(mappings(sys.argv[1])):
        entry = f" (0x{run.first:X}, 0x{run.last:X}, {run.step}, {run.delta}),"
        if len(line) + len(entry) > WIDTH:
            print(line)
            line = "   "
        line += entry
    print(line)
    print("]")


main()
