"""The scenarios of Scenarios/, the edits of Tests/Contract/scenario_mutations.yaml, and runs of both."""

import json
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from contract.document import REPOSITORY
from contract.service import binary

LIBRARY = REPOSITORY / "Scenarios"
MUTATIONS = REPOSITORY / "Tests" / "Contract" / "scenario_mutations.yaml"
SUFFIX = ".scenario.yaml"
SECONDS = 60


@dataclass(frozen=True)
class Scenario:
    """A document of the library."""

    file: str
    text: str
    content: dict[str, Any]

    @property
    def name(self) -> str:
        name = self.content["name"]
        assert isinstance(name, str)
        return name

    @property
    def needs_engine(self) -> bool:
        """Whether it is skipped without an engine under test."""
        return bool(self.content.get("requires", {}).get("engine"))

    @property
    def sets_engine(self) -> bool:
        """Whether it chooses the engine of a host, and so does not test the one at a URL."""
        hosts = [self.content, *self.content.get("hosts", {}).values()]
        return any("engine" in each for each in hosts + self.content["steps"])

    def rows(self) -> list[dict[str, Any]]:
        """The rows of its matrix, each of which is a case."""
        matrix = self.content.get("matrix", [{}])
        if isinstance(matrix, list):
            return matrix
        rows: list[dict[str, Any]] = [{}]
        for name, values in matrix.items():
            rows = [row | {name: value} for row in rows for value in values]
        return rows


@cache
def library() -> list[Scenario]:
    """All documents of the library."""
    return [
        Scenario(path.name.removesuffix(SUFFIX), text, yaml.safe_load(text))
        for path in sorted(LIBRARY.glob(f"*{SUFFIX}"))
        for text in re.split(r"^---\n", path.read_text(), flags=re.MULTILINE)
    ]


# Edits


def without(text: str, part: str) -> str:
    """A text without the line that has `part`, and without the lines below it that are indented further."""
    lines = text.splitlines(keepends=True)
    [first] = [at for at, line in enumerate(lines) if part in line]
    indent = len(lines[first]) - len(lines[first].lstrip())
    last = first + 1
    while last < len(lines) and len(lines[last]) - len(lines[last].lstrip()) > indent:
        last += 1
    return "".join(lines[:first] + lines[last:])


@dataclass(frozen=True)
class Mutation:
    """An edit of a scenario, the line on which it must fail then, and texts of the explanation."""

    scenario: Scenario
    number: int
    edit: dict[str, Any]

    @property
    def text(self) -> str:
        """The text of the edited scenario."""
        if "remove" in self.edit:
            return without(self.scenario.text, self.edit["remove"])
        old, new = self.edit["replace"], self.edit["with"]
        count = self.scenario.text.count(old)
        assert count == 1, f"{self}: {count} times: {old}"
        return self.scenario.text.replace(old, new)

    @property
    def line(self) -> int:
        """The line that must fail: the only one with the text, or the one that `at` counts."""
        text = self.edit["line"]
        lines = [at for at, line in enumerate(self.text.splitlines(keepends=True), start=1) if text in line]
        assert len(lines) == 1 or "at" in self.edit, f"{self}: {len(lines)} lines have: {text}"
        return lines[self.edit.get("at", 1) - 1]

    @property
    def says(self) -> list[str]:
        """The texts that the explanation must have."""
        return list(self.edit["says"])

    @property
    def file(self) -> str:
        return f"{self.number:03d}{SUFFIX}"

    def __str__(self) -> str:
        return f"{self.scenario.file}: {self.scenario.name}"


@cache
def mutations() -> list[Mutation]:
    """All edits."""
    files: dict[str, dict[str, list[dict[str, Any]]]] = yaml.safe_load(MUTATIONS.read_text())
    known = {(scenario.file, scenario.name): scenario for scenario in library()}
    edits = [
        (known[file, name], edit) for file, names in files.items() for name, edits in names.items() for edit in edits
    ]
    for scenario, edit in edits:
        assert {*edit} - {"at"} in ({"replace", "with", "line", "says"}, {"remove", "line", "says"}), scenario.name
        assert edit["says"], scenario.name
    return [Mutation(scenario, number, edit) for number, (scenario, edit) in enumerate(edits)]


# Runs


@dataclass(frozen=True)
class Run:
    """What a run printed and reported."""

    code: int
    text: str
    errors: str
    report: dict[str, Any]

    def cases(self, file: str) -> list[dict[str, Any]]:
        """The cases of a file."""
        return [case for case in self.report["cases"] if Path(case["file"]).name == file]

    def faults(self, file: str) -> list[str]:
        """The faults of a file."""
        return [fault["detail"] for fault in self.report["faults"] if Path(fault["file"]).name == file]

    def explanations(self) -> dict[tuple[str, int], str]:
        """What is printed for each failed expectation, by file and line, with one space between words."""
        text = re.sub(r"^\S.*$", "", self.text, flags=re.MULTILINE)
        parts = re.split(r"^ {6}(\S+):(\d+)(?:, engine \S+)?(?:, rounds? [\d and]+)?$", text, flags=re.MULTILINE)
        found: dict[tuple[str, int], str] = {}
        for path, line, body in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
            key = Path(path).name, int(line)
            found[key] = found.get(key, "") + " ".join(body.split()) + "\n"
        return found


def run(folder: Path, out: Path, *options: str) -> Run:
    """Run all scenarios of a folder; the report is written to `out`."""
    done = subprocess.run(
        [binary(), "test", str(folder), "--json", str(out), *options],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert out.exists(), done.stderr
    return Run(done.returncode, done.stdout, done.stderr, json.loads(out.read_text()))


def without_times(text: str) -> str:
    """A transcript without the time that the run took."""
    return re.sub(r"\d+\.\d\d s\b", "0.00 s", text)
