"""Hands the tasks of a campaign to the workers, says how it goes, and joins what they found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from distributed import Client, Future, as_completed

from conformance.results.verdicts import ExitCode
from conformance.run.campaign.joining import join_target
from conformance.run.campaign.judging import Done, judge_task
from conformance.run.campaign.plan import Limits, Plan, Task
from conformance.run.campaign.shared_gates import register_gates, stop_gates, unregister_gates
from conformance.run.signals import stopped_by_signals

WORST: Final = (ExitCode.VIOLATION, ExitCode.USAGE, ExitCode.CANNOT_JUDGE, ExitCode.CONFORMS)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Ended:
    """What a campaign found: exit code and report of each target that has one, and what went wrong."""

    codes: Mapping[str, ExitCode]
    folders: Mapping[str, Path]
    problems: tuple[str, ...]

    @property
    def exit_code(self) -> ExitCode:
        """Return the worst of all; after a problem something was not judged."""
        codes = {*self.codes.values(), *([ExitCode.CANNOT_JUDGE] if self.problems else [])}
        return next(code for code in WORST if code in codes)


@dataclass
class Campaign:
    """The state of a campaign: which tasks are still asked, and what became of the others.

    `limits` are those of each target; `say` is told, from any thread, what happens.
    """

    client: Client
    plan: Plan
    limits: Mapping[str, Limits]
    say: Say
    _left: dict[str, int] = field(default_factory=dict)
    _done: dict[str, list[Done]] = field(default_factory=dict)
    _codes: dict[str, ExitCode] = field(default_factory=dict)
    _problems: list[str] = field(default_factory=list)

    def run(self) -> Ended:
        """Judge every task of the plan on the workers, and write one report a target.

        Signals end it politely: each task deletes what it created and writes its report.
        """
        plan, client = self.plan, self.client
        register_gates(client, plan.campaign, self.limits)
        client.subscribe_topic(plan.campaign, self._hear)
        tasks = plan.tasks()
        for task in tasks:
            self._left[task.target] = self._left.get(task.target, 0) + 1
        self.say(f"{len(tasks)} shards for {len(client.scheduler_info()['workers'])} workers")
        with stopped_by_signals(lambda reason: stop_gates(client, plan.campaign, plan.targets, reason)):
            asked: dict[Future[Any], Task | str] = {
                client.submit(judge_task, plan, task, self.limits[task.target], pure=False): task
                for task in tasks
            }
            ahead = as_completed(list(asked))
            for future in ahead:
                what = asked.pop(future)
                self._take(what, future)
                if isinstance(what, Task) and not self._left[what.target]:
                    joining = self._join(what.target)
                    asked[joining] = what.target
                    ahead.add(joining)
        client.unsubscribe_topic(plan.campaign)
        unregister_gates(client, plan.campaign)
        folders = {target: plan.report_dir(target) for target in self._codes}
        return Ended(self._codes, folders, tuple(self._problems))

    def _hear(self, event: tuple[Any, Any]) -> None:
        """Say what a worker tells."""
        told = event[1]
        if "begins" in told:
            after = f", after a lost worker ({told['undone']})" if told["undone"] else ""
            self.say(f"{told['begins']}: begins on {told['where']}{after}")
        else:
            self.say(f"{told['ends']}: judged with {told['requests']} requests")

    def _join(self, target: str) -> Future[Any]:
        done = self._done.get(target, [])
        return self.client.submit(join_target, self.plan, target, done, self.limits[target], pure=False)

    def _take(self, what: Task | str, future: Future[Any]) -> None:
        """Keep what became of a task, or of the report of a target."""
        target = what.target if isinstance(what, Task) else what
        if isinstance(what, Task):
            self._left[target] -= 1
        if (error := future.exception()) is not None:
            self._trouble(f"{what}: {type(error).__name__}: {error}")
        elif isinstance(what, str):
            self._codes[what] = ExitCode(future.result())
        else:
            done: Done = future.result()
            self._done.setdefault(target, []).append(done)
            if done.folder is None:
                self._trouble(f"{what}: its worker was lost {done.attempt} times ({done.undone})")

    def _trouble(self, problem: str) -> None:
        self._problems.append(problem)
        self.say(problem)
