"""A lock for the threads and processes of one run, which the system opens again when its holder is killed."""

from __future__ import annotations

import os
import tempfile
import threading
import weakref
from dataclasses import dataclass, field
from multiprocessing import reduction
from typing import Any

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no record locks
    fcntl = None  # type: ignore[assignment] # the module stands for itself elsewhere


def _nameless() -> int:
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


@dataclass(eq=False)
class ProcessLock:
    """A lock that its holder may take again: a record lock on a file without a name, one for each process.

    A semaphore would stay taken for good when the process that holds it is killed; this lock dies with it.
    """

    file: int = field(default_factory=_nameless)
    _threads: Any = field(default_factory=threading.RLock)
    _depth: int = 0

    def __post_init__(self) -> None:
        """Close the file when nobody needs the lock any more."""
        weakref.finalize(self, os.close, self.file)

    def __enter__(self) -> None:
        """Wait until nobody else holds it, and take it."""
        self._threads.acquire()
        # Counted first: a signal's handler that comes in between takes it too, and must not release it.
        self._depth += 1
        if self._depth == 1:
            fcntl.lockf(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        """Release it."""
        if self._depth == 1:
            fcntl.lockf(self.file, fcntl.LOCK_UN)
        self._depth -= 1
        self._threads.release()

    def __reduce__(self) -> tuple[Any, ...]:
        """Go to a process that is being started: the file is the same, the lock is that process's own."""
        return _from_file, (reduction.DupFd(self.file),)


def _from_file(descriptor: Any) -> ProcessLock:
    return ProcessLock(descriptor.detach())


def new_process_lock(context: Any) -> Any:
    """Return a lock that the processes of this context can share."""
    lock: Any = context.RLock()
    if fcntl is not None:
        lock = ProcessLock()
    return lock
