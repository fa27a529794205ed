"""The open violations: since which run each stands, and how often it came and went."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from conformance.analysis.history.index import index

VIOLATED: Final = ("FAIL", "DEVIATION")
HELD: Final = "PASS"


@dataclass(frozen=True, slots=True)
class OpenViolation:
    """A violation that the last run that judged it still saw.

    `since` is the run in which it came the last time, or the first of the history; a run that could not judge
    it neither ends nor begins it. `came` and `went` count its changes. `runs` counts the runs that saw it.
    """

    requirement: str
    operation: str
    target: str
    verdict: str
    waived: bool
    since: str
    since_started: str
    came: int
    went: int
    runs: int

    @property
    def flaky(self) -> bool:
        """Tell whether it was gone already and came again."""
        return self.went > 0

    def to_document(self) -> dict[str, Any]:
        """Return the violation as JSON."""
        return {
            "requirement": self.requirement,
            "operation": self.operation,
            "target": self.target,
            "verdict": self.verdict,
            "waived": self.waived,
            "since": self.since,
            "since_started": self.since_started,
            "came": self.came,
            "went": self.went,
            "runs": self.runs,
            "flaky": self.flaky,
        }


def open_violations(reports: Path, *, target: str = "") -> list[OpenViolation]:
    """Return what is violated now, by target and id.

    A promise that the newest whole run of its target does not know any more was taken out of the suite, and
    is left out here too.
    """
    with index(reports) as connection:
        known = set(
            connection.execute(
                "SELECT target, pair FROM verdicts JOIN runs ON runs.id = run WHERE run IN ("
                " SELECT id FROM runs AS one WHERE broken = '' AND selected = '[]' AND complete"
                " AND started = (SELECT max(started) FROM runs WHERE target = one.target AND broken = ''"
                "  AND selected = '[]' AND complete))"
            )
        )
        whole = {name for name, _ in known}
        rows = connection.execute(
            "SELECT target, pair, requirement, operation, verdict, waived, run_id, started"
            " FROM verdicts JOIN runs ON runs.id = run JOIN pairs ON pairs.id = pair"
            " WHERE pair IN (SELECT DISTINCT pair FROM verdicts WHERE verdict IN ('FAIL', 'DEVIATION'))"
            " AND verdict IN ('FAIL', 'DEVIATION', 'PASS') AND (?1 = '' OR target = ?1)"
            " ORDER BY target, requirement, operation, started, run_id",
            (target,),
        )
        found: list[OpenViolation] = []
        for (name, pair), group in itertools.groupby(rows, key=lambda row: row[:2]):
            seen = list(group)
            if seen[-1][4] in VIOLATED and (name not in whole or (name, pair) in known):
                found.append(_open(seen))
        return found


def _open(rows: list[tuple[Any, ...]]) -> OpenViolation:
    """Return the violation that the verdicts of one promise, oldest first, end with."""
    states = [verdict in VIOLATED for *_, verdict, _, _, _ in rows]
    changes = list(itertools.pairwise(states))
    first = len(states) - 1
    while first > 0 and states[first - 1]:
        first -= 1
    target, _, requirement, operation, verdict, waived, _, _ = rows[-1]
    return OpenViolation(
        requirement=requirement,
        operation=operation,
        target=target,
        verdict=verdict,
        waived=bool(waived),
        since=rows[first][6],
        since_started=rows[first][7],
        came=sum(now and not was for was, now in changes) + int(states[0]),
        went=sum(was and not now for was, now in changes),
        runs=sum(states),
    )
