"""Processes keep one pace; one that is killed while it asks locks nobody out."""

from __future__ import annotations

import multiprocessing
import threading
from multiprocessing.synchronize import Event

import pytest

from conformance.client.budget import MARGIN, Budget, Slot
from conformance.client.pace import SharedPace, new_pace

SPAWN = multiprocessing.get_context("spawn")


def test_what_one_is_told_to_wait_for_holds_for_all() -> None:
    """So does the rate of all together."""
    now = [100.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    pace = new_pace(SPAWN, rate=2)
    pace.clock = lambda: now[0]
    first, second = (Budget(clock=lambda: now[0], sleep=sleep, gate=pace) for _ in range(2))
    first.acquire(Slot())
    second.acquire(Slot())
    assert first.spent.waited == 0
    assert second.spent.waited == pytest.approx(0.5)
    first.block(3)
    now[0] += 1
    second.acquire(Slot())
    assert second.spent.waited == pytest.approx(0.5 + 3 + MARGIN - 1)


def _hold_for_ever(pace: SharedPace, entered: Event) -> None:
    """Take the lock of another process, and never release it; the body of a process."""
    with pace.lock:
        entered.set()
        threading.Event().wait()


def test_a_process_killed_with_the_lock_locks_nobody_out() -> None:
    """Whoever waits for the lock has it as soon as its holder is dead, and no sooner."""
    pace, entered = new_pace(SPAWN, rate=None), SPAWN.Event()
    process = SPAWN.Process(target=_hold_for_ever, args=(pace, entered), daemon=True)
    process.start()
    assert entered.wait(timeout=60)
    waiting = threading.Thread(target=Budget(gate=pace).acquire, args=(Slot(),), daemon=True)
    waiting.start()
    waiting.join(timeout=0.3)
    assert waiting.is_alive()
    process.kill()
    waiting.join(timeout=60)
    assert not waiting.is_alive()
