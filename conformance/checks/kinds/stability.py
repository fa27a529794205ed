"""How often something on the way answers in the API's place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from conformance.checks.check import Check, Seen, check
from conformance.exchange.model import Exchange
from conformance.exchange.redaction import Redactor

TOLERATED: Final = 0.05
"""The share of the requests of an operation that a gateway may answer, or that may get no whole response."""
LEAST: Final = 5
"""So many at least are no accident."""


@check("stability")
class Stability(Check):
    """Few requests of an operation get no answer of the API: a gateway's 502, 503 or 504, or a lost response.

    Such a request is sent again and judged by the answer that it gets then.
    """

    def __init__(self, redactor: Redactor) -> None:
        super().__init__(redactor)
        self._sent: Counter[str] = Counter()
        self._noise: Counter[str] = Counter()

    def exchange(self, exchange: Exchange) -> Iterable[Seen]:
        """Count the exchange, and judge the share of those without an answer up to now."""
        name = exchange.operation_id
        self._sent[name] += 1
        self._noise[name] += exchange.is_noise
        sent, noise = self._sent[name], self._noise[name]
        if not exchange.is_noise:
            return (Seen(exchange),)
        if noise < LEAST or noise < TOLERATED * sent:
            return ()
        return (
            Seen(exchange, f"{noise} of {sent} requests had no answer of the API ({exchange.no_answer})"),
        )
