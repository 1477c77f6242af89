"""One of several instances behind a proxy: who says its name, what it refuses, how it leaves (FLT-3, FLT-7)."""

import http.client
import signal
import time
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from contract.asking import body_of, declaring, name, refused
from contract.client import Client, Ledger
from contract.document import Operation
from contract.hanging import ACCOUNT
from contract.live import until
from contract.machine import Machine, Prepared
from contract.service import Service, StartService
from contract.wire_client import ask_once, get

HEADER = "Wdfilterd-Instance"
NAMED = "server:\n  instance: w1\n"


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory, ledger: Ledger) -> Iterator[Client]:
    """A client of the instance w1."""
    folder = tmp_path_factory.mktemp("w1")
    config = folder / "wdfilterd.yaml"
    config.write_text(NAMED)
    service = Service(folder, ["--config", str(config)])
    client = Client(service.port, ledger)
    yield client
    client.close()
    assert service.stop() == 0


@pytest.fixture(scope="module")
def prepared_there(named: Client) -> Prepared:
    """A host of that instance on which every operation finds the objects in its path."""
    machine = Machine(named, "lab")
    machine.call("putHost", body={}, expect=201)
    return Prepared(machine)


@pytest.mark.parametrize("operation", declaring(421), ids=name)
def test_a_request_that_names_another_instance_is_421(prepared_there: Prepared, operation: Operation) -> None:
    """FLT-3: a proxy that has lost an instance sends its requests elsewhere, where they must not get an answer."""
    for other in ("w2", "w", "w11", "w1, w2", ""):
        answer = refused(prepared_there, operation, 421, **body_of(operation), headers={HEADER: other})
        assert answer["type"] == "/problems/one-instance"
        assert answer["detail"] == (
            f'The request names the instance "{other}", which was not reached; this one is w1. Nothing was done.'
        )


def test_a_request_that_names_this_instance_is_answered(named: Client) -> None:
    for own in ("w1", "W1"):
        named.call("listHosts", headers={HEADER: own})


def test_an_instance_without_a_name_takes_any(client: Client) -> None:
    answer = client.call("listHosts", headers={HEADER: "w2"})
    assert answer.headers[HEADER] is None
    assert "instance" not in client.call("getVersion").json


def test_every_answer_has_the_name(prepared_there: Prepared) -> None:
    """FLT-3: answers of operations, problems, streams, probes, files, documents, and to what is not a request."""
    client = prepared_there.machine.client
    asked = [
        client.call("getVersion"),
        client.call("getProblemType", name="no-such", expect=404),
        client.call("getMetrics"),
        client.call("getReadiness"),
        client.call("getOpenApiYaml"),
        client.call("getRoot"),
        client.raw("PUT", "/v1/hosts"),
        client.raw("GET", "/nothing"),
        client.raw("GET", "/ui"),
        prepared_there.machine.call("listMessages", headers={"Accept": "text/event-stream"}, query={"limit": 1}),
        prepared_there.machine.call("putWorker", body={"state": "broken"}, expect=400),
    ]
    assert [answer.headers.get_all(HEADER) for answer in asked] == [["w1"]] * len(asked)
    malformed = ask_once(client.port, b"GET /v1/version HTTP/1.1\r\n\r\n")
    assert malformed.status == 400
    assert malformed.headers.get_all(HEADER) == ["w1"]


def test_repeated_requests_over_one_connection_have_it_once_each(named: Client) -> None:
    for _ in range(3):
        for operation in ("getVersion", "getSelf", "listHosts"):
            assert named.call(operation).headers.get_all(HEADER) == ["w1"]


def test_the_version_and_the_metrics_say_the_name(named: Client) -> None:
    """FLT-3: Prometheus itself gives a label `instance` to what it scrapes, so this one has another name."""
    version = named.call("getVersion").json
    assert version["instance"] == "w1"
    families = text_string_to_metric_families(named.call("getMetrics").body.decode())
    [info] = next(family.samples for family in families if family.name == "wdfilterd_build_info")
    assert info.labels == {"version": version["version"], "server_instance": "w1"}


def test_the_problem_is_explained(client: Client) -> None:
    problem = client.call("getProblemType", name="one-instance").json
    assert problem["status"] == 421
    assert HEADER in problem["description"]


# Stopping after a delay


def test_it_says_that_it_stops_and_still_serves(start: StartService) -> None:
    """FLT-7: for `server.shutdownDelayMs`, only `/readyz` has changed."""
    service, client = start("server:\n  shutdownDelayMs: 3000\n  instance: w1\n")
    machine = Machine(client, "lab")
    begun = time.monotonic()
    service.process.send_signal(signal.SIGTERM)
    until(lambda: client.raw("GET", "/readyz").status == 503, "it is not ready")
    assert client.call("getReadiness", expect=503).problem == "stopping"
    assert client.call("getHealth", expect=503).problem == "stopping"
    client.call("getLiveness")
    machine.call("putHost", body={}, expect=201)
    pid = machine.process()["processId"]
    machine.load(pid, "a.dll")
    assert service.wait() == 0
    assert time.monotonic() - begun >= 3
    assert ACCOUNT in service.whole_log().splitlines()[-1]


def test_a_waiting_request_goes_on_through_the_delay(start: StartService) -> None:
    """It is not sent away until the service really stops."""
    service, _ = start("server:\n  shutdownDelayMs: 3000\n")
    waiting = http.client.HTTPConnection("127.0.0.1", service.port, timeout=20)
    waiting.request("GET", "/v1/hosts/default/messages?after=0&waitMs=500")
    service.process.send_signal(signal.SIGTERM)
    assert waiting.getresponse().status == 200
    assert ask_once(service.port, get("/readyz")).status == 503
    assert ask_once(service.port, get("/v1/version")).status == 200
    waiting.close()
    assert service.wait() == 0
