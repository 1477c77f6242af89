"""Mistakes that users make, and the text that each of them gets: the tables in mistakes.yaml."""

import functools
import gzip
import json
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trustme
import yaml

RECORD = {
    "EventID": 1,
    "Channel": "Microsoft-Windows-Sysmon/Operational",
    "Computer": "PC1",
    "UtcTime": "2020-02-21 10:15:30.123",
    "ProcessGuid": "{00000000-0000-0000-0000-000000000001}",
    "ProcessId": "100",
    "Image": "C:\\a.exe",
    "ParentProcessGuid": "{00000000-0000-0000-0000-000000000002}",
    "ParentProcessId": "50",
    "ParentImage": "C:\\p.exe",
}
SYSMON = (json.dumps(RECORD) + "\n").encode()
COMPRESSED = gzip.compress(SYSMON * 200, mtime=0)


@functools.cache
def _pem() -> tuple[bytes, bytes]:
    """A certificate and its key."""
    issued = trustme.CA().issue_cert("localhost")
    return b"".join(blob.bytes() for blob in issued.cert_chain_pems), issued.private_key_pem.bytes()


def content(text: str) -> bytes:
    """The bytes of a file whose content the table gives as `text`."""
    match text:
        case "<certificate>":
            return _pem()[0]
        case "<key>":
            return _pem()[1]
        case "<sysmon>":
            return SYSMON
        case "<gzip, damaged>":
            return COMPRESSED[:20] + bytes(40) + COMPRESSED[60:]
        case "<gzip, damaged header>":
            return COMPRESSED[:3] + b"\xe0" + COMPRESSED[4:]
        case "<gzip, cut off>":
            return COMPRESSED[:12]
    return text.encode()


@dataclass(frozen=True)
class Request:
    """A mistake in a request."""

    mistake: str
    request: str
    status: int
    says: str
    body: str | None = None
    headers: dict[str, str | None] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def sent_headers(self) -> dict[str, str]:
        """The headers to send: Content-Type by the path, unless the table gives others."""
        path = self.request.partition(" ")[2].partition("?")[0]
        lines = path.endswith(("/events", "/replays"))
        usual: dict[str, str | None] = {}
        if self.body is not None:
            usual["Content-Type"] = "application/x-ndjson" if lines else "application/json"
        return {name: value for name, value in {**usual, **self.headers}.items() if value is not None}


@dataclass(frozen=True)
class Command:
    """A mistake on the command line."""

    mistake: str
    command: str
    exit: int
    says: str
    files: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    prints: str = ""

    def arguments(self, service: str) -> list[str]:
        """The arguments, with the URL of a service for `<service>`."""
        return [word.replace("<service>", service) for word in shlex.split(self.command)]


def _table(name: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text())[name]
    return entries


REQUESTS = [Request(**entry) for entry in _table("requests")]
COMMANDS = [Command(**entry) for entry in _table("commands")]
