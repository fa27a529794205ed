"""How much and how fast: one gate that every request of a run passes, whoever sends it and why."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition
from typing import Final

from conformance.errors import NotJudged

MARGIN: Final = 0.1
"""Seconds added to `Retry-After`, so that rounding at the server never makes us early."""


@dataclass
class Budget:
    """Rate, number of requests and of writes, and the stop sign; safe to share among threads.

    `rate` is requests a second or None. `reserve` tells how many undo calls are still owed: those are kept
    back from `max_requests`, so that a spent budget never leaves anything behind.
    """

    rate: float | None = None
    max_requests: int | None = None
    max_writes: int | None = None
    reserve: Callable[[], int] = lambda: 0
    clock: Callable[[], float] = time.monotonic
    sent: int = 0
    writes: int = 0
    waited: float = 0.0
    stopped: str = ""
    closed: bool = False
    _next: float = 0.0
    _blocked_until: float = 0.0
    _gate: Condition = field(default_factory=Condition)

    def acquire(self, *, writes: bool, undo: bool = False, owes: int = 0) -> None:
        """Wait for a slot and take it; `NotJudged` when the budget is spent or the run was stopped.

        `owes` is how many undo calls the request will leave behind if it succeeds.
        """
        with self._gate:
            self._check(writes=writes, undo=undo, owes=owes)
            self.sent += 1
            self.writes += writes and not undo
            slot = max(self.clock(), self._next)
            self._next = slot + (1.0 / self.rate if self.rate else 0.0)
            self._wait_until(slot, undo=undo)

    def _check(self, *, writes: bool, undo: bool, owes: int) -> None:
        if self.stopped and (self.closed or not undo):
            raise NotJudged(self.stopped)
        if undo:
            return
        if self.max_requests is not None and self.sent + 1 + self.reserve() + owes > self.max_requests:
            spent = f"{self.sent} of {self.max_requests} requests sent"
            reason = f"budget spent: {spent}, the rest is kept for undo"
            raise NotJudged(reason)
        if writes and self.max_writes is not None and self.writes >= self.max_writes:
            reason = f"budget spent: {self.writes} of {self.max_writes} writes sent"
            raise NotJudged(reason)

    def _wait_until(self, slot: float, *, undo: bool) -> None:
        while (left := max(slot, self._blocked_until) - self.clock()) > 0:
            if self.stopped and (self.closed or not undo):
                raise NotJudged(self.stopped)
            self.waited += min(left, 0.5)
            self._gate.wait(min(left, 0.5))

    def left(self) -> int:
        """Return how many requests may still be sent, undo set aside; a large number without a limit."""
        if self.max_requests is None:
            return 1_000_000
        return max(0, self.max_requests - self.sent - self.reserve())

    def block(self, seconds: float) -> None:
        """Let nobody send for as long as the server asked (a ``Retry-After`` in seconds)."""
        with self._gate:
            self._blocked_until = max(self._blocked_until, self.clock() + seconds + MARGIN)
            self._next = max(self._next, self._blocked_until)

    def stop(self, reason: str, *, undo_too: bool = False) -> None:
        """Let only undo calls through from now on (with `undo_too` nothing); the report says `reason`."""
        with self._gate:
            self.stopped = self.stopped or reason
            self.closed = self.closed or undo_too
            self._gate.notify_all()
