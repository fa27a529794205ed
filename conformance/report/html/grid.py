"""Where an API is broken: a grid of operations and what of them the requirements speak of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from conformance.report.html.kinds import KINDS, kind_of
from conformance.report.statistics import by_operation
from conformance.results.causes import Theme
from conformance.results.model import RunReport
from conformance.results.verdicts import Verdict

SHOWN: Final = 4
"""So many operations stand in the first view; the others are folded."""
HEADS: Final = {Theme.AUTHENTICATION: "auth", Theme.PERMISSIONS: "rights"}
"""Short words for the head of a column."""
OTHER: Final = "other"
"""The column of requirements of which a run of an older suite does not say what they speak of."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What became of the requirements of one operation that speak of one thing."""

    theme: str
    counts: Counter[str]

    @property
    def worst(self) -> str:
        """Return the letter of the gravest kind that is there, empty where nothing is."""
        return next((code for code in KINDS if self.counts[code]), "")

    @property
    def number(self) -> int:
        """Return how many there are of the gravest kind."""
        return self.counts[self.worst]

    @property
    def words(self) -> str:
        """Return the whole cell in words."""
        return ", ".join(f"{self.counts[code]} {KINDS[code].word}" for code in KINDS if self.counts[code])


@dataclass(frozen=True, slots=True)
class Row:
    """One operation of the grid."""

    operation: str
    path: str
    cells: tuple[Cell, ...]

    @property
    def weight(self) -> tuple[int, ...]:
        """Return how bad it is, as what sorts the worst first."""
        return tuple(-sum(cell.counts[code] for cell in self.cells) for code in KINDS)


@dataclass(frozen=True, slots=True)
class Grid:
    """The columns' themes and the rows, the worst first."""

    themes: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def heads(self) -> list[tuple[str, str]]:
        """Return theme and short word of each column."""
        short = {theme.value: word for theme, word in HEADS.items()}
        return [(theme, short.get(theme, theme)) for theme in self.themes]


def grid(run: RunReport) -> Grid:
    """Return the grid of a run; a theme of which nothing was selected has no column."""
    found = by_operation(run)
    used = {_theme(run, verdict) for verdict in run.verdicts}
    themes = tuple(theme for theme in (*(each.value for each in Theme), OTHER) if theme in used)
    rows = [_row(run, name, verdicts, themes) for name, verdicts in found.items()]
    return Grid(themes, tuple(sorted(rows, key=lambda row: row.weight[:-3])))


def _row(run: RunReport, operation: str, verdicts: Sequence[Verdict], themes: tuple[str, ...]) -> Row:
    known = run.operation(operation)
    counts = Counter((_theme(run, verdict), kind_of(run, verdict)) for verdict in verdicts)
    return Row(
        operation,
        f"{known.method} {known.path}".strip(),
        tuple(Cell(theme, Counter({code: counts[theme, code] for code in KINDS})) for theme in themes),
    )


def _theme(run: RunReport, verdict: Verdict) -> str:
    theme = run.requirement(verdict.requirement).theme
    return theme if theme in set(Theme) else OTHER
