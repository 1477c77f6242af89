"""`wdfilterd engine` as a process."""

import contextlib
import re
import subprocess
from collections.abc import Iterator

from contract.service import binary

LINE = re.compile(r"wdfilterd engine listening on http://127\.0\.0\.1:(\d+)\n")


@contextlib.contextmanager
def engine(*arguments: str, port: int = 0) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """Run the sample engine on a port, or on a free one."""
    process = subprocess.Popen(
        [str(binary()), "engine", "--listen", f"127.0.0.1:{port}", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        match = LINE.fullmatch(process.stdout.readline())
        assert match is not None
        yield int(match[1]), process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
