"""The examples of answers in the document are what the service answers."""

from typing import Any

import pytest

from contract.answers import RUN, made
from contract.document import DOCUMENT, Operation, escaped

OPERATIONS = list(DOCUMENT.operations.values())
NAMES = [step.name for step in RUN if step.name]
# Media types whose answers JSON and YAML cannot show.
BYTES = "application/octet-stream"


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    """The examples, made again."""
    return made()


def contents(operation: Operation) -> list[str]:
    """The pointers to the media types of its successful answers."""
    return [
        f"{pointer}/content/{escaped(media)}"
        for status in sorted(operation.statuses)
        if 200 <= status < 300
        for pointer in [DOCUMENT.response_pointer(operation, status)]
        for media in DOCUMENT.at(pointer).get("content", {})
        if media != BYTES and operation.id != "getPageFile"  # the files change more often than the API
    ]


def test_every_example_has_a_name_of_its_own() -> None:
    assert sorted(NAMES) == sorted(DOCUMENT.at("/components/examples"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.xdist_group("answers")
def test_an_example_is_what_the_service_answers(answers: dict[str, Any], name: str) -> None:
    assert DOCUMENT.at(f"/components/examples/{name}/value") == answers[name], "run `make docs`"


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_every_successful_answer_has_an_example_that_is_valid(operation: Operation) -> None:
    for pointer in contents(operation):
        for example in DOCUMENT.at(pointer)["examples"].values():
            name = example["$ref"].removeprefix("#/components/examples/")
            assert [step.operation for step in RUN if step.name == name] == [operation.id]
            assert DOCUMENT.content_faults(pointer, DOCUMENT.resolve(example)["value"]) == []
