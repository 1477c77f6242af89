"""FLT-2: a host is found where it lives, by any of its paths, however its name is written."""

import random

from contract.client import Client, Ledger
from contract.document import DOCUMENT

from fleet.fleet import HEADER, PATHS, Fleet, instance, share

HOSTS = [f"host-{number}" for number in range(300)]


def test_300_hosts_are_found_by_five_paths_each(fleet: Fleet) -> None:
    created = fleet.create(HOSTS)
    assert fleet.found(HOSTS) == created
    assert fleet.proxy.entries() == created
    shares = share(created)
    print(f"hosts of each instance: {shares}")
    assert len(shares) == 3
    assert min(shares.values()) > 50
    for name in shares:
        assert fleet.listed(name) == {"default"} | {host for host, place in created.items() if place == name}


def test_a_name_may_be_percent_encoded_at_each_position(fleet: Fleet) -> None:
    """`/v1/hosts/ab%63` is the host abc."""
    names = [f"abc-{number}-{'x' * 40}"[:44] for number in range(12)]
    created = fleet.create(names)
    for name, place in created.items():
        for position in range(len(name)):
            for code in (f"%{ord(name[position]):02x}", f"%{ord(name[position]):02X}"):
                written = name[:position] + code + name[position + 1 :]
                answer = fleet.client.raw("GET", f"/v1/hosts/{written}/counters")
                assert (answer.status, instance(answer)) == (200, place), written
    whole = "".join(f"%{ord(letter):02x}" for letter in names[0])
    assert (
        instance(fleet.client.raw("PUT", f"/v1/hosts/{whole}", b"{}", {"Content-Type": "application/json"}))
        == (created[names[0]])
    )
    assert fleet.proxy.entries() == created


def test_names_of_every_length_have_entries_of_their_own(fleet: Fleet) -> None:
    """A name has 1 to 63 characters; a longer one is refused and leaves no entry."""
    names = ["a", "0", "a-", *("n" * length for length in (2, 31, 62, 63)), "n" * 62 + "m"]
    created = fleet.create(names)
    assert fleet.found(names) == created
    for wrong in ("n" * 64, "A", "a.b", "a%2fb", "%00", "a%", "%zz", "-a", "%c3%a9"):
        answer = fleet.client.raw("PUT", f"/v1/hosts/{wrong}", b"{}", {"Content-Type": "application/json"})
        assert answer.status in (400, 404, 421), (wrong, answer.body)
    assert fleet.proxy.entries() == created


def test_requests_for_hosts_that_do_not_exist_leave_no_entry(fleet: Fleet) -> None:
    """Otherwise names that somebody tries would take the places of hosts."""
    created = fleet.create(HOSTS[:30])
    for number in range(2000):
        path = PATHS[number % len(PATHS)]
        assert fleet.client.raw("GET", f"/v1/hosts/nobody-{number}{path}").status == 404
    assert fleet.proxy.entries() == created
    assert fleet.found(HOSTS[:30]) == created


def test_a_request_that_names_an_instance_moves_no_host(fleet: Fleet) -> None:
    """It is answered by that instance, which does not have the host, and the next one finds the host where it was."""
    created = fleet.create(HOSTS[:60])
    for name, place in created.items():
        for other in ("w1", "w2", "w3"):
            answer = fleet.client.call(
                "getHost", host=name, headers={HEADER: other}, expect=200 if other == place else 404
            )
            assert instance(answer) == other
            if other != place:
                # Even one that creates a host of the same name there.
                fleet.client.call("putHost", host=name, body={}, headers={HEADER: other}, expect=201)
                fleet.client.call("getHost", host=name, headers={HEADER: other}, expect=200)
    assert fleet.found(created) == created
    assert fleet.proxy.entries() == created


def test_many_clients_at_once_agree(fleet: Fleet) -> None:
    """Requests of one connection go to several instances, and those of one host through several connections to one."""
    created = fleet.create(HOSTS)
    clients = [Client(fleet.proxy.port, Ledger()) for _ in range(8)]
    chosen = random.Random(1)
    try:
        for _ in range(1500):
            name = chosen.choice(HOSTS)
            answer = chosen.choice(clients).raw("GET", f"/v1/hosts/{name}")
            assert (answer.status, instance(answer)) == (200, created[name])
    finally:
        for client in clients:
            client.close()


