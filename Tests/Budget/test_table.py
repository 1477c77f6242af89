"""Whether the table is read, compared and written."""

from budget.operations import OPERATIONS
from budget.table import README, Budget, budgets, updated

TABLE = """\
| operation | instructions | allocations | goal, instructions | goal, allocations |
|---|---|---|---|---|
| `http-quiet` | 65,900 | 39.1 | 25,000 | 12 |
| `replay-image` | 67,300 | 20.0 | | |
"""


def test_the_table_has_every_operation() -> None:
    assert set(budgets(README.read_text())) == set(OPERATIONS)


def test_the_table_is_read() -> None:
    assert budgets(TABLE) == {"http-quiet": Budget(65_900, 39.1), "replay-image": Budget(67_300, 20)}


def test_a_fifth_more_is_allowed() -> None:
    assert Budget(1000, 10).exceeded_by(Budget(1200, 12)) == []


def test_each_figure_beyond_that_is_named() -> None:
    instructions, allocations = Budget(1000, 10).exceeded_by(Budget(1300, 13))
    assert instructions == "1,300.0 instructions, 1.30 times the table's 1,000.0"
    assert allocations.startswith("13.0 allocations, 1.30 times")


def test_what_never_allocated_must_not_begin_to() -> None:
    assert Budget(1000, 0).exceeded_by(Budget(1000, 1)) == ["1.0 allocations, 10.00 times the table's 0.0"]


def test_only_what_was_measured_is_written() -> None:
    text = updated(TABLE, {"http-quiet": Budget(24_951, 11.96)})
    assert "| `http-quiet` | 25,000 | 12.0 | 25,000 | 12 |" in text
    assert text.splitlines()[3] == TABLE.splitlines()[3]
