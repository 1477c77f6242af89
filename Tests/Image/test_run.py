"""The service and the sample engine, run from the image as the compose file describes."""

import json
import re
from typing import Any

from conftest import Image, Pair
from image.container import UNPRIVILEGED

HOST = "http://127.0.0.1:8080/v1/hosts/default"


def ask(pair: Pair, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Send a request that the service must accept."""
    data = () if body is None else ("--json", json.dumps(body))
    found: dict[str, Any] = json.loads(pair.curl("--fail-with-body", *data, HOST + path))
    return found


def test_the_healthcheck_of_the_image_finds_it_ready(image: Image, pair: Pair) -> None:
    done = pair.service.execute(*image.config["Healthcheck"]["Test"][1:])
    assert (done.returncode, done.stdout) == (0, "ready\n")
    assert pair.service.execute("wdfilterd", "healthcheck", "--url", "http://127.0.0.1:1").returncode == 3


def test_it_runs_without_privileges(pair: Pair, composed: dict[str, Any]) -> None:
    for name, container in (("wdfilterd", pair.service), ("engine", pair.engine)):
        status = container.status()
        assert status["NSpid"].split()[-1] == "1"
        assert status["Uid"].split() == status["Gid"].split() == ["10001"] * 4
        assert {key: status[key] for key in UNPRIVILEGED} == UNPRIVILEGED
        assert int(status["Threads"]) < composed["services"][name]["pids_limit"] / 2


def test_nothing_can_be_written_not_even_by_root(pair: Pair) -> None:
    for folder in ("", "/tmp", "/etc", "/var/tmp", "/run", "/dev"):
        done = pair.service.execute("touch", f"{folder}/file", user="0:0")
        assert done.returncode != 0
        assert "Read-only file system" in done.stderr


def test_signed_messages_arrive_at_the_engine(pair: Pair) -> None:
    rules = {"processId": 584, "imageFileName": "smss.exe", "rules": ["NotifyNewThreadDifferentProcess"]}
    ask(pair, "/processes", rules)
    ask(pair, "/processes", {"processId": 664, "imageFileName": "winlogon.exe"})
    thread = ask(pair, "/processes/664/threads", {"creatorProcessId": 584, "startAddress": "0x7ffbda8844f0"})
    message = thread["routines"][0]["messages"][0]
    assert (message["operation"], message["delivery"]) == ("NewThreadDifferentProcess", "sent")
    assert message["acknowledged"] is True
    pair.engine.wait_for("sync NewThreadDifferentProcess 584 smss.exe -> acknowledge")
    pair.engine.wait_for("async CreateThread 584 smss.exe -> ok")
    refused = pair.curl(
        "-o", "/dev/null", "-w", "%{http_code}", "--json", '{"specversion":"1.0"}', "http://127.0.0.1:9000/"
    )
    assert refused == "401"


def test_it_stops_when_it_is_told_and_its_last_line_has_the_sums(pair: Pair, composed: dict[str, Any]) -> None:
    peak = int(pair.service.status()["VmHWM"].split()[0]) * 1024
    assert peak < int(composed["services"]["wdfilterd"]["mem_limit"])
    assert pair.service.stop() == 0
    last = pair.service.lines[-1]
    assert " stopped " in last
    sums = {name: int(count) for name, count in re.findall(r"(\w+)=(\d+)", last)}
    ways = ("sent", "sendFailed", "droppedOnOverflow", "queued", "inHand")
    assert sums["enqueued"] == sum(sums[way] for way in ways)
    assert sums["sent"] > 0
    assert pair.engine.stop() == 0
    tally = dict(line.split() for line in pair.engine.lines[-5:])
    counted = {"async": sums["sent"], "sync": sums["syncSent"], "direct": sums["directSent"], "ping": 0, "refused": 1}
    assert {kind: int(count) for kind, count in tally.items()} == counted
