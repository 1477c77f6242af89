"""Each mistake of the table gets its text: somebody who never read the docs must know what to do next."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.client import Client, Ledger
from contract.mistakes import COMMANDS, REQUESTS, Command, Request, content
from contract.scenarios import without_times
from contract.service import Service, binary

SECONDS = 30
# They follow the text of every error in the options, and change with each new option.
USAGE = ("Usage: ", "Help:  ", "  See 'wdfilterd ")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A service without room for another host; its host `lab` has a process, a thread and a stream context."""
    directory = tmp_path_factory.mktemp("mistakes")
    config = directory / "wdfilterd.yaml"
    config.write_text("hosts:\n  limit: 2\n")
    service = Service(directory, ["--config", str(config)])
    client = Client(service.port, Ledger())
    client.call("putHost", host="lab", body={})
    client.call("createProcess", host="lab", body={"imageFileName": "a.exe", "processId": 584})
    client.call("createThread", host="lab", pid=584, body={"threadId": 588})
    client.call("createStreamContext", host="lab", body={"fileName": "C:\\a.txt"})
    yield client
    client.close()
    assert service.stop() == 0


def test_the_table_is_long_enough() -> None:
    assert len(REQUESTS) >= 50
    assert len(COMMANDS) >= 40
    names = [(type(mistake), mistake.mistake) for mistake in (*REQUESTS, *COMMANDS)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("mistake", REQUESTS, ids=lambda mistake: mistake.mistake)
def test_a_mistake_in_a_request(lab: Client, mistake: Request) -> None:
    method, target = mistake.request.split(" ", 1)
    body = None if mistake.body is None else mistake.body.encode()
    answer = lab.raw(method, target, body, mistake.sent_headers)
    report = answer.json
    if answer.status == 200:  # an upload, whose lines have the faults
        said, faults = report["rejected"][0]["detail"], []
    else:
        said = report["detail"]
        faults = [
            f"{fault.get('pointer', fault.get('parameter'))}: {fault['detail']}" for fault in report.get("errors", [])
        ]
    assert (answer.status, said) == (mistake.status, mistake.says)
    if len(faults) > 1 or mistake.faults:
        assert faults == mistake.faults


@pytest.mark.parametrize("mistake", COMMANDS, ids=lambda mistake: mistake.mistake)
def test_a_mistake_on_the_command_line(lab: Client, tmp_path: Path, mistake: Command) -> None:
    for name, text in mistake.files.items():
        (tmp_path / name).write_bytes(content(text))
    service = f"http://127.0.0.1:{lab.port}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WDFILTERD_")}
    result = subprocess.run(
        [binary().absolute(), *mistake.arguments(service)],
        cwd=tmp_path,
        env={**environment, **mistake.environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    lines = [line for line in result.stderr.splitlines() if not line.startswith(USAGE)]
    assert ("\n".join(lines), result.returncode) == (mistake.says, mistake.exit)
    assert without_times(result.stdout.partition("\n")[0]) == mistake.prints
