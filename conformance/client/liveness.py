"""Whether the target still answers: how long to wait for one that does not, and for which operation."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from conformance.exchange.model import Exchange

IN_A_ROW: Final = 3
"""After so many requests in a row without any response, ask whether the target is there at all."""
IN_A_ROW_UNDOING: Final = 2
BUSY_IN_A_ROW_UNDOING: Final = 8
"""So many where the target may only be busy: it answered 503 at once, or not within a few seconds."""
SLOW: Final = 5.0
"""Seconds up to which waiting in vain says no more than that machine or target are slow just now."""
ENOUGH: Final = 20.0
"""Seconds spent on waiting in vain after which every further silence is one too many."""
TOO_MUCH: Final = 75.0
"""Seconds of waiting in vain after which the run ends, unless they are a small part of it."""
SMALL_PART: Final = 0.1


class Step(Enum):
    """What to do after an exchange."""

    GO_ON = auto()
    ASK = auto()
    """Ask for the root of the target: any response shows that it is reachable."""
    GIVE_UP_OPERATION = auto()
    END_RUN = auto()


@dataclass
class Liveness:
    """Counts what stayed without a response: in a row, for each operation, and in seconds of `clock`.

    `given_up` says by operation why it is asked no more; `reason` why the run ends.
    """

    clock: Callable[[], float] = time.monotonic
    row: int = 0
    seconds: float = 0.0
    given_up: dict[str, str] = field(default_factory=dict)
    undoing: bool = False
    reason: str = ""
    _rows: dict[str, int] = field(default_factory=dict)
    _began: float = 0.0

    def __post_init__(self) -> None:
        """Begin to count now."""
        self._began = self.clock()

    def note(self, exchange: Exchange, *, is_retry: bool = False) -> Step:
        """Count one exchange and decide: go on, ask this operation no more, or end the run.

        The tries of one request count once, and the seconds that all of them took.
        """
        operation = exchange.operation_id
        if not exchange.no_answer:
            self.row = 0
            self._rows.pop(operation, None)
            return Step.GO_ON
        self.seconds += exchange.elapsed_ms / 1000
        if is_retry and self._rows.get(operation):
            return Step.GO_ON
        self.row += 1
        self._rows[operation] = self._rows.get(operation, 0) + 1
        return self._handle_no_response(exchange)

    def _handle_no_response(self, exchange: Exchange) -> Step:
        if self.undoing:
            self.reason = f"the target is unreachable, last: {exchange.no_answer}"
            busy_for = ENOUGH if exchange.status is not None else SLOW if exchange.is_timed_out else 0.0
            most = BUSY_IN_A_ROW_UNDOING if self.seconds < busy_for else IN_A_ROW_UNDOING
            return Step.END_RUN if self.row >= most else Step.GO_ON
        if self.seconds >= TOO_MUCH and self.seconds >= SMALL_PART * (self.clock() - self._began):
            self.reason = f"the target left {self.seconds:.0f} s of requests without a response"
            return Step.END_RUN
        of_operation = self._rows[exchange.operation_id]
        if max(self.row, of_operation) < IN_A_ROW and self.seconds < ENOUGH:
            return Step.GO_ON
        what = f"{self.row} requests in a row without a response, last: {exchange.no_answer}"
        self.reason = f"the target is unreachable: {what}"
        # Something else was answered since this operation fell silent.
        return Step.GIVE_UP_OPERATION if self.row < of_operation else Step.ASK

    def give_up(self, exchange: Exchange) -> None:
        """Ask this operation no more: others are answered, this one is not."""
        name = exchange.operation_id
        times = self._rows.get(name, 0)
        self.given_up[name] = (
            f"{name}: no response ({exchange.no_answer}), {times} times in a row; the target answers others"
        )
        self.row = 0

    def begin_undo(self) -> None:
        """Give the target a new chance: what was created is to be deleted."""
        self.undoing = True
        self.row, self.seconds = 0, 0.0
        self._rows.clear()
        self.given_up.clear()
