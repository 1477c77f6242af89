"""The table of README.md: what each operation may cost."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

README = Path(__file__).resolve().parents[1] / "README.md"
LIMIT = 1.2
ROW = re.compile(r"^\| `(?P<name>[a-z-]+)` \| (?P<instructions>[\d,]+) \| (?P<allocations>[\d.]+) \|", re.MULTILINE)


@dataclass(frozen=True)
class Budget:
    """What one operation costs, as the table has it."""

    instructions: float
    allocations: float

    def exceeded_by(self, measured: "Budget") -> list[str]:
        """What `measured` has more of than LIMIT allows, in words."""
        pairs = {
            "instructions": (measured.instructions, self.instructions),
            "allocations": (measured.allocations, self.allocations),
        }
        return [
            f"{value:,.1f} {unit}, {value / max(budget, 0.1):.2f} times the table's {budget:,.1f}"
            for unit, (value, budget) in pairs.items()
            if value > LIMIT * budget
        ]


def budgets(text: str) -> dict[str, Budget]:
    """Read the table in `text`."""
    return {
        row["name"]: Budget(float(row["instructions"].replace(",", "")), float(row["allocations"]))
        for row in ROW.finditer(text)
    }


def updated(text: str, measured: Mapping[str, Budget]) -> str:
    """The same text whose table has these figures; operations that were not measured keep theirs."""

    def row(match: re.Match[str]) -> str:
        if (figures := measured.get(match["name"])) is None:
            return match[0]
        instructions = f"{round(figures.instructions, -2):,.0f}"
        return f"| `{match['name']}` | {instructions} | {figures.allocations:.1f} |"

    return ROW.sub(row, text)
