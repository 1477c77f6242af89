"""docker/compose.yaml as Docker's Compose resolves it, which needs no daemon."""

import json
import sys
from pathlib import Path
from typing import Any

from release.command import run

FILE = "docker/compose.yaml"
TOOLS = Path(sys.executable).parent


def resolved() -> dict[str, Any]:
    """Return the file with all defaults and variables filled in."""
    found: dict[str, Any] = json.loads(run(TOOLS / "docker-compose", "-f", FILE, "config", "--format", "json"))
    return found
