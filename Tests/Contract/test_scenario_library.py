"""The scenarios of Scenarios/: they pass, they show every rule, and each one fails if it is edited, with the reason.

Also the pages that quote them.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from contract.document import REPOSITORY
from contract.hanging import environment
from contract.pages import session
from contract.sample_engine import engine
from contract.scenarios import LIBRARY, SECONDS, SUFFIX, Mutation, Run, library, mutations, run, without_times
from contract.service import StartService, binary

MODEL = REPOSITORY / "docs" / "driver-model.md"
ROUTINES = REPOSITORY / "Sources" / "Driver" / "Callbacks" / "DriverRoutine.swift"
REPLIES = LIBRARY / "engines.replies.yaml"
PAGE = (REPOSITORY / "docs" / "scenarios.md").read_text()
ENGINE_PAGE = (REPOSITORY / "docs" / "engine-webhook.md").read_text()
MODELINE = "# yaml-language-server: $schema=http://127.0.0.1:8080/scenario.schema.json\n"

NOT_SHOWN = {f"ASY-{number}" for number in (5, 8)}
"""Rules about the inside of the driver, which no message shows."""

CHECK = re.compile(r'\.init\(\s*\.\w+,\s*"((?:[^"\\]|\\.)*)"')
ROUTINE = re.compile(r"\n {8}Line\(\s*\.\w+,\s*\"(Mp\w+)\"")


@pytest.fixture(scope="module")
def sample_engine() -> Iterator[str]:
    """The URL of a sample engine with the replies that engines.scenario.yaml needs."""
    with engine("--replies", str(REPLIES)) as (port, _):
        yield f"http://127.0.0.1:{port}/"


# The library as it is


def test_every_scenario_passes_in_this_process_and_each_run_gives_the_same_report(tmp_path: Path) -> None:
    result, alone = (run(LIBRARY, tmp_path / parallel, "--parallel", parallel) for parallel in ("4", "1"))
    assert result.report["faults"] == []
    bad = [case for case in result.report["cases"] if case["verdict"] not in ("pass", "skip")]
    assert bad == [], result.text
    assert result.code == 0
    assert {case["name"] for case in result.report["cases"] if case["verdict"] == "skip"} == {
        scenario.name for scenario in library() if scenario.needs_engine
    }
    assert len(result.report["cases"]) == sum(len(scenario.rows()) for scenario in library())
    assert result.report == alone.report


def test_scenarios_that_choose_no_engine_pass_with_one_at_a_url(tmp_path: Path, sample_engine: str) -> None:
    result = run(LIBRARY, tmp_path / "report.json", "--engine-url", sample_engine)
    verdicts: dict[str, list[str]] = {"pass": [], "skip": [], "fail": [], "error": []}
    for case in result.report["cases"]:
        verdicts[case["verdict"]].append(case["name"])
    assert verdicts["fail"] + verdicts["error"] == [], result.text
    assert set(verdicts["skip"]) == {
        scenario.name for scenario in library() if scenario.sets_engine or scenario.content.get("time") == "virtual"
    }
    assert len(verdicts["pass"]) >= 0.4 * len(result.report["cases"])


def test_the_schema_accepts_every_scenario() -> None:
    printed = subprocess.run([binary(), "test", "--schema"], capture_output=True, timeout=SECONDS, check=True).stdout
    validator = jsonschema.Draft202012Validator(json.loads(printed))
    for scenario in library():
        faults = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(scenario.content)]
        assert faults == [], f"{scenario.file}: {scenario.name}"


def test_the_tool_that_editors_and_hooks_use_accepts_every_document(tmp_path: Path) -> None:
    """check-jsonschema reads YAML by itself, one document a file."""
    schema = tmp_path / "scenario.schema.json"
    with schema.open("wb") as file:
        subprocess.run([binary(), "test", "--schema"], stdout=file, timeout=SECONDS, check=True)
    check = [sys.executable, "-m", "check_jsonschema"]
    subprocess.run([*check, "--check-metaschema", schema], timeout=SECONDS, check=True)
    documents = []
    for path in sorted(LIBRARY.glob(f"*{SUFFIX}")):
        for index, text in enumerate(re.split(r"^---\n", path.read_text(), flags=re.MULTILINE)):
            documents.append(tmp_path / f"{path.name}.{index}.yaml")
            documents[-1].write_text(text)
    assert len(documents) == len(library())
    done = subprocess.run(
        [*check, "--schemafile", schema, *documents], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout
    documents[0].write_text("scenario: 1\nname: misspelled\nsteps: [{createProces: {}}]\n")
    refused = subprocess.run([*check, "--schemafile", schema, documents[0]], timeout=SECONDS, check=False)
    assert refused.returncode == 1


def test_every_file_begins_with_the_modeline_of_editors() -> None:
    files = sorted(LIBRARY.glob(f"*{SUFFIX}"))
    assert files
    for path in files:
        assert path.read_text().startswith(MODELINE), path.name


def test_every_rule_has_a_scenario() -> None:
    rules = set(re.findall(r"^### ([A-Z]+-\d+)$", MODEL.read_text(), flags=re.MULTILINE))
    tags = {tag for scenario in library() for tag in scenario.content["tags"]}
    assert rules - tags == NOT_SHOWN
    assert {tag for tag in tags if re.fullmatch(r"[A-Z]+-\d+", tag)} <= rules


# Conditions


def outcomes_of_conditions() -> set[tuple[str, str, bool]]:
    """Each condition of each routine, true and false, from the driver's table."""
    [_, *routines] = ROUTINE.split(ROUTINES.read_text())
    conditions = [
        (name, check.replace("\\\\", "\\"))
        for name, body in zip(routines[::2], routines[1::2], strict=True)
        for check in CHECK.findall(body)
    ]
    assert len(conditions) >= 28
    return {(routine, check, holds) for routine, check in conditions for holds in (True, False)}


