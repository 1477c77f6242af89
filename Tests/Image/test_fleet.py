"""Instances, proxy and engine, run from their images as docker/fleet.yaml describes. The tests run in this order."""

import re
import time
from collections import Counter
from typing import Any

import pytest

from image.container import UNPRIVILEGED
from image.fleet import ADDED, HEADER, INSTANCES, Fleet, until

MOST = 100
"""At most so many hosts are created until an instance has one."""


@pytest.fixture(scope="module")
def hosts(fleet: Fleet) -> dict[str, str]:
    """Hosts on each instance, with the instance of each."""
    created: dict[str, str] = {}
    while set(created.values()) != set(INSTANCES):
        assert len(created) < MOST, created
        name = f"host-{len(created)}"
        created[name] = fleet.create(name)
    return created


def check_message(fleet: Fleet, host: str, instance: str) -> None:
    """Create a process, of which the engine must have got the message from the instance."""
    answer = fleet.ask(f"/v1/hosts/{host}/processes", "--json", '{"processId":584,"imageFileName":"smss.exe"}')
    assert (answer.status, answer.instance) == (201, instance)
    message = answer.json["routines"][0]["messages"][0]
    assert (message["kind"], message["delivery"]) == ("direct", "sent")


def refused(fleet: Fleet, path: str, *arguments: str) -> tuple[int, str]:
    """The status and the type of a problem."""
    answer = fleet.ask(path, *arguments)
    return answer.status, answer.json["type"]


def test_all_healthchecks_pass(fleet: Fleet, composed_fleet: dict[str, Any]) -> None:
    checks = {name: service["healthcheck"] for name, service in composed_fleet["services"].items()}
    assert checks.pop("engine") == {"disable": True}
    for name, check in checks.items():
        assert check["test"][0] == "CMD"
        done = fleet.containers[name].execute(*check["test"][1:])
        assert done.returncode == 0, (name, done)


def test_they_run_without_privileges(fleet: Fleet, composed_fleet: dict[str, Any]) -> None:
    for name, container in fleet.containers.items():
        service = composed_fleet["services"][name]
        user, _, group = service["user"].partition(":")
        statuses = container.statuses()
        # HAProxy has a master and a worker.
        assert len(statuses) == (2 if name == "proxy" else 1)
        for status in statuses:
            assert (status["Uid"].split(), status["Gid"].split()) == ([user] * 4, [group] * 4)
            assert {key: status[key] for key in UNPRIVILEGED} == UNPRIVILEGED
        assert sum(int(status["Threads"]) for status in statuses) < service["pids_limit"] / 2


def test_nothing_can_be_written_but_in_the_folder_of_the_socket(fleet: Fleet) -> None:
    files = {
        "proxy": ("/usr/local/etc/haproxy/haproxy.cfg", "/usr/local/etc/haproxy/file"),
        "w1": ("/etc/wdfilterd.yaml", "/run/secrets/engine", "/run/secrets/file"),
    }
    everywhere = ("/file", "/tmp/file", "/etc/hosts", "/var/tmp/file", "/var/lib/file", "/run/file", "/dev/file")
    for name, more in files.items():
        for file in everywhere + more:
            done = fleet.containers[name].execute("touch", file, user="0:0")
            assert done.returncode != 0
            assert "Read-only file system" in done.stderr
    proxy = fleet.containers["proxy"]
    assert proxy.execute("stat", "-c", "%u:%g %a", "/run/haproxy").stdout == "99:99 700\n"
    assert proxy.execute("touch", "/run/haproxy/servers").returncode == 0
    assert proxy.execute("rm", "/run/haproxy/servers").returncode == 0


def test_hosts_are_on_all_instances_and_their_messages_arrive_at_the_engine(
    fleet: Fleet, hosts: dict[str, str]
) -> None:
    """The engine takes only what is signed with the secret that they share."""
    assert fleet.found(hosts) == hosts
    for host, instance in hosts.items():
        check_message(fleet, host, instance)


