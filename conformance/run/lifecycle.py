"""From a target's name to a report folder: opens the target, undoes, settles, writes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from conformance.analysis.compare import Comparison, compare
from conformance.analysis.coverage import Facts, measure
from conformance.analysis.diagnosis import causes_of_run
from conformance.analysis.history import History, keep_digest, read_history
from conformance.results.coverage import Coverage
from conformance.results.exchange_log import recorded_exchanges
from conformance.results.model import RunReport
from conformance.results.run_json import load_run, write_run
from conformance.results.verdicts import Verdict
from conformance.run.reporting import assumptions_of, booked_report
from conformance.run.run import Run
from conformance.run.settle import Known, settle

SHOWN_RUNS: Final = 30
"""So many runs before this one are shown in its report."""


def finish(run: Run, *, formats: bool = True) -> RunReport:
    """Undo what the run created, settle what was booked, write the report and return it."""
    # A target that went away or throttled for good cut the run off; one that does so only at undo did not.
    run.log.stopped = run.log.stopped or run.client.budget.stopped
    if not run.options.wanted:
        run.log.leaks += run.client.undo()
    run.client.close()
    history = read_history(run.folder.parent) if formats else History(run.folder.parent, ())
    past = history.runs(target=run.target.name, limit=SHOWN_RUNS)
    known = Known(
        exchanges=run.client.recorder.exchanges,
        is_foreign=run.client.ledger.foreign.foreign_id_in,
        checks={row.id for row in run.catalogue.judged() if row.check is not None},
        today=datetime.now(UTC).date(),
        waivers=run.waivers,
        past=past,
        baseline=run.baseline,
        covers=lambda verdicts: _coverage(run, verdicts),
    )
    settled = settle(booked_report(run), known)
    assumptions = assumptions_of(run, settled.report.verdicts)
    causes = causes_of_run(settled.report, known.exchanges, run.catalogue, past)
    report = settled.report.model_copy(update={"assumptions": assumptions, "causes": causes})
    write_run(run.folder, report)
    if formats:
        keep_digest(report)
        from conformance.report.registry import render  # noqa: PLC0415 - loaded while a run waits

        render(run.folder, comparison=_comparison(run, report, history), history=past)
    return report


def _coverage(run: Run, verdicts: Sequence[Verdict]) -> Coverage:
    """Return what of the documentation the run exercised and judged, from the exchanges that it recorded."""
    facts = Facts(run.catalogue, verdicts, run.target.roles, run.log.stopped, run.options.only)
    return measure(recorded_exchanges(run.folder), facts)


def _comparison(run: Run, report: RunReport, history: History) -> Comparison | None:
    """Return what moved since the baseline, else since the last comparable run beside this one."""
    if run.baseline is not None:
        return compare(run.baseline, report)
    folder = history.last_comparable(report)
    return None if folder is None else compare(load_run(folder), report)


def stop(run: Run, reason: str) -> None:
    """Let the run end early and say why in its report."""
    run.log.stopped = run.log.stopped or reason
    run.client.budget.stop(reason)
