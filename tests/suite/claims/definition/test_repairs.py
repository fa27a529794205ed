"""What is wrong in published definitions is read as it was meant, and each repair is named with its place."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import Any, Final

import pytest

from conformance.claims.definition import load_definition

OPERATION: Final = "#/paths/~1desks/get"
SCHEMA: Final = {"type": "object", "properties": {"name": {"type": "string"}, "watts": {"type": "integer"}}}


def definition(operation: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Return a definition of one operation."""
    return {"openapi": "3.0.3", "paths": {"/desks": {"get": {"responses": {}} | operation}}} | members


def responding(content: dict[str, Any], media: str = "application/json") -> dict[str, Any]:
    """Return an operation whose success has this content."""
    return {"responses": {"200": {"content": {media: content}}}}


def parameter(schema: Any) -> dict[str, Any]:
    """Return an operation with a parameter of this schema."""
    return {"parameters": [{"name": "limit", "in": "query", "schema": schema}]}


WHERE: Final = f"{OPERATION}/responses/200/content/application~1json"
REPAIRS: Final[dict[str, tuple[dict[str, Any], dict[str, Any], str, str]]] = {
    "no type": (
        definition(parameter({"type": ""})),
        definition(parameter({"type": "string"})),
        f"{OPERATION}/parameters/0/schema/type",
        'type "": read as string',
    ),
    "a type of a programming language": (
        definition(parameter({"type": "int"})),
        definition(parameter({"type": "integer"})),
        f"{OPERATION}/parameters/0/schema/type",
        'type "int": read as integer',
    ),
    "a type of nobody": (
        definition(parameter({"type": "desk", "maxLength": 3})),
        definition(parameter({"maxLength": 3})),
        f"{OPERATION}/parameters/0/schema/type",
        'type "desk": any type',
    ),
    "no schema": (
        definition(parameter(None)),
        definition(parameter({})),
        f"{OPERATION}/parameters/0/schema",
        "a schema is an object, not null: anything is allowed",
    ),
    "required as in 2010": (
        definition(parameter({"type": "string", "required": True})),
        definition(parameter({"type": "string"})),
        f"{OPERATION}/parameters/0/schema/required",
        "true is no list of names: left out",
    ),
    "a reference to no name": (
        definition(parameter({"$ref": "#/components/schemas/"}), components={"schemas": {}}),
        definition(parameter({}), components={"schemas": {}}),
        f"{OPERATION}/parameters/0/schema",
        "#/components/schemas/ names nothing: anything is allowed",
    ),
    "a reference that is misspelt": (
        definition(
            parameter({"$ref": "#/components/schemas/Desk (summary)"}),
            components={"schemas": {"desk-summary": {}}},
        ),
        definition(
            parameter({"$ref": "#/components/schemas/desk-summary"}),
            components={"schemas": {"desk-summary": {}}},
        ),
        f"{OPERATION}/parameters/0/schema",
        "#/components/schemas/Desk (summary) names nothing: read as #/components/schemas/desk-summary",
    ),
    "an example as a text": (
        definition(responding({"example": '{"name": "attic"}\r\n'})),
        definition(responding({"example": {"name": "attic"}})),
        f"{WHERE}/example",
        "JSON as a text: read as JSON",
    ),
    "an example that is no JSON": (
        definition(responding({"example": '{"name": …}', "schema": SCHEMA})),
        definition(responding({"schema": SCHEMA})),
        f"{WHERE}/example",
        "a text that is no JSON: left out",
    ),
    "an envelope that the schema forgot": (
        definition(responding({"schema": SCHEMA, "example": {"desk": {"name": "attic"}}})),
        definition(
            responding(
                {
                    "schema": {"type": "object", "properties": {"desk": SCHEMA}},
                    "example": {"desk": {"name": "attic"}},
                }
            )
        ),
        f"{WHERE}/schema",
        "the example has it in a member desk: read so",
    ),
    "a list of types of entries": (
        definition(parameter({"type": "array", "items": [{"type": "string"}]})),
        definition(parameter({"type": "array", "items": {"anyOf": [{"type": "string"}]}})),
        f"{OPERATION}/parameters/0/schema/items",
        "a list of schemas: an entry may be of any of them",
    ),
}


