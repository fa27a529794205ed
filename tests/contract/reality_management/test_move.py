"""Move: reality data leaves one iTwin for another, if four conditions hold."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from conformance.checks import expect
from conformance.errors import NotApplicable
from conformance.exchange.groups import concurrently
from conformance.exchange.model import Exchange
from conformance.run.pytest_plugin import Judge, phase, verifies

from ..actors import REALITY_DATA
from ..ids import MALFORMED, lookalike_id, malformed_ids
from ..reads import associations, eventual_associations, eventual_read, expect_associations
from ..traces import refusals

if TYPE_CHECKING:
    from tests.contract.actors import Actor
    from tests.contract.world import World


@verifies(
    "reality-management.move.answers-204",
    "reality-management.move.lists-exactly-the-destination",
    "reality-management.move.keeps-the-reality-data",
    "reality-management.move.already-within-conflicts",
    "reality-management.move.conflict-code",
    "reality-management.move.and-back",
)
def test_a_move_changes_the_place_and_nothing_else(owner: Actor, world: World, judge: Judge) -> None:
    """Moved data is at the destination alone, keeps its name, is not moved there again, and can return."""
    data = owner.new_reality_data(world.itwin_a)
    before = eventual_read(owner, f"{REALITY_DATA}/{data}")
    moved = owner.move(data, world.itwin_b)
    with judge("reality-management.move.answers-204"):
        expect.status(moved, 204)
    with judge("reality-management.move.lists-exactly-the-destination"):
        expect.answered(moved)
        expect_associations(owner, data, [world.itwin_b])
    with judge("reality-management.move.keeps-the-reality-data"):
        after = eventual_read(owner, f"{REALITY_DATA}/{data}")
        expect.equal(_described(after), _described(before), "id, name and type", after)
    again = owner.move(data, world.itwin_b)
    capitals = [owner.move(data, world.itwin_b.upper()), owner.move(data.upper(), world.itwin_b)]
    with judge("reality-management.move.already-within-conflicts"):
        expect.rests_on(moved)
        expect.answered(moved)
        expect.status(again, 409)
        for response in capitals:
            expect.refused(response, 403, 404, 409, 422)
        expect_associations(owner, data, [world.itwin_b])
    with judge("reality-management.move.conflict-code"):
        expect.code_of(again, 409, "AlreadyExists")
    with judge("reality-management.move.and-back"):
        expect.status(owner.move(data, world.itwin_a), 204)
        expect_associations(owner, data, [world.itwin_a])


def _described(response: Exchange) -> list[object]:
    keys = ("displayName", "type", "classification")
    return [response.status, *(response.at(f"/realityData/{key}") for key in keys)]


@phase("first")
@verifies("reality-management.move.stays", "reality-management.associate.stays")
def test_a_move_and_an_association_outlive_the_run(owner: Actor, world: World, judge: Judge) -> None:
    """What was moved and associated at the beginning is so still when everything else has been asked."""
    data = owner.new_reality_data(world.itwin_a)
    moved = owner.move(data, world.itwin_c)
    expect.status(moved, 204)
    associated = owner.associate(data, world.itwin_b)
    expect.status(associated, 200)

    @judge.at_end
    def both_are_still_so() -> None:
        seen, response = eventual_associations(owner, data, [world.itwin_c, world.itwin_b])
        where = set(map(str.lower, seen))
        with judge("reality-management.move.stays"):
            expect.rests_on(moved)
            expect.equal(sorted({world.itwin_c.lower()} - where), [], "destinations left", response)
            expect.equal(sorted({world.itwin_a.lower()} & where), [], "places come back to", response)
        with judge("reality-management.associate.stays"):
            expect.rests_on(associated)
            expect.equal(sorted({world.itwin_b.lower()} - where), [], "associations lost", response)


@verifies(
    "reality-management.move.several-associations-refused",
    "reality-management.move.several-associations-answer",
)
def test_reality_data_of_several_itwins_stays(owner: Actor, world: World, judge: Judge) -> None:
    """Reality data that more than one iTwin shows is not moved, wherever to."""
    data = owner.new_reality_data(world.itwin_a)
    expect.status(owner.associate(data, world.itwin_b), 200)
    wanted = [*world.initial_associations, world.itwin_b]
    eventual_associations(owner, data, wanted)
    refused = owner.move(data, world.itwin_c)
    with judge("reality-management.move.several-associations-refused"):
        expect.refused(refused, 403, 404, 409, 422)
        expect.refused(owner.move(data, world.itwin_b), 403, 404, 409, 422)
        expect_associations(owner, data, wanted)
    with judge("reality-management.move.several-associations-answer") as seen:
        seen.observed(refused.summary())


@verifies(
    "reality-management.move.other-data-center-refused", "reality-management.move.other-data-center-answer"
)
def test_reality_data_stays_in_its_data_center(owner: Actor, world: World, judge: Judge) -> None:
    """Reality data is not moved to an iTwin whose data lies elsewhere."""
    there = world.other_data_center_itwin
    if not there:
        reason = (
            "the target lets nobody make an iTwin in another data center; name other_data_center_itwin_id"
        )
        raise NotApplicable(reason)
    refused = owner.move(world.reserved_data("border"), there)
    with judge("reality-management.move.other-data-center-refused"):
        expect.rests_on(world.first.itwin(there))
        expect.refused(refused, 403, 404, 409, 422)
        expect_associations(owner, world.reserved_data("border"), world.initial_associations)
    with judge("reality-management.move.other-data-center-answer") as seen:
        seen.observed(refused.summary())


@verifies(
    "reality-management.move.unknown-reality-data-not-found",
    "reality-management.move.unknown-itwin-not-found",
    "reality-management.move.unknown-itwin-code",
    "reality-management.move.id-of-another-kind-not-found",
    "reality-management.move.deleted-not-found",
)
def test_an_unknown_id_is_not_found(owner: Actor, world: World, judge: Judge) -> None:
    """Reality data and destinations that do not exist are not found, nor is an id of the other kind."""
    with judge("reality-management.move.unknown-reality-data-not-found"):
        expect.error(
            owner.move(lookalike_id(world.reserved_data()), world.itwin_b), 404, "RealityDataNotFound"
        )
    unknown = owner.move(world.reserved_data(), lookalike_id(world.itwin_b))
    with judge("reality-management.move.unknown-itwin-not-found"):
        expect.status(unknown, 404)
    with judge("reality-management.move.unknown-itwin-code") as seen:
        seen.observed(unknown.at("/error/code"))
    with judge("reality-management.move.deleted-not-found"):
        expect.status(owner.move(world.reserved_data(), world.deleted_itwin.id), 404)
        expect.status(owner.move(world.deleted_data, world.itwin_b), 404)
    with judge("reality-management.move.id-of-another-kind-not-found"):
        expect.status(owner.move(world.itwin_b, world.itwin_c), 404)
        expect.status(owner.move(world.reserved_data(), world.reserved_data()), 404)


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
def test_an_invalid_destination_is_named(owner: Actor, world: World, judge: Judge) -> None:
    """A destination that is malformed, missing, empty or no string answers 422, as an unknown member does."""
    data = world.reserved_data()
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
        for value in (None, 42, [world.itwin_b], {"id": world.itwin_b}):
            expect.status(owner.move(data, value), 422)
    with judge("reality-management.move.body-is-closed"):
        expect.status(owner.move(data, json={"iTwinId": world.itwin_b, "unknownMember": "x"}), 422)


@verifies(
    "reality-management.move.body-required",
    "reality-management.move.odd-ids-refused",
    "reality-management.move.malformed-reality-data",
    "reality-management.move.refused-changes-nothing",
)
def test_what_is_no_request_moves_nothing(owner: Actor, world: World, judge: Judge) -> None:
    """No body, a broken one, one that is no object, an odd id: refused, and the reality data stays."""
    data, tolerated = world.reserved_data(), frozenset({400, 403, 405, 411, 414, 415})
    with judge("reality-management.move.body-required"):
        listed = json.dumps([{"iTwinId": world.itwin_b}]).encode()
        for content in (b"", b"{", listed, b"1"):
            expect.refused(owner.move(data, content=content, tolerated=tolerated), 400, 411, 415, 422)
    with judge("reality-management.move.odd-ids-refused"):
        for odd_id in malformed_ids(data)[::2]:
            expect.refused(
                owner.move(odd_id, world.itwin_b, tolerated=tolerated), 400, 403, 404, 405, 414, 422
            )
        for odd_id in malformed_ids(world.itwin_b)[1::2]:
            expect.refused(owner.move(data, odd_id, tolerated=tolerated), 400, 403, 404, 422)
    with judge("reality-management.move.malformed-reality-data") as seen:
        odd = owner.move(MALFORMED, world.itwin_b, tolerated=tolerated)
        seen.observed(odd.summary())
    with judge("reality-management.move.refused-changes-nothing"):
        expect.rests_on(*refusals(world.run, "moveRealityData", 400, 404, 415, 422)[-5:])
        expect_associations(owner, data, world.initial_associations)


@verifies("reality-management.move.at-once-leaves-one-place", "reality-management.move.at-once-only-one-wins")
def test_concurrent_moves_leave_one_place(owner: Actor, world: World, judge: Judge) -> None:
    """Two moves at the same moment leave the reality data at one destination that was answered 204."""
    data, places = owner.new_reality_data(world.itwin_a), (world.itwin_b, world.itwin_c)
    with judge("reality-management.move.at-once-leaves-one-place"):
        responses = concurrently(*[partial(owner.move, data, place) for place in places])
        reached = [place for place, response in zip(places, responses, strict=True) if response.status == 204]
        for response in responses:
            expect.status(response, 204, 404, 409, 422)
        left, read = owner.eventually(lambda: associations(owner, data), lambda seen: len(seen[0]) == 1)
        expect.one_of(left, reached, *responses, read)
    with judge("reality-management.move.at-once-only-one-wins"):
        responses = concurrently(*[partial(owner.move, data, world.itwin_a)] * 3)
        expect.equal(sorted(r.status or 0 for r in responses), [204, 409, 409], "statuses", *responses)
