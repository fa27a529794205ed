"""Joins the shards of a run into one report, as if it had been one run."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from conformance.errors import UsageError
from conformance.results.causes import Cause
from conformance.results.model import AssumptionCheck, Limits, Provenance, RequestCounts, RunReport
from conformance.results.verdicts import Book, ExitCode, Outcome, Verdict
from conformance.run.reporting import EMULATOR
from conformance.run.sharding import ELSEWHERE, Shard, parse_shard

NOT_EXERCISED: Final = "no response of this run exercised it"
SAME: Final[dict[str, Callable[[RunReport], object]]] = {
    "target": lambda run: run.target,
    "base URL": lambda run: "" if run.target == EMULATOR else run.base_url,  # each starts its own
    "profile": lambda run: run.profile,
    "--only": lambda run: run.selected[:-1],
    "--seed": lambda run: run.seed,
    "--strict": lambda run: run.strict,
    "--read-only": lambda run: run.read_only,
    "version of the suite": lambda run: run.provenance.suite,
    "specs": lambda run: run.provenance.specs,
    "requirements": lambda run: run.provenance.requirements,
    "scenarios": lambda run: run.provenance.contract,
    "configuration of the target": lambda run: run.provenance.target,
}
"""What the shards of one run have in common; a person's word for it, and where it stands."""

CREDENTIALS: Final = ("accepted", "refused", "no token", "unused")
"""What became of a role's credentials; what stands first says most."""


def shard_of(report: RunReport) -> Shard:
    """Return which part of a run this is; `UsageError` where it is a whole one."""
    if not report.shard:
        raise UsageError(f"{report.folder}: is a whole run, no shard of one (conformance run --shard I/N)")
    return parse_shard(report.shard)


def in_order(reports: Iterable[RunReport], *, partial: bool = False) -> list[RunReport]:
    """Return the shards of one run by their number.

    `UsageError` where they do not belong together, and, unless `partial`, where one is missing.
    """
    found: dict[int, RunReport] = {}
    first: RunReport | None = None
    for report in reports:
        shard = shard_of(report)
        first = first or report
        _refuse_others(first, report)
        if (twin := found.get(shard.number)) is not None:
            raise UsageError(f"{report.folder}: shard {shard} is there already, in {twin.folder}")
        found[shard.number] = report
    if first is None:
        raise UsageError("no shard to merge: name the folders that `conformance run --shard I/N` wrote")
    missing = missing_of(shard_of(first), found)
    if missing and not partial:
        raise UsageError(
            f"shard {', '.join(missing)} is missing; run it, or merge the others with --partial (exit code 3)"
        )
    return [found[number] for number in sorted(found)]


def missing_of(one: Shard, found: Iterable[int]) -> list[str]:
    """Return the shards that are not among the numbers found, as I/N."""
    there = set(found)
    return [f"{number}/{one.of}" for number in range(1, one.of + 1) if number not in there]


def _refuse_others(first: RunReport, other: RunReport) -> None:
    if shard_of(first).of != shard_of(other).of:
        raise UsageError(f"{other.folder}: is shard {other.shard}, and {first.folder} is shard {first.shard}")
    for name, value in SAME.items():
        if value(first) != value(other):
            hint = "; give every shard the same --seed N" if name == "--seed" else ""
            raise UsageError(f"{other.folder}: another {name} than {first.folder}{hint}")


def merged(shards: Sequence[RunReport]) -> RunReport:
    """Return the one report of these shards, in their order; nothing is waived in it yet.

    Its exit code is "could not judge" until somebody draws the conclusion (`settle.conclude`).
    """
    first = shards[0]
    missing = missing_of(shard_of(first), (shard_of(each).number for each in shards))
    stopped = [f"shard {each.shard}: {each.stopped}" for each in shards if each.stopped]
    stopped += [f"shard {', '.join(missing)} is missing"] if missing else []
    return first.model_copy(
        update={
            "run_id": _run_id(shards),
            "shard": "",
            "selected": first.selected[:-1],
            "started": min(each.started for each in shards),
            "finished": max(each.finished for each in shards),
            "seconds": max(each.seconds for each in shards),
            "exit_code": ExitCode.CANNOT_JUDGE,
            "complete": not missing and all(each.complete for each in shards),
            "stopped": "; ".join(stopped),
            "harness_errors": tuple(f"shard {s.shard}: {e}" for s in shards for e in s.harness_errors),
            "provenance": _provenance(first.provenance),
            "credentials": _credentials(shards),
            "limits": _limits(shards),
            "requests": _requests([each.requests for each in shards]),
            "verdicts": _verdicts(shards),
            "waivers": (),
            "leaks": tuple(leak for each in shards for leak in each.leaks),
            "assumptions": _assumptions(shards),
            "causes": _causes(shards),
        }
    )