def loaded(folder: Path, content: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Return the document of a definition, and its repairs."""
    file = folder / "api.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    found = load_definition(str(file))
    document = {key: value for key, value in found.document.items() if key != "x-form"}
    return document, [(each.place, each.what) for each in found.repairs]


@pytest.mark.parametrize("name", REPAIRS)
def test_each_repair_says_where_and_what(tmp_path: Path, name: str) -> None:
    """The document is as it was meant, and nothing else of it is touched."""
    wrong, right, place, what = REPAIRS[name]
    assert loaded(tmp_path, wrong) == (right, [(place, what)])
    assert loaded(tmp_path, right) == (right, [])


def test_a_body_of_nothing_is_no_body(tmp_path: Path) -> None:
    """A body whose schema names nothing and whose example is empty is not there."""
    empty = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/"}, "example": ""}}}
    document, repairs = loaded(tmp_path, definition({"requestBody": empty, "responses": {"200": empty}}))
    assert document["paths"]["/desks"]["get"] == {"responses": {"200": {}}}
    assert len(repairs) == 4


def test_a_parameter_of_the_path_is_declared(tmp_path: Path) -> None:
    """Who forgot to declare it meant a text; a path begins with a slash."""
    document, repairs = loaded(
        tmp_path, {"openapi": "3.0.3", "paths": {"desks/{id}": {"get": {"responses": {}}}}}
    )
    (declared,) = document["paths"]["/desks/{id}"]["get"]["parameters"]
    assert declared == {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    assert [what for _, what in repairs] == [
        "a path begins with a slash: read as /desks/{id}",
        "the path's parameter id is not declared: read as a text",
    ]


def test_paths_that_may_mean_one_request_are_named(tmp_path: Path) -> None:
    """A favourite desk is none of the id favorites; paths of other lengths or methods are no rivals."""
    parameters = [{"name": "id", "in": "path", "required": True, "schema": {}}]
    get = {"get": {"responses": {}, "parameters": parameters}}
    paths = {"/{id}": get, "/favorites": get, "/": get, "/recents": {"post": get["get"]}, "/{id}/parts": get}
    _, repairs = loaded(tmp_path, {"openapi": "3.0.3", "paths": copy.deepcopy(paths)})
    assert repairs == [("#/paths/~1{id}", "get means /favorites too: a request of these is taken for theirs")]


def test_what_examples_and_extensions_hold_is_left_alone(tmp_path: Path) -> None:
    """A type or a reference in an example is a word of the API, and no mistake."""
    example = {"type": "folder", "$ref": "#/nowhere", "schema": None}
    operation = responding(
        {"schema": {"type": "object", "properties": {"$ref": {"type": "string"}}}, "example": example}
    )
    content = definition(operation, **{"x-note": {"$ref": "../nowhere.yaml", "schema": 1}})
    assert loaded(tmp_path, content) == (content, [])


@pytest.mark.skipif(
    "CONFORMANCE_DEFINITIONS" not in os.environ,
    reason="CONFORMANCE_DEFINITIONS names no folder of definitions",
)
@pytest.mark.parametrize("name", ["projects", "synchronization"])
def test_our_repairs_are_those_of_the_vendor(name: str) -> None:
    """Parameters, bodies, media types and examples are as the vendor made them; schemas are not compared."""
    folder = Path(os.environ["CONFORMANCE_DEFINITIONS"])
    ours, theirs = (
        load_definition(str(folder / f"{name}{kind}.json")).document for kind in ("", ".adjusted")
    )
    for path, item in theirs["paths"].items():
        for method, operation in item.items():
            own = ours["paths"][path][method]
            assert own.get("parameters") == operation.get("parameters"), path
            assert ("requestBody" in own) == ("requestBody" in operation), path
            for status, response in operation["responses"].items():
                found = own["responses"][status].get("content", {})
                assert found.keys() == response.get("content", {}).keys(), (path, status)
                assert [c.get("example") for c in found.values()] == [
                    c.get("example") for c in response.get("content", {}).values()
                ]
