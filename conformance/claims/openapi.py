"""What is claimed about each operation: the OpenAPI files of `specs/`, read once and compiled."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from conformance.claims.folders import claim_files
from conformance.claims.kept import kept
from conformance.claims.quick_schema import Accepts, quick_validator
from conformance.claims.text_files import mapping_of, read_bytes
from conformance.errors import UsageError

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class ResponseSpec:
    """One documented response: its status, compiled JSON Schema (None: no body) and example."""

    status: int
    schema: JsonObject | None
    example: Any
    headers: tuple[str, ...]

    @cached_property
    def _validator(self) -> Validator | None:
        from openapi_schema_validator import OAS30Validator

        return None if self.schema is None else OAS30Validator(self.schema)

    @cached_property
    def _accepts(self) -> Accepts | None:
        return None if self.schema is None else quick_validator(self.schema)

    def errors(self, body: Any) -> tuple[str, ...]:
        """Return one sentence for each way in which `body` breaks the schema, with its JSON pointer."""
        if (self._accepts is not None and self._accepts(body)) or self._validator is None:
            return ()
        found = sorted(self._validator.iter_errors(body), key=lambda error: list(map(str, error.path)))
        return tuple(f"{pointer(error.absolute_path)}: {brief(error.message)}" for error in found)


@dataclass(frozen=True)
class Operation:
    """One documented operation of one API, under its operationId."""

    id: str
    api: str
    method: str
    path: str
    page: str
    tags: tuple[str, ...]
    responses: Mapping[int, ResponseSpec]
    parameters: tuple[JsonObject, ...]
    body: JsonObject | None
    body_example: Any = None
    source: str = ""
    undo: JsonObject | None = None
    moves: str = ""
    document: JsonObject = field(default_factory=dict, repr=False, compare=False)

    @property
    def safe(self) -> bool:
        """Tell whether its method says that the operation changes nothing (RFC 9110, 9.2.1)."""
        return self.method in SAFE_METHODS

    @property
    def path_parameters(self) -> tuple[str, ...]:
        """Return the names of the path's parameters, in the order of the path."""
        return tuple(re.findall(r"{([^}]+)}", self.path))

    def real_ids(self) -> Mapping[str, str]:
        """Return which real id of the target belongs to each path parameter (`x-real-id` of the spec)."""
        return {
            p["name"]: p["x-real-id"] for p in self.parameters if p.get("in") == "path" and "x-real-id" in p
        }


def pointer(parts: object) -> str:
    """Return a JSON pointer for a sequence of keys; `/` for the whole document."""
    keys = [str(part).replace("~", "~0").replace("/", "~1") for part in parts]  # type: ignore[attr-defined] # any iterable of keys
    return "/" + "/".join(keys)


def brief(text: str, limit: int = 200) -> str:
    """Return the text, cut in the middle when it is longer than `limit` characters."""
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]} … {text[-half:]}"


def load_documents(folder: Path) -> dict[str, JsonObject]:
    """Return the OpenAPI documents of the folder by API name (`itwins` for `itwins/openapi.yaml`)."""
    files = claim_files(folder, "openapi")
    if not files:
        raise UsageError(f"no API/openapi.yaml in {folder}: is this the folder of the specs?")
    return {api: _document(file) for api, file in files.items()}


def _document(file: Path) -> JsonObject:
    content = read_bytes(file)
    document: JsonObject = kept("definitions", content, lambda: mapping_of(content, str(file)))
    return document


def load_operations(folder: Path) -> dict[str, Operation]:
    """Return every operation of the folder's OpenAPI documents by operationId."""
    operations: dict[str, Operation] = {}
    for api, document in load_documents(folder).items():
        for operation in _operations(api, document):
            if operation.id in operations:
                raise UsageError(
                    f"operationId {operation.id} stands in two specs: "
                    f"{operations[operation.id].api} and {api}"
                )
            operations[operation.id] = operation
    return operations


def _operations(api: str, document: JsonObject) -> Iterator[Operation]:
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                yield _operation(api, document, path, method, item)


def _operation(api: str, document: JsonObject, path: str, method: str, item: JsonObject) -> Operation:
    spec = item[method]
    parameters = [resolve(document, p) for p in [*item.get("parameters", []), *spec.get("parameters", [])]]
    body = resolve(document, spec.get("requestBody", {})).get("content", {}).get("application/json")
    return Operation(
        id=spec["operationId"],
        api=api,
        method=method.upper(),
        path=path,
        page=spec.get("x-page", ""),
        tags=tuple(spec.get("tags", ())),
        responses={
            int(status): _response(document, int(status), resolve(document, response))
            for status, response in spec["responses"].items()
        },
        parameters=tuple(parameters),
        body=None if body is None else inline(document, body["schema"]),
        body_example=_example(document, body or {}),
        source=item.get("x-source", spec.get("x-source", "")),
        undo=spec.get("x-undo"),
        moves=spec.get("x-moves", ""),
        document=document,
    )


def _response(document: JsonObject, status: int, response: JsonObject) -> ResponseSpec:
    content = next(iter(response.get("content", {}).values()), None)
    return ResponseSpec(
        status=status,
        schema=None if content is None else inline(document, content["schema"]),
        example=_example(document, content or {}),
        headers=tuple(response.get("headers", ())),
    )


def _example(document: JsonObject, content: JsonObject) -> Any:
    if "example" in content:
        return content["example"]
    for example in content.get("examples", {}).values():
        return resolve(document, example).get("value")
    return resolve(document, content.get("schema", {})).get("example")


def resolve(document: JsonObject, node: JsonObject) -> JsonObject:
    """Follow a local `$ref`; in OpenAPI 3.0 whatever stands beside a `$ref` is ignored."""
    while "$ref" in node:
        target: Any = document
        for key in node["$ref"].removeprefix("#/").split("/"):
            target = (
                target.get(key.replace("~1", "/").replace("~0", "~")) if isinstance(target, dict) else None
            )
        if not isinstance(target, dict):
            raise UsageError(f"a spec refers to {node['$ref']}, which it does not contain")
        node = target
    return node


def inline(document: JsonObject, node: JsonObject) -> JsonObject:
    """Return a copy of the schema with each local `$ref` replaced by what it names (no schema recurs)."""
    node = copy.copy(resolve(document, node))
    for key, value in node.items():
        if key == "properties":
            node[key] = {name: inline(document, schema) for name, schema in value.items()}
        elif key in {"items", "not"} or (key == "additionalProperties" and isinstance(value, dict)):
            node[key] = inline(document, value)
        elif key in {"allOf", "anyOf", "oneOf"}:
            node[key] = [inline(document, schema) for schema in value]
    return node
