"""Move: reality data leaves one iTwin for another, if four conditions hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from conformance.checks import expect
from conformance.exchange.model import Exchange
from conformance.run.pytest_plugin import Judge, prepares, verifies

from .ids import MALFORMED, near, strange

if TYPE_CHECKING:
    from tests.contract.actors import Actor
    from tests.contract.conftest import Scene

Together = Callable[..., list[Exchange]]


@verifies(
    "reality-management.move.answers-204",
    "reality-management.move.lists-exactly-the-destination",
    "reality-management.move.keeps-the-reality-data",
    "reality-management.move.already-within-conflicts",
    "reality-management.move.conflict-code",
    "reality-management.move.and-back",
)
def test_a_move_changes_the_place_and_nothing_else(owner: Actor, scene: Scene, judge: Judge) -> None:
    """Moved data is at the destination alone, keeps its name, is not moved there again, and can return."""
    data = owner.new_reality_data(scene.home)
    before = _described(owner, data)
    with judge("reality-management.move.answers-204"):
        expect.status(owner.move(data, scene.second), 204)
    with judge("reality-management.move.lists-exactly-the-destination"):
        wanted = [scene.second]
        expect.same_items(owner.settled_associations(data, wanted), wanted, "associations", judge.last())
    with judge("reality-management.move.keeps-the-reality-data"):
        expect.equal(_described(owner, data), before, "id, name and type", judge.last())
    again = owner.move(data, scene.second)
    capitals = [owner.move(data, scene.second.upper()), owner.move(data.upper(), scene.second)]
    with judge("reality-management.move.already-within-conflicts"):
        expect.status(again, 409)
        for response in capitals:
            expect.refused(response, 403, 404, 409, 422)
        wanted = [scene.second]
        expect.same_items(owner.settled_associations(data, wanted), wanted, "associations", judge.last())
    with judge("reality-management.move.conflict-code"):
        expect.code_of(again, 409, "AlreadyExists")
    with judge("reality-management.move.and-back"):
        expect.status(owner.move(data, scene.home), 204)
        wanted = [scene.home]
        expect.same_items(owner.settled_associations(data, wanted), wanted, "associations", judge.last())


def _described(owner: Actor, data: str) -> list[object]:
    response = owner.settled(
        lambda: owner.read(f"/reality-management/reality-data/{data}"), lambda r: r.status == 200
    )
    return [
        response.status,
        *(response.at(f"/realityData/{key}") for key in ("displayName", "type", "classification")),
    ]


@pytest.mark.order("early")
@prepares("reality-management.move.stays", "reality-management.associate.stays")
def test_a_move_and_an_association_outlive_the_run(owner: Actor, scene: Scene) -> None:
    """What was moved and associated at the beginning is so still when everything else has been asked."""
    data = owner.new_reality_data(scene.home)
    expect.status(owner.move(data, scene.third), 204)
    expect.status(owner.associate(data, scene.second), 200)
    scene.later(lambda judge: _still_there(owner, scene, judge, data))


def _still_there(owner: Actor, scene: Scene, judge: Judge, data: str) -> None:
    wanted = [scene.third, scene.second]
    where = {place.lower() for place in owner.settled_associations(data, wanted)}
    with judge("reality-management.move.stays"):
        expect.equal(sorted({scene.third.lower()} - where), [], "destinations left", judge.last())
        expect.equal(sorted({scene.home.lower()} & where), [], "places come back to", judge.last())
    with judge("reality-management.associate.stays"):
        expect.equal(sorted({scene.second.lower()} - where), [], "associations lost", judge.last())


@verifies(
    "reality-management.move.several-associations-refused",
    "reality-management.move.several-associations-answer",
)
def test_reality_data_of_several_itwins_stays(owner: Actor, scene: Scene, judge: Judge) -> None:
    """Reality data that more than one iTwin shows is not moved, wherever to."""
    data = owner.new_reality_data(scene.home)
    expect.status(owner.associate(data, scene.second), 200)
    wanted = [*scene.alone, scene.second]
    owner.settled_associations(data, wanted)
    refused = owner.move(data, scene.third)
    with judge("reality-management.move.several-associations-refused"):
        expect.refused(refused, 403, 404, 409, 422)
        expect.refused(owner.move(data, scene.second), 403, 404, 409, 422)
        expect.same_items(owner.settled_associations(data, wanted), wanted, "associations", judge.last())
    with judge("reality-management.move.several-associations-answer") as seen:
        seen.observed(refused.summary())


@verifies(
    "reality-management.move.other-data-center-refused", "reality-management.move.other-data-center-answer"
)
def test_reality_data_stays_in_its_data_center(owner: Actor, scene: Scene, judge: Judge) -> None:
    """Reality data is not moved to an iTwin whose data lies elsewhere."""
    if not scene.overseas:
        judge.not_applicable(
            "the target lets nobody make an iTwin in another data center; name other_data_center_itwin_id"
        )
        return
    refused = owner.move(scene.kept("border"), scene.overseas)
    with judge("reality-management.move.other-data-center-refused"):
        expect.refused(refused, 403, 404, 409, 422)
        expect.same_items(owner.associations(scene.kept("border")), scene.alone, "associations", judge.last())
    with judge("reality-management.move.other-data-center-answer") as seen:
        seen.observed(refused.summary())


@verifies(
    "reality-management.move.unknown-reality-data-not-found",
    "reality-management.move.unknown-itwin-not-found",
    "reality-management.move.unknown-itwin-code",
    "reality-management.move.id-of-another-kind-not-found",
    "reality-management.move.deleted-not-found",
)
def test_an_unknown_id_is_not_found(owner: Actor, scene: Scene, judge: Judge) -> None:
    """Reality data and destinations that do not exist are not found, nor is an id of the other kind."""
    with judge("reality-management.move.unknown-reality-data-not-found"):
        expect.error(owner.move(near(scene.untouched), scene.second), 404, "RealityDataNotFound")
    unknown = owner.move(scene.untouched, near(scene.second))
    with judge("reality-management.move.unknown-itwin-not-found"):
        expect.status(unknown, 404)
    with judge("reality-management.move.unknown-itwin-code") as seen:
        seen.observed(unknown.at("/error/code"))
    with judge("reality-management.move.deleted-not-found"):
        expect.status(owner.move(scene.untouched, scene.gone), 404)
        expect.status(owner.move(scene.gone_data, scene.second), 404)
    with judge("reality-management.move.id-of-another-kind-not-found"):
        expect.status(owner.move(scene.second, scene.third), 404)
        expect.status(owner.move(scene.untouched, scene.untouched), 404)


@verifies(
    "reality-management.move.malformed-itwin-invalid",
    "reality-management.move.malformed-itwin-detail",
    "reality-management.move.invalid-code",
    "reality-management.move.itwin-required",
    "reality-management.move.itwin-required-detail",
    "reality-management.move.empty-itwin-invalid",
    "reality-management.move.itwin-is-a-string",
    "reality-management.move.body-is-closed",
)
def test_an_invalid_destination_is_named(owner: Actor, scene: Scene, judge: Judge) -> None:
    """A destination that is malformed, missing, empty or no string answers 422, as an unknown member does."""
    data = scene.untouched
    malformed = owner.move(data, MALFORMED)
    with judge("reality-management.move.malformed-itwin-invalid"):
        expect.status(malformed, 422)
    with judge("reality-management.move.malformed-itwin-detail"):
        expect.detail(malformed, "iTwinId", "InvalidValue")
    with judge("reality-management.move.invalid-code"):
        expect.code_of(malformed, 422, "InvalidRealityDataRequest")
    missing = owner.move(data, json={})
    with judge("reality-management.move.itwin-required"):
        expect.error(missing, 422, "InvalidRealityDataRequest")
    with judge("reality-management.move.itwin-required-detail"):
        expect.detail(missing, "iTwinId")
    with judge("reality-management.move.empty-itwin-invalid"):
        expect.error(owner.move(data, ""), 422, "InvalidRealityDataRequest")
    with judge("reality-management.move.itwin-is-a-string"):
        for value in (None, 42, [scene.second], {"id": scene.second}):
            expect.status(owner.move(data, value), 422)
    with judge("reality-management.move.body-is-closed"):
        expect.status(owner.move(data, json={"iTwinId": scene.second, "unknownMember": "x"}), 422)


@verifies(
    "reality-management.move.body-required",
    "reality-management.move.odd-ids-refused",
    "reality-management.move.malformed-reality-data",
    "reality-management.move.refused-changes-nothing",
)
def test_what_is_no_request_moves_nothing(owner: Actor, scene: Scene, judge: Judge) -> None:
    """No body, a broken one, one that is no object, an odd id: refused, and the reality data stays."""
    data, tolerated = scene.untouched, frozenset({400, 403, 405, 411, 414, 415})
    with judge("reality-management.move.body-required"):
        listed = json.dumps([{"iTwinId": scene.second}]).encode()
        for content in (b"", b"{", listed, b"1"):
            expect.refused(owner.move(data, content=content, tolerated=tolerated), 400, 411, 415, 422)
    with judge("reality-management.move.odd-ids-refused"):
        for odd_id in strange(data)[::2]:
            expect.refused(
                owner.move(odd_id, scene.second, tolerated=tolerated), 400, 403, 404, 405, 414, 422
            )
        for odd_id in strange(scene.second)[1::2]:
            expect.refused(owner.move(data, odd_id, tolerated=tolerated), 400, 403, 404, 422)
    with judge("reality-management.move.malformed-reality-data") as seen:
        odd = owner.move(MALFORMED, scene.second, tolerated=tolerated)
        seen.observed(odd.summary())
    with judge("reality-management.move.refused-changes-nothing"):
        expect.same_items(
            owner.settled_associations(data, scene.alone), scene.alone, "associations", judge.last()
        )


@verifies("reality-management.move.at-once-leaves-one-place", "reality-management.move.at-once-only-one-wins")
def test_moves_at_once_leave_one_place(owner: Actor, scene: Scene, judge: Judge, together: Together) -> None:
    """Two moves at the same moment leave the reality data at one destination that was answered 204."""
    data = owner.new_reality_data(scene.home)
    with judge("reality-management.move.at-once-leaves-one-place"):
        responses = together(lambda: owner.move(data, scene.second), lambda: owner.move(data, scene.third))
        places = [p for p, r in zip((scene.second, scene.third), responses, strict=True) if r.status == 204]
        for response in responses:
            expect.status(response, 204, 404, 409, 422)
        left = owner.settled(lambda: owner.associations(data), lambda s: len(s) == 1)
        expect.one_of(left, places, *responses, judge.last())
    with judge("reality-management.move.at-once-only-one-wins"):
        responses = together(*[lambda: owner.move(data, scene.home)] * 3)
        expect.equal(sorted(r.status or 0 for r in responses), [204, 409, 409], "statuses", *responses)
