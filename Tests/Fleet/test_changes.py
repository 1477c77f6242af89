"""FLT-2, FLT-7: instances come and go, and the proxy too, and no host is lost but those of an instance that ends."""

import select
import signal
import socket
import threading
from contextlib import ExitStack
from pathlib import Path

from contract.client import Client, Ledger

from conftest import StartFleet
from fleet.fleet import HEADER, Fleet, instance, share
from fleet.proxy import Proxy

HOSTS = [f"host-{number}" for number in range(300)]
NEW = [f"new-{number}" for number in range(200)]


def test_an_added_instance_takes_no_host_and_gets_new_ones(fleet: Fleet) -> None:
    created = fleet.create(HOSTS)
    fleet.add("w4")
    assert fleet.found(HOSTS) == created
    shares = share(fleet.create(NEW))
    print(f"new hosts of each instance: {shares}")
    assert shares["w4"] > 20
    assert fleet.found(HOSTS) == created


def test_a_drained_instance_keeps_its_hosts_and_gets_no_new_ones(fleet: Fleet) -> None:
    """Until it has only `default`. Then it can be stopped, without anybody noticing."""
    created = fleet.create(HOSTS)
    fleet.drain("w1")
    assert fleet.found(HOSTS) == created
    assert "w1" not in share(fleet.create(NEW))
    # It is still asked by its name.
    assert fleet.listed("w1") == {"default"} | {name for name, place in created.items() if place == "w1"}
    for name, place in created.items():
        if place == "w1":
            fleet.client.call("deleteHost", host=name)
    assert fleet.listed("w1") == {"default"}
    assert fleet.instances.pop("w1").stop() == 0
    staying = {name: place for name, place in created.items() if place != "w1"}
    fleet.proxy.wait_for("w1", "DOWN")
    assert fleet.found(HOSTS) == staying


def test_a_host_that_idles_leaves_a_drained_instance(start: StartFleet) -> None:
    """FLT-7: `hosts.idleTimeoutSeconds` makes sure that a drained instance empties.

    The entry of a host that is gone stays, so one of the same name would come back to the drained instance. `forget`
    of docs/fleet.md clears such entries, and no others.
    """
    fleet = start(more="hosts:\n  idleTimeoutSeconds: 1\n")
    created = fleet.create(HOSTS[:30])
    fleet.drain("w2")
    assert "w2" in created.values()
    for name in fleet.instances:
        fleet.proxy.wait(lambda name=name: fleet.listed(name) == {"default"}, f"{name} has only its default")
    fleet.shell("forget w2")
    assert set(fleet.proxy.entries().values()) == {"w1", "w3"}
    assert "w2" not in fleet.create(HOSTS[:30]).values()


def test_a_deleted_host_that_is_created_again_comes_back_to_its_instance(fleet: Fleet) -> None:
    """Its entry stays until `forget` clears it, also if the instance is drained."""
    created = fleet.create(HOSTS[:60])
    fleet.drain("w1")
    there = [name for name, place in created.items() if place == "w1"]
    for name in there[:5]:
        fleet.client.call("deleteHost", host=name)
    assert set(fleet.create(there[:4]).values()) == {"w1"}
    fleet.shell("forget w1")
    assert fleet.found(HOSTS[:60]) == {name: place for name, place in created.items() if name != there[4]}
    assert fleet.create([there[4]])[there[4]] != "w1"


def test_a_killed_instance_loses_its_hosts_at_once_and_no_others(fleet: Fleet) -> None:
    """FLT-1: 404, and PUT makes an empty one elsewhere."""
    created = fleet.create(HOSTS)
    fleet.kill("w2")
    staying = {name: place for name, place in created.items() if place != "w2"}
    assert fleet.found(HOSTS) == staying
    lost = [name for name in HOSTS if name not in staying]
    print(f"hosts lost with w2: {len(lost)}")
    again = fleet.create(lost)
    assert set(again.values()) == {"w1", "w3"}
    assert fleet.found(HOSTS) == staying | again


