"""Requests to an engine, checked against the callbacks of the document."""

import time

from contract.document import DOCUMENT, escaped
from contract.receiver import Received
from contract.strict import strict_json

CLOUD_EVENT = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
OCTET_STREAM = "application/octet-stream"
SLACK_SECONDS = 60


def webhook_of(received: Received) -> str:
    """The name of the webhook that describes the received request; there must be exactly one."""
    found = {name: faults_of(webhook, received) for name, webhook in DOCUMENT.webhooks.items()}
    [fitting] = [name for name, faults in found.items() if not faults] or [None]
    assert fitting is not None, found
    assert abs(int(received.headers["webhook-timestamp"]) - time.time()) < SLACK_SECONDS
    return str(fitting)


def faults_of(webhook: str, received: Received) -> list[str]:
    """The differences between the received request and the one described at the pointer `webhook`."""
    media = received.headers["content-type"]
    content = DOCUMENT.at(f"{webhook}/requestBody/content")
    if media not in content:
        return [f"content type {media}"]
    body = received.body.decode("latin-1") if media == OCTET_STREAM else strict_json(received.body)
    schema = f"{webhook}/requestBody/content/{escaped(media)}/schema"
    return DOCUMENT.faults(schema, body) + header_faults(webhook, received.headers, is_binary=media == OCTET_STREAM)


def header_faults(webhook: str, headers: dict[str, str], *, is_binary: bool) -> list[str]:
    """Check that the headers are exactly those of the document, with the right shapes."""
    faults: list[str] = []
    declared = {}
    for number, parameter in enumerate(DOCUMENT.at(f"{webhook}/parameters")):
        pointer = parameter["$ref"].removeprefix("#") if "$ref" in parameter else f"{webhook}/parameters/{number}"
        declared[DOCUMENT.at(pointer)["name"].lower()] = pointer
    for name, pointer in declared.items():
        of_binary = name.startswith("ce-")
        if name in headers:
            faults += [f"{name}: {fault}" for fault in DOCUMENT.faults(f"{pointer}/schema", headers[name])]
            faults += [f"{name} in structured mode"] * (of_binary and not is_binary)
        elif DOCUMENT.at(pointer).get("required") or (of_binary and is_binary and name != "ce-subject"):
            faults.append(f"no {name}")
    own = {name for name in headers if name.startswith(("ce-", "webhook-"))}
    return faults + [f"{name} is not declared" for name in own - declared.keys()]
