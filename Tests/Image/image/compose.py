"""The compose files of docker/ as Docker's Compose resolves them, which needs no daemon."""

import json
import sys
from pathlib import Path
from typing import Any

from release.command import run

TOOLS = Path(sys.executable).parent


def path(name: str) -> str:
    """The path of a file in the repository: `compose` or `fleet`."""
    return f"docker/{name}.yaml"


def resolved(name: str) -> dict[str, Any]:
    """Return a file with all defaults and variables filled in."""
    found: dict[str, Any] = json.loads(run(TOOLS / "docker-compose", "-f", path(name), "config", "--format", "json"))
    return found
