"""What several families need: short names of the operations, and ways to let somebody in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from conformance.emulator.call import Call
from conformance.emulator.faults import Faults, defect
from conformance.emulator.pipeline import Run
from conformance.emulator.replies import Reply

SHORT = {
    "associate": "associateRealityData",
    "move": "moveRealityData",
    "resource": "createRepositoryResource",
    "account": "getITwinAccount",
}
"""How the names of defects call the four operations."""
WRITERS = ("associate", "move", "resource")
ASSOCIATE, MOVE, RESOURCE, ACCOUNT = SHORT.values()
ROWS = {
    "associate": "reality-management.associate",
    "move": "reality-management.move",
    "resource": "itwins.resource",
    "account": "itwins.account",
}
"""Where the requirements of each operation stand."""

CHECKS = (
    "header",
    "scheme",
    "shape",
    "algorithm",
    "signature",
    "issuer",
    "not_before",
    "expiry",
    "scope",
    "client",
)
SERVER_ERROR = Reply(500, body=b"<html><h1>Server Error</h1></html>", content_type="text/html")


def on(short: str, *requirements: str) -> tuple[str, ...]:
    """Return requirements on one operation; a name that begins with a dot is one of the operation's own."""
    own = ROWS[short]
    return tuple(f"{own + each if each.startswith('.') else each}@{SHORT[short]}" for each in requirements)


def everywhere(*requirements: str) -> tuple[str, ...]:
    """Return requirements on each operation; a name that begins with a dot is each one's own."""
    return tuple(part for short in SHORT for part in on(short, *requirements))


def anything_on(short: str) -> tuple[str, ...]:
    """Return a pattern for every requirement of one operation: for faults that strike anywhere in it."""
    return (f"*@{SHORT[short]}",)


def trust(faults: Faults, operations: str | Iterable[str], test: Callable[[Call], Any]) -> None:
    """Let requests that pass the test in as the owner, whatever their token says."""

    def check(call: Call, inner: Run) -> object:
        return None if test(call) else inner(call)

    def become(call: Call, inner: Run) -> object:
        if not test(call):
            return inner(call)
        call.user = next(user for user in call.emulator.state.users if user.role == "owner")
        return None

    for step in CHECKS[:-1]:
        faults.wrap(operations, step, check)
    faults.wrap(operations, CHECKS[-1], become)


def let_in(faults: Faults, operation: str, steps: Iterable[str], test: Callable[[Call], Any]) -> None:
    """Skip permission checks for calls that pass the test."""
    for step in steps:
        faults.wrap(operation, step, lambda call, inner: None if test(call) else inner(call))


def authorization(call: Call) -> str:
    """Return the Authorization header."""
    return call.headers.get("authorization", "").strip()


SCHEMA = "platform.body.success-as-documented"
SUCCESS = {"associate": (200, "iTwinAssociation"), "resource": (201, "resource"), "account": (200, "iTwin")}
Edit = Callable[[dict[str, Any]], Any]


def success(
    short: str, name: str, sentence: str, edit: Edit, *also: str, breaks: tuple[str, ...] = (SCHEMA,)
) -> None:
    """Register a defect that edits the body of an operation's success."""

    @defect(f"{short}-{name}", sentence, breaks=on(short, *breaks), also=on(short, *also))
    def _(faults: Faults) -> None:
        faults.body(SHORT[short], edit, status=SUCCESS[short][0])
