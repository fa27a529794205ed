"""What an error is called."""

from __future__ import annotations

from typing import Final

from conformance.checks.check import ERROR, response_check
from conformance.checks.request_faults import faults_of
from conformance.checks.values import shown
from conformance.claims.openapi import Operation, ResponseSpec
from conformance.exchange.model import ABSENT, Exchange, value_at

FORBIDDEN: Final = 403
INVALID: Final = 422
OWNER: Final = "owner"


def _documented_error(exchange: Exchange, documented: ResponseSpec | None) -> bool:
    return documented is not None and (exchange.status or 0) >= ERROR and exchange.at("/error") is not ABSENT


@response_check("error-code", _documented_error)
def has_its_code(exchange: Exchange, operation: Operation) -> str:
    """The code of an error is not empty, and where the page names the cause it is the code of the page.

    That is 422 to a request that is surely invalid, and 403 to whom a permission is missing.
    """
    code = exchange.at("/error/code")
    if isinstance(code, str) and not code.strip():
        return f"code {code!r}"
    documented = operation.responses.get(exchange.status or 0)
    wanted = value_at(documented.example, "/error/code") if documented else ABSENT
    is_named = (exchange.status == INVALID and bool(faults_of(exchange, operation))) or (
        exchange.status == FORBIDDEN and exchange.role != OWNER
    )
    return f"code {shown(code)}, not {wanted}" if is_named and wanted not in (ABSENT, code) else ""
