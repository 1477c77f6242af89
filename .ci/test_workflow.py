"""The workflow for GitHub runs the steps of `.ci/steps.py`, all of them, each after those that it needs."""

import re
from typing import Any

import steps
import yaml

JOB: dict[str, Any] = yaml.safe_load((steps.REPOSITORY / ".github/workflows/checks.yml").read_text())["jobs"]["checks"]
JOBS: list[list[str]] = [entry["steps"].split() for entry in JOB["strategy"]["matrix"]["include"]]


def is_check(name: str) -> bool:
    """Whether a step tells something about a change by itself. The others make what these need."""
    return name != "prepare" and not name.startswith("build")


def test_every_check_has_one_job_and_a_job_runs_nothing_else() -> None:
    run = sorted(name for names in JOBS for name in names if is_check(name))
    assert run == sorted(step.name for step in steps.STEPS if is_check(step.name))
    assert {name for names in JOBS for name in names} == {step.name for step in steps.STEPS}


def test_a_job_is_named_after_its_checks() -> None:
    for entry in JOB["strategy"]["matrix"]["include"]:
        assert entry["check"].split(" and ") == [name for name in entry["steps"].split() if is_check(name)]


def test_a_job_runs_what_its_steps_need_in_the_order_of_the_steps() -> None:
    for names in JOBS:
        assert [step.name for step in steps.named(names)] == names
        for step in steps.STEPS:
            if step.name in names:
                assert set(step.after) <= set(names), step.name


def test_a_job_ends_with_one_call_of_its_steps() -> None:
    assert JOB["steps"][-1]["run"] == ".ci/run ${{ matrix.steps }}"


def test_the_image_is_that_of_the_dockerfile() -> None:
    dockerfile = (steps.REPOSITORY / "docker/Dockerfile").read_text()
    assert re.findall("^ARG SWIFT_IMAGE=(.*)$", dockerfile, re.MULTILINE) == [JOB["container"]["image"]]