def test_what_concerns_one_instance_needs_its_name(fleet: Fleet, hosts: dict[str, str]) -> None:
    assert refused(fleet, "/v1/hosts") == (421, "/problems/one-instance")
    for name in INSTANCES:
        answer = fleet.ask("/v1/hosts", "-H", f"{HEADER}: {name}")
        assert (answer.status, answer.instance) == (200, name)
        listed = {item["name"] for item in answer.json["items"]}
        assert listed == {"default"} | {host for host, instance in hosts.items() if instance == name}


def test_only_names_that_the_file_allows_reach_an_instance(fleet: Fleet) -> None:
    assert fleet.ask("/v1/version", "-H", "Host: wdfilterd.example.org").status == 200
    assert refused(fleet, "/v1/version", "-H", "Host: other.example.org") == (421, "/problems/misdirected")


def test_a_fourth_instance_gets_new_hosts_and_takes_no_other(fleet: Fleet, hosts: dict[str, str]) -> None:
    slots = {f"w{number}": "MAINT" for number in range(4, 17)}
    assert fleet.states() == dict.fromkeys(INSTANCES, "UP") | slots
    fleet.add()
    answer = fleet.admin(f"set server instances/{ADDED} addr {fleet.network.addresses[ADDED]}")
    assert "changed from '127.0.0.1'" in answer
    assert fleet.admin(f"set server instances/{ADDED} state ready") == ""
    fleet.wait_for(ADDED, "UP")
    assert fleet.found(hosts) == hosts
    for number in range(MOST):
        name = f"new-{number}"
        hosts[name] = fleet.create(name)
        if hosts[name] == ADDED:
            break
    assert fleet.found(hosts) == hosts
    check_message(fleet, name, ADDED)


def test_a_drained_instance_leaves_while_the_others_serve_on(fleet: Fleet, hosts: dict[str, str]) -> None:
    """It says so for `server.shutdownDelayMs`, longer than the proxy takes to notice."""
    leaving = fleet.containers["w1"]
    assert fleet.admin("set server instances/w1 state drain") == ""
    fleet.wait_for("w1", "DRAIN")
    for host in [host for host, instance in hosts.items() if instance == "w1"]:
        answer = fleet.ask(f"/v1/hosts/{host}", "-X", "DELETE")
        assert (answer.status, answer.instance) == (204, "w1")
        del hosts[host]
    begun = time.monotonic()
    leaving.terminate()
    until(lambda: fleet.ask("/readyz", at="w1").status == 503, "w1 says that it leaves")
    assert fleet.ask("/v1/version", at="w1").status == 200
    assert fleet.found(hosts) == hosts
    assert leaving.wait() == 0
    assert time.monotonic() - begun >= 3
    fleet.wait_for("w1", "DOWN")
    assert fleet.found(hosts) == hosts
    assert fleet.create("newest") != "w1"


def test_they_stop_when_they_are_told_and_the_engine_got_all_that_was_sent(
    fleet: Fleet, composed_fleet: dict[str, Any]
) -> None:
    serving = ("w2", "w3", ADDED)
    for name in ("w2", "w3", "engine", "proxy"):
        peaks = (int(status["VmHWM"].split()[0]) * 1024 for status in fleet.containers[name].statuses())
        assert sum(peaks) < int(composed_fleet["services"][name]["mem_limit"])
    assert fleet.containers["proxy"].stop() == 0
    for name in serving:
        fleet.containers[name].terminate()
    for name in serving:
        assert fleet.containers[name].wait() == 0
    sums: Counter[str] = Counter()
    for name in ("w1", *serving):
        last = fleet.containers[name].lines[-1]
        assert " stopped " in last
        found = Counter({key: int(count) for key, count in re.findall(r"(\w+)=(\d+)", last)})
        assert found["directSent"] > 0
        sums += found
    assert fleet.containers["engine"].stop() == 0
    # It would say if it had refused any.
    tally = dict(line.split() for line in fleet.containers["engine"].lines[1:])
    counted = {"async": sums["sent"], "sync": sums["syncSent"], "direct": sums["directSent"], "ping": 0}
    assert {kind: int(count) for kind, count in tally.items()} == counted
