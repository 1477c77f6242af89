"""Invalid `data` of asynchronous notifications."""

from typing import Any

import pytest

from contract.machine import Machine, Prepared
from contract.notices import (
    MOST_BYTES,
    REQUIRED,
    encoded,
    refused,
    send_async,
)
from contract.wire import ASYNC_CODES


class TestBadData:
    """Data that do not fit the type are refused, and nothing changes."""

    def refused(self, prepared: Prepared, operation: str, data: object, *pointers: str) -> None:
        refused(prepared.machine, "sendAsyncNotification", {"operation": operation, "data": data}, set(pointers))

    @pytest.mark.parametrize("operation", REQUIRED)
    @pytest.mark.parametrize("data", ["", "AAECAw==", [], 0, True, None], ids=repr)
    def test_a_layout_takes_an_object(self, prepared: Prepared, operation: str, data: object) -> None:
        self.refused(prepared, operation, data, "/data")

    @pytest.mark.parametrize("operation", REQUIRED)
    def test_what_a_layout_requires_is_missed(self, prepared: Prepared, operation: str) -> None:
        self.refused(prepared, operation, {}, *(f"/data/{member}" for member in REQUIRED[operation]))

    @pytest.mark.parametrize("operation", REQUIRED)
    def test_what_a_layout_does_not_have_is_refused(self, prepared: Prepared, operation: str) -> None:
        unknown = ("notificationNumber", "refCount", "totalSize", "sizeOfData", "operationCode", "data", "fileNameLen")
        data = {**REQUIRED[operation], **dict.fromkeys(unknown, 1)}
        self.refused(prepared, operation, data, *(f"/data/{name}" for name in unknown))

    @pytest.mark.parametrize("operation", [name for name in ASYNC_CODES if name not in REQUIRED])
    @pytest.mark.parametrize(
        ("data", "pointer"),
        [
            ({"process": {"processId": 4}}, "/data/process"),
            ({"data": {}}, "/data/data"),
            ({"data": "A"}, "/data/data"),
            ([], "/data"),
            (0, "/data"),
            (None, "/data"),
        ],
        ids=repr,
    )
    def test_a_type_without_a_layout_takes_base64(
        self, prepared: Prepared, operation: str, data: object, pointer: str
    ) -> None:
        self.refused(prepared, operation, data, pointer)

    @pytest.mark.parametrize(
        "data",
        [
            *(
                "A",
                "AA",
                "AAA",
                "AA=",
                "AAAA=",
                "AAAAA===",
                "AA==AAAA",
                "A===",
                "====",
                "AB==",
                "AAB=",
                "AA-_",
                "AAA A",
            ),
            *("é", " AAAA", "AAAA\n", encoded(bytes(MOST_BYTES + 1)), encoded(bytes(MOST_BYTES + 100_000))),
        ],
        ids=lambda data: repr(data[:12]),
    )
    def test_what_is_not_base64_or_too_long_is_refused(self, prepared: Prepared, data: str) -> None:
        self.refused(prepared, "SendFile", data, "/data")
        self.refused(prepared, "SendFile", {"data": data}, "/data/data")
        fields = {"process": {"processId": 4}, "newValueData": data, "valueData": data}
        self.refused(prepared, "RegistryEvent", fields, "/data/newValueData", "/data/valueData")

    @pytest.mark.parametrize(
        "value",
        [
            "",
            encoded(bytes(15)),
            encoded(bytes(17)),
            "00" * 15,
            "0" * 31,
            "0" * 33,
            "00" * 17,
            "0g" * 16,
            "0x" + "00" * 15,
            "\uff10" * 32,  # digits, but not ASCII
            "AAAAAAAAAAAAAAAAAAAAAB==",
            "9e6c4e1f-7d60-472f-ba1a-a39ef669e4b2",
            16,
            None,
            [],
        ],
        ids=repr,
    )
    def test_what_is_not_sixteen_bytes_is_refused(self, prepared: Prepared, value: object) -> None:
        fields = {**REQUIRED["OpenProcess"], "hipRule": value, "hipRule1": value}
        self.refused(prepared, "OpenProcess", fields, "/data/hipRule", "/data/hipRule1")
        hashes = ["00" * 16, value, "ff" * 16, value]
        data = {"process": {"processId": 4}, "hashes": hashes}
        self.refused(prepared, "RegistryEvent", data, "/data/hashes/1", "/data/hashes/3")

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "9e6c4e1f7d60472fba1aa39ef669e4b2",
            "9e6c4e1f-7d60-472f-ba1a-a39ef669e4b",
            "9e6c4e1f-7d60-472f-ba1a-a39ef669e4b2f",
            "9e6c4e1f-7d60-472fb-a1a-a39ef669e4b2",
            "9e6c4e1g-7d60-472f-ba1a-a39ef669e4b2",
            "{9e6c4e1f-7d60-472f-ba1a-a39ef669e4b2",
            "9e6c4e1f-7d60-472f-ba1a-a39ef669e4b2}",
            "(9e6c4e1f-7d60-472f-ba1a-a39ef669e4b2)",
            encoded(bytes(16)),
            0,
            None,
        ],
        ids=repr,
    )
    def test_what_is_no_guid_is_refused(self, prepared: Prepared, value: object) -> None:
        self.refused(prepared, "CheckJournal", {"fsControlCode": 1, "volumeGuid": value}, "/data/volumeGuid")
        data = {"process": {"processId": 4}, "transactionId": value}
        self.refused(prepared, "RegistryEvent", data, "/data/transactionId")

    @pytest.mark.parametrize(
        ("operation", "changed", "pointers"),
        [
            ("CreateProcess", {"createFlag": 2}, ["createFlag"]),
            ("CreateProcess", {"createFlag": True}, ["createFlag"]),
            ("LoadImage", {"createFlag": -1, "processFlagsLowByte": 256}, ["createFlag", "processFlagsLowByte"]),
            ("LoadImage", {"tokenIntegrityLevel": "0x100000000"}, ["tokenIntegrityLevel"]),
            ("CreateProcess", {"sessionId": 4294967296, "tokenElevation": 1.5}, ["sessionId", "tokenElevation"]),
            ("CreateProcess", {"imageFileName": "a\0b"}, ["imageFileName"]),
            ("CreateProcess", {"commandLine": "x" * 32767}, ["commandLine"]),
            ("CreateProcess", {"parentProcess": {}}, ["parentProcess/processId"]),
            ("CreateProcess", {"parentProcess": 668}, ["parentProcess"]),
            ("CreateProcess", {"creatorProcess": None}, ["creatorProcess"]),
            ("LoadImage", {"currentProcess": {"processId": 1, "threadId": 2}}, ["currentProcess/threadId"]),
            ("LoadImage", {"currentProcess": {"threadId": 2}}, ["currentProcess/processId", "currentProcess/threadId"]),
            (
                "CreateThread",
                {"createdThread": {"processId": 2}},
                ["createdThread/processId", "createdThread/threadId"],
            ),
            (
                "CreateThread",
                {"createdThread": {"threadId": 2, "creationTime": "2020-02-30T00:00:00Z"}},
                ["createdThread/creationTime"],
            ),
            ("OpenProcess", {"finalDesiredAccess": "1fffff", "notificationReason": "0x1"}, None),
            ("Wow64cpuLoad", {"wow64CpuImageBase": "0x10000000000000000"}, ["wow64CpuImageBase"]),
            ("Wow64cpuLoad", {"processId": -1, "threadId": 4294967296}, ["processId", "threadId"]),
            ("OpenDesktop", {"handleOperation": 256, "kernelHandleFlag": -1}, ["handleOperation", "kernelHandleFlag"]),
            ("OpenDesktop", {"operation": 1, "handleOperation": 1}, ["handleOperation"]),
            ("OpenDesktop", {"operation": "OpenDesktop"}, ["operation"]),
            ("RegistryEvent", {"hashes": "00" * 16}, ["hashes"]),
            ("RegistryEvent", {"hashes": ["00" * 16] * 4097}, ["hashes"]),
            ("RegistryEvent", {"keyName": ["a"], "newValueType": None}, ["keyName", "newValueType"]),
            ("TrustedOrUntrustedProcess", {"untrustedFlag": 256}, ["untrustedFlag"]),
        ],
    )
    def test_a_value_that_a_field_cannot_hold_is_refused(
        self, prepared: Prepared, operation: str, changed: dict[str, Any], pointers: list[str] | None
    ) -> None:
        data = {**REQUIRED[operation], **changed}
        self.refused(prepared, operation, data, *(f"/data/{pointer}" for pointer in pointers or changed))

    def test_all_faults_are_told(self, prepared: Prepared) -> None:
        body = {
            "processId": -1,
            "highPriority": 1,
            "color": "red",
            "operation": "OpenProcess",
            "data": {"process": {}, "targetProcess": {"processId": "4"}, "hipRule": "", "sessionId": -1, "a/b": 1},
        }
        expected = {"/processId", "/highPriority", "/color"}
        inside = ("process/processId", "targetProcess/processId", "hipRule", "sessionId", "a~1b", "finalDesiredAccess")
        expected |= {f"/data/{pointer}" for pointer in inside}
        refused(prepared.machine, "sendAsyncNotification", body, expected)

    def test_the_name_of_a_trusted_process_has_no_limit_of_its_own(self, machine: Machine) -> None:
        """COR-3: the header's array of 15 marks where the name begins, not how long it is."""
        for name in ("x" * 15, "x" * 16, "\U0001f600" * 8, "x" * 32_766, ""):
            data = {"untrustedFlag": 255, "imageFileName": name}
            sequence = send_async(machine, "TrustedOrUntrustedProcess", data=data)["sequence"]
            assert machine.get("getMessage", sequence=sequence)["message"]["imageFileName"] == name
