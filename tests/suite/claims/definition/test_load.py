"""Definitions of every form, from every place, become one document; or it is said what is wrong where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from conformance.claims.definition import load_definition
from conformance.claims.endpoints import Endpoint, base_of, endpoints
from conformance.claims.schemas import deref
from conformance.errors import UsageError

DESKS: Final[dict[str, Any]] = {"/desks": {"get": {"operationId": "listDesks", "responses": {"200": {}}}}}


def definition(**members: Any) -> dict[str, Any]:
    """Return a definition of one operation with these members."""
    return {"openapi": "3.0.3", "info": {"title": "Desks", "version": "1"}, "paths": DESKS} | members


def written(folder: Path, content: Any, name: str = "api.json") -> str:
    """Write a definition and return where it is."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content)
    file.write_text(text, encoding="utf-8")
    return str(file)


def only(source: str) -> Endpoint:
    """Return the one operation of a definition."""
    (found,) = endpoints(load_definition(source).document)
    return found


@pytest.mark.parametrize("version", ["3.0.0", "3.0.4", "3.1.0", "3.1.1", "3.2.0"])
def test_each_form_of_openapi_3_is_read(tmp_path: Path, version: str) -> None:
    """Versions of the form that say the same are read alike."""
    loaded = load_definition(written(tmp_path, definition(openapi=version)))
    assert (loaded.form, [each.id for each in endpoints(loaded.document)]) == (
        f"OpenAPI {version}",
        ["listDesks"],
    )
    assert loaded.repairs == ()


def test_yaml_means_what_yaml_1_2_says(tmp_path: Path) -> None:
    """A country NO is a text, a status a key, and a day no date."""
    text = """\
openapi: 3.1.0
paths:
  /desks:
    get:
      parameters:
      - {name: land, in: query, schema: {enum: [NO, on, 12:30, 2024-01-01, 0x1F], default: true,
          minimum: 1.5}}
      responses:
        200: {description: Fine.}
"""
    found = only(written(tmp_path, text, "api.yaml"))
    schema = found.parameters[0]["schema"]
    assert schema == {"enum": ["NO", "on", "12:30", "2024-01-01", "0x1F"], "default": True, "minimum": 1.5}
    assert list(found.responses) == ["200"]
    assert found.id == "get /desks"


def test_other_files_are_taken_in_wherever_they_refer_to(tmp_path: Path) -> None:
    """References go to other files, back, through lists, to paths and operations; all is one document."""
    written(tmp_path, {"get": {"$ref": "../operations.yaml#/list/0"}}, "paths/desks.json")
    operations = """\
list:
- responses:
    '200':
      content:
        application/json:
          schema: {$ref: 'schemas/desk.yaml'}
"""
    written(tmp_path, operations, "operations.yaml")
    maker = "{$ref: '../api.json#/components/schemas/Maker'}"
    desk = f"{{type: object, properties: {{part: {{$ref: '#'}}, maker: {maker}}}}}"
    written(tmp_path, desk, "schemas/desk.yaml")
    schemas = {
        "Maker": {"allOf": [{"type": "string", "maxLength": 5}]},
        "Short": {"$ref": "#/components/schemas/Maker/allOf/0"},
    }
    whole = definition(paths={"/desks": {"$ref": "paths/desks.json"}}, components={"schemas": schemas})
    loaded = load_definition(written(tmp_path, whole))
    (found,) = endpoints(loaded.document)
    (schema,) = found.success_schemas()
    assert deref(loaded.document, schema["properties"]["part"]) == schema
    assert deref(loaded.document, schema["properties"]["maker"]) == schemas["Maker"]
    assert deref(loaded.document, loaded.document["components"]["schemas"]["Short"])["maxLength"] == 5
    assert sorted(Path(each).name for each in loaded.contents) == [
        "api.json",
        "desk.yaml",
        "desks.json",
        "operations.yaml",
    ]


