"""The last runs of a target: a heat map's columns and four small charts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from conformance.analysis.history.digest import RunDigest, digest_of
from conformance.errors import UsageError
from conformance.report.timestamps import timestamp_of
from conformance.results.model import RunReport

SHOWN: Final = 30
UNKNOWN: Final = "9999-12-31T00:00:00Z"
"""Stands for the start of a run that does not say when it was: this run is the last one all the same."""


def last_runs(run: RunReport, history: Iterable[RunDigest]) -> list[RunDigest]:
    """Return the last runs, oldest first; this one is always the newest of them."""
    past = [digest for digest in history if digest.run_id != run.run_id]
    past.sort(key=lambda digest: digest.started)
    try:
        present = digest_of(run)
    except UsageError:
        present = digest_of(run.model_copy(update={"started": UNKNOWN}))
    return [*past, present][-SHOWN:]


def day(digest: RunDigest) -> str:
    """Return when a run started as a reader says it."""
    moment = timestamp_of(digest.started)
    return f"{moment:%d %b %Y, %H:%M}" if moment and digest.started != UNKNOWN else "day unknown"


def short_day(digest: RunDigest) -> str:
    """Return the day on which a run started, as an axis names it."""
    moment = timestamp_of(digest.started)
    return f"{moment.day} {moment:%b}" if moment and digest.started != UNKNOWN else "?"


@dataclass(frozen=True, slots=True)
class Trend:
    """One number over the runs, as a small chart of a hundred by forty units."""

    name: str
    unit: str
    values: tuple[float, ...]
    mood: str

    @property
    def bars(self) -> list[tuple[float, float, float]]:
        """Return left edge, top edge and height of each run's bar."""
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
        """Return the difference to the run before, in words."""
        difference = self.values[-1] - self.values[-2]
        if not difference:
            return "as in the run before"
        return f"{difference:+.3g}{self.unit} since the run before".replace("-", "\N{MINUS SIGN}")

    @property
    def now(self) -> str:
        """Return the newest value."""
        return f"{self.values[-1]:.4g}{self.unit}"

    @property
    def span(self) -> str:
        """Return the lowest and the highest value."""
        return f"{min(self.values):.4g} to {max(self.values):.4g}{self.unit}"


def trends(runs: Sequence[RunDigest]) -> list[Trend]:
    """Return how violations, judged share, requests and seconds went; nothing before there are two runs."""
    if len(runs) < 2:  # noqa: PLR2004 - one run is no trend
        return []
    return [
        Trend("Violations", "", tuple(float(run.violations) for run in runs), "bad"),
        Trend("Judged", " %", tuple(round(100 * run.judged_share, 1) for run in runs), "good"),
        Trend("Requests", "", tuple(float(run.requests) for run in runs), "calm"),
        Trend("Duration", " s", tuple(round(run.seconds, 1) for run in runs), "calm"),
    ]
