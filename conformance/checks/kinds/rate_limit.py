"""The rate limit: a 429 says how long to wait, and after that the limit lifts."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from conformance.checks.check import Check, Seen, check, response_check
from conformance.claims.openapi import Operation, brief
from conformance.client.retry_after import retry_after
from conformance.exchange.model import Exchange
from conformance.exchange.redaction import Redactor


@response_check("retry-after-in-seconds", lambda exchange, _: exchange.status == HTTPStatus.TOO_MANY_REQUESTS)
def says_how_long(exchange: Exchange, _: Operation) -> str:
    """A 429 says in whole seconds how long to wait."""
    value = exchange.header("Retry-After")
    if value is None:
        return "429 without a Retry-After header"
    if retry_after(exchange) is None:
        return f"Retry-After: {brief(value, 60)}, which is no number of seconds"
    return ""


@check("rate-limit-lifts")
class RateLimitLifts(Check):
    """After the seconds of Retry-After the client may send again.

    A set-up request has no requirements: what it meets is booked on the operation that was answered last.
    """

    def __init__(self, redactor: Redactor) -> None:
        super().__init__(redactor)
        self._latest: Exchange | None = None

    def exchange(self, exchange: Exchange) -> Iterable[Seen]:
        """Remember the last exchange of a documented operation."""
        if exchange.status is not None and exchange.request.operation is not None:
            self._latest = exchange
        return ()

    def rate_limit(self, exchange: Exchange, *, lifted: bool) -> Iterable[Seen]:
        """Judge an exchange that came after its own Retry-After."""
        if lifted:
            yield Seen(exchange)
        elif retry_after(exchange) is not None:
            about = exchange if exchange.request.operation is not None else self._latest or exchange
            yield Seen(about, "still refused after waiting as Retry-After says, again and again")
