"""The JSON Schema of scenario files and the reader of `wdfilterd test` agree.

Both accept the files in `good` and refuse those in `shape`. The schema accepts those in `meaning`, which the reader
refuses for the reason that their first line says.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError

from contract.service import binary

FOLDER = Path(__file__).parent / "scenarios"


def files(folder: str) -> list[Path]:
    return sorted((FOLDER / folder).glob("*.scenario.yaml"))


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft202012Validator:
    text = subprocess.run([binary(), "test", "--schema"], check=True, capture_output=True, timeout=60).stdout
    document = json.loads(text)
    jsonschema.Draft202012Validator.check_schema(document)
    return jsonschema.Draft202012Validator(document)


@pytest.fixture(scope="module")
def faults() -> dict[str, list[str]]:
    """The faults that the reader finds, by path."""
    done = subprocess.run(
        [binary(), "test", "--check", str(FOLDER)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    found = defaultdict(list)
    for line in done.stderr.splitlines():
        if match := re.match(r"(.*?\.scenario\.yaml)(?::\d+)?: (.*)", line):
            found[match[1]].append(match[2])
    return found


def documents(path: Path) -> list[Any]:
    """The documents of a file as YAML 1.2, in which times are texts."""
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 2)
    yaml.allow_duplicate_keys = True
    yaml.constructor.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)
    return list(yaml.load_all(path.read_text()))


@pytest.mark.parametrize("path", files("good"), ids=lambda path: path.name)
def test_both_accept(path: Path, schema: jsonschema.Draft202012Validator, faults: dict[str, list[str]]) -> None:
    assert faults.get(str(path), []) == []
    for document in documents(path):
        schema.validate(document)


@pytest.mark.parametrize("path", files("shape"), ids=lambda path: path.name)
def test_both_refuse(path: Path, schema: jsonschema.Draft202012Validator, faults: dict[str, list[str]]) -> None:
    assert faults[str(path)]
    assert not all(schema.is_valid(document) for document in documents(path))


@pytest.mark.parametrize("path", files("shape"), ids=lambda path: path.name)
def test_the_schema_names_the_value_that_is_wrong(path: Path, schema: jsonschema.Draft202012Validator) -> None:
    """A list or a mapping as a whole is not at fault, unless it has not one of the members that decide its form."""
    errors = [error for document in documents(path) for error in schema.iter_errors(document)]
    for error in errors:
        if error.validator in ("anyOf", "oneOf") and isinstance(error.instance, list | dict):
            assert all(option.keys() <= {"required", "not"} for option in error.validator_value), error
        inside = list(error.absolute_path)
        if inside[-1:] == ["expect"]:
            assert error.instance == [], error


@pytest.mark.parametrize("path", files("meaning"), ids=lambda path: path.name)
def test_only_the_reader_refuses(
    path: Path, schema: jsonschema.Draft202012Validator, faults: dict[str, list[str]]
) -> None:
    reason = path.read_text().splitlines()[0].removeprefix("# says:").strip()
    assert any(reason in fault for fault in faults[str(path)]), faults[str(path)]
    try:
        read = documents(path)
    except DuplicateKeyError:
        return
    for document in read:
        schema.validate(document)


def test_a_file_with_seven_faults_lists_all_of_them_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "seven.scenario.yaml").write_text(
        r"""scenario: 1
name: Seven
tag: [x]
steps:
  - createProcess: {as: notepad, imageFileName: 'C:\notepad.exe', sessionId: '1', commandLine: 5}
  - createThread: {target: notepda, creator: notepad}
    expect:
      - messages: {operation: NewThreadDiferentProcess}
      - messages: {kind: async, acknowledged: true}
      - counters: {async: {enqueed: 1}}
"""
    )
    done = subprocess.run(
        [binary(), "test", "seven.scenario.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    name = "seven.scenario.yaml:"
    output = (done.stdout + done.stderr).splitlines()
    lines = [line.removeprefix(name) for line in output if line.startswith(name)]
    assert lines == [
        "3: tag: unknown member; did you mean tags?",
        "5: steps[0].createProcess.sessionId: must be an integer from 0 to 4294967295, not a text; "
        "write it without quotes",
        "5: steps[0].createProcess.commandLine: must be a text, not 5; quote it: '5'",
        '6: steps[1].createThread.target: no process is called "notepda" here; "notepad" is (line 5)',
        '8: steps[1].expect[0].messages.operation: "NewThreadDiferentProcess" is not an operation; '
        "did you mean NewThreadDifferentProcess?",
        "9: steps[1].expect[1].messages.acknowledged: can never hold: async messages have no acknowledged",
        "10: steps[1].expect[2].counters.async.enqueed: unknown member; did you mean enqueued?",
    ]
