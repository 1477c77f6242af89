"""The calls that the lessons of docs/lessons make, found by running them with another curl."""

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract.document import REPOSITORY
from contract.pages import session

LESSONS = sorted((REPOSITORY / "docs" / "lessons").glob("[0-9]*.md"))
NAMES = [re.sub(r"^\d+-", "", path.stem) for path in LESSONS]
# Writes its arguments down and answers nothing.
CURL = """#!/usr/bin/python3
import json, os, sys
with open(os.environ["CALLS"], "a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
print("{}")
"""


@dataclass(frozen=True)
class Call:
    """A call that changes something: its path and query are those behind the host's name."""

    method: str
    path: str
    body: Any

    @staticmethod
    def of(arguments: list[str]) -> "Call":
        """The call that curl would make with some arguments."""
        body = json.loads(arguments[arguments.index("--json") + 1]) if "--json" in arguments else None
        method = arguments[arguments.index("-X") + 1] if "-X" in arguments else "GET" if body is None else "POST"
        [url] = [argument for argument in arguments if "/v1/hosts/" in argument]
        return Call(method, re.sub(r"^.*/v1/hosts/[^/?]+", "", url), body)


def calls(lesson: Path, folder: Path) -> list[Call]:
    """The calls of a lesson that change something, in order."""
    program, written = folder / "curl", folder / "calls"
    program.write_text(CURL)
    program.chmod(0o755)
    commands = "\n".join(command for command, _ in session(lesson.read_text()))
    environment = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}", "CALLS": str(written)}
    subprocess.run(["bash"], input=commands, env=environment, capture_output=True, text=True, timeout=60, check=False)
    made = [Call.of(json.loads(line)) for line in written.read_text().splitlines()]
    return [call for call in made if call.method != "GET"]
