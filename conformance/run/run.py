"""One run: a target, what is selected, the book of verdicts, and the document that comes out."""

from __future__ import annotations

import secrets
import time
from collections.abc import Container
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from conformance.analysis.assumption_checks import as_documents, confirm
from conformance.analysis.assumption_checks import load as load_assumptions
from conformance.analysis.waivers import Waiver, WaiverState, hash_of, known_of, load_or_none
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
from conformance.results.run_json import load_run
from conformance.results.verdicts import Book, ExitCode, Outcome, Verdict, exit_code, without_provisional
from conformance.run.provenance import identity
from conformance.targets.model import Target

PROFILES: Final = ("quick", "nightly", "release")
UNAUTHORIZED: Final = 401
QUICK_REQUESTS: Final = 500
"""What a quick run may cost: one minute of the smallest published tier."""
SCHEMA_VERSION: Final = "1.0"
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
    waiver_states: tuple[WaiverState, ...] = ()
    baseline: dict[str, Any] | None = None
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
        reds = [j for j in self.book if j.evidence and j.outcome in {Outcome.FAIL, Outcome.DEVIATION}]
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

    def document(self) -> dict[str, Any]:
        """Return the run as the document of `run.json` (see run.schema.json)."""
        verdicts = list(self.book)
        complete = not self.stopped
        settled = without_provisional(verdicts, self.provisional)
        code = exit_code(settled, strict=self.options.strict, complete=complete)
        if self.ended_waivers:
            code = ExitCode.VIOLATION
        elif self.harness_errors and code is not ExitCode.VIOLATION:
            code = ExitCode.USAGE
        client = self.client
        counts = client.counts
        return {
            "schema_version": SCHEMA_VERSION,
            "run_id": self.run_id,
            "target": self.target.name,
            "base_url": self.target.base_url,
            "profile": self.options.profile,
            "seed": self.seed,
            "strict": self.options.strict,
            "read_only": not self.writes,
            "started": _moment(self.started),
            "finished": _moment(time.time()),
            "seconds": round(time.time() - self.started, 2),
            "exit_code": int(code),
            "complete": complete,
            "stopped": self.redactor.mask(self.stopped),
            "selected": list(self.options.only),
            "identity": identity(self.catalogue, self.target) | {"waivers": hash_of(self.waivers)},
            "requests": {
                "total": sum(counts.per_operation.values()),
                "per_operation": {self.redactor.mask(k): n for k, n in sorted(counts.per_operation.items())},
                "per_purpose": dict(sorted(counts.per_purpose.items())),
                "per_requirement": {k: len(v) for k, v in sorted(self.per_requirement.items())},
                "writes": client.budget.writes,
                "created": sum(e.state in {"created", "undone"} for e in client.ledger.entries.values()),
                "seconds_waited": round(client.budget.waited, 2),
                "throttled": counts.throttled,
            },
            "operations": {
                o.id: {"api": o.api, "method": o.method, "path": o.path, "page": o.page}
                for o in self.catalogue.operations.values()
            },
            "requirements": {row.id: _row(row, self.provisional) for row in self.catalogue.judged()},
            "verdicts": [_verdict(v, self.redactor, self.generated) for v in verdicts],
            "waivers": [state.to_document() for state in self.waiver_states],
            "leaks": [{k: self.redactor.mask(v) for k, v in asdict(leak).items()} for leak in self.leaks],
            "confirmations": self._confirmations(verdicts),
            "harness_errors": self.harness_errors,
        }

    def _confirmations(self, verdicts: list[Verdict]) -> list[dict[str, Any]]:
        if self.target.name == EMULATOR:  # it would only confirm itself
            return []
        found = confirm(load_assumptions(specs_dir()), verdicts, self.client.recorder)
        return as_documents(found, self.redactor.mask)


def _row(row: Requirement, provisional: frozenset[str]) -> dict[str, Any]:
    keys = ("level", "basis", "quote", "page", "source", "expect", "ask", "since")
    return {key: str(getattr(row, key)) for key in keys} | {
        "operations": list(row.operations),
        "provisional": row.id in provisional,
    }


def _verdict(verdict: Verdict, redactor: Redactor, generated: Container[str]) -> dict[str, Any]:
    document = asdict(verdict)
    document["verdict"] = str(document.pop("outcome"))
    for key in ("reason", "expected", "actual", "curl", "fingerprint"):
        document[key] = redactor.mask(document[key])
    document["evidence"] = list(verdict.evidence)
    # What another seed finds is no variation that a night has and the next one lacks.
    violated = verdict.outcome in {Outcome.FAIL, Outcome.DEVIATION}
    document["variations"] = [each for each in verdict.variations if violated and each not in generated]
    return document | {"level": str(verdict.level)}


def _moment(seconds: float) -> str:
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


def _baseline(folder: Path | None, target: Target) -> dict[str, Any] | None:
    """Return the run to compare with, read before anything is sent."""
    if folder is None:
        return None
    document = dict(load_run(folder).document)
    if document.get("target") != target.name:
        raise UsageError(
            f"--baseline {folder}: judged {document.get('target')!r}, and this run judges {target.name!r}"
        )
    return document


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
