"""Accounts that are not the right one, say something else, change, or are found where there is none."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from conformance.emulator.defects import changes
from conformance.emulator.defects.changes import Change
from conformance.emulator.defects.defect import Defect
from conformance.emulator.defects.operations import ACCOUNT, SCHEMA, account, in_success
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.lookup_steps import lookup_data
from conformance.emulator.kernel.pipeline import Handler
from conformance.emulator.kernel.responses import Response
from conformance.emulator.state.records import ITwin, is_guid

_GAP = 0.06  # seconds, long enough for another request to come in between
_ANOTHER = "3f0c2a54-8d52-4f6e-9d6c-0d6f4f1f7a11"
_REQUIRED = ("id", "class", "subClass", "type", "number", "displayName")
_UNKNOWN = ".unknown-itwin-not-found"
_ANY_COLLEAGUE = changes.rule(
    "is_member", lambda _state, user, itwin: user.organization == itwin.organization
)


def _with(response: Response, **members: Any) -> Response:
    return replace(response, json={"iTwin": {**response.json["iTwin"], **members}})


def _own(call: Call, response: Response) -> Response:
    return _with(response, **{name: call.itwin.document[name] for name in ("number", "displayName")})


def _less(call: Call, response: Response) -> Response:
    minimal = "return=minimal" in call.request.headers.get("prefer", "")
    return _with(response, displayName="-") if minimal else response


def _contents() -> Iterator[Defect]:
    yield account("answers-the-class-of-the-itwin", ".is-an-account")(
        "Class and subClass are taken from the iTwin that was asked about.",
        in_success(
            "account", lambda body: body["iTwin"].update({"class": "Endeavor", "subClass": "Project"})
        ),
    )
    yield account("answers-an-invented-account", ".of-this-itwin")(
        "The account's id is made anew by the mapping to another service.",
        in_success("account", lambda body: body["iTwin"].update(id=_ANOTHER)),
    )
    yield account("has-no-name", ".text-present")(
        "The account's name moved to another table.",
        in_success("account", lambda body: body["iTwin"].update(displayName="")),
    )
    yield account("name-is-stale", ".agrees-with-the-account-itself")(
        "A cache keeps the name that the account had when it was made.",
        in_success("account", lambda body: body["iTwin"].update(displayName="Formerly Acme")),
    )
    yield account("answers-with-more-than-minimal", ".minimal")(
        "Prefer is read after the representation was chosen.",
        in_success("account", lambda body: body["iTwin"].update(createdBy=_ANOTHER)),
    )
    yield account("answers-the-itwin", ".not-the-itwin")(
        "The join goes the wrong way, and the iTwin's own number and name are shown.",
        changes.on_response(ACCOUNT, _own, status=200),
    )
    yield account("minimal-is-less", ".prefer-minimal")(
        "Return=minimal was taken literally: it answers with the id and nothing else that is not required.",
        changes.on_response(ACCOUNT, _less, status=200),
    )
    yield account("ignores-prefer", ".prefer-representation")(
        "The gateway strips headers that it does not know, and Prefer is one of them.",
        in_success("account", lambda body: {"iTwin": {name: body["iTwin"].get(name) for name in _REQUIRED}}),
    )


def _resolve_data(call: Call, inner: Handler) -> object:
    data = lookup_data(call, call.ids["iTwinId"])
    found = call.state.itwins.get(data.itwins[0]) if data is not None and data.itwins else None
    if found is None:
        return inner(call)
    call.itwin = found
    return None


def _take_own(call: Call, inner: Handler) -> object:
    if is_guid(call.ids["iTwinId"]):
        return inner(call)
    call.itwin = call.state.itwins.of(call.user.organization)[0]
    return None


def _find_deleted() -> Change:
    deleted: dict[str, ITwin] = {}

    def remember(call: Call, inner: Handler) -> object:
        deleted[call.itwin.id] = call.itwin
        return inner(call)

    def find(call: Call, inner: Handler) -> object:
        refusal = inner(call)
        cached = deleted.get(call.ids["iTwinId"].lower())
        if refusal is None or cached is None:
            return refusal
        call.itwin = cached
        return None

    return changes.together(
        changes.wrap("deleteITwin", "respond", remember),
        changes.wrap(ACCOUNT, "find_itwin", find),
        _ANY_COLLEAGUE,
    )


def _lookups() -> Iterator[Defect]:
    yield account("forgets-who-is-missing", _UNKNOWN)(
        "An iTwin that does not exist has an empty account.", changes.status(ACCOUNT, 404, 401)
    )
    yield account("of-unknown-itwins-is-empty", _UNKNOWN, SCHEMA)(
        "No row found is an empty row to the mapper.",
        changes.respond(ACCOUNT, Response(200, {"iTwin": {}}), status=404),
    )
    yield account("of-reality-data-is-found", ".id-of-another-kind-not-found")(
        "Every id of the platform resolves to its owner, whatever it names.",
        changes.wrap(ACCOUNT, "find_itwin", _resolve_data),
    )
    yield account("of-malformed-ids-is-mine", "platform.input.invalid-refused", ".odd-ids-refused")(
        "What is no GUID is taken for the alias of the caller's own iTwin.",
        changes.together(changes.wrap(ACCOUNT, "find_itwin", _take_own), _ANY_COLLEAGUE),
    )
    yield account("of-deleted-itwins-is-found", ".deleted-itwin-not-found")(
        "Answers are cached by id, and deleting an iTwin does not clear them.", changes.fresh(_find_deleted)
    )


def _put(call: Call, **members: Any) -> None:
    call.state.itwins.put(replace(call.itwin, document={**call.itwin.document, **members}))


def _wake(call: Call, inner: Handler) -> object:
    if call.itwin.document.get("status") == "Inactive":
        _put(call, status="Active")
    return inner(call)


def _touch() -> Change:
    reads = [0]

    def touch(call: Call, inner: Handler) -> object:
        reads[0] += 1
        _put(call, lastModifiedDateTime=f"2026-01-01T00:{reads[0] // 60 % 60:02}:{reads[0] % 60:02}Z")
        return inner(call)

    return changes.wrap(ACCOUNT, "respond", touch)


def _mix_responses() -> Change:
    under_way = [0]

    async def mix(_call: Call, response: Response) -> Response:
        under_way[0] += 1
        await asyncio.sleep(_GAP)
        mixed = under_way[0] > 1
        under_way[0] -= 1
        return _with(response, number="another") if mixed else response

    return changes.on_response(ACCOUNT, mix, status=200)


def _state() -> Iterator[Defect]:
    yield account("wakes-inactive-itwins", ".inactive-itwin-stays-inactive")(
        "Whoever is asked for is in use, and what is in use is set to Active.",
        changes.wrap(ACCOUNT, "respond", _wake),
    )
    yield account("read-touches-the-itwin", ".read-changes-nothing", "platform.safe.changes-nothing")(
        "Every access writes a time stamp, and the time stamp is part of the iTwin.", changes.fresh(_touch)
    )
    yield account("changes-with-every-read", ".reads-alike")(
        "The answer is put together from two replicas that differ.",
        changes.fresh(
            lambda: changes.on_response(
                ACCOUNT,
                lambda _, response: _with(response, displayName="Acme"),
                status=200,
                when=changes.every(2),
            )
        ),
    )
    yield account("race-mixes-answers", ".at-once-alike")(
        "The answer is built in a field that all requests share.", changes.fresh(_mix_responses)
    )


DEFECTS = (*_contents(), *_lookups(), *_state())
