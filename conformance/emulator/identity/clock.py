"""A clock that belongs to the emulator, as a server's belongs to the server."""

from __future__ import annotations

import time
from collections.abc import Callable


def server_clock() -> Callable[[], float]:
    """Return a clock in seconds since 1970 that goes on while a test freezes or moves that of its process.

    Such tests replace `time.time` and `time.monotonic`; what they do not replace tells how much time went by.
    Where the system has nothing of the kind, it is `time.time`.
    """
    gettime = getattr(time, "clock_gettime", None)
    if gettime is None:
        return time.time
    kind = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    began, at = time.time(), gettime(kind)

    def now() -> float:
        seconds: float = began + gettime(kind) - at
        return seconds

    return now
