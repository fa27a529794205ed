"""Finds the run of which somebody names a cause."""

from __future__ import annotations

from pathlib import Path

from conformance.analysis.history.runs import read_history
from conformance.errors import UsageError
from conformance.results.model import RunReport
from conformance.results.run_json import load_run


def run_with_cause(key: str, run: str, reports: Path, *, target: str = "") -> RunReport:
    """Return the run that is named by id or folder, else the newest one (of a target) that has the cause."""
    if run:
        beside = reports / run
        return load_run(beside if beside.is_dir() else Path(run))
    history = read_history(reports)
    for digest in reversed(history.digests):
        if target in ("", digest.target) and any(known.startswith(key.lower()) for known in digest.causes):
            return load_run(reports / digest.folder)
    where = f"of {target} " if target else ""
    raise UsageError(
        f"{key}: no run {where}in {reports} has this cause; name the run with --run, or a requirement"
    )
