"""What the definition documents of one operation: everything that a run may exercise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from conformance.analysis.coverage.schemas import Keyword, Place, place_of, resolved
from conformance.claims.openapi import JsonObject, Operation

ERROR: Final = 400
DEEPEST: Final = 8
"""So deep in a body a code is looked for."""
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

    def key_of(self, kind: str) -> str | None:
        """Return the key under which a media type is documented, the exact one first; None for none."""
        if kind in self.content:
            return kind
        return next((key for key in self.content if "*" in key and fnmatchcase(kind, key)), None)


@dataclass(frozen=True)
class Documented:
    """What is documented of one operation; responses by their key, such as 404, 4XX or default."""

    request: Message
    responses: Mapping[str, Message]
    parameters: tuple[Parameter, ...]
    secured: bool
    credentials: frozenset[tuple[str, str]] = frozenset()
    """Place and name, in small letters, of whatever says who sends a request."""

    def key_of(self, status: int) -> str | None:
        """Return the key under which a status is documented, the exact one first; None for none."""
        keys = (str(status), f"{status // 100}XX", f"{status // 100}xx", "default")
        return next((key for key in keys if key in self.responses), None)


def documented(operation: Operation, known: dict[str, Place]) -> Documented:
    """Return what the definition says of the operation; `known` are places of its schemas, by reference."""
    document = operation.document
    item = document.get("paths", {}).get(operation.path, {})
    spec = item.get(operation.method.lower(), {})
    security = spec.get("security", document.get("security")) or ()
    return Documented(
        _message(document, spec.get("requestBody"), known, errors=False),
        {
            str(key): _message(document, response, known, errors=_is_error(str(key)))
            for key, response in (spec.get("responses") or {}).items()
        },
        tuple(_parameter(document, each, known) for each in operation.parameters if "name" in each),
        bool(security) and {} not in security,
        frozenset(_credentials(document)),
    )


def _credentials(document: JsonObject) -> Iterator[tuple[str, str]]:
    """Yield where a request says who sends it: the token's header, and the keys that the definition names."""
    yield "header", "authorization"
    for scheme in (document.get("components", {}).get("securitySchemes") or {}).values():
        found = resolved(document, scheme)
        if found.get("type") == "apiKey":
            yield str(found.get("in", "")), str(found.get("name", "")).lower()


def _is_error(key: str) -> bool:
    return not key.startswith(("1", "2", "3"))


def _parameter(document: JsonObject, parameter: JsonObject, known: dict[str, Place]) -> Parameter:
    schema = parameter.get("schema", {})
    kinds = resolved(document, schema).get("type", ())
    return Parameter(
        str(parameter.get("in", "")),
        str(parameter["name"]),
        place_of(document, schema, known),
        (kinds,) if isinstance(kinds, str) else tuple(kinds),
    )


def _message(document: JsonObject, message: Any, known: dict[str, Place], *, errors: bool) -> Message:
    content = resolved(document, message).get("content") or {}
    examples = [(kind, each) for kind, part in content.items() for each in _examples(document, part or {})]
    return Message(
        {
            media_type(kind): place_of(document, part["schema"], known)
            if "schema" in (part or {})
            else Place("/")
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
    examples = part.get("examples")
    for each in examples.values() if isinstance(examples, dict) else ():
        yield resolved(document, each).get("value")
    yield resolved(document, part.get("schema", {})).get("example")


def codes_in(body: Any, kind: str, pointer: str = "") -> Iterator[Code]:
    """Yield the error codes of a body of this media type, each with its pointer; `*` stands for any entry."""
    if pointer.count("/") >= DEEPEST:
        return
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
