"""Counts what a run says: verdicts, violations, and what was not judged and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from conformance.results.model import Cause, RunReport, WaiverStanding, WaiverState
from conformance.results.text import one_line, shorten
from conformance.results.verdicts import JUDGED, VIOLATED, ExitCode, Outcome, Verdict

NOT_JUDGED: Final = (Outcome.HARNESS_ERROR, Outcome.CANNOT_JUDGE, Outcome.NOT_APPLICABLE)
WORST: Final = 120
OUTCOMES: Final = {
    ExitCode.CONFORMS: "conforms",
    ExitCode.VIOLATION: "violated",
    ExitCode.USAGE: "the suite itself failed",
    ExitCode.CANNOT_JUDGE: "could not be judged completely",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """One reason for which something was not judged, and what it kept from being judged."""

    outcome: Outcome
    reason: str
    verdicts: tuple[Verdict, ...]

    @property
    def size(self) -> int:
        """Return how many verdicts are missing for this reason."""
        return len(self.verdicts)

    @property
    def requirements(self) -> list[str]:
        """Return the ids of the requirements, each once."""
        return sorted({verdict.requirement for verdict in self.verdicts})


@dataclass(frozen=True, slots=True)
class Explained:
    """Violations that one cause explains, the one that says most first; without a cause, a single one.

    `red` is how many of them make the run red.
    """

    verdicts: tuple[Verdict, ...]
    cause: Cause | None = None
    red: int = 0


def explained(run: RunReport) -> list[Explained]:
    """Return what explains the violations, what makes the run red first; each violation stands in one."""
    left = {verdict.pair: verdict for verdict in run.verdicts if verdict.outcome in VIOLATED}
    found = []
    for cause in run.causes:
        verdicts = [verdict for v in run.explained_by(cause) if (verdict := left.pop(v.pair, None))]
        if verdicts:
            found.append(Explained(tuple(verdicts), cause, sum(map(run.is_red, verdicts))))
    found += [Explained((verdict,), None, int(run.is_red(verdict))) for verdict in left.values()]
    return sorted(found, key=lambda each: not each.red)


def count(verdicts: Iterable[Verdict]) -> dict[Outcome, int]:
    """Return how many verdicts there are of each outcome; every outcome is a key."""
    found = Counter(verdict.outcome for verdict in verdicts)
    return {outcome: found[outcome] for outcome in Outcome}


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
    return [v for v in run.verdicts if v.outcome in VIOLATED and not run.is_red(v)]


def why_tolerated(run: RunReport, verdict: Verdict) -> str:
    """Return why a violated requirement is not red."""
    if verdict.waived:
        return f"waived: {verdict.waived}"
    if run.is_provisional(verdict.requirement):
        return "provisional: a new requirement, reported and not red yet"
    return "a deviation: inferred, not this operation's own sentence; red with --strict"


def message(verdict: Verdict) -> str:
    """Return a verdict in one sentence: expected and actual of a violation, else why it was not judged."""
    if verdict.outcome in VIOLATED:
        return f"expected {verdict.expected}; got {verdict.actual or verdict.reason}"
    return verdict.reason


def gaps(run: RunReport) -> list[Gap]:
    """Return what was not judged, one entry for each reason, the largest of the gravest first."""
    groups: dict[tuple[Outcome, str], list[Verdict]] = {}
    for verdict in run.verdicts:
        if verdict.outcome not in JUDGED:
            reason = verdict.reason or "no reason was given"
            groups.setdefault((verdict.outcome, reason), []).append(verdict)
    found = [Gap(outcome, reason, tuple(group)) for (outcome, reason), group in groups.items()]
    return sorted(found, key=lambda gap: (NOT_JUDGED.index(gap.outcome), -len(gap.verdicts), gap.reason))


def ended_waivers(run: RunReport) -> list[WaiverStanding]:
    """Return the waivers that make the run red: expired, or stale because the requirement holds again."""
    return [waiver for waiver in run.waivers if waiver.state is not WaiverState.ACTIVE]


def judged_share(verdicts: Iterable[Verdict]) -> float:
    """Return the judged part of all requirements, from 0 to 1."""
    counts = count(verdicts)
    total = sum(counts.values())
    return sum(counts[outcome] for outcome in JUDGED) / total if total else 0.0


def overview(run: RunReport) -> dict[str, object]:
    """Return the numbers of a run that a machine asks for first."""
    shown = ("requirement", "operation", "expected", "actual")
    return {
        "run_id": run.run_id,
        "target": run.target,
        "exit_code": run.exit_code,
        "complete": run.complete,
        "counts": {outcome.value: number for outcome, number in count(run.verdicts).items()},
        "violations": [{name: getattr(v, name) for name in shown} for v in violations(run)],
        "judged_share": round(judged_share(run.verdicts), 4),
        "leaks": len(run.leaks),
    }


def headline(run: RunReport) -> str:
    """Return the run in one line for humans; the worst cause is named where there is one."""
    said, causes = result(run), red_causes(run)
    if causes:
        red = plural(len(violations(run)), "violation")
        said = said.replace(red, f"{red} from {plural(len(causes), 'cause')}", 1)
        said += f": {shorten(causes[0].sentence, WORST)}"
    return f"{run.target}: {said} ({breakdown(run)})"


def cause_text(run: RunReport, verdict: Verdict) -> str:
    """Return key and sentence of what explains a violation, or an empty string."""
    cause = run.cause_of(verdict)
    return f"{cause.key}: {cause.sentence}" if cause else ""


def red_causes(run: RunReport) -> list[Cause]:
    """Return the causes that make the run red, the gravest first."""
    return [each.cause for each in explained(run) if each.red and each.cause is not None]


def result(run: RunReport) -> str:
    """Return what came of the run in a few words: what the exit code means here."""
    red, ended = len(violations(run)), len(ended_waivers(run))
    parts = [plural(red, "violation")] if red else []
    if ended:
        parts.append(plural(ended, "expired or stale waiver"))
    if red and run.exit_code == ExitCode.CONFORMS:  # judged against a baseline that had them too
        parts[0] += ", none of them new since the baseline"
    if not parts and not judged_share(run.verdicts):
        return f"not judged: {_why_nothing(run)}"
    return " and ".join(parts) or OUTCOMES[run.exit_code]


def title(run: RunReport) -> tuple[str, str]:
    """Return what came of the run as a title of a few words, and what else there is to say of it."""
    found, red = result(run), len(violations(run))
    if red and run.causes:
        causes = sum(each.red > 0 for each in explained(run))
        found = found.replace(
            plural(red, "violation"), f"{plural(red, 'violation')}, {plural(causes, 'cause')}", 1
        )
    first, _, rest = found.partition(": " if found.startswith("not judged") else " and ")
    return first, rest


def _why_nothing(run: RunReport) -> str:
    """Return the one reason for which nothing was judged, or the largest of them."""
    found = gaps(run)
    if run.stopped or not found:
        return one_line(run.stopped) or "nothing was selected, or the run ended before it judged anything"
    more = f", and {plural(len(found) - 1, 'other reason')}" if len(found) > 1 else ""
    return one_line(max(found, key=lambda gap: len(gap.verdicts)).reason) + more


def breakdown(run: RunReport) -> str:
    """Return what the requirements came to, in one phrase."""
    counts = count(run.verdicts)
    waived = [verdict for verdict in tolerated(run) if verdict.waived]
    new = [v for v in tolerated(run) if not v.waived and run.is_provisional(v.requirement)]
    groups = (
        (len(tolerated(run)) - len(waived) - len(new), "deviation", "s"),
        (len(waived), "waived", ""),
        (len(new), "violated and too new to be red", ""),
        (counts[Outcome.CANNOT_JUDGE], "could not be judged", ""),
        (counts[Outcome.HARNESS_ERROR], "failed in the suite itself", ""),
        (counts[Outcome.NOT_APPLICABLE], "not applicable here", ""),
        (len(run.leaks), "left behind at the target", ""),
    )
    judged = sum(counts[outcome] for outcome in JUDGED)
    words = [f"{judged} of {len(run.verdicts)} requirements judged"]
    words += [f"{number} {name}{'' if number == 1 else more}" for number, name, more in groups if number]
    if run.coverage is not None and run.coverage.percent < run.min_coverage:
        words.append(
            f"{run.coverage.percent:.1f} % of the documentation covered, {run.min_coverage:g} % asked for"
        )
    if not run.complete:
        words.append(f"cut off: {run.stopped or 'no reason was given'}")
    return "; ".join(words)


def plural(number: int, noun: str) -> str:
    """Return the number with its noun."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
