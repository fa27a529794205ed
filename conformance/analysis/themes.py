"""What of an API a requirement speaks of, so that a reader sees where an operation is broken."""

from __future__ import annotations

from typing import Final

from conformance.claims.requirement import Requirement
from conformance.results.causes import Theme

_BY_OBSERVED: Final = (
    ("success/body", Theme.BODY),
    ("success", Theme.STATUS),
    ("everything", Theme.STATUS),
    ("error", Theme.ERRORS),
    ("refused", Theme.INPUT),
    ("limits", Theme.INPUT),
    ("authentication", Theme.AUTHENTICATION),
    ("permissions", Theme.PERMISSIONS),
    ("state", Theme.STATE),
    ("rate", Theme.LIMITS),
    ("headers", Theme.TRANSPORT),
)
"""By what a row's verdict depends on (`observes`); the first that fits counts."""
_BY_NAME: Final = (
    (("auth", "token"), Theme.AUTHENTICATION),
    (("outsider", "foreign", "reader", "permission"), Theme.PERMISSIONS),
    (("reply", "accept", "media", "header", "correlation"), Theme.TRANSPORT),
    (("body", "schema", "type", "details"), Theme.BODY),
    (("rate", "throttled"), Theme.LIMITS),
    (("malformed", "blank", "blanks", "case", "characters", "input"), Theme.INPUT),
)
"""By a word of the id, where the row does not say what it depends on."""


def theme_of(row: Requirement) -> Theme:
    """Return what the requirement speaks of."""
    for observed in row.observes[:1]:
        for start, theme in _BY_OBSERVED:
            if f"{observed}/".startswith((f"{start}/", f"{start}@")):
                return theme
    words = set(row.id.replace("-", ".").split("."))
    return next((theme for names, theme in _BY_NAME if words & set(names)), Theme.STATUS)
