"""How to wait for what a target shows late, and how to ask several things at the same moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from conformance.client import Client, retry_after
from conformance.exchange.model import Exchange

T = TypeVar("T")
FIRST_PAUSE = 0.4
MARGIN = 0.1
"""Seconds added to `Retry-After`, so that rounding at the server never makes us early."""


@dataclass
class Eventually:
    """Looks until it is good or reads had their time; reads may lag behind writes.

    `consistency_timeout` is how many seconds a write may take to show. `lag` is the longest that one was seen
    to take: it is waited for before the next look, so that a slow target costs time and no requests.
    """

    client: Client
    consistency_timeout: float
    lag: float = 0.0

    def __call__(self, look: Callable[[], T], good: Callable[[T], bool]) -> T:
        """Return the first good look, or the last one."""
        started, pause = time.monotonic(), FIRST_PAUSE
        rest = self.client.counts.last_write + min(self.lag, self.consistency_timeout) - started
        if self.lag and rest > 0:
            time.sleep(rest)
        seen = look()
        while not good(seen) and time.monotonic() - started + pause <= self.consistency_timeout:
            time.sleep(pause)
            pause *= 2
            seen = look()
            if good(seen):
                self.lag = max(self.lag, time.monotonic() - started)
        return seen


@dataclass
class ClientLimit:
    """Until when a client may send nothing, as it was last told; whatever it sends counts, so all wait."""

    until: float = 0.0

    def told(self, response: Exchange, longest: float) -> None:
        """Take in for how long a response says to wait, at most the `longest` seconds."""
        self.until = time.monotonic() + min(retry_after(response) or 0.0, longest) + MARGIN

    def rest(self) -> float:
        """Return the seconds that are left."""
        return self.until - time.monotonic()
