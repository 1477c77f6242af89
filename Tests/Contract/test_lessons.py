"""The lessons of docs/lessons and docs/pipelines.md, run as they stand there."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from contract.document import REPOSITORY
from contract.hanging import environment, run
from contract.pages import session
from contract.service import StartService, binary

LESSONS = sorted((REPOSITORY / "docs" / "lessons").glob("[0-9]*.md"))
ADDRESS = "localhost:8080"


def outputs(commands: list[str], programs: Path) -> list[str]:
    """What each of the commands prints, in one shell at the root of the repository, with wdfilterd on its PATH."""
    (programs / "wdfilterd").symlink_to(Path(binary()).resolve())
    path = {"PATH": f"{programs}:{os.environ['PATH']}"}
    end = "-- end of a command --"
    script = "".join(f"{command}\necho '{end}'\n" for command in commands)
    shell = subprocess.run(
        ["bash"],
        input=script,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment(path),
        cwd=REPOSITORY,
        check=True,
    )
    assert shell.stderr == ""
    return shell.stdout.split(f"{end}\n")[:-1]


def test_there_are_six_lessons_and_the_index_names_each() -> None:
    index = (REPOSITORY / "docs" / "lessons" / "README.md").read_text()
    titles = [path.read_text().splitlines()[0].removeprefix("# ") for path in LESSONS]
    assert re.findall(r"^\| \[(.+?)\]\((.+?)\)", index, re.MULTILINE) == [
        (title, path.name) for title, path in zip(titles, LESSONS, strict=True)
    ]
    assert len(LESSONS) == 6


def test_the_index_explains_a_name_as_the_command_does() -> None:
    [(command, printed)] = session((REPOSITORY / "docs" / "lessons" / "README.md").read_text())
    program, *arguments = command.split()
    assert program == "wdfilterd"
    assert run(*arguments).stdout == printed


@pytest.mark.parametrize("page", [*LESSONS, REPOSITORY / "docs" / "pipelines.md"], ids=lambda path: path.stem)
def test_a_lesson_prints_what_its_page_says(start: StartService, page: Path, tmp_path: Path) -> None:
    service, _ = start("")
    steps = session(page.read_text())
    assert len(steps) > 4
    commands = [command.replace(ADDRESS, f"127.0.0.1:{service.port}") for command, _ in steps]
    printed = outputs(commands, tmp_path)
    assert list(zip([command for command, _ in steps], printed, strict=True)) == steps
