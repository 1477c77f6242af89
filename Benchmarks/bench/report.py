"""The file of results: one section for each benchmark, the last that was measured on this machine."""

import re
from collections.abc import Sequence
from pathlib import Path

from bench.results import Outcome

HEAD = """# Results

`make bench` writes this file; [README.md](README.md) says how each benchmark is measured. A figure is the median, with
the minimum and the maximum; a ratio is computed within one round. The load is that of the machine in the minute before.

"""
SECTION = re.compile(r"^## (\S+)\n\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def section(title: str, when: str, outcome: Outcome) -> str:
    """The text of a section."""
    tables = [table.markdown() for table in outcome.tables]
    return "\n\n".join([title, f"{when}. {outcome.note}", *tables]) + "\n"


def sections_of(text: str, environment: str) -> dict[str, str]:
    """The sections of a file, if it was written in the same environment."""
    if environment not in text:
        return {}
    return {name: body.rstrip("\n") + "\n" for name, body in SECTION.findall(text)}


def text_of(sections: dict[str, str], environment: str, order: Sequence[str]) -> str:
    """The file."""
    found = [f"## {name}\n\n{sections[name]}" for name in order if name in sections]
    return HEAD + environment + "\n\n" + "\n".join(found)


def update(path: Path, environment: str, order: Sequence[str], name: str, body: str) -> None:
    """Put a section into the file."""
    sections = sections_of(path.read_text(), environment) if path.exists() else {}
    sections[name] = body
    path.write_text(text_of(sections, environment, order))
