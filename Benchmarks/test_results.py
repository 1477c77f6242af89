"""Medians with their spread, goals, checks, tables and the file of results."""

from pathlib import Path

import pytest
from bench import report
from bench.results import Goal, Outcome, Table, UnsoundError, check_alike, held, spread

MACHINE = "A processor, 2 cores."


def test_a_spread_is_median_minimum_and_maximum() -> None:
    assert spread([3000, 1000, 2000.4]) == "2,000 (1,000 to 3,000)"
    assert spread([1, 2], ".2f") == "1.50 (1.00 to 2.00)"


@pytest.mark.parametrize(
    ("goal", "values", "verdict"),
    [
        (Goal(least=0.8), [0.1, 0.8, 0.9], "met"),
        (Goal(least=0.8), [0.9, 0.79, 0.1], "**missed**"),
        (Goal(most=1.5), [1.5, 9, 0], "met"),
        (Goal(most=1.5), [1.51, 9, 0], "**missed**"),
    ],
)
def test_the_median_meets_or_misses_a_goal(goal: Goal, values: list[float], verdict: str) -> None:
    assert held("rate", values, goal)[3] == verdict


def test_a_goal_is_printed_beside_the_ratio() -> None:
    assert held("rate", [1], Goal(least=0.8)) == ("rate", "1.00 (1.00 to 1.00)", "at least 0.8", "met")
    assert held("rate", [2], Goal(most=16), ".0f") == ("rate", "2 (2 to 2)", "at most 16", "met")
    assert held("rate", [2]) == ("rate", "2.00 (2.00 to 2.00)", "", "")


def test_sides_that_did_not_do_the_same_have_no_result() -> None:
    check_alike("bytes", [100, 102])
    with pytest.raises(UnsoundError, match=r"bytes differ: 100\.0, 103\.0"):
        check_alike("bytes", [100, 103])


def test_a_table_is_markdown_and_its_rows_are_complete() -> None:
    assert Table(("a", "b"), [("1", "2")]).markdown() == "| a | b |\n| --- | --- |\n| 1 | 2 |"
    with pytest.raises(ValueError, match="different lengths"):
        Table(("a", "b"), [("1",)]).markdown()


def test_a_section_replaces_only_its_own_and_the_order_is_that_of_the_table(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    order = ["one", "two"]
    table = Table(("a",), [("1",)])
    report.update(path, MACHINE, order, "two", report.section("Second.", "Monday", Outcome("7 rounds.", [table])))
    report.update(path, MACHINE, order, "one", report.section("First.", "Tuesday", Outcome("Not supported.")))
    report.update(path, MACHINE, order, "one", report.section("First.", "Friday", Outcome("Not supported.")))
    assert path.read_text() == (
        f"{report.HEAD}{MACHINE}\n\n"
        "## one\n\nFirst.\n\nFriday. Not supported.\n\n"
        "## two\n\nSecond.\n\nMonday. 7 rounds.\n\n| a |\n| --- |\n| 1 |\n"
    )


def test_figures_of_another_machine_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    for machine, name in ((MACHINE, "one"), ("Another.", "two")):
        report.update(path, machine, ["one", "two"], name, f"Of {machine}\n")
    assert "## two" in path.read_text()
    assert "## one" not in path.read_text()
