"""The Debian package: installed, run under systemd with its units, upgraded and purged."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from release.command import REPOSITORY
from release.storage import Storage

from conftest import Image
from image.booted import Booted

CURL = ("curl", "-sS", "--fail", "--max-time", "20")
HOSTS = "http://127.0.0.1:8080/v1/hosts"
SERVICE = "wdfilterd.service"
SOCKET = "wdfilterd.socket"
PACKAGE = "/opt/wdfilterd.deb"
SETTINGS = "/etc/wdfilterd/wdfilterd.yaml"
# Where systemd takes the ids of dynamic users from.
DYNAMIC = range(61184, 65520)


@pytest.fixture(scope="module")
def booted(storage: Storage, bases: dict[str, str], package: Path) -> Iterator[Booted]:
    """A Debian with systemd and what the package depends on; nothing of ours is installed yet."""
    root = storage.make_system(bases["DEBIAN_IMAGE"], package)
    shutil.copy(package, root / PACKAGE.removeprefix("/"))
    system = Booted(root)
    yield system
    system.off()


def status_of(booted: Booted, number: str) -> dict[str, str]:
    """The kernel's status of a process."""
    lines = booted.run("cat", f"/proc/{number}/status").stdout.splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


def code(booted: Booted, token: str) -> str:
    """The status of an answer to a request with a token."""
    header = ("-H", f"Authorization: Bearer {token}")
    return booted.run("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", *header, HOSTS).stdout


def test_the_installed_package_serves_at_once_and_after_a_boot(booted: Booted) -> None:
    installed = booted.run("dpkg", "--install", PACKAGE)
    assert installed.returncode == 0, installed.stderr
    assert "overrides" not in installed.stderr
    answer = booted.run(*CURL, "http://127.0.0.1:8080/readyz")
    assert (answer.stdout.strip(), answer.stderr) == ("ready", "")
    expected = {"ActiveState": "active", "UnitFileState": "enabled"}
    for unit in (SERVICE, SOCKET):
        assert booted.shown(unit, *expected) == expected
        assert booted.shown(unit, "FragmentPath")["FragmentPath"] == f"/lib/systemd/system/{unit}"
    assert booted.run("wdfilterd", "healthcheck").returncode == 0
    assert booted.run("wdfilterd", "check-config", SETTINGS).returncode == 0


def test_a_request_starts_it_and_is_answered(booted: Booted) -> None:
    assert booted.run("systemctl", "stop", SERVICE).returncode == 0
    assert booted.shown(SERVICE, "ActiveState") == {"ActiveState": "inactive"}
    answer = booted.run(*CURL, "-o", "/dev/null", "-w", "%{http_code}", "http://127.0.0.1:8080/readyz")
    assert (answer.stdout, answer.stderr) == ("200", "")
    # The response arrives just before systemd learns that the service is ready; this waits for exactly that.
    assert booted.run("systemctl", "start", SERVICE).returncode == 0
    assert booted.shown(SERVICE, "ActiveState", "SubState") == {"ActiveState": "active", "SubState": "running"}
    assert booted.run("wdfilterd", "healthcheck").returncode == 0


def test_it_has_what_the_unit_leaves_it(booted: Booted) -> None:
    number = booted.shown(SERVICE, "MainPID")["MainPID"]
    status = status_of(booted, number)
    account = booted.run("id", "--user", "wdfilterd").stdout.strip()
    assert int(account) not in DYNAMIC
    assert status["Uid"].split() == [account] * 4
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

    give("a" * 32)
    change = "s|# tokensFile: tokens |tokensFile: /etc/wdfilterd/tokens #|"
    assert booted.run("sed", "-i", change, SETTINGS).returncode == 0
    assert booted.run("systemctl", "restart", SERVICE).returncode == 0
    assert (code(booted, "a" * 32), code(booted, "b" * 32)) == ("200", "401")
    number = booted.shown(SERVICE, "MainPID")["MainPID"]
    owner = booted.run("stat", "-c", "%U", f"/proc/{number}").stdout
    assert owner == "wdfilterd\n"
    give("b" * 32)
    assert booted.run("systemctl", "reload", SERVICE).returncode == 0
    assert (code(booted, "a" * 32), code(booted, "b" * 32)) == ("401", "200")


