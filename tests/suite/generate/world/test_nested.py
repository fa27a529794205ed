"""What has a path of its own is created below something else, and is deleted under its own path."""

from __future__ import annotations

from typing import Any, Final

from conformance.claims.endpoints import endpoints
from conformance.generate.world.ids import candidates
from conformance.generate.world.producers import Producers
from conformance.generate.world.requests import Draft, Drafts
from conformance.generate.world.undoing import Undoing


def _answers(schema: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}}
    return {"responses": {"200": {"description": "well", "content": content}}}


CARD: Final = {"type": "object", "properties": {"id": {"type": "string"}}}
CARDS: Final = {"type": "array", "items": CARD}
DOCUMENT: Final[dict[str, Any]] = {
    "openapi": "3.0.3",
    "paths": {
        "/boards/{board_id}/cards": {
            "get": {"operationId": "listCards"} | _answers(CARDS),
            "post": {"operationId": "createCard"} | _answers(CARD),
        },
        "/cards/{card_id}": {"get": _answers(CARD), "delete": _answers(CARD)},
        "/cards/{card_id}/cards": {"post": {"operationId": "createInner"} | _answers(CARD)},
    },
}


def test_a_thing_is_made_below_another_and_deleted_under_its_own_path() -> None:
    """The creation is surer than the list; what needs such a thing itself does not make the first one."""
    producers = Producers(endpoints(DOCUMENT))
    found = [(p.source, p.operation, p.at) for p in producers.table["/cards/{card_id}"]]
    assert found[0] == ("nested", "createCard", "/id")
    assert "createInner" not in {operation for _, operation, _ in found}
    drafts = Drafts({}, lambda word: f"ct-{word}", lambda _: None)
    creation = producers.by_id["createCard"]
    undo = Undoing(producers, drafts).undo_of(Draft(creation, {"board_id": "b"}), "owner")
    assert undo is not None
    assert undo.path == "/cards/{id}"


def test_nothing_is_made_under_a_listed_value() -> None:
    """``POST /counts/{by}`` of a day counts by days; under a name of its own it would make something."""
    for schema, place in (({"type": "string", "enum": ["day"]}, "value"), ({"type": "string"}, "path")):
        by = {"name": "by", "in": "path", "required": True, "schema": schema}
        paths = {"/counts/{by}": {"post": {"parameters": [by], "responses": {}}}}
        producers = Producers(endpoints({"openapi": "3.0.3", "paths": paths}))
        assert producers.table["/counts/{by}"][0].place == place


def test_what_stands_in_its_own_place_of_a_list_is_made_and_deleted_by_it() -> None:
    """A creation may answer with the thing and whether it is new; a list of things shows those of others."""
    pair = {"type": "array", "prefixItems": [CARD, {"type": "boolean"}]}
    for schema, place, is_known in ((pair, "/0/id", True), (CARDS, "/*/id", False)):
        paths = {
            "/cards": {"post": {"operationId": "createCard"} | _answers(schema)},
            "/cards/{card_id}": {"get": _answers(CARD), "delete": _answers(CARD)},
        }
        producers = Producers(endpoints({"openapi": "3.1.0", "paths": paths}))
        first = producers.table["/cards/{card_id}"][0]
        assert (first.place, first.at, producers.makes(first)) == ("response", place, is_known)
        drafts = Drafts({}, lambda word: f"ct-{word}", lambda _: None)
        undo = Undoing(producers, drafts).undo_of(Draft(producers.by_id["createCard"], {}), "owner")
        assert undo is not None
        assert (place in undo.pointer.split("|")) == is_known


def test_a_member_that_is_called_after_the_thing_holds_its_name() -> None:
    """Who asks who they are is told their tenant: that is a ``tenant_name``; a plain id is surer."""
    found = {"type": "object", "properties": {"user": {"type": "string"}, "tenant": {"type": "string"}}}
    paths = {
        "/whoami": {"get": {"operationId": "me"} | _answers(found)},
        "/tenants/{tenant_name}": {"get": {}},
    }
    producers = Producers(endpoints({"openapi": "3.0.3", "paths": paths}))
    assert [(p.operation, p.at) for p in producers.table["/tenants/{tenant_name}"]] == [("me", "/tenant")]
    assert candidates("tenant_name", "tenant").index("name") < candidates("tenant_name", "tenant").index(
        "tenant"
    )
