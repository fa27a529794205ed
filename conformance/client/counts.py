"""How many requests a run sent, and what for."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from conformance.client.retry import is_throttled
from conformance.exchange.model import Exchange


@dataclass
class Counts:
    """Counts exchanges by operation and by purpose; when the last one ended is in seconds of `clock`."""

    clock: Callable[[], float] = time.monotonic
    per_operation: dict[str, int] = field(default_factory=dict)
    per_purpose: dict[str, int] = field(default_factory=dict)
    throttled: int = 0
    last_write: float = 0.0
    last_request: float = 0.0

    def note(self, exchange: Exchange) -> None:
        """Count one exchange."""
        purpose = exchange.request.purpose
        operation = "token" if purpose == "token" else exchange.operation_id
        self.add({operation: 1}, {purpose: 1})
        self.throttled += is_throttled(exchange)
        self.last_request = self.clock()
        if exchange.request.writes and 200 <= (exchange.status or 0) < 300:  # noqa: PLR2004 - the 2xx class
            self.last_write = self.last_request

    def silence_left(self, seconds: float) -> float:
        """Return what is left of so many seconds in which nothing is to be sent."""
        return self.last_request + seconds - self.clock()

    def add(self, per_operation: Mapping[str, int], per_purpose: Mapping[str, int]) -> None:
        """Add what another process counted."""
        for more, total in ((per_operation, self.per_operation), (per_purpose, self.per_purpose)):
            for name, count in more.items():
                total[name] = total.get(name, 0) + count
