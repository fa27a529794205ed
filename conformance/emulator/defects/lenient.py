"""Read bodies too generously, or stumble over them: defects of the operations that have a body."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from conformance.emulator.defects.changes import Change, before
from conformance.emulator.defects.defect import Defect
from conformance.emulator.defects.operations import SERVER_ERROR, SHORT, named
from conformance.emulator.kernel.call import Call

_ODD_BODIES = "platform.input.odd-bodies-answered"


def read_as(operation: str, change: Callable[[dict[str, Any]], Any]) -> Change:
    """Validate another object than the one that was sent."""

    def step(call: Call) -> None:
        if isinstance(call.json, dict):
            call.json = change(call.json)

    return before(operation, "validate", step)


def crashes_on_bodies(short: str) -> Iterator[Defect]:
    """Yield the defects of an operation that crashes on bodies that nobody thought of."""
    yield named(short, "crashes-without-a-body", ".body-required")(
        "The body is used without asking whether there is one.",
        _crash(short, lambda call: not isinstance(call.json, dict)),
    )
    yield named(short, "crashes-on-deep-bodies", _ODD_BODIES)(
        "The parser recurses and has no limit of its own.",
        _crash(short, lambda call: b"[[[[[[[[" in call.request.body),
    )
    yield named(short, "crashes-on-other-media-types", _ODD_BODIES)(
        "No formatter reads the media type, and the missing one is a null reference.",
        _crash(short, lambda call: "json" not in (call.request.headers.get("content-type") or "json")),
    )


def _crash(short: str, test: Callable[[Call], bool]) -> Change:
    return before(SHORT[short], "validate", lambda call: SERVER_ERROR if test(call) else None)
