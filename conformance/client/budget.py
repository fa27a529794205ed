"""How much and how fast: one gate that every request of a run passes, whichever process sends it, and why."""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.client.process_lock import new_gate
from conformance.errors import NotJudged

MARGIN: Final = 0.1
"""Seconds added to `Retry-After`, so that rounding at the server never makes us early."""
UNLIMITED: Final = 1_000_000
GLANCE: Final = 0.1
"""Seconds after which whoever waits looks again whether it is its turn, or the run was stopped."""
SEATS: Final = 64
"""How many processes may share one budget."""
LONGEST_REASON: Final = 500


class Tally(ctypes.Structure):
    """What was spent and what is owed: plain memory, so that several processes can share it.

    `next` is the moment, by the monotonic clock that all processes of a machine share, from which the next
    request may be sent; `owed` is the number of undo calls that each process has still to send.
    """

    _fields_ = (
        ("sent", ctypes.c_long),
        ("writes", ctypes.c_long),
        ("next", ctypes.c_double),
        ("closed", ctypes.c_bool),
        ("stopped", ctypes.c_char * LONGEST_REASON),
        ("owed", ctypes.c_long * SEATS),
    )
    sent: int
    writes: int
    next: float
    closed: bool
    stopped: bytes
    owed: Any


@dataclass
class Budget:
    """Rate, number of requests and of writes, and the stop sign; safe to share among threads and processes.

    `rate` is requests a second or None. `reserve` tells how many undo calls this process still owes: those of
    all processes are kept back from `max_requests` and `max_writes`, so that a spent budget never leaves
    anything behind. `tally` and `gate` are shared by the processes of a run, each in its own `seat`. The gate
    is a lock that its holder may take again, since a signal's handler stops the run wherever it was.
    """

    rate: float | None = None
    max_requests: int | None = None
    max_writes: int | None = None
    reserve: Callable[[], int] = lambda: 0
    clock: Callable[[], float] = time.monotonic
    waited: float = 0.0
    tally: Tally = field(default_factory=Tally)
    gate: Any = field(default_factory=threading.RLock)
    seat: int = 0

    @property
    def sent(self) -> int:
        """Return how many requests all processes of the run sent."""
        return self.tally.sent

    @property
    def writes(self) -> int:
        """Return how many of them write."""
        return self.tally.writes

    @property
    def stopped(self) -> str:
        """Return why the run was stopped, or nothing."""
        return self.tally.stopped.decode(errors="ignore")

    def share(self, context: Any) -> tuple[Tally, Any]:
        """Move into memory that the processes of this context can share; return it and its gate."""
        with self.gate:
            shared = context.RawValue(Tally)
            ctypes.pointer(shared)[0] = self.tally
            self.tally, self.gate = shared, new_gate(context)
        return self.tally, self.gate

    def join(self, tally: Tally, gate: Any, seat: int) -> None:
        """Spend from the budget that another process shared, and owe undo calls in a seat of our own."""
        self.tally, self.gate, self.seat = tally, gate, seat

    def vacate(self, seat: int) -> None:
        """Forget what a process owed that is gone: somebody else owes it now."""
        with self.gate:
            self.tally.owed[seat] = 0

    def acquire(self, *, writes: bool, undo: bool = False, owes: int = 0, again: bool = False) -> None:
        """Wait for a slot and take it; `NotJudged` when the budget is spent or the run was stopped.

        `owes` is how many undo calls the request will leave behind if it succeeds; `again` marks a second
        try, which never spends what is kept back, not even for an undo call.
        """
        while (left := self._take(writes=writes, undo=undo, owes=owes, again=again)) > 0:
            before = self.clock()
            time.sleep(min(left, GLANCE))
            self.waited += self.clock() - before

    def _take(self, *, writes: bool, undo: bool, owes: int, again: bool) -> float:
        """Take a slot, or return the seconds to wait for one."""
        with self.gate:
            own = self.reserve()
            self.tally.owed[self.seat] = own
            others = sum(self.tally.owed) - own
            self._check(writes=writes, undo=undo, kept=others if undo and not again else own + others + owes)
            now = self.clock()
            if now < self.tally.next:
                return self.tally.next - now
            self.tally.owed[self.seat] = max(0, own + (-1 if undo else owes))
            self.tally.sent += 1
            self.tally.writes += writes
            self.tally.next = now + (1.0 / self.rate if self.rate else 0.0)
        return 0.0

    def _check(self, *, writes: bool, undo: bool, kept: int) -> None:
        if self.stopped and (self.tally.closed or not undo):
            raise NotJudged(self.stopped)
        rest = ", the rest is kept for undo" if kept else ""
        if self.max_requests is not None and self.sent + 1 + kept > self.max_requests:
            raise NotJudged(f"budget spent: {self.sent} of {self.max_requests} requests sent{rest}")
        if writes and self.max_writes is not None and self.writes + 1 + kept > self.max_writes:
            raise NotJudged(f"budget spent: {self.writes} of {self.max_writes} writes sent{rest}")

    def left(self) -> int:
        """Return how many requests may still be sent, undo set aside; a large number without a limit."""
        if self.max_requests is None:
            return UNLIMITED
        others: int = sum(self.tally.owed) - self.tally.owed[self.seat]
        return max(0, self.max_requests - self.sent - self.reserve() - others)

    def block(self, seconds: float) -> None:
        """Let nobody send for as long as the server asked (a ``Retry-After`` in seconds)."""
        with self.gate:
            self.tally.next = max(self.tally.next, self.clock() + seconds + MARGIN)

    def pause(self, seconds: float) -> None:
        """Wait without sending; `NotJudged` as soon as the run is stopped."""
        until = self.clock() + seconds
        while (left := until - self.clock()) > 0:
            if self.stopped:
                raise NotJudged(self.stopped)
            time.sleep(min(left, GLANCE))

    def stop(self, reason: str, *, undo_too: bool = False) -> None:
        """Let only undo calls through from now on (with `undo_too` nothing); the report says `reason`."""
        with self.gate:
            self.tally.stopped = self.tally.stopped or reason.encode()[: LONGEST_REASON - 1]
            self.tally.closed = self.tally.closed or undo_too
