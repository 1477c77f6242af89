"""FLT-2: live streams, waiting requests and uploads pass the proxy as they are."""

import http.client
import json
import statistics
import subprocess
import threading
import time
from pathlib import Path

import pytest
from contract.client import Client, Ledger
from contract.document import REPOSITORY
from contract.hanging import run
from contract.live import EVENT_STREAM, FORMATS, NDJSON, Stream, until
from contract.receiver import new_receiver, stay_silent
from contract.sysmon import injection, ndjson

from conftest import StartFleet
from fleet.fleet import HEADER, Fleet, instance

MESSAGES = 20
LATEST_SECONDS = 0.05
PROCESS = '{"type":"processCreate","processId":1000,"imageFileName":"upload.exe"}\n'
LOAD = '{"type":"imageLoad","processId":1000,"fullImageName":"C:\\\\Windows\\\\System32\\\\kernel32.dll"}\n'


def test_a_stream_lives_on_heartbeats_longer_than_the_time_out_of_the_proxy(start: StartFleet) -> None:
    """35 s without a message, with heartbeats every 15 s and time-outs of 20 s."""
    shorter = [(rf"^  timeout {side} 70s$", f"  timeout {side} 20s") for side in ("client", "server")]
    fleet = start(*shorter)
    machine = fleet.machine("lab")
    machine.call("putHost", body={}, expect=201)
    begun = time.monotonic()
    with Stream(fleet.proxy.port, "lab", EVENT_STREAM) as stream:
        stream.heartbeat()
        stream.heartbeat()
        while time.monotonic() - begun < 35:  # of time that passes, which no state tells
            time.sleep(0.1)
        machine.load(machine.process()["processId"], "late.dll")
        assert stream.next().sequence == 1
        assert stream.next().value["operation"] == "LoadImage"


@pytest.mark.parametrize("media", FORMATS)
def test_each_message_comes_through_the_proxy_as_soon_as_past_it(fleet: Fleet, media: str) -> None:
    """Without `option http-no-delay` each comes 200 ms late."""
    machine = fleet.machine("lab")
    place = instance(machine.call("putHost", body={}, expect=201))
    pid = machine.process()["processId"]
    arrived: dict[int, list[float]] = {port: [] for port in (fleet.proxy.port, fleet.instances[place].port)}

    def read(port: int) -> None:
        with Stream(port, "lab", media, {"after": 1}) as stream:
            ready.wait()
            for number in range(MESSAGES):
                assert stream.next().sequence == 2 + number
                arrived[port].append(time.monotonic())

    ready = threading.Barrier(3)
    readers = [threading.Thread(target=read, args=(port,)) for port in arrived]
    for reader in readers:
        reader.start()
    ready.wait()
    begun = []
    for number in range(MESSAGES):
        begun.append(time.monotonic())
        machine.load(pid, f"{number}.dll")
        until(lambda: {len(times) for times in arrived.values()} == {len(begun)}, "both have the message")
    for reader in readers:
        reader.join()
    through, past = (
        [arrival - start for arrival, start in zip(times, begun, strict=True)] for times in arrived.values()
    )
    late = [one - other for one, other in zip(through, past, strict=True)]
    print(f"{media}, median after the POST began: {statistics.median(through) * 1000:.1f} ms through the proxy,")
    print(f"{statistics.median(past) * 1000:.1f} ms past it; most between the two: {max(late) * 1000:.1f} ms")
    assert statistics.median(late) < LATEST_SECONDS


def test_a_reader_that_leaves_frees_its_stream(fleet: Fleet) -> None:
    """`option abortonclose`: without it, the service has the stream until its next heartbeat."""
    machine = fleet.machine("lab")
    place = instance(machine.call("putHost", body={}, expect=201))

    def open_streams() -> int:
        text = fleet.client.call("getMetrics", headers={HEADER: place}).body.decode()
        [line] = [line for line in text.splitlines() if line.startswith("wdfilterd_message_streams ")]
        return int(line.split()[1])

    for _ in range(3):
        with Stream(fleet.proxy.port, "lab", EVENT_STREAM):
            until(lambda: open_streams() == 1, "the stream is open")
        begun = time.monotonic()
        until(lambda: open_streams() == 0, "the stream is closed")
        assert time.monotonic() - begun < 5


def test_a_request_that_waits_is_answered(fleet: Fleet) -> None:
    machine = fleet.machine("lab")
    machine.call("putHost", body={}, expect=201)
    waiting = http.client.HTTPConnection("127.0.0.1", fleet.proxy.port, timeout=20)
    waiting.request("GET", "/v1/hosts/lab/messages?after=0&waitMs=15000")
    machine.process()
    answer = json.loads(waiting.getresponse().read())
    assert [item["operation"] for item in answer["items"]] == ["CreateProcess"]
    waiting.close()


