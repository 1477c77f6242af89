"""openapi.yaml as data: its operations, and validators for its schemas."""

import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

REPOSITORY = Path(__file__).resolve().parents[3]
METHODS = ("get", "put", "post", "patch", "delete")
ROOT = "urn:wdfilterd:openapi"


@dataclass(frozen=True)
class Operation:
    """One operation of the document."""

    id: str
    method: str
    path: str
    node: dict[str, Any]
    parameters: tuple[dict[str, Any], ...]

    @property
    def statuses(self) -> set[int]:
        """Every status that the operation declares."""
        return {int(status) for status in self.node["responses"]}

    @property
    def media(self) -> dict[str, Any]:
        """The media types that the operation accepts, with their schemas and examples."""
        content: dict[str, Any] = self.node.get("requestBody", {}).get("content", {})
        return content

    @property
    def content_types(self) -> list[str]:
        """The media types that the operation accepts, the usual one first; the document may list only some of them."""
        types: list[str] = self.node.get("requestBody", {}).get("x-mediaTypes", list(self.media))
        return types

    @property
    def takes_json(self) -> bool:
        """Whether there is a JSON body."""
        return "application/json" in self.media

    def examples(self) -> dict[str, Any]:
        """The example bodies of the operation by name."""
        return {
            name: example["value"]
            for content in self.media.values()
            for name, example in content.get("examples", {}).items()
        }

    def query(self) -> list[dict[str, Any]]:
        """The query parameters."""
        return [parameter for parameter in self.parameters if parameter["in"] == "query"]

    def path_names(self) -> set[str]:
        """Names of the parameters in the path."""
        return {parameter["name"] for parameter in self.parameters if parameter["in"] == "path"}


class Document:
    """The OpenAPI document."""

    def __init__(self, path: Path) -> None:
        """Read `path`."""
        self.bytes = path.read_bytes()
        self.root: dict[str, Any] = yaml.safe_load(self.bytes)
        resource = Resource.from_contents(self.root, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(ROOT, resource)
        self.operations = {operation.id: operation for operation in self._operations()}

    def _operations(self) -> Iterator[Operation]:
        for path, item in self.root["paths"].items():
            for method in METHODS:
                if method in item:
                    node = item[method]
                    both = item.get("parameters", []) + node.get("parameters", [])
                    parameters = tuple(self.resolve(parameter) for parameter in both)
                    yield Operation(node["operationId"], method.upper(), path, node, parameters)

    @functools.cached_property
    def webhooks(self) -> dict[str, str]:
        """The pointers to what an engine receives, by name: the callbacks of the operation that connects it."""
        base = f"/paths/{escaped('/v1/hosts/{host}/engine')}/put/callbacks"
        url = escaped("{$request.body#/url}")
        return {name: f"{base}/{name}/{url}/post" for name in self.at(base)}

    def at(self, pointer: str) -> Any:  # noqa: ANN401
        """The value at a JSON pointer."""
        node: Any = self.root
        for part in pointer.split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            node = node[int(key)] if isinstance(node, list) else node[key]
        return node

    def resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        """`node`, or the node that it refers to."""
        while "$ref" in node and len(node) == 1:
            node = self.at(node["$ref"].removeprefix("#"))
        return node

    @functools.cache  # noqa: B019 - there is one document, and it lives as long as the tests
    def validator(self, pointer: str) -> Draft202012Validator:
        """A validator for the schema at `pointer`."""
        return Draft202012Validator({"$ref": f"{ROOT}#{quote(pointer, safe='/~')}"}, registry=self._registry)

    def faults(self, pointer: str, value: object) -> list[str]:
        """The faults of `value` according to the schema at `pointer`."""
        return [f"{error.json_path}: {error.message}" for error in self.validator(pointer).iter_errors(value)]

    def schema_faults(self, schema: dict[str, Any], value: object) -> list[str]:
        """The faults of `value` according to a schema with references into the document."""
        absolute = json.loads(json.dumps(schema).replace('"$ref": "#', f'"$ref": "{ROOT}#'))
        validator = Draft202012Validator(absolute, registry=self._registry)
        return [error.message for error in validator.iter_errors(value)]

    def content_faults(self, pointer: str, value: object) -> list[str]:
        """The faults of `value` as a body of the media type at `pointer`: by its schema, and by what narrows that."""
        parts = ("schema", "x-narrowed") if "x-narrowed" in self.at(pointer) else ("schema",)
        return [fault for part in parts for fault in self.faults(f"{pointer}/{part}", value)]

    def response_pointer(self, operation: Operation, status: int) -> str:
        """The pointer to the response of `operation` for `status`, with references resolved."""
        pointer = f"/paths/{escaped(operation.path)}/{operation.method.lower()}/responses/{status}"
        node = self.at(pointer)
        return node["$ref"].removeprefix("#") if "$ref" in node else pointer

    def request_pointer(self, operation: Operation, media: str = "application/json") -> str:
        """The pointer to the schema of the body of `operation`."""
        base = f"/paths/{escaped(operation.path)}/{operation.method.lower()}"
        return f"{base}/requestBody/content/{escaped(media)}/schema"

    def problem_names(self, operation: Operation, status: int) -> list[str]:
        """The problems that `operation` declares for `status`."""
        content = self.at(self.response_pointer(operation, status))["content"]
        types = content["application/problem+json"]["x-narrowed"]["properties"]["type"]["enum"]
        return [kind.removeprefix("/problems/") for kind in types]

    def effective(self, schema: dict[str, Any]) -> dict[str, Any]:
        """`schema` with its reference merged in; members beside the reference take precedence."""
        if "$ref" not in schema:
            return schema
        target = self.effective(self.at(schema["$ref"].removeprefix("#")))
        return {**target, **{key: value for key, value in schema.items() if key != "$ref"}}


def escaped(part: str) -> str:
    """`part` as one reference token of a JSON pointer."""
    return part.replace("~", "~0").replace("/", "~1")


def walk(node: object, pointer: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object below `node` with its pointer."""
    if isinstance(node, dict):
        yield pointer, node
        for key, value in node.items():
            yield from walk(value, f"{pointer}/{escaped(str(key))}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from walk(value, f"{pointer}/{index}")


DOCUMENT = Document(REPOSITORY / "openapi.yaml")
