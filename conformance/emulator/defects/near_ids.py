"""Ids that are nearly right: found by a part of them, cut off, or stumbled over for their spelling."""

from __future__ import annotations

from collections.abc import Callable

from conformance.emulator.call import Call
from conformance.emulator.defects.shared import SERVER_ERROR, SHORT, everywhere, on
from conformance.emulator.faults import EVERY, Faults, defect
from conformance.emulator.pipeline import Run
from conformance.emulator.records import is_guid
from conformance.emulator.replies import Reply

STATUS = "platform.status.documented"
TOUCHED = (
    *on("associate", ".refused-changes-nothing", ".answer-names-*"),
    *on("move", ".refused-changes-nothing"),
)
GUID_LENGTH = 36

UNKNOWN = {
    "associate": (".unknown-reality-data-not-found", ".unknown-itwin-not-found"),
    "move": (".unknown-reality-data-not-found", ".unknown-itwin-not-found"),
    "resource": (".unknown-repository-not-found", ".unknown-itwin-refused", ".unknown-itwin-code"),
    "account": (".unknown-itwin-not-found",),
}
AGAIN = {
    "associate": ".duplicate-conflicts",
    "move": ".already-within-conflicts",
    "resource": ".duplicate-id-conflicts",
}


def _reads(change: Callable[[Call, str], str]) -> Callable[[Call], None]:
    """Return a step that reads every id of the request, in the path and in the body, as another one."""

    def step(call: Call) -> None:
        call.ids = {name: change(call, each) for name, each in call.ids.items()}
        sent = call.json.get("iTwinId") if isinstance(call.json, dict) else None
        if isinstance(sent, str):
            call._json = {**call.json, "iTwinId": change(call, sent)}  # noqa: SLF001 - a fault may look inside

    return step


def _known(call: Call) -> list[str]:
    state = call.emulator.state
    tables = (state.itwins, state.reality_data, state.repositories)
    return [each.id for table in tables for each in table.where(lambda row: is_guid(row.id))]


def _found_by(part: slice) -> Callable[[Call, str], str]:
    def find(call: Call, sent: str) -> str:
        return next((each for each in _known(call) if is_guid(sent) and each[part] == sent[part]), sent)

    return find


for _short, _rows in UNKNOWN.items():
    for _name, _part, _sentence in (
        ("first", slice(0, 8), "The key of a cache holds the first eight characters of an id."),
        ("last", slice(-12, None), "The old table knows only the last group of an id."),
    ):

        @defect(
            f"{_short}-finds-ids-by-their-{_name}-part",
            _sentence,
            breaks=on(_short, *_rows),
            also=(*on(_short, ".refused-changes-nothing", ".deleted-*"), *TOUCHED),
        )
        def _(faults: Faults, short: str = _short, part: slice = _part) -> None:
            faults.after(SHORT[short], "client", "find", _reads(_found_by(part)))


@defect(
    "ids-found-by-their-beginning",
    "The query compares with LIKE, and whatever was sent may be continued.",
    breaks=everywhere(".odd-ids-refused"),
    also=TOUCHED,
)
def _(faults: Faults) -> None:
    def complete(call: Call, sent: str) -> str:
        found = (each for each in _known(call) if each.startswith(sent.lower()))
        return next(found, sent) if len(sent) > GUID_LENGTH // 2 else sent

    faults.after(EVERY, "client", "find", _reads(complete))


@defect(
    "ids-cut-at-36-characters",
    "The column holds 36 characters, and the driver cuts what is longer.",
    breaks=everywhere(".odd-ids-refused"),
    also=TOUCHED,
)
def _(faults: Faults) -> None:
    faults.after(EVERY, "client", "cut", _reads(lambda _call, sent: sent[:GUID_LENGTH]))


for _short in SHORT:

    @defect(
        f"{_short}-crashes-on-capitals",
        "The ids go into a parser that knows the small letters only.",
        breaks=on(_short, STATUS, *([AGAIN[_short]] if _short in AGAIN else [])),
    )
    def _(faults: Faults, short: str = _short) -> None:
        def shouted(call: Call) -> Reply | None:
            sent = call.json.get("iTwinId") if isinstance(call.json, dict) else None
            return SERVER_ERROR if any(map(_shouts, (*call.ids.values(), sent))) else None

        faults.after(SHORT[short], "client", "parse", shouted)


def _shouts(sent: object) -> bool:
    return isinstance(sent, str) and is_guid(sent) and sent != sent.lower()


@defect(
    "associate-compares-ids-by-letter",
    "The iTwin is found in any case; the row that is looked for holds the small letters.",
    breaks=on("associate", ".duplicate-conflicts"),
    also=on("associate", ".duplicate-changes-nothing"),
)
def _(faults: Faults) -> None:
    def conflict(call: Call, inner: Run) -> object:
        return None if _shouts(call.ids["iTwinId"]) else inner(call)

    faults.wrap(SHORT["associate"], "conflict", conflict)