def test_an_upload_through_the_proxy_is_the_one_without(fleet: Fleet, tmp_path: Path) -> None:
    """Streamed by curl, which waits for 100 Continue; the reports are equal."""
    file = tmp_path / "events.ndjson"
    file.write_text(PROCESS + LOAD * 20_000)
    fleet.create(["through"])
    fleet.direct("w1").call("putHost", host="direct", body={}, expect=201)

    def upload(port: int, host: str) -> tuple[float, dict[str, object]]:
        url = f"http://127.0.0.1:{port}/v1/hosts/{host}/events"
        begun = time.monotonic()
        done = subprocess.run(
            ("curl", "-sSf", "-X", "POST", "-T", file, "-H", f"Content-Type: {NDJSON}", "--max-time", "60", url),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
        )
        return time.monotonic() - begun, json.loads(done.stdout)

    through, there = upload(fleet.proxy.port, "through")
    direct, here = upload(fleet.instances["w1"].port, "direct")
    print(f"{file.stat().st_size / 1e6:.1f} MB: {through:.2f} s through the proxy, {direct:.2f} s without")
    assert there["applied"] == here["applied"] == 20_001
    assert through < 3 * direct + 1


def test_a_recording_of_several_hosts_needs_an_instance(fleet: Fleet) -> None:
    """FLT-3: it is refused at its head, and with the name all of its hosts are on that instance."""
    head = {"Content-Type": NDJSON, "Content-Length": "1000000000"}
    refused = fleet.client.announce("POST", "/v1/replays", head)
    assert (refused.status, refused.problem) == (421, "one-instance")
    event = {"EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational", "ProcessId": 4100}
    lines = "".join(json.dumps(event | {"Computer": name}) + "\n" for name in ("one", "two", "three"))
    answer = fleet.client.raw("POST", "/v1/replays", lines.encode(), {"Content-Type": NDJSON, HEADER: "w2"})
    assert instance(answer) == "w2"
    assert answer.status == 200, answer.body
    assert fleet.proxy.entries() == {}


def test_a_request_whose_instance_dies_is_not_repeated(fleet: Fleet) -> None:
    """It may have taken effect: the answer says so, and no other instance gets it."""
    machine = fleet.machine("lab")
    place = instance(machine.call("putHost", body={}, expect=201))
    others = [name for name in fleet.instances if name != place]
    for other in others:
        fleet.direct(other).call("putHost", host="lab", body={}, expect=201)
    with new_receiver() as receiver:
        receiver.answering = stay_silent
        machine.call("putEngine", body=receiver.setting)
        client = Client(fleet.proxy.port, Ledger())
        answers = []
        body = b'{"processId":1000,"imageFileName":"a.exe"}'
        path, headers = "/v1/hosts/lab/processes", {"Content-Type": "application/json"}
        asking = threading.Thread(target=lambda: answers.append(client.raw("POST", path, body, headers)))
        asking.start()
        until(lambda: len(receiver.requests) == 1, "the engine has the message")
        fleet.kill(place)
        asking.join()
        client.close()
    [answer] = answers
    assert (answer.status, answer.media) == (502, "application/problem+json")
    assert answer.json["detail"] == "The instance ended while it had this request, which may have taken effect."
    for other in others:
        assert len(fleet.direct(other).call("listProcesses", host="lab").json["items"]) == 1


def test_without_instances_the_proxy_says_so(fleet: Fleet) -> None:
    for name in list(fleet.instances):
        fleet.kill(name)
    for name in ("w1", "w2", "w3"):
        fleet.proxy.wait_for(name, "DOWN")
    answer = fleet.client.raw("GET", "/v1/hosts/lab")
    assert (answer.status, answer.media) == (503, "application/problem+json")
    assert answer.json["detail"] == "No instance accepts this request. Nothing was done."


def test_the_commands_work_through_the_proxy(fleet: Fleet, tmp_path: Path) -> None:
    """`wdfilterd test` creates hosts by name; `wdfilterd replay` needs the instance for those of the recording."""
    url = f"http://127.0.0.1:{fleet.proxy.port}"
    test = run("test", REPOSITORY / "Scenarios/threads.scenario.yaml", "--server", url)
    assert (test.returncode, "FAIL 0" in test.stdout) == (0, True), test
    file = tmp_path / "recording.json"
    file.write_bytes(ndjson(injection().events))
    refused = run("replay", file, "--server", url)
    assert (refused.returncode, "Here, --instance NAME names it." in refused.stderr) == (3, True), refused
    options = ("--server", url, "--instance", "w3", "--rules", "NotifyNewThreadDifferentProcess", "--json", "--quiet")
    report = json.loads(run("replay", file, *options).stdout)
    assert {host["host"] for host in report["hosts"]} == fleet.listed("w3") - {"default"}
