"""The report of a run as it was booked: every text masked and harmless to print, nothing settled yet."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Container, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from statistics import median
from typing import Any, Final

from conformance.analysis.assumption_checks import check_assumptions
from conformance.analysis.assumption_checks import load as load_assumptions
from conformance.analysis.themes import theme_of
from conformance.analysis.waivers import hash_of
from conformance.claims.folders import specs_dir
from conformance.claims.requirement import Requirement
from conformance.exchange.model import Exchange
from conformance.results.model import (
    AssumptionCheck,
    Limits,
    ReportedLeak,
    ReportedOperation,
    ReportedRequirement,
    RequestCounts,
    RunReport,
)
from conformance.results.text import visible
from conformance.results.verdicts import VIOLATED, ExitCode, Verdict
from conformance.run.provenance import provenance_of
from conformance.run.run import Run

EMULATOR: Final = "emulator"
REFUSING: Final = frozenset({401, 403})


def booked_report(run: Run) -> RunReport:
    """Return what was booked, what nobody judged included, as `run.json` will hold it."""
    mask, client, ended = run.redactor.mask, run.client, time.time()
    shard = run.options.shard
    pairs = {verdict.pair for verdict in run.book}
    verdicts = [*run.book, *(run.unjudged(pair) for pair in run.selected - pairs)]
    return RunReport(
        folder=run.folder,
        run_id=run.run_id,
        target=run.target.name,
        base_url=run.target.base_url,
        profile=run.options.profile,
        seed=run.seed,
        strict=run.options.strict,
        read_only=not run.writes,
        started=_timestamp(run.log.started),
        finished=_timestamp(ended),
        seconds=round(ended - run.log.started, 2),
        exit_code=ExitCode.CANNOT_JUDGE,
        complete=not run.log.stopped,
        stopped=mask(run.log.stopped),
        selected=(*run.options.only, f"shard {shard}") if shard else run.options.only,
        shard=str(shard or ""),
        provenance=provenance_of(
            run.catalogue, run.target, waivers=hash_of(run.waivers), exchanges=client.recorder
        ),
        credentials={name: _credentials(name, client.recorder) for name in run.target.roles},
        limits=Limits(
            max_requests=run.target.max_requests, max_writes=run.target.max_writes, rate=run.target.rate
        ),
        min_judged=run.options.min_judged,
        min_coverage=run.options.min_coverage,
        requests=RequestCounts(
            total=sum(client.counts.per_operation.values()),
            per_operation={mask(k): n for k, n in sorted(client.counts.per_operation.items())},
            per_purpose=dict(sorted(client.counts.per_purpose.items())),
            per_requirement={k: len(v) for k, v in sorted(run.log.per_requirement.items())},
            writes=client.budget.spent.writes,
            created=sum(e.state in {"created", "undone"} for e in client.ledger.entries.values()),
            seconds_waited=round(client.budget.spent.waited, 2),
            throttled=client.counts.throttled,
            unanswered=client.budget.spent.lost,
            **behaviour_of(client.recorder),
        ),
        operations={
            o.id: ReportedOperation(
                api=o.api, method=o.method, path=o.path, page=o.page, url=run.catalogue.urls.get(o.page, "")
            )
            for o in run.catalogue.operations.values()
        },
        requirements={row.id: _requirement(row) for row in run.catalogue.judged()},
        verdicts=tuple(
            _masked(verdict, mask, run.log.generated) for verdict in sorted(verdicts, key=lambda v: v.pair)
        ),
        waivers=(),
        leaks=reported_leaks(run),
        harness_errors=tuple(run.log.harness_errors),
    )


def reported_leaks(run: Run) -> tuple[ReportedLeak, ...]:
    """Return what could not be deleted, as the report tells it."""
    mask = run.redactor.mask
    return tuple(
        ReportedLeak(what=mask(leak.what), undo=mask(leak.undo), error=mask(leak.error))
        for leak in run.log.leaks
    )


def behaviour_of(exchanges: Iterable[Exchange]) -> dict[str, dict[str, Any]]:
    """Return how the documented operations behaved: how often each status came, and the median latency."""
    statuses: dict[str, Counter[str]] = {}
    latencies: dict[str, list[float]] = {}
    for exchange in exchanges:
        if exchange.request.operation is None:
            continue
        name = exchange.request.operation.id
        statuses.setdefault(name, Counter())[str(exchange.status or "none")] += 1
        if exchange.status is not None:
            latencies.setdefault(name, []).append(exchange.elapsed_ms)
    return {
        "statuses": {name: dict(sorted(found.items())) for name, found in sorted(statuses.items())},
        "latency_ms": {name: round(median(found), 1) for name, found in sorted(latencies.items())},
    }


def assumptions_of(run: Run, verdicts: Iterable[Verdict]) -> tuple[AssumptionCheck, ...]:
    """Return what the target showed about the emulator's assumptions."""
    if run.target.name == EMULATOR:  # it would only confirm itself
        return ()
    found = load_assumptions(specs_dir())
    return tuple(check_assumptions(found, verdicts, run.client.recorder, run.redactor.mask))


def _credentials(role: str, exchanges: Iterable[Exchange]) -> str:
    """Return what became of a role's credentials: accepted, refused to whatever it sends, or no token."""
    statuses: Counter[str] = Counter()
    for exchange in exchanges:
        if exchange.role != role or exchange.status is None:
            continue
        if exchange.request.purpose == "token":
            statuses["token" if exchange.status < 400 else "no token"] += 1  # noqa: PLR2004 - HTTP's own number
        elif exchange.request.is_ours:
            statuses["refused" if exchange.status in REFUSING else "accepted"] += 1
    return next((word for word in ("accepted", "refused", "no token") if statuses[word]), "unused")


def _requirement(row: Requirement) -> ReportedRequirement:
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
        theme=theme_of(row).value,
        file=row.file,
        line=row.line,
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
        seen_in=seen_in if verdict.outcome in VIOLATED else (),
    )


def _timestamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
