"""Lays the waivers over the verdicts of a run, and says how each of them stands today."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from conformance.analysis.waivers.model import Waiver
from conformance.results.model import WaiverStanding, WaiverState
from conformance.results.verdicts import VIOLATED, Outcome, Verdict

SETTLED: Final = frozenset({Outcome.PASS, Outcome.OBSERVED})
"""Where one of these stands, a waiver covers nothing. The other verdicts say nothing about the violation."""


def apply(
    waivers: Iterable[Waiver], verdicts: Iterable[Verdict], target: str, today: date
) -> tuple[tuple[Verdict, ...], tuple[WaiverStanding, ...]]:
    """Return the verdicts with what is waived marked, and how each waiver that this run looked at stands.

    A waiver of another target, or of a requirement that this run did not select, is not looked at. An
    expired one marks nothing, so its violation stays red; one whose requirement holds is stale, unless it is
    flaky, or one of a cause of which something else is violated still.
    """
    ours = {waiver.pair: waiver for waiver in waivers if waiver.target == target}
    verdicts = tuple(verdicts)
    there = {
        ours[verdict.pair].cause
        for verdict in verdicts
        if verdict.pair in ours and verdict.outcome not in SETTLED
    } - {""}
    marked: list[Verdict] = []
    standings: dict[tuple[str, str], WaiverStanding] = {}
    for verdict in verdicts:
        waiver = ours.get(verdict.pair)
        if waiver is None:
            marked.append(verdict)
            continue
        state = _state(waiver, verdict, today, holds_on=waiver.cause in there)
        standings[waiver.pair] = waiver.standing(state)
        covered = state is WaiverState.ACTIVE and verdict.outcome in VIOLATED
        marked.append(replace(verdict, waived=waiver.reason) if covered else verdict)
    return tuple(marked), tuple(standings[pair] for pair in ours if pair in standings)


def _state(waiver: Waiver, verdict: Verdict, today: date, *, holds_on: bool) -> WaiverState:
    """Return how a waiver stands; `holds_on` tells that its cause is there still."""
    if verdict.outcome in SETTLED and not waiver.flaky and not holds_on:
        return WaiverState.STALE
    return WaiverState.EXPIRED if waiver.expired(today) else WaiverState.ACTIVE


def red_waivers(standings: Iterable[WaiverStanding]) -> tuple[WaiverStanding, ...]:
    """Return the waivers that make a run red (exit code 1): expired ones, and stale ones."""
    return tuple(one for one in standings if one.state is not WaiverState.ACTIVE)


def standings_by_days_left(waivers: Iterable[Waiver], today: date) -> tuple[WaiverStanding, ...]:
    """Return how the waivers stand by the calendar alone, the first to end first."""
    return tuple(
        waiver.standing(WaiverState.EXPIRED if waiver.expired(today) else WaiverState.ACTIVE)
        for waiver in sorted(waivers, key=lambda waiver: (waiver.expires, waiver.pair, waiver.target))
    )


def hash_of(waivers: Iterable[Waiver]) -> str:
    """Return a hash of what the waivers say, whatever their order and comments; empty where there is none."""
    rows = sorted(repr(replace(waiver, row=0, line=0)) for waiver in waivers)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest() if rows else ""
