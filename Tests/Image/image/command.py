"""External commands, which must succeed."""

import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
SECONDS = 60


def run(*command: str | Path, seconds: float = SECONDS) -> str:
    """Return the stdout of a command; if its exit code is not 0, fail with all of its output."""
    done = subprocess.run(
        command, cwd=REPOSITORY, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds, check=False
    )
    assert done.returncode == 0, f"{command} exited with {done.returncode}\n{done.stdout[-4000:]}{done.stderr[-8000:]}"
    return done.stdout
