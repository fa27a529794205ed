"""Since when a cause is there without a break, as the earlier runs of the target tell."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.analysis.history.digest import RunDigest, key_of
from conformance.results.causes import Cause, Since
from conformance.results.model import RunReport
from conformance.results.verdicts import VIOLATED, Outcome


def since(cause: Cause, report: RunReport, past: Sequence[RunDigest]) -> Since:
    """Return the first run since which the cause was seen without a break; `past` oldest first.

    A run that could not judge what the cause explains is passed over.
    """
    first = Since(date=report.started[:10], run=report.run_id)
    for run in reversed(past):
        if _saw(cause, run):
            first = Since(date=run.started[:10], run=run.run_id)
        elif _verdicts(cause, run) & {Outcome.PASS}:
            break
    return first


def _saw(cause: Cause, run: RunDigest) -> bool:
    """Tell whether a run saw the cause; one that knew no causes saw it in what it violated."""
    violated = {str(outcome) for outcome in VIOLATED}
    return cause.key in run.causes or (not run.causes and bool(_verdicts(cause, run) & violated))


def _verdicts(cause: Cause, run: RunDigest) -> set[str]:
    keys = (key_of((name.partition("@")[0], name.partition("@")[2])) for name in cause.explains)
    return {run.verdicts[key] for key in keys if key in run.verdicts}
