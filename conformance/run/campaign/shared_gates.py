"""The gates of a campaign beside Dask's scheduler, which every worker reaches and none can take along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from distributed import Client, Scheduler, SchedulerPlugin, Worker
from distributed.utils import sync

from conformance.errors import NotJudged
from conformance.run.campaign.gate import TargetGate
from conformance.run.campaign.plan import Limits


def handler_of(campaign: str) -> str:
    """Return how the scheduler calls the handler of a campaign."""
    return f"conformance_gate_{campaign.replace('-', '_')}"


class SharedGates(SchedulerPlugin):
    """Answers what the workers ask about the targets; each method of a gate by its name."""

    def __init__(self, campaign: str, limits: Mapping[str, Limits]) -> None:
        self.name = handler_of(campaign)
        self.gates = {target: TargetGate(each) for target, each in limits.items()}

    async def start(self, scheduler: Scheduler) -> None:
        """Answer from now on."""
        scheduler.handlers[self.name] = self.answer

    def answer(self, target: str, method: str, words: Mapping[str, Any]) -> dict[str, Any]:
        """Call a method of the target's gate; return what it granted, if anything."""
        granted = getattr(self.gates[target], method)(**words)
        return {} if granted is None else asdict(granted)


def register_gates(client: Client, campaign: str, limits: Mapping[str, Limits]) -> None:
    """Let the scheduler hand out what the targets may be asked."""
    client.register_plugin(SharedGates(campaign, limits))


def unregister_gates(client: Client, campaign: str) -> None:
    """Let the scheduler forget a campaign that has ended."""
    client.unregister_scheduler_plugin(handler_of(campaign))


def stop_gates(client: Client, campaign: str, targets: tuple[str, ...], reason: str) -> None:
    """Let every task of a campaign end politely: it undoes what it created and writes its report."""
    for target in targets:
        call = getattr(client.scheduler, handler_of(campaign))
        client.sync(call, target=target, method="stop", words={"reason": reason})


@dataclass(frozen=True)
class WorkerGate:
    """The gate of a target as a task on a worker sees it; the task holds under its name."""

    worker: Worker
    campaign: str
    target: str
    holder: str

    def take(self, *, writes: bool, undo: bool, kept: int, reserved: int) -> float:
        """Take a slot and return 0, or return the seconds to wait; `NotJudged` where there is none.

        Where the scheduler is unreachable, what was created is undone all the same.
        """
        words = {"holder": self.holder, "writes": writes, "undo": undo, "kept": kept, "reserved": reserved}
        try:
            granted = self._ask("take", words)
        except OSError as error:
            if undo:
                return 0.0
            raise NotJudged(f"the scheduler of the campaign is unreachable: {error}") from error
        if granted["refused"]:
            raise NotJudged(granted["refused"])
        return float(granted["wait"])

    def block(self, seconds: float) -> None:
        """Let nobody send to the target for so long."""
        self._ask("block", {"seconds": seconds})

    def leave(self) -> None:
        """Keep nothing back any more for this task."""
        self._ask("leave", {"holder": self.holder})

    def _ask(self, method: str, words: Mapping[str, Any]) -> dict[str, Any]:
        call = getattr(self.worker.scheduler, handler_of(self.campaign))
        found: dict[str, Any] = sync(
            self.worker.loop, call, target=self.target, method=method, words=dict(words)
        )
        return found
