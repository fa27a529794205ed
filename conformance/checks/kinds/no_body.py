"""A status that is documented without a body."""

from __future__ import annotations

from conformance.checks.check import response_check, without_body
from conformance.claims.openapi import Operation
from conformance.exchange.model import Exchange


@response_check("no-body", without_body)
def has_no_body(exchange: Exchange, _: Operation) -> str:
    """A status that is documented without a body has none, and announces none."""
    length = exchange.header("Content-Length")
    if exchange.content:
        return f"a body of {len(exchange.content)} bytes or more"
    return "" if length in (None, "", "0") else f"Content-Length: {length}"
