"""What a worker does: it judges one shard, and first deletes what a lost worker left of it."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from distributed import get_worker

from conformance.claims.requirements import load_claims
from conformance.run.campaign.plan import MOST_ATTEMPTS, Limits, Plan, Task, attempts, finished
from conformance.run.campaign.shared_gates import WorkerGate
from conformance.run.cleanup import clean_up, ledgers_below
from conformance.run.open import new_run
from conformance.run.pytest_plugin.launch import run_scenarios
from conformance.targets.opened import open_target

ONE_RUN: Final = threading.Lock()
"""One run at a time in a process, however many threads its worker has: pytest knows only one."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a task: its report, which is None where two workers were lost, and what was undone."""

    task: Task
    folder: Path | None
    attempt: int
    undone: str = ""


def judge_task(plan: Plan, task: Task, limits: Limits) -> Done:
    """Judge one task on a worker of Dask, within the limits of its target.

    The folder of the task tells what another worker began: a report that is there already is the result, and
    what a lost worker created is deleted before the shard is judged again.
    """
    with ONE_RUN:
        worker = get_worker()
        place, name = plan.folder(task), f"{worker.address}, process {os.getpid()}"
        begun = attempts(place)
        if (there := finished(place)) is not None:
            return Done(task, there, len(begun))
        catalogue, undone = load_claims(), ""
        gate = WorkerGate(worker, plan.campaign, task.target, task.name)
        with open_target(task.target, plan.targets_file, catalogue) as target:
            if begun:
                undone = clean_up(target, ledgers_below(place), gate=gate).summary
            if len(begun) >= MOST_ATTEMPTS:
                return Done(task, None, len(begun), undone)
            folder = place / f"attempt-{len(begun) + 1}"
            folder.mkdir(parents=True)
            worker.log_event(plan.campaign, {"begins": str(task), "where": name, "undone": undone})
            own = limits.part(task.group)  # which its shards split again
            options = replace(
                plan.options,
                report_dir=folder,
                only=(task.api,) if task.api else plan.options.only,
                seed=task.seed,
                shard=task.shard,
                max_requests=own.max_requests,
                max_writes=own.max_writes,
            )
            run = new_run(options, target, catalogue)
            run.client.budget.rate, run.client.budget.gate = None, gate
            report = run_scenarios(run, formats=False)
            gate.leave()
        worker.log_event(plan.campaign, {"ends": str(task), "requests": report.requests.total})
        return Done(task, folder, len(begun) + 1, undone)
