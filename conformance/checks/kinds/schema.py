"""The body of every response that is documented with one."""

from __future__ import annotations

from conformance.checks.check import of_error, of_success, response_check
from conformance.claims.openapi import Operation, brief
from conformance.exchange.model import ABSENT, Exchange


@response_check("success-schema", of_success)
@response_check("error-schema", of_error)
def follows_its_schema(exchange: Exchange, operation: Operation) -> str:
    """The body of a success, or of an error, is what its documented schema says."""
    if exchange.truncated:
        return f"a body of more than {len(exchange.content)} bytes"
    if exchange.json is ABSENT:
        return (
            f"a body that is no JSON: {brief(exchange.text, 80)!r}" if exchange.content else "an empty body"
        )
    return "; ".join(operation.responses[exchange.status or 0].errors(exchange.json)[:3])
