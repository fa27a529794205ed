"""The keywords of a schema: where they stand, what they say something of, and what breaks them."""

from typing import Any

import pytest

from conformance.analysis.coverage.schemas import MOST_ENTRIES, MOST_PLACES, place_of

SITE = {
    "type": "object",
    "required": ["id"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "name": {"type": "string", "nullable": True, "minLength": 2, "maxLength": 4, "pattern": "^[a-z]+$"},
        "kind": {"enum": ["a", 1]},
        "size": {"type": "integer", "minimum": 1, "exclusiveMinimum": True, "multipleOf": 2},
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 2, "uniqueItems": True},
        "a/b": {"type": "boolean"},
    },
}


def tried(schema: dict[str, Any], value: Any, **document: Any) -> dict[str, bool]:
    """Return by pointer and keyword whether the value keeps to it, for what is said of the value."""
    place = place_of({"openapi": "3.0.3", **document}, schema)
    found: dict[str, bool] = {}
    for pointer, keyword, part in place.applied(value):
        name = f"{pointer} {keyword.name}"
        found[name] = found.get(name, True) and keyword.holds(part)
    assert found.keys() <= {f"{pointer} {keyword.name}" for pointer, keyword in place.everywhere()}
    return found


@pytest.mark.parametrize(
    ("value", "kept", "broken"),
    [
        ({}, {"/ type", "/ additionalProperties"}, {"/ required id"}),
        ([], set(), {"/ type"}),
        ({"id": "x"}, {"/ required id", "/id type"}, {"/id format"}),
        ({"id": 1}, {"/ required id"}, {"/id type"}),
        ({"name": None}, {"/name nullable"}, set()),
        ({"name": "A"}, {"/name type", "/name maxLength"}, {"/name minLength", "/name pattern"}),
        ({"kind": 1}, {"/kind enum"}, set()),
        ({"kind": "1"}, set(), {"/kind enum"}),
        ({"size": 1}, {"/size type"}, {"/size exclusiveMinimum", "/size multipleOf"}),
        ({"size": True}, set(), {"/size type"}),
        ({"tags": ["a", 1, 1]}, {"/tags type"}, {"/tags/* type", "/tags maxItems", "/tags uniqueItems"}),
        ({"tags": []}, {"/tags type", "/tags maxItems", "/tags uniqueItems"}, set()),
        ({"a/b": True}, {"/a~1b type"}, set()),
        ({"other": 1}, set(), {"/ additionalProperties"}),
    ],
)
def test_a_value_keeps_to_keywords_or_breaks_them(value: Any, kept: set[str], broken: set[str]) -> None:
    """Only what speaks of a value of this type counts, each keyword at its own place."""
    found = tried(SITE, value)
    assert {name for name, holds in found.items() if holds} >= kept
    broken_here = {name for name, holds in found.items() if not holds}
    assert broken_here - {"/ required id"} == broken - {"/ required id"}


def test_what_is_not_there_is_not_exercised() -> None:
    """A member that a value lacks says nothing of the keywords below it."""
    assert set(tried(SITE, {})) == {"/ type", "/ required id", "/ additionalProperties"}


def test_alternatives_are_told_apart() -> None:
    """Of alternatives only those count that the value can mean; all parts of a sum do."""
    schema = {
        "allOf": [{"required": ["a"]}, {"properties": {"a": {"type": "string"}}}],
        "oneOf": [
            {"type": "object", "required": ["b"]},
            {"type": "object", "properties": {"c": {"enum": [1]}}},
        ],
    }
    found = tried(schema, {"a": "x", "c": 1})
    assert set(found) == {"/ required a", "/a type", "/ oneOf 2 type", "/ oneOf 2/c enum"}


def test_a_map_has_one_place_for_all_its_members() -> None:
    """What is said of further members stands under a star."""
    assert tried({"additionalProperties": {"type": "integer"}}, {"a": 1, "b": 2}) == {"/* type": True}


@pytest.mark.parametrize(("version", "nullable"), [("3.0.3", True), ("3.1.0", False)])
def test_null_is_what_the_version_of_the_definition_says(version: str, *, nullable: bool) -> None:
    """`nullable` means nothing in OpenAPI 3.1, where a type may be null."""
    found = tried({"type": "string", "nullable": True}, None, openapi=version)
    assert found == ({"/ nullable": True} if nullable else {"/ type": False})
    assert tried({"type": ["string", "null"]}, None, openapi="3.1.0") == {"/ type": True}


def test_a_schema_that_recurs_ends() -> None:
    """A tree is followed once; where all refer to all there are no more places than are useful."""
    schemas: dict[str, Any] = {
        f"s{n}": {"type": "object", "properties": {f"m{m}": {"$ref": f"#/s{m}"} for m in range(12)}}
        for n in range(12)
    }
    place = place_of({"openapi": "3.0.3", **schemas}, {"$ref": "#/s0"})
    assert 0 < len(list(place.everywhere())) <= MOST_PLACES
    tree = {"properties": {"more": {"$ref": "#/tree"}, "leaf": {"type": "string"}}}
    found = place_of({"openapi": "3.0.3", "tree": tree}, {"$ref": "#/tree"})
    assert [pointer for pointer, _ in found.everywhere()] == ["/leaf"]


@pytest.mark.parametrize("schema", [True, {}, {"properties": None}, {"type": None}, {"required": True}])
def test_an_odd_schema_says_nothing(schema: Any) -> None:
    """What a definition has in the place of a schema ends no run."""
    place = place_of({}, schema)
    assert list(place.applied({"a": [None]})) == [] or list(place.everywhere())


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"pattern": r"\\p{Lu}+("}, "a"),
        ({"type": "file"}, "a"),
        ({"minimum": "1"}, 0),
        ({"enum": 7}, "a"),
        ({"maxLength": "many"}, "abc"),
        ({"$ref": "other.yaml#/Site"}, {"a": 1}),
        ({"$ref": "#/nowhere"}, {"a": 1}),
        ({"items": {"$ref": "#/nowhere"}}, [1]),
        ({"properties": {"a": None}}, {"a": 1}),
        ({"required": [1]}, {"a": 1}),
    ],
)
def test_a_schema_that_nobody_can_apply_breaks_no_run(schema: dict[str, Any], value: Any) -> None:
    """What a validator cannot decide is not broken, and a reference to nothing says nothing."""
    assert all(holds for name, holds in tried(schema, value).items() if "required" not in name)


def test_of_a_long_list_only_the_first_entries_are_looked_at() -> None:
    """A page of thousands costs no more time than one of fifty."""
    place = place_of({}, {"items": {"type": "string"}})
    assert len(list(place.applied(["a"] * 10_000))) == MOST_ENTRIES
