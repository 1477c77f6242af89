"""schemathesis as its users run it: `st run openapi.yaml`, all checks, no hooks, no configuration, a default service.

The operations with `waitMs` run apart, with a shorter timeout: each of their long polls would take the ten seconds
after which schemathesis gives up.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from contract.document import DOCUMENT, REPOSITORY
from contract.service import Service

SECONDS = 900
WAITING = [
    operation
    for operation in DOCUMENT.operations.values()
    if any(part["name"] == "waitMs" for part in operation.query())
]
CASE = re.compile(r"^\d+\. Test Case ID: .*$", re.MULTILINE)
HEADING = re.compile(r"^_+ ([A-Z]+ /\S*) _+$", re.MULTILINE)
SHOWN = 4000  # characters of a report


@dataclass(frozen=True)
class Known:
    """A failure that schemathesis may report: its operation, a pattern for the report, and why the service is right."""

    operation: str
    report: str
    reason: str


TOO_LARGE = "more items than allowed are more bytes than the service reads (`server.bodyLimitBytes`)"
NO_SUCH_FILE = "a path is valid for the schema; whether the machine has the file, only the service knows"
LONG_POLL = "it waits for a message or a change as long as it is asked to, at most 60 s"
NO_EVENT = "readers that have got no event send an empty `Last-Event-ID`"
MANY_ITEMS = r"ST201(?s:.*)more items than allowed by maxItems(?s:.*)\[413\]"
CA_FILE = r"ST202(?s:.*)\[400\](?s:.*)\"errors\":\[\{\"pointer\":\"(/engine)?/caFile\",[^}]*\}\]"
POLLING = r"Network Error\s+Read timed out(?s:.*)waitMs=\d{4,5}\b"
KNOWN = (
    Known("PUT /v1/hosts/{host}", MANY_ITEMS, TOO_LARGE),
    Known("PUT /v1/hosts/{host}/rule-policies", MANY_ITEMS, TOO_LARGE),
    Known("PUT /v1/hosts/{host}", CA_FILE, NO_SUCH_FILE),
    Known("PUT /v1/hosts/{host}/engine", CA_FILE, NO_SUCH_FILE),
    *(Known(f"GET {operation.path}", POLLING, LONG_POLL) for operation in WAITING),
    # In a chain of calls, the report may be under the operation of another one.
    *(Known(f"GET {operation.path}", r"ST201(?s:.*)-H 'Last-Event-ID;'", NO_EVENT) for operation in WAITING),
)


def findings(output: str) -> Iterator[tuple[str, str]]:
    """The operations in a report of schemathesis, each with one of its failures."""
    parts = HEADING.split(output)[1:]
    for operation, report in zip(parts[::2], parts[1::2], strict=True):
        for case in CASE.split(report)[1:] or [report]:
            yield operation, case


def selection(option: str) -> list[str]:
    """The option once for each operation with `waitMs`."""
    return [part for operation in WAITING for part in (option, operation.id)]


def test_it_finds_nothing_that_is_not_in_the_list(tmp_path: Path) -> None:
    chosen = {
        "all": ["--max-examples", "50", *selection("--exclude-operation-id")],
        "waiting": [
            "--max-examples",
            "10",
            "--request-timeout",
            "1",
            "--no-shrink",
            *selection("--include-operation-id"),
        ],
    }
    services, runs = [], []
    for name, options in chosen.items():
        folder = tmp_path / name
        folder.mkdir()
        services.append(Service(folder))
        command = [Path(sys.executable).with_name("st"), "run", REPOSITORY / "openapi.yaml", "--no-color", *options]
        command += ["--url", f"http://127.0.0.1:{services[-1].port}"]
        command += ["--checks", "all", "--seed", "1"]
        runs.append(
            subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
    outputs = [run.communicate(timeout=SECONDS)[0] for run in runs]
    for service in services:
        assert service.stop() == 0, service.errors()
    for text in outputs:
        assert "= SUMMARY =" in text, text
    unknown = [
        (operation, report)
        for text in outputs
        for operation, report in findings(text.partition("= WARNINGS =")[0].partition("= SUMMARY =")[0])
        if not any(known.operation == operation and re.search(known.report, report) for known in KNOWN)
    ]
    assert not unknown, "\n\n".join(f"{operation}\n{report[:SHOWN]}" for operation, report in unknown)
