"""The page's first question: what changed since an earlier run, and whose change it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from conformance.analysis.compare.comparison_text import said
from conformance.analysis.compare.model import Cause, Comparison, Kind, Move
from conformance.report import statistics
from conformance.results.model import RunReport
from conformance.results.text import shorten

SHOWN: Final = 300
DETAIL: Final = 600
ORDER: Final = (
    Kind.NEW_VIOLATION,
    Kind.EXPIRED,
    Kind.NOT_JUDGED,
    Kind.FIXED,
    Kind.NEWLY_JUDGED,
    Kind.WAIVED,
    Kind.OBSERVATION,
    Kind.STILL,
)
"""What a reader of the page wants to see first."""

_MOODS: Final = {Kind.NEW_VIOLATION: "bad", Kind.EXPIRED: "bad", Kind.NOT_JUDGED: "odd", Kind.FIXED: "good"}


@dataclass(frozen=True, slots=True)
class Changes:
    """A comparison as the page shows it, the gravest moves first."""

    comparison: Comparison
    moves: tuple[Move, ...]
    deviating: frozenset[tuple[str, str]] = frozenset()
    """What is violated and not red, counted apart as everywhere on the page."""

    @property
    def news(self) -> tuple[Move, ...]:
        """Return the moves without the violations that were there before."""
        return tuple(move for move in self.moves if move.move is not Kind.STILL)

    @property
    def tally(self) -> list[tuple[Kind, int, str]]:
        """Return how many moves of each kind there are, and what they are called, the gravest first."""
        found: list[tuple[Kind, int, str]] = []
        for kind in ORDER:
            moves = [(move.requirement, move.operation) for move in self.comparison.of(kind)]
            soft = len(self.deviating.intersection(moves)) if kind is Kind.NEW_VIOLATION else 0
            if len(moves) > soft:
                found.append((kind, len(moves) - soft, said(kind, len(moves) - soft)))
            if soft:
                found.append((kind, soft, "new, and not red"))
        return found

    @property
    def causes(self) -> list[tuple[str, int]]:
        """Return how often each cause is the likeliest one, the most frequent first."""
        found = [move.cause for move in self.news if move.cause]
        return sorted(
            ((cause, found.count(cause)) for cause in set(found)), key=lambda pair: (-pair[1], pair)
        )

    @property
    def standing(self) -> str:
        """Return what there is to say where nothing moved."""
        still = len(self.comparison.of(Kind.STILL))
        if not still:
            return "Nothing moved: every requirement stands as it stood."
        left = "one violation of then is" if still == 1 else f"the {still} violations of then are"
        return f"Nothing moved: {left} there still."


def changes_of(comparison: Comparison | None, run: RunReport) -> Changes | None:
    """Return what the page shows of a comparison, None where there is none."""
    if comparison is None:
        return None
    key = ORDER.index
    return Changes(
        comparison,
        tuple(sorted(comparison.moves, key=lambda move: (key(move.move), move.requirement, move.operation))),
        frozenset(verdict.pair for verdict in statistics.tolerated(run)),
    )


def mood(move: Move) -> str:
    """Return how the page colours a move."""
    return _MOODS.get(move.move, "calm")


def other_causes(move: Move) -> str:
    """Return what else a move may come from, or why nothing else may."""
    if move.causes == (Cause.TARGET,):
        return "nothing else did"
    return f"or {', '.join(move.causes[1:])}" if len(move.causes) > 1 else ""


def detail(move: Move) -> str:
    """Return as much of a move's detail as the page shows."""
    return shorten(move.detail, DETAIL)
