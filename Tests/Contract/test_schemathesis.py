"""Results of schemathesis, which knows only the document. README.md describes how to run it."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from contract.document import DOCUMENT, REPOSITORY, walk
from contract.service import Service

HERE = Path(__file__).parent
LIMIT_SECONDS = 900
# Policies may have 10,000 items. With the default limit, the body would be too large before there are too many items.
SETTINGS = """
server:
  bodyLimitBytes: 16777216
"""
TOKEN = "schemathesis-0123456789"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
ALONE = ("examples", "coverage", "fuzzing")
STORIES = "stateful"
# Tests that check the same run belong in the same process.
alone = pytest.mark.xdist_group("schemathesis-requests")
in_stories = pytest.mark.xdist_group("schemathesis-stories")


class Run:
    """A run of schemathesis against a service, and its output files."""

    def __init__(self, directory: Path, port: int, phases: Sequence[str]) -> None:
        """Run the given phases; write the files to `directory`."""
        base = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"), "run"]
        # If schemathesis loaded the document from the service, it would skip the operation that serves it.
        command += [str(REPOSITORY / "openapi.yaml"), "--url", base, "--no-color", "--checks", "all"]
        command += ["--phases", ",".join(phases)]
        for name, value in HEADERS.items():
            command += ["--header", f"{name}: {value}"]
        self._summary, self._stories = directory / "summary.json", directory / "stories.txt"
        command += ["--report-json-path", str(self._summary)]
        # Hypothesis, which generates the data, changes its behavior if variables of CI are set.
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(HERE),
            "SCHEMATHESIS_HOOKS": "contract.hooks",
            "CONTRACT_HEADERS": json.dumps(HEADERS),
            "CONTRACT_STORIES": str(self._stories),
        }
        self.ended = subprocess.run(
            command,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )

    @property
    def summary(self) -> dict[str, Any]:
        """The counts of the run."""
        summary: dict[str, Any] = json.loads(self._summary.read_text())
        return summary

    @property
    def steps(self) -> set[tuple[str, int]]:
        """The operations that its stories called, with the resulting status."""
        lines = (line.split() for line in self._stories.read_text().splitlines())
        return {(operation, int(status)) for operation, status in lines}


@contextlib.contextmanager
def running(directory: Path, *phases: str) -> Iterator[Run]:
    """A run against its own service."""
    config = directory / "wdfilterd.yaml"
    tokens = directory / "tokens"
    tokens.write_text(f"schemathesis admin {TOKEN}\n")
    config.write_text(f"{SETTINGS}auth:\n  tokensFile: {tokens}\n")
    service = Service(directory, ["--config", str(config)])
    try:
        yield Run(directory, service.port, phases)
    finally:
        code = service.stop()
    assert code == 0, service.errors()


@pytest.fixture(scope="module")
def requests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The phases in which each request is independent."""
    with running(tmp_path_factory.mktemp("requests"), *ALONE) as run:
        yield run


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The phase in which requests build on each other; in its own run, because earlier values make its data flaky."""
    with running(tmp_path_factory.mktemp("stories"), STORIES) as run:
        yield run


def finds_nothing(run: Run, phases: Sequence[str]) -> None:
    """The run was complete and found nothing."""
    if run.ended.returncode != 0:
        pytest.fail(run.ended.stdout, pytrace=False)
    assert run.summary["complete"]
    assert {phase: run.summary["phases"][phase]["status"] for phase in phases} == dict.fromkeys(phases, "success")


@alone
def test_it_finds_nothing_in_requests(requests: Run) -> None:
    finds_nothing(requests, ALONE)


@in_stories
def test_it_finds_nothing_in_stories(stories: Run) -> None:
    finds_nothing(stories, [STORIES])


@alone
def test_each_operation_accepts_something(requests: Run) -> None:
    """A run in which every request is refused finds little."""
    operations = requests.summary["operations"]
    assert [operations[what] for what in ("total", "selected", "tested")] == [len(DOCUMENT.operations)] * 3
    accepted = {
        label
        for label, phases in requests.summary["valid_rates"].items()
        if any(rate["accepted"] for rate in phases.values())
    }
    assert accepted == {f"{operation.method} {operation.path}" for operation in DOCUMENT.operations.values()}


@in_stories
@pytest.mark.parametrize("thing", ["Host", "Process", "Thread", "StreamContext"])
def test_its_stories_make_read_and_delete_each_thing_and_find_it_gone(stories: Run, thing: str) -> None:
    made = ("putHost" if thing == "Host" else f"create{thing}", 201)
    deleted = {"Host": ("deleteHost", 204), "Process": ("exitProcess", 200), "Thread": ("deleteThread", 200)}
    story = {made, (f"get{thing}", 200), deleted.get(thing, (f"delete{thing}", 204)), (f"get{thing}", 404)}
    assert story <= stories.steps


@in_stories
def test_its_stories_send_messages_and_read_them(stories: Run) -> None:
    assert {("sendSyncNotification", 200), ("sendAsyncNotification", 202), ("getMessage", 200)} <= stories.steps


@in_stories
def test_its_stories_follow_every_link(stories: Run) -> None:
    links = sum(len(node["links"]) for _, node in walk(DOCUMENT.at("/paths")) if "links" in node)
    assert f"API Links:    {links} covered / {links} selected / {links} total" in stories.ended.stdout
