"""The shell scripts of a run's violations: all that has to be sent so that the proof means the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from conformance.analysis.reproduction import Plan, Planner, shell_script
from conformance.errors import UsageError
from conformance.results.exchange_log import FILE_NAME, read_exchanges
from conformance.results.model import RunReport
from conformance.results.text import visible
from conformance.results.verdicts import VIOLATED, Verdict

MOST: Final = 300
"""So many violations get a script; a run with more has one cause that a few of them show."""

LARGEST: Final = 50_000_000
"""Exchanges of more bytes are not read whole for a page: `conformance replay --script` does it for one."""

_UNAUTHORIZED: Final = re.compile(r"\b401\b")


def scripts_of(run: RunReport) -> Mapping[tuple[str, str], str]:
    """Return the script of each violation that needs one, by requirement and operation."""
    found = [verdict for verdict in run.verdicts if verdict.outcome in VIOLATED and verdict.evidence]
    if not found:
        return {}
    try:
        if (run.folder / FILE_NAME).stat().st_size > LARGEST:
            return {}
        planner = Planner(read_exchanges(run.folder))
    except (OSError, UsageError):
        return {}  # a report without its exchanges still says what was found
    scripts = ((verdict.pair, _script(planner, verdict)) for verdict in found[:MOST])
    return {pair: text for pair, text in scripts if text}


def _script(planner: Planner, verdict: Verdict) -> str:
    try:
        plan = planner.plan(verdict.evidence)
    except UsageError:
        return ""
    return "" if _forged(verdict, plan) else visible(shell_script(plan))


def _forged(verdict: Verdict, plan: Plan) -> bool:
    """Tell whether the proof was a token to be refused: no report keeps it, and a good one proves nothing."""
    if not _UNAUTHORIZED.search(verdict.expected):
        return False
    return any(step.request.is_authorized for step in plan.steps if step.id in plan.evidence)
