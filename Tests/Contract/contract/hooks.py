"""Facts about the service for schemathesis: the objects that its requests find, and how long they may wait.

It imports this module by the name in SCHEMATHESIS_HOOKS; `test_schemathesis.py` starts it.
"""

import json
import os
from collections import deque
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import schemathesis
from hypothesis.control import current_build_context
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import TestPhase

from contract.client import Client, Ledger
from contract.live import EVENT_STREAM, NDJSON, NUMBERS
from contract.webhooks import OCTET_STREAM

HEADERS: dict[str, str] = json.loads(os.environ.get("CONTRACT_HEADERS", "{}"))
THERE = {
    "host": "default",
    "pid": 584,
    "tid": 428,
    "id": "1",
    "sequence": 1,
    "name": "unknown-process",
    "file": "index.html",
}
IMAGE = "\\Device\\HarddiskVolume4\\Windows\\System32\\notepad.exe"
WORLD = (
    ("DELETE", "", None),
    ("PUT", "", {}),
    ("POST", "/processes", {"processId": THERE["pid"], "imageFileName": IMAGE}),
    ("POST", f"/processes/{THERE['pid']}/threads", {"threadId": THERE["tid"]}),
    ("POST", "/stream-contexts", {"fileName": IMAGE}),
)
SYSTEM = 4
SHORT_MS = 50
LONG = {
    "waitMs",
    "delayMs",
    "timeoutMs",
    "asyncTimeoutMs",
    "syncMonitorNotificationTimeoutMs",
    "maxProcessCreationMessageTimeoutMs",
}
NOBODY = "http://127.0.0.1:1/"
ACCEPT = {
    "listMessages": deque(["", EVENT_STREAM, NDJSON]),
    "listDecisions": deque(["", EVENT_STREAM, NDJSON]),
    "getHistory": deque(["", EVENT_STREAM, NDJSON]),
    "getMessage": deque(["", OCTET_STREAM]),
}
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


class World:
    """The host that requests find. It is restored whenever a request may have changed it."""

    def __init__(self) -> None:
        """The state of the host is unknown at first."""
        self.changed = True
        self.hosts: set[str] = set()
        self._story: object = None
        self._client: Client | None = None

    def restore(self, base_url: str) -> None:
        """Recreate the host, with a process, a thread in it and a stream context."""
        for host in self.hosts - {THERE["host"]}:
            self.ask(base_url, "DELETE", "", host=host)
        for method, path, body in WORLD:
            self.ask(base_url, method, path, body)
        self.hosts = {THERE["host"]}
        self.changed = False

    def begin_story(self) -> None:
        """Detect the first request of a story: every story begins in the same world, so that it can be repeated.

        Hypothesis, which chooses the steps of a story, uses new data for each story.
        """
        story = current_build_context().data
        self.changed = story is not self._story
        self._story = story

    def ask(self, base_url: str, method: str, path: str, body: object = None, host: object = THERE["host"]) -> None:
        """One request about the host; a missing object to delete is not a failure."""
        if self._client is None:
            self._client = Client(urlsplit(base_url).port or 0, Ledger())
        data = None if body is None else json.dumps(body).encode()
        headers = HEADERS | ({} if body is None else {"Content-Type": "application/json"})
        answer = self._client.raw(method, f"/v1/hosts/{host}{path}", data, headers)
        if answer.status >= 400 and (method, answer.status) != ("DELETE", 404):
            raise AssertionError(f"{method} {path or '/'}: {answer.status} {answer.body!r}")


world = World()


