"""Create resource: what a valid body is, and how each invalid one is named in the answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from conformance.checks import expect
from conformance.checks.statuses import refused
from conformance.exchange.model import ABSENT, Exchange
from conformance.run.pytest_plugin import Judge, verifies

from ..actors import Repository
from ..reads import eventual_read, expect_unlisted
from ..traces import refusals, refused_ids

if TYPE_CHECKING:
    from tests.contract.actors import Actor
    from tests.contract.world import World

LONGEST = 200


def named(response: Exchange, judge: Judge, requirement: str, *problems: tuple[str, str]) -> None:
    """Judge that the details name these problems; the declared schema lets a service leave details out."""
    if response.status == 422 and response.at("/error/details") is ABSENT:
        reason = "422 comes without details, which the page shows and its schema does not ask for"
        judge.not_applicable(reason, requirement)
        return
    with judge(requirement):
        expect.error(response, 422, "InvalidiTwinsRequest")
        for target, code in problems:
            expect.detail(response, target, code)


@verifies(
    "itwins.resource.id-required",
    "itwins.resource.name-required",
    "itwins.resource.id-required-detail",
    "itwins.resource.name-required-detail",
    "itwins.resource.every-problem-in-the-details",
    "itwins.resource.details-name-only-the-problem",
    "itwins.resource.invalid-code",
    "itwins.resource.empty-id-invalid",
    "itwins.resource.empty-name-invalid",
    "itwins.resource.empty-id-detail",
    "itwins.resource.empty-name-detail",
    "itwins.resource.details",
)
def test_id_and_name_are_required(owner: Actor, world: World, judge: Judge) -> None:
    """A missing or empty id or displayName answers 422 and is named in the details, alone or with another."""
    repository = world.repository
    without_id = owner.create_resource(repository, {"displayName": owner.unique("Name")})
    without_name = owner.create_resource(repository, {"id": owner.unique("id")})
    without_both = owner.create_resource(repository, {})
    with judge("itwins.resource.id-required"):
        expect.status(without_id, 422)
    with judge("itwins.resource.name-required"):
        expect.status(without_name, 422)
    with judge("itwins.resource.invalid-code"):
        for response in (without_id, without_name, without_both):
            expect.error(response, 422, "InvalidiTwinsRequest")
    with judge("itwins.resource.details") as seen:
        seen.observed("absent" if without_id.at("/error/details") is ABSENT else "there")
    no_id, no_name = ("id", "MissingRequiredProperty"), ("displayName", "MissingRequiredProperty")
    named(without_id, judge, "itwins.resource.id-required-detail", no_id)
    named(without_name, judge, "itwins.resource.name-required-detail", no_name)
    named(without_both, judge, "itwins.resource.every-problem-in-the-details", no_id, no_name)
    with judge("itwins.resource.details-name-only-the-problem"):
        expect.no_detail(without_id, "displayName")
        expect.no_detail(without_name, "id")
    empty_id = owner.create_resource(repository, owner.new_resource(id=""))
    with judge("itwins.resource.empty-id-invalid"):
        expect.error(empty_id, 422, "InvalidiTwinsRequest")
    named(empty_id, judge, "itwins.resource.empty-id-detail", no_id)
    empty_name = owner.create_resource(repository, owner.new_resource(displayName=""))
    with judge("itwins.resource.empty-name-invalid"):
        expect.error(empty_name, 422, "InvalidiTwinsRequest")
    named(empty_name, judge, "itwins.resource.empty-name-detail", no_name)


@verifies(
    "itwins.resource.id-is-a-string",
    "itwins.resource.name-is-a-string",
    "itwins.resource.body-is-closed",
    "itwins.resource.body-required",
)
def test_the_body_is_an_object_of_two_strings(owner: Actor, world: World, judge: Judge) -> None:
    """Members of another type, unknown members, no body, broken JSON and other JSON are refused."""
    repository = world.repository
    with judge("itwins.resource.id-is-a-string"):
        for value in (None, 42, {"x": "y"}):
            expect.status(owner.create_resource(repository, owner.new_resource(id=value)), 422)
    with judge("itwins.resource.name-is-a-string"):
        for name in (None, 42, ["x"]):
            expect.status(owner.create_resource(repository, owner.new_resource(displayName=name)), 422)
    with judge("itwins.resource.body-is-closed"):
        response = owner.create_resource(repository, owner.new_resource(unknownMember="x"))
        expect.status(response, 422)
    with judge("itwins.resource.body-required"):
        tolerated = frozenset({400, 411, 415})
        listed = json.dumps([owner.new_resource()]).encode()
        for content in (b"", b"{", listed, b"1"):
            response = owner.create_resource(repository, content=content, tolerated=tolerated)
            expect.refused(response, 400, 411, 415, 422)


@verifies(
    "itwins.resource.id-of-200-accepted",
    "itwins.resource.name-of-200-accepted",
    "itwins.resource.id-of-201-refused",
    "itwins.resource.name-of-201-refused",
    "itwins.resource.id-of-201-detail",
    "itwins.resource.name-of-201-detail",
    "itwins.resource.characters-not-bytes",
    "itwins.resource.astral-characters",
)
def test_two_hundred_characters_are_the_limit(owner: Actor, world: World, judge: Judge) -> None:
    """Exactly 200 characters are accepted and kept whole, 201 are refused, whatever their bytes."""
    repository = world.repository_of("UrlTemplate")
    unique = owner.unique
    with judge("itwins.resource.id-of-200-accepted"):
        body = owner.new_resource(id=unique.of_length(LONGEST))
        response = owner.create_resource(repository, body)
        expect.status(response, 201)
        expect.value(response, "/resource/id", body["id"])
        expect.value(_stored(owner, repository, body), "/resource/id", body["id"])
    with judge("itwins.resource.name-of-200-accepted"):
        body = owner.new_resource(displayName=unique.of_length(LONGEST))
        response = owner.create_resource(repository, body)
        expect.status(response, 201)
        expect.value(response, "/resource/displayName", body["displayName"])
        read = _stored(owner, repository, body)
        expect.value(read, "/resource/displayName", body["displayName"])
    long_id = owner.create_resource(repository, owner.new_resource(id=unique.of_length(LONGEST + 1)))
    with judge("itwins.resource.id-of-201-refused"):
        expect.error(long_id, 422, "InvalidiTwinsRequest")
    named(long_id, judge, "itwins.resource.id-of-201-detail", ("id", "InvalidValue"))
    body = owner.new_resource(displayName=unique.of_length(LONGEST + 1))
    long_name = owner.create_resource(repository, body)
    with judge("itwins.resource.name-of-201-refused"):
        expect.error(long_name, 422, "InvalidiTwinsRequest")
    named(long_name, judge, "itwins.resource.name-of-201-detail", ("displayName", "InvalidValue"))
    with judge("itwins.resource.characters-not-bytes"):
        name = unique.of_length(LONGEST, "界")
        response = owner.create_resource(repository, owner.new_resource(displayName=name))
        expect.status(response, 201)
        expect.value(response, "/resource/displayName", name)
        longer = owner.new_resource(displayName=unique.of_length(LONGEST + 1, "界"))
        expect.status(owner.create_resource(repository, longer), 422)
    with judge("itwins.resource.astral-characters") as seen:
        astral = unique.of_length(150, "🌊")
        seen.observed(owner.create_resource(repository, owner.new_resource(displayName=astral)).summary())


def _stored(owner: Actor, repository: Repository, body: dict[str, Any]) -> Exchange:
    return eventual_read(owner, f"{repository.path}/resources/{body['id']}")


@verifies(
    "itwins.resource.answer-is-what-is-stored",
    "itwins.resource.surrounding-blanks",
    "itwins.resource.blank-id",
)
def test_the_answer_tells_what_is_stored(owner: Actor, world: World, judge: Judge) -> None:
    """Whether blanks around a name are kept is open; that answer and read agree is not."""
    repository = world.repository_of("WebMapTileService")
    name = f"  {owner.unique('Name')}  "
    body = owner.new_resource(displayName=name)
    response = owner.create_resource(repository, body)
    with judge("itwins.resource.surrounding-blanks") as seen:
        known = {name: "kept", name.strip(): "trimmed"}
        shown = known.get(str(response.at("/resource/displayName")), "otherwise")
        seen.observed(response.status, "refused" if refused(response) else shown)
    if refused(response):
        reason = "a name with blanks around it is refused"
        judge.not_applicable(reason, "itwins.resource.answer-is-what-is-stored")
    else:
        with judge("itwins.resource.answer-is-what-is-stored"):
            expect.carried_out(response)
            read = _stored(owner, repository, body)
            expect.value(read, "/resource/displayName", response.at("/resource/displayName"))
    with judge("itwins.resource.blank-id") as seen:
        seen.observed(owner.create_resource(repository, owner.new_resource(id="   ")).summary())


@verifies("itwins.resource.refused-changes-nothing")
def test_refused_creates_left_nothing(owner: Actor, world: World, judge: Judge) -> None:
    """When every invalid body has been refused, the repository lists only what was answered 201."""

    @judge.at_end
    def only_what_was_created_is_listed() -> None:
        with judge("itwins.resource.refused-changes-nothing"):
            used = [x for x in world.made if isinstance(x, Repository) and x.itwin == world.itwin_a]
            if not any(refused_ids(world.run, repository=repository.id) for repository in used):
                used = [world.repository]
                expect.refused(owner.create_resource(world.repository, owner.new_resource(unknownMember="x")))
            expect.rests_on(*refusals(world.run, "createRepositoryResource", 400, 409, 422)[-5:])
            for repository in used:
                expect_unlisted(owner, repository, refused_ids(world.run, repository=repository.id))
