"""One change of a definition, and what it means for who uses the API."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

Direction = Literal["request", "response"]
"""Who writes what is described: a client, or the service."""


EVERY: Final = "every operation"


class Effect(StrEnum):
    """What a change means for a client that was written for the old definition."""

    BREAKING = "breaking"
    COMPATIBLE = "compatible"
    DOCUMENTATION = "documentation"


@dataclass(frozen=True, slots=True)
class Change:
    """One change: what it means, where in the operation it is, what it is, and of which operation."""

    effect: Effect
    where: str
    what: str
    operation: str


WIDER: Final[dict[Direction, Effect]] = {"request": Effect.COMPATIBLE, "response": Effect.BREAKING}
"""More is allowed than before: a client may send more, but may receive what it does not know."""
NARROWER: Final[dict[Direction, Effect]] = {"request": Effect.BREAKING, "response": Effect.COMPATIBLE}
"""Less is allowed than before: a client may send what is refused now, but receives what it knows."""
