"""The one place that hands out what a target may be asked: rate, requests and writes, over all machines."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from conformance.run.campaign.plan import Limits


@dataclass(frozen=True, slots=True)
class Granted:
    """What became of a request for a slot: taken, or to be asked for again in `wait` seconds, or refused."""

    wait: float = 0.0
    refused: str = ""


@dataclass
class TargetGate:
    """What was sent to one target, and what the tasks keep back for undo, by the holder's name.

    A task that is judged again holds under the same name: what was kept for its undo stays kept.
    """

    limits: Limits
    clock: Callable[[], float] = time.monotonic
    sent: int = 0
    writes: int = 0
    next: float = 0.0
    stopped: str = ""
    reserved: dict[str, int] = field(default_factory=dict)

    def take(self, holder: str, *, writes: bool, undo: bool, kept: int, reserved: int) -> Granted:
        """Give a slot to a holder that keeps `kept` undo requests possible and owes `reserved` after it."""
        kept += sum(count for name, count in self.reserved.items() if name != holder)
        refused = "" if undo else self.stopped
        if refused := refused or self._spent(kept, writes=writes):
            return Granted(refused=refused)
        now = self.clock()
        if now < self.next:
            return Granted(wait=self.next - now)
        self.reserved[holder] = reserved
        self.sent += 1
        self.writes += writes
        self.next = now + (1.0 / self.limits.rate if self.limits.rate else 0.0)
        return Granted()

    def _spent(self, kept: int, *, writes: bool) -> str:
        limits, rest = self.limits, ", the rest is kept for undo" if kept else ""
        if limits.max_requests is not None and self.sent + 1 + kept > limits.max_requests:
            return f"budget spent: {self.sent} of {limits.max_requests} requests sent by the campaign{rest}"
        if writes and limits.max_writes is not None and self.writes + 1 + kept > limits.max_writes:
            return f"budget spent: {self.writes} of {limits.max_writes} writes sent by the campaign{rest}"
        return ""

    def block(self, seconds: float) -> None:
        """Let nobody send for so long: the target asked one of them to wait."""
        self.next = max(self.next, self.clock() + seconds)

    def stop(self, reason: str) -> None:
        """Refuse all but undo from now on."""
        self.stopped = self.stopped or reason

    def leave(self, holder: str) -> None:
        """Keep nothing back any more for a holder that is done."""
        self.reserved.pop(holder, None)
