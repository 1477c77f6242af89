"""Options and settings at the ends of their ranges: each is accepted or refused with a message. Nothing crashes."""

import re
import signal
import subprocess
from pathlib import Path

import pytest
import yaml

from contract.document import REPOSITORY
from contract.hanging import run
from contract.machine import Machine
from contract.service import Service, StartService
from contract.sysmon import CREATOR, SHELL, Script, ndjson

SECONDS = 60
NUMBERS = (
    "0",
    "-0",
    "-1",
    "1",
    "65535",
    "65536",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "18446744073709551616",
    "1" * 400,
    "1e308",
    "1e309",
    "1e-400",
    "0.5",
    "0x10",
    "NaN",
    "inf",
    "-inf",
    "+1",
    " 1",
    "1_000",
    "",
)
SETTINGS: dict[str, dict[str, object]] = yaml.safe_load((REPOSITORY / "Config" / "wdfilterd.yaml").read_text())
GROUP = re.compile(r"^(\w+):")
LINE = re.compile(r"^  (\w+): (\d+) .*?(-?\d+)\.\.\.(\d+)")


def ranges() -> dict[tuple[str, str], tuple[int, int]]:
    """The range of each number in the file of all settings, by its group and key."""
    group, found = "", {}
    for line in (REPOSITORY / "Config" / "wdfilterd.yaml").read_text().splitlines():
        if begins := GROUP.match(line):
            group = begins[1]
        if number := LINE.match(line):
            found[group, number[1]] = (int(number[3]), int(number[4]))
    return found


RANGES = ranges()
NUMERIC = [
    (group, key)
    for group, members in SETTINGS.items()
    if isinstance(members, dict)
    for key, value in members.items()
    if isinstance(value, int) and not isinstance(value, bool) and key != "socketMode"
]


