"""The words of a comparison: kinds of move, causes, and the exit code that they add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from conformance.results.verdicts import ExitCode, Outcome

JsonObject = Mapping[str, Any]
Row = JsonObject | None
"""One verdict of a run's document; None where the run has none on this requirement and operation."""


class Kind(StrEnum):
    """How one requirement of one operation stands now, against how it stood; in the order of a report."""

    NEW_VIOLATION = "new violation"
    EXPIRED = "expired"
    STILL = "still"
    WAIVED = "waived"
    FIXED = "fixed"
    NOT_JUDGED = "not judged any more"
    NEWLY_JUDGED = "newly judged"
    OBSERVATION = "observation changed"


class Cause(StrEnum):
    """Whose change a move may come from; in the order in which candidates are named, most specific first."""

    CUT_OFF = "run cut off"
    WAIVER = "waiver changed"
    REQUIREMENT = "requirement changed"
    SPEC = "spec changed"
    SUITE = "suite changed"
    CONFIGURATION = "configuration changed"
    ENVIRONMENT = "environment changed"
    SEED = "other requests generated"
    TARGET = "target changed"


UNCHANGED: Final = "unchanged"
GATING: Final = frozenset({Kind.NEW_VIOLATION, Kind.EXPIRED})


@dataclass(frozen=True, slots=True)
class Move:
    """One requirement of one operation whose standing changed, or a violation that stayed.

    `before` and `after` are verdicts, empty where a run has none. `causes` are all candidates. `waived` is
    the reason of the waiver that covers it now. `red` tells whether the move alone fails a gate. `variation`
    is the scenario in which a violation that stayed is seen too now, else empty.
    """

    requirement: str
    operation: str
    move: Kind
    causes: tuple[Cause, ...] = ()
    before: str = ""
    after: str = ""
    detail: str = ""
    waived: str = ""
    red: bool = False
    variation: str = ""

    @property
    def cause(self) -> str:
        """Return the most specific candidate, empty where nothing changed."""
        return self.causes[0].value if self.causes else ""

    def to_document(self) -> dict[str, Any]:
        """Return the move as JSON."""
        return {
            "requirement": self.requirement,
            "operation": self.operation,
            "move": self.move.value,
            "cause": self.cause,
            "causes": [cause.value for cause in self.causes],
            "before": self.before,
            "after": self.after,
            "detail": self.detail,
            "waived": self.waived,
            "red": self.red,
            "variation": self.variation,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """All moves between two runs; `notes` say what else changed and what a reader has to know.

    `comparable` is false where the two runs have no common ground (another target, no verdicts at all): the
    moves are still there, and mean little.
    """

    old: str
    new: str
    moves: tuple[Move, ...]
    unchanged: int = 0
    comparable: bool = True
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Return how many moves of each kind there are, every kind named, and how many pairs did not move."""
        found = Counter(move.move for move in self.moves)
        return {**{kind.value: found[kind] for kind in Kind}, UNCHANGED: self.unchanged}

    def of(self, kind: Kind) -> tuple[Move, ...]:
        """Return the moves of one kind."""
        return tuple(move for move in self.moves if move.move is kind)

    def to_document(self) -> dict[str, Any]:
        """Return the comparison as JSON."""
        return {
            "old": self.old,
            "new": self.new,
            "comparable": self.comparable,
            "counts": self.counts,
            "notes": list(self.notes),
            "moves": [move.to_document() for move in self.moves],
        }


def gate(comparison: Comparison, *, force: bool = False) -> ExitCode:
    """Return the exit code of a gate on the comparison; violations that the old run had do not fail it.

    1: a new violation, or one whose waiver no longer covers it. 2: the runs are not comparable (unless
    `force`), or the suite itself failed where it judged before. 3: something that was judged could not be
    judged any more, so silence must not pass for health. 0: neither.
    """
    if not comparison.comparable and not force:
        return ExitCode.USAGE
    if any(move.red for move in comparison.moves):
        return ExitCode.VIOLATION
    lost = {move.after for move in comparison.of(Kind.NOT_JUDGED)}
    cut_off = any(Cause.CUT_OFF in move.causes for move in comparison.of(Kind.NOT_JUDGED))
    if Outcome.HARNESS_ERROR in lost:
        return ExitCode.USAGE
    return ExitCode.CANNOT_JUDGE if Outcome.CANNOT_JUDGE in lost or cut_off else ExitCode.CONFORMS