def test_a_folder_is_named_by_the_definition_that_begins_in_it(tmp_path: Path) -> None:
    """Files that are only referred to are no definitions; two of these need a name."""
    written(tmp_path, {"type": "object"}, "openapi/desk.json")
    place = written(tmp_path, definition(), "openapi/desks.json")
    assert load_definition(str(tmp_path)).location == place
    written(tmp_path, definition(), "openapi/others.json")
    with pytest.raises(
        UsageError, match=r"2 definitions begin here \(openapi/desks.json, openapi/others.json\)"
    ):
        load_definition(str(tmp_path))
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"no file in it says openapi: or swagger:"):
        load_definition(str(tmp_path / "empty"))


def test_a_url_is_read_with_what_it_refers_to(site: tuple[str, Path]) -> None:
    """References of a definition that was fetched are fetched from beside it."""
    url, folder = site
    written(folder, {"type": "object"}, "v1/schemas/desk.json")
    written(
        folder, definition(components={"schemas": {"Desk": {"$ref": "schemas/desk.json"}}}), "v1/api.json"
    )
    loaded = load_definition(f"{url}/v1/api.json")
    assert list(loaded.contents) == [f"{url}/v1/api.json", f"{url}/v1/schemas/desk.json"]
    with pytest.raises(UsageError, match="was answered with 404; fetch it yourself and name the file"):
        load_definition(f"{url}/v2/api.json")


def test_swagger_2_says_the_same_in_the_form_of_openapi_3(tmp_path: Path) -> None:
    """Host, base path, bodies, forms, files, responses and schemes stand where OpenAPI 3 has them."""
    old = {
        "swagger": "2.0",
        "host": "api.example.com",
        "basePath": "/v1",
        "schemes": ["https"],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "securityDefinitions": {
            "key": {"type": "apiKey", "in": "query", "name": "key"},
            "user": {"type": "basic"},
        },
        "security": [{"key": []}],
        "definitions": {
            "Desk": {"type": "object", "properties": {"name": {"type": "string", "x-nullable": True}}}
        },
        "parameters": {
            "Limit": {"name": "limit", "in": "query", "type": "integer", "maximum": 9},
            "Body": {
                "name": "body",
                "in": "body",
                "required": True,
                "schema": {"$ref": "#/definitions/Desk"},
            },
        },
        "responses": {"Wrong": {"description": "Wrong.", "schema": {"$ref": "#/definitions/Desk"}}},
        "paths": {
            "/desks": {
                "parameters": [{"$ref": "#/parameters/Limit"}],
                "post": {
                    "parameters": [{"$ref": "#/parameters/Body"}],
                    "responses": {
                        "201": {
                            "schema": {"$ref": "#/definitions/Desk"},
                            "examples": {"application/json": {"name": "attic"}},
                        },
                        "400": {"$ref": "#/responses/Wrong"},
                    },
                },
                "put": {
                    "parameters": [
                        {"name": "picture", "in": "formData", "type": "file", "required": True},
                        {"name": "note", "in": "formData", "type": "string"},
                    ],
                    "responses": {"204": {"headers": {"X-Left": {"type": "integer"}}}},
                },
            }
        },
    }
    loaded = load_definition(written(tmp_path, old))
    post, put = sorted(endpoints(loaded.document), key=lambda each: each.method)
    assert (loaded.form, base_of(loaded.document)) == ("Swagger 2.0", "/v1")
    assert [(each["name"], each["schema"]) for each in post.parameters] == [
        ("limit", {"type": "integer", "maximum": 9})
    ]
    assert post.body is not None
    assert post.body.schema["properties"]["name"] == {"type": "string", "x-nullable": True, "nullable": True}
    assert next(iter(post.success()))[1].example == {"name": "attic"}
    assert post.contents(post.responses["400"])[0].schema == post.body.schema
    assert post.security == (({"type": "apiKey", "in": "query", "name": "key"},),)
    assert put.body is not None
    assert put.body.media == "multipart/form-data"
    assert put.body.schema["required"] == ["picture"]
    assert put.body.schema["properties"]["picture"] == {"type": "string", "format": "binary"}
    assert put.responses["204"]["headers"] == {"X-Left": {"schema": {"type": "integer"}}}


