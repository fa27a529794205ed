"""One repair of a definition: where something was wrong, and how it is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
SUBSCHEMAS: Final = (
    "items",
    "additionalProperties",
    "not",
    "contains",
    "propertyNames",
    "if",
    "then",
    "else",
)
SUBSCHEMA_LISTS: Final = ("allOf", "oneOf", "anyOf", "prefixItems")
SUBSCHEMA_MAPS: Final = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
VALUES: Final = frozenset({"example", "examples", "default", "enum"})
Place = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repair:
    """Where in the document, as a JSON pointer, and what is read instead of what stands there."""

    place: str
    what: str


def pointer_to(place: Place) -> str:
    """Return the JSON pointer of a place."""
    return "#" + "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in place)


def operations_of(document: Any) -> Iterator[tuple[Place, str, str, dict[str, Any], dict[str, Any]]]:
    """Yield place, path, method, operation and path item of each operation."""
    paths = document.get("paths")
    for path, item in paths.items() if isinstance(paths, dict) else ():
        for method in METHODS if isinstance(item, dict) else ():
            operation = item.get(method)
            if isinstance(operation, dict):
                yield ("paths", path, method), path, method, operation, item


def schemas_of(node: Any, place: Place = ()) -> Iterator[tuple[Place, Any, Any]]:
    """Yield place, holder and key of each schema below a node of a definition: not what examples hold."""
    if isinstance(node, list):
        for number, inner in enumerate(node):
            yield from schemas_of(inner, (*place, str(number)))
    if not isinstance(node, dict):
        return
    for key, inner in node.items():
        here = (*place, key)
        if key == "schema":
            yield from _schema(node, key, here)
        elif key in {"schemas", "definitions"} and isinstance(inner, dict):
            for name in inner:
                yield from _schema(inner, name, (*here, name))
        elif key == "x-files" or (key not in VALUES and not key.startswith("x-")):
            yield from schemas_of(inner, here)


def _schema(holder: Any, key: Any, place: Place) -> Iterator[tuple[Place, Any, Any]]:
    yield place, holder, key
    schema = holder[key]
    if not isinstance(schema, dict):
        return
    for name in SUBSCHEMAS:
        if name in schema:
            yield from _schema(schema, name, (*place, name))
    for name in SUBSCHEMA_LISTS:
        parts = schema.get(name)
        for number in range(len(parts)) if isinstance(parts, list) else ():
            yield from _schema(parts, number, (*place, name, str(number)))
    for name in SUBSCHEMA_MAPS:
        inner = schema.get(name)
        for member in list(inner) if isinstance(inner, dict) else ():
            yield from _schema(inner, member, (*place, name, member))
