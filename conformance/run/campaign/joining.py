"""One report of a target from all its tasks, whatever API, shard and seed they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from conformance.analysis.waivers import known_of, load_or_none
from conformance.claims.requirements import load_claims
from conformance.errors import NotJudged
from conformance.results.model import RunReport
from conformance.results.parts import Limits as ReportedLimits
from conformance.results.run_json import load_run
from conformance.run.campaign.judging import ONE_RUN, Done
from conformance.run.campaign.plan import Limits, Plan, Task
from conformance.run.merge import in_order, merge_shards
from conformance.run.settle import Outlook


def join_target(plan: Plan, target: str, done: Sequence[Done], limits: Limits) -> int:
    """Write the one report of a target into the reports, and return its exit code."""
    with ONE_RUN:
        parts = [_part(plan, each.task, each.folder, limits) for each in done if each.folder]
        if not parts:
            raise NotJudged(f"{target}: no shard of it was judged")
        catalogue, today = load_claims(), datetime.now(UTC).date()
        waivers = load_or_none(plan.options.waivers, today=today, known=known_of(catalogue))
        report = merge_shards(
            in_order(parts, partial=True),
            plan.report_dir(target),
            Outlook(today=today, waivers=waivers),
            catalogue=catalogue,
        )
        return int(report.exit_code)


def _part(plan: Plan, task: Task, folder: Path, limits: Limits) -> RunReport:
    """Return the report of a task as one part of the whole: all tasks count as shards of one run."""
    part = task.part
    return load_run(folder).model_copy(
        update={
            "shard": str(part),
            "seed": plan.seeds[0],
            "selected": (*plan.options.only, *filter(None, plan.apis), f"shard {part}"),
            "limits": ReportedLimits(**asdict(limits.part(part))),
        }
    )
