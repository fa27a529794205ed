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
UNLIMITED: Final = 1_000_000
GLANCE: Final = 0.5
"""Seconds after which whoever waits looks again whether the run was stopped."""


@dataclass
class Budget:
    """Rate, number of requests and of writes, and the stop sign; safe to share among threads.

    `rate` is requests a second or None. `reserve` tells how many undo calls are still owed: those are kept
    back from `max_requests` and `max_writes`, so that a spent budget never leaves anything behind.
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
    _gate: Condition = field(default_factory=Condition)

    def acquire(self, *, writes: bool, undo: bool = False, owes: int = 0, again: bool = False) -> None:
        """Wait for a slot and take it; `NotJudged` when the budget is spent or the run was stopped.

        `owes` is how many undo calls the request will leave behind if it succeeds; `again` marks a second
        try, which never spends what is kept back, not even for an undo call.
        """
        with self._gate:
            while True:
                self._check(writes=writes, undo=undo, kept=0 if undo and not again else self.reserve() + owes)
                now = self.clock()
                if now >= self._next:
                    break
                self._wait(self._next - now)
            self.sent += 1
            self.writes += writes
            self._next = now + (1.0 / self.rate if self.rate else 0.0)

    def _check(self, *, writes: bool, undo: bool, kept: int) -> None:
        if self.stopped and (self.closed or not undo):
            raise NotJudged(self.stopped)
        rest = ", the rest is kept for undo" if kept else ""
        if self.max_requests is not None and self.sent + 1 + kept > self.max_requests:
            raise NotJudged(f"budget spent: {self.sent} of {self.max_requests} requests sent{rest}")
        if writes and self.max_writes is not None and self.writes + 1 + kept > self.max_writes:
            raise NotJudged(f"budget spent: {self.writes} of {self.max_writes} writes sent{rest}")

    def _wait(self, seconds: float) -> None:
        before = self.clock()
        self._gate.wait(min(seconds, GLANCE))
        self.waited += self.clock() - before

    def left(self) -> int:
        """Return how many requests may still be sent, undo set aside; a large number without a limit."""
        if self.max_requests is None:
            return UNLIMITED
        return max(0, self.max_requests - self.sent - self.reserve())

    def block(self, seconds: float) -> None:
        """Let nobody send for as long as the server asked (a ``Retry-After`` in seconds)."""
        with self._gate:
            self._next = max(self._next, self.clock() + seconds + MARGIN)

    def pause(self, seconds: float) -> None:
        """Wait without sending; `NotJudged` as soon as the run is stopped."""
        until = self.clock() + seconds
        with self._gate:
            while (left := until - self.clock()) > 0:
                if self.stopped:
                    raise NotJudged(self.stopped)
                self._gate.wait(min(left, GLANCE))

    def stop(self, reason: str, *, undo_too: bool = False) -> None:
        """Let only undo calls through from now on (with `undo_too` nothing); the report says `reason`."""
        with self._gate:
            self.stopped = self.stopped or reason
            self.closed = self.closed or undo_too
            self._gate.notify_all()
