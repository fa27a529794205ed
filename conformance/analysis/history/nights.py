"""The runs of a target in their order, the verdicts of each, and the one to compare a run with."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from conformance.analysis.history.index import index
from conformance.analysis.history.reading import moment, selection
from conformance.results.verdicts import JUDGED, Outcome

ENOUGH: Final = 0.9
"""A run that judged less than this share of what another one judged is no good yardstick for it."""

NIGHTS: Final = (
    "SELECT folder, run_id, target, profile, selected, started, complete, exit_code, requests, seconds,"
    " leaks, counts, id FROM runs"
    " WHERE broken = '' AND (?1 = '' OR target = ?1) AND (?2 = '' OR profile = ?2)"
    " GROUP BY run_id ORDER BY started DESC, run_id DESC LIMIT ?3"  # a copied folder is the same run
)


@dataclass(frozen=True, slots=True)
class NightRun:
    """One run as the history lists it."""

    folder: Path
    run_id: str
    target: str
    profile: str
    selected: tuple[str, ...]
    started: str
    complete: bool
    exit_code: int
    requests: int
    seconds: float
    leaks: int
    counts: Mapping[str, int]
    row: int = 0

    @property
    def judged(self) -> int:
        """Return how many promises were judged."""
        return sum(self.counts.get(kind, 0) for kind in JUDGED)

    @property
    def judged_share(self) -> float:
        """Return the judged part of all promises, from 0 to 1."""
        total = sum(self.counts.values())
        return round(self.judged / total, 4) if total else 0.0

    def to_document(self) -> dict[str, Any]:
        """Return the run as JSON, without its verdicts."""
        return {
            "run_id": self.run_id,
            "folder": self.folder.name,
            "started": self.started,
            "target": self.target,
            "profile": self.profile,
            "complete": self.complete,
            "exit_code": self.exit_code,
            "counts": dict(self.counts),
            "judged_share": self.judged_share,
            "requests": self.requests,
            "seconds": self.seconds,
            "leaks": self.leaks,
        }


def runs(reports: Path, *, target: str = "", profile: str = "", limit: int = 0) -> list[NightRun]:
    """Return the readable runs, oldest first; with `limit` the newest so many of them."""
    with index(reports) as connection:
        return _runs(connection, reports, target, profile, limit)


def _runs(
    connection: sqlite3.Connection, reports: Path, target: str, profile: str, limit: int
) -> list[NightRun]:
    rows = connection.execute(NIGHTS, (target, profile, limit or -1)).fetchall()
    return [_night(reports, row) for row in reversed(rows)]


def _night(reports: Path, row: tuple[Any, ...]) -> NightRun:
    folder, run_id, target, profile, selected, started, complete, *rest, counts, number = row
    code, requests, seconds, leaks = rest
    return NightRun(
        folder=reports / folder,
        run_id=run_id,
        target=target,
        profile=profile,
        selected=tuple(json.loads(selected)),
        started=started,
        complete=bool(complete),
        exit_code=code,
        requests=requests,
        seconds=seconds,
        leaks=leaks,
        counts=json.loads(counts),
        row=number,
    )


def nights(reports: Path, target: str, limit: int = 30, *, profile: str = "") -> list[dict[str, Any]]:
    """Return the newest runs of the target, oldest first, with their verdicts by ``requirement|operation``.

    `waived` lists the keys of those verdicts that a waiver covers, `violations` counts the others that fail.
    """
    with index(reports) as connection:
        found = _runs(connection, reports, target, profile, limit)
        return [{**run.to_document(), **_verdicts(connection, run.row)} for run in found]


def _verdicts(connection: sqlite3.Connection, run: int) -> dict[str, Any]:
    rows = connection.execute(
        "SELECT requirement || '|' || operation, verdict, waived FROM verdicts JOIN pairs ON pairs.id = pair"
        " WHERE run = ?",
        (run,),
    ).fetchall()
    return {
        "violations": sum(verdict == Outcome.FAIL and not waived for _, verdict, waived in rows),
        "verdicts": {key: verdict for key, verdict, _ in rows},
        "waived": [key for key, _, waived in rows if waived],
    }


def newest(reports: Path, *, target: str = "") -> Path | None:
    """Return the folder of the newest readable run."""
    found = runs(reports, target=target, limit=1)
    return found[0].folder if found else None


def last_comparable(reports: Path, run: Mapping[str, Any]) -> Path | None:
    """Return the folder of the newest earlier run that the document of `run` is best compared with.

    It judged the same target with the same profile and selection and was not cut off. Among those the newest
    that judged about as much is taken, so that a night in which the target was down is no yardstick; where
    none did, the newest.
    """
    before = moment(str(run["started"]))
    judged = sum(row["verdict"] in JUDGED for row in run.get("verdicts", ()))
    found = [
        night
        for night in runs(reports, target=str(run["target"]), profile=str(run["profile"]))
        if night.complete
        and night.run_id != run["run_id"]
        and night.started <= before
        and selection({"selected": night.selected}) == selection(run)
    ]
    good = [night for night in found if night.judged >= ENOUGH * judged]
    chosen = (good or found)[-1:]
    return chosen[0].folder if chosen else None


def verdicts_of(reports: Path, requirement: str, limit: int = 10) -> list[dict[str, Any]]:
    """Return the newest runs that have a verdict on the requirement, newest first, by operation."""
    with index(reports) as connection:
        rows = connection.execute(
            "SELECT runs.id, run_id, started, target, operation, verdict, waived FROM verdicts"
            " JOIN pairs ON pairs.id = pair JOIN runs ON runs.id = run WHERE requirement = ?"
            " ORDER BY started DESC, run_id DESC, operation",
            (requirement,),
        )
        found: dict[int, dict[str, Any]] = {}
        for number, run_id, started, target, operation, verdict, waived in rows:
            if number not in found and len(found) == limit:
                break
            night = found.setdefault(
                number, {"run_id": run_id, "started": started, "target": target, "verdicts": {}}
            )
            night["verdicts"][operation] = f"{verdict}, waived" if waived else verdict
        return list(found.values())
