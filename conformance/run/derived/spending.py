"""What the judging of an added API may cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from conformance.client import Client
from conformance.generate.world.reasons import Spent

FEWEST: Final = {"quick": 120, "nightly": 600, "release": 600}
STEPS: Final = {"quick": 6, "nightly": 40, "release": 40}
"""Steps that sequences about one kind of things may take."""
PER_OPERATION: Final = {"quick": 12, "nightly": 40, "release": 40}


def limit_of(run_profile: str, operations: int) -> int:
    """Return how many requests the judging of so many operations may take, undo included."""
    return max(FEWEST[run_profile], PER_OPERATION[run_profile] * operations)


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
        """Return how many requests were sent, with the DELETE and the read of each creation's undo."""
        sent = sum(self.client.counts.per_purpose.values()) - self._before
        return sent + self.client.ledger.made + len(self.client.ledger.unfinished())

    def refuse_more(self, wanted: int = 1) -> None:
        """Raise `Spent` where so many requests are more than what is left."""
        if self.spent + wanted > self.limit - self.reserved:
            raise Spent(f"the budget of {self.limit} requests is spent")