def expected_checks(value: object, row: dict[str, Any]) -> set[tuple[str, str, bool]]:
    """The outcomes that the expectations somewhere in `value` are about."""
    found: set[tuple[str, str, bool]] = set()
    if isinstance(value, dict):
        if "routine" in value and "checks" in value:
            for check, holds in value["checks"].items():
                found.add((value["routine"], check, row[holds[2:-1]] if isinstance(holds, str) else holds))
        for each in value.values():
            found |= expected_checks(each, row)
    if isinstance(value, list):
        for each in value:
            found |= expected_checks(each, row)
    return found


def test_every_outcome_of_every_condition_is_expected_somewhere() -> None:
    expected: set[tuple[str, str, bool]] = set()
    for scenario in library():
        for row in scenario.rows():
            expected |= expected_checks(scenario.content["steps"], row)
    assert expected == outcomes_of_conditions()


# Mutations


def run_edited(edits: list[Mutation], folder: Path, *options: str) -> list[str]:
    """Run edited scenarios; those that do not fail where they should, or do not say why."""
    shutil.copytree(LIBRARY / "recordings", folder / "recordings")
    for mutation in edits:
        (folder / mutation.file).write_text(mutation.text)
    result = run(folder, folder / "report.json", *options)
    printed = result.explanations()
    wrong = [text for mutation in edits if (text := judged(mutation, result, printed)) is not None]
    assert wrong or result.code == 1
    return wrong


def judged(mutation: Mutation, result: Run, printed: dict[tuple[str, int], str]) -> str | None:
    """What is wrong with the verdict on an edited scenario."""
    cases = result.cases(mutation.file)
    lines = {failure["line"] for case in cases for failure in case["failures"]}
    if mutation.line not in lines:
        verdicts = [case["verdict"] for case in cases] + result.faults(mutation.file)
        return f"{mutation}\n  {verdicts}, fails on {sorted(lines)}, not on {mutation.line}"
    said = printed.get((mutation.file, mutation.line), "")
    missing = [text for text in mutation.says if text not in said]
    return f"{mutation}\n  does not say {missing}\n  {said}" if missing else None


def test_every_scenario_has_a_mutation() -> None:
    edited = {(mutation.scenario.file, mutation.scenario.name) for mutation in mutations()}
    assert [(each.file, each.name) for each in library() if (each.file, each.name) not in edited] == []


def test_every_edited_scenario_fails_where_it_should_and_says_why(tmp_path: Path) -> None:
    edits = [mutation for mutation in mutations() if not mutation.scenario.needs_engine]
    wrong = run_edited(edits, tmp_path)
    assert not wrong, f"{len(wrong)} of {len(edits)}\n\n" + "\n".join(wrong)


