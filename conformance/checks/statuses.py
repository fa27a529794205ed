"""What became of a request, decided in one place: it was carried out, it was refused, or nobody knows."""

from __future__ import annotations

from typing import Final

from conformance.exchange.model import Exchange

SUCCESS: Final = range(200, 300)
REFUSAL: Final = range(400, 500)


def carried_out(exchange: Exchange) -> bool:
    """Tell whether a request was carried out, whatever status of success says so."""
    return exchange.status in SUCCESS


def refused(exchange: Exchange) -> bool:
    """Tell whether the target refused a request: an error of its own (5xx) or no response refuses nothing."""
    return exchange.status in REFUSAL