def test_an_instance_that_comes_back_has_none_of_its_hosts(fleet: Fleet) -> None:
    """The hosts that clients have created again elsewhere stay there; the others are gone."""
    created = fleet.create(HOSTS)
    port = fleet.instances["w2"].port
    fleet.kill("w2")
    fleet.proxy.wait_for("w2", "DOWN")
    lost = [name for name, place in created.items() if place == "w2"]
    moved = fleet.create(lost[:20])
    fleet.start("w2", port)
    fleet.proxy.wait_for("w2", "UP")
    staying = {name: place for name, place in created.items() if place != "w2"}
    assert fleet.found(HOSTS) == staying | moved
    assert set(fleet.create(lost[20:]).values()) == {"w2"}


# The table of the proxy


def test_a_reload_keeps_the_table_and_the_servers_once_the_proxy_has_settled(fleet: Fleet) -> None:
    """With the instances that were added and drained, of which a hash alone would send many hosts elsewhere."""
    created = fleet.create(HOSTS)
    fleet.add("w4")
    fleet.drain("w2")
    created |= fleet.create(NEW)
    fleet.proxy.settle()
    fleet.reload()
    assert fleet.proxy.entries() == created
    assert fleet.found(created) == created
    assert (fleet.proxy.states()["w2"], fleet.proxy.states()["w4"]) == ("DRAIN", "UP")
    assert set(fleet.create(f"newer-{number}" for number in range(100)).values()) == {"w1", "w3", "w4"}
    # It has learned from the former one, and so it can teach at once.
    fleet.reload()
    assert fleet.found(created) == created


def test_a_reload_before_that_forgets_where_hosts_are(fleet: Fleet) -> None:
    """HAProxy teaches its successor only when its own wait for a teacher is over. The docs warn of it."""
    created = fleet.create(HOSTS[:60])
    assert not fleet.proxy.is_settled()
    fleet.reload()
    assert fleet.proxy.entries() == {}
    # With the same servers, the hash finds all.
    assert fleet.found(created) == created


def test_a_killed_proxy_finds_all_hosts_by_the_hash(fleet: Fleet) -> None:
    """As long as no instance was added or drained since a host was created."""
    created = fleet.create(HOSTS)
    fleet.restart_proxy()
    assert fleet.proxy.entries() == {}
    assert fleet.found(HOSTS) == created


def test_a_proxy_learns_from_the_instances_where_hosts_are(fleet: Fleet) -> None:
    """If one was added, an empty table is filled from the lists of the instances (docs/fleet.md)."""
    created = fleet.create(HOSTS)
    fleet.add("w4")
    created |= fleet.create(NEW)
    fleet.restart_proxy()
    fleet.proxy.wait_for("w4", "UP")
    assert fleet.found(created) != created
    fleet.shell("for name in w1 w2 w3 w4; do learn $name; done")
    assert fleet.found(created) == created
    assert fleet.proxy.entries() == created


# Leaving


def test_an_instance_that_leaves_gets_no_new_host_that_nobody_answers(start: StartFleet) -> None:
    """FLT-7: it says so for longer than the proxy takes to notice, and serves until then. Its hosts are lost."""
    fleet = start(server="  shutdownDelayMs: 5000\n")
    created = fleet.create(HOSTS[:60])
    its = next(name for name, place in created.items() if place == "w1")
    leaving = fleet.instances.pop("w1")
    leaving.process.send_signal(signal.SIGTERM)
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    while leaving.process.poll() is None:
        noticed = fleet.client.raw("GET", f"/v1/hosts/{its}").status == 404
        (after if noticed else before).update(fleet.create([f"while-{len(before) + len(after)}"]))
    print(f"hosts created while w1 left: {len(before)} until the proxy noticed, {len(after)} later")
    assert leaving.wait() == 0
    assert fleet.proxy.states()["w1"] == "DOWN"
    assert set(after.values()) == {"w2", "w3"}
    created |= before | after
    assert fleet.found(created) == {name: place for name, place in created.items() if place != "w1"}


