"""Groups the violations of a run by the deviation that explains them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from conformance.analysis.causes.deviation import deviation_of
from conformance.claims.requirements import Catalogue
from conformance.exchange.model import Exchange
from conformance.results.causes import EVERY_OPERATION, Cause
from conformance.results.verdicts import VIOLATED, Verdict


def causes_of(
    verdicts: Iterable[Verdict], exchanges: Mapping[str, Exchange], catalogue: Catalogue
) -> tuple[Cause, ...]:
    """Return the causes of a run's violations, the one that explains most first; each violation is in one.

    `exchanges` are those of the run by id.
    """
    groups: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.outcome in VIOLATED:
            wide = len(catalogue.rows[verdict.requirement].operations) > 1
            where = EVERY_OPERATION if wide else verdict.operation
            groups.setdefault((where, deviation_of(verdict)), []).append(verdict)
    causes = [_cause(deviation, found, exchanges) for (_, deviation), found in groups.items()]
    return tuple(sorted(causes, key=lambda cause: (-len(cause.explains), cause.key)))


def _cause(deviation: str, found: Sequence[Verdict], exchanges: Mapping[str, Exchange]) -> Cause:
    operations = {verdict.operation for verdict in found}
    operation = operations.pop() if len(operations) == 1 else EVERY_OPERATION
    evidence = {name for verdict in found for name in verdict.evidence[-1:] if name in exchanges}
    return Cause(
        key=hashlib.sha256(f"{operation}\n{deviation}".encode()).hexdigest()[:12],
        sentence=deviation,
        operation=operation,
        explains=tuple("@".join(verdict.pair) for verdict in found),
        evidence=tuple(sorted(evidence, key=lambda name: _size(exchanges[name]))),
    )


def _size(exchange: Exchange) -> tuple[int, str]:
    """Return how much there is to read of an exchange, in bytes."""
    return len(exchange.url) + len(exchange.sent_body or b"") + len(exchange.content), exchange.id