@schemathesis.hook
def before_load_schema(context: schemathesis.HookContext, raw_schema: dict[str, Any]) -> None:
    """Translate extensions of the document into terms that schemathesis knows: narrowed schemas, items of streams."""
    for response in raw_schema["components"]["responses"].values():
        for content in response.get("content", {}).values():
            content["schema"] |= content.pop("x-narrowed", {})
    for path in NUMBERS:
        streams = raw_schema["paths"][f"/v1/hosts/{{host}}/{path}"]["get"]["responses"]["200"]["content"]
        item = streams["text/event-stream"]
        data = {"type": "string", "contentMediaType": "application/json", "contentSchema": item["x-itemSchema"]}
        del item["schema"]
        item["itemSchema"] = {"type": "object", "required": ["data"], "properties": {"data": data}}


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    """Make sure that the objects in the request exist, and that it does not wait for long."""
    meta = case.meta
    if meta is None:
        return
    is_good = meta.generation.mode.is_positive
    if case.media_type == OCTET_STREAM:
        is_good = True  # any bytes are lines
    in_story = meta.phase.name == TestPhase.STATEFUL
    if in_story:
        world.begin_story()
    if world.changed:
        world.restore(case.operation.base_url)
    if is_good:
        bound(case, LONG if in_story else {"waitMs"})
        if in_story:
            point_in_story(case)
        else:
            point(case, meta)
    world.changed = case.method.upper() not in SAFE


@schemathesis.hook
def after_call(context: schemathesis.HookContext, case: schemathesis.Case, response: schemathesis.Response) -> None:
    """Remember the created hosts, because a story is about them, and record the results of stories."""
    if response.status_code == 201:
        world.hosts |= {case.path_parameters["host"]}
    if case.meta is not None and case.meta.phase.name == TestPhase.STATEFUL:
        with Path(os.environ["CONTRACT_STORIES"]).open("a") as stories:
            stories.write(f"{case.operation.definition.raw['operationId']} {response.status_code}\n")


def bound(case: schemathesis.Case, long: set[str]) -> None:
    """Shorten the times in `long`, and point the engines of stories to a port without a listener."""
    query, body = bounded(case.query, long), bounded(case.body, long)
    # An assigned value is validated again, even if it is the same.
    if query != case.query:
        case.query = query
    if body != case.body:
        case.body = body


def bounded(value: Any, long: set[str]) -> Any:  # noqa: ANN401
    """`value` with short times, and without members that only the machine knows."""
    if isinstance(value, list):
        return [bounded(item, long) for item in value]
    if not isinstance(value, dict):
        return value
    made = {name: bounded(member, long) for name, member in value.items()}
    for name in long & made.keys():
        if str(made[name]).isdecimal():
            made[name] = type(made[name])(min(int(made[name]), SHORT_MS))
    if made.get("type") == "webhook":
        made.pop("caFile", None)
        if long == LONG:
            made["url"] = NOBODY
    return made


def point_in_story(case: schemathesis.Case) -> None:
    """Name existing objects, unless the case is about a host of the story."""
    if case.method.upper() != "PUT" and case.path_parameters.get("host", THERE["host"]) not in world.hosts:
        case.path_parameters = {name: THERE[name] for name in case.path_parameters}
    if "fresh" in (case.query or {}):
        # What the story made would be gone.
        case.query = {name: value for name, value in case.query.items() if name != "fresh"}
    if "notifications" in case.path and isinstance(case.body, dict) and "processId" in case.body:
        case.body = {**case.body, "processId": SYSTEM}


def point(case: schemathesis.Case, meta: Any) -> None:  # noqa: ANN401
    """Name existing objects in place of arbitrary ones, unless the case is about the path."""
    operation = case.operation.definition.raw["operationId"]
    if getattr(meta.phase.data, "parameter_location", None) != ParameterLocation.PATH:
        case.path_parameters = {name: THERE[name] for name in case.path_parameters or {}}
    if operation == "postEvents" and "strict" in case.query:
        # To the document a body is any text, but a strict upload needs lines that can be read.
        case.query = {name: value for name, value in case.query.items() if name != "strict"}
    base_url = case.operation.base_url
    if operation == "putHost":
        world.ask(base_url, "DELETE", "")
    if operation == "stepWorker":
        world.ask(base_url, "PUT", "/worker", {"state": "paused"})
    others = ACCEPT.get(operation)
    if others:
        accept(case, others[0])
        others.rotate()


def accept(case: schemathesis.Case, media: str) -> None:
    """Request `media`; a live stream ends after the message that the world began with."""
    if not media:
        return
    case.headers = {name: value for name, value in case.headers.items() if name != "Last-Event-ID"} | {"Accept": media}
    if media in (EVENT_STREAM, NDJSON):
        case.query = {"limit": 1}
