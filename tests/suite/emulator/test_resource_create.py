"""Creating a repository resource."""

from __future__ import annotations

from typing import Any

import pytest

from tests.suite.emulator.caller import Caller

ZONES = {"id": "flood_zones", "displayName": "Flood Zones"}
MISSING, INVALID, UNKNOWN = "MissingRequiredProperty", "InvalidValue", "InvalidParameter"


def test_a_resource_is_created_with_the_class_of_its_repository(owner: Caller, itwin: str) -> None:
    """The reply shows id, name, and class and subClass copied from the repository."""
    for sub_class in ("WebMapService", "WebMapTileService", "ArcGIS", "UrlTemplate"):
        repository = owner.repository(itwin, subClass=sub_class)
        answer = owner.resource(itwin, repository, ZONES)
        expected = {**ZONES, "class": "GeographicInformationSystem", "subClass": sub_class}
        assert (answer.status, answer.json) == (201, {"resource": expected})
        read = owner.call("GET", f"/itwins/{itwin}/repositories/{repository}/resources/flood_zones")
        assert read.json == {"resource": expected}


@pytest.mark.parametrize("second", [{"id": "other"}, {"displayName": "Other"}, {}])
def test_an_id_and_a_name_are_taken_once(
    owner: Caller, itwin: str, repository: str, second: dict[str, str]
) -> None:
    """The same id or the same name again is refused with 409, in this repository only."""
    assert owner.resource(itwin, repository, ZONES).status == 201
    answer = owner.resource(itwin, repository, {**ZONES, **second})
    assert (answer.status, answer.code) == (409, "iTwinRepositoryResourceExists")
    assert owner.resource(itwin, owner.repository(itwin), ZONES).status == 201


def test_a_deleted_resource_frees_id_and_name(owner: Caller, itwin: str, repository: str) -> None:
    """After a delete the same id and name can be created again."""
    assert owner.resource(itwin, repository, ZONES).status == 201
    path = f"/itwins/{itwin}/repositories/{repository}/resources/flood_zones"
    assert owner.call("DELETE", path).status == 204
    assert owner.resource(itwin, repository, ZONES).status == 201


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({}, [(MISSING, "id"), (MISSING, "displayName")]),
        ({"id": "", "displayName": None}, [(MISSING, "id"), (MISSING, "displayName")]),
        ({"id": 7, "displayName": ["x"]}, [(INVALID, "id"), (INVALID, "displayName")]),
        ({"id": "i" * 201, "displayName": "n" * 201}, [(INVALID, "id"), (INVALID, "displayName")]),
        ({"id": "", "displayName": "n" * 201}, [(MISSING, "id"), (INVALID, "displayName")]),
        ({**ZONES, "type": "x"}, [(UNKNOWN, "type")]),
        ([], [(INVALID, "body")]),
        ("text", [(INVALID, "body")]),
    ],
)
def test_a_body_that_breaks_the_schema_is_refused(
    owner: Caller, itwin: str, repository: str, body: Any, details: list[tuple[str, str]]
) -> None:
    """Every fault is told with its code and target, and nothing is stored."""
    answer = owner.resource(itwin, repository, body)
    assert (answer.status, answer.code, answer.details) == (422, "InvalidiTwinsRequest", details)
    listed = owner.call("GET", f"/itwins/{itwin}/repositories/{repository}/resources")
    assert listed.json["resources"] == []


@pytest.mark.parametrize(
    "text", ["x" * 200, "Überschwemmung 洪水 💧", " padded ", "a/b?c#d", "İ", "nul\x00inside"]
)
def test_what_fits_is_kept_letter_by_letter(owner: Caller, itwin: str, repository: str, text: str) -> None:
    """Two hundred characters of any kind are stored and shown as they were sent."""
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


def test_checks_come_in_their_order(owner: Caller, itwin: str, repository: str) -> None:
    """The iTwin is looked for first, then the permission, the repository, its class, the body."""
    unknown = "00000000-0000-0000-0000-000000000000"
    assert owner.resource(unknown, unknown, {}).code == "iTwinNotFound"
    assert owner.as_role("reader").resource(itwin, unknown, {}).code == "InsufficientPermissions"
    assert owner.resource(itwin, unknown, {}).code == "iTwinRepositoryNotFound"
    generated = owner.call("GET", f"/itwins/{itwin}/repositories").json["repositories"][0]["id"]
    assert owner.resource(itwin, generated, {}).details == [(INVALID, "repositoryId")]
    other = owner.itwin()
    assert owner.resource(other, repository, ZONES).code == "iTwinRepositoryNotFound"


@pytest.mark.parametrize(
    ("role", "status"),
    [("no_itwins_modify", 403), ("reader", 403), ("outsider", 403), ("administrator", 201)],
)
def test_the_permission_to_modify_is_needed(
    owner: Caller, itwin: str, repository: str, role: str, status: int
) -> None:
    """Only who may modify the iTwin, or administers its organization, creates a resource."""
    assert owner.as_role(role).resource(itwin, repository, ZONES).status == status
