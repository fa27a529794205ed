"""Lays the waivers over the verdicts of a run, and says how each of them stands today."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from conformance.analysis.waivers.model import State, Waiver, WaiverState
from conformance.results.verdicts import Outcome, Verdict

VIOLATIONS: Final = frozenset({Outcome.FAIL, Outcome.DEVIATION})
SETTLED: Final = frozenset({Outcome.PASS, Outcome.OBSERVED})
"""Where one of these stands, a waiver covers nothing. The other verdicts say nothing about the violation."""


def apply(
    waivers: Iterable[Waiver], verdicts: Iterable[Verdict], target: str, today: date
) -> tuple[tuple[Verdict, ...], tuple[WaiverState, ...]]:
    """Return the verdicts with what is waived marked, and how each waiver that this run looked at stands.

    A waiver of another target, or of a promise that this run did not select, is not looked at. An expired one
    marks nothing, so its violation stays red; one whose promise holds is stale, unless it is flaky.
    """
    ours = {waiver.pair: waiver for waiver in waivers if waiver.target == target}
    marked: list[Verdict] = []
    states: dict[tuple[str, str], WaiverState] = {}
    for verdict in verdicts:
        waiver = ours.get((verdict.requirement, verdict.operation))
        if waiver is None:
            marked.append(verdict)
            continue
        state = _state(waiver, verdict, today)
        states[waiver.pair] = WaiverState(waiver, state, (waiver.expires - today).days)
        covered = state is State.ACTIVE and verdict.outcome in VIOLATIONS
        marked.append(replace(verdict, waived=waiver.reason) if covered else verdict)
    return tuple(marked), tuple(states[pair] for pair in ours if pair in states)


def _state(waiver: Waiver, verdict: Verdict, today: date) -> State:
    if verdict.outcome in SETTLED and not waiver.flaky:
        return State.STALE
    return State.EXPIRED if waiver.expired(today) else State.ACTIVE


def red_waivers(states: Iterable[WaiverState]) -> tuple[WaiverState, ...]:
    """Return the waivers that make a run red (exit code 1): expired ones, and stale ones."""
    return tuple(state for state in states if state.state is not State.ACTIVE)


def states_by_days_left(waivers: Iterable[Waiver], today: date) -> tuple[WaiverState, ...]:
    """Return how the waivers stand by the calendar alone, the first to end first."""
    return tuple(
        WaiverState(
            waiver,
            State.EXPIRED if waiver.expired(today) else State.ACTIVE,
            (waiver.expires - today).days,
        )
        for waiver in sorted(waivers, key=lambda waiver: (waiver.expires, waiver.pair, waiver.target))
    )


def hash_of(waivers: Iterable[Waiver]) -> str:
    """Return a hash of what the waivers say, whatever their order and comments; empty where there is none."""
    rows = sorted(repr(replace(waiver, row=0, line=0)) for waiver in waivers)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest() if rows else ""
