"""The dissection of a message is what `wdfilterd decode --json` prints for its bytes (UIA-4)."""

import subprocess
from typing import Any

import pytest

from contract.machine import Machine
from contract.notices import ASYNC_EXAMPLES, REQUIRED, SYNC_DATA, bytes_of, encoded, send_async, send_sync
from contract.service import binary
from contract.story import DLL, A, B, messages
from contract.wire import ASYNC_CODES, SYNC_CODES

WOW64CPU = "C:\\Windows\\System32\\wow64cpu.dll"


def is_decoded(machine: Machine, sequence: int) -> dict[str, Any]:
    """The dissection of a message, which must be the command's output for its bytes, to the last byte."""
    answer = machine.call("getMessageDissection", sequence=sequence)
    data = bytes_of(machine, sequence)
    printed = subprocess.run(
        [binary(), "decode", "--json", "--input", "binary"], input=data, capture_output=True, timeout=30, check=True
    ).stdout
    assert answer.body == printed
    dissection: dict[str, Any] = answer.json
    assert sum(part["size"] for part in dissection["parts"]) == len(data)
    assert dissection["remarks"] == dissection["faults"] == []
    return dissection


@pytest.mark.parametrize("operation", ASYNC_CODES)
def test_a_queued_message(machine: Machine, operation: str) -> None:
    """UIA-4: of each operation, with everything absent and with the data that it needs."""
    examples = [
        body["data"]
        for body in ASYNC_EXAMPLES.values()
        if body["operation"] in (operation, ASYNC_CODES[operation]) and "data" in body
    ]
    for data in [None, REQUIRED.get(operation, encoded(b"\0\xff raw")), *examples]:
        message = send_async(machine, operation, **({} if data is None else {"data": data}))
        assert is_decoded(machine, message["sequence"])["operation"] == operation


@pytest.mark.parametrize("operation", SYNC_CODES)
def test_a_synchronous_message(machine: Machine, operation: str) -> None:
    """UIA-4."""
    machine.process(processId=A)
    machine.process(processId=B)
    machine.get("createStreamContext", body={"fileName": DLL})
    message = send_sync(machine, operation, SYNC_DATA[operation])
    assert is_decoded(machine, message["sequence"])["operation"] == operation


def test_direct_messages(machine: Machine) -> None:
    """UIA-4: those that no notification can request. Wow64cpuLoad is shorter than its SizeOfData says (IMG-2)."""
    made = machine.get("createProcess", body={"imageFileName": "a.exe", "rules": ["NotifyWow64cpuLoad"]}, expect=201)
    machine.load(made["process"]["processId"], WOW64CPU)
    [direct, _] = machine.load(made["process"]["processId"], DLL)
    found = [is_decoded(machine, each["sequence"])["operation"] for each in [*messages(made["routines"]), direct]]
    assert found == ["CreateProcess", "Wow64cpuLoad"]


def test_texts_of_others_are_escaped(machine: Machine) -> None:
    """UIA-4, UIS-4: the text is JSON whatever a name contains."""
    name = "<img src=x onerror=alert(1)></script>'\u202e\u0085\".exe"
    message = send_async(machine, "LoadImage", data={**REQUIRED["LoadImage"], "imageFileName": name})
    assert is_decoded(machine, message["sequence"])["fields"]["imageFileName"] == name
