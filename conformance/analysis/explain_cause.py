"""What `conformance explain` prints of a cause: what it explains, what proves it, and what it looks like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.errors import UsageError
from conformance.results.causes import EVERY_OPERATION, Cause
from conformance.results.model import RunReport
from conformance.results.text import one_line


def cause_named(run: RunReport, key: str) -> Cause:
    """Return the cause of a run with this key, or the beginning of it; else raise `UsageError`."""
    found = [cause for cause in run.causes if cause.key.startswith(key.lower())]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{key}: {len(found)} causes of run {run.run_id} begin so; write more of the key")
    known = ", ".join(cause.key for cause in run.causes[:5])
    hint = f"its causes are {known}{', …' if len(run.causes) > 5 else ''}" if known else "it has no causes"  # noqa: PLR2004 - as many as a line holds
    raise UsageError(f"{key}: no cause of run {run.run_id} of {run.target}; {hint}")


def cause_document(run: RunReport, cause: Cause) -> dict[str, Any]:
    """Return a cause of a run as JSON, with what each violation expected and what came."""
    return {
        "run": run.run_id,
        "target": run.target,
        **cause.model_dump(mode="json"),
        "violations": [
            {
                "requirement": verdict.requirement,
                "operation": verdict.operation,
                "expected": verdict.expected,
                "actual": verdict.actual,
            }
            for verdict in run.explained_by(cause)
        ],
    }


def cause_lines(run: RunReport, cause: Cause) -> Iterator[str]:
    """Yield the explanation of a cause as lines of text."""
    yield cause.sentence
    where = "several operations" if cause.operation == EVERY_OPERATION else cause.operation
    yield f"  cause {cause.key} of run {run.run_id} of {run.target}: {cause.theme}, on {where}"
    if cause.since.run:
        yield f"  since {cause.since.date} (run {cause.since.run})"
    if cause.evidence:
        yield f"  proved by {', '.join(cause.evidence)} in exchanges.ndjson, the smallest first"
    for each in cause.diagnosis:
        most = f", which accounts for {len(each.explains)} of {len(cause.explains)}" if each.explains else ""
        yield f"  looks like {each.defect} ({each.likelihood:.0%}{most}): {each.sentence}"
    if not cause.diagnosis:
        yield "  looks like no known defect"
    yield f"  explains {len(cause.explains)}:"
    for verdict in run.explained_by(cause):
        yield f"    {'@'.join(verdict.pair)}"
        yield f"      {one_line(f'expected {verdict.expected}, got {verdict.actual or verdict.reason}')}"
    yield f"  conformance waive {cause.key} --target {run.target} waives all of them"