# The functions of docker/fleet.sh


def test_a_slot_takes_only_the_instance_of_its_name(fleet: Fleet) -> None:
    """HAProxy never uses another one, or one without a name, not even for a moment."""
    port = fleet.start("w5").port
    done = fleet.shell(f"add w4 127.0.0.1 {port}", code=1)
    assert done.stderr == "w4 DOWN: server.instance is not the name of this server\n"
    assert fleet.proxy.states()["w4"] == "MAINT"
    done = fleet.shell("add w6 127.0.0.1 9", code=1)
    assert done.stderr == "w6 DOWN: Connection refused\n"
    assert "w5" not in share(fleet.create(NEW))
    fleet.shell(f"add w5 127.0.0.1 {port}")
    assert share(fleet.create(HOSTS))["w5"] > 20
    lines = fleet.shell("servers").stdout.splitlines()
    assert [line for line in lines if line.endswith(" UP")] == ["w1 UP", "w2 UP", "w3 UP", "w5 UP"]


def test_what_learns_and_forgets_changes_nothing_if_the_instance_cannot_be_asked(fleet: Fleet) -> None:
    """Entries of an instance that is away must stay: it may come back."""
    created = fleet.create(HOSTS)
    fleet.stop_for_a_while("w2")
    fleet.proxy.wait_for("w2", "DOWN")
    for function in ("hosts", "learn", "forget"):
        done = fleet.shell(f"{function} w2", code=1)
        assert done.stderr.startswith("w2: The request names the instance")
    for wrong in ("FLEET=http://127.0.0.1:9", "jq() { false; }", "curl() { echo '{}'; }", "curl() { echo '<html>'; }"):
        for function in ("hosts", "learn", "forget"):
            done = fleet.shell(f"{wrong}; {function} w1", code=1)
            assert (done.stdout, done.stderr != "") == ("", True)
    assert fleet.proxy.entries() == created
    fleet.go_on("w2")
    fleet.proxy.wait_for("w2", "UP")
    assert fleet.found(HOSTS) == created


def test_what_was_learned_is_forgotten_too(fleet: Fleet) -> None:
    """Entries that `learn` has made have a number in place of a name, until the host is asked for."""
    created = fleet.create(HOSTS)
    fleet.restart_proxy()
    fleet.shell("for name in w1 w2 w3; do learn $name; done")
    for name, place in created.items():
        if place == "w3":
            fleet.direct("w3").call("deleteHost", host=name)
    fleet.shell("forget w3")
    fleet.drain("w3")
    assert "w3" not in share(fleet.create(name for name, place in created.items() if place == "w3"))


def test_faults_of_the_proxy_are_said(fleet: Fleet) -> None:
    """A server that it does not have, a command that it refuses, a proxy that is not there; what was saved stays."""
    fleet.create(HOSTS[:10])
    done = fleet.shell("tell_all <<<'set table instances key host-1 data.server_id none'", code=1)
    assert done.stderr.startswith("HAProxy: ")
    assert fleet.shell("learn other", code=1).stderr == "other: HAProxy has no server of this name\n"
    fleet.drain("w2")
    saved = fleet.proxy.socket.with_name("servers")
    before = saved.read_text()
    fleet.proxy.kill()
    for function in ("learn w1", "forget w1", "save", "servers", "drain w1", "add w4 127.0.0.1 9"):
        assert fleet.shell(function, code=1).stderr != ""
    assert saved.read_text() == before


def test_commands_that_the_proxy_has_not_read_are_said(fleet: Fleet) -> None:
    created = fleet.create(HOSTS[:30])
    fleet.restart_proxy()
    cut = 'socat() { { head -n 5; echo quit; } | command socat "$@"; }'
    done = fleet.shell(f"{cut}; learn w1", code=1)
    assert done.stderr == "HAProxy: it has not read all commands\n"
    assert len(fleet.proxy.entries()) == 2
    fleet.shell("learn w1")
    assert set(fleet.proxy.entries()) == {name for name, place in created.items() if place == "w1"}