def renamed(shard: Shard, identifier: str) -> str:
    """Return the id that an exchange of a shard has in the merged report."""
    return f"s{shard.number}-{identifier}"


def _run_id(shards: Sequence[RunReport]) -> str:
    """Return an id that sorts by the first start, the same for the same shards."""
    ids = sorted(each.run_id for each in shards)
    return f"{ids[0].partition('-')[0]}-{hashlib.sha256(' '.join(ids).encode()).hexdigest()[:6]}"


def _provenance(first: Provenance) -> Provenance:
    return first.model_copy(update={"waivers": ""})


def _credentials(shards: Sequence[RunReport]) -> dict[str, str]:
    found = [(each.credentials or {}).items() for each in shards]
    by_role: dict[str, set[str]] = {}
    for role, word in (pair for pairs in found for pair in pairs):
        by_role.setdefault(role, set()).add(word)
    return {
        role: next((word for word in CREDENTIALS if word in words), "unused")
        for role, words in sorted(by_role.items())
    }


def _limits(shards: Sequence[RunReport]) -> Limits:
    limits = [each.limits or Limits() for each in shards]
    return Limits.model_validate(
        {
            key: None if None in (parts := [getattr(each, key) for each in limits]) else sum(parts)
            for key in Limits.model_fields
        }
    )


def _requests(counts: Sequence[RequestCounts]) -> RequestCounts:
    total: dict[str, object] = {"statuses": _statuses(counts), "latency_ms": _latencies(counts)}
    for key in RequestCounts.model_fields.keys() - total.keys():
        parts = [getattr(each, key) for each in counts]
        total[key] = (
            dict(sorted(sum(map(Counter, parts), Counter()).items()))
            if isinstance(parts[0], dict)
            else sum(parts)
        )
    return RequestCounts.model_validate(total)


def _statuses(counts: Sequence[RequestCounts]) -> dict[str, dict[str, int]]:
    names = sorted({name for each in counts for name in each.statuses})
    sums = {name: sum((Counter(each.statuses.get(name, {})) for each in counts), Counter()) for name in names}
    return {name: dict(sorted(found.items())) for name, found in sums.items()}


def _latencies(counts: Sequence[RequestCounts]) -> dict[str, float]:
    """Return the medians of the shards as their mean: the responses behind them are told apart no more."""
    names = sorted({name for each in counts for name in each.latency_ms})
    medians = {name: [each.latency_ms[name] for each in counts if name in each.latency_ms] for name in names}
    return {name: round(sum(found) / len(found), 1) for name, found in medians.items()}


def _verdicts(shards: Sequence[RunReport]) -> tuple[Verdict, ...]:
    book, elsewhere = Book(), dict[tuple[str, str], Verdict]()
    for each in shards:
        shard = shard_of(each)
        for verdict in each.verdicts:
            evidence = tuple(renamed(shard, name) for name in verdict.evidence)
            own = replace(verdict, evidence=evidence, waived="")
            if own.outcome is Outcome.NOT_APPLICABLE and own.reason.startswith(ELSEWHERE):
                elsewhere[own.pair] = _exercised_nowhere(own)
            else:
                book.add(own)
    for pair, verdict in elsewhere.items():
        if book.get(*pair) is None:
            book.add(verdict)
    return tuple(book)


def _exercised_nowhere(verdict: Verdict) -> Verdict:
    """Return what a verdict becomes that no shard exercised; what is optional need not be there."""
    optional = verdict.reason.removeprefix(ELSEWHERE).removeprefix(": ")
    outcome = Outcome.NOT_APPLICABLE if optional else Outcome.CANNOT_JUDGE
    return replace(verdict, outcome=outcome, reason=optional or NOT_EXERCISED)


def _assumptions(shards: Sequence[RunReport]) -> tuple[AssumptionCheck, ...]:
    found: dict[str, AssumptionCheck] = {}
    for each in shards:
        shard = shard_of(each)
        for one in each.assumptions:
            evidence = tuple(renamed(shard, name) for name in one.evidence)
            old = found.get(one.behaviour)
            own = one.model_copy(update={"evidence": evidence})
            if old is None or (own.observed and not old.observed):
                found[one.behaviour] = own
    return tuple(found.values())


def _causes(shards: Sequence[RunReport]) -> tuple[Cause, ...]:
    found: dict[str, Cause] = {}
    for each in shards:
        shard = shard_of(each)
        for one in each.causes:
            evidence = tuple(renamed(shard, name) for name in one.evidence)
            old = found.get(one.key)
            explains = dict.fromkeys((*(old.explains if old else ()), *one.explains))
            found[one.key] = (old or one).model_copy(
                update={
                    "explains": tuple(explains),
                    "evidence": (*(old.evidence if old else ()), *evidence),
                }
            )
    return tuple(found.values())
