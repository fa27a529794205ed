"""Ids that are accepted, mistaken, cut off or stumbled over, where they should be refused or understood."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance.emulator.defects.changes import Change, after, on_response, respond
from conformance.emulator.defects.defect import Defect
from conformance.emulator.defects.operations import (
    ACCOUNT,
    ASSOCIATE,
    EVERY,
    MOVE,
    RESOURCE,
    SCHEMA,
    SERVER_ERROR,
    SHORT,
    STATUS,
    everywhere,
    named,
    platform,
    sent_itwin,
)
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.responses import Response
from conformance.emulator.state.records import is_guid

GUID_LENGTH = 36
_NIL = "00000000-0000-0000-0000-000000000000"
_ODD = everywhere(".odd-ids-refused")
_SUCCESSES = {
    ASSOCIATE: Response(200, {}),
    MOVE: Response(204),
    RESOURCE: Response(201, {}),
    ACCOUNT: Response(200, {}),
}
_UNKNOWN = {
    "associate": (".unknown-reality-data-not-found", ".unknown-itwin-not-found"),
    "move": (".unknown-reality-data-not-found", ".unknown-itwin-not-found"),
    "resource": (".unknown-repository-not-found", ".unknown-itwin-refused", ".unknown-itwin-code"),
    "account": (".unknown-itwin-not-found",),
}
_AGAIN = {
    "associate": (".duplicate-conflicts",),
    "move": (".already-within-conflicts",),
    "resource": (".duplicate-id-conflicts",),
    "account": (),
}


def sent_ids(call: Call) -> list[str]:
    """Return the ids of the path and the iTwinId of the body."""
    sent = sent_itwin(call)
    return [*call.ids.values(), *([sent] if isinstance(sent, str) else [])]


def shouts(sent: str) -> bool:
    """Tell whether a GUID has capital letters."""
    return is_guid(sent) and sent != sent.lower()


def _read_as(operations: str | tuple[str, ...], change: Callable[[Call, str], str]) -> Change:
    """Read every id of the request, in the path and in the body, as another one."""

    def step(call: Call) -> None:
        call.ids = {name: change(call, each) for name, each in call.ids.items()}
        sent = sent_itwin(call)
        if isinstance(sent, str):
            call.json = {**call.json, "iTwinId": change(call, sent)}

    return after(operations, "client", step)


def _known(call: Call) -> Iterator[str]:
    state = call.state
    for records in (state.itwins, state.reality_data, state.repositories):
        yield from (each.id for each in records if is_guid(each.id))


def _found_by(short: str, word: str, part: slice, sentence: str) -> Defect:
    def find(call: Call, sent: str) -> str:
        return next((each for each in _known(call) if is_guid(sent) and each[part] == sent[part]), sent)

    return named(short, f"finds-ids-by-their-{word}-part", *_UNKNOWN[short])(
        sentence, _read_as(SHORT[short], find)
    )


def _complete(call: Call, sent: str) -> str:
    found = (each for each in _known(call) if each.startswith(sent.lower()))
    return next(found, sent) if len(sent) > GUID_LENGTH // 2 else sent


def _crash(test: Callable[[str], bool]) -> Callable[[Call], Response | None]:
    return lambda call: SERVER_ERROR if any(map(test, sent_ids(call))) else None


DEFECTS = (
    platform("crashes-on-quotes", *_ODD)(
        "The id goes into a query as it is.", after(EVERY, "client", _crash(lambda sent: "'" in sent))
    ),
    platform("nil-is-a-default", *_ODD)(
        "A client's missing value arrives as the GUID of zeros, and the service fills in a default.",
        on_response(
            EVERY, lambda call, _: _SUCCESSES[call.operation], when=lambda call, _: _NIL in sent_ids(call)
        ),
        # It is a success where there should be none, and its body is empty.
        may_also_break=(SCHEMA, *everywhere(".answer-*", ".is-an-account")),
    ),
    *(
        _found_by(short, *way)
        for short in SHORT
        for way in (
            ("first", slice(0, 8), "The key of a cache holds the first eight characters of an id."),
            ("last", slice(-12, None), "The old table knows only the last group of an id."),
        )
    ),
    platform("ids-found-by-their-beginning", *_ODD)(
        "The query compares with LIKE, and whatever was sent may be continued.", _read_as(EVERY, _complete)
    ),
    platform("ids-cut-at-36-characters", *_ODD)(
        "The column holds 36 characters, and the driver cuts what is longer.",
        _read_as(EVERY, lambda _call, sent: sent[:GUID_LENGTH]),
    ),
    *(
        named(short, "crashes-on-capitals", STATUS, *_AGAIN[short])(
            "The ids go into a parser that knows the small letters only.",
            after(SHORT[short], "client", _crash(shouts)),
        )
        for short in SHORT
    ),
    platform("crashes-on-unknown-ids", "platform.input.valid-answered", STATUS)(
        "What is not found is a null reference.", respond(EVERY, SERVER_ERROR, status=404)
    ),
)