WRONG: Final[dict[str, tuple[Any, str]]] = {
    "no definition": (
        {"paths": {}},
        "is no OpenAPI definition: nothing at its top says openapi: or swagger:",
    ),
    "a list": ([1], "is no OpenAPI definition"),
    "a form of the future": (
        definition(openapi="4.0.0"),
        "openapi: 4.0.0 is not supported; known are 2.0, 3.0",
    ),
    "a form of the past": ({"swagger": "1.2", "paths": DESKS}, "swagger: 1.2 is not supported"),
    "no operation": (definition(paths={}), "has no operation to judge"),
    "no paths": ({"openapi": "3.1.0"}, "has no operation to judge"),
    "a reference to nothing": (
        definition(components={"schemas": {"Desk": {"$ref": "#/components/schemas/Bulb"}}}),
        "#/components/schemas/Desk: #/components/schemas/Bulb names nothing in it; correct the reference",
    ),
    "a reference to no file": (
        definition(components={"schemas": {"Desk": {"$ref": "desk.json#/Desk"}}}),
        "#/components/schemas/Desk: refers to desk.json#/Desk, but",
    ),
    "two operations of one id": (
        definition(paths=DESKS | {"/bulbs": DESKS["/desks"]}),
        "#/paths/~1bulbs/get: operationId listDesks is that of GET /desks too; give each its own",
    ),
    "broken JSON": ('{"openapi": "3.0.0",\n "paths": ]', ":2:11: not valid JSON"),
    "broken YAML": ("openapi: 3.0.0\npaths: {", "not valid YAML"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_read_is_said_with_its_place(tmp_path: Path, name: str) -> None:
    """Each message begins with the file and names what to do."""
    content, message = WRONG[name]
    place = written(tmp_path, content, "api.yaml" if name == "broken YAML" else "api.json")
    with pytest.raises(UsageError) as caught:
        load_definition(place)
    assert str(caught.value).startswith(place)
    assert message in str(caught.value)


def test_operations_of_one_id_may_be_renamed(tmp_path: Path) -> None:
    """Whoever cannot correct the definition may let the later one go by method and path."""
    place = written(tmp_path, definition(paths=DESKS | {"/bulbs": DESKS["/desks"]}))
    loaded = load_definition(place, rename_duplicates=True)
    assert [each.id for each in endpoints(loaded.document)] == ["listDesks", "get /bulbs"]
    assert [each.place for each in loaded.repairs] == ["#/paths/~1bulbs/get"]


def test_the_hash_is_that_of_the_file(tmp_path: Path) -> None:
    """One file has its own SHA-256; of several it changes with each."""
    whole = definition(components={"schemas": {"Desk": {"$ref": "desk.yaml"}}})
    written(tmp_path, yaml.safe_dump({"type": "object"}), "desk.yaml")
    before = load_definition(written(tmp_path, whole)).hash
    written(tmp_path, yaml.safe_dump({"type": "string"}), "desk.yaml")
    assert before != load_definition(written(tmp_path, whole)).hash


@pytest.mark.parametrize("where", ["item", "operation"])
def test_no_operation_is_lost_where_its_reference_is_wrong(tmp_path: Path, where: str) -> None:
    """One that refers to nothing is refused, one that is misspelt is read as it is meant."""
    operation = {"operationId": "seats", "responses": {"200": {"description": "all"}}}
    held = {"get": operation} if where == "item" else operation

    def written(name: str) -> Path:
        reference: dict[str, Any] = {"$ref": f"#/x-held/{name}"}
        node = reference if where == "item" else {"get": reference}
        document = {"openapi": "3.1.0", "x-held": {"Seats": held}, "paths": {"/seats": node}}
        file = tmp_path / "api.json"
        file.write_text(json.dumps(document), encoding="utf-8")
        return file

    with pytest.raises(UsageError, match=r"#/paths/~1seats.*: #/x-held/None names nothing in it; correct"):
        load_definition(str(written("None")))
    found = load_definition(str(written("seats")))
    assert found.document["paths"]["/seats"]["get"]["operationId"] == "seats"
    assert [repair.what for repair in found.repairs] == [
        "#/x-held/seats names nothing: read as #/x-held/Seats"
    ]
