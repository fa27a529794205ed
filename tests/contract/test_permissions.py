"""Who may: each permission is needed, on both sides, and a refused call changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import expect
from conformance.run.pytest_plugin import Judge, verifies

if TYPE_CHECKING:
    from tests.contract.actors import Actor
    from tests.contract.conftest import Scene

HIDDEN = (403, 404)


@verifies(
    "reality-management.associate.reader-forbidden",
    "reality-management.move.reader-forbidden",
    "reality-management.associate.forbidden-code",
    "reality-management.move.forbidden-code",
    "itwins.resource.forbidden-code",
    "itwins.resource.reader-forbidden",
)
def test_a_reader_writes_nothing(reader: Actor, scene: Scene, judge: Judge) -> None:
    """A member without write permissions is told 403; one who does not even see the iTwin may be told 404."""
    sees = (
        reader.settled(lambda: reader.read(f"/itwins/{scene.home}"), lambda r: r.status == 200).status == 200
    )
    allowed = (403,) if sees else HIDDEN
    associated = reader.associate(scene.kept("users"), scene.second)
    with judge("reality-management.associate.reader-forbidden"):
        expect.status(associated, *allowed)
    with judge("reality-management.associate.forbidden-code"):
        expect.code_of(associated, 403, "InsufficientPermissions")
    moved = reader.move(scene.kept("users"), scene.second)
    with judge("reality-management.move.reader-forbidden"):
        expect.status(moved, *allowed)
    with judge("reality-management.move.forbidden-code"):
        expect.code_of(moved, 403, "InsufficientPermissions")
    created = reader.create_resource(scene.repository)
    with judge("itwins.resource.reader-forbidden"):
        expect.status(created, *allowed)
    with judge("itwins.resource.forbidden-code"):
        expect.code_of(created, 403, "InsufficientPermissions")


@verifies(
    "reality-management.associate.outsider-refused",
    "reality-management.move.outsider-refused",
    "itwins.resource.outsider-refused",
)
def test_an_outsider_writes_nothing(outsider: Actor, scene: Scene, judge: Judge) -> None:
    """A user of another organization is refused everywhere; whether with 403 or 404 is open."""
    with judge("reality-management.associate.outsider-refused"):
        expect.status(outsider.associate(scene.kept("users"), scene.second), *HIDDEN)
    with judge("reality-management.move.outsider-refused"):
        expect.status(outsider.move(scene.kept("users"), scene.second), *HIDDEN)
    with judge("itwins.resource.outsider-refused"):
        expect.status(outsider.create_resource(scene.repository), *HIDDEN)


@verifies(
    "reality-management.associate.foreign-itwin-refused",
    "reality-management.associate.foreign-reality-data-refused",
    "reality-management.move.other-organization-refused",
    "reality-management.move.foreign-reality-data-refused",
)
def test_nothing_crosses_the_border_of_an_organization(
    owner: Actor, outsider: Actor, scene: Scene, judge: Judge
) -> None:
    """Ours does not get into theirs nor theirs into ours, whichever side asks."""
    theirs = scene.foreign_data
    if not scene.foreign:
        judge.not_applicable(
            "the outsider cannot make an iTwin; name one of its organization as foreign_itwin_id"
        )
        return
    refusals = (403, 404, 409, 422)
    with judge("reality-management.associate.foreign-itwin-refused"):
        expect.refused(owner.associate(scene.kept("border"), scene.foreign), *refusals)
        expect.refused(outsider.associate(scene.kept("border"), scene.foreign), *refusals)
        expect.same_items(owner.associations(scene.kept("border")), scene.alone, "associations", judge.last())
    with judge("reality-management.move.other-organization-refused"):
        expect.refused(owner.move(scene.kept("border"), scene.foreign), *refusals)
        expect.refused(outsider.move(scene.kept("border"), scene.foreign), *refusals)
        if guest := scene.run.target.fixtures.get("foreign_member_itwin_id"):
            expect.refused(owner.move(scene.kept("border"), guest), *refusals)
        expect.same_items(owner.associations(scene.kept("border")), scene.alone, "associations", judge.last())
    if not theirs:
        judge.not_applicable("the outsider cannot make reality data of its own")
        return
    with judge("reality-management.associate.foreign-reality-data-refused"):
        expect.refused(owner.associate(theirs, scene.home), *refusals)
        expect.refused(outsider.associate(theirs, scene.home), *refusals)
        expect.same_items(outsider.associations(theirs), [scene.foreign], "associations", judge.last())
    with judge("reality-management.move.foreign-reality-data-refused"):
        expect.refused(owner.move(theirs, scene.home), *refusals)
        expect.refused(outsider.move(theirs, scene.home), *refusals)
        expect.same_items(outsider.associations(theirs), [scene.foreign], "associations", judge.last())


@verifies("itwins.resource.foreign-itwin-refused")
def test_a_foreign_repository_takes_nothing_of_ours(
    owner: Actor, outsider: Actor, scene: Scene, judge: Judge
) -> None:
    """A repository in an iTwin of another organization takes no resource of ours."""
    theirs = scene.foreign_repository(outsider)
    if theirs is None:
        judge.not_applicable("the outsider cannot make a repository of its own")
        return
    with judge("itwins.resource.foreign-itwin-refused"):
        expect.status(owner.create_resource(theirs), *HIDDEN)
        expect.equal(outsider.resources(theirs), [], "resources of the foreign repository", judge.last())


@verifies("reality-management.associate.needs-realitydata-create")
def test_associating_needs_realitydata_create(actors: dict[str, Actor], scene: Scene, judge: Judge) -> None:
    """Every other permission is not enough to associate."""
    with judge("reality-management.associate.needs-realitydata-create"):
        expect.status(actors["no_realitydata_create"].associate(scene.kept("users"), scene.second), 403)


@verifies("reality-management.associate.needs-realitydata-assign")
def test_associating_needs_realitydata_assign(actors: dict[str, Actor], scene: Scene, judge: Judge) -> None:
    """Every other permission is not enough to associate."""
    with judge("reality-management.associate.needs-realitydata-assign"):
        expect.status(actors["no_realitydata_assign"].associate(scene.kept("users"), scene.second), 403)


@verifies("reality-management.move.needs-realitydata-manage")
def test_moving_needs_realitydata_manage(actors: dict[str, Actor], scene: Scene, judge: Judge) -> None:
    """Every other permission is not enough to move."""
    with judge("reality-management.move.needs-realitydata-manage"):
        expect.status(actors["no_realitydata_manage"].move(scene.kept("users"), scene.second), 403)


@verifies("itwins.resource.needs-itwins-modify")
def test_creating_a_resource_needs_itwins_modify(
    actors: dict[str, Actor], scene: Scene, judge: Judge
) -> None:
    """Every other permission is not enough to create a resource."""
    with judge("itwins.resource.needs-itwins-modify"):
        expect.status(actors["no_itwins_modify"].create_resource(scene.repository), 403)


@verifies(
    "reality-management.associate.needs-permission-on-the-itwin",
    "reality-management.move.needs-permission-on-the-destination",
    "reality-management.move.needs-permission-on-the-source",
    "itwins.resource.needs-permission-on-the-itwin",
)
def test_permission_on_one_side_is_not_enough(
    owner: Actor, actors: dict[str, Actor], scene: Scene, judge: Judge
) -> None:
    """Who may everything elsewhere and only read this iTwin gets nothing into it and nothing out of it."""
    partial, closed = actors["partial"], scene.run.target.fixtures["partial_itwin_id"]
    with judge("reality-management.associate.needs-permission-on-the-itwin"):
        expect.status(partial.associate(scene.kept("users"), closed), 403)
    with judge("reality-management.move.needs-permission-on-the-destination"):
        expect.status(partial.move(scene.kept("users"), closed), 403)
    with judge("reality-management.move.needs-permission-on-the-source"):
        inside = owner.new_reality_data(closed)
        expect.status(partial.move(inside, scene.home), 403)
    with judge("itwins.resource.needs-permission-on-the-itwin"):
        expect.status(partial.create_resource(owner.new_repository(closed)), 403)


@verifies(
    "reality-management.associate.administrator-allowed",
    "reality-management.move.administrator-allowed",
    "itwins.resource.administrator-allowed",
)
def test_an_administrator_needs_no_permission(
    owner: Actor, actors: dict[str, Actor], scene: Scene, judge: Judge
) -> None:
    """An Organization Administrator may everything in the organization without being given anything."""
    administrator = actors["administrator"]
    data = owner.new_reality_data(scene.home)
    with judge("reality-management.move.administrator-allowed"):
        expect.status(administrator.move(data, scene.second), 204)
    with judge("reality-management.associate.administrator-allowed"):
        expect.status(administrator.associate(data, scene.third), 200)
    with judge("itwins.resource.administrator-allowed"):
        expect.status(administrator.create_resource(scene.repository), 201)


@pytest.mark.order("late")
@verifies(
    "reality-management.associate.refused-user-changes-nothing",
    "reality-management.move.refused-user-changes-nothing",
    "itwins.resource.refused-user-changes-nothing",
)
def test_refused_users_left_nothing(owner: Actor, scene: Scene, judge: Judge) -> None:
    """When everybody without permission has been refused, nothing has changed."""
    where = owner.settled_associations(scene.kept("users"), scene.alone)
    with judge("reality-management.associate.refused-user-changes-nothing"):
        expect.same_items(where, scene.alone, "associations", judge.last())
    with judge("reality-management.move.refused-user-changes-nothing"):
        left = set(map(str.lower, scene.alone)) - set(map(str.lower, where))
        expect.equal(sorted(left), [], "iTwins that it left", judge.last())
    with judge("itwins.resource.refused-user-changes-nothing"):
        listed = {str(entry.get("id")) for entry in owner.resources(scene.repository)}
        expect.equal(sorted(listed & scene.refused_ids(403, 404)), [], "refused and listed", judge.last())
