"""The open violations: since which run each stands, and how often it came and went."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from conformance.analysis.history.digest import RunDigest
from conformance.analysis.history.runs import History
from conformance.results.verdicts import VIOLATED, Outcome

DECIDED: Final = frozenset({*VIOLATED, Outcome.PASS})


@dataclass(frozen=True, slots=True)
class OpenViolation:
    """A violation that the last run that judged it still saw.

    `since` is the run in which it came the last time, or the first of the history; a run that could not judge
    it neither ends nor begins it. `as_now` is the run since which the target does what it does now: a
    violation may have become another one meanwhile. `came` and `went` count its changes. `runs` counts the
    runs that saw it.
    """

    requirement: str
    operation: str
    target: str
    verdict: str
    waived: bool
    since: str
    since_started: str
    as_now: str
    as_now_started: str
    came: int
    went: int
    runs: int

    @property
    def flaky(self) -> bool:
        """Tell whether it was gone already and came again."""
        return self.went > 0

    def to_document(self) -> dict[str, Any]:
        """Return the violation as JSON."""
        return {**asdict(self), "flaky": self.flaky}


def open_violations(history: History, *, target: str = "") -> list[OpenViolation]:
    """Return what is violated now, by target and id.

    A requirement that the newest whole run of its target does not know any more was taken out of the suite,
    and is left out here too.
    """
    found: list[OpenViolation] = []
    for name in sorted({digest.target for digest in history.digests}):
        if target in ("", name):
            found += _open_violations(history.runs(target=name))
    return found


def _open_violations(runs: Sequence[RunDigest]) -> list[OpenViolation]:
    """Return what is violated now of one target's runs, oldest first."""
    whole = [run for run in runs if run.complete and not run.selected]
    violated = {key for run in runs for key, verdict in run.verdicts.items() if verdict in VIOLATED}
    known = violated.intersection(whole[-1].verdicts) if whole else violated
    found = (_open(key, [run for run in runs if run.verdicts.get(key) in DECIDED]) for key in sorted(known))
    return [violation for violation in found if violation]


def _open(key: str, runs: Sequence[RunDigest]) -> OpenViolation | None:
    """Return the violation that the runs that decided on this key, oldest first, end with."""
    states = [run.verdicts[key] in VIOLATED for run in runs]
    if not states[-1]:
        return None
    first = len(states) - len(list(itertools.takewhile(bool, reversed(states))))
    now = runs[-1].actual.get(key)
    same = len(list(itertools.takewhile(lambda run: run.actual.get(key) == now, reversed(runs[first:]))))
    changes = list(itertools.pairwise(states))
    requirement, _, operation = key.partition("|")
    return OpenViolation(
        requirement=requirement,
        operation=operation,
        target=runs[-1].target,
        verdict=runs[-1].verdicts[key],
        waived=key in runs[-1].waived,
        since=runs[first].run_id,
        since_started=runs[first].started,
        as_now=runs[-same].run_id,
        as_now_started=runs[-same].started,
        came=sum(now and not was for was, now in changes) + int(states[0]),
        went=sum(was and not now for was, now in changes),
        runs=sum(states),
    )
