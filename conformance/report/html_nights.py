"""The last nights of a target: a heat map's columns and four small charts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from conformance.analysis.history import RunDigest
from conformance.report import statistics
from conformance.report.moments import moment_of
from conformance.results.model import RunReport
from conformance.results.verdicts import Outcome

NIGHTS: Final = 30


@dataclass(frozen=True, slots=True)
class Night:
    """One run of the history."""

    run_id: str
    started: str
    red: int
    share: float
    requests: int
    seconds: float
    verdicts: Mapping[str, str]
    waived: frozenset[str] = frozenset()

    @property
    def day(self) -> str:
        """Return the day as a reader says it."""
        moment = moment_of(self.started)
        return f"{moment:%d %b %Y, %H:%M}" if moment else self.started


def nights(run: RunReport, history: Sequence[RunDigest] | None) -> list[Night]:
    """Return the last nights, oldest first; this run is always the newest of them."""
    past = [_night(row) for row in history or () if row.run_id != run.run_id]
    past.sort(key=lambda night: night.started)
    present = Night(
        run.run_id,
        run.started,
        sum(1 for j in run.verdicts if j.outcome is Outcome.FAIL and not j.waived),
        statistics.judged_share(run.verdicts),
        run.requests.total,
        run.seconds,
        {f"{j.requirement}|{j.operation}": j.outcome.value for j in run.verdicts},
        frozenset(f"{j.requirement}|{j.operation}" for j in run.verdicts if j.waived),
    )
    return [*past, present][-NIGHTS:]


def _night(row: RunDigest) -> Night:
    return Night(
        row.run_id,
        row.started,
        row.violations,
        row.judged_share,
        row.requests,
        row.seconds,
        row.verdicts,
        frozenset(row.waived),
    )


@dataclass(frozen=True, slots=True)
class Trend:
    """One number over the nights, as a small chart of a hundred by forty units."""

    name: str
    unit: str
    values: tuple[float, ...]
    days: tuple[str, ...]
    mood: str

    @property
    def bars(self) -> list[tuple[float, float, float]]:
        """Return left edge, top edge and height of each night's bar."""
        top = max(self.values) or 1
        step = 100 / len(self.values)
        return [
            (round(i * step, 2), round(40 - 38 * v / top, 2), round(38 * v / top, 2))
            for i, v in enumerate(self.values)
        ]

    @property
    def width(self) -> float:
        """Return the width of a bar."""
        return round(80 / len(self.values), 2)

    @property
    def change(self) -> str:
        """Return the difference to the night before, in words."""
        difference = self.values[-1] - self.values[-2]
        if not difference:
            return "as the night before"
        return f"{difference:+.3g}{self.unit} since the night before".replace("-", "\N{MINUS SIGN}")

    @property
    def now(self) -> str:
        """Return the newest value."""
        return f"{self.values[-1]:.4g}{self.unit}"

    @property
    def span(self) -> str:
        """Return the lowest and the highest value."""
        return f"{min(self.values):.4g} to {max(self.values):.4g}{self.unit}"


def trends(past: Sequence[Night]) -> list[Trend]:
    """Return how violations, judged share, requests and seconds went; nothing before there are two nights."""
    if len(past) < 2:  # noqa: PLR2004 - one night is no trend
        return []
    days = tuple(night.day for night in past)
    series: Iterable[tuple[str, str, list[float], str]] = (
        ("Violations", "", [float(night.red) for night in past], "bad"),
        ("Judged", " %", [round(100 * night.share, 1) for night in past], "good"),
        ("Requests", "", [float(night.requests) for night in past], "calm"),
        ("Duration", " s", [round(night.seconds, 1) for night in past], "calm"),
    )
    return [Trend(name, unit, tuple(values), days, mood) for name, unit, values, mood in series]
