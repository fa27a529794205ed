"""The value that the platform's support asks for."""

from __future__ import annotations

from conformance.checks.check import response_check
from conformance.checks.values import GUID
from conformance.claims.openapi import Operation, brief
from conformance.exchange.model import Exchange


@response_check("correlation-id")
def has_a_correlation_id(exchange: Exchange, _: Operation) -> str:
    """Every response carries an x-correlation-id that is a GUID."""
    value = exchange.header("x-correlation-id")
    if value is None:
        return "no x-correlation-id header"
    return "" if GUID.fullmatch(value.strip()) else f"x-correlation-id: {brief(value, 60)}, which is no GUID"
