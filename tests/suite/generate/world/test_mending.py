"""A request is mended as its refusal says, in whichever of the usual forms it says it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from conformance.claims.endpoints import Endpoint, endpoints
from conformance.exchange.model import Request
from conformance.generate.world.mending import complaints, mended
from conformance.generate.world.requests import Draft
from conformance.generate.world.values import Maker
from tests.suite.ledger.toy_ledger import exchange_of

DOCUMENT: Final[dict[str, Any]] = {
    "openapi": "3.0.3",
    "paths": {
        "/desks": {
            "post": {
                "parameters": [
                    {"name": "room", "in": "query", "schema": {"type": "integer"}},
                    {"name": "delete_all", "in": "query", "schema": {"type": "boolean"}},
                ],
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "name": {"type": "string"},
                                    "size": {"type": "integer"},
                                    "kind": {"type": "string", "enum": ["oak", "elm"]},
                                    "legs": {"type": "array", "items": {"type": "integer"}},
                                    "user": {
                                        "type": "object",
                                        "properties": {
                                            "role": {"type": "string", "enum": ["SYSTEM", "MEMBER"]},
                                            "log_form": {"type": "string", "enum": ["LINE", "TREE"]},
                                        },
                                    },
                                },
                            }
                        }
                    }
                },
                "responses": {},
            }
        }
    },
}
BODY: Final = {"name": "ct-1", "kind": "oak"}
MAKER: Final = Maker(DOCUMENT, lambda word: f"ct-{word}")


def endpoint() -> Endpoint:
    """Return the one operation."""
    return endpoints(DOCUMENT)[0]


MENDED: Final[dict[str, tuple[Any, Any, dict[str, str]]]] = {
    "as FastAPI says it": (
        {"detail": [{"loc": ["body", "size"], "msg": "field required"}]},
        BODY | {"size": 1},
        {},
    ),
    "of the query": ({"detail": [{"loc": ["query", "room"], "msg": "field required"}]}, BODY, {"room": "1"}),
    "as Kinto says it": ({"details": [{"location": "body", "name": "size"}]}, BODY | {"size": 1}, {}),
    "by the names of the members": (
        {"errors": {"size": ["This field is required."]}},
        BODY | {"size": 1},
        {},
    ),
    "in a sentence": ({"message": "'size' is required"}, BODY | {"size": 1}, {}),
    "a member that is not wanted": ({"errors": [{"field": "kind"}]}, {"name": "ct-1"}, {}),
    "a listed value": ({"message": "no oak here"}, BODY | {"kind": "elm"}, {}),
}


@pytest.mark.parametrize("name", MENDED)
def test_a_request_is_mended_as_its_refusal_says(name: str) -> None:
    """A member that is missed is added, one that is complained of goes, a listed value becomes another."""
    said, body, query = MENDED[name]
    draft = Draft(endpoint(), {}, json=BODY)
    found = mended(draft, exchange_of(Request("POST", "/desks"), said, 400), MAKER)
    assert found is not None
    assert (found.json, found.query) == (body, query)


WHOLE: Final = {"name": "ct-1", "legs": [], "user": {"role": "SYSTEM", "log_form": "LINE"}}
SPOKEN: Final[dict[str, tuple[Any, Any, dict[str, str]]]] = {
    "a listed value of an inner member": (
        {"detail": "no users of the role SYSTEM"},
        WHOLE | {"user": {"role": "MEMBER", "log_form": "LINE"}},
        {},
    ),
    "the words of an inner member, and what was sent": (
        {"detail": [{"msg": "Log form does not match", "input": {"role": "SYSTEM"}}]},
        WHOLE | {"user": {"role": "SYSTEM", "log_form": "TREE"}},
        {},
    ),
    "a list without an entry": (b"1 error\nlegs\n  must be non-empty", WHOLE | {"legs": [1]}, {}),
    "one of two members in quotes": (
        {"detail": "Either 'size' or 'weight' must be there"},
        WHOLE | {"size": 1},
        {},
    ),
    "a missing one behind a colon": (
        {"message": "Missing field in JSON data: size"},
        WHOLE | {"size": 1},
        {},
    ),
    "a parameter of the query": ({"detail": "give a room"}, WHOLE, {"room": "1"}),
    "a parameter with its value": (
        {"detail": "Set delete_all=yes, or name a room."},
        WHOLE,
        {"delete_all": "yes"},
    ),
}


@pytest.mark.parametrize("name", SPOKEN)
def test_running_text_is_understood(name: str) -> None:
    """What it says of inner members, empty lists and parameters is heeded; what it repeats is not."""
    said, body, query = SPOKEN[name]
    refusal = exchange_of(Request("POST", "/desks"), said, 422)
    found = mended(Draft(endpoint(), {}, json=WHOLE), refusal, MAKER)
    assert found is not None
    assert (found.json, found.query) == (body, query)


def test_a_value_that_was_shown_is_taken_where_nothing_else_is_said() -> None:
    """Another one than what was refused; a refusal of other members leaves it alone."""
    maker = replace(MAKER, learned=lambda name, _, refused: "elm" if name == "name" != refused else "")
    refusal = exchange_of(Request("POST", "/desks"), {"message": "no"}, 500)
    found = mended(Draft(endpoint(), {}, json=BODY), refusal, maker)
    assert found is not None
    assert found.json == BODY | {"name": "elm"}


def test_what_says_nothing_mends_nothing() -> None:
    """Neither does what was mended already, again."""
    draft = Draft(endpoint(), {}, json=BODY)
    nothing = exchange_of(Request("POST", "/desks"), {"message": "no"}, 400)
    assert list(complaints(nothing)) == []
    assert mended(draft, nothing, MAKER) is None
    assert mended(replace(draft, json=[1]), nothing, MAKER) is None
