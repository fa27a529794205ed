"""Connections that are closed without a whole response."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from conformance.checks.check import Check, Seen, check
from conformance.exchange.model import Exchange
from conformance.exchange.redaction import Redactor

TRIES: Final = 3
"""Aborted responses to one request, each time it was sent, that count as a violation."""
LOST_RESPONSES: Final = 5
SHARE: Final = 0.06
"""So many lost responses per operation, and such a share of its requests, count as a violation."""


@check("wholeness")
class Wholeness(Check):
    """A request is answered with a whole response.

    `TRIES` aborted responses to one request, or many of one operation, are a violation as soon as another
    request succeeds: until then the target may be unreachable.
    """

    def __init__(self, redactor: Redactor) -> None:
        super().__init__(redactor)
        self._aborted: list[Exchange] = []
        self._sent: Counter[str] = Counter()
        self._lost: Counter[str] = Counter()

    def exchange(self, exchange: Exchange) -> Iterable[Seen]:
        """Keep an aborted response until another exchange shows that the target is there."""
        documented = exchange.request.operation is not None
        self._sent[exchange.operation_id] += 1
        if exchange.no_answer:
            if documented and exchange.is_broken:
                self._aborted.append(exchange)
            return
        tries = Counter(id(lost.request) for lost in self._aborted)
        for lost in self._aborted:
            self._lost[lost.operation_id] += 1
            if tries[id(lost.request)] >= TRIES or self._is_often(lost.operation_id):
                yield Seen(lost, f"no whole response, again and again: {lost.failure}")
        self._aborted.clear()
        if documented:
            yield Seen(exchange)

    def _is_often(self, operation: str) -> bool:
        return self._lost[operation] >= max(LOST_RESPONSES, SHARE * self._sent[operation])
