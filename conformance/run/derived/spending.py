"""What the judging of an added API may cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from conformance.client import Client
from conformance.errors import NotJudged

BASE_REQUESTS: Final = 40
PER_OPERATION: Final = {"quick": 12, "nightly": 40, "release": 40}


def limit_of(run_profile: str, operations: int) -> int:
    """Return how many requests the judging of so many operations may take, undo included."""
    return BASE_REQUESTS + PER_OPERATION[run_profile] * operations


@dataclass
class Spending:
    """Counts what is sent for one API; `reserved` is kept back for what is sent last."""

    client: Client
    limit: int
    reserved: int = 0

    def __post_init__(self) -> None:
        """Begin to count."""
        self._before = sum(self.client.counts.per_purpose.values())

    @property
    def spent(self) -> int:
        """Return how many requests were sent, with those that the undo of what is there will take."""
        sent = sum(self.client.counts.per_purpose.values()) - self._before
        return sent + len(self.client.ledger.pending())

    def refuse_more(self, wanted: int = 1) -> None:
        """Raise `NotJudged` where so many requests are more than what is left."""
        if self.spent + wanted > self.limit - self.reserved:
            raise NotJudged(f"the budget of {self.limit} requests is spent")
