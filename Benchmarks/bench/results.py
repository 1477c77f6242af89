"""Figures, the goals that they are held against, and tables of them."""

import statistics
from collections.abc import Sequence
from typing import NamedTuple

RATIO_COLUMNS = ("ratio", "median (minimum to maximum)", "goal", "")


class UnsoundError(Exception):
    """A check failed, so that the figures would be wrong."""


class Goal(NamedTuple):
    """What a median must reach: at least or at most so much."""

    least: float | None = None
    most: float | None = None
    unit: str = ""

    def __str__(self) -> str:
        """As a table shows it."""
        if self.least is not None:
            return f"at least {self.least:g}{self.unit}"
        return f"at most {self.most:g}{self.unit}"

    def is_met(self, values: Sequence[float]) -> bool:
        """Whether the median reaches it."""
        median = statistics.median(values)
        return (self.least is None or median >= self.least) and (self.most is None or median <= self.most)


class Table(NamedTuple):
    """Rows of a table, in Markdown's order."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """The table as Markdown."""
        lines = [self.columns, ["---"] * len(self.columns), *self.rows]
        if any(len(line) != len(self.columns) for line in lines):
            raise ValueError(f"rows of {self.columns} have different lengths")
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)


class Outcome(NamedTuple):
    """What a benchmark found: how it was measured, and its tables. Without tables, `note` is why there are none."""

    note: str
    tables: Sequence[Table] = ()


def spread(values: Sequence[float], form: str = ",.0f") -> str:
    """The median, the minimum and the maximum."""
    return f"{statistics.median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


def held(name: str, values: Sequence[float], goal: Goal | None = None, form: str = ".2f") -> tuple[str, ...]:
    """A row of values held against a goal, with the columns of RATIO_COLUMNS."""
    if goal is None:
        return name, spread(values, form), "", ""
    return name, spread(values, form), str(goal), "met" if goal.is_met(values) else "**missed**"


def check(holds: bool, fault: str) -> None:
    """Refuse figures unless something holds."""
    if not holds:
        raise UnsoundError(fault)


def check_alike(name: str, values: Sequence[float], tolerance: float = 0.02) -> None:
    """Refuse figures of sides that did not do the same, within a tolerance."""
    check(
        max(values) <= min(values) * (1 + tolerance), f"{name} differ: {', '.join(f'{value:.1f}' for value in values)}"
    )
