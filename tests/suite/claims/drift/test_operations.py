"""What a change of a definition means for a client that was written for the old one."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any, Final

import pytest

from conformance.claims.drift.change import EVERY, Change, Effect
from conformance.claims.drift.operations import drift, touched

BREAKING, COMPATIBLE, DOCUMENTATION = Effect
DESK: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "maxLength": 20, "description": "What it is called."},
        "kind": {"type": "string", "enum": ["led", "arc"]},
        "watts": {"type": "integer", "minimum": 1},
        "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Desk"}},
    },
}
SENT: Final[dict[str, Any]] = copy.deepcopy(DESK)
del SENT["properties"]["parts"]
DEFINITION: Final[dict[str, Any]] = {
    "openapi": "3.0.3",
    "servers": [{"url": "https://api.example.com/v1"}],
    "components": {
        "schemas": {"Desk": DESK},
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer"},
            "key": {"type": "apiKey", "in": "header", "name": "x-key"},
        },
    },
    "security": [{"bearer": []}],
    "paths": {
        "/desks": {
            "get": {
                "operationId": "listDesks",
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100}}
                ],
                "responses": {"200": {"description": "All.", "headers": {"X-Total": {}}}},
            },
            "post": {
                "operationId": "addDesk",
                "requestBody": {"content": {"application/json": {"schema": SENT}}},
                "responses": {
                    "201": {
                        "description": "Made.",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Desk"}}},
                    },
                    "400": {"description": "Wrong."},
                },
            },
        },
        "/desks/{id}": {
            "get": {
                "operationId": "getDesk",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {"200": {"description": "It."}},
            },
        },
    },
}
GET, POST, ITEM = "GET /desks", "POST /desks", "GET /desks/{id}"
Edit = Callable[[dict[str, Any]], object]


def _post(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"]["/desks"]["post"]
    return found


def _sent(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = _post(document)["requestBody"]["content"]["application/json"]["schema"]
    return found


def _received(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"]["Desk"]
    return found


def _limit(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"]["/desks"]["get"]["parameters"][0]
    return found


def _rename(document: dict[str, Any]) -> None:
    item = document["paths"].pop("/desks/{id}")
    item["get"]["parameters"][0]["name"] = "deskId"
    document["paths"]["/desks/{deskId}"] = item


BODY, MADE = "body", "response 201"
CASES: Final[dict[str, tuple[Edit, list[tuple[Effect, str, str, str]]]]] = {
    "an operation is gone": (
        lambda d: d["paths"]["/desks"].pop("get"),
        [(BREAKING, GET, "", "removed")],
    ),
    "an operation is new": (
        lambda d: d["paths"]["/desks"].update(put={"responses": {}}),
        [(COMPATIBLE, "PUT /desks", "", "new")],
    ),
    "an operation is deprecated": (
        lambda d: _post(d).update(deprecated=True),
        [(COMPATIBLE, POST, "", "deprecated")],
    ),
    "a path parameter has another name": (
        _rename,
        [(DOCUMENTATION, "GET /desks/{deskId}", "path", "/desks/{deskId}, where it was /desks/{id}")],
    ),
    "the base path moves": (
        lambda d: d.update(servers=[{"url": "https://api.example.com/v2"}]),
        [(BREAKING, EVERY, "base path", "/v2, where it was /v1")],
    ),
    "a parameter is required": (
        lambda d: _limit(d).update(required=True),
        [(BREAKING, GET, "query limit", "required now")],
    ),
    "a parameter may be less": (
        lambda d: _limit(d)["schema"].update(maximum=50),
        [(BREAKING, GET, "query limit", "maximum 50, where it was 100")],
    ),
    "a parameter may be more": (
        lambda d: _limit(d)["schema"].pop("maximum"),
        [(COMPATIBLE, GET, "query limit", "maximum nothing, where it was 100")],
    ),
    "a parameter of the query is gone": (
        lambda d: d["paths"]["/desks"]["get"].pop("parameters"),
        [(BREAKING, GET, "query limit", "removed")],
    ),
    "a default is another": (
        lambda d: _limit(d)["schema"].update(default=10),
        [(COMPATIBLE, GET, "query limit", "default 10, where it was nothing")],
    ),
    "a body needs a new member": (
        lambda d: (_sent(d)["properties"].update(shade={}), _sent(d)["required"].append("shade")),
        [(BREAKING, POST, f"{BODY}.shade", "new and required")],
    ),
    "a body may have a new member": (
        lambda d: _sent(d)["properties"].update(shade={}),
        [(COMPATIBLE, POST, f"{BODY}.shade", "new")],
    ),
    "a body's member is required": (
        lambda d: _sent(d)["required"].append("watts"),
        [(BREAKING, POST, f"{BODY}.watts", "required now")],
    ),
    "a body's member is optional": (
        lambda d: _sent(d)["required"].clear(),
        [(COMPATIBLE, POST, f"{BODY}.name", "no longer required")],
    ),
    "a body's value is refused": (
        lambda d: _sent(d)["properties"]["kind"]["enum"].remove("arc"),
        [(BREAKING, POST, f"{BODY}.kind", "no value arc any more")],
    ),
    "a body's member is of another type": (
        lambda d: _sent(d)["properties"]["watts"].update(type="string"),
        [(BREAKING, POST, f"{BODY}.watts", "string besides or instead of integer")],
    ),
    "a body's number may have a fraction": (
        lambda d: _sent(d)["properties"]["watts"].update(type="number"),
        [(COMPATIBLE, POST, f"{BODY}.watts", "number besides or instead of integer")],
    ),
    "a body has another media type": (
        lambda d: _post(d)["requestBody"].update(content={"text/csv": {"schema": _sent(d)}}),
        [(BREAKING, POST, BODY, "text/csv, where it was application/json")],
    ),
    "a response has a new member": (
        lambda d: _received(d)["properties"].update(shade={}),
        [(COMPATIBLE, POST, f"{MADE}.shade", "new")],
    ),
    "a response lacks a member": (
        lambda d: _received(d)["properties"].pop("watts"),
        [(BREAKING, POST, f"{MADE}.watts", "removed")],
    ),
    "a response may lack a member": (
        lambda d: _received(d)["required"].clear(),
        [(BREAKING, POST, f"{MADE}.name", "no longer required")],
    ),
    "a response always has a member": (
        lambda d: _received(d)["required"].append("kind"),
        [(COMPATIBLE, POST, f"{MADE}.kind", "required now")],
    ),
    "a response has a new value": (
        lambda d: _received(d)["properties"]["kind"]["enum"].append("gas"),
        [(BREAKING, POST, f"{MADE}.kind", "new value gas")],
    ),
    "a response may be null": (
        lambda d: _received(d)["properties"]["watts"].update(nullable=True),
        [(BREAKING, POST, f"{MADE}.watts", "null besides or instead of integer")],
    ),
    "a response's text may be longer": (
        lambda d: _received(d)["properties"]["name"].update(maxLength=40),
        [(BREAKING, POST, f"{MADE}.name", "maxLength 40, where it was 20")],
    ),
    "a success has another status": (
        lambda d: _post(d)["responses"].update({"200": _post(d)["responses"].pop("201")}),
        [(BREAKING, POST, "response 200", "new"), (BREAKING, POST, MADE, "removed")],
    ),
    "an error is documented": (
        lambda d: _post(d)["responses"].update({"409": {"description": "Taken."}}),
        [(COMPATIBLE, POST, "response 409", "new")],
    ),
    "a header is gone": (
        lambda d: d["paths"]["/desks"]["get"]["responses"]["200"].pop("headers"),
        [(BREAKING, GET, "response 200 header x-total", "removed")],
    ),
    "everybody needs a key too": (
        lambda d: d.update(security=[{"bearer": [], "key": []}]),
        [(BREAKING, EVERY, "security", "apiKey x-key and http bearer, where it was http bearer")],
    ),
    "a key is enough for one": (
        lambda d: _post(d).update(security=[{"bearer": []}, {"key": []}]),
        [(COMPATIBLE, POST, "security", "apiKey x-key or http bearer, where it was http bearer")],
    ),
    "one is open": (
        lambda d: _post(d).update(security=[]),
        [(COMPATIBLE, POST, "security", "none, where it was http bearer")],
    ),
    "a body may be of any type": (
        lambda d: _sent(d)["properties"]["watts"].pop("type"),
        [(COMPATIBLE, POST, f"{BODY}.watts", "any type, where it was integer")],
    ),
    "a body is of one type": (
        lambda d: _sent(d)["properties"]["watts"].update(type=["integer"], default=3),
        [(COMPATIBLE, POST, f"{BODY}.watts", "default 3, where it was nothing")],
    ),
    "a response is of fewer types": (
        lambda d: _received(d)["properties"]["watts"].update(type="string"),
        [(BREAKING, POST, f"{MADE}.watts", "string besides or instead of integer")],
    ),
    "a body may be anything of its type": (
        lambda d: _sent(d)["properties"]["kind"].pop("enum"),
        [(COMPATIBLE, POST, f"{BODY}.kind", "anything, where only some values were")],
    ),
    "a body is one of a list": (
        lambda d: _sent(d)["properties"]["name"].update(enum=["a", "b"]),
        [(BREAKING, POST, f"{BODY}.name", "only a, b, where anything was")],
    ),
    "a body has a pattern": (
        lambda d: _sent(d)["properties"]["name"].update(pattern="^x"),
        [(BREAKING, POST, f"{BODY}.name", "pattern ^x, where it was nothing")],
    ),
    "a body's entries are longer": (
        lambda d: _received(d)["properties"]["parts"].update(minItems=1),
        [(COMPATIBLE, POST, f"{MADE}.parts", "minItems 1, where it was nothing")],
    ),
    "a body is there": (
        lambda d: d["paths"]["/desks/{id}"]["get"].update(
            requestBody={"required": True, "content": {"application/json": {"schema": {}}}}
        ),
        [(BREAKING, ITEM, BODY, "new")],
    ),
    "a body is not there": (
        lambda d: _post(d).pop("requestBody"),
        [(BREAKING, POST, BODY, "removed")],
    ),
    "a media type more": (
        lambda d: _post(d)["requestBody"]["content"].update({"text/csv": {"schema": {}}}),
        [(COMPATIBLE, POST, BODY, "text/csv is new")],
    ),
    "a header more": (
        lambda d: d["paths"]["/desks"]["get"]["responses"]["200"]["headers"].update({"X-Next": {}}),
        [(COMPATIBLE, GET, "response 200 header x-next", "new")],
    ),
    "a parameter more": (
        lambda d: d["paths"]["/desks"]["get"]["parameters"].append(
            {"name": "q", "in": "query", "required": True, "schema": {}}
        ),
        [(BREAKING, GET, "query q", "new and required")],
    ),
    "an operation has no id": (
        lambda d: _post(d).pop("operationId"),
        [(DOCUMENTATION, POST, "operationId", "none, where it was addDesk")],
    ),
    "a sentence is another": (
        lambda d: _received(d)["properties"]["name"].update(description="Its name."),
        [(DOCUMENTATION, POST, f"{MADE}.name", "its description or example was changed")],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_change_is_found_once_with_what_it_means(name: str) -> None:
    """Each edit of a definition is one change, of the right effect, at the right place."""
    edit, expected = CASES[name]
    new = copy.deepcopy(DEFINITION)
    edit(new)
    found = [(each.effect, each.operation, each.where, each.what) for each in drift(DEFINITION, new)]
    assert found == expected


@pytest.mark.parametrize(
    ("old", "new", "effect"),
    [
        ([{"type": "string"}], [{"type": "string"}, {"type": "null"}], BREAKING),
        ([{"type": "string"}, {"type": "null"}], [{"type": "string"}], COMPATIBLE),
        ([{"type": "string"}], [{"type": "boolean"}], BREAKING),
    ],
)
def test_alternatives_of_a_response_are_compared(
    old: list[dict[str, str]], new: list[dict[str, str]], effect: Effect
) -> None:
    """One more is one that a client does not know; one fewer breaks nobody."""
    before, after = copy.deepcopy(DEFINITION), copy.deepcopy(DEFINITION)
    _received(before)["properties"]["watts"] = {"oneOf": old}
    _received(after)["properties"]["watts"] = {"oneOf": new}
    assert [each.effect for each in drift(before, after)] == [effect]


def test_nothing_changed_is_no_change() -> None:
    """A definition does not differ from its copy, with all that refers to itself."""
    assert drift(DEFINITION, copy.deepcopy(DEFINITION)) == []


def test_swagger_2_says_the_same_as_openapi_3() -> None:
    """The form of a definition is no change of the API."""
    new = {
        "swagger": "2.0",
        "basePath": "/v1",
        "definitions": {"Desk": json.loads(json.dumps(DESK).replace("components/schemas", "definitions"))},
        "paths": {
            "/desks": {
                "post": {
                    "parameters": [{"in": "body", "name": "body", "schema": SENT}],
                    "responses": {"201": {"schema": {"$ref": "#/definitions/Desk"}}, "400": {}},
                }
            }
        },
    }
    kept = {"openapi": "3.0.3", "servers": [{"url": "/v1"}], "components": DEFINITION["components"]}
    old = kept | {"paths": {"/desks": {"post": _post(DEFINITION)}}}
    assert [each for each in drift(old, new) if each.effect is not DOCUMENTATION] == []


def test_what_is_told_otherwise_touches_no_operation() -> None:
    """Operations that were changed for those who use them, and no others, are to be judged again."""
    labels = [GET, POST, ITEM]
    changes = [Change(DOCUMENTATION, "", "", GET), Change(COMPATIBLE, "", "", POST)]
    assert touched(changes, labels) == [POST]
    assert touched([Change(BREAKING, "", "", EVERY)], labels) == labels
