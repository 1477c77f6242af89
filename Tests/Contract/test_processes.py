"""Process creation and exit: PRC and DATA."""

import threading

import pytest

from contract.document import DOCUMENT
from contract.machine import IMAGE, Machine
from contract.story import RULE, A, messages

NAMED_RULES = 0x3BE98E08


class TestProcesses:
    """PRC and DATA."""

    def test_the_system_process_is_there(self, machine: Machine) -> None:
        system = machine.get("getProcess", pid=4)
        none = {"processId": 0, "creationTime": None}
        assert (system["imageFileName"], system["commandLine"]) == ("System", "")
        assert system["creationTime"] == "2020-01-01T00:00:00.0000000Z"
        assert system["parent"] == system["creator"] == none
        assert machine.all("listBootProcesses") == []

    def test_what_is_left_out_has_its_default(self, machine: Machine) -> None:
        process = machine.process()
        assert process["commandLine"] == process["currentCommandLine"] == IMAGE
        assert process["parent"] == process["creator"]
        assert process["parent"]["processId"] == 4
        assert process["parent"]["creationTime"] == "2020-01-01T00:00:00.0000000Z"
        assert (process["sessionId"], process["rulesMask"], process["flagsMask"]) == (0, "0x00000000", "0x00000400")
        assert process["token"] == {
            "elevationType": 1,
            "elevation": 0,
            "integrityLevel": "0x2000",
            "serviceSid": False,
        }
        assert process["processId"] == 8
        assert process == machine.get("getProcess", pid=8)

    def test_pids_are_the_lowest_free_multiples_of_four(self, machine: Machine) -> None:
        machine.process(processId=12)
        assert [machine.process()["processId"] for _ in range(3)] == [8, 16, 20]
        machine.call("exitProcess", pid=16)
        assert machine.process()["processId"] == 16

    def test_a_parent_that_is_not_there_has_no_time(self, machine: Machine) -> None:
        process = machine.process(parentProcessId=4294967295)
        assert process["parent"] == {"processId": 4294967295, "creationTime": None} == process["creator"]

    def test_the_message_tells_what_the_process_tells(self, machine: Machine) -> None:
        process = machine.process(parentProcessId=4, creatorProcessId=4294967295, sessionId=7)
        [entry] = machine.all("listMessages")
        data = entry["message"]
        assert (data["parentProcess"], data["creatorProcess"]) == (process["parent"], process["creator"])
        assert data["currentProcess"] == entry["process"] == data["process"]
        assert (data["sessionId"], data["createFlag"], data["processFlagsLowByte"]) == (7, 1, 0)
        assert data["totalSize"] == 0x78 + 2 * (2 * len(IMAGE) + 2)
        assert data["sizeOfData"] == data["totalSize"] - 8
        assert entry["routine"] == "MpCreateProcessNotifyRoutineEx"

    @pytest.mark.parametrize(
        ("image", "sid", "mask"),
        [
            ("C:\\a\\MsMpEng.exe", False, "0x00000409"),
            ("C:\\a\\msmpeng.EXE", True, "0x00000419"),
            ("C:\\a\\MpCmdRun.exe", True, "0x00000411"),
            ("NisSrv.exe", False, "0x00000401"),
            ("NisSrv.exe", True, "0x00000411"),
            ("WerFaultSecure.exe", True, "0x00000401"),
            ("C:\\Windows\\System32\\lsass.exe", False, "0x00000420"),
            ("C:\\Windows\\System32\\svchost.exe", False, "0x00000500"),
            ("C:\\svchost.exe\\other.exe", True, "0x00000400"),
            ("C:\\Windows\\System32\\poqexec.exe", False, "0x00000420"),
            # COR-6: friendly only before Windows 10.
            ("C:\\Windows\\System32\\msiexec.exe", False, "0x00000400"),
            ("C:\\Windows\\System32\\Register-CimProvider.exe", False, "0x00000400"),
        ],
    )
    def test_flags_come_from_the_name(self, machine: Machine, image: str, sid: bool, mask: str) -> None:
        assert machine.process(imageFileName=image, token={"serviceSid": sid})["flagsMask"] == mask
        assert machine.process(imageFileName=image, flags=[])["flagsMask"] == "0x00000400"

    def test_unknown_bits_are_kept(self, machine: Machine) -> None:
        process = machine.process(rules="0xffffffff", flags=0xFFFFFFFF)
        assert (process["rulesMask"], process["flagsMask"]) == ("0xffffffff", "0xffffffff")
        named = DOCUMENT.at("/components/schemas/ProcessRuleName/enum")
        assert process["rules"][: len(named)] == named
        unnamed = [int(name, 16) for name in process["rules"][len(named) :]]
        assert unnamed == [1 << bit for bit in range(32) if 1 << bit & ~NAMED_RULES]

    def test_what_is_set_and_cleared_at_once_is_cleared(self, machine: Machine) -> None:
        machine.process(processId=A, rules="0x6")
        body = {"set": ["0x1", "0x2"], "clear": "0x2"}
        assert machine.get("patchProcessRules", pid=A, body=body)["rulesMask"] == "0x00000005"

    def test_an_exit_is_queued_and_the_process_is_gone(self, machine: Machine) -> None:
        machine.process(processId=A)
        [report] = messages(machine.get("exitProcess", pid=A)["routines"])
        assert (report["kind"], report["operation"], report["notificationNumber"]) == ("async", "CreateProcess", 2)
        machine.drain()
        first, last = machine.all("listMessages", query={"operation": "CreateProcess"})
        assert [entry["message"]["createFlag"] for entry in (first, last)] == [1, 0]
        assert [entry["kind"] for entry in (first, last)] == ["direct", "async"]
        machine.call("getProcess", pid=A, expect=404)
        machine.call("exitProcess", pid=A, expect=404)
        machine.process(processId=A)

    def test_the_first_fifty_are_boot_processes(self, machine: Machine) -> None:
        made = [machine.process()["processId"] for _ in range(52)]
        machine.call("exitProcess", pid=made[0])
        assert [entry["processId"] for entry in machine.all("listBootProcesses")] == made[:50]

    def test_policies_apply_at_creation(self, machine: Machine) -> None:
        items = [
            {"imageFileName": "*\\NOTEPAD.exe", "rules": [RULE]},
            {"imageFileName": "*", "rules": "0x4", "flags": ["TrustedProcess"]},
            {"imageFileName": "*\\cmd.exe", "rules": ["NotifyImageLoadRule"]},
        ]
        policies = machine.get("putRulePolicies", body={"items": items})
        assert policies == machine.get("getRulePolicies")
        assert [item["rulesMask"] for item in policies["items"]] == ["0x00400000", "0x00000004", "0x08000000"]
        process = machine.process(rules="0x2")
        assert (process["rulesMask"], process["flagsMask"]) == ("0x00400006", "0x00000440")
        assert machine.get("getProcess", pid=4)["rulesMask"] == "0x00000000"

    def test_names_compare_by_simple_upper_case(self, machine: Machine) -> None:
        rule = {"rules": ["NotifyImageLoadRule"]}
        machine.call("putRulePolicies", body={"items": [{"imageFileName": "*\\stra\u00dfe ?.EXE", **rule}]})
        assert machine.process(imageFileName="C:\\STRA\u00dfE \u0130.exe")["rules"] == rule["rules"]
        assert machine.process(imageFileName="C:\\STRASSE \u0130.exe")["rules"] == []
        assert "MsMpEngProcess" in machine.process(imageFileName="C:\\m\u017fmpeng.exe")["flags"]
        machine.call("createStreamContext", body={"fileName": "\u0131.dll"}, expect=201)
        machine.call("createStreamContext", body={"fileName": "I.DLL"}, expect=409)

    def test_bits_set_by_several_clients_all_stay(self, machine: Machine) -> None:
        machine.process(processId=A)

        def set_bits(bits: range) -> None:
            client = machine.client.again()
            for bit in bits:
                body = {"set": [f"{1 << bit:#x}"]}
                client.call("patchProcessRules", host=machine.name, pid=A, body=body)
            client.close()

        threads = [threading.Thread(target=set_bits, args=(range(first, 32, 4),)) for first in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert machine.get("getProcess", pid=A)["rulesMask"] == "0xffffffff"
