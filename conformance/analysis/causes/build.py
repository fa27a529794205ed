"""From the violations of a run to its causes: key, sentence, what each explains and what proves it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from conformance.analysis.causes.grouping import Group, grouped
from conformance.analysis.causes.kinds import Kind
from conformance.analysis.causes.reading import deviation_of
from conformance.analysis.causes.sign import Sign
from conformance.analysis.causes.themes import theme_of
from conformance.analysis.causes.words import sentence_of
from conformance.checks.values import GUID
from conformance.claims.requirements import Catalogue
from conformance.exchange.model import CORRELATION_ID, Exchange
from conformance.exchange.trace import trace_id
from conformance.results.causes import EVERY_OPERATION, Cause, Diagnosis
from conformance.results.verdicts import VIOLATED, Verdict

_OF_REQUIREMENT: Final = frozenset({Kind.EFFECT, Kind.STATE, Kind.OTHER})
"""Kinds whose deviation is told by the requirement alone: what a read shows has a form of its own in each."""
KEY: Final = 12
"""So many characters of its hash are the key of a cause."""


def causes_of(
    verdicts: Iterable[Verdict],
    exchanges: Mapping[str, Exchange],
    catalogue: Catalogue,
    looks_like: Callable[[Group], tuple[Diagnosis, ...]] = lambda _: (),
) -> tuple[Cause, ...]:
    """Return the causes of a run's violations, the gravest first; each violation is in exactly one.

    `exchanges` are those of the run by id, `looks_like` names known defects. Since when is left open.
    """
    booked = list(verdicts)
    signs = signs_of(booked, exchanges, catalogue)
    operations = len({verdict.operation for verdict in booked})
    causes = [_cause(group, exchanges, operations, looks_like(group)) for group in grouped(signs)]
    grave = {verdict.pair: verdict.outcome.value for verdict in booked}
    return tuple(
        sorted(
            causes,
            key=lambda cause: (
                "FAIL" not in {grave[_pair(name)] for name in cause.explains},
                -len(cause.explains),
                cause.key,
            ),
        )
    )


def signs_of(
    verdicts: Iterable[Verdict], exchanges: Mapping[str, Exchange], catalogue: Catalogue
) -> list[Sign]:
    """Return what each violation shows; a requirement that the catalogue does not know shows nothing."""
    places = {name: place for place, name in enumerate(catalogue.rows)}
    found = []
    for verdict in verdicts:
        row = catalogue.rows.get(verdict.requirement)
        if verdict.outcome in VIOLATED and row is not None:
            exchange = exchanges.get(verdict.evidence[-1]) if verdict.evidence else None
            found.append(Sign(verdict, row, deviation_of(verdict, row, exchange), exchange, places[row.id]))
    return found


def key_of(group: Group) -> str:
    """Return the key of a cause: of what deviates, where and how, and of nothing else."""
    first = group.first
    about = first.row.id if first.kind in _OF_REQUIREMENT else first.about
    where = group.operations[0] if len(group.operations) == 1 else EVERY_OPERATION
    return hashlib.sha256(f"{where}\n{first.kind}\n{about}".encode()).hexdigest()[:KEY]


def _cause(
    group: Group, exchanges: Mapping[str, Exchange], operations: int, diagnosis: tuple[Diagnosis, ...]
) -> Cause:
    first = group.first
    proofs = {name for sign in group.shown for name in sign.verdict.evidence[-1:] if name in exchanges}
    evidence = sorted(proofs, key=lambda name: _size(exchanges[name]))
    best = exchanges[evidence[0]] if evidence else None
    return Cause(
        key=key_of(group),
        sentence=sentence_of(group, operations),
        operation=group.operations[0] if len(group.operations) == 1 else EVERY_OPERATION,
        theme=theme_of(first),
        explains=tuple(sign.name for sign in group.signs),
        evidence=tuple(evidence),
        correlation=_correlation(best),
        trace=trace_id(best.sent_headers) if best else "",
        diagnosis=diagnosis,
    )


def _correlation(exchange: Exchange | None) -> str:
    """Return the response's correlation id where it is a GUID: what else a server says may hold a secret."""
    value = ((exchange.header(CORRELATION_ID) if exchange else "") or "").strip()
    return value if GUID.fullmatch(value) else ""


def _pair(name: str) -> tuple[str, str]:
    requirement, _, operation = name.partition("@")
    return requirement, operation


def _size(exchange: Exchange) -> tuple[int, str]:
    """Return how much there is to read of an exchange, in bytes."""
    return len(exchange.url) + len(exchange.sent_body or b"") + len(exchange.content), exchange.id
