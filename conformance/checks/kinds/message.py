"""What an error says to a human."""

from __future__ import annotations

from conformance.checks.check import ERROR, response_check
from conformance.claims.openapi import Operation, ResponseSpec
from conformance.exchange.model import Exchange


def _documented_error(exchange: Exchange, documented: ResponseSpec | None) -> bool:
    return documented is not None and (exchange.status or 0) >= ERROR


@response_check("message-present", _documented_error)
def has_a_message(exchange: Exchange, _: Operation) -> str:
    """The message of an error is not empty."""
    message = exchange.at("/error/message")
    return f"message {message!r}" if isinstance(message, str) and not message.strip() else ""
