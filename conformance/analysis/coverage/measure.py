"""Counts what the exchanges of a run exercised of the documentation, and what of that its verdicts judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from conformance.analysis.coverage.documented import Documented, Parameter, documented
from conformance.analysis.coverage.exercised import (
    BROKEN,
    NO_TOKEN,
    Item,
    Watched,
    exchange_of,
    items,
    watched,
)
from conformance.analysis.coverage.reasons import Facts, Reasons
from conformance.analysis.coverage.schemas import Place
from conformance.checks.booker import check_of
from conformance.checks.check import ResponseCheck
from conformance.claims.openapi import Operation
from conformance.claims.requirements import Catalogue
from conformance.exchange.model import Exchange
from conformance.exchange.recorded import RecordedExchange
from conformance.exchange.redaction import Redactor
from conformance.results.coverage import DIMENSIONS, Cells, Coverage, OperationCoverage, covered
from conformance.results.verdicts import JUDGED

SCHEMA_CHECKS: Final = ("success-schema", "error-schema")
"""The checks that hold a body against its schema; without one, no keyword of a response was judged."""
OWNER: Final = "owner"


@dataclass
class _Counted:
    """What the exchanges of one operation exercised so far, and what of it was judged."""

    watched: Watched
    evidence: frozenset[str]
    checks: tuple[ResponseCheck, ...]
    schema_checks: tuple[ResponseCheck, ...]
    seen: Counter[Item] = field(default_factory=Counter)
    judged: Counter[Item] = field(default_factory=Counter)
    undocumented: Counter[str] = field(default_factory=Counter)

    def add(self, exchange: Exchange) -> None:
        """Count one exchange that the API answered; each item once, however often the exchange has it."""
        found = set(items(exchange, self.watched))
        self.seen.update(found)
        key = self.watched.documented.key_of(exchange.status or 0)
        if key is None:
            self.undocumented[str(exchange.status)] += 1
        is_judged = exchange.id in self.evidence or self._looked_at(self.checks, exchange)
        with_body = is_judged and self._looked_at(self.schema_checks, exchange)
        in_body = f"{key} /"
        self.judged.update(
            item
            for item in found
            if (with_body if item[0] == "keywords" and item[1].startswith(in_body) else is_judged)
        )

    def _looked_at(self, checks: tuple[ResponseCheck, ...], exchange: Exchange) -> bool:
        if exchange.request.off_spec:
            return False
        response = self.watched.operation.responses.get(exchange.status or 0)
        return any(check.applies(exchange, response) for check in checks)


def measure(exchanges: Iterable[RecordedExchange], facts: Facts) -> Coverage:
    """Return what of the documentation of the operations with a verdict was exercised and judged.

    An exchange counts where the API answered it. It is judged where a verdict rests on it, or a check of a
    requirement that was judged looks at such a response; a schema keyword only where a check of schemas does.
    """
    wanted = {verdict.operation for verdict in facts.verdicts}
    places: dict[str, dict[str, Place]] = {}
    counted = {
        name: _counted(operation, facts, places.setdefault(operation.api, {}))
        for name, operation in facts.catalogue.operations.items()
        if name in wanted
    }
    for recorded in exchanges:
        if (about := counted.get(recorded.operation)) is not None and recorded.response is not None:
            exchange = exchange_of(recorded, about.watched.operation)
            if not exchange.is_gateway_page:
                about.add(exchange)
    return covered({name: _operation(name, each, facts) for name, each in sorted(counted.items())})


def _counted(operation: Operation, facts: Facts, places: dict[str, Place]) -> _Counted:
    judged = [v for v in facts.verdicts if v.operation == operation.id and v.outcome in JUDGED]
    rows = [facts.catalogue.rows[v.requirement] for v in judged if v.requirement in facts.catalogue.rows]
    checks = [(row, check_of(row, Redactor())) for row in rows if row.check is not None]
    of_responses = [(row, check) for row, check in checks if isinstance(check, ResponseCheck)]
    return _Counted(
        watched(operation, documented(operation, places)),
        frozenset(name for verdict in judged for name in verdict.evidence),
        tuple(check for _, check in of_responses),
        tuple(check for row, check in of_responses if row.check in SCHEMA_CHECKS),
    )


def _operation(name: str, counted: _Counted, facts: Facts) -> OperationCoverage:
    known = dict.fromkeys(_documented_items(counted.watched.documented, _roles(name, facts.catalogue)))
    cells: dict[str, Cells] = {dimension: {} for dimension in DIMENSIONS}
    never: dict[str, list[str]] = {}
    reasons = Reasons(facts, name, counted.seen)
    for item in known:
        dimension, key = item
        cells[dimension][key] = (counted.seen[item], counted.judged[item])
        if not counted.judged[item]:
            never.setdefault(reasons.of(item), []).append(f"{dimension} {key}")
    return OperationCoverage(
        **cells,
        never={reason: tuple(keys) for reason, keys in never.items()},
        undocumented=dict(sorted(counted.undocumented.items())),
    )


def _roles(operation: str, catalogue: Catalogue) -> list[str]:
    """Return the owner and each role that a requirement of the operation needs."""
    needs = [need for row in catalogue.judged() if operation in row.operations for need in row.needs]
    return [OWNER, *sorted({need.removeprefix("role.") for need in needs if need.startswith("role.")})]


def _documented_items(known: Documented, roles: Iterable[str]) -> Iterator[Item]:
    """Yield everything that a run may exercise of an operation."""
    for key, message in known.responses.items():
        yield "statuses", key
        yield from (("media_types", f"{key} {kind}") for kind in message.content)
        yield from (("error_codes", f"{key} {code}") for code in sorted(map(str, message.codes)))
        for place in message.content.values():
            yield from (("keywords", f"{key} {at} {word.name}") for at, word in place.everywhere())
    yield from (("media_types", f"request {kind}") for kind in known.request.content)
    for place in known.request.content.values():
        yield from _to_try("request", place)
    for parameter in known.parameters:
        yield "parameters", str(parameter)
        yield from _to_try(str(parameter), parameter.schema, parameter)
    yield from (("roles", role) for role in roles)
    if known.secured:
        yield "roles", NO_TOKEN


def _to_try(where: str, place: Place, parameter: Parameter | None = None) -> Iterator[Item]:
    """Yield each keyword of what is sent twice: kept to, and broken where a request can break it."""
    for pointer, keyword in place.everywhere():
        yield "keywords", f"{where} {pointer} {keyword.name}"
        if parameter is None or parameter.can_break(keyword):
            yield "keywords", f"{where} {pointer} {keyword.name}{BROKEN}"
