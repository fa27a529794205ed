"""What there is to tell of a run, whatever channel it is told in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from conformance.analysis.compare.comparison_text import counted, said
from conformance.analysis.compare.model import Comparison, Kind
from conformance.report import statistics
from conformance.results.model import RunReport
from conformance.results.text import one_line, shorten
from conformance.results.verdicts import ExitCode

MOST_LINES: Final = 10
LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Notice:
    """One message: a title, lines of plain text, links by what they lead to."""

    run: RunReport
    title: str
    lines: tuple[str, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)


def has_news(run: RunReport, comparison: Comparison | None) -> bool:
    """Tell whether something changed since the run before; without one, whether anything is wrong."""
    if comparison is None:
        return run.exit_code is not ExitCode.CONFORMS
    return bool(comparison.news) or not comparison.comparable


def notice_of(run: RunReport, comparison: Comparison | None, links: Mapping[str, str]) -> Notice:
    """Return what to tell of a run: its outcome, and what changed since the run before, worst first."""
    changes = [shorten(one_line(line), LONGEST) for line in _changes(run, comparison)]
    rest = len(changes) - MOST_LINES
    lines = changes[:MOST_LINES] + ([f"… and {rest} more"] if rest > 0 else [])
    since = f"since {comparison.old}: {counted(comparison.counts)}" if comparison is not None else ""
    return Notice(run, one_line(statistics.headline(run)), tuple(filter(None, (since, *lines))), dict(links))


def _changes(run: RunReport, comparison: Comparison | None) -> Iterator[str]:
    """Yield what changed; violations that one cause explains are one line."""
    news = None if comparison is None else _pairs(comparison)
    explained: set[str] = set()
    for cause in run.causes:
        new = [pair for pair in cause.explains if news is None or pair in news]
        explained.update(cause.explains)
        if new:
            sentence = shorten(one_line(cause.sentence), LONGEST - 60)
            yield f"violated: {sentence} ({statistics.plural(len(new), 'requirement')})"
    if comparison is None:
        for verdict in statistics.violations(run):
            if "@".join(verdict.pair) not in explained:
                yield f"violated: {verdict.requirement} on {verdict.operation}: {verdict.actual}"
        return
    for move in comparison.news:
        if f"{move.requirement}@{move.operation}" not in explained or move.move is not Kind.NEW_VIOLATION:
            why = f" ({' or '.join(move.causes)})" if move.causes else ""
            yield f"{said(move.move)}: {move.requirement} on {move.operation}{why}"


def _pairs(comparison: Comparison) -> frozenset[str]:
    moves = (*comparison.of(Kind.NEW_VIOLATION), *comparison.of(Kind.EXPIRED))
    return frozenset(f"{move.requirement}@{move.operation}" for move in moves)
