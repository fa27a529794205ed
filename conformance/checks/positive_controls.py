"""Whether a PASS is proven: a refusal proves what it was sent for if the operation is seen to succeed."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace

from conformance.checks.statuses import carried_out
from conformance.exchange.model import Exchange
from conformance.results.verdicts import Outcome, Verdict


def succeeded(exchange: Exchange, operation: str) -> bool:
    """Tell whether this is a request of the operation with a role's own token that was carried out."""
    return exchange.operation_id == operation and carried_out(exchange) and exchange.request.is_ours


def without_unproven(
    verdicts: Iterable[Verdict], exchanges: Mapping[str, Exchange], checks: Container[str]
) -> Iterator[Verdict]:
    """Yield what of a run's verdicts changes: each PASS of an operation that was never seen to succeed.

    `checks` are the requirements that are judged on whatever was exchanged: a success is added to their
    evidence. A scenario brings its own positive controls, and is not believed without them.
    """
    firsts: dict[str, Exchange] = {}
    for exchange in exchanges.values():
        if succeeded(exchange, exchange.operation_id):
            firsts.setdefault(exchange.operation_id, exchange)
    for each in verdicts:
        if each.outcome is not Outcome.PASS or not exchanges.keys() >= set(each.evidence):
            continue
        if any(succeeded(exchanges[name], each.operation) for name in each.evidence):
            continue
        control = firsts.get(each.operation)
        if control is not None and each.requirement in checks:
            yield replace(each, evidence=(control.id, *each.evidence))
        else:
            reason = f"nothing proves it: no request of {each.operation} that it rests on was carried out"
            yield replace(each, outcome=Outcome.CANNOT_JUDGE, reason=reason)
