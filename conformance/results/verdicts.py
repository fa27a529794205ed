"""What is red: the verdicts, how several of them on one promise combine, and the exit code."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from threading import Lock
from typing import Final

from conformance.claims.level import Level


class Verdict(StrEnum):
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
    Verdict.FAIL,
    Verdict.DEVIATION,
    Verdict.HARNESS_ERROR,
    Verdict.CANNOT_JUDGE,
    Verdict.PASS,
    Verdict.OBSERVED,
    Verdict.NOT_APPLICABLE,
)
"""Which of two verdicts on one promise stands: the earlier one. A proven violation outlives everything."""

JUDGED: Final = frozenset({Verdict.PASS, Verdict.FAIL, Verdict.DEVIATION, Verdict.OBSERVED})
"""The verdicts of what was judged, whatever came out."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One verdict on one requirement of one operation, with what proves it.

    `evidence` are exchange ids; `fingerprint` is what an ``OBSERVED`` saw, for comparing nights;
    `waived` is empty or the waiver's reason. `variations` are the scenarios that saw it violated.
    """

    requirement: str
    operation: str
    level: Level
    verdict: Verdict
    reason: str = ""
    expected: str = ""
    actual: str = ""
    evidence: tuple[str, ...] = ()
    curl: str = ""
    fingerprint: str = ""
    waived: str = ""
    times: int = 1
    variations: tuple[str, ...] = ()


def violated(level: Level) -> Verdict:
    """Return the verdict of a violated requirement of this level (design, section 3)."""
    return {Level.MUST: Verdict.FAIL, Level.SHOULD: Verdict.DEVIATION}.get(level, Verdict.OBSERVED)


def held(level: Level) -> Verdict:
    """Return the verdict of a requirement of this level that was judged and holds."""
    return Verdict.OBSERVED if level is Level.UNSPECIFIED else Verdict.PASS


def combine(old: Judgement, new: Judgement) -> Judgement:
    """Return the one that stands when both speak of the same promise; the first proof is kept."""
    stands = new if PRECEDENCE.index(new.verdict) < PRECEDENCE.index(old.verdict) else old
    prints = sorted({part for j in (old, new) for part in j.fingerprint.split(" | ") if part})
    seen = tuple(sorted({*old.variations, *new.variations}))
    return replace(stands, times=old.times + new.times, fingerprint=" | ".join(prints), variations=seen)


def is_red(judgement: Judgement, *, strict: bool = False) -> bool:
    """Tell whether this verdict alone makes the run a violation (exit 1)."""
    if judgement.waived:
        return False
    return judgement.verdict is Verdict.FAIL or (strict and judgement.verdict is Verdict.DEVIATION)


def without_provisional(judgements: Iterable[Judgement], provisional: Container[str]) -> list[Judgement]:
    """Return the judgements with each violation of a requirement that is too new to be red as an observation.

    Whatever else became of it counts: a new requirement that nobody could judge was selected and not judged.
    """
    return [
        replace(j, verdict=Verdict.OBSERVED)
        if j.requirement in provisional and j.verdict in {Verdict.FAIL, Verdict.DEVIATION}
        else j
        for j in judgements
    ]


def exit_code(judgements: Iterable[Judgement], *, strict: bool = False, complete: bool = True) -> ExitCode:
    """Return the run's exit code.

    A proven violation is the most useful thing to say and comes first; then the suite's own failure,
    then whatever was not judged.
    """
    found = list(judgements)
    if any(is_red(judgement, strict=strict) for judgement in found):
        return ExitCode.VIOLATION
    kinds = {judgement.verdict for judgement in found}
    if not found or Verdict.HARNESS_ERROR in kinds:
        return ExitCode.USAGE
    if Verdict.CANNOT_JUDGE in kinds or not complete:
        return ExitCode.CANNOT_JUDGE
    return ExitCode.CONFORMS


@dataclass
class Book:
    """Where every judgement of a run is booked; safe to use from several threads.

    One entry for each requirement and operation: later judgements are combined into it.
    """

    _entries: dict[tuple[str, str], Judgement] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def add(self, judgement: Judgement) -> None:
        """Book one judgement."""
        key = (judgement.requirement, judgement.operation)
        with self._lock:
            old = self._entries.get(key)
            self._entries[key] = judgement if old is None else combine(old, judgement)

    def replace(self, judgements: Iterable[Judgement]) -> None:
        """Put these judgements in the place of those booked on the same requirement and operation."""
        with self._lock:
            self._entries |= {(j.requirement, j.operation): j for j in judgements}

    def get(self, requirement: str, operation: str) -> Judgement | None:
        """Return what is booked so far on this requirement and operation."""
        return self._entries.get((requirement, operation))

    def __iter__(self) -> Iterator[Judgement]:
        """Iterate over the judgements, by requirement and operation."""
        with self._lock:
            entries = dict(self._entries)
        return iter([entries[key] for key in sorted(entries)])

    def __len__(self) -> int:
        """Return how many requirement and operation pairs have a verdict."""
        return len(self._entries)
