"""The workflows for GitHub: one runs all steps of `.ci/steps.py`, each after those it needs; one makes a release."""

import re
from typing import Any

import steps
import yaml

JOB: dict[str, Any] = yaml.safe_load((steps.REPOSITORY / ".github/workflows/checks.yml").read_text())["jobs"]["checks"]
RELEASE: dict[str, Any] = yaml.safe_load((steps.REPOSITORY / ".github/workflows/release.yml").read_text())["jobs"]
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


def test_the_images_are_that_of_the_dockerfile() -> None:
    dockerfile = (steps.REPOSITORY / "docker/Dockerfile").read_text()
    images = [job["container"]["image"] for job in (JOB, RELEASE["dist"])]
    assert re.findall("^ARG SWIFT_IMAGE=(.*)$", dockerfile, re.MULTILINE) * 2 == images


def test_each_job_of_a_release_is_one_verb() -> None:
    assert list(RELEASE) == ["dist", "publish"]
    makefile = (steps.REPOSITORY / "Makefile").read_text()
    for name, job in RELEASE.items():
        commands = [step["run"] for step in job["steps"] if "run" in step and "apt-get" not in step["run"]]
        assert commands == [f"make {name}"]
        assert re.search(f"^{name}:", makefile, re.MULTILINE)
