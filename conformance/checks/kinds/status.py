"""The status of every response."""

from __future__ import annotations

from conformance.checks.check import response_check
from conformance.claims.openapi import Operation, ResponseSpec
from conformance.exchange.model import Exchange


def _not_excused(exchange: Exchange, documented: ResponseSpec | None) -> bool:
    return documented is not None or exchange.status not in exchange.request.tolerated


@response_check("documented-status", _not_excused)
def documented_status(exchange: Exchange, operation: Operation) -> str:
    """The status is one that the page lists (or that an odd request may be answered with)."""
    status = exchange.status
    return "" if status in operation.responses else f"status {status}, which the page does not list"
