"""What is red: the verdicts, how several of them on one requirement combine, and the exit code."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from threading import Lock
from typing import Annotated, Final

from pydantic import AliasChoices, BeforeValidator, Field, Strict

from conformance.claims.level import Level
from conformance.results.text import scrub


class Outcome(StrEnum):
    """The outcome of one requirement on one operation."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    FAIL = "FAIL"
    DEVIATION = "DEVIATION"
    OBSERVED = "OBSERVED"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    CANNOT_JUDGE = "CANNOT_JUDGE"
    HARNESS_ERROR = "HARNESS_ERROR"


class ExitCode(IntEnum):
    """What the process tells its caller, everywhere."""

    CONFORMS = 0
    VIOLATION = 1
    USAGE = 2
    CANNOT_JUDGE = 3


PRECEDENCE: Final = (
    Outcome.FAIL,
    Outcome.DEVIATION,
    Outcome.HARNESS_ERROR,
    Outcome.CANNOT_JUDGE,
    Outcome.PASS,
    Outcome.OBSERVED,
    Outcome.NOT_APPLICABLE,
)
"""Which of two verdicts on one requirement stands: the earlier one. A violation outlives everything."""

VIOLATED: Final = frozenset({Outcome.FAIL, Outcome.DEVIATION})
"""The verdicts that are violations."""

JUDGED: Final = frozenset({Outcome.PASS, Outcome.FAIL, Outcome.DEVIATION, Outcome.OBSERVED})
"""The verdicts of what was judged, whatever came out."""

Scrubbed: Final = BeforeValidator(scrub)
"""Makes a text that comes from a file harmless to print; what a run books is masked first, then scrubbed."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One verdict on one requirement of one operation, with what proves it."""

    requirement: Annotated[str, Scrubbed, Field(min_length=1)]
    operation: Annotated[str, Scrubbed, Field(min_length=1)]
    level: Level
    outcome: Annotated[Outcome, Field(alias="verdict")]
    reason: Annotated[str, Scrubbed, Field(description="Why it was not judged, or more of it.")] = ""
    expected: Annotated[str, Scrubbed, Field(description="What the requirement says.")] = ""
    actual: Annotated[str, Scrubbed, Field(description="What the target did.")] = ""
    evidence: Annotated[
        tuple[str, ...], Field(description="Ids of exchanges in exchanges.ndjson, newest last.")
    ] = ()
    curl: Annotated[str, Scrubbed, Field(description="Sends the deciding request again.")] = ""
    observed: Annotated[
        str,
        Scrubbed,
        Field(
            description="What an OBSERVED saw, for comparing runs.",
            validation_alias=AliasChoices("observed", "fingerprint"),
        ),
    ] = ""
    waived: Annotated[str, Scrubbed, Field(description="The waiver's reason; empty if not waived.")] = ""
    times: Annotated[int, Strict(), Field(ge=0, description="How often it was judged.")] = 1
    seen_in: Annotated[
        tuple[str, ...],
        Field(
            description="The scenarios that saw it violated, for comparing runs; no generated requests.",
            validation_alias=AliasChoices("seen_in", "variations"),
        ),
    ] = ()

    @property
    def pair(self) -> tuple[str, str]:
        """Return requirement and operation, the key of a verdict."""
        return (self.requirement, self.operation)


def violated(level: Level) -> Outcome:
    """Return the verdict of a violated requirement of this level (design, section 3)."""
    return {Level.MUST: Outcome.FAIL, Level.SHOULD: Outcome.DEVIATION}.get(level, Outcome.OBSERVED)


def held(level: Level) -> Outcome:
    """Return the verdict of a requirement of this level that was judged and holds."""
    return Outcome.OBSERVED if level is Level.UNSPECIFIED else Outcome.PASS


def combine(old: Verdict, new: Verdict) -> Verdict:
    """Return the one that stands when both speak of the same requirement; the first proof is kept."""
    stands = new if PRECEDENCE.index(new.outcome) < PRECEDENCE.index(old.outcome) else old
    observed = sorted({part for v in (old, new) for part in v.observed.split(" | ") if part})
    seen = tuple(sorted({*old.seen_in, *new.seen_in}))
    return replace(stands, times=old.times + new.times, observed=" | ".join(observed), seen_in=seen)


def is_red(verdict: Verdict, *, strict: bool = False) -> bool:
    """Tell whether this verdict alone makes the run a violation (exit 1)."""
    if verdict.waived:
        return False
    return verdict.outcome is Outcome.FAIL or (strict and verdict.outcome is Outcome.DEVIATION)


def without_provisional(verdicts: Iterable[Verdict], provisional: Container[str]) -> list[Verdict]:
    """Return the verdicts with each violation of a requirement that is too new to be red as an observation.

    Whatever else became of it counts: a new requirement that nobody could judge was selected and not judged.
    """
    return [
        replace(j, outcome=Outcome.OBSERVED)
        if j.requirement in provisional and j.outcome in {Outcome.FAIL, Outcome.DEVIATION}
        else j
        for j in verdicts
    ]


def judged_percent(verdicts: Iterable[Verdict]) -> float:
    """Return how much of what was selected was judged, in percent; what does not apply was not."""
    found = [verdict.outcome in JUDGED for verdict in verdicts]
    return 100 * sum(found) / len(found) if found else 0.0


def exit_code(
    verdicts: Iterable[Verdict], *, strict: bool = False, complete: bool = True, min_judged: float = 0.0
) -> ExitCode:
    """Return the run's exit code; `min_judged` is how much of what was selected has to be judged, in percent.

    A proven violation is the most useful thing to say and comes first; then the suite's own failure,
    then whatever was not judged.
    """
    found = list(verdicts)
    if any(is_red(verdict, strict=strict) for verdict in found):
        return ExitCode.VIOLATION
    kinds = {verdict.outcome for verdict in found}
    if not found or Outcome.HARNESS_ERROR in kinds:
        return ExitCode.USAGE
    if Outcome.CANNOT_JUDGE in kinds or not complete or judged_percent(found) < min_judged:
        return ExitCode.CANNOT_JUDGE
    return ExitCode.CONFORMS


@dataclass
class Book:
    """Where every verdict of a run is booked; safe to use from several threads.

    One entry for each requirement and operation: later verdicts are combined into it.
    """

    _entries: dict[tuple[str, str], Verdict] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def add(self, verdict: Verdict) -> None:
        """Book one verdict."""
        key = (verdict.requirement, verdict.operation)
        with self._lock:
            old = self._entries.get(key)
            self._entries[key] = verdict if old is None else combine(old, verdict)

    def get(self, requirement: str, operation: str) -> Verdict | None:
        """Return what is booked so far on this requirement and operation."""
        return self._entries.get((requirement, operation))

    def __iter__(self) -> Iterator[Verdict]:
        """Iterate over the verdicts, by requirement and operation."""
        with self._lock:
            entries = dict(self._entries)
        return iter([entries[key] for key in sorted(entries)])

    def __len__(self) -> int:
        """Return how many requirement and operation pairs have a verdict."""
        return len(self._entries)
