"""What the page shows beside its verdicts: observations, waivers, gaps, assumptions and facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from conformance.report import statistics
from conformance.report.advice import how_to_judge
from conformance.report.timestamps import timestamp_of
from conformance.results.model import AssumptionCheck, RunReport, WaiverStanding, WaiverState
from conformance.results.text import shorten, web_link
from conformance.results.verdicts import Outcome

WAIVER_DAYS: Final = 90
"""The longest that a waiver may run; the scale of its bar."""
SEEN: Final = 400


@dataclass(frozen=True, slots=True)
class Observation:
    """Something that the pages leave open: the question to the owner, and what was seen where."""

    requirement: str
    sentence: str
    ask: str
    seen: tuple[tuple[str, str], ...]


def observations(run: RunReport) -> list[Observation]:
    """Return what was observed, the rows with a question to the owner first."""
    seen: dict[str, list[tuple[str, str]]] = {}
    for verdict in run.verdicts:
        if verdict.outcome is Outcome.OBSERVED or run.requirement(verdict.requirement).ask:
            what = verdict.observed or verdict.actual or verdict.reason or verdict.outcome.value
            seen.setdefault(verdict.requirement, []).append((verdict.operation, shorten(what, SEEN)))
    rows = [(run.requirement(name), tuple(seen[name])) for name in sorted(seen)]
    found = [Observation(row.id, row.sentence, row.ask, where) for row, where in rows]
    return sorted(found, key=lambda observation: not observation.ask)


def assumptions(run: RunReport) -> list[AssumptionCheck]:
    """Return what the target showed about the emulator's assumptions, those that are otherwise first."""
    return sorted(run.assumptions, key=lambda check: (check.confirmed, check.behaviour))


@dataclass(frozen=True, slots=True)
class Remaining:
    """A waiver, the days that it has left at the time of the run, and the share of the longest term."""

    waiver: WaiverStanding
    days: int | None
    link: str

    @property
    def share(self) -> int:
        """Return the share of the longest term that is left, from 0 to 100."""
        return 0 if self.days is None else max(0, min(100, round(100 * self.days / WAIVER_DAYS)))


def waivers(run: RunReport) -> list[Remaining]:
    """Return the waivers, the one that ends first on top."""
    moment = timestamp_of(run.started)
    rows = [
        Remaining(waiver, waiver.days_left(moment.date()) if moment else None, web_link(waiver.defect))
        for waiver in run.waivers
    ]
    active = WaiverState.ACTIVE
    return sorted(rows, key=lambda row: (row.waiver.state is active, row.days is None, row.days or 0))


def gaps(run: RunReport) -> list[tuple[statistics.Gap, str]]:
    """Return what was not judged and why, and how to make it judged."""
    return [(gap, how_to_judge(gap.outcome, gap.reason, run.target)) for gap in statistics.gaps(run)]


def facts(run: RunReport) -> list[tuple[str, str]]:
    """Return what identifies the run and what it cost the target."""
    environment, requests = run.provenance.environment, run.requests
    modes = ((run.strict, "strict"), (run.read_only, "read-only"))
    rows = {
        "Run": run.run_id,
        "Target": f"{run.target} {run.base_url}".strip(),
        "Profile": ", ".join([run.profile, *(name for on, name in modes if on)]),
        "Selected": ", ".join(run.selected),
        "Seed": "" if run.seed is None else str(run.seed),
        "Started": run.started,
        "Finished": run.finished,
        "Requests": f"{requests.total}, {requests.writes} of them writes",
        "Waited": f"{requests.seconds_waited:.0f} s",
        "Throttled": f"{requests.throttled} times",
        "Suite": run.provenance.suite,
        "Python": f"{environment.python} {environment.platform}".strip(),
        "Exit code": str(int(run.exit_code)),
    }
    return [(name, value) for name, value in rows.items() if value]
