"""Commands of others, which have to succeed."""

import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
SECONDS = 60


def run(*command: str | Path, seconds: float = SECONDS) -> str:
    """Give back what a command prints on stdout; fail with all that it printed unless it exits with 0."""
    done = subprocess.run(
        command, cwd=REPOSITORY, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds, check=False
    )
    assert done.returncode == 0, f"{command} exited with {done.returncode}\n{done.stdout[-4000:]}{done.stderr[-8000:]}"
    return done.stdout
