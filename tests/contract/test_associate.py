"""Associate: reality data is shown in more iTwins than the one it was created in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from conformance.checks import expect
from conformance.exchange.model import Exchange
from conformance.run.pytest_plugin import Judge, verifies

from .ids import MALFORMED, near, strange

if TYPE_CHECKING:
    from tests.contract.actors import Actor
    from tests.contract.conftest import Scene

Together = Callable[..., list[Exchange]]


@verifies(
    "reality-management.associate.answers-200",
    "reality-management.associate.is-listed",
    "reality-management.associate.several-itwins",
    "reality-management.associate.duplicate-conflicts",
    "reality-management.associate.duplicate-changes-nothing",
    "reality-management.associate.conflict-code",
    "reality-management.associate.id-case",
)
def test_an_association_is_listed_and_refused_a_second_time(owner: Actor, scene: Scene, judge: Judge) -> None:
    """Each of several associations is answered, listed once, and refused with 409 when it is made again."""
    data = owner.new_reality_data(scene.home)
    with judge("reality-management.associate.answers-200"):
        expect.status(owner.associate(data, scene.second), 200)
    with judge("reality-management.associate.is-listed"):
        wanted = [*scene.alone, scene.second]
        expect.same_items(owner.settled_associations(data, wanted), wanted, "associations", judge.last())
    with judge("reality-management.associate.several-itwins"):
        expect.status(owner.associate(data, scene.third), 200)
        wanted = [*scene.alone, scene.second, scene.third]
        expect.same_items(owner.settled_associations(data, wanted), wanted, "associations", judge.last())
    before = owner.associations(data)
    twice = [owner.associate(data, place) for place in (scene.second, scene.third, scene.second)]
    capitals = [owner.associate(data, scene.second.upper()), owner.associate(data.upper(), scene.second)]
    with judge("reality-management.associate.duplicate-conflicts"):
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
        expect.same_items(owner.settled_associations(data, before), before, "associations", judge.last())


@verifies(
    "reality-management.associate.empty-json-body",
    "reality-management.associate.again-after-dissociation",
    "reality-management.associate.own-itwin",
)
def test_a_dissolved_association_can_be_made_again(owner: Actor, scene: Scene, judge: Judge) -> None:
    """Made as shipped clients make it and taken back, an association is gone and can be made again."""
    data = owner.new_reality_data(scene.home)
    with judge("reality-management.associate.empty-json-body"):
        headers = {"Content-Type": "application/json", "Accept": "application/json, text/plain, */*"}
        expect.status(owner.associate(data, scene.third, content=b"", headers=headers), 200)
    owner.delete(f"/reality-management/reality-data/{data}/itwins/{scene.third}")
    owner.settled_associations(data, scene.alone)
    with judge("reality-management.associate.again-after-dissociation"):
        expect.status(owner.associate(data, scene.third), 200)
        wanted = [*scene.alone, scene.third]
        expect.same_items(owner.settled_associations(data, wanted), wanted, "associations", judge.last())
    if not scene.alone:
        judge.not_applicable("the iTwin of the creation is not listed as an association")
        return
    with judge("reality-management.associate.own-itwin"):
        expect.status(owner.associate(data, scene.home), 409)


@verifies(
    "reality-management.associate.unknown-reality-data-not-found",
    "reality-management.associate.unknown-itwin-not-found",
    "reality-management.associate.unknown-itwin-code",
    "reality-management.associate.id-of-another-kind-not-found",
    "reality-management.associate.deleted-not-found",
    "reality-management.associate.refused-changes-nothing",
)
def test_an_unknown_id_is_not_found(owner: Actor, scene: Scene, judge: Judge) -> None:
    """Reality data and iTwins that do not exist are not found, and an id of the other kind is none either."""
    with judge("reality-management.associate.unknown-reality-data-not-found"):
        expect.error(owner.associate(near(scene.untouched), scene.second), 404, "RealityDataNotFound")
    unknown = owner.associate(scene.untouched, near(scene.second))
    with judge("reality-management.associate.unknown-itwin-not-found"):
        expect.status(unknown, 404)
    with judge("reality-management.associate.unknown-itwin-code") as seen:
        seen.observed(unknown.at("/error/code"))
    with judge("reality-management.associate.id-of-another-kind-not-found"):
        expect.status(owner.associate(scene.second, scene.third), 404)
        expect.status(owner.associate(scene.untouched, scene.untouched), 404)
    with judge("reality-management.associate.deleted-not-found"):
        expect.status(owner.associate(scene.untouched, scene.gone), 404)
        expect.status(owner.associate(scene.gone_data, scene.second), 404)
    with judge("reality-management.associate.refused-changes-nothing"):
        expect.same_items(owner.associations(scene.untouched), scene.alone, "associations", judge.last())


@verifies(
    "reality-management.associate.malformed-itwin-invalid",
    "reality-management.associate.malformed-itwin-detail",
    "reality-management.associate.invalid-code",
    "reality-management.associate.malformed-reality-data",
    "reality-management.associate.odd-ids-refused",
)
def test_a_malformed_id_is_invalid(owner: Actor, scene: Scene, judge: Judge) -> None:
    """The page's own malformed iTwin id answers 422 and names iTwinId; no odd id is ever accepted."""
    malformed = owner.associate(scene.untouched, MALFORMED)
    with judge("reality-management.associate.malformed-itwin-invalid"):
        expect.status(malformed, 422)
    with judge("reality-management.associate.invalid-code"):
        expect.code_of(malformed, 422, "InvalidRealityDataRequest")
    with judge("reality-management.associate.malformed-itwin-detail"):
        expect.detail(malformed, "iTwinId", "InvalidValue")
    with judge("reality-management.associate.malformed-reality-data") as seen:
        odd = owner.associate(MALFORMED, scene.second, tolerated=frozenset({400}))
        seen.observed(odd.summary())
    with judge("reality-management.associate.odd-ids-refused"):
        tolerated = frozenset({400, 405, 414})
        for odd_id in strange(scene.second)[::2]:
            expect.refused(
                owner.associate(scene.untouched, odd_id, tolerated=tolerated), 400, 403, 404, 405, 414, 422
            )
        for odd_id in strange(scene.untouched)[1::2]:
            expect.refused(
                owner.associate(odd_id, scene.second, tolerated=tolerated), 400, 403, 404, 405, 414, 422
            )


@verifies(
    "reality-management.associate.at-once-only-one-wins",
    "reality-management.associate.at-once-none-is-lost",
)
def test_associations_at_once_keep_the_rules(
    owner: Actor, scene: Scene, judge: Judge, together: Together
) -> None:
    """Sent at the same moment, equal associations win once and different ones are all kept."""
    data = owner.new_reality_data(scene.home)
    with judge("reality-management.associate.at-once-only-one-wins"):
        responses = together(*[lambda: owner.associate(data, scene.second)] * 4)
        expect.equal(sorted(r.status or 0 for r in responses), [200, 409, 409, 409], "statuses", *responses)
        wanted = [*scene.alone, scene.second]
        expect.same_items(owner.settled_associations(data, wanted), wanted, "associations", judge.last())
    other = owner.new_reality_data(scene.home)
    with judge("reality-management.associate.at-once-none-is-lost"):
        responses = together(
            lambda: owner.associate(other, scene.second), lambda: owner.associate(other, scene.third)
        )
        for response in responses:
            expect.status(response, 200)
        wanted = [*scene.alone, scene.second, scene.third]
        expect.same_items(owner.settled_associations(other, wanted), wanted, "associations", *responses)
