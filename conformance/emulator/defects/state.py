"""Writes that are acknowledged and lost, or stored in the wrong place, or stored in spite of a refusal."""

from __future__ import annotations

from dataclasses import replace

from conformance.emulator.call import Call
from conformance.emulator.defects.shared import ASSOCIATE, MOVE, on
from conformance.emulator.faults import Faults, defect
from conformance.emulator.finding import lookup_itwin
from conformance.emulator.pipeline import Run
from conformance.emulator.records import RealityData
from conformance.emulator.replies import Reply

_SOON = 5  # associations, after which the first is taken back
_LATER = 25  # calls of the same operation, after which the early write is taken back


def _put(call: Call, data: RealityData, *itwins: str) -> None:
    call.emulator.state.reality_data.put(data.id, replace(data, itwins=itwins))


SEEN_BY_MOVE = on(
    "move", ".several-associations-refused", ".refused-changes-nothing", ".stays", "platform.model.agrees"
)
"""Move looks at the associations too, and begins where associate ended."""
ASTRAY = (
    *on("associate", ".several-itwins", ".stays", ".duplicate-*", ".again-*", ".at-once-*", ".own-itwin"),
    *SEEN_BY_MOVE,
)
"""What else sees that associations are not what they should be."""


@defect(
    "associate-stores-nothing",
    "The unit of work is never saved, and the reply is written before anybody notices.",
    breaks=on("associate", ".is-listed"),
    also=(
        *on("associate", ".several-itwins", ".stays", ".duplicate-*", ".again-*", ".at-once-*", ".own-itwin"),
        *SEEN_BY_MOVE,
    ),
)
def _(faults: Faults) -> None:
    faults.drop(ASSOCIATE, "apply")


@defect(
    "associate-replaces-the-others",
    "The relation was modelled as one to one.",
    breaks=on("associate", ".is-listed", ".several-itwins"),
    also=(
        *on("associate", ".several-itwins", ".stays", ".duplicate-*", ".again-*", ".at-once-*", ".own-itwin"),
        *SEEN_BY_MOVE,
    ),
)
def _(faults: Faults) -> None:
    faults.replace(ASSOCIATE, "apply", lambda call: _put(call, call.reality_data, call.itwin.id))


@defect(
    "associate-keeps-two-at-most",
    "The table has a column for the owner and one for a guest.",
    breaks=on("associate", ".several-itwins"),
    also=(
        *on("associate", ".several-itwins", ".stays", ".duplicate-*", ".again-*", ".at-once-*", ".own-itwin"),
        *SEEN_BY_MOVE,
    ),
)
def _(faults: Faults) -> None:
    faults.replace(
        ASSOCIATE,
        "apply",
        lambda call: _put(call, call.reality_data, *call.reality_data.itwins[:1], call.itwin.id),
    )


@defect(
    "associate-stores-twice",
    "The message is delivered at least once, and the handler appends.",
    breaks=on("associate", ".is-listed"),
    also=(
        *on("associate", ".several-itwins", ".stays", ".duplicate-*", ".again-*", ".at-once-*", ".own-itwin"),
        *SEEN_BY_MOVE,
    ),
)
def _(faults: Faults) -> None:
    def twice(call: Call) -> None:
        _put(call, call.reality_data, *call.reality_data.itwins, call.itwin.id, call.itwin.id)

    faults.replace(ASSOCIATE, "apply", twice)


@defect(
    "associate-shares-with-another-itwin",
    "A variable of the loop is captured, and the association goes to the last one.",
    breaks=on("associate", ".is-listed"),
    also=(
        *on("associate", ".several-itwins", ".stays", ".duplicate-*", ".again-*", ".at-once-*", ".own-itwin"),
        *SEEN_BY_MOVE,
    ),
)
def _(faults: Faults) -> None:
    def astray(call: Call) -> None:
        others = call.emulator.state.itwins_of(call.itwin.organization)
        taken = {*call.reality_data.itwins, call.itwin.id}
        other = next((each for each in others if each.id not in taken), call.itwin)
        _put(call, call.reality_data, *call.reality_data.itwins, other.id)

    faults.replace(ASSOCIATE, "apply", astray)


@defect(
    "associate-is-taken-back-later",
    "A nightly job removes what the older of two data models does not know.",
    breaks=on("associate", ".stays"),
)
def _(faults: Faults) -> None:
    first: list[RealityData] = []
    seen = [0]

    def count(call: Call, inner: Run) -> None:
        if not first:
            first.append(call.reality_data)
        seen[0] += 1
        inner(call)
        if seen[0] == _SOON:
            _put(call, first[0], *first[0].itwins)

    faults.wrap(ASSOCIATE, "apply", count)


