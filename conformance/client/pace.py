"""One pace for the processes of a run: what one of them is told to wait for holds for all."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from conformance.client.process_lock import new_process_lock


@dataclass
class SharedPace:
    """A gate for processes of one machine: `rate` requests a second together, and a `Retry-After` for all.

    `next_moment` is the moment, by the monotonic clock that all processes of a machine share, from which the
    next request may be sent.
    """

    rate: float | None
    next_moment: Any
    lock: Any
    clock: Callable[[], float] = time.monotonic

    def take(self, *, writes: bool, undo: bool, kept: int, reserved: int) -> float:
        """Take a slot and return 0, or return the seconds to wait; how many there are each process knows."""
        del writes, undo, kept, reserved
        with self.lock:
            now = self.clock()
            if now < self.next_moment.value:
                return float(self.next_moment.value - now)
            self.next_moment.value = now + (1.0 / self.rate if self.rate else 0.0)
        return 0.0

    def block(self, seconds: float) -> None:
        """Let nobody send for so long."""
        with self.lock:
            self.next_moment.value = max(self.next_moment.value, self.clock() + seconds)


def new_pace(context: Any, rate: float | None) -> SharedPace:
    """Return a pace that can be given to the processes of this context when they are started."""
    return SharedPace(rate, context.RawValue(ctypes.c_double), new_process_lock(context))
