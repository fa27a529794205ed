"""The quick validator accepts nothing that the reference validator refuses, and is asked for all of ours."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from typing import Any, Final

import pytest
from openapi_schema_validator import OAS30Validator

from conformance.claims.openapi import Operation
from conformance.claims.quick_schema import quick_validator
from conformance.claims.requirements import load_claims

ODD: Final[tuple[Any, ...]] = (
    None, True, False, 0, 1, -1, 1.0, 1.5, 10**30, float("nan"), float("inf"),
    "", "a", "ab", "\ud800", "1", "null", [], [None], ["a"], [1, 1], {}, {"a": 1}, {"id": None}, [[]],
)  # fmt: skip
SCHEMAS: Final = (
    {"type": "integer"},
    {"type": "number", "minimum": 1, "maximum": 1.5},
    {"type": "string", "minLength": 1, "maxLength": 1, "nullable": True},
    {"type": "string", "enum": ["a", "1"], "nullable": True},
    {"enum": [1, "a", None, [1, 1], {"a": 1}]},
    {"enum": [True, 0]},
    {"nullable": True, "minLength": 2},
    {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 1},
    {"type": "object", "required": ["a"], "additionalProperties": {"type": "integer"}},
    {"type": "object", "properties": {"a": {"type": "string", "nullable": True}},
     "additionalProperties": False},
    {"allOf": [{"type": "number"}, {"maximum": 1}], "anyOf": [{"minimum": 1}, {"enum": [0]}]},
    {"properties": {"id": {"type": "boolean"}}},
)  # fmt: skip


def documented() -> list[tuple[str, Mapping[str, Any], Any]]:
    """Return each documented schema of a response with its example."""
    operations: list[Operation] = list(load_claims().operations.values())
    return [
        (f"{operation.id} {status}", response.schema, response.example)
        for operation in operations
        for status, response in operation.responses.items()
        if response.schema is not None
    ]


def spoiled(body: Any, choice: random.Random) -> Any:
    """Return the body with one odd thing somewhere in it."""
    body = json.loads(json.dumps(body))
    places: list[tuple[Any, Any]] = []

    def collect(node: Any) -> None:
        for key in (
            list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        ):
            places.append((node, key))
            collect(node[key])

    collect(body)
    if not places:
        return choice.choice(ODD)
    node, key = choice.choice(places)
    match choice.randrange(3):
        case 0 if isinstance(node, dict):
            del node[key]
        case 1 if isinstance(node, dict):
            node[choice.choice(["more", "id", "code", "target", "details"])] = choice.choice(ODD)
        case _:
            node[key] = choice.choice(ODD)
    return body


@pytest.mark.parametrize("schema", SCHEMAS, ids=repr)
def test_nothing_is_accepted_that_the_reference_refuses(schema: Mapping[str, Any]) -> None:
    """On odd values each keyword means the same, or the quick validator leaves it to the reference."""
    accepts = quick_validator(schema)
    assert accepts is not None
    for body in ODD:
        assert not accepts(body) or OAS30Validator(schema).is_valid(body), body


def test_documented_bodies_are_judged_alike() -> None:
    """Examples that follow the schemas are accepted quickly; none of many spoiled ones only quickly."""
    choice, quick = random.Random(5), 0  # noqa: S311 - not for secrets
    for name, schema, example in documented():
        accepts, reference = quick_validator(schema), OAS30Validator(schema)
        assert accepts is not None, name
        for body in (example, *(spoiled(example, choice) for _ in range(60))):
            assert not accepts(body) or reference.is_valid(body), (name, body)
            quick += accepts(body)
        assert accepts(example) == reference.is_valid(example), name
    assert quick > 100


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "^a$"},
        {"$ref": "#/components/schemas/A"},
        {"not": {"type": "string"}},
        {"oneOf": [{"type": "string"}, {"nullable": True, "type": "string"}]},
        {"properties": {"a": {"discriminator": {"propertyName": "b"}}}},
        {"type": "string", "format": "binary"},
        {"type": "file"},
        {"items": True},
    ],
    ids=repr,
)
def test_other_keywords_are_left_to_the_reference(schema: Mapping[str, Any]) -> None:
    """Where a keyword may mean something else to the one than to the other, only the reference is asked."""
    assert quick_validator(schema) is None
