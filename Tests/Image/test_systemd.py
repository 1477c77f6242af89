"""The service under systemd, with its units."""

from collections.abc import Iterator

import pytest

from conftest import Image
from image.booted import Booted
from image.command import REPOSITORY
from image.storage import Storage

CURL = ("curl", "-sS", "--fail", "--max-time", "20")
HOSTS = "http://127.0.0.1:8080/v1/hosts"
SERVICE = "wdfilterd.service"
# As documented in the unit.
ACCOUNT = "useradd --system --no-create-home --shell /usr/sbin/nologin wdfilterd"


@pytest.fixture(scope="module")
def booted(storage: Storage, image: Image) -> Iterator[Booted]:
    """A system with the units installed as the README describes."""
    root = storage.make_system("wdfilterd")
    for source, target in (
        ("Config/wdfilterd.yaml", "etc/wdfilterd/wdfilterd.yaml"),
        ("systemd/wdfilterd.service", "etc/systemd/system/wdfilterd.service"),
        ("systemd/wdfilterd.socket", "etc/systemd/system/wdfilterd.socket"),
    ):
        (root / target).parent.mkdir(exist_ok=True)
        (root / target).write_text((REPOSITORY / source).read_text())
    system = Booted(root)
    yield system
    system.off()


def test_a_request_starts_it_and_is_answered(booted: Booted) -> None:
    started = booted.run("systemctl", "start", "wdfilterd.socket")
    assert (started.returncode, started.stderr) == (0, "")
    assert booted.shown(SERVICE, "ActiveState") == {"ActiveState": "inactive"}
    answer = booted.run(*CURL, "-o", "/dev/null", "-w", "%{http_code}", "http://127.0.0.1:8080/readyz")
    assert (answer.stdout, answer.stderr) == ("200", "")
    # The response arrives just before systemd learns that the service is ready; this waits for exactly that.
    assert booted.run("systemctl", "start", SERVICE).returncode == 0
    assert booted.shown(SERVICE, "ActiveState", "SubState") == {"ActiveState": "active", "SubState": "running"}
    assert booted.run("wdfilterd", "healthcheck").returncode == 0


def test_it_has_what_the_unit_leaves_it(booted: Booted) -> None:
    number = booted.shown(SERVICE, "MainPID")["MainPID"]
    lines = booted.run("cat", f"/proc/{number}/status").stdout.splitlines()
    status = {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}
    assert all(int(user) >= 61184 for user in status["Uid"].split())
    assert {status[key] for key in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    assert int(status["Threads"]) <= int(booted.shown(SERVICE, "TasksMax")["TasksMax"]) / 2


def test_a_reload_keeps_the_process_and_what_it_knows(booted: Booted) -> None:
    assert booted.run(*CURL, "-X", "PUT", f"{HOSTS}/lab", "--json", "{}").returncode == 0
    before = booted.shown(SERVICE, "MainPID")
    reloaded = booted.run("systemctl", "reload", SERVICE)
    assert (reloaded.returncode, reloaded.stderr) == (0, "")
    assert booted.shown(SERVICE, "MainPID", "ActiveState") == {**before, "ActiveState": "active"}
    assert booted.run(*CURL, f"{HOSTS}/lab").returncode == 0


def test_a_file_of_tokens_is_its_own_and_is_read_again_by_a_reload(booted: Booted) -> None:
    def give(token: str) -> None:
        put = f"umask 027; echo 'lab admin {token}' >/etc/wdfilterd/tokens; chgrp wdfilterd /etc/wdfilterd/tokens"
        assert booted.run("sh", "-ec", put).returncode == 0

    def status(token: str) -> str:
        header = ("-H", f"Authorization: Bearer {token}")
        return booted.run("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", *header, HOSTS).stdout

    assert booted.run(*ACCOUNT.split()).returncode == 0
    give("a" * 32)
    change = "s|# tokensFile: tokens |tokensFile: /etc/wdfilterd/tokens #|"
    assert booted.run("sed", "-i", change, "/etc/wdfilterd/wdfilterd.yaml").returncode == 0
    assert booted.run("systemctl", "restart", SERVICE).returncode == 0
    assert (status("a" * 32), status("b" * 32)) == ("200", "401")
    number = booted.shown(SERVICE, "MainPID")["MainPID"]
    owner = booted.run("stat", "-c", "%U", f"/proc/{number}").stdout
    assert owner == "wdfilterd\n"
    give("b" * 32)
    assert booted.run("systemctl", "reload", SERVICE).returncode == 0
    assert (status("a" * 32), status("b" * 32)) == ("401", "200")


def test_it_stops_well_and_has_printed_nothing_but_its_own_lines(booted: Booted) -> None:
    assert booted.run("systemctl", "stop", "wdfilterd.socket", SERVICE).returncode == 0
    assert f"{SERVICE}: Deactivated successfully." in booted.told(SERVICE)
    lines = booted.printed(SERVICE)
    assert [line for line in lines if " serve: " not in line and not line.startswith("wdfilterd listening on ")] == []
    assert " stopped " in lines[-1]


def test_settings_that_are_wrong_are_not_tried_again(booted: Booted) -> None:
    assert booted.run("sed", "-i", "s/^hosts:/hotsts:/", "/etc/wdfilterd/wdfilterd.yaml").returncode == 0
    assert booted.run("systemctl", "start", SERVICE).returncode != 0
    ended = {"Result": "exit-code", "ExecMainStatus": "2", "NRestarts": "0"}
    assert booted.shown(SERVICE, *ended) == ended
