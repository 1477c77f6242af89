"""Every conflict that a client can provoke."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contract.client import Client, Ledger
from contract.machine import IMAGE, Machine, new_machine
from contract.service import Service


def system_exits(machine: Machine) -> None:
    machine.call("exitProcess", pid=4, expect=409)


def pid_in_use(machine: Machine) -> None:
    machine.process(processId=100)
    machine.call("createProcess", body={"imageFileName": IMAGE, "processId": 100}, expect=409)


def system_again(machine: Machine) -> None:
    machine.call("createProcess", body={"imageFileName": "System", "processId": 4}, expect=409)


def tid_in_use(machine: Machine) -> None:
    machine.process(processId=100)
    machine.thread(100, threadId=200)
    machine.call("createThread", pid=4, body={"threadId": 200}, expect=409)


def tid_stands_for_a_first_thread(machine: Machine) -> None:
    """DATA-1: the host chose the id for the creating thread, which the client did not name."""
    machine.process(processId=100)
    machine.process(processId=104)
    machine.thread(100)
    for pid in (100, 104):
        answer = machine.call("createThread", pid=pid, body={"threadId": 8}, expect=409)
        assert answer.json["detail"].startswith(
            "The id 8 stands for the first thread of process 100. Choose another id"
        )


def pid_stands_for_a_first_thread(machine: Machine) -> None:
    machine.process(processId=100)
    machine.thread(100)
    machine.call("createProcess", body={"imageFileName": IMAGE, "processId": 8}, expect=409)
    machine.call("exitProcess", pid=100)
    machine.process(processId=8)


def file_has_a_context(machine: Machine) -> None:
    machine.call("createStreamContext", body={"fileName": "\\A.dll"}, expect=201)
    machine.call("createStreamContext", body={"fileName": "\\a.DLL", "rules": []}, expect=409)


def patterns_of_policies_are_too_long(machine: Machine) -> None:
    """Every creation is matched against them."""
    policies = {"items": [{"imageFileName": "*" * 32766}] * 2}
    machine.call("putRulePolicies", body=policies)
    before = machine.snapshot()
    policies["items"].append({"imageFileName": "*****"})
    machine.call("putRulePolicies", body=policies, expect=409)
    assert machine.snapshot() == before
    machine.call("putHost", host=f"{machine.name}-more", body={"rulePolicies": policies}, expect=409)
    machine.call("getHost", host=f"{machine.name}-more", expect=404)


def host_has_another_body(machine: Machine) -> None:
    machine.call("putHost", body={"engine": {"type": "none"}}, expect=409)


def steps_while_running(machine: Machine) -> None:
    machine.call("stepWorker", body={"count": 1}, expect=409)


def drain_while_paused(machine: Machine) -> None:
    machine.call("putWorker", body={"state": "paused"})
    machine.call("drainWorker", body={}, expect=409)


@pytest.mark.parametrize(
    ("provoke", "problem"),
    [
        (system_exits, "system-process"),
        (pid_in_use, "process-exists"),
        (system_again, "process-exists"),
        (tid_in_use, "thread-exists"),
        (tid_stands_for_a_first_thread, "thread-exists"),
        (pid_stands_for_a_first_thread, "thread-exists"),
        (file_has_a_context, "stream-context-exists"),
        (patterns_of_policies_are_too_long, "limit-reached"),
        (host_has_another_body, "host-exists"),
        (steps_while_running, "worker-running"),
        (drain_while_paused, "worker-paused"),
    ],
)
def test_a_conflict_is_409(machine: Machine, ledger: Ledger, provoke: Callable[[Machine], None], problem: str) -> None:
    provoke(machine)
    assert any(status == 409 and kind == problem for _, status, kind in ledger.entries)


def test_as_many_hosts_as_may_be(tmp_path: Path, ledger: Ledger) -> None:
    config = tmp_path / "wdfilterd.yaml"
    config.write_text("hosts:\n  limit: 2\n")
    service = Service(tmp_path, ["--config", str(config)])
    client = Client(service.port, ledger)
    try:
        with new_machine(client) as machine:
            answer = machine.call("putHost", host="one-too-many", body={}, expect=409)
            assert answer.problem == "limit-reached"
            machine.call("putHost", body={}, expect=200)
        client.call("putHost", host="now-there-is-room", body={}, expect=201)
    finally:
        client.close()
        assert service.stop() == 0
