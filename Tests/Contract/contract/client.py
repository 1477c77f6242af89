"""An HTTP client that checks every answer against the document and keeps a ledger of its requests."""

import http.client
import json
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import yaml

from contract.document import DOCUMENT, Operation, escaped
from contract.live import FORMATS, items
from contract.strict import strict_json

TIMEOUT_SECONDS = 90
REUSE_SECONDS = 2

Body = bytes | Iterable[bytes] | None


@dataclass
class Answer:
    """An answer of the service."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def media(self) -> str:
        """The media type of the body, without parameters."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def json(self) -> Any:  # noqa: ANN401
        """The body as JSON, read strictly."""
        return strict_json(self.body)

    @property
    def problem(self) -> str:
        """The name of the problem; empty if there is none."""
        if self.media != "application/problem+json":
            return ""
        name: str = self.json["type"]
        return name.removeprefix("/problems/")


@dataclass
class Ledger:
    """The operations called and their results: (operation, status, problem or empty), and the media types."""

    entries: set[tuple[str, int, str]] = field(default_factory=set)
    media: set[tuple[str, int, str]] = field(default_factory=set)

    def write(self, path: Path) -> None:
        """Write it to a file for another process."""
        path.write_text(json.dumps({"entries": sorted(self.entries), "media": sorted(self.media)}))

    @staticmethod
    def of(folder: Path) -> "Ledger":
        """The combined ledgers of all processes that wrote to `folder`."""
        whole = Ledger()
        for path in folder.glob("*.json"):
            part = json.loads(path.read_text())
            whole.entries |= {tuple(entry) for entry in part["entries"]}
            whole.media |= {tuple(entry) for entry in part["media"]}
        return whole


class Client:
    """Requests over one kept-alive connection. Not for use by several threads: `again` creates another client."""

    def __init__(self, port: int, ledger: Ledger, token: str = "") -> None:
        """A client of the service on `port` that presents `token`, if any."""
        self.port = port
        self.ledger = ledger
        self.token = token
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
        self._used = time.monotonic()

    def again(self) -> "Client":
        """A client with a separate connection."""
        return Client(self.port, self.ledger, self.token)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def raw(self, method: str, target: str, body: Body = None, headers: Mapping[str, str] | None = None) -> Answer:
        """One request, exactly as given; a body that is not bytes is sent in chunks."""
        if time.monotonic() - self._used > REUSE_SECONDS:  # the service may have closed an idle connection
            self._connection.close()
        try:
            shown = {"Authorization": f"Bearer {self.token}"} if self.token else {}
            self._connection.request(method, target, body, {**shown, **(headers or {})})
            response = self._connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        except BaseException:
            self._connection.close()
            raise
        finally:
            self._used = time.monotonic()

    def announce(self, method: str, target: str, headers: Mapping[str, str]) -> Answer:
        """Send only the head of a request, without its body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
        try:
            connection.putrequest(method, target)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def call(
        self,
        operation_id: str,
        *,
        query: Mapping[str, object] | None = None,
        body: object = None,
        data: Body = None,
        headers: Mapping[str, str] | None = None,
        expect: int | None = None,
        **path: object,
    ) -> Answer:
        """Call `operation_id` and check the answer against the document; expects a 2xx unless `expect` says otherwise.

        `body` is sent as JSON, `data` unchanged; the content type is the first one that the operation accepts.
        """
        operation = DOCUMENT.operations[operation_id]
        sent = dict(headers or {})
        if body is not None:
            data = json.dumps(body).encode()
        if data is not None and operation.media:
            sent.setdefault("Content-Type", operation.content_types[0])
        answer = self.raw(operation.method, target(operation, path, query), data, sent)
        said = f"{operation_id} answered {answer.status}: {answer.body[:2000]!r}"
        if expect is None:
            assert 200 <= answer.status < 300, said
        else:
            assert answer.status == expect, said
        self.check(operation, answer)
        return answer

    def check(self, operation: Operation, answer: Answer) -> None:
        """Check `answer` against the declarations of `operation`, and add it to the ledger."""
        assert answer.status in operation.statuses, f"{operation.id}: {answer.status} is not declared"
        assert answer.headers.get_all("X-Content-Type-Options") == ["nosniff"]
        check_response(DOCUMENT.response_pointer(operation, answer.status), answer)
        self.ledger.entries.add((operation.id, answer.status, answer.problem))
        self.ledger.media.add((operation.id, answer.status, answer.media))


def check_response(pointer: str, answer: Answer) -> None:
    """Check `answer` against the response declared at `pointer`."""
    node = DOCUMENT.at(pointer)
    for name, header in node.get("headers", {}).items():
        resolved = DOCUMENT.resolve(header)
        value = answer.headers.get(name)
        assert value is not None or not resolved["required"], f"no {name}"
        pattern = resolved["schema"].get("pattern", "")
        assert value is None or re.search(pattern, value), f"{name}: {value}"
    content = node.get("content", {})
    if not content:
        assert answer.body == b""
        return
    assert answer.media in content, f"content type {answer.media!r}, declared {list(content)}"
    if answer.media in FORMATS:
        path = pointer.split("/")[2].rpartition("~1")[2]
        list(items(iter(answer.body.decode("utf-8").split("\n")[:-1]), path, answer.media))
    if answer.media.endswith("json") and answer.media not in FORMATS:
        assert answer.body.endswith(b"}\n"), f"no newline after {answer.body[-100:]!r}"
    body = content_of(answer)
    faults = DOCUMENT.content_faults(f"{pointer}/content/{escaped(answer.media)}", body)
    assert not faults, f"{faults}\nin {answer.body[:2000]!r}"
    if answer.media == "application/problem+json":
        assert body["status"] == answer.status


def content_of(answer: Answer) -> Any:  # noqa: ANN401
    """The body of `answer` as its schema expects it."""
    if answer.media.endswith("/octet-stream"):
        return answer.body.decode("latin-1")
    if answer.media == "application/yaml":
        return yaml.safe_load(answer.body)
    is_json = answer.media.endswith("json") and answer.media not in FORMATS
    return answer.json if is_json else answer.body.decode("utf-8")


def target(operation: Operation, path: Mapping[str, object], query: Mapping[str, object] | None = None) -> str:
    """The request target of `operation`."""
    assert set(path) == operation.path_names(), f"{operation.id} takes {operation.path_names()}, not {set(path)}"
    text = operation.path
    for name, value in path.items():
        text = text.replace(f"{{{name}}}", quote(str(value), safe=""))
    if query:
        words = {name: str(value).lower() if isinstance(value, bool) else value for name, value in query.items()}
        text += "?" + urlencode(words)
    return text
