"""From a target's name to a report folder: opens the target, undoes, settles, writes."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from conformance.analysis.compare import compare, gate
from conformance.analysis.history import last_comparable, nights, provisional
from conformance.analysis.waivers import apply, red_waivers
from conformance.report.render import render
from conformance.results.run_json import load_run, write_run
from conformance.results.verdicts import ExitCode
from conformance.run.run import Run
from conformance.targets.embedded import embedded_target
from conformance.targets.load import load_target
from conformance.targets.model import Target

KINDS: Final = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def open_target(name: str, file: Path) -> Iterator[Target]:
    """Open the named target of the file, or without a name the emulator on a free port of this machine."""
    if name:
        yield load_target(file, name)
        return
    with embedded_target() as target:
        yield target


def finish(run: Run, *, formats: bool = True) -> dict[str, Any]:
    """Undo what the run created, settle what nobody judged, write the report; return the run's document."""
    # A target that went away or throttled for good cut the run off; one that does so only at undo did not.
    run.stopped = run.stopped or run.client.budget.stopped
    run.leaks += run.client.undo()
    run.client.close()
    run.settle()
    past = nights(run.folder.parent, run.target.name) if formats else []
    since = {row.id: row.since for row in run.catalogue.judged() if row.since}
    run.provisional = provisional(since, past, today=datetime.now(UTC).date()) if since else frozenset()
    waive(run)
    document = run.document()
    against = run.baseline
    if against is not None:
        comparison = compare(against, document)
        if document["exit_code"] in (ExitCode.CONFORMS, ExitCode.VIOLATION):
            document["exit_code"] = int(ExitCode.VIOLATION if run.ended_waivers else gate(comparison))
    write_run(run.folder, document)
    if formats:
        render(run.folder, comparison=_moves(run, document), history=past)
    return document


def waive(run: Run) -> None:
    """Mark the verdicts that a waiver speaks of, and remember how each waiver stands."""
    marked, states = apply(run.waivers, list(run.book), run.target.name, datetime.now(UTC).date())
    run.book.replace(marked)
    run.waiver_states = states
    run.ended_waivers = bool(red_waivers(states))


def _moves(run: Run, document: dict[str, Any]) -> dict[str, Any] | None:
    """Return what moved since the baseline, or the last comparable run beside this one, as a document."""
    against = run.baseline
    if against is None:
        folder = last_comparable(run.folder.parent, document)
        against = None if folder is None else dict(load_run(folder).document)
    return None if against is None else compare(against, document).to_document()


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
