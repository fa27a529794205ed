"""Several processes for one run: each judges one shard of it, and one report comes out.

The processes keep one pace, and each has its part of the limits, so that a seed gives the same requests
however fast any of them is. What a process that died left behind is deleted by the run itself.
"""

from __future__ import annotations

import io
import multiprocessing
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from conformance.claims.requirements import load_claims
from conformance.client.pace import SharedPace, new_pace
from conformance.ledger.journal import load_ledger
from conformance.results.model import RunReport
from conformance.results.run_json import load_run
from conformance.results.verdicts import is_red
from conformance.run.lifecycle import finish, stop
from conformance.run.merge import in_order, merge_shards
from conformance.run.open import new_run
from conformance.run.options import Options
from conformance.run.pytest_plugin.launch import Progress, run_scenarios
from conformance.run.reporting import reported_leaks
from conformance.run.run import Run
from conformance.run.settle import Outlook
from conformance.run.sharding import Shard
from conformance.run.signals import signals_held_back, stopped_by_signals
from conformance.targets.model import Target


@dataclass(frozen=True)
class Said:
    """What a process says of itself: how far it is, or in `died_of` why it ends badly."""

    sent: int = 0
    violated: int = 0
    scenario: str = ""
    died_of: str = ""


@dataclass
class Worker:
    """Another process of the run: its shard, where it writes, and how to talk with it."""

    shard: Shard
    folder: Path
    process: Any
    wire: Connection
    said: Said = Said()

    def tell(self, reason: str) -> None:
        """Let it end early, for this reason."""
        with suppress(OSError):
            self.wire.send(reason)

    def report(self) -> RunReport | None:
        """Return the report that it wrote before it ended, or None where it ended badly."""
        self.process.join()
        return None if self.process.exitcode else load_run(self.folder)

    def why_it_ended(self) -> str:
        """Return why it says it ended, or how it was ended."""
        return self.said.died_of or f"it was ended from outside ({self.process.exitcode})"


def judge(run: Run, target: Target, progress: Progress) -> RunReport:
    """Judge what is selected in as many processes as the run has workers, and return its report.

    `target` is the one that the run was opened for, without the limits of the command line.
    An added API is judged by one process alone: its requirements share what the run creates.
    """
    if all(run.catalogue.rows[each].rule for each, _ in run.selected):
        return run_scenarios(run, progress)
    spawn = multiprocessing.get_context("spawn")
    pace = new_pace(spawn, run.target.rate)
    of = run.options.workers
    shards = [Shard(number + 1, of, dealt=True) for number in range(of)]
    with signals_held_back():  # for good in the new processes: the run stops them
        workers = [_started(run, target, shard, spawn, pace) for shard in shards]

    def interrupt(reason: str) -> None:
        for worker in workers:
            worker.tell(reason)
        progress(run, f"{reason}: each process deletes what it created")

    with stopped_by_signals(interrupt):
        _listen(run, workers, progress)
        return _joined(run, workers)


def _started(run: Run, target: Target, shard: Shard, spawn: Any, pace: SharedPace) -> Worker:
    folder = run.folder / "shards" / str(shard.number)
    options = replace(
        run.options,
        seed=run.seed,
        workers=1,
        shard=shard,
        report_dir=folder,
        baseline=None,
        waivers=None,
    )
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_work, args=(options, target, pace, theirs))
    process.start()
    theirs.close()
    return Worker(shard, folder, process, ours)


def _listen(run: Run, workers: Sequence[Worker], progress: Progress) -> None:
    """Hear how far the processes are until all of them have ended."""
    open_wires = {worker.wire: worker for worker in workers}
    while open_wires:
        for wire in wait(list(open_wires)):
            worker = open_wires[wire]  # type: ignore[index] # `wait` returns what it was given
            try:
                worker.said = worker.wire.recv()
            except (EOFError, OSError):
                del open_wires[worker.wire]
                continue
            run.client.budget.spent.sent = sum(each.said.sent for each in workers)
            run.log.violated_elsewhere = sum(each.said.violated for each in workers)
            if worker.said.scenario:
                progress(run, f"process {worker.shard}, {worker.said.scenario}")


def _joined(run: Run, workers: Sequence[Worker]) -> RunReport:
    """Delete what dead processes left, and write the one report of the others."""
    reports = []
    for worker in workers:
        report = worker.report()
        if report is not None:
            reports.append(report)
            continue
        run.log.harness_errors.append(
            run.redactor.mask(f"shard {worker.shard} ended: {worker.why_it_ended()}")
        )
        _inherit(run, worker.folder / "ledger.ndjson")
    if not reports:
        return finish(run)
    run.log.leaks += run.client.undo()
    run.client.close()
    outlook = Outlook(today=datetime.now(UTC).date(), waivers=run.waivers, baseline=run.baseline)
    first, *others = in_order(reports, partial=True)
    first = first.model_copy(
        update={
            "harness_errors": (*first.harness_errors, *run.log.harness_errors),
            "leaks": (*first.leaks, *reported_leaks(run)),
        }
    )
    return merge_shards((first, *others), run.folder, outlook, catalogue=run.catalogue)


def _inherit(run: Run, file: Path) -> None:
    """Take over what a process that ended too early left behind."""
    ledger = load_ledger(file) if file.is_file() else None
    if ledger is not None and ledger.unfinished() and ledger.hold():
        run.client.ledger.inherit(ledger)


def _work(options: Options, target: Target, pace: SharedPace, wire: Connection) -> None:
    """Judge one shard; the body of its process. What goes wrong is said to the run, not to the terminal."""
    sys.stderr = io.StringIO()
    try:
        run = new_run(options, target, load_claims())
        run.client.budget.rate, run.client.budget.gate = None, pace
        threading.Thread(target=_heed, args=(run, wire), daemon=True).start()
        run_scenarios(run, lambda now, scenario: _tell(now, scenario, wire), formats=False)
    finally:
        if (error := sys.exc_info()[1]) is not None:
            wire.send(Said(died_of=f"{type(error).__name__}: {error}"))


def _tell(run: Run, scenario: str, wire: Connection) -> None:
    with suppress(OSError):  # the process of the run is gone
        wire.send(Said(run.client.budget.spent.sent, sum(map(is_red, run.book)), scenario))


def _heed(run: Run, wire: Connection) -> None:
    """End when the run says so, or when its process is gone: killed perhaps."""
    while True:
        try:
            reason = wire.recv()
        except (EOFError, OSError):
            stop(run, "the process of the run is gone")
            return
        stop(run, reason)
