"""docs/fleet.md: its transcripts, run as they stand there."""

import os
import re
from pathlib import Path

import pytest
from contract.document import REPOSITORY
from contract.pages import session
from contract.service import binary

from fleet.fleet import Fleet

DOCS = REPOSITORY / "docs/fleet.md"
END = "-- end of a command --"


def test_the_transcripts_print_what_the_page_says(
    fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the addresses of this fleet. Reports go to a folder of the test."""
    fleet.start("w4")
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "wdfilterd").symlink_to(binary().resolve())
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    steps = session(DOCS.read_text())
    assert len(steps) > 15
    reports = tmp_path / "reports"
    addresses = {
        "localhost:8080": f"127.0.0.1:{fleet.proxy.port}",
        "127.0.0.1 8084": f"127.0.0.1 {fleet.instances['w4'].port}",
        "reports": str(reports),
    }
    script = f"cd {REPOSITORY}\n"
    for command, _ in steps:
        for written, real in addresses.items():
            command = re.sub(rf"\b{written}\b", real, command)
        script += f"{command}\necho '{END}'\n"
    done = fleet.shell(script)
    assert done.stderr == ""
    printed = done.stdout.split(f"{END}\n")[:-1]
    assert list(zip([command for command, _ in steps], printed, strict=True)) == steps
