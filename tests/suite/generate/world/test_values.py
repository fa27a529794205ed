"""A value is made that its schema allows: the shortest, of its format, with names of the run's own."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from conformance.claims.endpoints import Content
from conformance.generate.world.media import as_text, encoded
from conformance.generate.world.values import Maker, number

DOCUMENT: Final[dict[str, Any]] = {
    "components": {
        "schemas": {
            "Desk": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
        }
    }
}


def maker(*, whole: bool = False) -> Maker:
    """Return a maker whose names are counted, for which there is a room 7."""
    numbers = count(1)
    return Maker(DOCUMENT, lambda word: f"ct-1-{word}-{next(numbers)}", {"room": "7"}.get, whole=whole)


SCHEMAS: Final[dict[str, dict[str, Any]]] = {
    "a reference": {"$ref": "#/components/schemas/Desk"},
    "all of several": {
        "allOf": [
            {"$ref": "#/components/schemas/Desk"},
            {"required": ["size"], "properties": {"size": {"type": "integer"}}},
        ]
    },
    "one of several, the first null": {"anyOf": [{"type": "null"}, {"type": "boolean"}]},
    "a type in a list": {"type": ["null", "integer"], "minimum": 4},
    "a constant": {"const": 5},
    "a listed value": {"enum": ["b", "a"]},
    "a default": {"type": "string", "default": "d"},
    "an example": {"type": "integer", "examples": [41]},
    "an array that must not be empty": {"type": "array", "minItems": 2, "items": {"type": "string"}},
    "a long text": {"type": "string", "minLength": 90},
    "a short text": {"type": "string", "maxLength": 3},
    "a pattern of letters": {"type": "string", "pattern": "^[a-z]+$"},
    "a pattern of its own": {"type": "string", "pattern": "^v[0-9]{2}-[A-F]{3}$"},
    "a pattern that is none": {"type": "string", "pattern": "["},
    "a uuid": {"type": "string", "format": "uuid"},
    "an address": {"type": "string", "format": "email"},
    "a link": {"type": "string", "format": "uri"},
    "a moment": {"type": "string", "format": "date-time"},
    "no schema": {},
    "null": {"type": "null"},
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_value_is_one_that_the_schema_allows(name: str) -> None:
    """The same each time, apart from names and what must differ."""
    schema = SCHEMAS[name] | DOCUMENT
    value = maker().value(SCHEMAS[name], "note")
    if name != "a pattern that is none":
        Draft202012Validator(schema).validate(value)
    assert name == "a uuid" or value == maker().value(SCHEMAS[name], "note")


def test_names_are_new_and_references_are_real() -> None:
    """A name is never that of the example; an id of another thing is one that there is."""
    made = maker()
    schema = {
        "type": "object",
        "required": ["name", "roomId", "id"],
        "properties": {
            "name": {"type": "string", "example": "attic"},
            "roomId": {"type": "integer"},
            "id": {"type": "string", "readOnly": True},
        },
    }
    assert made.value(schema) == {"name": "ct-1-name-1", "roomId": 7}
    assert made.value(schema)["name"] == "ct-1-name-2"


@pytest.mark.parametrize(
    ("name", "form", "value"),
    [
        ("room_identifier", "", "7"),
        ("target_room_id", "", "7"),
        ("room", "uuid", "7"),
        ("room", "", "ct-1-room-1"),
        ("identifier", "", "ct-1-identifier-1"),
    ],
)
def test_a_member_refers_to_what_it_is_called_after(name: str, form: str, value: str) -> None:
    """With an ending that says so, whatever stands before the kind, or as a UUID."""
    assert maker().value({"type": "string", **({"format": form} if form else {})}, name) == value


def test_the_whole_has_every_member_that_may_be_sent() -> None:
    """What is only read is left out; what refers to itself ends."""
    schema = {
        "type": "object",
        "properties": {"size": {"type": "number"}, "seen": {"type": "string", "readOnly": True}},
    }
    assert maker().value(schema) == {}
    assert maker(whole=True).value(schema) == {"size": 1}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer"}, 1),
        ({"type": "integer", "minimum": 5, "exclusiveMinimum": True}, 6),
        ({"type": "integer", "exclusiveMinimum": 5}, 6),
        ({"type": "integer", "maximum": -2}, -2),
        ({"type": "number", "exclusiveMaximum": 1, "exclusiveMinimum": 0}, 0.5),
        ({"type": "integer", "multipleOf": 7, "minimum": 8}, 14),
    ],
)
def test_a_number_is_within_its_bounds(schema: dict[str, Any], value: float) -> None:
    """The one nearest to one."""
    assert number(schema) == value


def test_bodies_that_are_no_json_are_forms_files_and_texts() -> None:
    """Each in its media type."""
    schema = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}, "note": {}}}
    body = {"file": "ct", "note": True}
    content, media = encoded(Content("multipart/form-data", schema), body)
    assert b'name="file"; filename="ct.txt"' in content
    assert b'name="note"\r\n\r\ntrue' in content
    assert media.startswith("multipart/form-data; boundary=")
    form = encoded(Content("application/x-www-form-urlencoded", schema), {"a": [1, 2], "b": "x y"})
    assert form == (b"a=1%2C2&b=x+y", "application/x-www-form-urlencoded")
    assert encoded(Content("text/plain", {}), "hello") == (b"hello", "text/plain")
    assert encoded(Content("application/zip", {}), {}) == (b"ct", "application/zip")
    assert as_text({"a": 1}) == '{"a": 1}'


def test_what_ends_comes_after_what_begins() -> None:
    """By the name of the member; a name that only begins so is none of them."""
    when = {"type": "string", "format": "date-time"}
    begin, end, also = (maker().value(when, name) for name in ("start_time", "end_time", "tendAt"))
    assert begin == also < end
    assert maker().value({"type": "string", "format": "date"}, "until") == "2024-01-16"


def test_another_alternative_may_be_chosen() -> None:
    """Counted round, where a schema has several."""
    several = {"oneOf": [{"const": "a"}, {"const": "b"}]}
    assert [replace(maker(), choice=number).value(several) for number in range(3)] == ["a", "b", "a"]


@pytest.mark.parametrize(
    ("name", "schema", "value"),
    [
        ("room", {"type": "integer"}, 7),
        ("room", {"type": "integer", "minimum": 3}, 3),
        ("room", {"type": "integer", "default": 2}, 2),
        ("room_ids", {"type": "array", "items": {"type": "integer"}}, [7]),
        ("roomIds", {"type": "array", "items": {"type": "string"}}, ["7"]),
        ("rooms", {"type": "array", "items": {"type": "string"}}, []),
        ("desk_ids", {"type": "array", "items": {"type": "string"}}, []),
    ],
)
def test_a_number_and_a_list_may_refer_to_what_they_are_called_after(
    name: str, schema: dict[str, Any], value: Any
) -> None:
    """A number of which the schema says nothing else; a list of ids, which has one then."""
    body = {"type": "object", "required": [name], "properties": {name: schema}}
    assert maker().value(body) == {name: value}
