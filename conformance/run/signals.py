"""How a run is told to end: signals become a polite stop, and wait where nothing may be interrupted."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Final

KINDS: Final = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopped_by_signals(stop: Callable[[str], None]) -> Iterator[None]:
    """Turn SIGINT and SIGTERM into a polite stop: only undo calls are sent, then the report is written."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, _frame: object) -> None:
        stop(f"interrupted by {signal.Signals(number).name}")

    before = {kind: signal.signal(kind, handle) for kind in KINDS}
    held_back = _masked("SIG_UNBLOCK", KINDS)
    try:
        yield
    finally:
        _masked("SIG_SETMASK", held_back)
        for kind, handler in before.items():
            signal.signal(kind, handler)


@contextmanager
def signals_held_back() -> Iterator[None]:
    """Let SIGINT and SIGTERM wait until the end of the block; a process started in it lets them wait longer.

    It would know no better than to die of them, before it is ready to stop politely and after.
    """
    before = _masked("SIG_BLOCK", KINDS)
    try:
        yield
    finally:
        _masked("SIG_SETMASK", before)


def _masked(how: str, kinds: Collection[int]) -> Collection[int]:
    """Change which signals wait, where the system knows such a thing; return which did before."""
    change = getattr(signal, "pthread_sigmask", None)
    return () if change is None else tuple(change(getattr(signal, how), kinds))
