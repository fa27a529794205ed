"""What the page shows beside its verdicts: observations, waivers, gaps and facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from conformance.report import statistics
from conformance.report.advice import how_to_judge
from conformance.report.moments import moment_of
from conformance.results.model import AssumptionCheck, RunReport, WaiverStanding
from conformance.results.text import shorten, web_link
from conformance.results.verdicts import Outcome

WAIVER_DAYS: Final = 90
"""The longest that a waiver may run; the scale of its bar."""


@dataclass(frozen=True, slots=True)
class Observation:
    """Something that the pages leave open: the question to the owner, and what was seen where."""

    requirement: str
    claim: str
    ask: str
    seen: tuple[tuple[str, str], ...]


def observations(run: RunReport) -> list[Observation]:
    """Return what was observed, the rows with a question to the owner first."""
    seen: dict[str, list[tuple[str, str]]] = {}
    for verdict in run.verdicts:
        if verdict.outcome is Outcome.OBSERVED or run.requirement(verdict.requirement).ask:
            what = verdict.observed or verdict.actual or verdict.reason or verdict.outcome.value
            seen.setdefault(verdict.requirement, []).append((verdict.operation, shorten(what, 400)))
    found = []
    for name, rows in sorted(seen.items()):
        requirement = run.requirement(name)
        found.append(Observation(name, requirement.sentence, requirement.ask, tuple(rows)))
    return sorted(found, key=lambda observation: not observation.ask)


def answers(run: RunReport) -> list[AssumptionCheck]:
    """Return what the target showed about the emulator's assumptions, those that do not hold first."""
    found = [
        each.model_copy(update={"says": shorten(each.says, 400), "observed": shorten(each.observed, 400)})
        for each in run.assumptions
    ]
    return sorted(found, key=lambda each: (each.confirmed, each.behaviour))


@dataclass(frozen=True, slots=True)
class Remaining:
    """A waiver, the days that it has left at the time of the run, and the share of the longest term."""

    waiver: WaiverStanding
    days: int | None
    share: int
    link: str


def waivers(run: RunReport) -> list[Remaining]:
    """Return the waivers, the one that ends first on top."""
    moment = moment_of(run.started)
    rows = [_remaining(waiver, moment.date() if moment else None) for waiver in run.waivers]
    return sorted(rows, key=lambda row: (row.waiver.state == "active", row.days is None, row.days or 0))


def _remaining(waiver: WaiverStanding, today: date | None) -> Remaining:
    end = moment_of(waiver.expires)
    days = (end.date() - today).days if end and today else None
    share = 0 if days is None else max(0, min(100, round(100 * days / WAIVER_DAYS)))
    return Remaining(waiver, days, share, web_link(waiver.defect))


def gaps(run: RunReport) -> list[tuple[statistics.Gap, list[str], str]]:
    """Return what was not judged and why, the requirements behind it, and how to make it judged."""
    return [
        (
            gap,
            sorted({j.requirement for j in gap.verdicts}),
            how_to_judge(gap.verdict, gap.reason, run.target),
        )
        for gap in statistics.gaps(run)
    ]


def facts(run: RunReport) -> list[tuple[str, str]]:
    """Return what identifies the run and what it cost the target."""
    environment = run.provenance.environment
    requests = run.requests
    rows = {
        "Run": run.run_id,
        "Target": f"{run.target} {run.base_url}".strip(),
        "Profile": run.profile
        + (", strict" if run.strict else "")
        + (", read-only" if run.read_only else ""),
        "Selected": ", ".join(run.selected),
        "Seed": "" if run.seed is None else str(run.seed),
        "Started": run.started,
        "Finished": run.finished,
        "Requests": f"{requests.total}, {requests.writes} of them writes",
        "Waited": f"{requests.seconds_waited:.0f} s",
        "Throttled": f"{requests.throttled} times",
        "Suite": run.provenance.suite,
        "Python": f"{environment.python} {environment.platform}".strip(),
        "Exit code": str(run.exit_code),
    }
    return [(name, value) for name, value in rows.items() if value]
