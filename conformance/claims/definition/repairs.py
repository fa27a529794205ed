"""What is wrong in definitions that people publish, and how it is read all the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from conformance.claims.definition.doubled import joined
from conformance.claims.definition.references import FILES
from conformance.claims.definition.repair import Repair, operations_of, pointer_to, schemas_of
from conformance.claims.path_names import PARAMETER
from conformance.claims.schemas import deref, members

TYPES: Final = frozenset({"object", "array", "string", "integer", "number", "boolean", "null"})
MEANT: Final[Mapping[str, Mapping[str, str]]] = {
    "": {"type": "string"},
    "int": {"type": "integer"},
    "int32": {"type": "integer", "format": "int32"},
    "int64": {"type": "integer", "format": "int64"},
    "long": {"type": "integer", "format": "int64"},
    "float": {"type": "number"},
    "double": {"type": "number"},
    "decimal": {"type": "number"},
    "bool": {"type": "boolean"},
    "str": {"type": "string"},
    "text": {"type": "string"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "date-time": {"type": "string", "format": "date-time"},
    "uuid": {"type": "string", "format": "uuid"},
    "guid": {"type": "string", "format": "uuid"},
    "file": {"type": "string", "format": "binary"},
    "binary": {"type": "string", "format": "binary"},
    "list": {"type": "array"},
    "dict": {"type": "object"},
    "map": {"type": "object"},
}
"""What a type that there is not is read as; any other one as no type at all."""


def repaired(document: dict[str, Any], location: str) -> list[Repair]:
    """Repair the document of a location where it stands; return what was done, in its order."""
    found = [*_nothing_named(document)]
    for place, holder, key in list(schemas_of(document)):
        found += _schema(place, holder, key)
    found += _paths(document, location)
    for place, _, _, operation, item in list(operations_of(document)):
        found += _parameters(document, place, operation, item)
        found += _contents(document, place, operation)
    return [*found, *_ambiguous(document)]


def _nothing_named(node: Any, place: tuple[str, ...] = ()) -> Iterator[Repair]:
    """Take references that end before they name anything out, with the body that they describe."""
    pairs = list(
        enumerate(node) if isinstance(node, list) else node.items() if isinstance(node, dict) else ()
    )
    for key, inner in pairs:
        here = (*place, str(key))
        if isinstance(inner, dict) and isinstance(inner.get("$ref"), str) and inner["$ref"].endswith("/"):
            node[key] = {}
            yield Repair(pointer_to(here), f"{inner['$ref']} names nothing: anything is allowed")
        elif not (isinstance(key, str) and key in {"example", "value"}):
            yield from _nothing_named(inner, here)


def _schema(place: tuple[str, ...], holder: Any, key: Any) -> Iterator[Repair]:
    schema = holder[key]
    if not isinstance(schema, dict | bool):
        if place[0] == FILES:  # it may be an example, of which a member is called so
            return
        holder[key] = {}
        yield Repair(
            pointer_to(place), f"a schema is an object, not {json.dumps(schema)[:40]}: anything is allowed"
        )
        return
    if isinstance(schema, bool):
        return
    kind = schema.get("type")
    kinds = kind if isinstance(kind, list) else [kind] if kind is not None else []
    if wrong := [each for each in kinds if each not in TYPES]:
        meant = MEANT.get(str(wrong[0]).lower(), {}) if len(kinds) == 1 else {}
        del schema["type"]
        for name, value in meant.items():
            schema.setdefault(name, value)
        said = f"type {json.dumps(wrong[0])}"
        yield Repair(
            pointer_to((*place, "type")), f"{said}: read as {meant['type']}" if meant else f"{said}: any type"
        )
    yield from _shape(place, schema)


def _shape(place: tuple[str, ...], schema: dict[str, Any]) -> Iterator[Repair]:
    """Repair members of a schema that have another form than they must."""
    if "required" in schema and not isinstance(schema["required"], list):
        was = schema.pop("required")
        yield Repair(
            pointer_to((*place, "required")), f"{json.dumps(was)[:40]} is no list of names: left out"
        )
    if "enum" in schema and not isinstance(schema["enum"], list):
        was = schema.pop("enum")
        yield Repair(pointer_to((*place, "enum")), f"{json.dumps(was)[:40]} is no list of values: left out")
    for name in ("properties", "patternProperties"):
        if name in schema and not isinstance(schema[name], dict):
            del schema[name]
            yield Repair(pointer_to((*place, name)), "no object of schemas: left out")
    for name in ("allOf", "oneOf", "anyOf"):
        if name in schema and not (isinstance(schema[name], list) and schema[name]):
            del schema[name]
            yield Repair(pointer_to((*place, name)), "no list of schemas: left out")
    if isinstance(schema.get("items"), list):
        schema["items"] = {"anyOf": schema["items"]} if schema["items"] else {}
        yield Repair(pointer_to((*place, "items")), "a list of schemas: an entry may be of any of them")


def _paths(document: dict[str, Any], location: str) -> Iterator[Repair]:
    paths = document.get("paths")
    if not isinstance(paths, dict):
        return
    for path in [each for each in paths if not each.startswith("/") and not each.startswith("x-")]:
        where, slashed = pointer_to(("paths", path)), f"/{path}"
        items = [item for each in (slashed, path) if isinstance(item := paths.pop(each, None), dict)]
        paths[slashed] = joined(items, location, where)
        yield Repair(where, f"a path begins with a slash: read as {slashed}")


def _parameters(
    document: dict[str, Any], place: tuple[str, ...], operation: dict[str, Any], item: dict[str, Any]
) -> Iterator[Repair]:
    """Declare the parameters of the path that nobody declared."""
    several = [*(item.get("parameters") or ()), *(operation.get("parameters") or ())]
    known = {
        each.get("name") for each in (deref(document, one) for one in several) if each.get("in") == "path"
    }
    for name in PARAMETER.findall(place[1]):
        if name not in known:
            added = {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            operation["parameters"] = [*(operation.get("parameters") or ()), added]
            yield Repair(pointer_to(place), f"the path's parameter {name} is not declared: read as a text")


def _contents(
    document: dict[str, Any], place: tuple[str, ...], operation: dict[str, Any]
) -> Iterator[Repair]:
    """Repair examples and schemas of the bodies, which describe each other."""
    body = deref(document, operation.get("requestBody"))
    yield from _content(document, (*place, "requestBody"), body)
    if body and body.get("content") == {}:
        operation.pop("requestBody", None)
    responses = operation.get("responses")
    for status, node in responses.items() if isinstance(responses, dict) else ():
        response = deref(document, node)
        yield from _content(document, (*place, "responses", status), response)
        if response.get("content") == {}:
            del response["content"]


def _content(document: dict[str, Any], place: tuple[str, ...], body: dict[str, Any]) -> Iterator[Repair]:
    content = body.get("content")
    if not isinstance(content, dict):
        return
    for media, node in list(content.items()):
        here = (*place, "content", media)
        if not isinstance(node, dict):
            continue
        if node.get("schema") == {} and node.get("example") == "":
            del content[media]
            yield Repair(pointer_to(here), "neither a schema nor an example: read as no body")
            continue
        yield from _example(here, node, media)
        yield from _envelope(document, here, node)


def _example(place: tuple[str, ...], node: dict[str, Any], media: str) -> Iterator[Repair]:
    """Read an example that is JSON as a text as the JSON that it is."""
    text = node.get("example")
    if not isinstance(text, str) or "json" not in media or not text.lstrip().startswith(("{", "[")):
        return
    try:
        node["example"] = json.loads(text)
    except ValueError:
        del node["example"]
        yield Repair(pointer_to((*place, "example")), "a text that is no JSON: left out")
    else:
        yield Repair(pointer_to((*place, "example")), "JSON as a text: read as JSON")


def _envelope(document: dict[str, Any], place: tuple[str, ...], node: dict[str, Any]) -> Iterator[Repair]:
    """Believe the example where it shows the described thing in an envelope that the schema forgot."""
    schema, example = node.get("schema"), node.get("example")
    if not isinstance(example, dict) or len(example) != 1 or not isinstance(schema, dict):
        return
    ((name, inner),) = example.items()
    known = members(document, schema)
    if not known or name in known or not isinstance(inner, dict) or not known.keys() & inner.keys():
        return
    node["schema"] = {"type": "object", "properties": {name: schema}}
    yield Repair(pointer_to((*place, "schema")), f"the example has it in a member {name}: read so")


def _ambiguous(document: dict[str, Any]) -> Iterator[Repair]:
    """Name the paths of which two may mean one request."""
    by_form: dict[tuple[str, int], list[str]] = {}
    for place, path, method, _, _ in operations_of(document):
        by_form.setdefault((method, path.count("/")), []).append(place[1])
    for (method, _), paths in by_form.items():
        for path in paths:
            twins = [each for each in paths if each != path and _covers(path, each)]
            if twins:
                names = ", ".join(sorted(twins)[:3])
                what = f"{method} means {names} too: a request of these is taken for theirs"
                yield Repair(pointer_to(("paths", path)), what)


def _covers(wide: str, narrow: str) -> bool:
    ours, theirs = wide.split("/"), narrow.split("/")
    pairs = list(zip(ours, theirs, strict=True))
    return (
        all(a == b or (a.startswith("{") and b and not b.startswith("{")) for a, b in pairs)
        and ours != theirs
    )
