"""How much and how fast: every request of a run asks here first."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from conformance.errors import NotJudged

MARGIN: Final = 0.1
"""Seconds added to `Retry-After`, so that rounding at the server never makes us early."""
UNLIMITED: Final = 1_000_000
POLL_INTERVAL: Final = 0.1
"""Polling interval in seconds of whoever waits for a slot or for the end of a pause."""
SPARE: Final = 2
"""How many times the share of requests that were lost is kept back to send undo requests again."""


@dataclass(frozen=True)
class Slot:
    """What is asked of the budget: room for one request.

    `reserved_undos` is how many undo requests this one will make necessary if it succeeds. A retry never
    spends what is kept back for anything else, not even to undo.
    """

    writes: bool = False
    undo: bool = False
    reserved_undos: int = 0
    is_retry: bool = False


class Gate(Protocol):
    """What is asked besides before each request, where other processes send to the same target too."""

    def take(self, *, writes: bool, undo: bool, kept: int, reserved: int) -> float:
        """Take a slot and return 0, or return the seconds to wait; `NotJudged` where there is none left.

        `kept` undo requests of its own must stay possible; `reserved` are still to be sent after this one.
        """

    def block(self, seconds: float) -> None:
        """Let nobody send for so long."""


@dataclass
class Spent:
    """What was spent: requests, those of them that write, those without an answer of the API, and seconds.

    No answer of the API is a gateway's page, or no whole response.
    """

    sent: int = 0
    writes: int = 0
    lost: int = 0
    waited: float = 0.0


@dataclass
class Budget:
    """Rate, number of requests and of writes, and the stop sign; safe to share among threads.

    `rate` is requests a second or None. `reserve` tells how many undo requests are still to be sent: they
    are kept back from `max_requests` and `max_writes`, so that a spent budget never leaves anything behind.
    The lock can be taken again by its holder, since a signal's handler stops the run wherever it was. `clock`
    and `sleep` are in seconds. A `gate` has the last word where there is one.
    """

    rate: float | None = None
    max_requests: int | None = None
    max_writes: int | None = None
    reserve: Callable[[], int] = lambda: 0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    gate: Gate | None = None
    spent: Spent = field(default_factory=Spent)
    stopped: str = ""
    """Why the run was stopped, or nothing."""
    _closed: bool = False
    next_moment: float = 0.0
    """The moment from which the next request may be sent."""
    _lock: Any = field(default_factory=threading.RLock)

    def note_lost(self) -> None:
        """Count a request that got no answer of the API."""
        with self._lock:
            self.spent.lost += 1

    def _to_be_sent_again(self, undos: int) -> int:
        """Return how many of so many undo requests may be lost, by how many requests were up to now."""
        return -(-SPARE * undos * self.spent.lost // self.spent.sent) if self.spent.sent else 0

    def acquire(self, slot: Slot) -> None:
        """Wait for a slot and take it; `NotJudged` when the budget is spent or the run was stopped."""
        while (left := self._take(slot)) > 0:
            before = self.clock()
            self.sleep(min(left, POLL_INTERVAL))
            self.spent.waited += self.clock() - before

    def _take(self, slot: Slot) -> float:
        """Take a slot, or return the seconds to wait for one."""
        with self._lock:
            own = self.reserve()
            kept = self._kept(slot, own)
            self._refuse_spent(slot, kept)
            now = self.clock()
            if now < self.next_moment:
                return self.next_moment - now
            if self.gate is not None:
                after = max(0, own + (-1 if slot.undo else slot.reserved_undos))
                wait = self.gate.take(writes=slot.writes, undo=slot.undo, kept=kept, reserved=after)
                if wait > 0:
                    return wait
            self.spent.sent += 1
            self.spent.writes += slot.writes
            self.next_moment = now + (1.0 / self.rate if self.rate else 0.0)
        return 0.0

    def _kept(self, slot: Slot, own: int) -> int:
        """Return how much of the reserve a request must leave.

        An undo request is what it is for; a retry of one is still for the same thing, and leaves the others'.
        """
        if not slot.undo:
            undos = own + slot.reserved_undos
            return undos + self._to_be_sent_again(undos)
        return max(0, own - 1) if slot.is_retry else 0

    def _refuse_spent(self, slot: Slot, kept: int) -> None:
        self._refuse_stopped(undo=slot.undo)
        rest = ", the rest is kept for undo" if kept else ""
        if self.max_requests is not None and self.spent.sent + 1 + kept > self.max_requests:
            raise NotJudged(f"budget spent: {self.spent.sent} of {self.max_requests} requests sent{rest}")
        if slot.writes and self.max_writes is not None and self.spent.writes + 1 + kept > self.max_writes:
            raise NotJudged(f"budget spent: {self.spent.writes} of {self.max_writes} writes sent{rest}")

    def _refuse_stopped(self, *, undo: bool) -> None:
        if self.stopped and (self._closed or not undo):
            raise NotJudged(self.stopped)

    def left(self) -> int:
        """Return how many requests may still be sent, undo set aside; a large number without a limit."""
        if self.max_requests is None:
            return UNLIMITED
        own = self.reserve()
        return max(0, self.max_requests - self.spent.sent - own - self._to_be_sent_again(own))

    def block(self, seconds: float) -> None:
        """Let nobody send for as long as the server asked (a ``Retry-After`` in seconds)."""
        with self._lock:
            self.next_moment = max(self.next_moment, self.clock() + seconds + MARGIN)
            if self.gate is not None:
                self.gate.block(seconds + MARGIN)

    def pause(self, seconds: float, *, undo: bool = False) -> None:
        """Wait without sending; `NotJudged` as soon as the run is stopped (while undoing, as it must end)."""
        until = self.clock() + seconds
        while (left := until - self.clock()) > 0:
            self._refuse_stopped(undo=undo)
            self.sleep(min(left, POLL_INTERVAL))

    def stop(self, reason: str, *, undo_too: bool = False) -> None:
        """Let only undo requests through from now on (with `undo_too` nothing); the report says `reason`."""
        with self._lock:
            self.stopped = self.stopped or reason
            self._closed = self._closed or undo_too
