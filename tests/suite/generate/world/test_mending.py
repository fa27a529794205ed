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
                "parameters": [{"name": "room", "in": "query", "schema": {"type": "integer"}}],
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "name": {"type": "string"},
                                    "size": {"type": "integer"},
                                    "kind": {"type": "string", "enum": ["oak", "elm"]},
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


def test_what_says_nothing_mends_nothing() -> None:
    """Neither does what was mended already, again."""
    draft = Draft(endpoint(), {}, json=BODY)
    nothing = exchange_of(Request("POST", "/desks"), {"message": "no"}, 400)
    assert list(complaints(nothing)) == []
    assert mended(draft, nothing, MAKER) is None
    assert mended(replace(draft, json=[1]), nothing, MAKER) is None
