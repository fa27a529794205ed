"""The state of one run: a target, what is selected, and the book of verdicts."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from conformance.analysis.waivers import Waiver
from conformance.checks.check import known_checks
from conformance.claims.requirements import Catalogue
from conformance.client import Client
from conformance.exchange.redaction import Redactor
from conformance.ledger.entries import Leak
from conformance.results.model import RunReport
from conformance.results.verdicts import VIOLATED, Book, Outcome, Verdict
from conformance.run.options import Options
from conformance.run.sharding import ELSEWHERE
from conformance.targets.model import Target


@dataclass
class RunLog:
    """What happens on the way: `notes` say why pairs could not be judged, `stopped` why the run ended early.

    `started` are seconds since the epoch; `per_requirement` holds the exchanges of each requirement by id;
    `violated_elsewhere` counts what other processes of the run found so far.
    """

    started: float = field(default_factory=time.time)
    stopped: str = ""
    leaks: list[Leak] = field(default_factory=list)
    notes: dict[tuple[str, str], str] = field(default_factory=dict)
    generated: set[str] = field(default_factory=set)
    per_requirement: dict[str, set[str]] = field(default_factory=dict)
    harness_errors: list[str] = field(default_factory=list)
    violated_elsewhere: int = 0


@dataclass
class Run:
    """The state of one run, from the selection to the report."""

    options: Options
    target: Target
    catalogue: Catalogue
    selected: frozenset[tuple[str, str]]
    folder: Path
    run_id: str
    seed: int
    book: Book
    client: Client
    waivers: tuple[Waiver, ...] = ()
    baseline: RunReport | None = None
    log: RunLog = field(default_factory=RunLog)

    @property
    def has_seen_it_all(self) -> bool:
        """Tell whether all that the run looks for is violated."""
        found = [self.book.get(*pair) for pair in self.options.wanted]
        return bool(found) and all(verdict is not None and verdict.outcome in VIOLATED for verdict in found)

    @property
    def redactor(self) -> Redactor:
        """Return what knows the secrets of this run."""
        return self.client.redactor

    @property
    def prefix(self) -> str:
        """Return what the name of everything that this run creates begins with."""
        return f"ct-{self.run_id}-"

    @property
    def writes(self) -> bool:
        """Tell whether this run may write to the target."""
        return self.target.mode != "none" and not self.options.read_only

    def lacks(self, need: str) -> str:
        """Return "" where the target has what a requirement needs, else why it has not."""
        return self.target.lacks(need, writes=self.writes)

    def unmet(self, requirement: str) -> str:
        """Return why a requirement does not apply to this target, or ""."""
        return next(filter(None, map(self.lacks, self.catalogue.rows[requirement].needs)), "")

    def unjudged(self, pair: tuple[str, str]) -> Verdict:
        """Return the verdict of a selected pair that nobody judged: not applicable, or not to be judged."""
        requirement, operation = pair
        row = self.catalogue.rows[requirement]
        lacking = self.unmet(requirement) or self._needs_writing(operation)
        if lacking:
            return Verdict(requirement, operation, row.level, Outcome.NOT_APPLICABLE, reason=lacking)
        reason = self.log.notes.get(pair) or self.log.stopped or self.client.budget.stopped
        optional = known_checks()[row.check].optional if isinstance(row.check, str) else ""
        if self.options.shard is not None and row.check is not None and not reason:
            return Verdict(
                requirement,
                operation,
                row.level,
                Outcome.NOT_APPLICABLE,
                reason=f"{ELSEWHERE}: {optional}" if optional else ELSEWHERE,
            )
        if optional and not reason:
            return Verdict(requirement, operation, row.level, Outcome.NOT_APPLICABLE, reason=optional)
        reason = reason or "no response of this run exercised it"
        return Verdict(
            requirement, operation, row.level, Outcome.CANNOT_JUDGE, reason=reason, expected=row.expect
        )

    def _needs_writing(self, operation: str) -> str:
        if self.writes or self.catalogue.operations[operation].safe:
            return ""
        return "the run is read-only and this operation writes"
