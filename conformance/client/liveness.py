"""Whether the target still answers: how long to wait for one that does not, and for which operation."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Final

from conformance.exchange.model import Exchange

IN_A_ROW: Final = 3
"""After so many requests in a row without any response, ask whether the target is there at all."""
IN_A_ROW_UNDOING: Final = 2
ENOUGH: Final = 20.0
"""Seconds spent on waiting in vain after which every further silence is one too many."""
TOO_MUCH: Final = 75.0
"""Seconds of waiting in vain after which the run ends, unless they are a small part of it."""
SMALL_PART: Final = 0.1


@dataclass
class Health:
    """Counts what stayed without a response: in a row, for each operation, and in seconds."""

    row: int = 0
    seconds: float = 0.0
    given_up: dict[str, str] = field(default_factory=dict)
    _rows: dict[str, int] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)

    def note(self, exchange: Exchange) -> None:
        """Count one exchange."""
        operation = exchange.operation_id
        if exchange.status is None:
            self.row += 1
            self._rows[operation] = self._rows.get(operation, 0) + 1
            self.seconds += exchange.elapsed_ms / 1000
        else:
            self.row = 0
            self._rows.pop(operation, None)

    def is_in_trouble(self, exchange: Exchange) -> bool:
        """Tell whether this silence is one too many."""
        return (
            self.row >= IN_A_ROW
            or self._rows.get(exchange.operation_id, 0) >= IN_A_ROW
            or self.seconds >= ENOUGH
        )

    def others_answer(self, exchange: Exchange) -> bool:
        """Tell whether something else was answered since this operation fell silent."""
        return self.row < self._rows.get(exchange.operation_id, 0)

    def is_exhausted(self) -> bool:
        """Tell whether the run has waited in vain for too long altogether."""
        elapsed = time.monotonic() - self._began
        return self.seconds >= TOO_MUCH and self.seconds >= SMALL_PART * elapsed

    def give_up(self, exchange: Exchange) -> None:
        """Ask this operation no more: others are answered, this one is not."""
        name = exchange.operation_id
        times = self._rows.get(name, 0)
        self.given_up[name] = (
            f"{name}: no response ({exchange.failure}), {times} times in a row; the target answers others"
        )
        self.row = 0

    def begin_undo(self) -> None:
        """Give the target a new chance: what was created is to be taken back."""
        self.row, self.seconds = 0, 0.0
        self._rows.clear()
        self.given_up.clear()
