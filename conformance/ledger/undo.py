"""Deletes what a run created, newest first, and says what could not be deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from conformance.exchange.model import DELETED
from conformance.ledger.entries import Entry, Leak
from conformance.ledger.journal import Ledger

ROUNDS: Final = 3

Delete = Callable[[str, str], int | str]
"""Sends a DELETE as a role to a path; returns the status or, where there was none, the reason."""


def undo(ledger: Ledger, delete: Delete) -> list[Leak]:
    """Delete everything that the ledger holds, newest first; return what is left as leaks.

    What is left stays in the ledger. A fixture is never deleted, whatever a response said. As long as that
    helps, what failed is tried again: one thing may hold another.
    """
    leaks: list[Leak] = []
    for _ in range(ROUNDS):
        before = len(ledger.pending())
        leaks = [leak for entry in ledger.pending() if (leak := _delete(ledger, entry, delete))]
        if len(ledger.pending()) in {0, before}:
            break
    lost = [entry for entry in ledger.unfinished() if not entry.is_complete]
    return leaks + [
        _leak(entry, f"it may or may not exist: {entry.request} gave no usable id") for entry in lost
    ]


def _delete(ledger: Ledger, entry: Entry, delete: Delete) -> Leak | None:
    if entry.id in ledger.foreign.fixtures:
        return _leak(entry, "it is a fixture of the target: not touched")
    answer = delete(entry.role, entry.undo)
    if answer not in DELETED:
        return _leak(entry, str(answer))
    ledger.mark_undone(entry)
    return None


def _leak(entry: Entry, why: str) -> Leak:
    return Leak(entry.what, f"DELETE {entry.undo}", why)
