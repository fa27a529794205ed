"""From a target's name to a report folder: opens the target, undoes, settles, writes."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from conformance.analysis.compare import Comparison, compare, gate
from conformance.analysis.history import History, keep_digest, provisional, read_history
from conformance.analysis.waivers import apply, red_waivers
from conformance.report.render import render
from conformance.results.model import RunReport
from conformance.results.run_json import load_run, write_run
from conformance.results.verdicts import ExitCode
from conformance.run.run import Run

SHOWN_RUNS: Final = 30
"""So many runs before this one are shown in its report."""

KINDS: Final = (signal.SIGINT, signal.SIGTERM)


def finish(run: Run, *, formats: bool = True) -> RunReport:
    """Undo what the run created, settle what nobody judged, write the report and return it."""
    # A target that went away or throttled for good cut the run off; one that does so only at undo did not.
    run.stopped = run.stopped or run.client.budget.stopped
    run.leaks += run.client.undo()
    run.client.close()
    run.settle()
    history = read_history(run.folder.parent) if formats else History(run.folder.parent, ())
    past = history.runs(target=run.target.name, limit=SHOWN_RUNS)
    since = {row.id: row.since for row in run.catalogue.judged() if row.since}
    run.provisional = provisional(since, past, today=datetime.now(UTC).date()) if since else frozenset()
    waive(run)
    report = run.report()
    if run.baseline is not None and report.exit_code in (ExitCode.CONFORMS, ExitCode.VIOLATION):
        code = ExitCode.VIOLATION if run.ended_waivers else gate(compare(run.baseline, report))
        report = report.model_copy(update={"exit_code": code})
    write_run(run.folder, report)
    if formats:
        keep_digest(report)
        render(run.folder, comparison=_comparison(run, report, history), history=past)
    return report


def waive(run: Run) -> None:
    """Mark the verdicts that a waiver speaks of, and remember how each waiver stands."""
    marked, states = apply(run.waivers, list(run.book), run.target.name, datetime.now(UTC).date())
    run.book.replace(marked)
    run.waiver_standings = states
    run.ended_waivers = bool(red_waivers(states))


def _comparison(run: Run, report: RunReport, history: History) -> Comparison | None:
    """Return what moved since the baseline, or the last comparable run beside this one."""
    against = run.baseline
    if against is None:
        folder = history.last_comparable(report)
        against = None if folder is None else load_run(folder)
    return None if against is None else compare(against, report)


@contextmanager
def stopped_by_signals(stop: Callable[[str], None]) -> Iterator[None]:
    """Turn SIGINT and SIGTERM into a polite stop: only undo calls are sent, then the report is written."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, _frame: object) -> None:
        stop(f"interrupted by {signal.Signals(number).name}")

    before = {kind: signal.signal(kind, handle) for kind in KINDS}
    held_back = _masked("SIG_UNBLOCK", KINDS)
    try:
        yield
    finally:
        _masked("SIG_SETMASK", held_back)
        for kind, handler in before.items():
            signal.signal(kind, handler)


@contextmanager
def signals_held_back() -> Iterator[None]:
    """Let SIGINT and SIGTERM wait until the end of the block; a process started in it lets them wait longer.

    It would know no better than to die of them, before it is ready to stop politely and after.
    """
    before = _masked("SIG_BLOCK", KINDS)
    try:
        yield
    finally:
        _masked("SIG_SETMASK", before)


def _masked(how: str, kinds: Collection[int]) -> Collection[int]:
    """Change which signals wait, where the system knows such a thing; return which did before."""
    change = getattr(signal, "pthread_sigmask", None)
    return () if change is None else tuple(change(getattr(signal, how), kinds))


def stop(run: Run, reason: str) -> None:
    """Let the run end early and say why in its report."""
    run.stopped = run.stopped or reason
    run.client.budget.stop(reason)
