"""One waiver, and how it stands on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

LONGEST: Final = timedelta(days=90)
"""How far ahead a waiver may expire: after that somebody has to look at it again."""


class State(StrEnum):
    """How a waiver stands: in force, past its day, or covering nothing that is violated."""

    ACTIVE = "active"
    EXPIRED = "expired"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Waiver:
    """One row of the waivers file. `row` counts from one and `line` is where it begins in the file."""

    requirement: str
    operation: str
    target: str
    reason: str
    defect: str
    owner: str
    first_seen: date
    expires: date
    kind: str = "failing"
    row: int = 0
    line: int = 0

    @property
    def pair(self) -> tuple[str, str]:
        """Return requirement and operation, the key of a verdict."""
        return (self.requirement, self.operation)

    @property
    def flaky(self) -> bool:
        """Tell whether the violation comes and goes, so that a pass says nothing."""
        return self.kind == "flaky"

    def expired(self, today: date) -> bool:
        """Tell whether the waiver is over; on its last day it still holds."""
        return self.expires < today


@dataclass(frozen=True, slots=True)
class WaiverState:
    """A waiver and how it stands; `days_left` is negative once it is over."""

    waiver: Waiver
    state: State
    days_left: int

    def to_document(self) -> dict[str, str]:
        """Return the row of `waivers` in run.json."""
        waiver = self.waiver
        return {
            "requirement": waiver.requirement,
            "operation": waiver.operation,
            "target": waiver.target,
            "reason": waiver.reason,
            "defect": waiver.defect,
            "owner": waiver.owner,
            "first_seen": waiver.first_seen.isoformat(),
            "expires": waiver.expires.isoformat(),
            "kind": waiver.kind,
            "state": self.state.value,
        }

    def sentence(self) -> str:
        """Return what to do about it."""
        what = f"the waiver of {self.waiver.requirement} of {self.waiver.operation} ({self.waiver.owner})"
        match self.state:
            case State.ACTIVE:
                return f"{what} holds for {self.days_left} more days"
            case State.EXPIRED:
                return f"{what} expired on {self.waiver.expires}: mend the defect, or look again and renew it"
            case State.STALE:
                return f"{what} covers nothing: it holds again, so take the row out"
