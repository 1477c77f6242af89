"""The connections that all hosts with one endpoint share, and what happens when there are too few (FLT-5)."""

import os
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import trustme

from contract.client import Client, Ledger
from contract.live import until
from contract.machine import Machine, new_machine
from contract.receiver import Receiver, acknowledge, answer, new_receiver, stay_silent
from contract.service import Service, StartService
from contract.story import RULE, A, B, messages, two_processes


def slowly(seconds: float) -> Receiver:
    """A receiver that acknowledges after `seconds`."""
    receiver = Receiver()

    def answering(connection: object) -> None:
        time.sleep(seconds)
        acknowledge(connection)  # type: ignore[arg-type]

    receiver.answering = answering  # type: ignore[assignment]
    return receiver


def test_sync_messages_of_the_whole_semaphore_are_under_way_at_once(
    machine: Machine, service: Service, ledger: Ledger
) -> None:
    """SYN-4: with fewer connections, half of the messages would time out while waiting for the others."""
    machine.call("patchConfig", body={"syncMonitorNotificationTimeoutMs": 3500})
    creators = [2000 + 4 * number for number in range(16)]
    for pid in creators:
        machine.process(processId=pid, rules=[RULE])
    machine.process(processId=B)
    machine.drain()
    receiver = slowly(2.0)
    machine.call("putEngine", body=receiver.setting)

    def create(pid: int) -> str:
        client = Client(service.port, ledger)
        status: str = messages(Machine(client, machine.name).thread(B, creatorProcessId=pid))[0]["status"]
        client.close()
        return status

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(create, creators)) == {"STATUS_SUCCESS"}
    told = machine.get("getCounters")["sync"]["NewThreadDifferentProcess"]
    assert (told["notificationsCount"], told["ioTimeoutCount"]) == (16, 0)
    receiver.close()


@pytest.fixture
def narrow(start: StartService) -> Iterator[Machine]:
    """A host of a service that may open four connections to an engine."""
    _, client = start("engine: {connections: 4}\n")
    with new_machine(client) as machine:
        yield machine


def test_who_waits_for_a_connection_in_vain_does_not_blame_the_engine(narrow: Machine, ledger: Ledger) -> None:
    two_processes(narrow)
    narrow.drain()
    narrow.call(
        "patchConfig",
        body={
            "syncMonitorNotificationTimeoutMs": 300,
            "asyncTimeoutMs": 300,
            "maxProcessCreationMessageTimeoutMs": 5000,
        },
    )
    with new_receiver() as receiver:
        receiver.answering = stay_silent
        narrow.call("putEngine", body=receiver.setting)

        def create(number: int) -> None:
            client = Client(narrow.client.port, ledger)
            Machine(client, narrow.name).call("createProcess", body={"imageFileName": f"{number}.exe"}, expect=201)
            client.close()

        creations = [threading.Thread(target=create, args=(number,)) for number in range(4)]
        for creation in creations:
            creation.start()
        until(lambda: len(receiver.requests) == 4, "four messages are in flight")
        assert narrow.get("getEngine")["connections"] == 4
        sync, queued = messages(narrow.thread(B, creatorProcessId=A))
        assert (sync["delivery"], sync["status"]) == ("failed", "STATUS_UNSUCCESSFUL")
        narrow.drain()
        assert narrow.get("getMessage", sequence=queued["sequence"])["status"] == "STATUS_UNSUCCESSFUL"
        engine = narrow.get("getEngine")
        assert engine["lastError"]["detail"] == "no free connection (4 of 4)"
        assert engine["lastLatencyMicroseconds"] is None
        assert engine["waiting"] == 0
        told = narrow.get("getCounters")["sync"]["NewThreadDifferentProcess"]
        assert (told["errorCount"], told["ioTimeoutCount"], told["errorStatus"]) == (1, 0, "STATUS_UNSUCCESSFUL")
        text = narrow.client.call("getMetrics").body.decode()
        assert re.search(r"^wdfilterd_webhook_no_connection_total 2$", text, re.MULTILINE)
        for creation in creations:
            creation.join()


