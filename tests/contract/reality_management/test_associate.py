"""Associate: reality data is shown in more iTwins than the one it was created in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from conformance.checks import expect
from conformance.exchange.groups import concurrently
from conformance.run.pytest_plugin import Judge, verifies

from ..actors import REALITY_DATA
from ..ids import MALFORMED, lookalike_id, malformed_ids
from ..reads import associations, eventual_associations, expect_associations

if TYPE_CHECKING:
    from tests.contract.actors import Actor
    from tests.contract.world import World


@verifies(
    "reality-management.associate.answers-200",
    "reality-management.associate.is-listed",
    "reality-management.associate.several-itwins",
    "reality-management.associate.duplicate-conflicts",
    "reality-management.associate.duplicate-changes-nothing",
    "reality-management.associate.conflict-code",
    "reality-management.associate.id-case",
)
def test_an_association_is_listed_and_refused_a_second_time(owner: Actor, world: World, judge: Judge) -> None:
    """Each of several associations is answered, listed once, and refused with 409 when it is made again."""
    data = owner.new_reality_data(world.itwin_a)
    first = owner.associate(data, world.itwin_b)
    with judge("reality-management.associate.answers-200"):
        expect.status(first, 200)
    with judge("reality-management.associate.is-listed"):
        expect.answered(first)
        expect_associations(owner, data, [*world.initial_associations, world.itwin_b])
    second = owner.associate(data, world.itwin_c)
    with judge("reality-management.associate.several-itwins"):
        expect.answered(first)
        expect.status(second, 200)
        expect_associations(owner, data, [*world.initial_associations, world.itwin_b, world.itwin_c])
    before, _ = associations(owner, data)
    twice = [owner.associate(data, place) for place in (world.itwin_b, world.itwin_c, world.itwin_b)]
    capitals = [owner.associate(data, world.itwin_b.upper()), owner.associate(data.upper(), world.itwin_b)]
    with judge("reality-management.associate.duplicate-conflicts"):
        expect.rests_on(first)
        for made in (first, second):
            expect.answered(made)
        for response in twice:
            expect.status(response, 409)
        for response in capitals:
            expect.refused(response, 403, 404, 409, 422)
    with judge("reality-management.associate.id-case") as seen:
        seen.observed(capitals[0].summary())
    with judge("reality-management.associate.conflict-code"):
        for response in twice:
            expect.code_of(response, 409, "AssociationExists")
    with judge("reality-management.associate.duplicate-changes-nothing"):
        expect.rests_on(*twice)
        for made in (first, second):
            expect.answered(made)
        expect_associations(owner, data, before)


@verifies(
    "reality-management.associate.empty-json-body",
    "reality-management.associate.again-after-dissociation",
    "reality-management.associate.own-itwin",
)
def test_a_dissolved_association_can_be_made_again(owner: Actor, world: World, judge: Judge) -> None:
    """Made as shipped clients make it and taken back, an association is gone and can be made again."""
    data = owner.new_reality_data(world.itwin_a)
    with judge("reality-management.associate.empty-json-body"):
        headers = {"Content-Type": "application/json", "Accept": "application/json, text/plain, */*"}
        expect.status(owner.associate(data, world.itwin_c, content=b"", headers=headers), 200)
    owner.delete(f"{REALITY_DATA}/{data}/itwins/{world.itwin_c}")
    eventual_associations(owner, data, world.initial_associations)
    with judge("reality-management.associate.again-after-dissociation"):
        expect.status(owner.associate(data, world.itwin_c), 200)
        expect_associations(owner, data, [*world.initial_associations, world.itwin_c])
    if not world.initial_associations:
        judge.not_applicable("the iTwin of the creation is not listed as an association")
        return
    with judge("reality-management.associate.own-itwin"):
        expect.status(owner.associate(data, world.itwin_a), 409)


@verifies(
    "reality-management.associate.unknown-reality-data-not-found",
    "reality-management.associate.unknown-itwin-not-found",
    "reality-management.associate.unknown-itwin-code",
    "reality-management.associate.id-of-another-kind-not-found",
    "reality-management.associate.deleted-not-found",
    "reality-management.associate.refused-changes-nothing",
)
def test_an_unknown_id_is_not_found(owner: Actor, world: World, judge: Judge) -> None:
    """Reality data and iTwins that do not exist are not found, and an id of the other kind is none either."""
    with judge("reality-management.associate.unknown-reality-data-not-found"):
        expect.error(
            owner.associate(lookalike_id(world.reserved_data()), world.itwin_b), 404, "RealityDataNotFound"
        )
    unknown = owner.associate(world.reserved_data(), lookalike_id(world.itwin_b))
    with judge("reality-management.associate.unknown-itwin-not-found"):
        expect.status(unknown, 404)
    with judge("reality-management.associate.unknown-itwin-code") as seen:
        seen.observed(unknown.at("/error/code"))
    with judge("reality-management.associate.id-of-another-kind-not-found"):
        expect.status(owner.associate(world.itwin_b, world.itwin_c), 404)
        expect.status(owner.associate(world.reserved_data(), world.reserved_data()), 404)
    with judge("reality-management.associate.deleted-not-found"):
        expect.status(owner.associate(world.reserved_data(), world.deleted_itwin.id), 404)
        expect.status(owner.associate(world.deleted_data, world.itwin_b), 404)
    with judge("reality-management.associate.refused-changes-nothing"):
        expect.rests_on(unknown)
        expect_associations(owner, world.reserved_data(), world.initial_associations)


@verifies(
    "reality-management.associate.malformed-itwin-invalid",
    "reality-management.associate.malformed-itwin-detail",
    "reality-management.associate.invalid-code",
    "reality-management.associate.malformed-reality-data",
    "reality-management.associate.odd-ids-refused",
)
def test_a_malformed_id_is_invalid(owner: Actor, world: World, judge: Judge) -> None:
    """The page's own malformed iTwin id answers 422 and names iTwinId; no odd id is ever accepted."""
    malformed = owner.associate(world.reserved_data(), MALFORMED)
    with judge("reality-management.associate.malformed-itwin-invalid"):
        expect.status(malformed, 422)
    with judge("reality-management.associate.invalid-code"):
        expect.code_of(malformed, 422, "InvalidRealityDataRequest")
    with judge("reality-management.associate.malformed-itwin-detail"):
        expect.detail(malformed, "iTwinId", "InvalidValue")
    with judge("reality-management.associate.malformed-reality-data") as seen:
        odd = owner.associate(MALFORMED, world.itwin_b, tolerated=frozenset({400}))
        seen.observed(odd.summary())
    with judge("reality-management.associate.odd-ids-refused"):
        tolerated = frozenset({400, 405, 414})
        for odd_id in malformed_ids(world.itwin_b)[::2]:
            expect.refused(
                owner.associate(world.reserved_data(), odd_id, tolerated=tolerated),
                400,
                403,
                404,
                405,
                414,
                422,
            )
        for odd_id in malformed_ids(world.reserved_data())[1::2]:
            expect.refused(
                owner.associate(odd_id, world.itwin_b, tolerated=tolerated), 400, 403, 404, 405, 414, 422
            )


@verifies(
    "reality-management.associate.at-once-only-one-wins",
    "reality-management.associate.at-once-none-is-lost",
)
def test_concurrent_associations_keep_the_rules(owner: Actor, world: World, judge: Judge) -> None:
    """Sent at the same moment, equal associations win once and different ones are all kept."""
    data = owner.new_reality_data(world.itwin_a)
    with judge("reality-management.associate.at-once-only-one-wins"):
        responses = concurrently(*[partial(owner.associate, data, world.itwin_b)] * 4)
        expect.equal(sorted(r.status or 0 for r in responses), [200, 409, 409, 409], "statuses", *responses)
        expect_associations(owner, data, [*world.initial_associations, world.itwin_b])
    other = owner.new_reality_data(world.itwin_a)
    with judge("reality-management.associate.at-once-none-is-lost"):
        responses = concurrently(
            *[partial(owner.associate, other, place) for place in (world.itwin_b, world.itwin_c)]
        )
        for response in responses:
            expect.status(response, 200)
        wanted = [*world.initial_associations, world.itwin_b, world.itwin_c]
        expect_associations(owner, other, wanted, *responses)
