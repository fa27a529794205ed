"""One row of the waivers file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from conformance.results.model import WaiverStanding, WaiverState

LONGEST: Final = timedelta(days=90)
"""How far ahead a waiver may expire: after that somebody has to look at it again."""


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
    cause: str = ""
    """Key of the cause that the row names; it stands for each violation that the row covers."""

    @property
    def pair(self) -> tuple[str, str]:
        """Return requirement and operation, the key of a verdict."""
        return (self.requirement, self.operation)

    @property
    def flaky(self) -> bool:
        """Tell whether the violation comes and goes, so that a pass says nothing."""
        return self.kind == "flaky"

    def expired(self, today: date) -> bool:
        """Tell whether the waiver is over; on its last day it covers the violation."""
        return self.expires < today

    def standing(self, state: WaiverState) -> WaiverStanding:
        """Return the waiver as a run reports it, with how it stands."""
        return WaiverStanding(
            requirement=self.requirement,
            operation=self.operation,
            target=self.target,
            reason=self.reason,
            defect=self.defect,
            owner=self.owner,
            first_seen=self.first_seen.isoformat(),
            expires=self.expires.isoformat(),
            kind=self.kind,
            cause=self.cause,
            state=state,
        )
