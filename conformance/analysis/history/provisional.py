"""New requirements are reported before they may turn a run red.

The mechanism is as small as it can honestly be. A row that carries ``since: <day>`` says that it is new; a
row without is established. A new row is provisional until the newest `needed` runs that judged it agree: on
each of its operations the same verdict every time. A run that could not judge it does not count, for or
against. An agreed FAIL counts as stable: then the violation is real, and the row turns red.

Trust does not wait for ever: `LONGEST` after its `since` a row is established whatever the history says.
Otherwise a machine that keeps no history, such as a release gate, would never go red on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from conformance.analysis.history.digest import RunDigest
from conformance.errors import UsageError

RUNS: Final = 3
LONGEST: Final = timedelta(days=30)
JUDGED: Final = frozenset({"PASS", "FAIL", "DEVIATION"})


def provisional(
    since: Mapping[str, str],
    runs: Sequence[RunDigest],
    *,
    today: date,
    needed: int = RUNS,
) -> frozenset[str]:
    """Return the ids of the requirements that are still too new to be red.

    `since` has the day of each requirement (empty: established), `runs` are those of the target, oldest
    first, without the run in question.
    """
    young = {row for row, day in since.items() if day and today <= _day(row, day) + LONGEST}
    return frozenset(row for row in young if not _stable(row, runs, needed))


def _day(requirement: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{requirement}: since: {text!r} is no day; write it as 2026-01-31") from error


def _stable(requirement: str, runs: Sequence[RunDigest], needed: int) -> bool:
    seen = [verdicts for run in runs if (verdicts := _judged(requirement, run))]
    newest = seen[-needed:] if needed else []
    return len(newest) == needed and all(verdicts == newest[0] for verdicts in newest)


def _judged(requirement: str, run: RunDigest) -> dict[str, str]:
    """Return the verdicts of the requirement by operation, empty unless all of them were judged."""
    found = {key: verdict for key, verdict in run.verdicts.items() if key.partition("|")[0] == requirement}
    applied = {key: verdict for key, verdict in found.items() if verdict != "NOT_APPLICABLE"}
    return applied if JUDGED.issuperset(applied.values()) else {}
