"""Counts what a run says: verdicts, violations, and what was not judged and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from conformance.results.model import RunReport, WaiverStanding
from conformance.results.verdicts import JUDGED, Outcome, Verdict

VIOLATED: Final = frozenset({Outcome.FAIL, Outcome.DEVIATION})
NOT_JUDGED: Final = (Outcome.HARNESS_ERROR, Outcome.CANNOT_JUDGE, Outcome.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Gap:
    """One reason for which something was not judged, and what it kept from being judged."""

    verdict: Outcome
    reason: str
    verdicts: tuple[Verdict, ...]


def count(verdicts: Iterable[Verdict]) -> dict[Outcome, int]:
    """Return how many verdicts there are of each verdict; every verdict is a key."""
    found = Counter(verdict.outcome for verdict in verdicts)
    return {verdict: found[verdict] for verdict in Outcome}


def by_operation(run: RunReport) -> dict[str, list[Verdict]]:
    """Return the verdicts of each operation, in the order of the run's operations."""
    groups: dict[str, list[Verdict]] = {name: [] for name in run.operations}
    for verdict in run.verdicts:
        groups.setdefault(verdict.operation, []).append(verdict)
    return {name: group for name, group in groups.items() if group}


def violations(run: RunReport) -> list[Verdict]:
    """Return what makes the run red."""
    return [verdict for verdict in run.verdicts if run.is_red(verdict)]


def tolerated(run: RunReport) -> list[Verdict]:
    """Return what is violated and not red: deviations, waived and provisional violations."""
    return [j for j in run.verdicts if j.outcome in VIOLATED and not run.is_red(j)]


def why_tolerated(run: RunReport, verdict: Verdict) -> str:
    """Return why a violated requirement is not red."""
    if verdict.waived:
        return f"waived: {verdict.waived}"
    if run.requirement(verdict.requirement).provisional:
        return "provisional: a new requirement, reported and not red yet"
    return "a deviation: inferred, not this operation's own sentence; red with --strict"


def gaps(run: RunReport) -> list[Gap]:
    """Return what was not judged, one entry for each reason, the largest of the gravest first."""
    groups: dict[tuple[Outcome, str], list[Verdict]] = {}
    for verdict in run.verdicts:
        if verdict.outcome not in JUDGED:
            reason = verdict.reason or "no reason was given"
            groups.setdefault((verdict.outcome, reason), []).append(verdict)
    found = [Gap(verdict, reason, tuple(group)) for (verdict, reason), group in groups.items()]
    return sorted(found, key=lambda gap: (NOT_JUDGED.index(gap.verdict), -len(gap.verdicts), gap.reason))


def expired(run: RunReport) -> list[WaiverStanding]:
    """Return the waivers that make the run red: expired, or stale because the requirement holds again."""
    return [waiver for waiver in run.waivers if waiver.state in {"expired", "stale"}]


def judged_share(verdicts: Iterable[Verdict]) -> float:
    """Return the judged part of all promises, from 0 to 1."""
    counts = count(verdicts)
    total = sum(counts.values())
    return sum(counts[verdict] for verdict in JUDGED) / total if total else 0.0


def overview(run: RunReport) -> dict[str, object]:
    """Return the numbers of a run that a machine asks for first."""
    counts = count(run.verdicts)
    return {
        "run_id": run.run_id,
        "target": run.target,
        "exit_code": run.exit_code,
        "complete": run.complete,
        "counts": {verdict.value: number for verdict, number in counts.items()},
        "violations": [
            {
                "requirement": j.requirement,
                "operation": j.operation,
                "expected": j.expected,
                "actual": j.actual,
            }
            for j in violations(run)
        ],
        "judged_share": round(judged_share(run.verdicts), 4),
        "leaks": len(run.leaks),
    }


def headline(run: RunReport) -> str:
    """Return the run in one line for humans."""
    return f"{run.target}: {outcome(run)} ({breakdown(run)})"


def breakdown(run: RunReport) -> str:
    """Return what the promises came to, in one phrase."""
    counts = count(run.verdicts)
    judged = sum(counts[verdict] for verdict in JUDGED)
    words = [f"{judged} of {len(run.verdicts)} promises judged"]
    calm = tolerated(run)
    groups = (
        (sum(1 for j in calm if _is_deviation(run, j)), "deviation", "s"),
        (sum(1 for j in calm if j.waived), "waived", ""),
        (sum(1 for j in calm if _is_new(run, j)), "violated and too new to be red", ""),
        (counts[Outcome.CANNOT_JUDGE], "could not be judged", ""),
        (counts[Outcome.HARNESS_ERROR], "failed in the suite itself", ""),
        (counts[Outcome.NOT_APPLICABLE], "not applicable here", ""),
        (len(run.leaks), "left behind at the target", ""),
    )
    words += [f"{number} {name}{'' if number == 1 else more}" for number, name, more in groups if number]
    if not run.complete:
        words.append(f"cut off: {run.stopped or 'no reason was given'}")
    return "; ".join(words)


def _is_deviation(run: RunReport, verdict: Verdict) -> bool:
    return verdict.outcome is Outcome.DEVIATION and not verdict.waived and not _is_new(run, verdict)


def _is_new(run: RunReport, verdict: Verdict) -> bool:
    return not verdict.waived and run.requirement(verdict.requirement).provisional


def outcome(run: RunReport) -> str:
    """Return the run's outcome in a few words: what the exit code means here."""
    red, old = len(violations(run)), len(expired(run))
    parts = [plural(red, "violation")] if red else []
    if old:
        parts.append(plural(old, "expired or stale waiver"))
    if red and run.exit_code == 0:  # judged against a baseline that had them too
        parts[0] += ", none of them new since the baseline"
    if parts:
        return " and ".join(parts)
    outcomes = {
        0: "conforms",
        1: "violated",
        2: "the suite itself failed",
        3: "could not be judged completely",
    }
    return outcomes[run.exit_code]


def plural(number: int, noun: str) -> str:
    """Return the number with its noun."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
