"""openapi.yaml is a valid description, and the service serves it."""

import re
from collections import Counter
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from contract.client import Client
from contract.document import DOCUMENT, REPOSITORY, Operation, walk
from contract.faults import refuses

OPERATIONS = list(DOCUMENT.operations.values())
DESCRIBED = [node for _, node in walk(DOCUMENT.root["paths"]) if "operationId" in node]


def test_the_document_is_valid_openapi() -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(DOCUMENT.root).iter_errors()] == []


def test_every_schema_is_a_valid_schema() -> None:
    for schema in DOCUMENT.at("/components/schemas").values():
        Draft202012Validator.check_schema(schema)


def test_no_key_stands_twice() -> None:
    class Unique(yaml.SafeLoader):
        """Rejects duplicate keys."""

    def mapping(loader: Unique, node: yaml.MappingNode) -> dict[Any, Any]:
        keys = [loader.construct_object(key) for key, _ in node.value]
        assert len(set(keys)) == len(keys), f"{node.start_mark}: {keys}"
        return loader.construct_mapping(node, deep=True)

    Unique.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)
    assert yaml.load(DOCUMENT.bytes, Loader=Unique) == DOCUMENT.root


def test_every_object_schema_is_closed() -> None:
    closed = ("additionalProperties", "unevaluatedProperties")
    parts = schemas_that_are_parts()
    for pointer, node in walk(DOCUMENT.at("/components/schemas"), "/components/schemas"):
        # What follows `not` is a condition, not the shape of an object.
        if "/examples/" in pointer or pointer.endswith("/not") or not isinstance(node.get("properties"), dict):
            continue
        around = [DOCUMENT.at(pointer.rpartition(of)[0]) for of in ("/oneOf/", "/allOf/") if of in pointer]
        assert pointer in parts or any(key in of for of in (node, *around) for key in closed), pointer


def schemas_that_are_parts() -> set[str]:
    """Schemas that are used only as parts of an `allOf` that is closed as a whole."""
    references = Counter(node["$ref"] for _, node in walk(DOCUMENT.root) if isinstance(node.get("$ref"), str))
    parts = Counter(
        part["$ref"]
        for _, node in walk(DOCUMENT.root)
        if node.get("unevaluatedProperties") is False
        for part in node.get("allOf", [])
        if "$ref" in part
    )
    return {reference.removeprefix("#") for reference, count in parts.items() if references[reference] == count}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_every_operation_says_what_it_is_and_what_it_answers(operation: Operation) -> None:
    assert operation.id[0].islower()
    assert operation.id.isalnum()
    assert operation.node["summary"].endswith(".")
    assert operation.node["description"].rstrip().endswith(".")
    assert operation.node["description"] != operation.node["summary"]
    assert any(200 <= status < 300 for status in operation.statuses)
    assert any(400 <= status < 500 for status in operation.statuses)
    assert "{" not in operation.path or operation.path_names() == {
        part[1:-1] for part in operation.path.split("/") if part.startswith("{")
    }


def test_operation_ids_are_unique() -> None:
    ids = [node["operationId"] for node in DESCRIBED]
    assert len(set(ids)) == len(ids)


def test_every_component_is_used() -> None:
    used: set[str] = set()
    waiting = [("/paths", DOCUMENT.root["paths"])]
    while waiting:
        _, node = waiting.pop()
        for _, inner in walk(node):
            used |= {f"/components/securitySchemes/{name}" for need in inner.get("security", []) for name in need}
            pointer = inner["$ref"].removeprefix("#") if isinstance(inner.get("$ref"), str) else ""
            if pointer and pointer not in used:
                used.add(pointer)
                waiting.append((pointer, DOCUMENT.at(pointer)))
    declared = {f"/components/{kind}/{name}" for kind, named in DOCUMENT.root["components"].items() for name in named}
    assert used == declared


def test_every_example_of_a_schema_is_valid() -> None:
    checked = 0
    for pointer, schema in walk(DOCUMENT.at("/components"), "/components"):
        examples = schema.get("examples")
        if isinstance(examples, list):
            checked += len(examples)
            assert [DOCUMENT.faults(pointer, example) for example in examples] == [[]] * len(examples), pointer
        if "default" in schema and "type" in schema | DOCUMENT.effective(schema):
            assert DOCUMENT.faults(pointer, schema["default"]) == [], pointer
    assert checked > 0


def test_every_tag_is_declared_and_used() -> None:
    used = {tag for node in DESCRIBED for tag in node["tags"]}
    declared = [tag["name"] for tag in DOCUMENT.root["tags"]]
    assert sorted(declared) == sorted(used)


def test_what_cites_a_rule_of_the_driver_leads_to_it() -> None:
    """Tags and operations link to it; the document as a whole covers everything else."""
    page = DOCUMENT.root["externalDocs"]["url"]
    anchors = re.findall(r'^(?:### |<a id=")([\w-]+)', (REPOSITORY / page).read_text(), re.MULTILINE)
    assert len(anchors) > 50
    addresses = {f"{page}#{anchor.lower()}": anchor.upper() for anchor in anchors}
    citing = 0
    for node in (*DOCUMENT.root["tags"], *DESCRIBED):
        own = {name: member for name, member in node.items() if name != "callbacks"}
        cited = re.findall(r"\b(?:DATA|PRC|THR|TEX|IMG|SYN|ASY)\b", repr(own))
        assert bool(cited) == ("externalDocs" in node), node
        if cited:
            citing += 1
            assert addresses[node["externalDocs"]["url"]].split("-")[0] in cited
    assert citing > 20


@pytest.mark.parametrize(
    "operation", [operation for operation in OPERATIONS if operation.media], ids=lambda operation: operation.id
)
def test_every_example_of_a_body_is_valid(operation: Operation) -> None:
    assert operation.examples()
    for name, value in operation.examples().items():
        assert not refuses(operation, value), name


def test_media_types_are_those_that_are_served() -> None:
    media = {
        media
        for pointer, node in walk(DOCUMENT.root["paths"])
        if isinstance(node.get("content"), dict) and "/callbacks/" not in pointer
        for media in node["content"]
    }
    assert media == {
        "application/json",
        "application/merge-patch+json",
        "application/octet-stream",
        "application/x-ndjson",
        "application/yaml",
        "image/svg+xml",
        "text/css",
        "text/event-stream",
        "text/html",
        "text/javascript",
        "text/plain",
    }


def test_problem_names_are_those_of_the_responses() -> None:
    declared = {
        kind.removeprefix("/problems/")
        for node in DOCUMENT.at("/components/responses").values()
        if "content" in node
        for kind in node["content"]["application/problem+json"]["x-narrowed"]["properties"]["type"]["enum"]
    }
    assert declared == set(DOCUMENT.at("/components/schemas/ProblemName/enum"))


def test_the_service_serves_the_document_byte_for_byte(client: Client) -> None:
    assert client.call("getOpenApiYaml").body == DOCUMENT.bytes


def test_the_service_serves_the_document_as_text(client: Client) -> None:
    served = client.call("getOpenApiYaml", headers={"Accept": "text/plain, text/*;q=0.5"})
    assert (served.media, served.body) == ("text/plain", DOCUMENT.bytes)


def test_the_service_serves_the_document_as_json(client: Client) -> None:
    assert client.call("getOpenApiJson").json == DOCUMENT.root


def test_the_service_and_the_document_have_one_version(client: Client) -> None:
    served = client.call("getVersion").json
    assert served["version"] == DOCUMENT.root["info"]["version"]
