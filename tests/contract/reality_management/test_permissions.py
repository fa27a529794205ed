"""Who may associate and move: each permission is needed, on both sides, and a refusal changes nothing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from conformance.checks import expect
from conformance.run.pytest_plugin import Judge, verifies

from ..controls import lacking
from ..reads import eventual_associations, expect_associations

if TYPE_CHECKING:
    from tests.contract.actors import Actor
    from tests.contract.controls import Controls
    from tests.contract.foreign import Foreign
    from tests.contract.world import World

HIDDEN = (403, 404)
REFUSALS = (403, 404, 409, 422)
ASSOCIATE = ("realitydata_create", "realitydata_assign")
MOVE = "realitydata_manage"


@verifies(
    "reality-management.associate.reader-forbidden",
    "reality-management.move.reader-forbidden",
    "reality-management.associate.forbidden-code",
    "reality-management.move.forbidden-code",
)
def test_a_reader_writes_nothing(reader: Actor, world: World, controls: Controls, judge: Judge) -> None:
    """A member without write permissions is told 403."""
    sees = partial(controls.sees_itwin_a, reader)
    may_associate = partial(controls.refuse_holder, reader, *ASSOCIATE)
    may_move = partial(controls.refuse_holder, reader, MOVE)
    associated = reader.associate(world.reserved_data("users"), world.itwin_b)
    with judge("reality-management.associate.reader-forbidden", control=sees, doubt=may_associate):
        expect.status(associated, *controls.forbidden(reader))
    with judge("reality-management.associate.forbidden-code", control=sees):
        expect.code_of(associated, 403, "InsufficientPermissions")
    moved = reader.move(world.reserved_data("users"), world.itwin_b)
    with judge("reality-management.move.reader-forbidden", control=sees, doubt=may_move):
        expect.status(moved, *controls.forbidden(reader))
    with judge("reality-management.move.forbidden-code", control=sees):
        expect.code_of(moved, 403, "InsufficientPermissions")


@verifies("reality-management.associate.outsider-refused", "reality-management.move.outsider-refused")
def test_an_outsider_writes_nothing(outsider: Actor, world: World, controls: Controls, judge: Judge) -> None:
    """A user of another organization is refused everywhere; whether with 403 or 404 is open."""
    gets_its_own = partial(controls.another_organization, outsider.role)
    with judge("reality-management.associate.outsider-refused", control=gets_its_own):
        expect.status(outsider.associate(world.reserved_data("users"), world.itwin_b), *HIDDEN)
    with judge("reality-management.move.outsider-refused", control=gets_its_own):
        expect.status(outsider.move(world.reserved_data("users"), world.itwin_b), *HIDDEN)


@verifies(
    "reality-management.associate.foreign-itwin-refused",
    "reality-management.move.other-organization-refused",
)
def test_ours_does_not_get_into_another_organization(
    owner: Actor, outsider: Actor, foreign: Foreign, world: World, judge: Judge
) -> None:
    """Our reality data is neither associated with nor moved to a foreign iTwin, whichever side asks."""
    theirs = foreign.itwin
    with judge("reality-management.associate.foreign-itwin-refused", control=foreign.itwin_seen):
        expect.refused(owner.associate(world.reserved_data("border"), theirs), *REFUSALS)
        expect.refused(outsider.associate(world.reserved_data("border"), theirs), *REFUSALS)
        expect_associations(owner, world.reserved_data("border"), world.initial_associations)
    with judge("reality-management.move.other-organization-refused", control=foreign.itwin_seen):
        expect.refused(owner.move(world.reserved_data("border"), theirs), *REFUSALS)
        expect.refused(outsider.move(world.reserved_data("border"), theirs), *REFUSALS)
        if guest := foreign.guest_itwin:
            expect.refused(owner.move(world.reserved_data("border"), guest), *REFUSALS)
        expect_associations(owner, world.reserved_data("border"), world.initial_associations)


@verifies(
    "reality-management.associate.foreign-reality-data-refused",
    "reality-management.move.foreign-reality-data-refused",
)
def test_theirs_does_not_get_into_our_organization(
    owner: Actor, outsider: Actor, foreign: Foreign, world: World, judge: Judge
) -> None:
    """Foreign reality data is neither associated with nor moved to our iTwin, whichever side asks."""
    theirs, itwin = foreign.data, foreign.itwin
    with judge("reality-management.associate.foreign-reality-data-refused"):
        expect.refused(owner.associate(theirs, world.itwin_a), *REFUSALS)
        expect.refused(outsider.associate(theirs, world.itwin_a), *REFUSALS)
        expect_associations(outsider, theirs, [itwin])
    with judge("reality-management.move.foreign-reality-data-refused"):
        expect.refused(owner.move(theirs, world.itwin_a), *REFUSALS)
        expect.refused(outsider.move(theirs, world.itwin_a), *REFUSALS)
        expect_associations(outsider, theirs, [itwin])


@verifies("reality-management.associate.needs-realitydata-create")
def test_associating_needs_realitydata_create(world: World, controls: Controls, judge: Judge) -> None:
    """Every other permission is not enough to associate."""
    _associating_needs("realitydata_create", "realitydata_assign", world, controls, judge)


@verifies("reality-management.associate.needs-realitydata-assign")
def test_associating_needs_realitydata_assign(world: World, controls: Controls, judge: Judge) -> None:
    """Every other permission is not enough to associate."""
    _associating_needs("realitydata_assign", "realitydata_create", world, controls, judge)


def _associating_needs(missing: str, other: str, world: World, controls: Controls, judge: Judge) -> None:
    actor = controls.actor(lacking(missing))
    with judge(
        f"reality-management.associate.needs-{missing.replace('_', '-')}",
        control=partial(controls.may_otherwise, actor, missing, other),
        doubt=partial(controls.refuse_holder, actor, missing),
    ):
        expect.status(actor.associate(world.reserved_data("users"), world.itwin_b), 403)


@verifies("reality-management.move.needs-realitydata-manage")
def test_moving_needs_realitydata_manage(world: World, controls: Controls, judge: Judge) -> None:
    """Every other permission is not enough to move."""
    actor = controls.actor(lacking(MOVE))
    with judge(
        "reality-management.move.needs-realitydata-manage",
        control=partial(controls.may_otherwise, actor, MOVE),
        doubt=partial(controls.refuse_holder, actor, MOVE),
    ):
        expect.status(actor.move(world.reserved_data("users"), world.itwin_b), 403)


@verifies(
    "reality-management.associate.needs-permission-on-the-itwin",
    "reality-management.move.needs-permission-on-the-destination",
    "reality-management.move.needs-permission-on-the-source",
)
def test_permission_on_one_side_is_not_enough(
    owner: Actor, world: World, controls: Controls, judge: Judge
) -> None:
    """Who may everything elsewhere and only read this iTwin gets nothing into it and nothing out of it."""
    limited, closed = controls.partial()
    associates = partial(controls.may_elsewhere, limited, *ASSOCIATE)
    moves = partial(controls.may_elsewhere, limited)
    inside = partial(partial, controls.refuse_holder, limited, itwin=closed)
    with judge(
        "reality-management.associate.needs-permission-on-the-itwin",
        control=associates,
        doubt=inside(*ASSOCIATE),
    ):
        expect.status(limited.associate(world.reserved_data("users"), closed), 403)
    with judge(
        "reality-management.move.needs-permission-on-the-destination", control=moves, doubt=inside(MOVE)
    ):
        expect.status(limited.move(world.reserved_data("users"), closed), 403)
    with judge("reality-management.move.needs-permission-on-the-source", control=moves, doubt=inside(MOVE)):
        expect.status(limited.move(owner.new_reality_data(closed), world.itwin_a), 403)


@verifies(
    "reality-management.associate.administrator-allowed", "reality-management.move.administrator-allowed"
)
def test_an_administrator_needs_no_permission(
    owner: Actor, world: World, controls: Controls, judge: Judge
) -> None:
    """An Organization Administrator may everything in the organization without being given anything."""
    administrator = controls.actor("administrator")
    data = owner.new_reality_data(world.itwin_a)
    with judge("reality-management.move.administrator-allowed"):
        expect.status(administrator.move(data, world.itwin_b), 204)
    with judge("reality-management.associate.administrator-allowed"):
        expect.status(administrator.associate(data, world.itwin_c), 200)


@verifies(
    "reality-management.associate.refused-user-changes-nothing",
    "reality-management.move.refused-user-changes-nothing",
)
def test_refused_users_left_nothing(owner: Actor, world: World, controls: Controls, judge: Judge) -> None:
    """When everybody without permission has been refused, the reality data is where it was."""

    @judge.at_end
    def nothing_has_changed() -> None:
        data, wanted = world.reserved_data("users"), world.initial_associations
        associated = controls.refused_users("associateRealityData")
        moved = controls.refused_users("moveRealityData")
        where, response = eventual_associations(owner, data, wanted)
        with judge("reality-management.associate.refused-user-changes-nothing"):
            expect.rests_on(*associated)
            expect.same_items(where, wanted, "associations", response)
        with judge("reality-management.move.refused-user-changes-nothing"):
            expect.rests_on(*moved)
            left = set(map(str.lower, wanted)) - set(map(str.lower, where))
            expect.equal(sorted(left), [], "iTwins that it left", response)
