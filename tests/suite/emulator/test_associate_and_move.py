"""Associating and moving reality data."""

from __future__ import annotations

from typing import Any

import pytest

from tests.suite.emulator.caller import Caller

UNKNOWN = "00000000-0000-0000-0000-000000000000"


def test_an_association_is_shown_and_listed(owner: Caller, itwin: str, data: str) -> None:
    """The reply names both ids, and the iTwin joins those that the reality data has."""
    second, third = owner.itwin(), owner.itwin()
    answer = owner.associate(data, second, headers={"Content-Type": "application/json"})
    assert (answer.status, answer.json) == (200, {"iTwinAssociation": {"id": data, "iTwinId": second}})
    assert owner.associate(data, third).status == 200
    assert owner.homes(data) == [itwin, second, third]


def test_an_association_is_made_once(owner: Caller, itwin: str, data: str) -> None:
    """The same association again is refused with 409, the first one included."""
    second = owner.itwin()
    assert owner.associate(data, second).status == 200
    for each in (itwin, second):
        answer = owner.associate(data, each)
        assert (answer.status, answer.code) == (409, "AssociationExists")


def test_associate_tells_unknown_and_malformed_ids_apart(owner: Caller, itwin: str, data: str) -> None:
    """An unknown id is 404, a malformed one 422 with its name as target."""
    assert owner.associate(UNKNOWN, itwin).code == "RealityDataNotFound"
    assert owner.associate(data, UNKNOWN).status == 404
    assert owner.associate(data, "028cb17d").details == [("InvalidValue", "iTwinId")]
    assert owner.associate("028cb17d", itwin).details == [("InvalidValue", "realityDataId")]


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("no_realitydata_create", 403),
        ("no_realitydata_assign", 403),
        ("no_realitydata_manage", 200),
        ("reader", 403),
        ("outsider", 403),
        ("administrator", 200),
    ],
)
def test_associate_needs_both_permissions(owner: Caller, data: str, role: str, status: int) -> None:
    """Who lacks either permission is refused, and nothing is stored."""
    second = owner.itwin()
    assert owner.as_role(role).associate(data, second).status == status
    assert (second in owner.homes(data)) == (status == 200)


def test_both_sides_are_asked(owner: Caller, itwin: str, data: str) -> None:
    """A user that may only read one side can neither associate nor move, in either direction."""
    locked = owner.served.fixtures["partial_itwin_id"]
    inside = owner.data(locked)
    partial = owner.as_role("partial")
    for act in (partial.associate, partial.move):
        assert act(data, locked).code == "InsufficientPermissions"
        assert act(inside, itwin).code == "InsufficientPermissions"
    assert owner.move(inside, itwin).status == 204


def test_a_move_leaves_exactly_the_destination(owner: Caller, data: str) -> None:
    """After a move the reality data has one iTwin, the new one; the reply is empty."""
    second = owner.itwin()
    answer = owner.move(data, second)
    assert (answer.status, answer.json) == (204, None)
    assert "content-type" not in {name.lower() for name in answer.headers}
    assert owner.homes(data) == [second]


def test_a_move_to_where_it_is_conflicts(owner: Caller, itwin: str, data: str) -> None:
    """The own iTwin as destination is answered with 409 AlreadyExists."""
    answer = owner.move(data, itwin)
    assert (answer.status, answer.code) == (409, "AlreadyExists")


def test_each_condition_of_a_move_is_kept(owner: Caller, itwin: str, data: str) -> None:
    """Another organization, another data center, a second association: each refuses and moves nothing."""
    fixtures = owner.served.fixtures
    far = owner.itwin(dataCenterLocation="UK South")
    assert owner.move(data, fixtures["foreign_itwin_id"]).status == 403
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
        ({}, [("MissingRequiredProperty", "iTwinId")]),
        ({"iTwinId": None}, [("MissingRequiredProperty", "iTwinId")]),
        ({"iTwinId": "028cb17d"}, [("InvalidValue", "iTwinId")]),
        ({"iTwinId": 7}, [("InvalidValue", "iTwinId")]),
        ({"iTwinId": UNKNOWN, "copy": True}, [("InvalidParameter", "copy")]),
        ([UNKNOWN], [("InvalidValue", "body")]),
    ],
)
def test_a_move_body_that_breaks_the_schema_is_refused(
    owner: Caller, data: str, body: Any, details: list[tuple[str, str]]
) -> None:
    """Every fault is told with its code and target."""
    answer = owner.call("PATCH", f"/reality-management/reality-data/{data}/move", body)
    assert (answer.status, answer.code, answer.details) == (422, "InvalidRealityDataRequest", details)


@pytest.mark.parametrize(
    ("role", "status"),
    [("no_realitydata_manage", 403), ("no_realitydata_create", 204), ("reader", 403), ("administrator", 204)],
)
def test_move_needs_its_permission(owner: Caller, data: str, role: str, status: int) -> None:
    """Who may not manage reality data moves none."""
    assert owner.as_role(role).move(data, owner.itwin()).status == status


def test_outsiders_reach_nothing_either_way(owner: Caller, itwin: str, data: str) -> None:
    """Neither my data into a stranger's iTwin nor a stranger's data into mine."""
    stranger = owner.as_role("outsider")
    theirs = stranger.itwin()
    their_data = stranger.data(theirs)
    for act in ("associate", "move"):
        assert getattr(stranger, act)(data, theirs).status == 403
        assert getattr(stranger, act)(their_data, itwin).status == 403
        assert getattr(owner, act)(data, theirs).status == 403
        assert getattr(owner, act)(their_data, itwin).status == 403
