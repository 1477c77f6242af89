"""Sides of a comparison take turns, so that whatever else the machine does falls on all of them alike."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

ROUNDS = 7

Run = TypeVar("Run")
Side = TypeVar("Side")


def alternate(sides: Mapping[Side, Callable[[], Run]], rounds: int = ROUNDS) -> dict[Side, list[Run]]:
    """Run each side once a round; every second round in the reverse order, so that none always comes first."""
    runs: dict[Side, list[Run]] = {side: [] for side in sides}
    for number in range(rounds):
        for side in reversed(list(sides)) if number % 2 else list(sides):
            runs[side].append(sides[side]())
    return runs


def ratios(values: Sequence[float], others: Sequence[float]) -> list[float]:
    """The ratio of each round, to a value of the same round."""
    return [value / other for value, other in zip(values, others, strict=True)]
