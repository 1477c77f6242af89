"""The callbacks of the document: their examples are valid, and the replies in them have the documented effect."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from contract.document import DOCUMENT, escaped
from contract.machine import IMAGE, Machine
from contract.receiver import Receiver, answer_bytes, new_receiver
from contract.story import RULE, A, B, messages, two_processes
from contract.webhooks import BATCH, CLOUD_EVENT

WEBHOOKS = DOCUMENT.webhooks
EVENTS = [name for name in WEBHOOKS if name != "batch"]


def replies(name: str) -> dict[str, Any]:
    """The examples of replies to the webhook `name`."""
    content = DOCUMENT.at(WEBHOOKS[name])["responses"]["2XX"]["content"]["application/json"]
    return {example: told["value"] for example, told in content["examples"].items()}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """An engine."""
    with new_receiver() as made:
        yield made


@pytest.mark.parametrize("name", EVENTS)
def test_an_example_of_an_event_fits_its_webhook_and_no_other(name: str) -> None:
    examples = DOCUMENT.at(WEBHOOKS[name])["requestBody"]["content"][CLOUD_EVENT]["examples"]
    assert examples
    for example in examples.values():
        fitting = [
            other
            for other in EVENTS
            if not DOCUMENT.faults(
                f"{WEBHOOKS[other]}/requestBody/content/{escaped(CLOUD_EVENT)}/schema", example["value"]
            )
        ]
        assert fitting == [name]


def test_an_example_of_a_batch_has_events_that_fit_their_own_webhook() -> None:
    schema = f"{WEBHOOKS['batch']}/requestBody/content/{escaped(BATCH)}/schema"
    message = f"{WEBHOOKS['message']}/requestBody/content/{escaped(CLOUD_EVENT)}/schema"
    for example in DOCUMENT.at(WEBHOOKS["batch"])["requestBody"]["content"][BATCH]["examples"].values():
        assert DOCUMENT.faults(schema, example["value"]) == []
        assert [DOCUMENT.faults(message, event) for event in example["value"]] == [[], []]


@pytest.mark.parametrize("name", ["syncMessage", "createProcess"])
def test_every_example_of_an_answer_is_valid(name: str) -> None:
    schema = f"{WEBHOOKS[name]}/responses/2XX/content/application~1json/schema"
    for reply in replies(name).values():
        assert DOCUMENT.faults(schema, reply) == []


@pytest.mark.parametrize("example", replies("syncMessage"))
def test_an_answer_to_a_synchronous_message_acknowledges(machine: Machine, receiver: Receiver, example: str) -> None:
    two_processes(machine)
    machine.call("putEngine", body=receiver.setting)
    receiver.answering = answer_bytes(json.dumps(replies("syncMessage")[example]).encode(), "application/json")
    sync, _ = messages(machine.thread(B, creatorProcessId=A))
    assert (sync["acknowledged"], sync["clearedRule"]) == (True, RULE)


@pytest.mark.parametrize(
    ("example", "created", "rules", "flags"),
    [("allow", True, [], "0x00000400"), ("deny", False, None, None), ("words", True, [RULE], "0x00000440")],
)
def test_an_answer_to_a_creation_is_followed(
    machine: Machine, receiver: Receiver, example: str, created: bool, rules: list[str] | None, flags: str | None
) -> None:
    machine.call("putEngine", body=receiver.setting)
    receiver.answering = answer_bytes(json.dumps(replies("createProcess")[example]).encode(), "application/json")
    answer = machine.get("createProcess", body={"imageFileName": IMAGE})
    assert answer["created"] is created
    process = answer.get("process", {})
    assert (process.get("rules"), process.get("flagsMask")) == (rules, flags)


def test_every_example_of_an_answer_is_tried() -> None:
    assert set(replies("createProcess")) == {"allow", "deny", "words"}
