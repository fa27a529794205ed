"""What was red in an earlier run, as selectors of the next one."""

from __future__ import annotations

from pathlib import Path

from conformance.claims.requirements import Catalogue, select
from conformance.errors import UsageError
from conformance.results.run_json import load_run


def selectors_of_red(folder: Path, target: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Return a selector of each requirement and operation that was red in a run of this target.

    What has no requirement any more is left out; `UsageError` where nothing is left, or another target was
    judged.
    """
    run = load_run(folder)
    if run.target != target:
        raise UsageError(f"--failed {folder}: judged {run.target!r}, and this run judges {target!r}")
    red = [verdict.pair for verdict in run.verdicts if run.is_red(verdict)]
    if not red:
        raise UsageError(f"--failed {folder}: nothing was red there, so there is nothing to judge again")
    known = set(select(catalogue, ()))
    left = tuple(
        f"{requirement}@{operation}" for requirement, operation in red if (requirement, operation) in known
    )
    if not left:
        raise UsageError(f"--failed {folder}: no requirement that was red there exists any more")
    return left
