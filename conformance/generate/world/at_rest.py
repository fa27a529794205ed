"""What acts by itself is made so that it does not: an automation of every event would never end."""

from __future__ import annotations

from typing import Any, Final

from conformance.claims.endpoints import Endpoint
from conformance.claims.schemas import members
from conformance.generate.world.ids import singular, squeezed

ACTING: Final = frozenset(
    {
        "alert",
        "automation",
        "hook",
        "job",
        "rule",
        "schedule",
        "subscription",
        "trigger",
        "webhook",
        "workflow",
    }
)
"""Kinds of things that do something whenever something happens, or by the clock."""
AT_REST: Final = {
    "enabled": False,
    "isenabled": False,
    "active": False,
    "isactive": False,
    "paused": True,
    "ispaused": True,
    "disabled": True,
}
"""What a member says of a thing that does nothing, by its squeezed name."""


def at_rest(body: Any, endpoint: Endpoint) -> Any:
    """Return the body of a creation or change with the thing switched off, where its schema lets it be."""
    if not _acts(endpoint) or endpoint.body is None or not isinstance(body, dict):
        return body
    known = body if endpoint.method == "PATCH" else members(endpoint.document, endpoint.body.schema)
    return {**body, **{name: AT_REST[squeezed(name)] for name in known if squeezed(name) in AT_REST}}


def wakes(name: str, endpoint: Endpoint) -> bool:
    """Tell whether a change of this member may switch on what acts by itself."""
    return _acts(endpoint) and squeezed(name) in AT_REST


def _acts(endpoint: Endpoint) -> bool:
    named = [part for part in endpoint.path.split("/") if part and "{" not in part]
    return bool(named) and singular(squeezed(named[-1])) in ACTING
