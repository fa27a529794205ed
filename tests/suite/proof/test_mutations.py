"""Each mutation makes a right server look wrong in its one way, and leaves alone everything else."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

import pytest

from conformance.claims.endpoints import endpoints
from conformance.proof.fault_proxy import ReceivedRequest
from conformance.proof.mutations.catalogue import MUTATIONS
from conformance.proof.mutations.response import Response
from conformance.proof.mutations.traffic import Passage, Traffic

DESK: Final = {"id": "l-1", "name": "attic", "watts": 40}
SCHEMA: Final = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": {"type": "string"}, "name": {"type": "string"}, "watts": {"type": "integer"}},
}
JSON: Final = {"content": {"application/json": {"schema": SCHEMA}}}
DEFINITION: Final[dict[str, Any]] = {
    "openapi": "3.0.3",
    "security": [{"bearer": []}, {"query": []}],
    "components": {
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer"},
            "query": {"type": "apiKey", "in": "query", "name": "key"},
        }
    },
    "paths": {
        "/desks": {
            "get": {"operationId": "listDesks", "responses": {"200": {}}},
            "post": {"operationId": "addDesk", "responses": {"201": JSON, "400": {}, "409": JSON}},
        },
        "/shades": {"get": {"responses": {"default": {}}}, "post": {"responses": {"2XX": {}}}},
        "/desks/new": {"get": {"operationId": "blankDesk", "responses": {"200": {}}}},
        "/desks/{deskId}": {
            "get": {"operationId": "getDesk", "responses": {"200": JSON, "404": {}}},
            "patch": {"operationId": "changeDesk", "responses": {"200": JSON, "400": {}}},
            "delete": {"operationId": "dropDesk", "responses": {"204": {}}},
        },
    },
}
OWNER: Final = {"authorization": "Bearer owner"}
OUTSIDER: Final = {"authorization": "Bearer outsider"}
Told = Callable[..., Response]


def response(status: int, body: Any = None) -> Response:
    """Return a response with a JSON body, if any."""
    content = b"" if body is None else json.dumps(body).encode()
    return Response(status, (("Content-Type", "application/json"),), content)


@pytest.fixture
def traffic() -> Traffic:
    """Return what is known of an API of desks before anything went through."""
    return Traffic(endpoints(DEFINITION), "/api")


@pytest.fixture
def told(traffic: Traffic, request: pytest.FixtureRequest) -> Iterator[Told]:
    """Return a function that lets a request and its true response through, and returns what is told."""

    def pass_through(
        method: str,
        path: str,
        answered: Response,
        *,
        body: Any = None,
        headers: dict[str, str] = OWNER,
        before: Response | None = None,
    ) -> Response:
        content = b"" if body is None else json.dumps(body).encode()
        where = f"/api{path}"
        received = ReceivedRequest(1, 0.0, method, where, headers, content, sock, "http://127.0.0.1:9")
        endpoint = traffic.endpoint(method, where.partition("?")[0])
        passage = Passage(received, endpoint, traffic, answered, before)
        traffic.learn(passage)
        return MUTATIONS[request.param].mutate(passage)

    with socket.socket() as sock:
        yield pass_through


def mutation(name: str) -> pytest.MarkDecorator:
    """Return the mark of a test of one mutation."""
    return pytest.mark.parametrize("told", [name], indirect=True)


@pytest.mark.parametrize(
    "told", [n for n in MUTATIONS if n not in {"undocumented-status", "renamed-member"}], indirect=True
)
def test_what_it_does_not_speak_of_passes_as_it_is(told: Told) -> None:
    """What it does not speak of passes as it is."""
    answered = response(200, {"level": 3})
    assert told("GET", "/desks/new", answered) == answered


def test_a_path_without_parameters_comes_first(traffic: Traffic) -> None:
    """A path without parameters comes first."""
    found = traffic.endpoint("GET", "/api/desks/new")
    assert found is not None
    assert found.id == "blankDesk"
    assert traffic.endpoint("GET", "/elsewhere/desks") is None


@mutation("undocumented-status")
def test_a_success_has_a_status_of_its_own(told: Told) -> None:
    """A success has a status of its own."""
    assert (
        str(told("GET", "/desks", response(200, [])).status)
        not in DEFINITION["paths"]["/desks"]["get"]["responses"]
    )
    assert told("GET", "/desks", response(404, {})).status == 404


@mutation("undocumented-status")
def test_where_every_success_is_documented_a_read_fails(told: Told) -> None:
    """What was created is known as created, or nobody would delete it."""
    assert told("GET", "/shades", response(200, [])).status == 500
    assert told("POST", "/shades", response(201, {})).status == 201


@mutation("renamed-member")
def test_a_required_member_is_renamed_and_no_id(told: Told) -> None:
    """A required member is renamed and no id."""
    assert told("GET", "/desks/l-1", response(200, DESK)).json == {
        "id": "l-1",
        "nameMutated": "attic",
        "watts": 40,
    }


@mutation("renamed-member")
def test_without_a_schema_the_media_type_is_another(told: Told) -> None:
    """Without a schema the media type is another."""
    assert ("Content-Type", "text/x-mutated") in told("GET", "/desks", response(200, [DESK])).headers


@mutation("misdescribed-error")
def test_an_error_loses_what_its_schema_asks_for(told: Told) -> None:
    """Only where the definition says what stands in an error of this status."""
    wrong = {"id": "l-1", "nameMutated": "attic", "watts": 40}
    assert told("POST", "/desks", response(409, DESK)).json == wrong
    for status in (201, 400, 404):
        assert told("POST", "/desks", response(status, DESK)).json == DESK


@mutation("changed-value")
def test_what_was_sent_is_read_back_otherwise(told: Told) -> None:
    """What was sent is read back otherwise."""
    told("POST", "/desks", response(201, DESK), body={"name": "attic", "watts": 40})
    assert told("GET", "/desks/l-1", response(200, DESK)).json == {
        "id": "l-1",
        "name": "mutated citta",
        "watts": 41,
    }


@mutation("swallowed-write")
def test_an_update_is_not_seen_until_the_thing_is_gone(told: Told) -> None:
    """An update is not seen until the thing is gone."""
    new = DESK | {"watts": 60}
    told("PATCH", "/desks/l-1", response(200, new), body={"watts": 60}, before=response(200, DESK))
    assert told("GET", "/desks/l-1", response(200, new)).json == DESK
    told("DELETE", "/desks/l-1", response(204))
    assert told("GET", "/desks/l-1", response(404)).status == 404


@mutation("served-after-delete")
def test_what_was_deleted_is_still_served(told: Told) -> None:
    """What was deleted is still served."""
    told("DELETE", "/desks/l-1", response(204), before=response(200, DESK))
    assert told("GET", "/desks/l-1", response(404)).json == DESK


@mutation("others-deleted")
def test_with_one_thing_the_others_of_its_kind_go(told: Told) -> None:
    """What was shown before is not there any more; what is made later is."""
    for name in ("l-1", "l-2"):
        told("GET", f"/desks/{name}", response(200, DESK))
    told("DELETE", "/desks/l-1", response(204))
    assert told("GET", "/desks/l-2", response(200, DESK)).status == 404
    assert told("GET", "/desks/l-3", response(200, DESK)).status == 200


@mutation("refused-but-done")
def test_a_refused_update_changes_what_is_read_until_the_next_write(told: Told) -> None:
    """A refused update changes what is read until the next write."""
    refused = response(400, {"error": "no"})
    body = {"name": "cellar", "watts": "x"}
    assert told("PATCH", "/desks/l-1", refused, body=body, before=response(200, DESK)) == refused
    assert told("GET", "/desks/l-1", response(200, DESK)).json == DESK | {"name": "cellar"}
    told("PATCH", "/desks/l-1", response(200, DESK), body={"watts": 40}, before=response(200, DESK))
    assert told("GET", "/desks/l-1", response(200, DESK)).json == DESK


@mutation("refused-but-done")
def test_a_refused_creation_adds_an_entry(told: Told) -> None:
    """A refused creation adds an entry with what was right of it, in an envelope or without."""
    told("POST", "/desks", response(201, DESK), body={"name": "attic"}, before=response(200, {"desks": []}))
    body = {"name": "cellar", "watts": "x"}
    told("POST", "/desks", response(400), body=body, before=response(200, {"desks": []}))
    (added,) = told("GET", "/desks", response(200, {"desks": []})).json["desks"]
    assert added == {"id": "mutated 1-l", "name": "cellar", "watts": 40}


@mutation("dropped-entry")
def test_a_list_lacks_what_was_created(told: Told) -> None:
    """A list lacks what was created."""
    other = {"id": "l-9", "name": "cellar"}
    told("POST", "/desks", response(201, DESK), body={"name": "attic"})
    assert told("GET", "/desks", response(200, {"desks": [other, DESK]})).json == {"desks": [other]}


@mutation("duplicated-entry")
def test_the_next_page_begins_with_what_was_shown(told: Told) -> None:
    """The next page begins with what was shown."""
    told("GET", "/desks?offset=0", response(200, [{"id": "l-1"}]))
    assert told("GET", "/desks?offset=1", response(200, [{"id": "l-2"}])).json == [{"id": "l-1"}]


@mutation("parent-ignored")
def test_a_thing_is_shown_below_any_parent(told: Told) -> None:
    """A thing is shown below any parent."""
    told("GET", "/desks/l-1", response(200, DESK))
    assert told("GET", "/desks/l-1", response(404)).json == DESK
    assert told("GET", "/desks/l-2", response(404)).status == 404


@mutation("success-for-unknown")
def test_what_is_not_there_looks_like_what_is(told: Told) -> None:
    """What is not there looks like what is."""
    told("GET", "/desks/l-1", response(200, DESK))
    assert told("GET", "/desks/l-2", response(404)).json == DESK


@mutation("bad-body-accepted")
def test_a_wrong_body_is_answered_like_a_right_one(told: Told) -> None:
    """A wrong body is answered like a right one."""
    told("POST", "/desks", response(201, DESK), body={"name": "attic"})
    accepted = told("POST", "/desks", response(400), body={})
    assert (accepted.status, accepted.json) == (201, DESK | {"id": "l-11"})
    assert told("GET", "/desks", response(400)).status == 400


@mutation("crash-on-bad-input")
def test_what_is_to_be_refused_fails(told: Told) -> None:
    """What is to be refused fails."""
    assert told("POST", "/desks", response(400), body={}).status == 500
    assert told("POST", "/desks", response(401), body={}).status == 401


@mutation("restless")
def test_each_read_differs(told: Told) -> None:
    """Each read differs."""
    assert told("GET", "/desks/l-1", response(200, DESK)).json["name"] != "attic"


@pytest.mark.parametrize(
    ("told", "status", "headers", "asked_again"),
    [
        ("credentials-added", 401, {}, True),
        ("credentials-added", 404, {}, False),
        ("outsider-as-owner", 404, OUTSIDER, True),
        ("outsider-as-owner", 200, OUTSIDER, True),
        ("outsider-as-owner", 401, {}, False),
        ("outsider-as-owner", 404, OWNER, False),
        ("outsider-as-owner", 404, {}, False),
    ],
    indirect=["told"],
)
def test_who_is_taken_for_the_owner(
    told: Told, status: int, headers: dict[str, str], *, asked_again: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is taken for the owner."""
    asked: list[ReceivedRequest] = []

    def forward(received: ReceivedRequest) -> bytes:
        asked.append(received)
        return response(200, DESK).on_the_wire()

    monkeypatch.setattr(ReceivedRequest, "forward", forward)
    told("GET", "/desks/new", response(200, DESK))
    shown = told("GET", "/desks/l-1?token=page-2", response(status), headers=headers)
    assert [(each.headers, each.path) for each in asked] == (
        [(OWNER, "/api/desks/l-1?token=page-2")] if asked_again else []
    )
    assert shown.json == (DESK if asked_again else None)


def test_a_response_survives_the_wire() -> None:
    """A response survives the wire."""
    sent = replace(response(204), headers=(("X-A", "1"),))
    assert Response.from_wire(sent.on_the_wire()) == sent


@mutation("credentials-added")
def test_credentials_of_the_query_are_those_of_the_owner(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """A credential that the definition has in the query is taken over like a header."""
    asked: list[str] = []

    def forward(received: ReceivedRequest) -> bytes:
        asked.append(received.path)
        return response(200, DESK).on_the_wire()

    monkeypatch.setattr(ReceivedRequest, "forward", forward)
    told("GET", "/desks/new?key=mine", response(200, DESK), headers={})
    told("GET", "/desks/l-1?key=forged&page=2", response(401), headers={})
    assert asked == ["/api/desks/l-1?page=2&key=mine"]
