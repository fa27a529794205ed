"""Moves that are lost, half done, carried out in spite of a refusal, or refused without need."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from conformance.emulator.defects import changes
from conformance.emulator.defects.changes import Change
from conformance.emulator.defects.defect import Defect
from conformance.emulator.defects.deleted import finds_deleted
from conformance.emulator.defects.details import details, each_with, each_without
from conformance.emulator.defects.lenient import crashes_on_bodies, read_as
from conformance.emulator.defects.operations import DETAILS, ENVELOPE, FAULT_NAMED, MOVE, move, sent_itwin
from conformance.emulator.defects.reality_management.both import append, put
from conformance.emulator.kernel.call import NOTHING, Call
from conformance.emulator.kernel.lookup_steps import lookup_itwin
from conformance.emulator.kernel.pipeline import Handler
from conformance.emulator.kernel.responses import Response, invalid_reality_data, invalid_value, refuse
from conformance.emulator.state.records import RealityData, is_guid

_LATER = 25  # calls, after which the early write is undone
_GAP = 0.06  # seconds, long enough for an equal request to pass the same check
_MALFORMED, _REQUIRED = ".malformed-itwin-detail", ".itwin-required-detail"


def _details() -> Iterator[Defect]:
    yield move("detail-has-another-target", _MALFORMED, _REQUIRED)(
        "The target is the path of the value in the code's own model.",
        details(MOVE, each_with(target="body.iTwinId")),
    )
    yield move("detail-has-another-code", _MALFORMED, FAULT_NAMED)(
        "The code of a detail is that of the validation library.", details(MOVE, each_with(code="guid"))
    )
    yield move("detail-without-message", ENVELOPE, DETAILS)(
        "Messages of details are left to the client.", details(MOVE, each_without("message"))
    )
    yield move("refusal-without-details", _MALFORMED, _REQUIRED, ENVELOPE)(
        "An exception filter writes the error and leaves out what it was about.",
        changes.body(MOVE, lambda content: content["error"].pop("details") and None, status=422),
    )


def _is_object(call: Call, _response: Response | None = None) -> bool:
    return isinstance(call.json, dict)


def _lacks_destination(call: Call) -> bool:
    return isinstance(call.json, dict) and "iTwinId" not in call.json


def _name_nothing(call: Call, inner: Handler) -> object:
    return invalid_reality_data(invalid_value("", "body")) if _lacks_destination(call) else inner(call)


def _unchecked(test: Callable[[Any], bool]) -> Change:
    """Look for a destination that passes the test without validating it."""

    def look(call: Call, inner: Handler) -> object:
        if isinstance(call.json, dict) and test(call.json.get("iTwinId", NOTHING)):
            call.facts["destination"] = call.json["iTwinId"]
            return None
        return inner(call)

    return changes.wrap(MOVE, "validate", look)


def _requests() -> Iterator[Defect]:
    yield move("ignores-unknown-members", ".body-is-closed")(
        "The serializer's default is to skip what it does not know.",
        read_as(MOVE, lambda body: {k: v for k, v in body.items() if k == "iTwinId"}),
    )
    yield move("takes-the-first-of-an-array", ".itwin-is-a-string")(
        "Lenient parsing unpacks a list where one value is expected.",
        read_as(
            MOVE,
            lambda body: (
                {**body, "iTwinId": body["iTwinId"][0]} if isinstance(body.get("iTwinId"), list) else body
            ),
        ),
    )
    yield move("takes-a-missing-destination-for-none", ".itwin-required", _REQUIRED)(
        "A patch without the member leaves it as it is, and says 204.",
        changes.before(MOVE, "validate", lambda call: Response(204) if _lacks_destination(call) else None),
    )
    yield move("does-not-name-a-missing-destination", _REQUIRED)(
        "Only malformed values get a detail.", changes.wrap(MOVE, "validate", _name_nothing)
    )
    yield move("looks-for-an-empty-destination", ".empty-itwin-invalid")(
        "An empty string passes the validation and is then not found.", _unchecked(lambda sent: sent == "")
    )
    yield move("looks-for-a-malformed-destination", ".malformed-itwin-invalid", _MALFORMED)(
        "The format of the id is left to the database, which finds nothing.",
        _unchecked(lambda sent: isinstance(sent, str) and sent != "" and not is_guid(sent)),
    )
    yield from crashes_on_bodies("move")
    yield move("without-a-body-succeeds", ".body-required")(
        "No body means no change, and no change is a success.",
        changes.before(MOVE, "validate", lambda call: None if call.request.body.strip() else Response(204)),
    )
    yield move(
        "accepts-any-body",
        "platform.input.invalid-refused",
        ".itwin-is-a-string",
        ".body-is-closed",
        ".itwin-required",
    )(
        "The body is bound by a library that forgives everything and defaults to the present iTwin.",
        changes.respond(MOVE, Response(204), status=422, when=_is_object),
    )
    yield finds_deleted("move", ".deleted-not-found", lambda _call: Response(204))


def _goes_one_way() -> Change:
    been: dict[str, set[str]] = {}

    def index(call: Call, inner: Handler) -> object:
        places = been.setdefault(call.reality_data.id, set())
        if call.itwin.id in places:
            return refuse(409, "AlreadyExists", "It was there.")
        places.update(call.reality_data.itwins)
        return inner(call)

    return changes.wrap(MOVE, "apply", index)


def _taken_back_later() -> Change:
    first: list[RealityData] = []
    seen = [0]

    def count(call: Call) -> None:
        seen[0] += 1
        if seen[0] == _LATER:
            put(call, first[0], *first[0].itwins)

    def keep(call: Call, inner: Handler) -> None:
        if not first:
            first.append(call.reality_data)
        inner(call)

    return changes.together(changes.wrap(MOVE, "apply", keep), changes.then(MOVE, count))


def _rename(call: Call, inner: Handler) -> None:
    data = call.reality_data
    renamed = {**data.document, "displayName": f"{data.document['displayName']} (1)"}
    call.reality_data = replace(data, document=renamed)
    inner(call)


def _store_refused(call: Call) -> None:
    sent = sent_itwin(call)
    data = call.state.reality_data.get(call.ids["realityDataId"].lower())
    itwin = lookup_itwin(call, sent) if isinstance(sent, str) else None
    if data is not None and itwin is not None and len(data.itwins) == 1 and set(call.json) - {"iTwinId"}:
        put(call, data, itwin.id)


async def _leave_two_places(call: Call, inner: Handler) -> None:  # noqa: ARG001 - what it replaces
    was = call.reality_data.itwins
    await asyncio.sleep(_GAP)
    now = call.state.reality_data.get(call.reality_data.id) or call.reality_data
    put(call, now, *(each for each in now.itwins if each not in was), call.itwin.id)


async def _store_later(call: Call, inner: Handler) -> None:
    await asyncio.sleep(_GAP)
    inner(call)


def _state() -> Iterator[Defect]:
    yield move("stores-nothing", ".lists-exactly-the-destination")(
        "The unit of work is never saved, and the response is written before anybody notices.",
        changes.drop(MOVE, "apply"),
    )
    yield move("keeps-the-source", ".lists-exactly-the-destination")(
        "The move is built from associate, and nobody dissociates.",
        changes.replace_step(MOVE, "apply", append),
    )
    yield move("goes-one-way", ".and-back")(
        "The history of places has a unique index, so a place cannot come twice.",
        changes.fresh(_goes_one_way),
    )
    yield move("is-taken-back-later", ".stays")(
        "Replication from the source's region wins over the newer write.", changes.fresh(_taken_back_later)
    )
    yield move("renames-the-reality-data", ".keeps-the-reality-data")(
        "A move is a copy, and a copy gets a new name.", changes.wrap(MOVE, "apply", _rename)
    )
    yield move("again-succeeds", ".already-within-conflicts")(
        "A move to where it is is thought to be harmless.", changes.drop(MOVE, "conflict")
    )
    yield move("tears-from-several-itwins", ".several-associations-refused")(
        "Only the first association is looked at.", changes.rule("associated_once", lambda _data: True)
    )
    yield move("across-data-centers", ".other-data-center-refused")(
        "The data center is checked when the data is uploaded, not when it is moved.",
        changes.rule("same_data_center", lambda _data, _itwin: True),
    )
    yield move("carries-out-what-it-refuses-with-422", ".refused-changes-nothing")(
        "The destination is set on the entity before the body "
        "is validated as a whole, and the entity is saved.",
        changes.then(MOVE, _store_refused, status=422),
    )
    yield move("race-leaves-two-places", ".at-once-leaves-one-place")(
        "Each of two moves takes the source away and adds its own destination.",
        changes.wrap(MOVE, "apply", _leave_two_places),
    )
    yield move("race-all-win", ".at-once-only-one-wins")(
        "The check and the update are two statements without a transaction around them.",
        changes.wrap(MOVE, "apply", _store_later),
    )


DEFECTS = (*_details(), *_requests(), *_state())
