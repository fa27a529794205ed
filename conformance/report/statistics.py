"""Counts what a run says: verdicts, violations, and what was not judged and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from conformance.results.model import Run, Waiver
from conformance.results.verdicts import JUDGED, Judgement, Verdict

VIOLATED: Final = frozenset({Verdict.FAIL, Verdict.DEVIATION})
NOT_JUDGED: Final = (Verdict.HARNESS_ERROR, Verdict.CANNOT_JUDGE, Verdict.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Gap:
    """One reason for which something was not judged, and what it kept from being judged."""

    verdict: Verdict
    reason: str
    judgements: tuple[Judgement, ...]


def count(judgements: Iterable[Judgement]) -> dict[Verdict, int]:
    """Return how many judgements there are of each verdict; every verdict is a key."""
    found = Counter(judgement.verdict for judgement in judgements)
    return {verdict: found[verdict] for verdict in Verdict}


def by_operation(run: Run) -> dict[str, list[Judgement]]:
    """Return the judgements of each operation, in the order of the run's operations."""
    groups: dict[str, list[Judgement]] = {name: [] for name in run.operations}
    for judgement in run.verdicts:
        groups.setdefault(judgement.operation, []).append(judgement)
    return {name: group for name, group in groups.items() if group}


def violations(run: Run) -> list[Judgement]:
    """Return what makes the run red."""
    return [judgement for judgement in run.verdicts if run.is_red(judgement)]


def tolerated(run: Run) -> list[Judgement]:
    """Return what is violated and not red: deviations, waived and provisional violations."""
    return [j for j in run.verdicts if j.verdict in VIOLATED and not run.is_red(j)]


def why_tolerated(run: Run, judgement: Judgement) -> str:
    """Return why a violated requirement is not red."""
    if judgement.waived:
        return f"waived: {judgement.waived}"
    if run.requirement(judgement.requirement).provisional:
        return "provisional: a new requirement, reported and not red yet"
    return "a deviation: inferred, not this operation's own sentence; red with --strict"


def gaps(run: Run) -> list[Gap]:
    """Return what was not judged, one entry for each reason, the largest of the gravest first."""
    groups: dict[tuple[Verdict, str], list[Judgement]] = {}
    for judgement in run.verdicts:
        if judgement.verdict not in JUDGED:
            reason = judgement.reason or "no reason was given"
            groups.setdefault((judgement.verdict, reason), []).append(judgement)
    found = [Gap(verdict, reason, tuple(group)) for (verdict, reason), group in groups.items()]
    return sorted(found, key=lambda gap: (NOT_JUDGED.index(gap.verdict), -len(gap.judgements), gap.reason))


def expired(run: Run) -> list[Waiver]:
    """Return the waivers that make the run red: expired, or stale because the requirement holds again."""
    return [waiver for waiver in run.waivers if waiver.state in {"expired", "stale"}]


def judged_share(judgements: Iterable[Judgement]) -> float:
    """Return the judged part of all promises, from 0 to 1."""
    counts = count(judgements)
    total = sum(counts.values())
    return sum(counts[verdict] for verdict in JUDGED) / total if total else 0.0


def overview(run: Run) -> dict[str, object]:
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


def headline(run: Run) -> str:
    """Return the run in one line for humans."""
    return f"{run.target}: {outcome(run)} ({breakdown(run)})"


def breakdown(run: Run) -> str:
    """Return what the promises came to, in one phrase."""
    counts = count(run.verdicts)
    judged = sum(counts[verdict] for verdict in JUDGED)
    words = [f"{judged} of {len(run.verdicts)} promises judged"]
    calm = tolerated(run)
    groups = (
        (sum(1 for j in calm if _is_deviation(run, j)), "deviation", "s"),
        (sum(1 for j in calm if j.waived), "waived", ""),
        (sum(1 for j in calm if _is_new(run, j)), "violated and too new to be red", ""),
        (counts[Verdict.CANNOT_JUDGE], "could not be judged", ""),
        (counts[Verdict.HARNESS_ERROR], "failed in the suite itself", ""),
        (counts[Verdict.NOT_APPLICABLE], "not applicable here", ""),
        (len(run.leaks), "left behind at the target", ""),
    )
    words += [f"{number} {name}{'' if number == 1 else more}" for number, name, more in groups if number]
    if not run.complete:
        words.append(f"cut off: {run.stopped or 'no reason was given'}")
    return "; ".join(words)


def _is_deviation(run: Run, judgement: Judgement) -> bool:
    return judgement.verdict is Verdict.DEVIATION and not judgement.waived and not _is_new(run, judgement)


def _is_new(run: Run, judgement: Judgement) -> bool:
    return not judgement.waived and run.requirement(judgement.requirement).provisional


def outcome(run: Run) -> str:
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
