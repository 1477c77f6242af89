"""The lessons of docs/lessons, run as they stand there."""

import re
import subprocess
from pathlib import Path

import pytest

from contract.document import REPOSITORY
from contract.hanging import run
from contract.service import StartService

LESSONS = sorted((REPOSITORY / "docs" / "lessons").glob("[0-9]*.md"))
ADDRESS = "localhost:8080"


def session(page: str) -> list[tuple[str, str]]:
    """Each command of the page, with the output that follows it."""
    blocks = re.findall(r"```console\n(.*?)```", page, re.DOTALL)
    found: list[tuple[str, str]] = []
    for line in "".join(blocks).splitlines(keepends=True):
        if line.startswith("$ "):
            found.append((line[2:], ""))
        else:
            command, output = found[-1]
            found[-1] = (command, output + line)
    return found


def outputs(commands: list[str]) -> list[str]:
    """What each of the commands prints, in one shell."""
    end = "-- end of a command --"
    script = "".join(f"{command}\necho '{end}'\n" for command in commands)
    shell = subprocess.run(["bash"], input=script, capture_output=True, text=True, timeout=60, check=True)
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


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_prints_what_its_page_says(start: StartService, lesson: Path) -> None:
    service, _ = start("")
    steps = session(lesson.read_text())
    assert len(steps) > 4
    commands = [command.replace(ADDRESS, f"127.0.0.1:{service.port}") for command, _ in steps]
    printed = outputs(commands)
    assert list(zip([command for command, _ in steps], printed, strict=True)) == steps
