"""Ids, names and associations that are given twice, or refused without need."""

from __future__ import annotations

from conformance.emulator.call import Call
from conformance.emulator.defects.shared import ASSOCIATE, RESOURCE, on
from conformance.emulator.faults import Faults, defect
from conformance.emulator.pipeline import Run
from conformance.emulator.records import RealityData, Repository
from conformance.emulator.replies import Reply, refuse
from conformance.emulator.state import State


@defect(
    "resource-name-not-unique",
    "The unique index was made on the id alone.",
    breaks=on("resource", ".duplicate-name-conflicts"),
    also=on("resource", ".at-once-only-one-name-wins", ".duplicate-changes-nothing"),
)
def _(faults: Faults) -> None:
    faults.rule("name_taken", lambda _state, _repository, _name: False)


@defect(
    "resource-id-not-unique",
    "The unique index was made on the name alone, and an insert of a known id updates.",
    breaks=on("resource", ".duplicate-id-conflicts"),
    also=on("resource", ".free-after-delete", ".at-once-only-one-id-wins", ".duplicate-changes-nothing"),
)
def _(faults: Faults) -> None:
    faults.rule("id_taken", lambda _state, _repository, _id: False)


def _names(state: State, repository: Repository) -> list[str]:
    return [str(each.document["displayName"]) for each in state.resources_of(repository.itwin, repository.id)]


def _ids(state: State, repository: Repository) -> list[str]:
    return [each.id for each in state.resources_of(repository.itwin, repository.id)]


@defect(
    "resource-id-compared-with-the-last-only",
    "The check reads the newest row.",
    breaks=on("resource", ".duplicate-id-conflicts"),
    also=on("resource", ".duplicate-changes-nothing"),
)
def _(faults: Faults) -> None:
    faults.rule("id_taken", lambda state, repository, sent: sent in _ids(state, repository)[-1:])


@defect(
    "resource-id-compared-with-the-first-only",
    "The query takes the first row and forgets the condition.",
    breaks=on("resource", ".duplicate-id-conflicts"),
    also=on("resource", ".free-after-delete", ".duplicate-changes-nothing", ".at-once-only-one-id-wins"),
)
def _(faults: Faults) -> None:
    faults.rule("id_taken", lambda state, repository, sent: sent in _ids(state, repository)[:1])


@defect(
    "resource-name-compared-with-the-first-page",
    "The check asks the list operation, which answers a page.",
    breaks=on("resource", ".duplicate-name-conflicts"),
    also=on("resource", ".duplicate-changes-nothing", ".at-once-only-one-name-wins"),
)
def _(faults: Faults) -> None:
    faults.rule("name_taken", lambda state, repository, sent: sent in _names(state, repository)[:2])


@defect(
    "resource-name-compared-with-the-last-only",
    "The check reads the newest row.",
    breaks=on("resource", ".duplicate-name-conflicts"),
    also=on("resource", ".duplicate-changes-nothing"),
)
def _(faults: Faults) -> None:
    faults.rule("name_taken", lambda state, repository, sent: sent in _names(state, repository)[-1:])


@defect(
    "resource-unique-in-the-whole-itwin",
    "The unique index lacks the column of the repository.",
    breaks=on("resource", ".unique-within-the-repository-only"),
)
def _(faults: Faults) -> None:
    def taken(state: State, repository: Repository, sent: str) -> bool:
        return any(sent in _ids(state, each) for each in state.repositories_of(repository.itwin))

    faults.rule("id_taken", taken)


@defect(
    "resource-id-taken-for-good",
    "Deleted rows stay in the table with a mark, and the unique index does not know the mark.",
    breaks=on("resource", ".free-after-delete"),
)
def _(faults: Faults) -> None:
    ever: set[tuple[str, str, str]] = set()

    def remember(call: Call, inner: Run) -> object:
        place = (call.itwin.id, call.repository.id, call.facts["sent"]["id"])
        refusal = inner(call)
        if refusal is None and place in ever:
            return refuse(409, "iTwinRepositoryResourceExists", "The resource already exists.")
        ever.add(place)
        return refusal

    faults.wrap(RESOURCE, "conflict", remember)


@defect(
    "associate-allows-duplicates",
    "The duplicate check was lost in a refactoring.",
    breaks=on("associate", ".duplicate-conflicts"),
    also=on("associate", ".at-once-only-one-wins", ".duplicate-changes-nothing", ".own-itwin"),
)
def _(faults: Faults) -> None:
    faults.drop(ASSOCIATE, "conflict")


def _compared(name: str, sentence: str, part: slice) -> None:
    @defect(
        name,
        sentence,
        breaks=on("associate", ".duplicate-conflicts"),
        also=on("associate", ".duplicate-changes-nothing", ".at-once-only-one-wins", ".own-itwin"),
    )
    def _(faults: Faults) -> None:
        def among(call: Call, inner: Run) -> object:
            data: RealityData = call.reality_data
            return inner(call) if call.itwin.id in data.itwins[part] else None

        faults.wrap(ASSOCIATE, "conflict", among)


_compared("associate-compares-with-the-last-only", "The check reads the newest association.", slice(-1, None))
_compared("associate-compares-with-the-first-only", "The check reads the owner's column.", slice(0, 1))


@defect(
    "associate-with-the-own-itwin-succeeds",
    "The iTwin of the creation stands in a column of its own, where the duplicate check does not look.",
    breaks=on("associate", ".own-itwin"),
)
def _(faults: Faults) -> None:
    def own(call: Call, inner: Run) -> object:
        if call.reality_data.itwins[:1] == (call.itwin.id,):
            both = {"id": call.reality_data.id, "iTwinId": call.itwin.id}
            return Reply(200, {"iTwinAssociation": both})
        return inner(call)

    faults.wrap(ASSOCIATE, "conflict", own)
