"""Image loads, stream contexts, drivers: IMG."""

import pytest

from contract.machine import Machine
from contract.story import DLL, A, kinds

WOW64CPU = "\\Device\\HarddiskVolume4\\Windows\\System32\\WOW64CPU.dll"


class TestImages:
    """IMG."""

    def test_a_load_is_told_in_order(self, machine: Machine) -> None:
        machine.process(processId=A, rules=["NotifyImageLoadRule"])
        body = {"fileName": DLL.upper(), "rules": ["NotifyImageLoadRule"]}
        context = machine.get("createStreamContext", body=body)
        reports = machine.load(A, DLL)
        assert kinds(reports) == [
            ("async", "LoadImage"),
            ("sync", "NewImageLoadPerProcess"),
            ("sync", "NewImageLoadPerStream"),
        ]
        assert machine.get("getProcess", pid=A)["rules"] == []
        assert machine.get("getStreamContext", id=context["id"])["rules"] == []
        assert kinds(machine.load(A, DLL)) == [("async", "LoadImage")]

    def test_without_its_file_a_load_has_no_stream(self, machine: Machine) -> None:
        machine.process(processId=A)
        machine.call("createStreamContext", body={"fileName": DLL, "rules": 0x8000})
        assert kinds(machine.load(A, DLL, extendedInfoPresent=False)) == [("async", "LoadImage")]

    @pytest.mark.parametrize("number", ["0", "26581404884594360733", "9" * 100])
    def test_a_number_that_no_stream_context_has_is_not_found(self, machine: Machine, number: str) -> None:
        for operation, body in (("getStreamContext", None), ("putStreamContextRules", {"rules": 0})):
            assert machine.call(operation, id=number, body=body, expect=404).problem == "unknown-stream-context"
        machine.call("deleteStreamContext", id=number, expect=404)

    def test_the_asynchronous_message_can_be_suppressed(self, machine: Machine) -> None:
        machine.process(processId=A, rules="0x08000200")
        assert kinds(machine.load(A, DLL)) == [("sync", "NewImageLoadPerProcess")]

    def test_loads_after_wow64cpu_are_told_directly(self, machine: Machine) -> None:
        machine.process(processId=A, rules=["NotifyWow64cpuLoad"])
        assert kinds(machine.load(A, WOW64CPU, imageBase="0x77CD0000")) == [("async", "LoadImage")]
        process = machine.get("getProcess", pid=A)
        assert process["wow64CpuImageBase"] == "0x77cd0000"
        assert "ImageWow64cpuLoaded" in process["flags"]
        for _ in range(2):
            direct, _ = reports = machine.load(A, DLL, threadId=12)
            assert kinds(reports) == [("direct", "Wow64cpuLoad"), ("async", "LoadImage")]
            data = machine.get("getMessage", sequence=direct["sequence"])["message"]
            assert (data["processId"], data["threadId"], data["wow64CpuImageBase"]) == (A, 12, "0x77cd0000")

    @pytest.mark.parametrize("name", ["C:\\Windows\\SysWOW64\\wow64cpu.dll", "\\Windows\\System32\\wow64cpu.dll.bak"])
    def test_another_file_is_not_wow64cpu(self, machine: Machine, name: str) -> None:
        machine.process(processId=A, rules=["NotifyWow64cpuLoad"])
        machine.load(A, name)
        assert machine.get("getProcess", pid=A)["wow64CpuImageBase"] is None

    def test_drivers_are_listed_in_order(self, machine: Machine) -> None:
        machine.process(processId=A)
        [routine] = machine.get("loadDriver", body={"fullImageName": "b.sys", "imageBase": 2**64 - 1})["routines"]
        assert (routine["routine"], routine["messages"]) == ("MpLoadImageNotifyRoutine", [])
        machine.load(A, "a.sys", systemModeImage=True, imageSize=4096)
        assert machine.all("listDrivers") == [
            {"fullImageName": "b.sys", "imageBase": "0xffffffffffffffff", "imageSize": 0},
            {"fullImageName": "a.sys", "imageBase": "0x0", "imageSize": 4096},
        ]

    def test_a_stream_context_can_be_changed_and_taken_away(self, machine: Machine) -> None:
        context = machine.get("createStreamContext", body={"fileName": DLL})
        assert context["rules"] == []
        changed = machine.get("putStreamContextRules", id=context["id"], body={"rules": "0x8001"})
        assert changed == {**context, "rules": ["NotifyImageLoadRule", "0x1"], "rulesMask": "0x00008001"}
        body = {"clear": ["NotifyImageLoadRule"], "set": ["0x2"]}
        assert machine.get("patchStreamContextRules", id=context["id"], body=body)["rulesMask"] == "0x00000003"
        machine.call("deleteStreamContext", id=context["id"])
        machine.call("getStreamContext", id=context["id"], expect=404)
        assert machine.all("listStreamContexts") == []