def test_every_edited_test_of_an_engine_fails_where_it_should_and_says_why(tmp_path: Path, sample_engine: str) -> None:
    edits = [mutation for mutation in mutations() if mutation.scenario.needs_engine]
    wrong = run_edited(edits, tmp_path, "--engine-url", sample_engine)
    assert not wrong, f"{len(wrong)} of {len(edits)}\n\n" + "\n".join(wrong)


# The page


def blocks_of_page() -> dict[str, list[str]]:
    """The YAML of the page by the name of the file in its first line."""
    blocks: dict[str, list[str]] = {}
    for name, text in re.findall(r"```yaml\n# (\S+\.scenario\.yaml)\n(.*?)```", PAGE, re.DOTALL):
        blocks.setdefault(name, []).append(text)
    assert sum(map(len, blocks.values())) == PAGE.count("```yaml"), (
        "each block begins with a comment that names its file"
    )
    return blocks


def test_the_page_quotes_the_library() -> None:
    quotes = {name: texts for name, texts in blocks_of_page().items() if "/" in name}
    assert len(quotes) > 5
    for name, texts in quotes.items():
        lines = (REPOSITORY / name).read_text().splitlines(keepends=True)
        for text in texts:
            count = text.count("\n")
            places = ("".join(lines[at : at + count]) for at in range(len(lines)))
            assert any(textwrap.dedent(place) == textwrap.dedent(text) for place in places), f"{name}:\n{text}"


def test_the_page_prints_what_it_says(start: StartService, tmp_path: Path) -> None:
    service, _ = start("")
    ports = {"8080": str(service.port), "9000": str(free_port()), "9001": str(free_port())}
    steps = session(PAGE)
    assert len(steps) > 8
    [code] = [each for each in re.findall(r"```python\n(.*?)```", ENGINE_PAGE, re.DOTALL) if "class Engine" in each]
    (tmp_path / "engine.py").write_text(with_ports(code, ports))
    for name, [text] in ((name, texts) for name, texts in blocks_of_page().items() if "/" not in name):
        (tmp_path / name).write_text(with_ports(f"# {name}\n{text}", ports))
    printed = outputs([with_ports(command, ports) for command, _ in steps], tmp_path)
    back = {port: shown for shown, port in ports.items()}
    for (command, output), text in zip(steps, printed, strict=True):
        assert without_times(with_ports(text, back)) == without_times(output), command


def test_readme_shows_a_test_that_fails_and_why(tmp_path: Path) -> None:
    text = (REPOSITORY / "README.md").read_text()
    [(name, scenario)] = re.findall(r"```yaml\n# (\S+\.scenario\.yaml)\n(.*?)```", text, re.DOTALL)
    (tmp_path / name).write_text(f"# {name}\n{scenario}")
    [(command, output)] = [step for step in session(text) if step[0].startswith("wdfilterd test")]
    with engine() as (port, _):
        ports = {"9000": str(port)}
        [printed] = outputs([f"exec 2>/dev/null\n{with_ports(command, ports)}"], tmp_path)
    assert without_times(with_ports(printed, {str(port): "9000"})) == without_times(output)


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def with_ports(text: str, ports: dict[str, str]) -> str:
    """`text` with other ports."""
    return re.sub(r"\b\d{4,5}\b", lambda match: ports.get(match[0], match[0]), text)


def outputs(commands: list[str], folder: Path) -> list[str]:
    """What each of the commands prints, in one shell in `folder`, which has wdfilterd and the library."""
    (folder / "Scenarios").symlink_to(LIBRARY)
    (folder / "wdfilterd").symlink_to(Path(binary()).resolve())
    end = "-- end of a command --"
    script = "exec 2>&1\ntrap 'kill $(jobs -p) 2>/dev/null' EXIT\n"
    script += "".join(f"{command}\necho '{end}'\n" for command in commands)
    done = subprocess.run(
        ["bash", "-c", script],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        timeout=SECONDS,
        env=environment({"PATH": f"{folder}:{os.environ['PATH']}"}),
        cwd=folder,
        check=False,
    )
    return done.stdout.split(f"{end}\n")[:-1]
