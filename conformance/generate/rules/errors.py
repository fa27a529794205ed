"""An error is what the definition documents for its status, whoever or whatever brought it about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from conformance.claims.endpoints import error_schema
from conformance.errors import NotApplicable, Violation
from conformance.exchange.model import ABSENT, Exchange
from conformance.generate.rules.case import Case, rule
from conformance.generate.rules.crashes import wrong_drafts
from conformance.generate.rules.valid import errors

ERROR: Final = 400


@rule("documented-error")
def has_documented_errors(case: Case) -> None:
    """Judge by all that was sent of the operation; where nothing was refused, by a request that is wrong."""
    found = [*_documented(case, case.sender.seen(case.endpoint))]
    if not found:
        case.control()
        found = [*_documented(case, [case.send(draft) for draft in wrong_drafts(case)])]
    if not found:
        raise NotApplicable("no error was seen of which the definition documents the JSON")
    for exchange, schema in found:
        faults = errors(case.endpoint.document, schema, exchange.json)
        if faults:
            actual = f"{exchange.summary()}: {'; '.join(faults[:3])}"
            raise Violation(f"the documented schema of {exchange.status}", actual, (exchange.id,))


def _documented(case: Case, exchanges: Sequence[Exchange]) -> Iterator[tuple[Exchange, dict[str, Any]]]:
    """Yield the errors of JSON of which the definition documents the schema."""
    for exchange in exchanges:
        status = exchange.status or 0
        if status < ERROR or exchange.json is ABSENT or exchange.is_gateway_page:
            continue
        schema = error_schema(case.endpoint, status)
        if schema is not None:
            yield exchange, schema