def test_the_end_of_the_input_does_not_reach_the_proxy(fleet: Fleet, tmp_path: Path) -> None:
    """On a busy machine, HAProxy may leave commands unread once it has seen the end: up to 200 of 2,500."""
    address = str(tmp_path / "listening")
    lines: list[bytes] = []
    ends: list[tuple[int, int]] = []

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, connection.makefile("rb") as reader:
            for line in reader:
                lines.append(line)
                if line == b"quit\n":
                    break
            closed = select.poll()
            closed.register(connection, select.POLLRDHUP)
            ends.extend(closed.poll(500))
            connection.sendall(b"admin\n")

    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.settimeout(20)
        listening.listen()
        serving = threading.Thread(target=serve)
        serving.start()
        fleet.shell(f"SOCKET={address}; tell_all <<<'clear table instances'")
        serving.join()
    assert lines == [b"prompt\n", b"clear table instances\n", b"show cli level\n", b"quit\n"]
    assert ends == []


def test_learning_corrects_an_entry(fleet: Fleet) -> None:
    """Of a host that two instances have, that of the instance that was learned last."""
    [(name, place)] = fleet.create(["twice"]).items()
    other = "w1" if place != "w1" else "w2"
    fleet.client.call("putHost", host=name, body={}, headers={HEADER: other}, expect=201)
    fleet.shell(f"learn {other}")
    assert fleet.found([name]) == {name: other}
    fleet.shell(f"learn {place}")
    assert fleet.found([name]) == {name: place}


def test_they_manage_many_hosts(fleet: Fleet) -> None:
    """Over several pages of the list, and more commands than fit into a buffer."""
    created = fleet.create(f"host-number-{number}" for number in range(3500))
    fleet.restart_proxy()
    fleet.shell("for name in w1 w2 w3; do learn $name; done")
    assert len(fleet.proxy.entries()) == len(created)
    assert fleet.found(list(created)[::50]) == dict(list(created.items())[::50])


# Two proxies


def test_two_proxies_share_the_table(fleet: Fleet, tmp_path: Path) -> None:
    """Either finds the hosts that were created through the other, also if it comes later, and an instance was added."""
    peers = (r"^  peer lb1 .*$", "  peer lb1 127.87.1.1:10000\n  peer lb2 127.87.2.1:10000")
    proxies = []
    with ExitStack() as ending:
        for number in (1, 2):
            folder = tmp_path / f"lb{number}"
            folder.mkdir()
            own = (r"^  localpeer lb1$", f"  localpeer lb{number}")
            proxies.append(Proxy(folder, fleet.ports(), peers, own))
            ending.callback(proxies[-1].close)
        clients = [Client(proxy.port, Ledger()) for proxy in proxies]
        fleet.start("w4")
        created: dict[str, str] = {}
        for proxy in proxies:
            for name in ("w1", "w2", "w3"):
                proxy.wait_for(name, "UP")
        for number, name in enumerate(HOSTS):
            created[name] = instance(clients[number % 2].call("putHost", host=name, body={}, expect=201))
        for proxy in proxies:
            proxy.does(f"set server instances/w4 addr 127.0.0.1 port {fleet.instances['w4'].port}")
            proxy.does("set server instances/w4 state ready")
        for proxy in proxies:
            proxy.wait(lambda proxy=proxy: proxy.entries() == created, "it knows all hosts")
        for name in HOSTS:
            assert {instance(client.call("getHost", host=name)) for client in clients} == {created[name]}
        proxies[1].kill()
        proxies[1].start()
        proxies[1].wait(lambda: proxies[1].entries() == created, "it has learned from the other")
        for client in clients:
            client.close()
