"""What a target may be asked is handed out in one place, whoever asks."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.client.budget import Budget, Slot
from conformance.errors import NotJudged
from conformance.run.campaign.gate import Granted, TargetGate
from conformance.run.campaign.plan import Limits
from conformance.run.campaign.shared_gates import WorkerGate


class Clock:
    """A clock that stands until somebody moves it, in seconds."""

    now = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def take(gate: TargetGate, holder: str = "a", **words: Any) -> Granted:
    """Ask for a slot."""
    return gate.take(holder, **{"writes": False, "undo": False, "kept": 0, "reserved": 0, **words})


def test_all_holders_together_keep_the_rate() -> None:
    """At four a second the second one waits a quarter of a second, whoever it is."""
    gate = TargetGate(Limits(rate=4.0), clock := Clock())
    assert take(gate, "a") == Granted()
    assert take(gate, "b") == Granted(wait=0.25)
    clock.now += 0.25
    assert take(gate, "b") == Granted()
    gate.block(3.0)
    assert take(gate, "a") == Granted(wait=3.0)
    assert gate.sent == 2


def test_what_others_owe_is_kept_back() -> None:
    """The last requests are for the undo of whoever created something, until it leaves."""
    gate = TargetGate(Limits(max_requests=4, max_writes=9), Clock())
    assert take(gate, "a", writes=True, kept=2, reserved=2) == Granted()
    assert take(gate, "b") == Granted()
    assert "budget spent: 2 of 4 requests sent by the campaign, the rest is kept" in take(gate, "b").refused
    assert take(gate, "a", undo=True, kept=0, reserved=1) == Granted()
    gate.leave("a")
    assert take(gate, "b") == Granted()
    assert "budget spent: 4 of 4" in take(gate, "b", undo=True).refused
    writes = TargetGate(Limits(max_writes=0), Clock())
    assert "0 of 0 writes" in take(writes, writes=True).refused


def test_a_stopped_gate_lets_undo_through() -> None:
    """The first reason stays."""
    gate = TargetGate(Limits(), Clock())
    gate.stop("interrupted by SIGINT")
    gate.stop("later")
    assert take(gate).refused == "interrupted by SIGINT"
    assert take(gate, undo=True) == Granted()


class Central:
    """The gate of one holder, without a network."""

    def __init__(self, gate: TargetGate, holder: str) -> None:
        self.gate, self.holder = gate, holder

    def take(self, *, writes: bool, undo: bool, kept: int, reserved: int) -> float:
        """Take a slot."""
        found = self.gate.take(self.holder, writes=writes, undo=undo, kept=kept, reserved=reserved)
        if found.refused:
            raise NotJudged(found.refused)
        return found.wait

    def block(self, seconds: float) -> None:
        """Let nobody send."""
        self.gate.block(seconds)


def test_a_budget_asks_its_gate_before_each_request() -> None:
    """Two budgets with a gate in common spend one limit, wait for each other and keep the other's undo."""
    clock = Clock()
    gate = TargetGate(Limits(max_requests=4, rate=2.0), clock)

    def sleep(seconds: float) -> None:
        clock.now += seconds

    def budget(name: str, owes: int) -> Budget:
        return Budget(reserve=lambda: owes, clock=clock, sleep=sleep, gate=Central(gate, name))

    one, other = budget("one", 0), budget("other", 0)
    one.acquire(Slot(writes=True, reserved_undos=1))
    other.acquire(Slot())
    assert other.spent.waited == pytest.approx(0.5)
    other.block(10.0)
    one.acquire(Slot(reserved_undos=1))
    assert one.spent.waited == pytest.approx(10.1)
    with pytest.raises(NotJudged, match="3 of 4 requests sent by the campaign, the rest is kept for undo"):
        other.acquire(Slot())
    assert (one.spent.sent, other.spent.sent, gate.sent) == (2, 1, 3)


class Cut:
    """A worker that reaches its scheduler no more."""

    loop = None

    @property
    def scheduler(self) -> Any:
        """Fail as a connection does."""
        raise OSError("connection refused")


def test_without_its_scheduler_a_worker_only_undoes() -> None:
    """What was created is deleted all the same."""
    gate = WorkerGate(Cut(), "c", "qa", "1-all")  # type: ignore[arg-type] # only what it is asked for
    assert gate.take(writes=True, undo=True, kept=0, reserved=0) == 0.0
    with pytest.raises(NotJudged, match="the scheduler of the campaign is unreachable: connection refused"):
        gate.take(writes=False, undo=False, kept=0, reserved=0)
