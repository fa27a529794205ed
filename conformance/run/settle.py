"""What a run comes to: one pure function from what was booked to what is red, and why.

Nothing that was booked is changed: each step returns new verdicts, and what is taken back says why.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from conformance.analysis.compare import Comparison, compare, gate
from conformance.analysis.history import RunDigest, provisional
from conformance.analysis.waivers import Waiver, apply, red_waivers
from conformance.checks.positive_controls import without_unproven
from conformance.exchange.model import Exchange, Request
from conformance.results.coverage import Coverage
from conformance.results.model import RunReport, WaiverStanding, WaiverState
from conformance.results.verdicts import (
    VIOLATED,
    ExitCode,
    Outcome,
    Verdict,
    exit_code,
    without_provisional,
)
from conformance.run.sharding import ELSEWHERE

UNAUTHORIZED: Final = 401
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What an outcome depends on besides verdicts.

    `past` are the earlier runs of the target, oldest first; `covers` measures what of the documentation the
    verdicts cover.
    """

    today: date
    waivers: Sequence[Waiver] = ()
    past: Sequence[RunDigest] = ()
    baseline: RunReport | None = None
    covers: Callable[[Sequence[Verdict]], Coverage | None] = lambda _: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known(Outlook):
    """What is known when a run has ended, besides what was booked.

    `exchanges` are those of the run by id; `is_foreign` tells whether a request was about something that is
    not the run's own; `checks` are the requirements that are judged on every exchange.
    """

    exchanges: Mapping[str, Exchange]
    is_foreign: Callable[[Request], object]
    checks: Collection[str]


@dataclass(frozen=True, slots=True)
class Settled:
    """The report of a run, with what was retracted and why, and what moved since its baseline."""

    report: RunReport
    retracted: Mapping[Pair, str]
    comparison: Comparison | None = None


def settle(booked: RunReport, known: Known) -> Settled:
    """Return what the run comes to; `booked` has every verdict as it was booked, its exit code counts not.

    In this order: a violation that rests on nothing but exchanges that prove nothing cannot be judged; nor
    can a PASS that nothing proves; waivers mark what they cover; new requirements are not red yet; the exit
    code says what is left, against a baseline only what is new there.
    """
    retracted = _replaced(booked.verdicts, _retracted(booked.verdicts, known))
    unproven = without_unproven(retracted, known.exchanges, known.checks)
    proven = _replaced(retracted, _left_to_others(unproven, known) if booked.shard else unproven)
    report, comparison = conclude(booked.model_copy(update={"verdicts": proven}), known)
    return Settled(
        report,
        {
            old.pair: new.reason
            for old, new in zip(booked.verdicts, proven, strict=True)
            if old.outcome is not new.outcome
        },
        comparison,
    )


def conclude(booked: RunReport, known: Outlook) -> tuple[RunReport, Comparison | None]:
    """Return the report with waivers, what is not red yet and the exit code, and what moved since a baseline.

    A part of a run has no stale waivers: what one covers may be violated in another part.
    """
    waived, standings = apply(known.waivers, booked.verdicts, booked.target, known.today)
    if booked.shard:
        standings = tuple(one for one in standings if one.state is WaiverState.ACTIVE)
    since = {name: row.since for name, row in booked.requirements.items() if row.since}
    young = provisional(since, known.past, today=known.today) if since else frozenset[str]()
    report = booked.model_copy(
        update={
            "verdicts": waived,
            "waivers": standings,
            "coverage": known.covers(waived),
            "requirements": {
                name: row.model_copy(update={"provisional": name in young})
                for name, row in booked.requirements.items()
            },
        }
    )
    comparison = compare(known.baseline, report) if known.baseline is not None else None
    code = _exit_code(report, young, standings, comparison)
    return report.model_copy(update={"exit_code": code}), comparison


def _replaced(verdicts: Iterable[Verdict], changed: Iterable[Verdict]) -> tuple[Verdict, ...]:
    by_pair = {verdict.pair: verdict for verdict in changed}
    return tuple(by_pair.get(verdict.pair, verdict) for verdict in verdicts)


def _left_to_others(unproven: Iterable[Verdict], known: Known) -> Iterator[Verdict]:
    """Yield what a shard alone cannot prove of what is judged on every response as not its own to judge."""
    for each in unproven:
        if each.outcome is Outcome.CANNOT_JUDGE and each.requirement in known.checks:
            yield replace(each, outcome=Outcome.NOT_APPLICABLE, reason=ELSEWHERE)
        else:
            yield each


def _retracted(verdicts: Iterable[Verdict], known: Known) -> Iterator[Verdict]:
    """Yield what is violated on nothing but exchanges that prove nothing, as what cannot be judged."""
    excuses = _excuses(known)
    for verdict in verdicts:
        if verdict.outcome in VIOLATED and verdict.evidence and excuses.keys() >= set(verdict.evidence):
            yield replace(verdict, outcome=Outcome.CANNOT_JUDGE, reason=excuses[verdict.evidence[-1]])


def _excuses(known: Known) -> dict[str, str]:
    """Return why exchanges prove nothing: a role's token was never taken, or the thing is not ours."""
    taken: set[str] = set()
    unauthorized: dict[str, str] = {}
    foreign: dict[str, str] = {}
    for name, exchange in known.exchanges.items():  # one at a time: a long run has more than memory holds
        if not exchange.request.is_ours:
            continue
        if exchange.status == UNAUTHORIZED:
            unauthorized[name] = exchange.role
        elif exchange.status is not None:
            taken.add(exchange.role)
        if known.is_foreign(exchange.request):
            foreign[name] = "it was about something that this run turned out not to have created"
    refused = {
        name: f"the target answers 401 to whatever role {role} sends"
        for name, role in unauthorized.items()
        if role not in taken
    }
    return refused | foreign


def _exit_code(
    report: RunReport,
    young: Collection[str],
    standings: Sequence[WaiverStanding],
    comparison: Comparison | None,
) -> ExitCode:
    """Return the run's exit code; a waiver that is over or stale is red whatever else there is."""
    if red_waivers(standings):
        return ExitCode.VIOLATION
    settled = without_provisional(report.verdicts, young)
    if report.shard:  # how much has to be judged is asked of the whole run
        report = report.model_copy(update={"min_judged": 0.0, "min_coverage": 0.0})
        if not settled:
            return ExitCode.CONFORMS
    code = exit_code(settled, strict=report.strict, complete=report.complete, min_judged=report.min_judged)
    if report.harness_errors and code is not ExitCode.VIOLATION:
        return ExitCode.USAGE
    if comparison is not None and code in (ExitCode.CONFORMS, ExitCode.VIOLATION):
        code = gate(comparison)
    covered = report.coverage.percent if report.coverage is not None else 0.0
    return ExitCode.CANNOT_JUDGE if code is ExitCode.CONFORMS and covered < report.min_coverage else code
