"""The systemd units."""

import re
from pathlib import Path

import pytest
from release.command import REPOSITORY, run

from conftest import Image, Pair

UNITS = REPOSITORY / "systemd"
EXPOSURE = 1.1


@pytest.fixture
def installed(image: Image, tmp_path: Path) -> list[Path]:
    """The units, with the path of the program in the mounted image."""
    made = []
    for file in sorted((*UNITS.glob("*.service"), *UNITS.glob("*.socket"))):
        copy = tmp_path / file.name
        copy.write_text(file.read_text().replace("/usr/bin/", f"{image.root}/usr/local/bin/"))
        made.append(copy)
    return made


def test_systemd_finds_no_fault_in_them(installed: list[Path]) -> None:
    assert run("systemd-analyze", "verify", "--man=no", *installed) == ""


def test_exposure_is_low(installed: list[Path]) -> None:
    service = next(file for file in installed if file.suffix == ".service")
    threshold = f"--threshold={round(EXPOSURE * 10)}"
    report = run("systemd-analyze", "security", "--offline=true", "--no-pager", threshold, service)
    print(re.findall("Overall exposure.*", report)[0])


def test_the_service_starts_with_options_that_there_are(pair: Pair) -> None:
    text = (UNITS / "wdfilterd.service").read_text()
    command = re.findall(r"^ExecStart=/usr/bin/wdfilterd (.*)$", text, re.MULTILINE)
    assert len(command) == 1
    subcommand, *arguments = command[0].split()
    usage = pair.service.execute("wdfilterd", subcommand, "--help").stdout
    for option in (argument for argument in arguments if argument.startswith("--")):
        assert f"{option} <" in usage
