"""Resources that are lost, given twice, stored in spite of a refusal, or refused without need."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace

from conformance.emulator.defects import changes
from conformance.emulator.defects.changes import Change
from conformance.emulator.defects.defect import Defect
from conformance.emulator.defects.deleted import finds_deleted
from conformance.emulator.defects.operations import RESOURCE, SCHEMA, resource
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.pipeline import Handler
from conformance.emulator.kernel.responses import Response, refuse, repository_not_found
from conformance.emulator.state.records import GIS, Repository, Resource
from conformance.emulator.state.state import State

_LATER = 8  # creates, after which the first is undone
_GAP = 0.06  # seconds, long enough for an equal request to pass the same check
_LIST = "listRepositoryResources"
_EXISTS = refuse(409, "iTwinRepositoryResourceExists", "The resource already exists.")
_SAME_ID, _SAME_NAME = ".duplicate-id-conflicts", ".duplicate-name-conflicts"


def _taken_back_later() -> Change:
    first: list[Resource] = []

    def count(call: Call, inner: Handler) -> None:
        inner(call)
        first.append(call.facts["resource"])
        if len(first) == _LATER:
            call.state.resources.drop(first[0])

    return changes.wrap(RESOURCE, "apply", count)


def _upsert(call: Call) -> None:
    sent, resources = call.facts["sent"], call.state.resources
    old = resources.get(call.itwin.id, call.repository.id, sent["id"])
    if old is not None:
        resources.drop(old)
        resources.put(replace(old, document={**old.document, "displayName": sent["displayName"]}))


def _store_invalid(call: Call) -> None:
    content = call.json
    if isinstance(content, dict) and isinstance(content.get("id"), str) and content["id"].startswith("ct-"):
        kind = {"class": GIS, "subClass": "WebMapService"}
        kept = {"id": content["id"], **kind, "displayName": str(content.get("displayName") or content["id"])}
        call.state.resources.put(Resource(call.itwin.id, call.repository.id, content["id"], kept))


def _find_deleted_repositories() -> Change:
    kept: dict[str, Repository] = {}

    def remember(call: Call) -> None:
        kept.update({each.id: each for each in call.state.repositories_of(call.itwin.id)})

    def find(call: Call, inner: Handler) -> object:
        if inner(call) is None:
            return None
        cached = kept.get(call.ids["repositoryId"])
        if cached is None or cached.itwin != call.itwin.id:
            return repository_not_found()
        call.repository = cached
        return None

    return changes.together(
        changes.before("deleteRepository", "respond", remember),
        changes.wrap(RESOURCE, "find_repository", find),
    )


def _state() -> Iterator[Defect]:
    yield resource("stores-nothing", ".can-be-read", ".is-listed-once", ".stays", _SAME_ID)(
        "The unit of work is never saved, and the response is written before anybody notices.",
        changes.drop(RESOURCE, "apply"),
    )
    yield resource("is-taken-back-later", ".stays")(
        "A cache in front of the store is full, and the oldest entry goes without being written.",
        changes.fresh(_taken_back_later),
    )
    yield resource("is-not-listed", ".is-listed-once")(
        "The list is read from a search index that nobody tells of new entries.",
        changes.body(_LIST, lambda _: {"resources": [], "_links": {}}, status=200),
    )
    yield resource("is-listed-twice", ".is-listed-once")(
        "The join with the permissions multiplies rows.",
        changes.body(
            _LIST, lambda body: body.update(resources=[*body["resources"], *body["resources"]]), status=200
        ),
    )
    yield resource("replaced-by-what-is-refused-with-409", ".duplicate-changes-nothing")(
        "The upsert happens before the check.", changes.then(RESOURCE, _upsert, status=409)
    )
    yield resource("stored-in-spite-of-422", ".refused-changes-nothing")(
        "Validation runs after the insert, in a transaction that was never opened.",
        changes.then(RESOURCE, _store_invalid, status=422, when=lambda call, _: hasattr(call, "repository")),
    )
    yield resource("in-deleted-repositories", ".deleted-repository-not-found")(
        "A cache of repositories outlives them.", changes.fresh(_find_deleted_repositories)
    )
    yield finds_deleted(
        "resource",
        ".deleted-itwin-not-found",
        lambda _call: Response(201, {"resource": {}}),
        SCHEMA,
        ".answer-*",
    )


def _ids(state: State, repository: Repository) -> list[str]:
    return [each.id for each in state.resources.of(repository.itwin, repository.id)]


def _names(state: State, repository: Repository) -> list[str]:
    return [each.name for each in state.resources.of(repository.itwin, repository.id)]


def _compared(word: str, held: Callable[[State, Repository], list[str]], part: slice) -> Change:
    return changes.rule(
        f"{word}_taken", lambda state, repository, sent: sent in held(state, repository)[part]
    )


def _taken_in_itwin(state: State, repository: Repository, sent: str) -> bool:
    return any(sent in _ids(state, each) for each in state.repositories_of(repository.itwin))


def _remembers_ids() -> Change:
    ever: set[tuple[str, str, str]] = set()

    def remember(call: Call, inner: Handler) -> object:
        place = (call.itwin.id, call.repository.id, call.facts["sent"]["id"])
        refusal = inner(call)
        if refusal is None and place in ever:
            return _EXISTS
        ever.add(place)
        return refusal

    return changes.wrap(RESOURCE, "conflict", remember)


async def _check_then_dawdle(call: Call, inner: Handler) -> object:
    refusal = inner(call)
    await asyncio.sleep(_GAP)
    return refusal


async def _check_id_again(call: Call, inner: Handler) -> object:
    refusal = inner(call)
    await asyncio.sleep(_GAP)
    taken = call.rule("id_taken", call.state, call.repository, call.facts["sent"]["id"])
    return _EXISTS if refusal is None and taken else refusal


def _last_writer_wins() -> Change:
    busy: set[str] = set()

    async def store(call: Call, inner: Handler) -> None:
        place = call.repository.id
        if place in busy:
            return
        busy.add(place)
        await asyncio.sleep(_GAP)
        busy.discard(place)
        inner(call)

    return changes.wrap(RESOURCE, "apply", store)


def _uniqueness() -> Iterator[Defect]:
    yield resource("name-not-unique", _SAME_NAME)(
        "The unique index was made on the id alone.",
        changes.rule("name_taken", lambda _state, _repository, _name: False),
    )
    yield resource("id-not-unique", _SAME_ID)(
        "The unique index was made on the name alone, and an insert of a known id updates.",
        changes.rule("id_taken", lambda _state, _repository, _id: False),
    )
    for word, row, held in (("id", _SAME_ID, _ids), ("name", _SAME_NAME, _names)):
        yield resource(f"{word}-compared-with-the-last-only", row)(
            "The check reads the newest row.", _compared(word, held, slice(-1, None))
        )
    yield resource("id-compared-with-the-first-only", _SAME_ID)(
        "The query takes the first row and forgets the condition.",
        _compared("id", _ids, slice(1)),
    )
    yield resource("name-compared-with-the-first-page", _SAME_NAME)(
        "The check asks the list operation, which answers a page.",
        _compared("name", _names, slice(2)),
    )
    yield resource("unique-in-the-whole-itwin", ".unique-within-the-repository-only")(
        "The unique index lacks the column of the repository.", changes.rule("id_taken", _taken_in_itwin)
    )
    yield resource("id-taken-for-good", ".free-after-delete")(
        "Deleted rows stay in the table with a mark, and the unique index does not know the mark.",
        changes.fresh(_remembers_ids),
    )
    yield resource("race-both-win", ".at-once-only-one-id-wins", ".at-once-only-one-name-wins")(
        "The check and the insert are two statements without a transaction around them.",
        changes.wrap(RESOURCE, "conflict", _check_then_dawdle),
    )
    yield resource("race-names-both-win", ".at-once-only-one-name-wins")(
        "The id has a unique index, the name has a query before the insert.",
        changes.wrap(RESOURCE, "conflict", _check_id_again),
    )
    yield resource("race-loses-one", ".at-once-none-is-lost")(
        "The list of resources is one document, and the last writer wins.", changes.fresh(_last_writer_wins)
    )


DEFECTS = (*_state(), *_uniqueness())
