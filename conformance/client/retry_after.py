"""How long a response asks to wait: ``Retry-After`` in seconds, or as a date on the clock of the sender."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from conformance.exchange.model import Exchange

DIGITS: Final = 9
"""A wait with more digits than this is more than thirty years: no number of seconds that anybody means."""


def retry_after(exchange: Exchange) -> float | None:
    """Return the seconds of a ``Retry-After`` header, or None where it has no number of seconds."""
    value = (exchange.header("Retry-After") or "").strip()
    return float(value) if value.isdigit() and value.isascii() and len(value) < DIGITS else None


def wait_of(exchange: Exchange) -> float | None:
    """Return how long a ``Retry-After`` asks to wait, in seconds or as a date; None where it says nothing.

    A date is judged by the response's own ``Date``: whose clock is wrong does not matter then.
    """
    seconds = retry_after(exchange)
    value = (exchange.header("Retry-After") or "").strip()
    if seconds is not None or not value:
        return seconds
    if value.isdigit() and value.isascii():
        return float("inf")
    try:
        return max(0.0, float(value)) if value[0].isdigit() else _until(value, exchange)
    except (ValueError, TypeError, OverflowError):
        return None


def _until(moment: str, exchange: Exchange) -> float:
    try:
        now = _seconds(exchange.header("Date") or "")
    except (ValueError, TypeError, OverflowError):
        now = exchange.started + exchange.elapsed_ms / 1000
    return max(0.0, _seconds(moment) - now)


def _seconds(moment: str) -> float:
    """Return an HTTP date of any of its three forms as seconds since the epoch (RFC 9110, 5.6.7)."""
    read: datetime = parsedate_to_datetime(moment)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
