"""Fills in where the rules of docs/driver-model.md are implemented, tested and shown, and looks for missing rules.

python3 Tools/driver_model.py            writes the page
python3 Tools/driver_model.py --check    changes nothing; names each fault and fails
"""

import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
PAGE = "docs/driver-model.md"
# Where ids are looked for; the page says what the prefixes stand for.
ROOTS = ("Sources", "Tests", "Scenarios", "Fuzz", "Benchmarks", "Config", "docs", "openapi.yaml")
SUFFIXES = {".swift", ".py", ".md", ".yaml", ".h", ".hpp", ".c", ".cpp"}
# These have ids that are examples.
SKIPPED = {"Tools/driver_model.py", "Tools/test_driver_model.py"}

RULE = re.compile(r"\b(DATA|PRC|THR|TEX|IMG|SYN|ASY|OBJ|REG|DRV|COR)-(\d+)\b")
RANGE = re.compile(rf"{RULE.pattern}(?:\s+to\s+\1-(\d+)\b)?")
# What begins a line of a comment, so that a range may go on there.
MARGIN = re.compile(r"\n[ \t]*(?:///?|#)?[ \t]*")
# In a source: a comment, or a member of a table's line that is an id, `rules: ["THR-4"]`.
CITING = re.compile(rf'//.*|"{RULE.pattern}"')
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(rf"\[`?({RULE.pattern})`?\]\(([^)]*)\)")
HEADING = re.compile(r"^### (\S+)$", re.MULTILINE)
STATUS = re.compile(r"^- \*\*Status\*\*: (?:known|inferred|decided|disputed)\b.*(?:\n  .*)*$", re.MULTILINE)
DRIVER = re.compile(r"^- \*\*Driver\*\*: \S", re.MULTILINE)
FILLED_IN = re.compile(r"^- \*\*(?:Implemented in|Tests|Scenarios)\*\*:.*\n", re.MULTILINE)
# What a scenario says that it shows.
TAGS = re.compile(r"^tags: .*", re.MULTILINE)

Cited = dict[str, list[str]]


def cited(text: str) -> set[str]:
    """The ids in a text, those inside ranges (`THR-1 to THR-3`) among them."""
    ids = set()
    for prefix, first, last in RANGE.findall(MARGIN.sub(" ", text)):
        ids.update(f"{prefix}-{number}" for number in range(int(first), int(last or first) + 1))
    return ids


def citing(text: str) -> str:
    """The parts of a source that say which rules it implements: not the texts that users read."""
    return "\n".join(match.group() for match in CITING.finditer(text))


def texts(root: Path) -> Iterator[tuple[str, str]]:
    """Each file in which ids may stand, by its path in the repository."""
    files = [*root.glob("*.md")]
    for name in ROOTS:
        files += [root / name] if (root / name).is_file() else (root / name).rglob("*")
    for file in sorted(files):
        path = file.relative_to(root).as_posix()
        if file.suffix in SUFFIXES and file.is_file() and path not in SKIPPED:
            # A corpus has files that are not UTF-8.
            yield path, file.read_text(encoding="utf-8", errors="replace")


@dataclass
class Rule:
    """A rule's section of the page."""

    id: str
    text: str

    def faults(self) -> Iterator[str]:
        """What is wrong with what is written by hand."""
        if not RULE.fullmatch(self.id):
            yield f"{PAGE}: `{self.id}` is not a rule id"
        if not DRIVER.search(self.text):
            yield f"{PAGE}: {self.id} has no line `- **Driver**: ...`"
        if len(STATUS.findall(self.text)) != 1:
            yield f"{PAGE}: {self.id} needs one line `- **Status**: known` (or inferred, decided, disputed)"

    def filled_in(self, sources: Sequence[str], tests: Sequence[str], scenarios: Sequence[str]) -> str:
        """The section with its last lines as they should be."""
        lines = f"- **Implemented in**: {links(sources)}\n- **Tests**: {links(tests)}"
        if scenarios:
            lines += f"\n- **Scenarios**: {links(scenarios)}"
        bare = FILLED_IN.sub("", self.text)
        return STATUS.sub(lambda status: f"{status.group()}\n{lines}", bare, count=1)


def links(paths: Sequence[str]) -> str:
    """Links from the page to files."""
    return ", ".join(f"[{Path(path).name}](../{path})" for path in paths) or "none"


def split(page: str) -> tuple[str, list[Rule], list[str]]:
    """What is before the first rule, the rules, and what follows each of them up to the next."""
    starts = [match.start() for match in HEADING.finditer(page)]
    rules, gaps = [], []
    for start, end in zip(starts, [*starts[1:], len(page)], strict=True):
        section = page[start:end]
        over = re.search(r"^(?:<a id|## )", section, re.MULTILINE)
        text = section[: over.start()] if over else section
        rules.append(Rule(text.split("\n", 1)[0].removeprefix("### "), text))
        gaps.append(section[len(text) :])
    return page[: starts[0]] if starts else page, rules, gaps


def unlinked(path: str, text: str) -> Iterator[str]:
    """The ids of a page that do not lead to their rules."""
    target = os.path.relpath(PAGE, Path(path).parent) if path != PAGE else ""
    blank = FENCE.sub(lambda fence: "\n" * fence.group().count("\n"), text)
    for number, line in enumerate(blank.split("\n"), 1):
        wrong = [match[1] for match in LINK.finditer(line) if match[4] != f"{target}#{match[1].lower()}"]
        left = LINK.sub("", "" if path == PAGE and HEADING.match(line) else line)
        for id in wrong + ["-".join(match) for match in RULE.findall(left)]:
            yield f"{path}:{number}: {id} should be a link, [{id}]({target}#{id.lower()})"


def look(files: Mapping[str, str]) -> tuple[str, list[str]]:
    """The page as it should be, and all faults but its being out of date."""
    head, rules, gaps = split(files[PAGE])
    sources, tests, scenarios, everywhere = (defaultdict(list) for _ in range(4))
    faults = [fault for rule in rules for fault in rule.faults()]
    for path, text in files.items():
        for id in cited(text):
            everywhere[id].append(path)
        if path.startswith("Sources/"):
            for id in cited(citing(text)):
                sources[id].append(path)
        elif path.startswith("Tests/") and not path.endswith(".md"):
            for id in cited(text):
                tests[id].append(path)
        elif path.startswith("Scenarios/"):
            for id in cited("\n".join(TAGS.findall(text))):
                scenarios[id].append(path)
        elif path.endswith(".md"):
            faults += unlinked(path, text)
    known = [rule.id for rule in rules]
    faults += [f"{PAGE}: {id} stands there twice" for id in sorted(set(known)) if known.count(id) > 1]
    faults += [
        f"{PAGE} has no rule {id}, which {', '.join(everywhere[id])} cites"
        for id in sorted(set(everywhere) - set(known))
    ]
    faults += [f"no source cites {id}" for id in known if not sources[id]]
    faults += [f"no test cites {id}" for id in known if not tests[id]]
    page = "".join(
        rule.filled_in(sources[rule.id], tests[rule.id], scenarios[rule.id]) + gap
        for rule, gap in zip(rules, gaps, strict=True)
    )
    return head + page, faults


def main() -> int:
    """Write the page, or check it."""
    files = dict(texts(REPOSITORY))
    page, faults = look(files)
    if page != files[PAGE]:
        if "--check" in sys.argv[1:]:
            faults.append(f"{PAGE} is out of date: python3 Tools/driver_model.py writes it")
        else:
            (REPOSITORY / PAGE).write_text(page, encoding="utf-8")
    print(*faults, sep="\n", end="\n" if faults else "", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
