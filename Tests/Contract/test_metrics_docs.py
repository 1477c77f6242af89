"""What docs/alerts.yaml and docs/grafana.json say about /metrics, and what /metrics says about the process."""

import json
import re
import time

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from contract.document import REPOSITORY
from contract.machine import Machine
from contract.receiver import answer, new_receiver

DOCS = REPOSITORY / "docs"


def metrics(machine: Machine) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """The value of each series."""
    text = machine.client.raw("GET", "/metrics").body.decode()
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def expressions() -> list[tuple[str, str]]:
    """Each expression of the alerts and of the dashboard, with where it stands."""
    [group] = yaml.safe_load((DOCS / "alerts.yaml").read_text())["groups"]
    found = [(rule["alert"], rule["expr"]) for rule in group["rules"]]
    for panel in json.loads((DOCS / "grafana.json").read_text())["panels"]:
        found += [(panel["title"], target["expr"]) for target in panel["targets"]]
    return found


@pytest.mark.parametrize(("where", "expression"), expressions(), ids=lambda text: text[:40])
def test_alerts_and_dashboard_use_metrics_that_exist(machine: Machine, where: str, expression: str) -> None:
    machine.process()
    names = {name for name, _ in metrics(machine)}
    used = set(re.findall(r"\b(?:wdfilterd|process)_[a-z_]+", expression))
    assert used or "up{" in expression, where
    assert used <= names


def test_the_process_is_described_as_prometheus_does_it(machine: Machine) -> None:
    found = {name: value for (name, labels), value in metrics(machine).items() if not labels}
    assert abs(found["process_start_time_seconds"] - time.time()) < 3600
    assert found["process_cpu_seconds_total"] > 0
    assert 1 << 20 < found["process_resident_memory_bytes"] < found["process_virtual_memory_bytes"]
    assert 0 < found["process_open_fds"] < found["process_max_fds"]


def test_an_engine_is_up_until_it_does_not_take_a_message(machine: Machine) -> None:
    def is_up() -> float:
        return metrics(machine)["wdfilterd_engine_up", frozenset({("host", machine.name)})]

    assert is_up() == 1
    with new_receiver() as receiver:
        machine.call("putEngine", body=receiver.setting)
        receiver.answering = answer("500 No", b"")
        machine.call("pingEngine")
        assert is_up() == 0
        receiver.answering = answer("200 OK", b"")
        machine.call("pingEngine")
        assert is_up() == 1


def test_durations_are_counted_by_operation(machine: Machine) -> None:
    def count(bound: str) -> float:
        labels = frozenset({("operation", "listMessages"), ("le", bound)})
        return metrics(machine).get(("wdfilterd_http_request_duration_seconds_bucket", labels), 0)

    before = (count("0.1"), count("10.0"))
    machine.get("listMessages", query={"waitMs": 150})
    assert (count("0.1"), count("10.0")) == (before[0], before[1] + 1)
