"""What the emulator adds to the four judged operations: where the pages are silent, it is exact.

That it keeps what the pages promise is shown by the contract, which has to be green on it.
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.suite.emulator.caller import Caller

UNKNOWN = "00000000-0000-0000-0000-000000000000"
ZONES = {"id": "flood_zones", "displayName": "Flood Zones"}
MISSING, INVALID, ODD = "MissingRequiredProperty", "InvalidValue", "InvalidParameter"
Details = list[tuple[str, str]]


def test_malformed_ids_are_named_and_found_in_their_order(owner: Caller, itwin: str, data: str) -> None:
    """Associate looks at the form of both ids before it looks for either."""
    assert owner.associate(data, "028cb17d").details == [(INVALID, "iTwinId")]
    assert owner.associate("028cb17d", itwin).details == [(INVALID, "realityDataId")]
    assert owner.associate(UNKNOWN, "028cb17d").details == [(INVALID, "iTwinId")]


def test_each_condition_of_a_move_is_refused_with_422(owner: Caller, itwin: str, data: str) -> None:
    """Another organization, another data center, a second association: each refuses and moves nothing."""
    fixtures, far = owner.served.fixtures, owner.itwin(dataCenterLocation="UK South")
    for place in (fixtures["foreign_member_itwin_id"], fixtures["other_data_center_itwin_id"], far):
        answer = owner.move(data, place)
        assert (answer.status, answer.code) == (422, "InvalidRealityDataRequest")
        assert owner.homes(data) == [itwin]
    second, third = owner.itwin(), owner.itwin()
    assert owner.associate(data, second).status == 200
    assert owner.move(data, third).status == 422
    assert owner.homes(data) == [itwin, second]


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({}, [(MISSING, "iTwinId")]),
        ({"iTwinId": None}, [(MISSING, "iTwinId")]),
        ({"iTwinId": 7}, [(INVALID, "iTwinId")]),
        ({"iTwinId": UNKNOWN, "copy": True}, [(ODD, "copy")]),
        ([UNKNOWN], [(INVALID, "body")]),
    ],
)
def test_every_problem_of_a_move_is_told(owner: Caller, data: str, body: Any, details: Details) -> None:
    """Each has a code and a target."""
    answer = owner.call("PATCH", f"/reality-management/reality-data/{data}/move", body)
    assert (answer.status, answer.code, answer.details) == (422, "InvalidRealityDataRequest", details)


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({}, [(MISSING, "id"), (MISSING, "displayName")]),
        ({"id": "", "displayName": None}, [(MISSING, "id"), (MISSING, "displayName")]),
        ({"id": 7, "displayName": ["x"]}, [(INVALID, "id"), (INVALID, "displayName")]),
        ({"id": "", "displayName": "n" * 201}, [(MISSING, "id"), (INVALID, "displayName")]),
        ({**ZONES, "type": "x"}, [(ODD, "type")]),
        ("text", [(INVALID, "body")]),
    ],
)
def test_every_problem_of_a_resource_is_told(
    owner: Caller, itwin: str, repository: str, body: Any, details: Details
) -> None:
    """Each has a code and a target, and nothing is stored."""
    answer = owner.resource(itwin, repository, body)
    assert (answer.status, answer.code, answer.details) == (422, "InvalidiTwinsRequest", details)
    listed = owner.call("GET", f"/itwins/{itwin}/repositories/{repository}/resources")
    assert listed.json["resources"] == []


@pytest.mark.parametrize("text", [" padded ", "a/b?c#d", "İ", "nul\x00inside"])
def test_odd_text_is_kept_letter_by_letter(owner: Caller, itwin: str, repository: str, text: str) -> None:
    """Blanks, slashes, capitals that change their length and even NUL are stored as they were sent."""
    body = {"id": text, "displayName": text}
    assert owner.resource(itwin, repository, body).status == 201
    listed = owner.call("GET", f"/itwins/{itwin}/repositories/{repository}/resources")
    assert listed.json["resources"][0].items() >= body.items()


@pytest.mark.parametrize(
    "raw",
    [b"{", b"", b"null", b"[" * 100_000, b'{"id": NaN}', b"\xff\xfe", b'{"id":"\\ud800","displayName":"x"}'],
)
def test_odd_bodies_are_refused_and_crash_nothing(
    owner: Caller, itwin: str, repository: str, raw: bytes
) -> None:
    """What is no JSON, or none that could be stored, is answered with 422."""
    assert owner.resource(itwin, repository, None, data=raw).status == 422


def test_checks_come_in_their_order(owner: Caller, itwin: str) -> None:
    """The iTwin is looked for first, then the permission, the repository, its class, the body."""
    assert owner.resource(UNKNOWN, UNKNOWN, {}).code == "iTwinNotFound"
    assert owner.as_role("reader").resource(itwin, UNKNOWN, {}).code == "InsufficientPermissions"
    assert owner.resource(itwin, UNKNOWN, {}).code == "iTwinRepositoryNotFound"
    generated = owner.call("GET", f"/itwins/{itwin}/repositories").json["repositories"][0]["id"]
    assert owner.resource(itwin, generated, {}).details == [(INVALID, "repositoryId")]


def test_the_account_has_the_six_members_of_the_page(owner: Caller, itwin: str) -> None:
    """They come in the order of the page's example, announced as JSON with a GUID for the request."""
    answer = owner.account(itwin, headers={"Accept": None})
    account = answer.json["iTwin"]
    assert list(account) == ["id", "class", "subClass", "type", "number", "displayName"]
    assert (account["class"], account["subClass"], account["type"]) == ("Account", "Account", None)
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert str(uuid.UUID(answer.headers["x-correlation-id"])) == answer.headers["x-correlation-id"]
    full = owner.account(itwin, headers={"Prefer": "return=representation"}).json["iTwin"]
    assert {"createdDateTime", "createdBy", "status", "dataCenterLocation"} <= set(full)


@pytest.mark.parametrize("itwin_id", [UNKNOWN, "nonsense", "a%2Fb", "%00", "%F0%9F%92%A9"])
def test_an_unknown_itwin_is_not_found(owner: Caller, itwin_id: str) -> None:
    """Whatever is where an id should be, what does not exist is answered with 404 iTwinNotFound."""
    answer = owner.account(itwin_id)
    assert (answer.status, answer.code) == (404, "iTwinNotFound")
