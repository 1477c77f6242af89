"""Sides take turns, and ratios stay within a round."""

import pytest
from bench.rounds import alternate, ratios


def test_each_side_runs_once_a_round_and_none_always_first() -> None:
    order: list[str] = []

    def side(name: str) -> int:
        order.append(name)
        return len(order)

    runs = alternate({"a": lambda: side("a"), "b": lambda: side("b"), "c": lambda: side("c")}, rounds=3)
    assert "".join(order) == "abccbaabc"
    assert runs == {"a": [1, 6, 7], "b": [2, 5, 8], "c": [3, 4, 9]}


def test_a_ratio_is_of_values_of_the_same_round() -> None:
    assert ratios([10, 30], [20, 10]) == [0.5, 3]


def test_sides_with_different_numbers_of_rounds_have_no_ratios() -> None:
    with pytest.raises(ValueError, match="longer"):
        ratios([1], [1, 2])
