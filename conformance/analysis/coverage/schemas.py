"""The keywords of a JSON Schema, each at its place, and which of them a value puts to the test."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from conformance.claims.openapi import JsonObject, resolve
from conformance.errors import UsageError

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

OF_TYPE: Final[Mapping[str, tuple[type, ...]]] = {
    "pattern": (str,),
    "minLength": (str,),
    "maxLength": (str,),
    "minimum": (int, float),
    "maximum": (int, float),
    "exclusiveMinimum": (int, float),
    "exclusiveMaximum": (int, float),
    "multipleOf": (int, float),
    "minItems": (list,),
    "maxItems": (list,),
    "uniqueItems": (list,),
    "minProperties": (dict,),
    "maxProperties": (dict,),
}
"""Keywords that say something of values of one JSON type only."""
OF_ANY: Final = ("type", "enum", "const", "format")
MOST_PLACES: Final = 1_000
"""So many places of one schema are told apart: a definition whose schemas refer to each other has no end."""
MOST_ENTRIES: Final = 50
"""So many entries of a list are looked at."""
REMEMBERED: Final = 4_000
"""So many answers about one keyword are remembered: ids and names come again and again."""


@dataclass(frozen=True)
class Keyword:
    """One keyword at one place of a schema; `schema` holds it and what its meaning depends on."""

    name: str
    schema: JsonObject
    applies: Callable[[Any], bool]
    is_31: bool = False
    _known: dict[Hashable, bool] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def _validator(self) -> Validator:
        import openapi_schema_validator as dialects  # noqa: PLC0415 - needed only where a request was sent

        kind, formats = dialects.OAS30Validator, dialects.oas30_format_checker
        if self.is_31:
            kind, formats = dialects.OAS31Validator, dialects.oas31_format_checker
        validator: Validator = kind(self.schema, format_checker=formats)
        return validator

    def holds(self, value: Any) -> bool:
        """Tell whether the value keeps to the keyword."""
        if not isinstance(value, str | int | float | bool | None):
            return self._is_valid(value)
        key = (type(value), value)
        if key not in self._known:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[key] = self._is_valid(value)
        return self._known[key]

    def _is_valid(self, value: Any) -> bool:
        from jsonschema.exceptions import UnknownType  # noqa: PLC0415 - with the validators

        try:
            return bool(self._validator.is_valid(value))
        except (re.error, TypeError, ValueError, UnknownType):
            return (
                True  # a keyword that nobody can apply, such as a pattern of another dialect, is not broken
            )


@dataclass(frozen=True)
class Place:
    """One place of a schema: its pointer, its keywords, and the places below it."""

    pointer: str
    keywords: tuple[Keyword, ...] = ()
    members: Mapping[str, Place] = field(default_factory=dict)
    others: Place | None = None
    items: Place | None = None
    all_of: tuple[Place, ...] = ()
    any_of: tuple[Place, ...] = ()

    def everywhere(self) -> Iterator[tuple[str, Keyword]]:
        """Yield each keyword of the schema with the pointer of its place."""
        for keyword in self.keywords:
            yield self.pointer, keyword
        for place in self._below():
            yield from place.everywhere()

    def applied(self, value: Any) -> Iterator[tuple[str, Keyword, Any]]:
        """Yield each keyword that says something of the value or of a part of it, with that part."""
        for keyword in self.keywords:
            if keyword.applies(value):
                yield self.pointer, keyword, value
        for place in (*self.all_of, *(each for each in self.any_of if each.fits(value))):
            yield from place.applied(value)
        if isinstance(value, dict):
            for name, part in value.items():
                if (place_of := self.members.get(name, self.others)) is not None:
                    yield from place_of.applied(part)
        elif isinstance(value, list) and self.items is not None:
            for part in value[:MOST_ENTRIES]:
                yield from self.items.applied(part)

    def fits(self, value: Any) -> bool:
        """Tell whether the value keeps to the keywords of this very place."""
        return all(each.holds(value) for each in self.keywords if each.applies(value))

    def _below(self) -> Iterator[Place]:
        yield from (*self.all_of, *self.any_of, *self.members.values())
        yield from (place for place in (self.others, self.items) if place is not None)


def place_of(document: JsonObject, schema: Any, known: dict[str, Place] | None = None) -> Place:
    """Return the first `MOST_PLACES` places of a schema; one that recurs is followed once.

    `known` keeps those of schemas that several responses refer to.
    """
    reference = schema.get("$ref") if isinstance(schema, dict) else None
    if known is not None and reference in known:
        return known[reference]
    is_31 = not str(document.get("openapi", "3.0")).startswith("3.0")
    place = _Reader(document, is_31).place(schema, "/", ())
    if known is not None and isinstance(reference, str):
        known[reference] = place
    return place


def resolved(document: JsonObject, node: Any) -> JsonObject:
    """Return what a local reference names, and nothing where it names nothing: a gap breaks no run."""
    try:
        return resolve(document, node) if isinstance(node, dict) else {}
    except UsageError:
        return {}


@dataclass
class _Reader:
    """Reads one schema; `left` is how many places it may still have."""

    document: JsonObject
    is_31: bool
    left: int = MOST_PLACES

    def place(self, schema: Any, pointer: str, above: tuple[str, ...]) -> Place:
        """Return a place with everything below it; `above` are the references that led to it."""
        reference = schema.get("$ref") if isinstance(schema, dict) else None
        if not isinstance(schema, dict) or reference in above or not self.left:
            return Place(pointer)
        self.left -= 1
        above = above if reference is None else (*above, reference)
        node = resolved(self.document, schema)
        start = pointer if pointer.endswith("/") else f"{pointer}/"
        properties, more, items = node.get("properties"), node.get("additionalProperties"), node.get("items")
        return Place(
            pointer,
            tuple(_keywords(node, is_31=self.is_31)),
            {
                str(name): self.place(part, f"{start}{_escaped(name)}", above)
                for name, part in (properties if isinstance(properties, dict) else {}).items()
            },
            self.place(more, f"{start}*", above) if isinstance(more, dict) and more else None,
            self.place(items, f"{start}*", above) if isinstance(items, dict) else None,
            self._beside(node, "allOf", pointer, above),
            (*self._beside(node, "anyOf", pointer, above), *self._beside(node, "oneOf", pointer, above)),
        )

    def _beside(self, node: JsonObject, name: str, pointer: str, above: tuple[str, ...]) -> tuple[Place, ...]:
        """Return the places of a composed schema; alternatives are told apart by their number."""
        return tuple(
            self.place(part, pointer if name == "allOf" else f"{pointer} {name} {number}", above)
            for number, part in enumerate(node.get(name) or (), 1)
        )


def _escaped(name: str) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")


def _keywords(node: JsonObject, *, is_31: bool) -> Iterator[Keyword]:
    nullable = node.get("nullable") is True and not is_31

    def given(value: Any) -> bool:
        return not (nullable and value is None)

    of_format = (int, float) if node.get("type") in ("integer", "number") else (str,)
    for name in OF_ANY:
        if name in node:
            schema: JsonObject = {name: node[name]}
            if name == "type" and nullable:
                schema["nullable"] = True
            yield Keyword(name, schema, given if name != "format" else _instance_of(of_format), is_31)
    if nullable:
        yield Keyword("nullable", {}, lambda value: value is None, is_31)
    for name, kinds in OF_TYPE.items():
        if (name in node and not isinstance(node[name], bool | None)) or node.get(name) is True:
            yield Keyword(name, _with_bound(node, name), _instance_of(kinds), is_31)
    for member in node.get("required", ()) if isinstance(node.get("required"), list) else ():
        yield Keyword(f"required {member}", {"required": [member]}, _instance_of((dict,)), is_31)
    if node.get("additionalProperties") is False:
        known: JsonObject = {"properties": {key: {} for key in node.get("properties", ())}}
        known |= {"patternProperties": node["patternProperties"]} if "patternProperties" in node else {}
        only = {**known, "additionalProperties": False}
        yield Keyword("additionalProperties", only, _instance_of((dict,)), is_31)


def _with_bound(node: JsonObject, name: str) -> JsonObject:
    """Return the schema of the keyword alone; in OpenAPI 3.0 an exclusive bound is a flag of its limit."""
    limit = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}.get(name, "")
    own = {name: node[name]}
    return {**own, limit: node[limit]} if node[name] is True and limit in node else own


def _instance_of(kinds: tuple[type, ...]) -> Callable[[Any], bool]:
    def applies(value: Any) -> bool:
        return isinstance(value, kinds) and not (isinstance(value, bool) and bool not in kinds)

    return applies
