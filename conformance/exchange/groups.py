"""Which requests are sent at the same time: they are recorded as one group, and sent again as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from itertools import count
from threading import Barrier
from typing import Final, TypeVar

T = TypeVar("T")
WAIT: Final = 10.0
"""Seconds after which a request that is not ready is no longer waited for."""

_group: Final[ContextVar[str]] = ContextVar("group", default="")
_numbers: Final = count(1)


def current_group() -> str:
    """Return the group of whatever is sent now, empty where it is sent alone."""
    return _group.get()


def concurrently(*sends: Callable[[], T]) -> list[T]:
    """Send at the same time, as one group of exchanges, and return the results in the order of `sends`."""
    if len(sends) == 1:
        return [sends[0]()]
    barrier = Barrier(len(sends))
    token = _group.set(f"g{next(_numbers):04d}")
    try:
        with ThreadPoolExecutor(len(sends)) as pool:
            return [future.result() for future in _submitted(pool, barrier, sends)]
    finally:
        _group.reset(token)


def _submitted(
    pool: ThreadPoolExecutor, barrier: Barrier, sends: Sequence[Callable[[], T]]
) -> list[Future[T]]:
    def one(send: Callable[[], T]) -> T:
        barrier.wait(timeout=WAIT)
        return send()

    return [pool.submit(copy_context().run, one, send) for send in sends]
