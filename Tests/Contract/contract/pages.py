"""Pages of docs/ whose transcripts are run."""

import re


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
