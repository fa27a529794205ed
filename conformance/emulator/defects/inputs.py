"""Requests that should be refused and are not, or with another status, or that crash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.emulator.call import NOTHING, Call
from conformance.emulator.defects.shared import (
    MOVE,
    RESOURCE,
    SERVER_ERROR,
    SHORT,
    everywhere,
    on,
)
from conformance.emulator.faults import EVERY, Faults, defect
from conformance.emulator.pipeline import Run
from conformance.emulator.records import is_guid
from conformance.emulator.replies import Reply, invalid_reality_data, invalid_value

STATUS = "platform.status.documented"
TOUCHED = (*on("associate", ".refused-changes-nothing"), *on("move", ".refused-changes-nothing"))


def _rewrites(change: Callable[[dict[str, Any]], Any]) -> Callable[[Call], None]:
    """Return a step that changes a JSON object of the request before it is validated."""

    def step(call: Call) -> None:
        if isinstance(call.json, dict):
            body = dict(call.json)
            other = change(body)
            call._json = body if other is None else other  # noqa: SLF001 - a fault may look inside

    return step


def _reads(
    name: str,
    sentence: str,
    short: str,
    change: Callable[[dict[str, Any]], Any],
    *breaks: str,
    also: tuple[str, ...] = (),
) -> None:
    @defect(name, sentence, breaks=on(short, *breaks), also=(*on(short, *also), *TOUCHED))
    def _(faults: Faults) -> None:
        faults.before(SHORT[short], "validate", "lenient", _rewrites(change))


# ------------------------------------------------------------ bodies
_reads(
    "move-ignores-unknown-members",
    "The serializer's default is to skip what it does not know.",
    "move",
    lambda body: {k: v for k, v in body.items() if k == "iTwinId"},
    ".body-is-closed",
)
_reads(
    "move-takes-the-first-of-an-array",
    "Lenient parsing unpacks a list where one value is expected.",
    "move",
    lambda body: {**body, "iTwinId": body["iTwinId"][0]} if isinstance(body.get("iTwinId"), list) else None,
    ".itwin-is-a-string",
)  # fmt: skip
_reads(
    "resource-ignores-unknown-members",
    "The serializer's default is to skip what it does not know.",
    "resource",
    lambda body: {k: v for k, v in body.items() if k in {"id", "displayName"}},
    ".body-is-closed",
)
_reads(
    "resource-makes-up-a-missing-id",
    "The model generates an id where none is given.",
    "resource",
    lambda body: {"id": f"made-up-{len(str(body))}-{id(body)}", **body},
    ".id-required",
    ".id-required-detail",
    also=(".invalid-code", ".every-problem-in-the-details"),
)
_reads(
    "resource-takes-the-id-for-a-missing-name",
    "A display name is thought to be a courtesy.",
    "resource",
    lambda body: {"displayName": body.get("id"), **body},
    ".name-required",
    ".name-required-detail",
    also=(".invalid-code",),
)
_reads(
    "resource-writes-numbers-as-text-in-ids",
    "The serializer converts scalars to the type that it expects.",
    "resource",
    lambda body: {**body, "id": str(body["id"])} if isinstance(body.get("id"), int) else None,
    ".id-is-a-string",
    also=(".answer-repeats-the-id",),
)
_reads(
    "resource-writes-numbers-as-text-in-names",
    "The serializer converts scalars to the type that it expects.",
    "resource",
    lambda body: {**body, "displayName": f"{id(body)}"} if isinstance(body.get("displayName"), int) else None,
    ".name-is-a-string",
    also=(".answer-repeats-the-name",),
)  # fmt: skip


@defect(
    "move-takes-a-missing-destination-for-none",
    "A patch without the member leaves it as it is, and says 204.",
    breaks=on("move", ".itwin-required", ".itwin-required-detail"),
    also=on("move", ".body-required"),
)
def _(faults: Faults) -> None:
    def idle(call: Call) -> Reply | None:
        return Reply(204) if isinstance(call.json, dict) and "iTwinId" not in call.json else None

    faults.before(MOVE, "validate", "idle", idle)


@defect(
    "move-does-not-name-a-missing-destination",
    "Only malformed values get a detail.",
    breaks=on("move", ".itwin-required-detail"),
    also=on("move", "platform.error.envelope"),
)
def _(faults: Faults) -> None:
    def bare(call: Call, inner: Run) -> object:
        missing = isinstance(call.json, dict) and "iTwinId" not in call.json
        return invalid_reality_data(invalid_value("", "body")) if missing else inner(call)

    faults.wrap(MOVE, "validate", bare)


@defect(
    "move-looks-for-an-empty-destination",
    "An empty string passes the validation and is then not found.",
    breaks=on("move", ".empty-itwin-invalid"),
)
def _(faults: Faults) -> None:
    _unchecked(faults, lambda sent: sent == "")


@defect(
    "move-looks-for-a-malformed-destination",
    "The format of the id is left to the database, which finds nothing.",
    breaks=on("move", ".malformed-itwin-invalid", ".malformed-itwin-detail"),
    also=on("move", ".invalid-code"),
)
def _(faults: Faults) -> None:
    _unchecked(faults, lambda sent: isinstance(sent, str) and sent != "" and not is_guid(sent))


def _unchecked(faults: Faults, test: Callable[[Any], bool]) -> None:
    def look(call: Call, inner: Run) -> object:
        if isinstance(call.json, dict) and test(call.json.get("iTwinId", NOTHING)):
            call.facts["destination"] = call.json["iTwinId"]
            return None
        return inner(call)

    faults.wrap(MOVE, "validate", look)


for _short in ("move", "resource"):

    @defect(
        f"{_short}-crashes-without-a-body",
        "The body is used without asking whether there is one.",
        breaks=on(_short, ".body-required"),
        also=on(_short, STATUS),
    )
    def _(faults: Faults, short: str = _short) -> None:
        faults.before(
            SHORT[short],
            "validate",
            "parse",
            lambda call: None if isinstance(call.json, dict) else SERVER_ERROR,
        )

    @defect(
        f"{_short}-crashes-on-deep-bodies",
        "The parser recurses and has no limit of its own.",
        breaks=on(_short, "platform.input.odd-bodies-answered"),
        also=on(_short, STATUS),
    )
    def _(faults: Faults, short: str = _short) -> None:
        faults.before(
            SHORT[short], "validate", "parse", lambda call: SERVER_ERROR if b"[[[[[[[[" in call.body else None
        )

    @defect(
        f"{_short}-crashes-on-other-media-types",
        "No formatter reads the media type, and the missing one is a null reference.",
        breaks=on(_short, "platform.input.odd-bodies-answered"),
        also=on(_short, STATUS),
    )
    def _(faults: Faults, short: str = _short) -> None:
        def pick(call: Call) -> Reply | None:
            announced = call.headers.get("content-type", "")
            return SERVER_ERROR if announced and "json" not in announced else None

        faults.before(SHORT[short], "validate", "parse", pick)


@defect(
    "move-without-a-body-succeeds",
    "No body means no change, and no change is a success.",
    breaks=on("move", ".body-required"),
)
def _(faults: Faults) -> None:
    faults.before(MOVE, "validate", "empty", lambda call: None if call.body.strip() else Reply(204))


@defect(
    "move-accepts-any-body",
    "The body is bound by a library that forgives everything and defaults to the present iTwin.",
    breaks=on(
        "move", "platform.input.invalid-refused", ".itwin-is-a-string", ".body-is-closed", ".itwin-required"
    ),
    also=on("move", ".*"),
)
def _(faults: Faults) -> None:
    faults.on_reply(
        MOVE, lambda _call, _reply: Reply(204), status=422, when=lambda call, _: isinstance(call.json, dict)
    )


@defect(
    "resource-answers-invalid-bodies-with-500",
    "The validation throws what nobody catches.",
    breaks=on(
        "resource",
        "platform.input.invalid-refused",
        ".id-required",
        ".name-required",
        ".body-is-closed",
        STATUS,
    ),
    also=on("resource", ".*", "platform.*"),
)
def _(faults: Faults) -> None:
    faults.on_reply(RESOURCE, lambda _call, _reply: SERVER_ERROR, status=422)


@defect(
    "crashes-on-unknown-ids",
    "What is not found is a null reference.",
    breaks=("platform.input.valid-answered", STATUS),
    also=everywhere(".*", "platform.*"),
)
def _(faults: Faults) -> None:
    faults.on_reply(EVERY, lambda _call, _reply: SERVER_ERROR, status=404)
