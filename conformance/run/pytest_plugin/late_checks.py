"""What scenarios left for later: pauses that all wait out together, and what looks back at the end.

Which check comes after which does not depend on how long anything took, so a run can be repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Final

import pytest

from conformance.errors import ConformanceError, NotApplicable, NotJudged, Violation
from conformance.results.verdicts import Outcome
from conformance.run.pytest_plugin.judge import Judge

JUDGE: Final = pytest.StashKey[Judge]()
NEEDED_LATER: Final = (
    "conformance.generate.state_machine",
    "conformance.report.registry",
    "openapi_schema_validator",
)
"""What takes long to load and is not needed before: it is loaded in the first silence."""
FURTHER_SILENCE: Final = 0.3
"""Seconds of silence that are enough for a quick run once it kept a whole one."""


def collect(judge: Judge) -> None:
    """Let the exchanges from now on be this scenario's."""
    judge.run.client.collect_into(judge.exchanges, judge.scenario)


def take_late_checks(session: pytest.Session) -> None:
    """Take what scenarios left for later; what goes wrong is the scenario's own, as in its own time.

    What only has to wait comes first, once: mostly its time is over. Then the silences, in which nobody sends
    anything, and what has to wait again; at last what looks back at all of it.
    """
    judges = [judge for item in session.items if (judge := item.stash.get(JUDGE, None)) is not None]
    if judges and judges[0].run.has_seen_it_all:
        return
    _take_what_waited(judges)
    _take_silent(judges)
    while any(judge.late.waiting for judge in judges):
        _take_what_waited(judges)
    for judge in judges:
        while judge.late.at_end:
            _take(judge, judge.late.at_end.pop(0))


def _take_what_waited(judges: list[Judge]) -> None:
    """Wait until the first of those that wait may go on, and take each that may then."""
    waiting = [(judge, *each) for judge in judges for each in judge.late.waiting]
    if not waiting:
        return
    _pause(waiting[0][0], lambda: min(rest() for _, rest, _ in waiting))
    for judge, rest, check in waiting:
        if rest() <= 0 or judge.run.client.budget.stopped:
            judge.late.waiting.remove((rest, check))
            _take(judge, check)


def _take_silent(judges: list[Judge]) -> None:
    """Take what needs a silence, each after one of its own.

    A quick run keeps silent for the whole time once. For what follows, of which nothing was sent meanwhile
    either, less is enough.
    """
    silent = [(judge, *each) for judge in judges for each in judge.late.silent]
    for name in NEEDED_LATER if silent else ():
        import_module(name)
    for number, (judge, seconds, check) in enumerate(silent):
        enough = FURTHER_SILENCE if number and judge.run.options.profile == "quick" else seconds
        _pause(judge, partial(judge.run.client.counts.silence_left, min(seconds, enough)))
        judge.late.silent.remove((seconds, check))
        _take(judge, check)


def _pause(judge: Judge, rest: Callable[[], float]) -> None:
    """Wait until no second is left; a run that was stopped waits no more, and its checks say so."""
    try:
        while (left := rest()) > 0:
            judge.run.client.budget.pause(left)
    except NotJudged:
        return


def _take(judge: Judge, check: Callable[[], None]) -> None:
    collect(judge)
    call = pytest.CallInfo.from_call(check, when="call", reraise=(KeyboardInterrupt,))
    if call.excinfo is not None:
        give_up(judge, call.excinfo.value)
    if not judge.late:
        explain_what_is_open(judge)
        judge.exchanges.clear()


def explain_what_is_open(judge: Judge) -> None:
    """Say of each pair that a scenario declared and did not judge why it was not."""
    run = judge.run
    for pair in judge.open():
        reason = run.log.notes.get(pair) or run.log.stopped or run.client.budget.stopped
        judge.give_up(Outcome.CANNOT_JUDGE, reason or "the scenario ended without judging it", only=pair)


def give_up(judge: Judge, error: BaseException) -> None:
    """Turn what ended a scenario early into the verdict of each pair that is still open."""
    mask = judge.run.redactor.mask
    match error:
        case NotApplicable():
            judge.give_up(Outcome.NOT_APPLICABLE, mask(error.reason), error.evidence)
        case NotJudged():
            judge.give_up(Outcome.CANNOT_JUDGE, mask(error.reason), error.evidence)
        case Violation():
            reason = f"a prerequisite failed: expected {error.expected}; got {error.actual}"
            judge.give_up(Outcome.CANNOT_JUDGE, mask(reason), error.evidence)
        case _:
            whose = "" if isinstance(error, ConformanceError) else f"{type(error).__name__}: "
            judge.give_up(Outcome.HARNESS_ERROR, mask(f"{whose}{error}")[:500])
            judge.run.log.harness_errors.append(mask(f"{judge.scenario}: {whose}{error}"))
