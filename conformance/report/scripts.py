"""The shell scripts of a run's violations: all that has to be sent so that the proof means the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from conformance.analysis.reproduction import Journal, Plan, read_journal, shell_script
from conformance.errors import UsageError
from conformance.report.exchanges import FILE_NAME
from conformance.report.statistics import VIOLATED
from conformance.results.model import Run
from conformance.results.text import scrub
from conformance.results.verdicts import Verdict

MOST: Final = 300
"""So many violations get a script; a run with more has one cause that a few of them show."""

LARGEST: Final = 50_000_000
"""Exchanges of more bytes are not read whole for a page: `conformance replay --script` does it for one."""

_UNAUTHORIZED: Final = re.compile(r"\b401\b")


def scripts_of(run: Run) -> Mapping[tuple[str, str], str]:
    """Return the script of each violation that needs one, by requirement and operation."""
    found = [verdict for verdict in run.verdicts if verdict.outcome in VIOLATED and verdict.evidence]
    if not found:
        return {}
    try:
        if (run.folder / FILE_NAME).stat().st_size > LARGEST:
            return {}
        journal = read_journal(run.folder)
    except (OSError, UsageError):
        return {}  # a report without its exchanges still says what was found
    scripts = ((one.requirement, one.operation, _script(journal, one)) for one in found[:MOST])
    return {(requirement, operation): text for requirement, operation, text in scripts if text}


def _script(journal: Journal, verdict: Verdict) -> str:
    try:
        plan = journal.plan(verdict.evidence)
    except UsageError:
        return ""
    return "" if _forged(verdict, plan) else str(scrub(shell_script(plan)))


def _forged(verdict: Verdict, plan: Plan) -> bool:
    """Tell whether the proof was a token to be refused: no report keeps it, and a good one proves nothing."""
    if not _UNAUTHORIZED.search(verdict.expected):
        return False
    sent = [record["request"].get("headers") or {} for record in plan.steps if record["id"] in plan.evidence]
    return any(name.lower() == "authorization" for headers in sent for name in headers)
