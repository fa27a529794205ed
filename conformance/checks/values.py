"""How a value of a response is compared with what was sent, and how a report prints it."""

from __future__ import annotations

import re
from typing import Any, Final

from conformance.claims.openapi import brief
from conformance.exchange.model import ABSENT

GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def same(value: Any, sent: Any) -> bool:
    """Tell whether a response repeats what was sent.

    A GUID may come back in another case; surrounding blanks may be trimmed (the pages leave both open).
    """
    if value == sent:
        return True
    if not (isinstance(value, str) and isinstance(sent, str)):
        return False
    if GUID.fullmatch(sent):
        return value.lower() == sent.lower()
    return value == sent.strip()


def shown(value: Any) -> str:
    """Return a value as a report prints it, cut to 120 characters."""
    return "absent" if value is ABSENT else brief(repr(value), 120)
