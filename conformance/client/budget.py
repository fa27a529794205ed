"""How much and how fast: every request of a run asks here first, whichever process sends it, and why."""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from conformance.client.process_lock import new_process_lock
from conformance.errors import NotJudged

MARGIN: Final = 0.1
"""Seconds added to `Retry-After`, so that rounding at the server never makes us early."""
UNLIMITED: Final = 1_000_000
POLL_INTERVAL: Final = 0.1
"""Polling interval in seconds of whoever waits for a slot or for the end of a pause."""
SPARE: Final = 2
"""How many times the share of requests that were lost is kept back to send undo requests again."""
MAX_PROCESSES: Final = 64
"""How many processes may share one budget."""
LONGEST_REASON: Final = 500


class SharedCounters(ctypes.Structure):
    """What was spent and what is kept for undo: plain memory, so that several processes can share it.

    `lost` requests got no answer of the API: a gateway's page, or no whole response. `next` is the moment, by
    the monotonic clock that all processes of a machine share, from which the next request may be sent;
    `reserved` is the number of undo requests that each process has still to send.
    """

    _fields_ = (
        ("sent", ctypes.c_long),
        ("writes", ctypes.c_long),
        ("lost", ctypes.c_long),
        ("next", ctypes.c_double),
        ("closed", ctypes.c_bool),
        ("stopped", ctypes.c_char * LONGEST_REASON),
        ("reserved", ctypes.c_long * MAX_PROCESSES),
    )
    sent: int
    writes: int
    lost: int
    next: float
    closed: bool
    stopped: bytes
    reserved: Any


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
    """What is asked besides before each request, where other machines send to the same target too."""

    def take(self, *, writes: bool, undo: bool, kept: int, reserved: int) -> float:
        """Take a slot and return 0, or return the seconds to wait; `NotJudged` where there is none left.

        `kept` undo requests of its own must stay possible; `reserved` are still to be sent after this one.
        """

    def block(self, seconds: float) -> None:
        """Let nobody send for so long."""


@dataclass
class Budget:
    """Rate, number of requests and of writes, and the stop sign; safe to share among threads and processes.

    `rate` is requests a second or None. `reserve` tells how many undo requests this process has still to
    send: those of all processes are kept back from `max_requests` and `max_writes`, so that a spent budget
    never leaves anything behind. `counters` and `lock` are shared by the processes of a run, each with
    a number of its own (`process`). The lock can be taken again by its holder, since a
    signal's handler stops the run wherever it was. `clock` and `sleep` are in seconds. A `gate` has the last
    word where there is one.
    """

    rate: float | None = None
    max_requests: int | None = None
    max_writes: int | None = None
    reserve: Callable[[], int] = lambda: 0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    waited: float = 0.0
    counters: SharedCounters = field(default_factory=SharedCounters)
    lock: Any = field(default_factory=threading.RLock)
    process: int = 0
    gate: Gate | None = None

    @property
    def sent(self) -> int:
        """Return how many requests all processes of the run sent."""
        return self.counters.sent

    @property
    def writes(self) -> int:
        """Return how many of them write."""
        return self.counters.writes

    def note_lost(self) -> None:
        """Count a request that got no answer of the API."""
        with self.lock:
            self.counters.lost += 1

    def _to_be_sent_again(self, undos: int) -> int:
        """Return how many of so many undo requests may be lost, by how many requests were up to now."""
        return -(-SPARE * undos * self.counters.lost // self.sent) if self.sent else 0

    @property
    def stopped(self) -> str:
        """Return why the run was stopped, or nothing."""
        return self.counters.stopped.decode(errors="ignore")

    def share(self, context: Any) -> tuple[SharedCounters, Any]:
        """Move into memory that the processes of this context can share; return it and its lock."""
        with self.lock:
            shared = context.RawValue(SharedCounters)
            ctypes.pointer(shared)[0] = self.counters
            self.counters, self.lock = shared, new_process_lock(context)
        return self.counters, self.lock

    def join(self, counters: SharedCounters, lock: Any, process: int) -> None:
        """Spend from the budget that another process shared, as the process with this number."""
        self.counters, self.lock, self.process = counters, lock, process

    def vacate(self, process: int) -> None:
        """Forget what is kept for the undo of a process that is dead: somebody else does it now."""
        with self.lock:
            self.counters.reserved[process] = 0

    def acquire(self, slot: Slot) -> None:
        """Wait for a slot and take it; `NotJudged` when the budget is spent or the run was stopped."""
        while (left := self._take(slot)) > 0:
            before = self.clock()
            self.sleep(min(left, POLL_INTERVAL))
            self.waited += self.clock() - before

    def _take(self, slot: Slot) -> float:
        """Take a slot, or return the seconds to wait for one."""
        with self.lock:
            own, reserved = self.reserve(), self.counters.reserved
            reserved[self.process] = own
            others = sum(reserved) - own
            self._refuse_spent(slot, others + self._kept_of_own(slot, own))
            now = self.clock()
            if now < self.counters.next:
                return self.counters.next - now
            after = max(0, own + (-1 if slot.undo else slot.reserved_undos))
            if self.gate is not None:
                kept = self._kept_of_own(slot, own)
                wait = self.gate.take(writes=slot.writes, undo=slot.undo, kept=kept, reserved=after)
                if wait > 0:
                    return wait
            reserved[self.process] = after
            self.counters.sent += 1
            self.counters.writes += slot.writes
            self.counters.next = now + (1.0 / self.rate if self.rate else 0.0)
        return 0.0

    def _kept_of_own(self, slot: Slot, own: int) -> int:
        """Return how much of this process's own reserve a request must leave.

        An undo request is what it is for; a retry of one is still for the same thing, and leaves the others'.
        """
        if not slot.undo:
            undos = own + slot.reserved_undos
            return undos + self._to_be_sent_again(undos)
        return max(0, own - 1) if slot.is_retry else 0

    def _refuse_spent(self, slot: Slot, kept: int) -> None:
        self._refuse_stopped(undo=slot.undo)
        rest = ", the rest is kept for undo" if kept else ""
        if self.max_requests is not None and self.sent + 1 + kept > self.max_requests:
            raise NotJudged(f"budget spent: {self.sent} of {self.max_requests} requests sent{rest}")
        if slot.writes and self.max_writes is not None and self.writes + 1 + kept > self.max_writes:
            raise NotJudged(f"budget spent: {self.writes} of {self.max_writes} writes sent{rest}")

    def _refuse_stopped(self, *, undo: bool) -> None:
        if self.stopped and (self.counters.closed or not undo):
            raise NotJudged(self.stopped)

    def left(self) -> int:
        """Return how many requests may still be sent, undo set aside; a large number without a limit."""
        if self.max_requests is None:
            return UNLIMITED
        others: int = sum(self.counters.reserved) - self.counters.reserved[self.process]
        own = self.reserve()
        return max(0, self.max_requests - self.sent - own - self._to_be_sent_again(own) - others)

    def block(self, seconds: float) -> None:
        """Let nobody send for as long as the server asked (a ``Retry-After`` in seconds)."""
        with self.lock:
            self.counters.next = max(self.counters.next, self.clock() + seconds + MARGIN)
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
        with self.lock:
            self.counters.stopped = self.counters.stopped or reason.encode()[: LONGEST_REASON - 1]
            self.counters.closed = self.counters.closed or undo_too
