"""The shell scripts of a run's violations: all that has to be sent so that the proof means the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from conformance.analysis.replay import carries_forged_token
from conformance.analysis.reproduction import Planner, shell_script
from conformance.errors import UsageError
from conformance.results.exchange_log import FILE_NAME, read_exchanges
from conformance.results.model import RunReport
from conformance.results.text import scrub
from conformance.results.verdicts import VIOLATED, Verdict

MOST: Final = 300
"""So many violations get a script; a run with more has one cause that a few of them show."""

LARGEST: Final = 50_000_000
"""Exchanges of more bytes are not read whole for a page: `conformance replay --script` does it for one."""


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
    scripts = ((one.requirement, one.operation, _script(planner, one)) for one in found[:MOST])
    return {(requirement, operation): text for requirement, operation, text in scripts if text}


def _script(planner: Planner, verdict: Verdict) -> str:
    try:
        plan = planner.plan(verdict.evidence)
    except UsageError:
        return ""
    return "" if carries_forged_token(verdict, plan) else str(scrub(shell_script(plan)))
