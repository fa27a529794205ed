"""One run: a target, what is selected, the book of verdicts, and the document that comes out."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Container
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from conformance.analysis.assumption_checks import check_assumptions
from conformance.analysis.assumption_checks import load as load_assumptions
from conformance.analysis.waivers import Waiver, hash_of, known_of, load_or_none
from conformance.checks.booker import booker
from conformance.checks.positive_controls import without_unproven
from conformance.claims.folders import specs_dir
from conformance.claims.requirements import Catalogue, Requirement, select
from conformance.client import Client, budget_for
from conformance.errors import UsageError
from conformance.exchange.recorder import Recorder
from conformance.exchange.redaction import Redactor
from conformance.ledger.entries import Leak
from conformance.ledger.journal import new_ledger, refuse_unfinished
from conformance.results.model import (
    AssumptionCheck,
    ReportedLeak,
    ReportedOperation,
    ReportedRequirement,
    RequestCounts,
    RunReport,
    WaiverStanding,
)
from conformance.results.run_json import load_run
from conformance.results.text import visible
from conformance.results.verdicts import (
    VIOLATED,
    Book,
    ExitCode,
    Outcome,
    Verdict,
    exit_code,
    without_provisional,
)
from conformance.run.provenance import provenance_of
from conformance.targets.model import Target

PROFILES: Final = ("quick", "nightly", "release")
UNAUTHORIZED: Final = 401
QUICK_REQUESTS: Final = 500
"""What a quick run may cost: one minute of the smallest published tier."""
EMULATOR: Final = "emulator"


@dataclass(frozen=True)
class Options:
    """How to run: everything of the command line but the target itself."""

    profile: str = "quick"
    report_dir: Path | None = None
    only: tuple[str, ...] = ()
    seed: int | None = None
    workers: int = 1
    max_requests: int | None = None
    max_writes: int | None = None
    rate: float | None = None
    strict: bool = False
    read_only: bool = False
    waivers: Path | None = None
    baseline: Path | None = None


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
    redactor: Redactor
    book: Book
    client: Client
    started: float = field(default_factory=time.time)
    stopped: str = ""
    leaks: list[Leak] = field(default_factory=list)
    notes: dict[tuple[str, str], str] = field(default_factory=dict)
    generated: set[str] = field(default_factory=set)
    per_requirement: dict[str, set[str]] = field(default_factory=dict)
    harness_errors: list[str] = field(default_factory=list)
    waivers: tuple[Waiver, ...] = ()
    waiver_standings: tuple[WaiverStanding, ...] = ()
    baseline: RunReport | None = None
    provisional: frozenset[str] = frozenset()
    ended_waivers: bool = False

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

    def settle(self) -> None:
        """Give every selected pair that nobody judged its verdict: not applicable, or could not be judged."""
        for requirement, operation in sorted(self.selected):
            if self.book.get(requirement, operation) is None:
                self.book.add(self._unjudged(requirement, operation))
        self.book.replace(self._retracted())
        checks = {row.id for row in self.catalogue.judged() if row.check is not None}
        self.book.replace(list(without_unproven(self.book, self.client.recorder.exchanges, checks)))

    def _retracted(self) -> list[Verdict]:
        """Return what is red on nothing but exchanges that prove nothing, as what cannot be judged."""
        excuses = self._excuses()
        reds = [j for j in self.book if j.evidence and j.outcome in VIOLATED]
        return [
            replace(j, outcome=Outcome.CANNOT_JUDGE, reason=excuses[j.evidence[-1]])
            for j in reds
            if excuses.keys() >= set(j.evidence)
        ]

    def _excuses(self) -> dict[str, str]:
        """Return why exchanges prove nothing: a role's token was never taken, or the thing is not ours."""
        own = {x.id: x for x in self.client.recorder if x.request.is_ours}
        taken = {x.role for x in own.values() if x.status is not None and x.status != UNAUTHORIZED}
        refused = {
            name: f"the target answers 401 to whatever role {x.role} sends"
            for name, x in own.items()
            if x.status == UNAUTHORIZED and x.role not in taken
        }
        foreign_id_in = self.client.ledger.foreign.foreign_id_in
        return refused | {
            name: "it was about something that this run turned out not to have created"
            for name, x in own.items()
            if foreign_id_in(x.request)
        }

    def _unjudged(self, requirement: str, operation: str) -> Verdict:
        row = self.catalogue.rows[requirement]
        lacking = self.unmet(requirement) or self._needs_writing(operation)
        if lacking:
            return Verdict(requirement, operation, row.level, Outcome.NOT_APPLICABLE, reason=lacking)
        reason = self.notes.get((requirement, operation)) or self.stopped or self.client.budget.stopped
        reason = reason or "no response of the run gave the occasion"
        return Verdict(
            requirement, operation, row.level, Outcome.CANNOT_JUDGE, reason=reason, expected=row.expect
        )

    def _needs_writing(self, operation: str) -> str:
        if self.writes or self.catalogue.operations[operation].safe:
            return ""
        return "the run is read-only and this operation writes"

    def report(self) -> RunReport:
        """Return the run as `run.json` holds it, every text of it masked and harmless to print."""
        verdicts = list(self.book)
        complete = not self.stopped
        settled = without_provisional(verdicts, self.provisional)
        code = exit_code(settled, strict=self.options.strict, complete=complete)
        if self.ended_waivers:
            code = ExitCode.VIOLATION
        elif self.harness_errors and code is not ExitCode.VIOLATION:
            code = ExitCode.USAGE
        client = self.client
        mask = self.redactor.mask
        return RunReport(
            folder=self.folder,
            run_id=self.run_id,
            target=self.target.name,
            base_url=self.target.base_url,
            profile=self.options.profile,
            seed=self.seed,
            strict=self.options.strict,
            read_only=not self.writes,
            started=_timestamp(self.started),
            finished=_timestamp(time.time()),
            seconds=round(time.time() - self.started, 2),
            exit_code=code,
            complete=complete,
            stopped=mask(self.stopped),
            selected=self.options.only,
            provenance=provenance_of(self.catalogue, self.target, waivers=hash_of(self.waivers)),
            requests=RequestCounts(
                total=sum(client.counts.per_operation.values()),
                per_operation={mask(k): n for k, n in sorted(client.counts.per_operation.items())},
                per_purpose=dict(sorted(client.counts.per_purpose.items())),
                per_requirement={k: len(v) for k, v in sorted(self.per_requirement.items())},
                writes=client.budget.writes,
                created=sum(e.state in {"created", "undone"} for e in client.ledger.entries.values()),
                seconds_waited=round(client.budget.waited, 2),
                throttled=client.counts.throttled,
            ),
            operations={
                o.id: ReportedOperation(api=o.api, method=o.method, path=o.path, page=o.page)
                for o in self.catalogue.operations.values()
            },
            requirements={row.id: _row(row, self.provisional) for row in self.catalogue.judged()},
            verdicts=tuple(_masked(verdict, mask, self.generated) for verdict in verdicts),
            waivers=self.waiver_standings,
            leaks=tuple(
                ReportedLeak(what=mask(leak.what), undo=mask(leak.undo), error=mask(leak.error))
                for leak in self.leaks
            ),
            assumptions=self._assumptions(verdicts),
            harness_errors=tuple(self.harness_errors),
        )

    def _assumptions(self, verdicts: list[Verdict]) -> tuple[AssumptionCheck, ...]:
        if self.target.name == EMULATOR:  # it would only confirm itself
            return ()
        found = load_assumptions(specs_dir())
        return tuple(check_assumptions(found, verdicts, self.client.recorder, self.redactor.mask))