def ended(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a subcommand until it ends, which must not be by a signal."""
    result = run(*arguments, within=SECONDS)
    assert result.returncode in range(4), result.stderr
    assert bool(result.stderr) == (result.returncode != 0), result.stderr
    return result


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of two events, ten seconds apart."""
    script = Script(milliseconds=10_000)
    script.create(CREATOR, SHELL)
    script.load(CREATOR)
    path = tmp_path_factory.mktemp("ends") / "story.json"
    path.write_bytes(ndjson(script.events))
    return path


@pytest.mark.parametrize("number", NUMBERS)
def test_options_of_a_replay(story: Path, number: str) -> None:
    for option, value, taken in (
        ("--pace", f"x{number}", ("1", "65535", "65536", "0.5")),
        ("--engine-latency", f"{number}ms", ("0", "1")),
        ("--engine-latency", f"{number}s", ("0", "0.5", "1")),
        ("--engine-fail-every", number, ("0", "-0", "1", "65535", "65536", "+1")),
        ("--fail-under", number, ("0", "-0", "1e-400", "0.5", "1", "+1", "0x10")),
        ("--rules", f"0x{number}", ("1e308", "1e309")),
    ):
        result = ended("replay", story, "--quiet", f"{option}={value}")
        if number in taken or (option == "--rules" and re.fullmatch("[0-9]{1,8}", number)):
            assert result.returncode in (0, 1), f"{option} {value}: {result.stderr}"
        else:
            assert result.returncode == 2, f"{option} {value}"
            assert option in result.stderr


@pytest.mark.parametrize("number", NUMBERS)
def test_options_of_an_engine_and_of_the_service(number: str) -> None:
    """Valid values are not tried, because the command would keep running."""
    for command, option, value, taken in (
        ("engine", "--delay", f"{number}ms", ("0", "1")),
        ("engine", "--delay", f"{number}s", ("0", "0.5", "1")),
        ("engine", "--listen", f"127.0.0.1:{number}", ("0", "1", "65535", "+1")),
        ("serve", "--listen", f"127.0.0.1:{number}", ("0", "1", "65535", "+1")),
        ("healthcheck", "--url", f"http://127.0.0.1:{number}", ("1", "65535")),
    ):
        if number in taken:
            continue
        result = ended(command, f"{option}={value}")
        assert result.returncode == 2, f"{command} {option} {value}"
        assert option in result.stderr


@pytest.mark.parametrize("number", NUMBERS)
def test_each_numeric_setting_is_taken_or_named_as_a_fault(tmp_path: Path, number: str) -> None:
    assert len(NUMERIC) > 25
    groups: dict[str, list[str]] = {}
    for group, key in NUMERIC:
        groups.setdefault(group, []).append(f"  {key}: {number}\n")
    config = tmp_path / "wdfilterd.yaml"
    config.write_text("".join(f"{group}:\n{''.join(lines)}" for group, lines in groups.items()))
    result = ended("check-config", config)
    named = {line.split(": ")[1] for line in result.stderr.splitlines()}
    if not re.fullmatch(r" ?-?\d+", number):
        return
    for group, key in NUMERIC:
        low, high = RANGES[group, key]
        assert (f"{group}.{key}" in named) == (not low <= int(number) <= high), f"{group}.{key}: {number}"


@pytest.mark.parametrize("end", ["least", "most"])
def test_a_service_with_every_number_at_its_end_serves_and_stops(start: StartService, end: str) -> None:
    """Except for the memory limit of a host, which nothing allocates in advance."""
    settings: dict[str, dict[str, int]] = {}
    for group, key in NUMERIC:
        settings.setdefault(group, {})[key] = RANGES[group, key][end == "most"]
    # At its minimum a request may take one millisecond, which is too short for any request here.
    settings["server"]["requestTimeoutMs"] = 60_000
    settings["server"]["threads"] = 4
    # At its maximum the service would only stop after a minute; test_signals has that.
    settings["server"]["shutdownDelayMs"] = min(1000, settings["server"]["shutdownDelayMs"])
    # The System process and two others.
    settings["limits"]["processesPerHost"] = max(3, settings["limits"]["processesPerHost"])
    settings["engine"] = {"failEvery": settings["engine"]["failEvery"]}
    service, client = start(yaml.safe_dump(settings))
    machine = Machine(client, "default")
    machine.process()
    machine.call("putClock", body={"mode": "manual", "now": "9999-12-31T23:59:59.9999999Z"})
    machine.process()
    machine.call("putClock", body={"mode": "system"})
    machine.snapshot()
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(timeout=SECONDS) == 0


@pytest.mark.parametrize("now", ["1601-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z", "0x0", "0x24c85a5ed1c03fff"])
def test_a_clock_at_the_ends_of_time(machine: Machine, now: str) -> None:
    machine.call("putClock", body={"mode": "manual", "now": now})
    process = machine.process()
    machine.thread(process["processId"])
    machine.load(process["processId"], "a.dll")
    machine.drain()
    assert machine.get("getClock")["now"] in (now, "9999-12-31T23:59:59.9999999Z", "1601-01-01T00:00:00.0000000Z")
    assert machine.all("listMessages")


@pytest.mark.parametrize("pace", ["x0.001", "x1", "x1000000"])
def test_recordings_at_the_ends_of_time(tmp_path: Path, story: Path, pace: str) -> None:
    """From the first time that can be represented to the last, and back."""
    lines = story.read_text().splitlines()
    times = ["1601-01-01 00:00:00.000", "9999-12-31 23:59:59.999", "1601-01-01 00:00:00.001", "9999-12-31 23:59:59.999"]
    text = [re.sub(r'"UtcTime":"[^"]*"', f'"UtcTime":"{time}"', lines[number > 0]) for number, time in enumerate(times)]
    path = tmp_path / "ends.json"
    path.write_text("\n".join(text) + "\n")
    result = ended("replay", path, "--pace", pace, "--engine-latency", "60s", "--quiet", "--json")
    assert result.returncode == 0
    assert '"rejectedCount":0' in result.stdout


def test_the_service_is_still_there(service: Service) -> None:
    assert service.process.poll() is None