def test_every_operation_goes_where_it_belongs(fleet: Fleet) -> None:
    """FLT-3: what concerns one instance is refused without its name; nothing else is."""
    one_instance = {"listHosts", "getMetrics", "postReplay"}
    fleet.create(["lab"])
    refused = set()
    for operation in DOCUMENT.operations.values():
        path = operation.path.replace("{host}", "lab").replace("{name}", "rules").replace("{file}", "app.js")
        path = path.replace("{pid}", "4").replace("{tid}", "4").replace("{sequence}", "1").replace("{id}", "1")
        answer = fleet.client.raw(operation.method, path, b"", {"Accept": "*/*"})
        if answer.status == 421:
            assert answer.problem == "one-instance"
            assert "Wdfilterd-Instance" in answer.json["detail"]
            assert answer.json["instance"] == path
            refused.add(operation.id)
            named = fleet.client.raw(operation.method, path, b"", {HEADER: "w2"})
            assert (named.status == 421, instance(named)) == (False, "w2")
        if operation.id == "deleteHost":
            fleet.create(["lab"])
    assert refused == one_instance


def test_default_needs_the_name_of_an_instance(fleet: Fleet) -> None:
    """Each instance has one: without a name, the proxy could give the state of any."""
    for path in ("/v1/hosts/default", "/v1/hosts/default/counters", "/v1/hosts/d%65fault/messages?limit=1"):
        answer = fleet.client.raw("GET", path)
        assert (answer.status, answer.problem) == (421, "one-instance")
        assert answer.json["instance"] == path.partition("?")[0]
        assert instance(fleet.client.raw("GET", path, headers={HEADER: "w3"})) == "w3"
    assert fleet.proxy.entries() == {}


def test_a_name_that_no_instance_has_is_refused(fleet: Fleet) -> None:
    """HAProxy sends it anywhere, and the instance that gets it says that it is another one."""
    for name in ("w4", "w9", "nobody", "w1,w2", "W9", "%", "w1 w2"):
        answer = fleet.client.call("listHosts", headers={HEADER: name}, expect=421)
        assert answer.problem == "one-instance"
        assert name in answer.json["detail"]
    assert fleet.client.raw("GET", "/v1/hosts", headers={HEADER: ""}).status == 421


def test_no_answer_to_a_named_request_is_that_of_another_instance(fleet: Fleet) -> None:
    """Not even to a probe: whoever waits for w2 to be ready must not hear of w1."""
    fleet.kill("w2")
    fleet.create(["lab"])
    for path in (
        "/",
        "/readyz",
        "/livez",
        "/healthz",
        "/v1/version",
        "/problems",
        "/v1/hosts/lab",
        "/v1/hosts/default",
    ):
        for _ in range(3):
            answer = fleet.client.raw("GET", path, headers={HEADER: "w2"})
            assert (answer.status, answer.problem) == (421, "one-instance"), path


def test_a_refusal_quotes_any_path_as_json(fleet: Fleet) -> None:
    for path in ('/no"quote', "/no\\backslash", "/no%22", "/v1/hosts/", "/v1//hosts/a", "/no%0Aline", "/v1/%68osts/a"):
        answer = fleet.client.raw("GET", path)
        assert (answer.status, answer.problem) == (421, "one-instance"), path
        assert answer.json["instance"] == path


def test_the_two_421_have_different_types(fleet: Fleet) -> None:
    """UIS-1: a proxy that is reached by a name with a dot needs `server.allowedHosts`."""
    misdirected = fleet.client.raw("GET", "/v1/version", headers={"Host": "fleet.example.org"})
    assert (misdirected.status, misdirected.problem) == (421, "misdirected")
    unnamed = fleet.client.raw("GET", "/v1/hosts", headers={"Host": "fleet.example.org"})
    assert (unnamed.status, unnamed.problem) == (421, "one-instance")
