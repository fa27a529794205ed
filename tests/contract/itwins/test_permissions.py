"""Who may create resources and read accounts; a refusal changes nothing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from conformance.checks import expect
from conformance.run.pytest_plugin import Judge, verifies

from ..controls import lacking
from ..reads import expect_unlisted, resources
from ..traces import refused_ids

if TYPE_CHECKING:
    from tests.contract.actors import Actor
    from tests.contract.controls import Controls
    from tests.contract.foreign import Foreign
    from tests.contract.world import World

HIDDEN = (403, 404)


@verifies("itwins.account.member-reads")
def test_a_member_reads_the_account(reader: Actor, world: World, controls: Controls, judge: Judge) -> None:
    """Whoever can read the iTwin as its member reads its account too."""
    with judge("itwins.account.member-reads"):
        expect.rests_on(*controls.sees_itwin_a(reader))
        response = reader.eventually(lambda: reader.account(world.itwin_a), lambda r: r.status != 404)
        wanted = world.first.account(world.itwin_a)
        expect.status(response, 200)
        expect.equal(response.at("/iTwin"), wanted.at("/iTwin"), "the account", response, wanted)


@verifies("itwins.account.outsider-refused", "itwins.account.outsider-answer")
def test_an_outsider_learns_no_account(
    outsider: Actor, world: World, controls: Controls, judge: Judge
) -> None:
    """A user of another organization gets no account; whether with 403 or 404 is open."""
    response = outsider.account(world.itwin_a, tolerated=frozenset({403}))
    gets_its_own = partial(controls.another_organization, outsider.role)
    with judge("itwins.account.outsider-refused", control=gets_its_own):
        expect.status(response, *HIDDEN)
    with judge("itwins.account.outsider-answer") as seen:
        seen.observed(response.summary())


@verifies("itwins.account.foreign-itwin-refused")
def test_nobody_learns_the_account_of_another_organization(
    owner: Actor, outsider: Actor, foreign: Foreign, controls: Controls, judge: Judge
) -> None:
    """Whom its own member shows an account is refused it, owner and reader alike."""
    theirs = foreign.itwin
    shown = outsider.eventually(lambda: outsider.account(theirs), lambda response: response.status != 404)
    with judge("itwins.account.foreign-itwin-refused"):
        expect.rests_on(shown)
        for actor in filter(None, (owner, controls.actors.get("reader"))):
            expect.status(actor.account(theirs, tolerated=frozenset({403})), *HIDDEN)


@verifies("itwins.resource.reader-forbidden", "itwins.resource.forbidden-code")
def test_a_reader_creates_no_resource(reader: Actor, world: World, controls: Controls, judge: Judge) -> None:
    """A member without write permissions is told 403."""
    created = reader.create_resource(world.repository)
    sees = partial(controls.sees_itwin_a, reader)
    may = partial(controls.refuse_holder, reader, "itwins_modify")
    with judge("itwins.resource.reader-forbidden", control=sees, doubt=may):
        expect.status(created, *controls.forbidden(reader))
    with judge("itwins.resource.forbidden-code", control=sees):
        expect.code_of(created, 403, "InsufficientPermissions")


@verifies("itwins.resource.outsider-refused")
def test_an_outsider_creates_no_resource(
    outsider: Actor, world: World, controls: Controls, judge: Judge
) -> None:
    """A user of another organization is refused; whether with 403 or 404 is open."""
    gets_its_own = partial(controls.another_organization, outsider.role)
    with judge("itwins.resource.outsider-refused", control=gets_its_own):
        expect.status(outsider.create_resource(world.repository), *HIDDEN)


@verifies("itwins.resource.foreign-itwin-refused")
def test_a_foreign_repository_takes_nothing_of_ours(
    owner: Actor, outsider: Actor, foreign: Foreign, judge: Judge
) -> None:
    """A repository in an iTwin of another organization takes no resource of ours."""
    theirs = foreign.repository
    with judge("itwins.resource.foreign-itwin-refused"):
        expect.status(owner.create_resource(theirs), *HIDDEN)
        expect.equal(resources(outsider, theirs), [], "resources of the foreign repository", judge.last())


@verifies("itwins.resource.needs-itwins-modify")
def test_creating_a_resource_needs_itwins_modify(world: World, controls: Controls, judge: Judge) -> None:
    """Every other permission is not enough to create a resource."""
    actor = controls.actor(lacking("itwins_modify"))
    with judge(
        "itwins.resource.needs-itwins-modify",
        control=partial(controls.may_otherwise, actor, "itwins_modify"),
        doubt=partial(controls.refuse_holder, actor, "itwins_modify"),
    ):
        expect.status(actor.create_resource(world.repository), 403)


@verifies("itwins.resource.needs-permission-on-the-itwin")
def test_permission_elsewhere_is_not_enough(owner: Actor, controls: Controls, judge: Judge) -> None:
    """Who may everything elsewhere and only read this iTwin creates no resource in it."""
    limited, closed = controls.partial()
    elsewhere = partial(controls.may_elsewhere, limited, resource=True)
    inside = partial(controls.refuse_holder, limited, "itwins_modify", itwin=closed)
    with judge("itwins.resource.needs-permission-on-the-itwin", control=elsewhere, doubt=inside):
        expect.status(limited.create_resource(owner.new_repository(closed)), 403)


@verifies("itwins.resource.administrator-allowed")
def test_an_administrator_needs_no_permission(world: World, controls: Controls, judge: Judge) -> None:
    """An Organization Administrator creates resources without being given anything."""
    with judge("itwins.resource.administrator-allowed"):
        expect.status(controls.actor("administrator").create_resource(world.repository), 201)


@verifies("itwins.resource.refused-user-changes-nothing")
def test_refused_users_left_nothing(owner: Actor, world: World, controls: Controls, judge: Judge) -> None:
    """When everybody without permission has been refused, no resource of theirs is listed."""

    @judge.at_end
    def nothing_has_changed() -> None:
        with judge("itwins.resource.refused-user-changes-nothing"):
            expect.rests_on(*controls.refused_users("createRepositoryResource"))
            expect_unlisted(owner, world.repository, refused_ids(world.run, *HIDDEN))