@defect(
    "associate-remembers-what-was-dissolved",
    "Associations are marked as deleted, and the duplicate check does not read the mark.",
    breaks=on("associate", ".again-after-dissociation"),
)
def _(faults: Faults) -> None:
    ever: set[tuple[str, str]] = set()

    def remember(call: Call, inner: Run) -> object:
        place = (call.reality_data.id, call.itwin.id)
        refusal = inner(call)
        if refusal is None and place in ever:
            return Reply(409, {"error": {"code": "AssociationExists", "message": "It exists."}})
        ever.add(place)
        return refusal

    faults.wrap(ASSOCIATE, "conflict", remember)


@defect(
    "associate-stores-what-it-refuses-with-409",
    "The insert happens before the check, and the check does not take it back.",
    breaks=on("associate", ".duplicate-changes-nothing"),
    also=(*on("associate", ".at-once-only-one-wins", ".stays"), *SEEN_BY_MOVE),
)
def _(faults: Faults) -> None:
    faults.on_reply(ASSOCIATE, _appended, status=409)


def _appended(call: Call, reply: Reply) -> Reply:
    _put(call, call.reality_data, *call.reality_data.itwins, call.itwin.id)
    return reply


@defect(
    "associate-stores-unknown-itwins",
    "The row is written first, and the lookup of the iTwin only decides about the answer.",
    breaks=on("associate", ".refused-changes-nothing"),
    also=SEEN_BY_MOVE,
)
def _(faults: Faults) -> None:
    def store(call: Call, inner: Run) -> object:
        if lookup_itwin(call, call.ids["iTwinId"]) is None:
            _put(call, call.reality_data, *call.reality_data.itwins, call.ids["iTwinId"])
        return inner(call)

    faults.wrap(ASSOCIATE, "find_itwin", store)


@defect(
    "move-stores-nothing",
    "The unit of work is never saved, and the reply is written before anybody notices.",
    breaks=on("move", ".lists-exactly-the-destination"),
    also=on("move", ".already-within-conflicts", ".and-back", ".at-once-*", ".stays", ".conflict-code"),
)
def _(faults: Faults) -> None:
    faults.drop("moveRealityData", "apply")


@defect(
    "move-keeps-the-source",
    "The move is built from associate, and nobody dissociates.",
    breaks=on("move", ".lists-exactly-the-destination"),
    also=on(
        "move", ".already-within-conflicts", ".and-back", ".at-once-*", ".stays", ".administrator-allowed"
    ),
)
def _(faults: Faults) -> None:
    faults.replace(
        MOVE, "apply", lambda call: _put(call, call.reality_data, *call.reality_data.itwins, call.itwin.id)
    )


@defect(
    "move-goes-one-way",
    "The history of places has a unique index, so a place cannot come twice.",
    breaks=on("move", ".and-back"),
    also=on("move", ".at-once-only-one-wins"),
)
def _(faults: Faults) -> None:
    been: dict[str, set[str]] = {}

    def index(call: Call, inner: Run) -> object:
        places = been.setdefault(call.reality_data.id, set())
        if call.itwin.id in places:
            return Reply(409, {"error": {"code": "AlreadyExists", "message": "It was there."}})
        places.update(call.reality_data.itwins)
        return inner(call)

    faults.wrap(MOVE, "apply", index)


@defect(
    "move-is-taken-back-later",
    "Replication from the source's region wins over the newer write.",
    breaks=on("move", ".stays"),
    also=on("associate", ".stays"),
)
def _(faults: Faults) -> None:
    first: list[RealityData] = []
    seen = [0]

    def count(call: Call, reply: Reply) -> Reply:
        seen[0] += 1
        if seen[0] == _LATER:
            _put(call, first[0], *first[0].itwins)
        return reply

    def keep(call: Call, inner: Run) -> None:
        if not first:
            first.append(call.reality_data)
        inner(call)

    faults.wrap(MOVE, "apply", keep)
    faults.on_reply(MOVE, count)


@defect(
    "move-renames-the-reality-data",
    "A move is a copy, and a copy gets a new name.",
    breaks=on("move", ".keeps-the-reality-data"),
)
def _(faults: Faults) -> None:
    def rename(call: Call, inner: Run) -> None:
        data = call.reality_data
        call.reality_data = replace(
            data, document={**data.document, "displayName": f"{data.document['displayName']} (1)"}
        )
        inner(call)

    faults.wrap(MOVE, "apply", rename)


@defect(
    "move-again-succeeds",
    "A move to where it is is thought to be harmless.",
    breaks=on("move", ".already-within-conflicts"),
    also=on("move", ".conflict-code", ".at-once-only-one-wins"),
)
def _(faults: Faults) -> None:
    faults.drop(MOVE, "conflict")


@defect(
    "move-tears-from-several-itwins",
    "Only the first association is looked at.",
    breaks=on("move", ".several-associations-refused"),
)
def _(faults: Faults) -> None:
    faults.rule("associated_once", lambda _data: True)


@defect(
    "move-across-data-centers",
    "The data center is checked when the data is uploaded, not when it is moved.",
    breaks=on("move", ".other-data-center-refused"),
)
def _(faults: Faults) -> None:
    faults.rule("same_data_center", lambda _data, _itwin: True)
