"""Hold each client application to its limit."""

from __future__ import annotations

import math
from dataclasses import dataclass

from conformance.emulator.errors import RateError

_UNITS = {"s": 1.0, "m": 60.0}


@dataclass(frozen=True)
class Rate:
    """A number of requests in a number of seconds."""

    requests: int
    seconds: float


def parse_rate(text: str) -> Rate:
    """Return the rate for N (a second), N/s or N/m; raise :class:`RateError`."""
    number, _, unit = text.strip().partition("/")
    try:
        rate = Rate(int(number), _UNITS[unit.strip() or "s"])
    except (ValueError, KeyError):
        rate = Rate(0, 0)
    if rate.requests < 1:
        raise RateError(f"{text!r} is not a rate: write N, N/s or N/m, with N at least 1")
    return rate


class Throttle:
    """Counts of the current window of each application."""

    def __init__(self, rate: Rate | None) -> None:
        self._rate = rate
        self._windows: dict[str, tuple[float, int]] = {}

    def wait(self, client: str, own: tuple[int, float] | None, now: float) -> int:
        """Count one request; return 0 if it may pass, else the whole seconds to wait."""
        rate = Rate(*own) if own else self._rate
        if rate is None:
            return 0
        start, count = self._windows.get(client, (now, 0))
        if now >= start + rate.seconds:
            start, count = now, 0
        if count >= rate.requests:
            return max(1, math.ceil(start + rate.seconds - now))
        self._windows[client] = (start, count + 1)
        return 0

    def reset(self) -> None:
        """Let every application start anew."""
        self._windows.clear()
