"""What the page shows beside its verdicts: observations, waivers, gaps and facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from conformance.report import statistics
from conformance.report.advice import how_to_judge
from conformance.report.moments import moment_of
from conformance.results.model import Run, Waiver
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


def observations(run: Run) -> list[Observation]:
    """Return what was observed, the rows with a question to the owner first."""
    seen: dict[str, list[tuple[str, str]]] = {}
    for verdict in run.verdicts:
        if verdict.outcome is Outcome.OBSERVED or run.requirement(verdict.requirement).ask:
            what = verdict.fingerprint or verdict.actual or verdict.reason or verdict.outcome.value
            seen.setdefault(verdict.requirement, []).append((verdict.operation, shorten(what, 400)))
    found = []
    for name, rows in sorted(seen.items()):
        requirement = run.requirement(name)
        found.append(Observation(name, requirement.sentence, requirement.ask, tuple(rows)))
    return sorted(found, key=lambda observation: not observation.ask)


@dataclass(frozen=True, slots=True)
class Answered:
    """A question that only a live target can answer: what the emulator assumes, and what was seen here."""

    behaviour: str
    source: str
    says: str
    observed: str
    confirmed: bool


def answers(run: Run) -> list[Answered]:
    """Return what the target showed about the emulator's assumptions, those that do not hold first."""
    rows = [row for row in run.document.get("confirmations", ()) if isinstance(row, Mapping)]
    found = [
        Answered(
            behaviour=_told(row, "behaviour"),
            source=_told(row, "source"),
            says=_told(row, "says"),
            observed=_told(row, "observed"),
            confirmed=bool(row.get("confirmed")),
        )
        for row in rows
    ]
    return sorted(found, key=lambda answer: (answer.confirmed, answer.behaviour))


def _told(row: Mapping[str, object], name: str) -> str:
    return shorten(str(row.get(name, "")), 400)


@dataclass(frozen=True, slots=True)
class Remaining:
    """A waiver, the days that it has left at the time of the run, and the share of the longest term."""

    waiver: Waiver
    days: int | None
    share: int
    link: str


def waivers(run: Run) -> list[Remaining]:
    """Return the waivers, the one that ends first on top."""
    moment = moment_of(run.started)
    rows = [_remaining(waiver, moment.date() if moment else None) for waiver in run.waivers]
    return sorted(rows, key=lambda row: (row.waiver.state == "active", row.days is None, row.days or 0))


def _remaining(waiver: Waiver, today: date | None) -> Remaining:
    end = moment_of(waiver.expires)
    days = (end.date() - today).days if end and today else None
    share = 0 if days is None else max(0, min(100, round(100 * days / WAIVER_DAYS)))
    return Remaining(waiver, days, share, web_link(waiver.defect))


def gaps(run: Run) -> list[tuple[statistics.Gap, list[str], str]]:
    """Return what was not judged and why, the requirements behind it, and how to make it judged."""
    return [
        (
            gap,
            sorted({j.requirement for j in gap.verdicts}),
            how_to_judge(gap.verdict, gap.reason, run.target),
        )
        for gap in statistics.gaps(run)
    ]


def facts(run: Run) -> list[tuple[str, str]]:
    """Return what identifies the run and what it cost the target."""
    environment = run.identity.get("environment") or {}
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
        "Requests": f"{requests.get('total', 0)}, {requests.get('writes', 0)} of them writes",
        "Waited": f"{requests.get('seconds_waited', 0):.0f} s",
        "Throttled": f"{requests.get('throttled', 0)} times",
        "Suite": str(run.identity.get("suite", "")),
        "Python": f"{environment.get('python', '')} {environment.get('platform', '')}".strip(),
        "Exit code": str(run.exit_code),
    }
    return [(name, value) for name, value in rows.items() if value]