def _row(row: Requirement, provisional: frozenset[str]) -> ReportedRequirement:
    return ReportedRequirement(
        level=row.level,
        basis=row.basis,
        quote=row.quote,
        page=row.page,
        source=row.source,
        expect=row.expect,
        ask=row.ask,
        since=row.since,
        operations=row.operations,
        provisional=row.id in provisional,
    )


def _masked(verdict: Verdict, mask: Callable[[str], str], generated: Container[str]) -> Verdict:
    """Return the verdict as the report holds it: without secrets, without what a terminal would obey."""

    def shown(text: str) -> str:
        return visible(mask(text))

    # What another seed finds is no scenario that one run has and the next one lacks.
    seen_in = tuple(each for each in verdict.seen_in if each not in generated)
    return replace(
        verdict,
        reason=shown(verdict.reason),
        expected=shown(verdict.expected),
        actual=shown(verdict.actual),
        curl=shown(verdict.curl),
        observed=shown(verdict.observed),
        waived=shown(verdict.waived),
        seen_in=seen_in if verdict.outcome in VIOLATED else (),
    )


def _timestamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_run(options: Options, target: Target, catalogue: Catalogue) -> Run:
    """Return a run that is ready to start; its report folder exists and can be written."""
    run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    selected = frozenset(select(catalogue, options.only))
    today = datetime.now(UTC).date()
    known = load_or_none(options.waivers, today=today, known=known_of(catalogue))
    baseline = _baseline(options.baseline, target)
    folder = _folder(options.report_dir or Path("reports") / run_id, target)
    target = _limited(target, options)
    redactor = Redactor()
    recorder = Recorder(redactor, str(folder / "exchanges.ndjson"))
    ledger = new_ledger(folder / "ledger.ndjson", target.base_url)
    book = Book()
    checks = booker(catalogue.judged(), book, redactor, selected)
    client = Client(
        target,
        recorder,
        budget_for(target, ledger),
        ledger,
        observers=(checks,),
        on_rate_limit=checks.rate_limit,
        read_only=options.read_only,
    )
    seed = options.seed if options.seed is not None else secrets.randbelow(2**31)
    run = Run(options, target, catalogue, selected, folder, run_id, seed, redactor, book, client)
    run.waivers, run.baseline = known, baseline
    return run


def _baseline(folder: Path | None, target: Target) -> RunReport | None:
    """Return the run to compare with, read before anything is sent."""
    if folder is None:
        return None
    baseline = load_run(folder)
    if baseline.target != target.name:
        raise UsageError(
            f"--baseline {folder}: judged {baseline.target!r}, and this run judges {target.name!r}"
        )
    return baseline


def _folder(folder: Path, target: Target) -> Path:
    refuse_unfinished(folder / "ledger.ndjson", target.name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / "run.json.tmp"
        probe.write_text("")
        probe.unlink()
        for old in ("run.json", "exchanges.ndjson"):
            (folder / old).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(
            f"the report folder {folder} cannot be written: {error.strerror}; name another with --report-dir"
        ) from error
    return folder


def _limited(target: Target, options: Options) -> Target:
    """Return the target with what the command line says about limits; it may only narrow them."""
    changes: dict[str, Any] = {}
    for key in ("max_requests", "max_writes", "rate"):
        asked, own = getattr(options, key), getattr(target, key)
        if asked is not None:
            changes[key] = asked if own is None else min(asked, own)
    if options.profile == "quick" and "max_requests" not in changes and target.max_requests is None:
        changes["max_requests"] = QUICK_REQUESTS
    return target.model_copy(update=changes) if changes else target
