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

LAMP: Final = {"id": "l-1", "name": "attic", "watts": 40}
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
        "/lamps": {
            "get": {"operationId": "listLamps", "responses": {"200": {}}},
            "post": {"operationId": "addLamp", "responses": {"201": JSON, "400": {}}},
        },
        "/lamps/new": {"get": {"operationId": "blankLamp", "responses": {"200": {}}}},
        "/lamps/{lampId}": {
            "get": {"operationId": "getLamp", "responses": {"200": JSON, "404": {}}},
            "patch": {"operationId": "changeLamp", "responses": {"200": JSON, "400": {}}},
            "delete": {"operationId": "dropLamp", "responses": {"204": {}}},
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
    """Return what is known of an API of lamps before anything went through."""
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
    assert told("GET", "/lamps/new", answered) == answered


def test_a_path_without_parameters_comes_first(traffic: Traffic) -> None:
    """A path without parameters comes first."""
    found = traffic.endpoint("GET", "/api/lamps/new")
    assert found is not None
    assert found.id == "blankLamp"
    assert traffic.endpoint("GET", "/elsewhere/lamps") is None


@mutation("undocumented-status")
def test_a_success_has_a_status_of_its_own(told: Told) -> None:
    """A success has a status of its own."""
    assert (
        str(told("GET", "/lamps", response(200, [])).status)
        not in DEFINITION["paths"]["/lamps"]["get"]["responses"]
    )
    assert told("GET", "/lamps", response(404, {})).status == 404


@mutation("renamed-member")
def test_a_required_member_is_renamed_and_no_id(told: Told) -> None:
    """A required member is renamed and no id."""
    assert told("GET", "/lamps/l-1", response(200, LAMP)).json == {
        "id": "l-1",
        "nameMutated": "attic",
        "watts": 40,
    }


@mutation("renamed-member")
def test_without_a_schema_the_media_type_is_another(told: Told) -> None:
    """Without a schema the media type is another."""
    assert ("Content-Type", "text/x-mutated") in told("GET", "/lamps", response(200, [LAMP])).headers


@mutation("changed-value")
def test_what_was_sent_is_read_back_otherwise(told: Told) -> None:
    """What was sent is read back otherwise."""
    told("POST", "/lamps", response(201, LAMP), body={"name": "attic", "watts": 40})
    assert told("GET", "/lamps/l-1", response(200, LAMP)).json == {
        "id": "l-1",
        "name": "attic-mutated",
        "watts": 41,
    }


@mutation("swallowed-write")
def test_an_update_is_not_seen_until_the_thing_is_gone(told: Told) -> None:
    """An update is not seen until the thing is gone."""
    new = LAMP | {"watts": 60}
    told("PATCH", "/lamps/l-1", response(200, new), body={"watts": 60}, before=response(200, LAMP))
    assert told("GET", "/lamps/l-1", response(200, new)).json == LAMP
    told("DELETE", "/lamps/l-1", response(204))
    assert told("GET", "/lamps/l-1", response(404)).status == 404


@mutation("served-after-delete")
def test_what_was_deleted_is_still_served(told: Told) -> None:
    """What was deleted is still served."""
    told("DELETE", "/lamps/l-1", response(204), before=response(200, LAMP))
    assert told("GET", "/lamps/l-1", response(404)).json == LAMP


@mutation("refused-but-done")
def test_a_refused_update_changes_what_is_read_until_the_next_write(told: Told) -> None:
    """A refused update changes what is read until the next write."""
    refused = response(400, {"error": "no"})
    assert told("PATCH", "/lamps/l-1", refused, body={"watts": "x"}, before=response(200, LAMP)) == refused
    assert told("GET", "/lamps/l-1", response(200, LAMP)).json == {
        "id": "l-1",
        "name": "attic-mutated",
        "watts": 41,
    }
    told("PATCH", "/lamps/l-1", response(200, LAMP), body={"watts": 40}, before=response(200, LAMP))
    assert told("GET", "/lamps/l-1", response(200, LAMP)).json == LAMP


@mutation("refused-but-done")
def test_a_refused_creation_adds_an_entry(told: Told) -> None:
    """A refused creation adds an entry."""
    told("POST", "/lamps", response(201, LAMP), body={"name": "attic"}, before=response(200, {"lamps": []}))
    told("POST", "/lamps", response(400), body={}, before=response(200, {"lamps": [LAMP]}))
    assert len(told("GET", "/lamps", response(200, {"lamps": [LAMP]})).json["lamps"]) == 2


@mutation("dropped-entry")
def test_a_list_lacks_what_was_created(told: Told) -> None:
    """A list lacks what was created."""
    other = {"id": "l-9", "name": "cellar"}
    told("POST", "/lamps", response(201, LAMP), body={"name": "attic"})
    assert told("GET", "/lamps", response(200, {"lamps": [other, LAMP]})).json == {"lamps": [other]}


@mutation("duplicated-entry")
def test_the_next_page_begins_with_what_was_shown(told: Told) -> None:
    """The next page begins with what was shown."""
    told("GET", "/lamps?offset=0", response(200, [{"id": "l-1"}]))
    assert told("GET", "/lamps?offset=1", response(200, [{"id": "l-2"}])).json == [{"id": "l-1"}]


@mutation("parent-ignored")
def test_a_thing_is_shown_below_any_parent(told: Told) -> None:
    """A thing is shown below any parent."""
    told("GET", "/lamps/l-1", response(200, LAMP))
    assert told("GET", "/lamps/l-1", response(404)).json == LAMP
    assert told("GET", "/lamps/l-2", response(404)).status == 404


@mutation("success-for-unknown")
def test_what_is_not_there_looks_like_what_is(told: Told) -> None:
    """What is not there looks like what is."""
    told("GET", "/lamps/l-1", response(200, LAMP))
    assert told("GET", "/lamps/l-2", response(404)).json == LAMP


@mutation("bad-body-accepted")
def test_a_wrong_body_is_answered_like_a_right_one(told: Told) -> None:
    """A wrong body is answered like a right one."""
    told("POST", "/lamps", response(201, LAMP), body={"name": "attic"})
    assert told("POST", "/lamps", response(400), body={}) == response(201, LAMP)
    assert told("GET", "/lamps", response(400)).status == 400


@mutation("crash-on-bad-input")
def test_what_is_to_be_refused_fails(told: Told) -> None:
    """What is to be refused fails."""
    assert told("POST", "/lamps", response(400), body={}).status == 500
    assert told("POST", "/lamps", response(401), body={}).status == 401


@mutation("restless")
def test_each_read_differs(told: Told) -> None:
    """Each read differs."""
    assert told("GET", "/lamps/l-1", response(200, LAMP)).json["name"] != "attic"


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
        return response(200, LAMP).on_the_wire()

    monkeypatch.setattr(ReceivedRequest, "forward", forward)
    told("GET", "/lamps/new", response(200, LAMP))
    shown = told("GET", "/lamps/l-1?token=page-2", response(status), headers=headers)
    assert [(each.headers, each.path) for each in asked] == (
        [(OWNER, "/api/lamps/l-1?token=page-2")] if asked_again else []
    )
    assert shown.json == (LAMP if asked_again else None)


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
        return response(200, LAMP).on_the_wire()

    monkeypatch.setattr(ReceivedRequest, "forward", forward)
    told("GET", "/lamps/new?key=mine", response(200, LAMP), headers={})
    told("GET", "/lamps/l-1?key=forged&page=2", response(401), headers={})
    assert asked == ["/api/lamps/l-1?page=2&key=mine"]