def test_hosts_with_one_engine_share_its_connections(client: Client) -> None:
    with new_receiver() as receiver, new_machine(client) as one, new_machine(client) as other:
        for machine in (one, other, one, other):
            machine.call("putEngine", body=receiver.setting)
            assert machine.get("pingEngine")["status"] == "STATUS_SUCCESS"
        one.call("deleteHost", expect=204)
        assert other.get("pingEngine")["status"] == "STATUS_SUCCESS"
        one.call("putHost", body={}, expect=201)
        assert len(receiver.requests) == 5


def test_no_two_pings_have_one_id(machine: Machine) -> None:
    """A receiver treats a second request with the same id as a replay (Standard Webhooks)."""
    with new_receiver() as receiver:
        for _ in range(3):
            machine.call("putEngine", body=receiver.setting)
            assert machine.get("pingEngine")["status"] == "STATUS_SUCCESS"
        ids = [request.headers["webhook-id"] for request in receiver.received]
    assert len(set(ids)) == 3
    assert all(re.fullmatch(rf"{machine.name}-[0-9a-f]{{16}}-ping-[0-9]+", id) for id in ids), ids


def test_the_last_error_is_that_of_the_message_that_failed(machine: Machine) -> None:
    with new_receiver() as receiver:
        machine.call("putEngine", body=receiver.setting)
        receiver.answering = answer("200 OK", b"[]")
        machine.call("createProcess", body={"imageFileName": "a.exe"}, expect=201)
        assert machine.get("getEngine")["lastError"]["detail"].startswith("reply not understood: ")
        receiver.answering = answer("503 Service Unavailable", b"")
        machine.call("createProcess", body={"imageFileName": "a.exe"}, expect=201)
        assert machine.get("getEngine")["lastError"]["detail"] == "HTTP status 503"


def test_an_engine_sets_a_word_to_nothing(machine: Machine) -> None:
    """PRC-3, COR-10: in JSON, only an omitted member leaves the word unchanged."""
    machine.call(
        "putRulePolicies", body={"items": [{"imageFileName": "*", "rules": [RULE], "flags": ["TrustedProcess"]}]}
    )
    with new_receiver() as receiver:
        machine.call("putEngine", body=receiver.setting)
        receiver.answering = answer("200 OK", b'{"flags":[]}')
        process = machine.process(imageFileName="a.exe")
        assert (process["rules"], process["flags"]) == ([RULE], ["ThreadNotifyRoutineExSet"])
        receiver.answering = answer("200 OK", b'{"rules":[]}')
        process = machine.process(imageFileName="b.exe")
        assert (process["rules"], "TrustedProcess" in process["flags"]) == ([], True)


def test_what_is_no_ca_file_is_refused_in_words(machine: Machine, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = tmp_path / "text"
    text.write_text("no certificate\n")
    for path, detail in {
        str(pipe): "is a FIFO, not a regular file",
        "/dev/zero": "is a device, not a regular file",
        "/proc/self/pagemap": "is not a regular file: it has content but no size, as files of /proc have",
        str(tmp_path / "nothing"): "cannot be read: No such file or directory",
        str(text): "holds no PEM certificate",
    }.items():
        setting = {"type": "webhook", "url": "https://127.0.0.1:1/", "caFile": path}
        problem = machine.get("putEngine", body=setting, expect=400)
        assert problem["errors"] == [{"pointer": "/caFile", "detail": detail}]
        other = Machine(machine.client, "contract-ca-file")
        problem = other.get("putHost", body={"engine": setting}, expect=400)
        assert problem["errors"] == [{"pointer": "/engine/caFile", "detail": detail}]
    assert machine.get("pingEngine")["status"] == "STATUS_SUCCESS"


def test_a_ca_file_that_becomes_a_pipe_holds_nobody_up(machine: Machine, client: Client, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(path)
    machine.call("patchConfig", body={"asyncTimeoutMs": 2000})
    with new_receiver() as receiver, new_machine(client) as other:
        url = f"https://127.0.0.1:{receiver.port}/"
        machine.call("putEngine", body={"type": "webhook", "url": url, "caFile": str(path)})
        path.unlink()
        os.mkfifo(path)
        assert machine.get("pingEngine")["status"] != "STATUS_SUCCESS"
        other.call("putEngine", body=receiver.setting)
        assert other.get("pingEngine")["status"] == "STATUS_SUCCESS"
