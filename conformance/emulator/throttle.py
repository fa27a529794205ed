"""Hold each client application to its limit."""

from __future__ import annotations

import math
from dataclasses import dataclass

from conformance.emulator.call import Call
from conformance.emulator.errors import RateError
from conformance.emulator.pipeline import Step
from conformance.emulator.provenance import Source, note
from conformance.emulator.replies import Reply, refuse

_UNITS = {"s": 1.0, "m": 60.0}

note(
    "throttle.retry-after-seconds",
    "A 429 carries Retry-After in whole seconds, after which a request is let through.",
    Source.DOC,
)
note(
    "throttle.after-authentication",
    "Requests count for their application, so only those with a good token count.",
    Source.ASSUMPTION,
)
note(
    "throttle.fixed-window",
    "The limit counts in windows that start with their first request.",
    Source.ASSUMPTION,
)


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
        self.rate = rate
        self._windows: dict[str, tuple[float, int]] = {}

    def wait(self, client: str, own: tuple[int, float] | None, now: float) -> int:
        """Count one request; return 0 if it may pass, else the whole seconds to wait."""
        rate = Rate(*own) if own else self.rate
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


def throttle(call: Call) -> Reply | None:
    """Refuse a request beyond the limit of its application."""
    seconds = call.emulator.throttle.wait(call.client, call.user.quota, call.emulator.clock())
    if not seconds:
        return None
    return refuse(
        429,
        "RateLimitExceeded",
        "The client sent more requests than allowed by this API for the current tier of the client.",
    ).with_header("Retry-After", str(seconds))


THROTTLE = (Step("throttle", throttle),)
