"""Edit the details of refusals with 422."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.emulator.defects.changes import Change, body

Details = list[dict[str, Any]]


def details(operation: str, edit: Callable[[Details], Any]) -> Change:
    """Put other details in the place of those of the operation's 422."""

    def change(content: dict[str, Any]) -> None:
        if "details" in content["error"]:
            content["error"]["details"] = edit(content["error"]["details"])

    return body(operation, change, status=422)


def each_with(**members: Any) -> Callable[[Details], Details]:
    """Return an edit that sets members of each detail."""
    return lambda entries: [{**each, **members} for each in entries]


def each_without(member: str) -> Callable[[Details], Details]:
    """Return an edit that takes a member of each detail away."""
    return lambda entries: [{k: v for k, v in each.items() if k != member} for each in entries]
