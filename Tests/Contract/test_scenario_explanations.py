"""Explanations say nothing that is false, and every change that was run helps when it is made in the file."""

from __future__ import annotations

import copy
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from ruamel.yaml import YAML

from contract.scenarios import LIBRARY, SUFFIX, Run, mutations, run

STORIES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("scenario_explanations.yaml").read_text())
# Process 100 exits and another one gets its pid.
PID_USED_AGAIN = r"""
{"type":"processCreate","processId":100,"imageFileName":"C:\\one.exe"}
{"type":"threadCreate","processId":100,"creatorProcessId":100}
{"type":"processExit","processId":100}
{"type":"processCreate","processId":100,"imageFileName":"C:\\two.exe"}
{"type":"threadCreate","processId":100,"creatorProcessId":100}
""".lstrip()
MARK = "the expectation that the change is for"
ROUND_TRIP = YAML()
ROUND_TRIP.preserve_quotes = True
ROUND_TRIP.width = 1000


@pytest.mark.parametrize("story", STORIES, ids=lambda story: yaml.safe_load(story["story"])["name"])
def test_what_it_says_is_true(story: dict[str, Any], tmp_path: Path) -> None:
    shutil.copytree(LIBRARY / "recordings", tmp_path / "recordings")
    (tmp_path / "recordings" / "reuse.ndjson").write_text(PID_USED_AGAIN)
    (tmp_path / f"story{SUFFIX}").write_text(story["story"])
    result = run(tmp_path, tmp_path / "report.json", *story.get("options", []))
    assert result.code == 1, result.text + result.errors
    said = " ".join(result.text.split())
    assert [text for text in story["says"] if text not in said] == [], result.text
    assert [text for text in story.get("silent", []) if text in said] == [], result.text


# Making the changes


@dataclass
class Claim:
    """A change that was run, and the failure that it mends."""

    file: Path
    case: dict[str, Any]
    row: int
    failure: dict[str, Any]
    change: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.file.name}: {self.case['name']}, line {self.failure['line']}: {self.change}"


def merged(old: object, edit: dict[str, Any]) -> dict[str, Any]:
    """Members set in a mapping; `replies[0]` is an item of a list, a new one if the list ends there."""
    new: dict[str, Any] = dict(old) if isinstance(old, dict) else {}
    for name, value in edit.items():
        if match := re.fullmatch(r"(\w+)\[(\d+)\]", name):
            items = copy.deepcopy(new[match[1]])
            index = int(match[2])
            items[index : index + 1] = [merged(items[index] if index < len(items) else {}, value)]
            new[match[1]] = items
        elif "." in name:
            first, rest = name.split(".", 1)
            new[first] = merged(new.get(first), {rest: value})
        elif isinstance(value, dict) and isinstance(new.get(name), dict):
            new[name] = merged(new[name], value)
        else:
            new[name] = value
    return new


def place(content: dict[str, Any], number: str) -> tuple[list[dict[str, Any]], int]:
    """The list of steps with the step `number`, and its index there."""
    *outer, last = (int(part) - 1 for part in number.split("."))
    steps = content["steps"]
    for index in outer:
        steps = steps[index]["repeat"]["steps"]
    return steps, last


def marked(steps: list[dict[str, Any]], line: int) -> dict[str, Any]:
    """The expectation of a line, which gets a reason by which its failure is known."""
    for step in steps:
        for each in [*step.get("expect", []), *(step["wait"]["until"] if isinstance(step.get("wait"), dict) else [])]:
            if any(each.lc.key(name)[0] + 1 == line for name in each):
                each["because"] = MARK
                return each
        if "repeat" in step and (found := marked(step["repeat"]["steps"], line)):
            return found
    return {}


def changed(content: dict[str, Any], failure: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """A scenario with the change made in it."""
    content = copy.deepcopy(content)
    expectation = marked(content["steps"], failure["line"])
    edit = change["edit"]
    if "step" not in change:
        return merged(content, edit)
    steps, index = place(content, change["step"])
    if change["kind"] == "expectation":
        [[name, value]] = edit.items()
        target = expectation if name in expectation or name == "anywhere" else expectation["messages"]
        # The whole value is replaced, not merged.
        *path, last = name.split(".")
        for part in path:
            target = target[part]
        target[last] = value
    elif change.get("before"):
        steps[index:index] = [{name: value} for name, value in edit.items()]
    elif "remove" in edit:
        del steps[index]
    else:
        steps[index] = merged(steps[index], edit)
    return content


def without_unused(content: dict[str, Any]) -> dict[str, Any]:
    """A scenario without the variables of its rows whose only use was edited away: they would be faults."""
    text = json.dumps(content, default=str)
    for number, row in enumerate(content.get("matrix", [])):
        row.setdefault("case", str(number))
        for name in [name for name in row if name != "case" and f"${{{name}}}" not in text]:
            del row[name]
    return content


def claims(result: Run, folder: Path) -> list[Claim]:
    """The changes that a run claims to have tried."""
    return [
        Claim(path, case, row, failure, change)
        for path in sorted(folder.glob(f"*{SUFFIX}"))
        for row, case in enumerate(result.cases(path.name))
        for failure in case["failures"]
        for change in failure["change"]
        if change["verified"]
    ]


def test_every_change_that_was_run_helps_when_it_is_made_in_the_file(tmp_path: Path) -> None:
    """Of all edits of the library's scenarios, and of the stories above."""
    before, after = tmp_path / "before", tmp_path / "after"
    for folder in (before, after):
        folder.mkdir()
        shutil.copytree(LIBRARY / "recordings", folder / "recordings")
    for mutation in mutations():
        if not mutation.scenario.needs_engine:
            (before / mutation.file).write_text(mutation.text)
    for number, story in enumerate(STORIES):
        (before / f"story{number}{SUFFIX}").write_text(story["story"])
    found = claims(run(before, before / "report.json", "--keep-going"), before)
    assert len(found) > 100
    for number, claim in enumerate(found):
        content = changed(ROUND_TRIP.load(claim.file.read_text()), claim.failure, claim.change)
        ROUND_TRIP.dump(without_unused(content), after / f"{number:04d}{SUFFIX}")
    result = run(after, after / "report.json", "--keep-going")
    assert result.report["faults"] == []
    wrong = []
    for number, claim in enumerate(found):
        case = result.cases(f"{number:04d}{SUFFIX}")[claim.row]
        still = [failure for failure in case["failures"] if failure.get("because") == MARK]
        if still or case["verdict"] == "error":
            wrong.append(f"{claim}\n  {case['verdict']}: {case.get('error', still)}")
    assert not wrong, f"{len(wrong)} of {len(found)}\n\n" + "\n".join(wrong)
