"""Create resource: a map layer of a repository gets an id and a name that nothing else there has."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from conformance.checks import expect
from conformance.errors import NotApplicable, NotJudged
from conformance.exchange.groups import concurrently
from conformance.run.pytest_plugin import Judge, phase, verifies

from ..actors import Repository
from ..ids import lookalike_id, malformed_ids
from ..reads import eventual_read, eventual_resources, ids_of, resources

if TYPE_CHECKING:
    from tests.contract.actors import Actor
    from tests.contract.world import World

SUB_CLASSES = ("WebMapService", "WebMapTileService", "ArcGIS", "UrlTemplate")
NAMES = (
    "MiXed Case",
    """Two  blanks & <b>"markup"</b>""",
    "Größe 界 🌊 100%25 a+b 'quoted' \\\\",
    "de\u0301compose\u0301",
)
ODD_ID = "%41+'b'"
"""Part of one id: a service that decodes or escapes once too often changes it."""


@verifies(
    "itwins.resource.answers-201",
    "itwins.resource.every-subclass",
    "itwins.resource.subclass-copied",
    "itwins.resource.can-be-read",
    "itwins.resource.is-listed-once",
    "itwins.resource.text-kept-to-the-letter",
)
def test_a_new_resource_is_answered_read_and_listed(owner: Actor, world: World, judge: Judge) -> None:
    """In a repository of each subclass a resource is created, answered as it is stored, and listed once."""
    for sub_class, name in zip(SUB_CLASSES, NAMES, strict=True):
        repository = world.repository_of(sub_class)
        odd = ODD_ID if sub_class == "ArcGIS" else ""
        body = {"id": owner.unique("MiXed") + odd, "displayName": f"{owner.unique()} {name}"}
        created = owner.create_resource(repository, body)
        with judge("itwins.resource.answers-201"):
            expect.status(created, 201)
        with judge("itwins.resource.every-subclass"):
            expect.status(created, 201)
        with judge("itwins.resource.subclass-copied"):
            expect.value(created, "/resource/subClass", sub_class)
        entries = _listed(owner, repository, [body])
        with judge("itwins.resource.text-kept-to-the-letter"):
            for member, value in body.items():
                expect.value(created, f"/resource/{member}", value)
            named = next((entry for entry in _shape(entries) if entry[0] == body["id"]), ("", ""))
            expect.equal(named, tuple(body.values()), "listed", judge.last())
        with judge("itwins.resource.is-listed-once"):
            expect.carried_out(created)
            expect.equal(ids_of(entries).count(body["id"]), 1, f"entries of {body['id']}", judge.last())
        if odd:
            continue
        read = eventual_read(owner, f"{repository.path}/resources/{body['id']}")
        with judge("itwins.resource.can-be-read"):
            expect.carried_out(created)
            expect.status(read, 200)
            for member, value in {**body, "class": repository.class_, "subClass": sub_class}.items():
                expect.value(read, f"/resource/{member}", value)


@phase("first")
@verifies("itwins.resource.stays")
def test_a_resource_outlives_the_run(owner: Actor, world: World, judge: Judge) -> None:
    """What was created at the beginning is still there, unchanged, when everything else has been asked."""
    body = owner.new_resource()
    created = owner.create_resource(world.repository, body)
    expect.status(created, 201)

    @judge.at_end
    def it_is_still_there() -> None:
        with judge("itwins.resource.stays"):
            expect.rests_on(created)
            read = owner.read(f"{world.repository.path}/resources/{body['id']}")
            expect.status(read, 200)
            expect.value(read, "/resource/displayName", body["displayName"])


@verifies(
    "itwins.resource.duplicate-id-conflicts",
    "itwins.resource.duplicate-name-conflicts",
    "itwins.resource.duplicate-changes-nothing",
    "itwins.resource.conflict-code",
    "itwins.resource.unique-within-the-repository-only",
    "itwins.resource.free-after-delete",
    "itwins.resource.id-case",
    "itwins.resource.name-case",
)
def test_id_and_name_are_taken_by_the_first_create(owner: Actor, world: World, judge: Judge) -> None:
    """An id or name of any resource of the repository is refused; elsewhere or after a delete it is free."""
    repository = world.repository_of("ArcGIS")
    bodies = [owner.new_resource(id=owner.unique("Zone")) for _ in range(3)]
    firsts = [owner.create_resource(repository, body) for body in bodies]
    for first in firsts:
        expect.status(first, 201)
    before = _listed(owner, repository, bodies)
    order = (bodies[1], bodies[0], bodies[2])
    same_id = [owner.create_resource(repository, owner.new_resource(id=body["id"])) for body in order]
    same_id.append(owner.create_resource(repository, bodies[1]))
    places = (repository.at(itwin=repository.itwin.upper()), repository.at(id=repository.id.upper()))
    capitals = [owner.create_resource(place, bodies[0]) for place in places]
    with judge("itwins.resource.duplicate-id-conflicts"):
        expect.rests_on(*firsts)
        for response in same_id:
            expect.status(response, 409)
        for response in capitals:
            expect.refused(response, 403, 404, 409, 422)
    twins = [owner.new_resource(displayName=body["displayName"]) for body in order]
    same_name = [owner.create_resource(repository, twin) for twin in twins]
    with judge("itwins.resource.duplicate-name-conflicts"):
        expect.rests_on(*firsts)
        for response in same_name:
            expect.status(response, 409)
    with judge("itwins.resource.conflict-code"):
        for response in (*same_id, *same_name):
            expect.code_of(response, 409, "iTwinRepositoryResourceExists")
    with judge("itwins.resource.duplicate-changes-nothing"):
        expect.rests_on(*firsts)
        expect.equal(_shape(resources(owner, repository)), _shape(before), "resources", judge.last())
    with judge("itwins.resource.unique-within-the-repository-only"):
        expect.status(owner.create_resource(world.repository_of("UrlTemplate"), bodies[1]), 201)
    with judge("itwins.resource.id-case") as seen:
        seen.observed(
            owner.create_resource(repository, owner.new_resource(id=bodies[0]["id"].upper())).summary()
        )
    with judge("itwins.resource.name-case") as seen:
        twin = owner.new_resource(displayName=bodies[0]["displayName"].upper())
        seen.observed(owner.create_resource(repository, twin).summary())
    owner.delete(f"{repository.path}/resources/{bodies[2]['id']}")
    eventual_resources(owner, repository, lambda seen: bodies[2]["id"] not in seen)
    with judge("itwins.resource.free-after-delete"):
        expect.status(owner.create_resource(repository, bodies[2]), 201)


def _listed(owner: Actor, repository: Repository, bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    wanted = {body["id"] for body in bodies}
    return eventual_resources(owner, repository, lambda seen: wanted <= set(seen))


def _shape(listed: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return sorted((str(entry.get("id")), str(entry.get("displayName"))) for entry in listed)


@verifies(
    "itwins.resource.unknown-repository-not-found",
    "itwins.resource.repository-of-another-itwin-not-found",
    "itwins.resource.id-of-another-kind-not-found",
    "itwins.resource.deleted-repository-not-found",
    "itwins.resource.deleted-itwin-not-found",
    "itwins.resource.unknown-itwin-refused",
    "itwins.resource.unknown-itwin-code",
    "itwins.resource.odd-ids-refused",
)
def test_an_unknown_repository_is_not_found(owner: Actor, world: World, judge: Judge) -> None:
    """A repository is found under its own iTwin and id only, and as long as it is there."""
    here = world.repository
    with judge("itwins.resource.unknown-repository-not-found"):
        expect.error(owner.create_resource(here.at(id=lookalike_id(here.id))), 404, "iTwinRepositoryNotFound")
    elsewhere = owner.new_repository(world.itwin_b)
    with judge("itwins.resource.repository-of-another-itwin-not-found"):
        expect.error(owner.create_resource(elsewhere.at(itwin=world.itwin_a)), 404, "iTwinRepositoryNotFound")
        what = "resources of the other iTwin's repository"
        expect.equal(resources(owner, elsewhere), [], what, judge.last())
    owner.delete(elsewhere.path)
    owner.eventually(lambda: owner.read(elsewhere.path), lambda response: response.status != 200)
    with judge("itwins.resource.deleted-repository-not-found"):
        expect.error(owner.create_resource(elsewhere), 404, "iTwinRepositoryNotFound")
    with judge("itwins.resource.id-of-another-kind-not-found"):
        expect.status(owner.create_resource(here.at(id=world.itwin_a)), 404)
    with judge("itwins.resource.deleted-itwin-not-found"):
        expect.status(owner.create_resource(here.at(itwin=world.deleted_itwin.id)), 404, 403)
    unknown = owner.create_resource(here.at(itwin=lookalike_id(world.itwin_a)))
    both = owner.create_resource(here.at(itwin=lookalike_id(world.itwin_b), id=world.itwin_a))
    with judge("itwins.resource.unknown-itwin-refused"):
        expect.refused(unknown, 403, 404)
        expect.refused(both, 403, 404)
    with judge("itwins.resource.unknown-itwin-code"):
        expect.error(unknown, 404, "iTwinNotFound")
        expect.error(both, 404, "iTwinNotFound")
    with judge("itwins.resource.odd-ids-refused"):
        tolerated = frozenset({400, 405, 414})
        for odd_id in malformed_ids(here.id)[::2]:
            odd = owner.create_resource(here.at(id=odd_id), tolerated=tolerated)
            expect.refused(odd, 400, 404, 405, 414, 422)
        for odd_id in malformed_ids(world.itwin_a)[1::2]:
            odd = owner.create_resource(here.at(itwin=odd_id), tolerated=tolerated)
            expect.refused(odd, 400, 403, 404, 405, 414, 422)


@verifies("itwins.resource.other-class-refused", "itwins.resource.other-class-answer")
def test_a_repository_of_another_class_takes_no_resource(owner: Actor, world: World, judge: Judge) -> None:
    """Only a repository of map layers takes resources."""
    others = _repositories_of_another_class(owner, world)
    with judge("itwins.resource.other-class-refused"):
        for other in others:
            expect.refused(owner.create_resource(other), 403, 404, 409, 422)
    with judge("itwins.resource.other-class-answer") as seen:
        seen.observed(judge.last().summary())


def _repositories_of_another_class(owner: Actor, world: World) -> list[Repository]:
    """Return repositories of iTwin A without map layers: a generated one and one of ours, if any."""
    listed = owner.read(f"/itwins/{world.itwin_a}/repositories").at("/repositories")
    entries = [e for e in listed if isinstance(e, dict)] if isinstance(listed, list) else []
    others = [e for e in entries if str(e.get("class")) not in {"GeographicInformationSystem", "None"}][:1]
    found = [
        Repository(world.itwin_a, str(e.get("id")), str(e["class"]), str(e.get("subClass"))) for e in others
    ]
    try:
        return [*found, owner.new_repository(world.itwin_a, "Performance", "Construction")]
    except NotJudged as why:
        if found:
            return found
        reason = "the target shows no repository of another class and lets nobody make one"
        raise NotApplicable(reason, why.evidence) from why


@verifies(
    "itwins.resource.at-once-only-one-id-wins",
    "itwins.resource.at-once-only-one-name-wins",
    "itwins.resource.at-once-none-is-lost",
)
def test_concurrent_creates_keep_the_rules(owner: Actor, world: World, judge: Judge) -> None:
    """Sent at the same moment, one of several equal ids or names wins, and no different one is lost."""
    repository = world.repository_of("WebMapTileService")
    create = partial(partial, owner.create_resource, repository)
    with judge("itwins.resource.at-once-only-one-id-wins"):
        taken = owner.unique("id")
        responses = concurrently(*[create(owner.new_resource(id=taken)) for _ in range(4)])
        expect.equal(sorted(r.status or 0 for r in responses), [201, 409, 409, 409], "statuses", *responses)
        listed = ids_of(eventual_resources(owner, repository, lambda seen: taken in seen))
        expect.equal(listed.count(taken), 1, "entries in the list", judge.last())
    with judge("itwins.resource.at-once-only-one-name-wins"):
        name = owner.unique("Name")
        responses = concurrently(*[create(owner.new_resource(displayName=name)) for _ in range(3)])
        expect.equal(sorted(r.status or 0 for r in responses), [201, 409, 409], "statuses", *responses)
    with judge("itwins.resource.at-once-none-is-lost"):
        both = [owner.new_resource() for _ in range(2)]
        responses = concurrently(*[create(body) for body in both])
        for response in responses:
            expect.status(response, 201)
        listed = ids_of(_listed(owner, repository, both))
        expect.equal([body["id"] in listed for body in both], [True, True], "both listed", *responses)