def test_an_upgrade_restarts_it_and_keeps_changed_settings(booted: Booted) -> None:
    before = booted.shown(SERVICE, "MainPID")["MainPID"]
    upgraded = booted.run("dpkg", "--install", PACKAGE)
    assert upgraded.returncode == 0, upgraded.stderr
    assert booted.shown(SERVICE, "ActiveState") == {"ActiveState": "active"}
    assert booted.shown(SERVICE, "MainPID")["MainPID"] != before
    assert code(booted, "b" * 32) == "200"


def test_it_stops_well_and_has_printed_nothing_but_its_own_lines(booted: Booted) -> None:
    assert booted.run("systemctl", "stop", SOCKET, SERVICE).returncode == 0
    assert f"{SERVICE}: Deactivated successfully." in booted.told(SERVICE)
    lines = booted.printed(SERVICE)
    assert [line for line in lines if " serve: " not in line and not line.startswith("wdfilterd listening on ")] == []
    assert " stopped " in lines[-1]


def test_settings_that_are_wrong_are_not_tried_again(booted: Booted) -> None:
    assert booted.run("sed", "-i", "s/^hosts:/hotsts:/", SETTINGS).returncode == 0
    assert booted.run("systemctl", "start", SERVICE).returncode != 0
    ended = {"Result": "exit-code", "ExecMainStatus": "2", "NRestarts": "0"}
    assert booted.shown(SERVICE, *ended) == ended


def test_a_purge_leaves_only_the_account_and_files_that_others_made(booted: Booted) -> None:
    purged = booted.run("dpkg", "--purge", "wdfilterd")
    assert purged.returncode == 0, purged.stderr
    found = booted.run("find", "/etc", "/usr", "/lib", "/var/lib/systemd", "-xdev", "-name", "*wdfilterd*").stdout
    assert found.split() == ["/etc/wdfilterd"]
    assert booted.run("ls", "/etc/wdfilterd").stdout == "tokens\n"
    assert booted.run("id", "wdfilterd").returncode == 0
    for unit in (SERVICE, SOCKET):
        assert booted.shown(unit, "LoadState") == {"LoadState": "not-found"}
    assert booted.run("curl", "-sS", "http://127.0.0.1:8080/readyz").returncode == 7


def test_units_installed_by_hand_get_a_dynamic_user_and_win_over_those_of_the_package(
    booted: Booted, image: Image
) -> None:
    assert booted.run("userdel", "wdfilterd").returncode == 0
    assert booted.run("rm", "-r", "/etc/wdfilterd").returncode == 0
    system = booted.root
    (system / "etc/wdfilterd").mkdir()
    shutil.copy(REPOSITORY / "Config/wdfilterd.yaml", system / "etc/wdfilterd")
    shutil.copy(image.root / "usr/local/bin/wdfilterd", system / "usr/local/bin")
    for unit in (SERVICE, SOCKET):
        text = (REPOSITORY / "systemd" / unit).read_text().replace("/usr/bin/", "/usr/local/bin/")
        (system / "etc/systemd/system" / unit).write_text(text)
    assert booted.run("systemctl", "daemon-reload").returncode == 0
    assert booted.run("systemctl", "start", SERVICE).returncode == 0
    number = booted.shown(SERVICE, "MainPID")["MainPID"]
    assert all(int(user) in DYNAMIC for user in status_of(booted, number)["Uid"].split())
    assert booted.run("systemctl", "stop", SOCKET, SERVICE).returncode == 0
    installed = booted.run("dpkg", "--force-confnew", "--install", PACKAGE)
    assert installed.returncode == 0, installed.stderr
    for unit in (SERVICE, SOCKET):
        assert f"/etc/systemd/system/{unit} overrides the unit of this package" in installed.stderr
    number = booted.shown(SERVICE, "MainPID")["MainPID"]
    assert booted.run("readlink", f"/proc/{number}/exe").stdout == "/usr/local/bin/wdfilterd\n"
