"""What of the documentation a run exercised and judged, as a picture, and why the rest was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from conformance.results.coverage import DIMENSIONS, Cells, OperationCoverage
from conformance.results.model import RunReport

NAMED: Final = 60
"""So many things are named of those that have one reason; the rest stands in `run.json`."""
WORDS: Final = {name: name.replace("_", " ") for name in DIMENSIONS}


@dataclass(frozen=True, slots=True)
class Bar:
    """How much of one dimension was exercised and judged, of a hundred units."""

    name: str
    documented: int
    exercised: int
    judged: int

    @property
    def text(self) -> str:
        """Return judged of documented."""
        return f"{self.judged} of {self.documented}" if self.documented else "none"

    @property
    def judged_width(self) -> float:
        """Return the width of the judged part."""
        return round(100 * self.judged / self.documented, 1) if self.documented else 0.0

    @property
    def exercised_width(self) -> float:
        """Return the width of the exercised part, the judged one included."""
        return round(100 * self.exercised / self.documented, 1) if self.documented else 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """One operation: a bar for each dimension, and the statuses that no page documents."""

    operation: str
    bars: tuple[Bar, ...]
    undocumented: Mapping[str, int]

    @property
    def missing(self) -> int:
        """Return how much of what is documented was not judged."""
        return sum(bar.documented - bar.judged for bar in self.bars)


@dataclass(frozen=True, slots=True)
class Gap:
    """What was not covered for one reason."""

    reason: str
    size: int
    named: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """The coverage of a run: all operations together, then each, the least covered first."""

    percent: int
    total: tuple[Bar, ...]
    rows: tuple[Row, ...]
    gaps: tuple[Gap, ...]


def picture(run: RunReport) -> Picture | None:
    """Return what the page shows of the coverage; None where the run did not measure it."""
    if run.coverage is None:
        return None
    operations = run.coverage.operations
    rows = [Row(name, _bars([each]), each.undocumented) for name, each in operations.items()]
    return Picture(
        int(run.coverage.percent),
        _bars(list(operations.values())),
        tuple(sorted(rows, key=lambda row: -row.missing)),
        _gaps(operations),
    )


def _bars(operations: list[OperationCoverage]) -> tuple[Bar, ...]:
    return tuple(_bar(name, [each.cells()[name] for each in operations]) for name in DIMENSIONS)


def _bar(name: str, found: list[Cells]) -> Bar:
    pairs = [pair for cells in found for pair in cells.values()]
    return Bar(WORDS[name], len(pairs), sum(n > 0 for n, _ in pairs), sum(n > 0 for _, n in pairs))


def _gaps(operations: Mapping[str, OperationCoverage]) -> tuple[Gap, ...]:
    """Return the reasons, the commonest first; what several operations lack alike is named once."""
    found: dict[str, Counter[str]] = {}
    for each in operations.values():
        for reason, keys in each.never.items():
            found.setdefault(reason, Counter()).update(keys)
    gaps = [Gap(reason, keys.total(), tuple(_named(keys))) for reason, keys in found.items()]
    return tuple(sorted(gaps, key=lambda gap: (-gap.size, gap.reason)))


def _named(keys: Counter[str]) -> list[str]:
    lines = []
    for key, times in sorted(keys.items())[:NAMED]:
        dimension, _, item = key.partition(" ")
        more = f" ({times} operations)" if times > 1 else ""
        lines.append(f"{WORDS.get(dimension, dimension)}: {item}{more}")
    return lines
