"""The page's first question: what moved since an earlier run, and whose change it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from conformance.analysis.compare import Comparison
from conformance.results.text import shorten

SHOWN_MOVES: Final = 300
TARGET: Final = "target changed"
KINDS: Final = (
    "new violation",
    "expired",
    "not judged any more",
    "fixed",
    "newly judged",
    "waived",
    "observation changed",
    "still",
)
_MOODS: Final = {"new violation": "bad", "expired": "bad", "not judged any more": "odd", "fixed": "good"}


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that moved, and whose change it comes from."""

    requirement: str
    operation: str
    kind: str
    causes: tuple[str, ...]
    before: str
    after: str
    detail: str

    @property
    def cause(self) -> str:
        """Return the likeliest cause, empty where nothing changed."""
        return self.causes[0] if self.causes else ""

    @property
    def beside(self) -> str:
        """Return what else it may come from, or why nothing else may."""
        if self.causes == (TARGET,):
            return "nothing else did"
        return f"or {', '.join(self.causes[1:])}" if len(self.causes) > 1 else ""

    @property
    def mood(self) -> str:
        """Return how the page colours it."""
        return _MOODS.get(self.kind, "calm")


@dataclass(frozen=True, slots=True)
class Moves:
    """Everything that moved since an older run."""

    old: str
    rows: tuple[Move, ...]
    notes: tuple[str, ...]
    causes: tuple[tuple[str, int], ...]

    @property
    def news(self) -> tuple[Move, ...]:
        """Return the moves without the violations that were there before."""
        return tuple(move for move in self.rows if move.kind != "still")

    @property
    def shown(self) -> tuple[Move, ...]:
        """Return as many moves as the page lists."""
        return self.news[:SHOWN_MOVES]

    @property
    def tally(self) -> list[tuple[str, int]]:
        """Return how many moves of each kind there are, in the order in which they matter."""
        kinds = [move.kind for move in self.rows]
        return [(kind, kinds.count(kind)) for kind in KINDS if kind in kinds]

    @property
    def standing(self) -> str:
        """Return what there is to say where nothing moved."""
        still = sum(move.kind == "still" for move in self.rows)
        if not still:
            return "Nothing moved: every promise stands as it stood."
        left = "one violation of then is" if still == 1 else f"the {still} violations of then are"
        return f"Nothing moved: {left} there still."


def moves(comparison: Comparison | None) -> Moves | None:
    """Return the comparison's moves, the gravest first, or None where there is no comparison."""
    if comparison is None:
        return None
    rows = [
        Move(
            move.requirement,
            move.operation,
            move.move.value,
            tuple(cause.value for cause in move.causes),
            move.before,
            move.after,
            shorten(move.detail, 600),
        )
        for move in comparison.moves
    ]
    rank = {kind: number for number, kind in enumerate(KINDS)}
    rows.sort(key=lambda move: (rank.get(move.kind, len(rank)), move.requirement, move.operation))
    causes = [move.cause for move in rows if move.cause and move.kind != "still"]
    return Moves(
        old=comparison.old,
        rows=tuple(rows),
        notes=comparison.notes,
        causes=tuple(
            sorted(((cause, causes.count(cause)) for cause in set(causes)), key=lambda item: -item[1])
        ),
    )
