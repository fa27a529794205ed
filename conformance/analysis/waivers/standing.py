"""Lays the waivers over the judgements of a run, and says how each of them stands today."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from conformance.analysis.waivers.model import State, Waiver, WaiverState
from conformance.results.verdicts import Judgement, Verdict

VIOLATIONS: Final = frozenset({Verdict.FAIL, Verdict.DEVIATION})
SETTLED: Final = frozenset({Verdict.PASS, Verdict.OBSERVED})
"""Where one of these stands, a waiver covers nothing. The other verdicts say nothing about the violation."""


def apply(
    waivers: Iterable[Waiver], judgements: Iterable[Judgement], target: str, today: date
) -> tuple[tuple[Judgement, ...], tuple[WaiverState, ...]]:
    """Return the judgements with what is waived marked, and how each waiver that this run looked at stands.

    A waiver of another target, or of a promise that this run did not select, is not looked at. An expired one
    marks nothing, so its violation stays red; one whose promise holds is stale, unless it is flaky.
    """
    ours = {waiver.pair: waiver for waiver in waivers if waiver.target == target}
    marked: list[Judgement] = []
    states: dict[tuple[str, str], WaiverState] = {}
    for judgement in judgements:
        waiver = ours.get((judgement.requirement, judgement.operation))
        if waiver is None:
            marked.append(judgement)
            continue
        state = _state(waiver, judgement, today)
        states[waiver.pair] = WaiverState(waiver, state, (waiver.expires - today).days)
        covered = state is State.ACTIVE and judgement.verdict in VIOLATIONS
        marked.append(replace(judgement, waived=waiver.reason) if covered else judgement)
    return tuple(marked), tuple(states[pair] for pair in ours if pair in states)


def _state(waiver: Waiver, judgement: Judgement, today: date) -> State:
    if judgement.verdict in SETTLED and not waiver.flaky:
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
