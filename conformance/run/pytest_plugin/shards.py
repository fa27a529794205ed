"""More processes for the generated requests: each has a seed of its own, and all of them spend one budget.

Only a nightly or release run has shards, since a quick one generates few requests. The run itself runs every
scenario; a shard runs the generated ones again from the next seed, and what it finds is booked on the run.
Rate, limits, `Retry-After` and the stop sign hold for all at once: they are counted in shared memory.
"""

from __future__ import annotations

import io
import json
import multiprocessing
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from conformance.claims.requirements import load_claims
from conformance.client.budget import MAX_PROCESSES
from conformance.ledger.entries import Leak
from conformance.ledger.journal import load_ledger
from conformance.results.model import RunReport
from conformance.results.run_json import load_run
from conformance.run.lifecycle import stop
from conformance.run.open import new_run
from conformance.run.options import Options
from conformance.run.run import Run
from conformance.run.signals import signals_held_back
from conformance.targets.model import Target

RunShard = Callable[[Run], None]


@dataclass(frozen=True)
class Shard:
    """Another process of the run: where it writes, and where it says why it ends badly."""

    number: int
    folder: Path
    process: Any
    crash_pipe: Any

    def report(self) -> RunReport | None:
        """Wait for its end and return the report that it wrote, or None where it wrote none."""
        self.process.join()
        if self.process.exitcode:
            return None
        return load_run(self.folder)

    def why_it_ended(self) -> str:
        """Return why it says it ended, or how it was ended."""
        try:
            return str(self.crash_pipe.recv())
        except (EOFError, OSError):
            return f"it was ended from outside ({self.process.exitcode})"


@contextmanager
def sharded(run: Run, run_shard: RunShard) -> Iterator[None]:
    """Run the other shards beside the block, each by `run_shard`, and book what they found when it ends."""
    more = min(run.options.workers, MAX_PROCESSES) - 1 if run.options.profile != "quick" else 0
    chosen = tuple(f"{r}@{o}" for r, o in sorted(run.selected) if run.catalogue.rows[r].generated)
    if more < 1 or not chosen:
        yield
        return
    spawn = multiprocessing.get_context("spawn")
    shared = run.client.budget.share(spawn)
    with signals_held_back():  # for good in the new processes: the run stops them
        shards = [_started(run, number, chosen, spawn, shared, run_shard) for number in range(1, more + 1)]
    yield
    for shard in shards:
        _merge(run, shard)


def _started(  # noqa: PLR0913, PLR0917 - what another process needs, once
    run: Run, number: int, chosen: tuple[str, ...], spawn: Any, shared: tuple[Any, ...], run_shard: RunShard
) -> Shard:
    folder = run.folder / "shards" / str(number)
    options = replace(
        run.options,
        only=chosen,
        seed=run.seed + number,
        workers=1,
        report_dir=folder,
        baseline=None,
        waivers=None,
    )
    heard, said = spawn.Pipe(duplex=False)
    process = spawn.Process(
        target=_run_in_process, args=(options, run.target, (*shared, number), said, run_shard)
    )
    process.start()
    said.close()
    return Shard(number, folder, process, heard)


def _run_in_process(
    options: Options, target: Target, place: tuple[Any, ...], crash_pipe: Any, run_shard: RunShard
) -> None:
    """Run one shard; the body of its process. What goes wrong is said to the run, not to the terminal."""
    sys.stderr = io.StringIO()
    try:
        run = new_run(options, target, load_claims())
        run.client.budget.join(*place)
        threading.Thread(target=_end_with_the_run, args=(run,), daemon=True).start()
        run_shard(run)
    finally:
        if (error := sys.exc_info()[1]) is not None:
            crash_pipe.send(f"{type(error).__name__}: {error}")


def _end_with_the_run(run: Run) -> None:
    """Undo what was created, and end, when the process of the run is gone: killed perhaps."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        stop(run, "the process of the run is gone")


def _merge(run: Run, shard: Shard) -> None:
    number, report = shard.number, shard.report()
    if report is None:  # whatever ends another process is a failure of the suite
        run.log.harness_errors.append(run.redactor.mask(f"shard {number} ended: {shard.why_it_ended()}"))
        run.client.budget.vacate(number)
        _inherit(run, shard.folder / "ledger.ndjson")
        return
    for verdict in report.verdicts:
        if verdict.pair in run.selected:
            evidence = tuple(f"s{number}-{name}" for name in verdict.evidence)
            run.book.add(replace(verdict, evidence=evidence, waived=""))
    run.log.leaks += [Leak(leak.what, leak.undo, leak.error) for leak in report.leaks]
    run.log.harness_errors += report.harness_errors
    run.client.counts.add(report.requests.per_operation, report.requests.per_purpose)
    _append_exchanges(run, number)


def _inherit(run: Run, file: Path) -> None:
    """Take over what a shard that ended too early left behind."""
    ledger = load_ledger(file) if file.is_file() else None
    if ledger is not None and ledger.unfinished() and ledger.hold():
        run.client.ledger.inherit(ledger)


def _append_exchanges(run: Run, number: int) -> None:
    """Add the shard's exchanges, already redacted, to those of the run, under ids of their own."""
    source = run.folder / "shards" / str(number) / "exchanges.ndjson"
    if not source.is_file():
        return
    with Path(run.folder / "exchanges.ndjson").open("a", encoding="utf-8") as file:
        for line in source.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            group = f"s{number}-{record['group']}" if record.get("group") else ""
            file.write(json.dumps(record | {"id": f"s{number}-{record['id']}", "group": group}) + "\n")
