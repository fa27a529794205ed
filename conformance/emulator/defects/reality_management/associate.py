"""Associations that are lost, stored elsewhere, given twice or refused without need."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace

from conformance.emulator.defects import changes
from conformance.emulator.defects.changes import Change
from conformance.emulator.defects.defect import Defect
from conformance.emulator.defects.deleted import finds_deleted
from conformance.emulator.defects.details import details, each_with
from conformance.emulator.defects.operations import (
    ASSOCIATE,
    DETAILS,
    ENVELOPE,
    FAULT_NAMED,
    associate,
    in_success,
)
from conformance.emulator.defects.reality_management.both import append, put
from conformance.emulator.defects.wire.ids import shouts
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.lookup_steps import lookup_itwin
from conformance.emulator.kernel.pipeline import Handler
from conformance.emulator.kernel.responses import Response, invalid_reality_data, invalid_value, refuse
from conformance.emulator.state.records import RealityData, is_guid

_SOON = 5  # associations, after which the first is undone
_GAP = 0.06  # seconds, long enough for an equal request to pass the same check
_DETAIL = ".malformed-itwin-detail"
_DUPLICATE = ".duplicate-conflicts"
_EXISTS = refuse(409, "AssociationExists", "Association with the same iTwin already exists.")


def _succeed(call: Call) -> Response:
    both = {"id": call.ids["realityDataId"], "iTwinId": call.ids["iTwinId"]}
    return Response(200, {"iTwinAssociation": both})


def _swap(content: dict[str, dict[str, str]]) -> None:
    both = content["iTwinAssociation"]
    both["id"], both["iTwinId"] = both["iTwinId"], both["id"]


def _answer_first_itwin(call: Call, response: Response) -> Response:
    both = {**response.json["iTwinAssociation"], "iTwinId": call.reality_data.itwins[0]}
    return replace(response, json={"iTwinAssociation": both})


def _responses() -> Iterator[Defect]:
    yield associate("swaps-ids", ".answer-names-the-reality-data", ".answer-names-the-itwin")(
        "Two parameters of the same type were passed in the wrong order.", in_success("associate", _swap)
    )
    yield associate("answers-an-invented-id", ".answer-names-the-reality-data")(
        "The association became a row of its own, and its key is shown.",
        in_success("associate", lambda body: body["iTwinAssociation"].update(id=str(uuid.uuid4()))),
    )
    yield associate("answers-the-first-itwin", ".answer-names-the-itwin")(
        "The answer is read back from the list of associations, whose first entry is taken.",
        changes.on_response(
            ASSOCIATE, _answer_first_itwin, status=200, when=lambda call, _: bool(call.reality_data.itwins)
        ),
    )
    yield associate("detail-has-another-target", _DETAIL)(
        "The target is the name of a variable of the code.",
        details(ASSOCIATE, each_with(target="destinationId")),
    )
    yield associate("detail-has-another-code", _DETAIL, FAULT_NAMED)(
        "The code of a detail is that of the validation library.", details(ASSOCIATE, each_with(code="regex"))
    )
    yield associate("details-are-empty", _DETAIL, DETAILS)(
        "The list of details is made and never filled.", details(ASSOCIATE, lambda _: [])
    )
    yield associate("details-are-an-object", _DETAIL, ENVELOPE)(
        "A serializer writes a list of one as its entry.", details(ASSOCIATE, lambda entries: entries[0])
    )


def _require_body(call: Call) -> Response | None:
    if call.request.headers.get("content-type") and not call.request.body:
        return invalid_reality_data(invalid_value("", "body"))
    return None


def _find_malformed(call: Call, inner: Handler) -> object:
    if all(map(is_guid, call.ids.values())):
        return inner(call)
    return _succeed(call)


def _requests() -> Iterator[Defect]:
    yield associate("refuses-an-empty-body", ".empty-json-body")(
        "The body of every POST with a JSON media type is parsed, even if there is none.",
        changes.before(ASSOCIATE, "check_data_id", _require_body),
    )
    yield associate("looks-for-malformed-itwins", ".malformed-itwin-invalid", _DETAIL)(
        "The format of the id is left to the database, which finds nothing.",
        changes.drop(ASSOCIATE, "check_itwin_id"),
    )
    yield associate(
        "finds-malformed-ids", "platform.input.invalid-refused", ".malformed-itwin-invalid", _DETAIL
    )(
        "Ids are compared by their first characters, as a link shortener does.",
        changes.wrap(ASSOCIATE, "check_data_id", _find_malformed),
    )
    yield finds_deleted("associate", ".deleted-not-found", _succeed, ".answer-*")


def _stores(itwins: Callable[[Call], tuple[str, ...]]) -> Change:
    return changes.replace_step(ASSOCIATE, "apply", lambda call: put(call, call.reality_data, *itwins(call)))


def _with_another(call: Call) -> tuple[str, ...]:
    held = call.reality_data.itwins
    others = (each.id for each in call.state.itwins.of(call.itwin.organization))
    return (*held, next((each for each in others if each not in {*held, call.itwin.id}), call.itwin.id))


def _taken_back_later() -> Change:
    first: list[RealityData] = []
    seen = [0]

    def count(call: Call, inner: Handler) -> None:
        if not first:
            first.append(call.reality_data)
        seen[0] += 1
        inner(call)
        if seen[0] == _SOON:
            put(call, first[0], *first[0].itwins)

    return changes.wrap(ASSOCIATE, "apply", count)


def _remembers() -> Change:
    ever: set[tuple[str, str]] = set()

    def remember(call: Call, inner: Handler) -> object:
        place = (call.reality_data.id, call.itwin.id)
        refusal = inner(call)
        if refusal is None and place in ever:
            return _EXISTS
        ever.add(place)
        return refusal

    return changes.wrap(ASSOCIATE, "conflict", remember)


def _store_unknown(call: Call, inner: Handler) -> object:
    sent = call.ids["iTwinId"]
    if lookup_itwin(call, sent) is None:
        put(call, call.reality_data, *call.reality_data.itwins, sent)
    return inner(call)


def _state() -> Iterator[Defect]:
    yield associate("stores-nothing", ".is-listed")(
        "The unit of work is never saved, and the response is written before anybody notices.",
        changes.drop(ASSOCIATE, "apply"),
    )
    yield associate("replaces-the-others", ".is-listed", ".several-itwins")(
        "The relation was modelled as one to one.", _stores(lambda call: (call.itwin.id,))
    )
    yield associate("keeps-two-at-most", ".several-itwins")(
        "The table has a column for the owner and one for a guest.",
        _stores(lambda call: (*call.reality_data.itwins[:1], call.itwin.id)),
    )
    yield associate("stores-twice", ".is-listed")(
        "The message is delivered at least once, and the handler appends.",
        _stores(lambda call: (*call.reality_data.itwins, call.itwin.id, call.itwin.id)),
    )
    yield associate("shares-with-another-itwin", ".is-listed")(
        "A variable of the loop is captured, and the association goes to the last one.",
        _stores(_with_another),
    )
    yield associate("is-taken-back-later", ".stays")(
        "A nightly job removes what the older of two data models does not know.",
        changes.fresh(_taken_back_later),
    )
    yield associate("remembers-what-was-dissolved", ".again-after-dissociation")(
        "Associations are marked as deleted, and the duplicate check does not read the mark.",
        changes.fresh(_remembers),
    )
    yield associate("stores-what-it-refuses-with-409", ".duplicate-changes-nothing")(
        "The insert happens before the check, and the check does not take it back.",
        changes.then(ASSOCIATE, append, status=409),
    )
    yield associate("stores-unknown-itwins", ".refused-changes-nothing")(
        "The row is written first, and the lookup of the iTwin only decides about the answer.",
        changes.wrap(ASSOCIATE, "find_itwin", _store_unknown),
    )


def _compares(name: str, sentence: str, part: slice) -> Defect:
    def among(call: Call, inner: Handler) -> object:
        return inner(call) if call.itwin.id in call.reality_data.itwins[part] else None

    return associate(name, _DUPLICATE)(sentence, changes.wrap(ASSOCIATE, "conflict", among))


def _compare_by_letter(call: Call, inner: Handler) -> object:
    return None if shouts(call.ids["iTwinId"]) else inner(call)


def _allow_own(call: Call, inner: Handler) -> object:
    if call.reality_data.itwins[:1] == (call.itwin.id,):
        return _succeed(call)
    return inner(call)


async def _store_later_unless_there(call: Call, inner: Handler) -> None:
    await asyncio.sleep(_GAP)
    now = call.state.reality_data.get(call.reality_data.id)
    if now is not None and call.itwin.id not in now.itwins:
        call.reality_data = now
        inner(call)


async def _overwrite_later(call: Call, inner: Handler) -> Response | None:
    await asyncio.sleep(_GAP)
    now = call.state.reality_data.get(call.reality_data.id)
    if now is not None and call.itwin.id in now.itwins:
        return _EXISTS
    inner(call)
    return None


def _uniqueness() -> Iterator[Defect]:
    yield associate("allows-duplicates", _DUPLICATE)(
        "The duplicate check was lost in a refactoring.", changes.drop(ASSOCIATE, "conflict")
    )
    yield _compares("compares-with-the-last-only", "The check reads the newest association.", slice(-1, None))
    yield _compares("compares-with-the-first-only", "The check reads the owner's column.", slice(0, 1))
    yield associate("compares-ids-by-letter", _DUPLICATE)(
        "The iTwin is found in any case; the row that is looked for holds the small letters.",
        changes.wrap(ASSOCIATE, "conflict", _compare_by_letter),
    )
    yield associate("with-the-own-itwin-succeeds", ".own-itwin")(
        "The iTwin of the creation stands in a column of its own, where the duplicate check does not look.",
        changes.wrap(ASSOCIATE, "conflict", _allow_own),
    )
    yield associate("race-both-win", ".at-once-only-one-wins")(
        "The check and the insert are two statements without a transaction around them.",
        changes.wrap(ASSOCIATE, "apply", _store_later_unless_there),
    )
    yield associate("race-loses-one", ".at-once-none-is-lost")(
        "The associations are one document, which is read, "
        "changed and written without asking for its version.",
        changes.wrap(ASSOCIATE, "apply", _overwrite_later),
    )


DEFECTS = (*_responses(), *_requests(), *_state(), *_uniqueness())
