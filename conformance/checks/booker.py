"""Books what the checks of a run see: a verdict for each requirement and operation that they speak of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from conformance.checks.check import Check, ResponseCheck, Seen, known_checks
from conformance.checks.described import DescribedCheck
from conformance.claims.requirement import Requirement
from conformance.exchange.curl import curl
from conformance.exchange.model import Exchange
from conformance.exchange.redaction import Redactor
from conformance.results.verdicts import Book, Outcome, Verdict, held, violated


@dataclass(frozen=True)
class Booker:
    """Called with each exchange and each end of a rate limit; books only the `selected` pairs."""

    checks: tuple[tuple[Requirement, Check], ...]
    book: Book
    redactor: Redactor
    selected: frozenset[tuple[str, str]]

    def __call__(self, exchange: Exchange) -> None:
        """Let every check look at an exchange."""
        operation = exchange.request.operation
        for row, check in self.checks:
            apart = operation is None or (row.id, operation.id) not in self.selected
            if not (apart and isinstance(check, ResponseCheck)):
                self._add(row, check.exchange(exchange))

    def rate_limit(self, exchange: Exchange, *, lifted: bool) -> None:
        """Let every check look at an exchange that came after its own Retry-After."""
        for row, check in self.checks:
            self._add(row, check.rate_limit(exchange, lifted=lifted))

    def _add(self, row: Requirement, found: Iterable[Seen]) -> None:
        for seen in found:
            operation = seen.exchange.request.operation
            if operation is not None and (row.id, operation.id) in self.selected:
                self.book.add(self._verdict(row, operation.id, seen.exchange, seen.what))

    def _verdict(self, row: Requirement, operation: str, exchange: Exchange, seen: str) -> Verdict:
        if not seen:
            return Verdict(row.id, operation, row.level, held(row.level), evidence=(exchange.id,))
        outcome = violated(row.level)
        return Verdict(
            row.id,
            operation,
            row.level,
            outcome,
            reason=f"seen in {exchange.scenario}" if exchange.scenario else "",
            expected=row.expect,
            actual=self.redactor.mask(f"{exchange.summary()}: {seen}"),
            evidence=(exchange.id,),
            curl=curl(exchange, self.redactor),
            observed=seen if outcome is Outcome.OBSERVED else "",
            seen_in=(exchange.scenario,) if exchange.scenario else (),
        )


def booker(
    rows: Iterable[Requirement], book: Book, redactor: Redactor, selected: frozenset[tuple[str, str]]
) -> Booker:
    """Return the booker of a run: each requirement with a `check` that is selected, with its own check."""
    wanted = {requirement for requirement, _ in selected}
    checks = tuple((row, check_of(row, redactor)) for row in rows if row.check and row.id in wanted)
    return Booker(checks, book, redactor, selected)


def check_of(row: Requirement, redactor: Redactor) -> Check:
    """Return a new check as a requirement's `check:` names or describes it."""
    if isinstance(row.check, str):
        return known_checks()[row.check](redactor)
    return DescribedCheck(redactor, row.check)
