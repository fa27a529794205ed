"""Name the four operations whose requirements are proven, and requirements on them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from conformance.emulator.defects.changes import Change, Edit, body
from conformance.emulator.defects.defect import Defect
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.responses import Response

SHORT = {
    "associate": "associateRealityData",
    "move": "moveRealityData",
    "resource": "createRepositoryResource",
    "account": "getITwinAccount",
}
"""How the names of defects call the four operations."""
WRITERS = ("associate", "move", "resource")
EVERY = tuple(SHORT.values())
ASSOCIATE, MOVE, RESOURCE, ACCOUNT = EVERY
ROWS = {
    "associate": "reality-management.associate",
    "move": "reality-management.move",
    "resource": "itwins.resource",
    "account": "itwins.account",
}
"""Where the requirements of each operation are."""
STATUS = "platform.status.documented"
SCHEMA = "platform.body.success-as-documented"
ENVELOPE = "platform.error.envelope"
DETAILS = "platform.error.details"
FAULT_NAMED = "platform.error.details-name-the-fault"
SUCCESS = {"associate": (200, "iTwinAssociation"), "resource": (201, "resource"), "account": (200, "iTwin")}
"""Status and only member of a successful response that has a body."""
SERVER_ERROR = Response(500, body=b"<html><h1>Server Error</h1></html>", content_type="text/html")


def on(short: str, *requirements: str) -> tuple[str, ...]:
    """Return requirements on one operation; a name that begins with a dot is one of the operation's own."""
    own = ROWS[short]
    return tuple(f"{own + each if each.startswith('.') else each}@{SHORT[short]}" for each in requirements)


def everywhere(*requirements: str) -> tuple[str, ...]:
    """Return requirements on each operation; a name that begins with a dot is each one's own."""
    return tuple(part for short in SHORT for part in on(short, *requirements))


Made = Callable[..., Defect]
"""Makes the defect of a name from a sentence, a change and, for a few, patterns of what may also break."""


def platform(name: str, *breaks: str) -> Made:
    """Return what makes the defect of this name, which breaks these, of a sentence and a change."""

    def make(sentence: str, change: Change, /, *, may_also_break: tuple[str, ...] = ()) -> Defect:
        return Defect(name, sentence, breaks, change, may_also_break)

    return make


def named(short: str, name: str, *breaks: str) -> Made:
    """Return what makes a defect of one operation, whose requirements are written as in :func:`on`."""
    return platform(f"{short}-{name}", *on(short, *breaks))


associate = partial(named, "associate")
move = partial(named, "move")
resource = partial(named, "resource")
account = partial(named, "account")


def in_success(short: str, edit: Edit) -> Change:
    """Edit the body of an operation's success."""
    return body(SHORT[short], edit, status=SUCCESS[short][0])


def sent_itwin(call: Call) -> Any:
    """Return the iTwinId of the request's body, None if there is none."""
    return call.json.get("iTwinId") if isinstance(call.json, dict) else None
