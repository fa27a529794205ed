"""The kinds of deviation, from the one that explains most to the one that is mostly a consequence."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """How a response, or what a read shows afterwards, differs from what is required."""

    SILENCE = "no response"
    CRASH = "crash"
    SUCCESS = "another success"
    EFFECT = "effect"
    ACCEPTED = "accepted"
    TREATED = "treated otherwise"
    REFUSED = "refused"
    STATUS = "another refusal"
    SHAPE = "shape"
    VALUE = "value"
    CODE = "code"
    DETAILS = "details"
    HEADER = "header"
    STATE = "state"
    OTHER = "other"


RANK: Final = {kind: number for number, kind in enumerate(Kind)}
"""A cause is named by the violation of the lowest rank that it explains."""

STATUS_KINDS: Final = frozenset(
    {Kind.CRASH, Kind.SUCCESS, Kind.ACCEPTED, Kind.TREATED, Kind.REFUSED, Kind.STATUS}
)
"""The kinds that a status shows."""

CONTENT_KINDS: Final = frozenset({Kind.SHAPE, Kind.VALUE, Kind.CODE, Kind.DETAILS})
"""The kinds that a body shows: a response with a wrong status cannot have the right one."""
