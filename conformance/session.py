"""From a target's name to a report folder: opens the target, lets the stories run, undoes, settles, writes."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from conformance.compare import compare
from conformance.paths import specs_dir
from conformance.report.render import render
from conformance.report.run_json import load_run, write_run
from conformance.run import Run
from conformance.targets import Target, embedded_target, load_target
from conformance.waivers import apply, hash_of, known_of, load, red_waivers


@contextmanager
def open_target(name: str, file: Path) -> Iterator[Target]:
    """Open the named target of the file, or without a name the emulator on a free port of this machine."""
    if name:
        yield load_target(file, name)
        return
    with embedded_target() as target:
        yield target


def finish(run: Run, *, formats: bool = True) -> dict[str, Any]:
    """Undo what the run created, settle what nobody judged, and write the report; return the run's document."""
    run.leaks = run.client.undo()
    run.client.close()
    run.settle()
    waive(run)
    document = run.document()
    if run.folder is not None:
        write_run(run.folder, document)
        if formats:
            render(run.folder, comparison=comparison_with(run.options.baseline, document))
    return document


def waive(run: Run) -> None:
    """Mark the verdicts that a waiver speaks of, and remember how each waiver stands."""
    today = datetime.now(UTC).date()
    waivers = load(
        run.options.waivers or specs_dir() / "waivers.yaml", today=today, known=known_of(run.catalogue)
    )
    marked, states = apply(waivers, list(run.book), run.target.name, today)
    run.book.replace(marked)
    run.waivers = states
    run.waivers_hash = hash_of(waivers)
    run.ended_waivers = bool(red_waivers(states))


def comparison_with(baseline: Path | None, document: dict[str, Any]) -> dict[str, Any] | None:
    """Return what moved since the baseline run as a document, or None without one."""
    if baseline is None:
        return None
    return dict(compare(dict(load_run(baseline).document), document).to_document())


def check_baseline(baseline: Path | None) -> None:
    """Refuse a baseline that cannot be read before anything is sent."""
    if baseline is not None:
        load_run(baseline)


@contextmanager
def stopped_by_signals(stop: Callable[[str], None]) -> Iterator[None]:
    """Turn SIGINT and SIGTERM into a polite stop: nothing more is sent but undo calls, then the report is written."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, _frame: object) -> None:
        stop(f"interrupted by {signal.Signals(number).name}")

    kinds = (signal.SIGINT, signal.SIGTERM)
    before = {kind: signal.signal(kind, handle) for kind in kinds}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def stop(run: Run, reason: str) -> None:
    """Let the run end early and say why in its report."""
    run.stopped = run.stopped or reason
    run.client.budget.stop(reason)
