"""What the definition documents of one operation: everything that a run may exercise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance.analysis.coverage.schemas import Keyword, Place, place_of
from conformance.claims.openapi import JsonObject, Operation, resolve

ERROR: Final = 400
CODES: Final = ("code", "errorCode", "error_code")
"""Members that name the kind of an error for programs."""
PROBLEM: Final = "application/problem+json"
"""Here the member is `type` (RFC 9457)."""


@dataclass(frozen=True)
class Code:
    """A documented error code: where in the body it stands, what it says and what it is about."""

    pointer: str
    code: str
    target: str = ""

    def __str__(self) -> str:
        """Return code and target, as they stand in a table."""
        return f"{self.code} {self.target}" if self.target else self.code


@dataclass(frozen=True)
class Parameter:
    """A documented parameter: `place` is path, query, header or cookie."""

    place: str
    name: str
    schema: Place
    types: tuple[str, ...]

    def __str__(self) -> str:
        """Return place and name, as they stand in a table."""
        return f"{self.place} {self.name}"

    def can_break(self, keyword: Keyword) -> bool:
        """Tell whether a request can break the keyword: any text is a string, no part of a path empty."""
        if keyword.name == "type":
            return not {"string", "array"} & set(self.types)
        return not (self.place == "path" and keyword.name == "minLength" and keyword.schema["minLength"] <= 1)


@dataclass(frozen=True)
class Message:
    """A documented request body or response: its schema by media type."""

    content: Mapping[str, Place]
    codes: frozenset[Code] = frozenset()


@dataclass(frozen=True)
class Documented:
    """What is documented of one operation; responses by their key, such as 404, 4XX or default."""

    request: Message
    responses: Mapping[str, Message]
    parameters: tuple[Parameter, ...]
    secured: bool

    def key_of(self, status: int) -> str | None:
        """Return the key under which a status is documented, the exact one first; None for none."""
        keys = (str(status), f"{status // 100}XX", f"{status // 100}xx", "default")
        return next((key for key in keys if key in self.responses), None)


def documented(operation: Operation) -> Documented:
    """Return what the definition says of the operation."""
    document = operation.document
    item = document.get("paths", {}).get(operation.path, {})
    spec = item.get(operation.method.lower(), {})
    security = spec.get("security", document.get("security", ()))
    return Documented(
        _message(document, resolve(document, spec.get("requestBody", {})), errors=False),
        {
            str(key): _message(document, resolve(document, response), errors=_is_error(str(key)))
            for key, response in spec.get("responses", {}).items()
        },
        tuple(_parameter(document, each) for each in operation.parameters if "name" in each),
        bool(security) and {} not in security,
    )


def _is_error(key: str) -> bool:
    return not key.startswith(("1", "2", "3"))


def _parameter(document: JsonObject, parameter: JsonObject) -> Parameter:
    schema = parameter.get("schema", {})
    kinds = resolve(document, schema).get("type", ())
    return Parameter(
        str(parameter.get("in", "")),
        str(parameter["name"]),
        place_of(document, schema),
        (kinds,) if isinstance(kinds, str) else tuple(kinds),
    )


def _message(document: JsonObject, message: JsonObject, *, errors: bool) -> Message:
    content = message.get("content", {})
    examples = [(kind, each) for kind, part in content.items() for each in _examples(document, part or {})]
    return Message(
        {
            media_type(kind): place_of(document, part["schema"]) if "schema" in (part or {}) else Place("/")
            for kind, part in content.items()
        },
        frozenset(code for kind, each in examples for code in codes_in(each, kind))
        if errors
        else frozenset(),
    )


def media_type(text: str) -> str:
    """Return the media type without its parameters, in small letters."""
    return text.partition(";")[0].strip().lower()


def _examples(document: JsonObject, part: JsonObject) -> Iterator[Any]:
    if "example" in part:
        yield part["example"]
    for each in part.get("examples", {}).values():
        yield resolve(document, each).get("value")
    yield resolve(document, part.get("schema", {})).get("example")


def codes_in(body: Any, kind: str, pointer: str = "") -> Iterator[Code]:
    """Yield the error codes of a body of this media type, each with its pointer; `*` stands for any entry."""
    if isinstance(body, list):
        for each in body:
            yield from codes_in(each, kind, f"{pointer}/*")
    elif isinstance(body, dict):
        for name in ("type",) if media_type(kind) == PROBLEM else CODES:
            if isinstance(code := body.get(name), str | int) and not isinstance(code, bool):
                target = body.get("target")
                yield Code(f"{pointer}/{name}", str(code), target if isinstance(target, str) else "")
        for name, part in body.items():
            yield from codes_in(part, kind, f"{pointer}/{name}")
