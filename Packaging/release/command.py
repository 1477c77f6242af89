"""External commands, which must succeed."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
SECONDS = 60


def run(
    *command: str | Path, seconds: float = SECONDS, folder: Path = REPOSITORY, more: Mapping[str, str] | None = None
) -> str:
    """Return the stdout of a command; if its exit code is not 0, fail with all of its output.

    It runs in `folder`, with `more` variables in its environment.
    """
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **(more or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, f"{command} exited with {done.returncode}\n{done.stdout[-4000:]}{done.stderr[-8000:]}"
    return done.stdout
