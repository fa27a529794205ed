"""Connections that are closed without a whole response."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from conformance.checks.check import Check, Seen, check
from conformance.exchange.model import Exchange
from conformance.exchange.redaction import Redactor

LOST_RESPONSES: Final = 3
"""Lost responses per operation that count as a violation, in a run that is otherwise answered."""


@check("wholeness")
class Wholeness(Check):
    """A request is answered with a whole response.

    Two aborted responses to one request, or `LOST_RESPONSES` of one operation, are a violation as soon as
    another request succeeds: until then the target may be unreachable.
    """

    def __init__(self, redactor: Redactor) -> None:
        super().__init__(redactor)
        self._aborted: list[Exchange] = []
        self._lost: Counter[str] = Counter()

    def exchange(self, exchange: Exchange) -> Iterable[Seen]:
        """Keep an aborted response until another exchange shows that the target is there."""
        documented = exchange.request.operation is not None
        if exchange.status is None:
            if documented and exchange.failure.startswith("broken"):
                self._aborted.append(exchange)
            return
        twice = {id(b.request) for a, b in pairwise(self._aborted) if a.request is b.request}
        for lost in self._aborted:
            self._lost[lost.operation_id] += 1
            if self._lost[lost.operation_id] >= LOST_RESPONSES or id(lost.request) in twice:
                yield Seen(lost, f"no whole response, again and again: {lost.failure}")
        self._aborted.clear()
        if documented:
            yield Seen(exchange)
