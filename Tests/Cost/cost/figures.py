"""The results of a run, printed as tables at its end."""

from dataclasses import dataclass, field


@dataclass
class Figures:
    """Rows of tables by title."""

    tables: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    heads: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def add(self, title: str, head: tuple[str, ...], *row: str) -> None:
        """Add a row to the table `title`."""
        self.heads[title] = head
        self.tables.setdefault(title, []).append(row)

    def text(self) -> str:
        """All tables in Markdown."""
        parts = []
        for title, rows in self.tables.items():
            head = self.heads[title]
            lines = ["", f"### {title}", "", _row(head), "|" + "---|" * len(head), *map(_row, rows)]
            parts.append("\n".join(lines))
        return "\n".join(parts)


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def milliseconds(value: float) -> str:
    """A time, formatted for a table."""
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"
