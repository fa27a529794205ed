"""What is undone: every creating request is written down before it is sent, and taken back in reverse."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, TextIO
from urllib.parse import quote

from conformance.errors import UsageError
from conformance.exchange import Exchange, Request

GONE = frozenset({200, 202, 204, 404, 410})
"""Answers to an undo call after which the thing is not there any more."""


@dataclass(frozen=True)
class Entry:
    """One creating request: who sent it, what it creates, and the DELETE that takes it back.

    `state` is intended, created, refused, unknown (the reply was lost) or undone.
    """

    number: int
    role: str
    what: str
    request: str
    undo: str
    pointer: str
    target: str
    state: str = "intended"


@dataclass(frozen=True)
class Leak:
    """Something the run created and could not take back."""

    what: str
    undo: str
    error: str


@dataclass
class Ledger:
    """Keeps the entries of a run in memory and, flushed to the disk before anything is sent, in a file."""

    path: Path | None = None
    target: str = ""
    entries: dict[int, Entry] = field(default_factory=dict)
    _file: TextIO | None = None
    _lock: Lock = field(default_factory=Lock)

    def intend(self, role: str, request: Request) -> int:
        """Write down that `request` is about to create something; return the entry's number."""
        assert request.undo is not None  # noqa: S101 - the client asks only for requests that create
        with self._lock:
            number = len(self.entries) + 1
            undo = request.undo
            line = f"{request.method} {request.path}"
            self._keep(Entry(number, role, undo.what, line, undo.path, undo.pointer, self.target))
            return number

    def outcome(self, number: int, exchange: Exchange | None) -> None:
        """Write down what became of it; None or a lost reply leaves it unknown."""
        with self._lock:
            entry = self.entries[number]
            self._keep(_after(entry, exchange))

    def pending(self) -> list[Entry]:
        """Return what is still to be undone, newest first."""
        return [e for e in sorted(self.entries.values(), key=lambda e: -e.number) if e.state == "created"]

    def unfinished(self) -> list[Entry]:
        """Return every entry that may still exist at the target."""
        return [e for e in self.entries.values() if e.state in {"created", "intended", "unknown"}]

    def undo(self, delete: Callable[[str, str], int | str]) -> list[Leak]:
        """Take everything back, newest first.

        `delete(role, path)` answers with a status or, where there was none, with the reason. What could not
        be taken back is returned as leaks and stays in the ledger.
        """
        leaks = []
        for entry in self.pending():
            answer = delete(entry.role, entry.undo)
            if answer in GONE:
                with self._lock:
                    self._keep(_with(entry, state="undone"))
            else:
                leaks.append(Leak(entry.what, f"DELETE {entry.undo}", str(answer)))
        leaks += [
            Leak(entry.what, f"DELETE {entry.undo}", "its reply was lost: it may or may not exist")
            for entry in self.entries.values()
            if entry.state in {"intended", "unknown"}
        ]
        return leaks

    def _keep(self, entry: Entry) -> None:
        self.entries[entry.number] = entry
        if self.path is None:
            return
        if self._file is None:
            self._file = self.path.open("a", encoding="utf-8")
        self._file.write(json.dumps(asdict(entry)) + "\n")
        self._file.flush()
        if entry.state == "intended":
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _with(entry: Entry, **changes: Any) -> Entry:
    return Entry(**{**asdict(entry), **changes})


def _after(entry: Entry, exchange: Exchange | None) -> Entry:
    if exchange is None or exchange.status is None:
        return _with(entry, state="unknown")
    if exchange.status >= 500:  # noqa: PLR2004 - it may have failed after it wrote
        return _with(entry, state="unknown")
    if exchange.status >= 300:  # noqa: PLR2004 - anything but success created nothing
        return _with(entry, state="refused")
    if not entry.pointer:
        return _with(entry, state="created")
    created = exchange.at(entry.pointer)
    if not isinstance(created, str) or not created:
        return _with(entry, state="unknown")
    path = entry.undo.replace("{id}", quote(created, safe="", errors="replace"))
    return _with(entry, state="created", undo=path, what=f"{entry.what} {created}")


def load_ledger(path: Path) -> Ledger:
    """Return the ledger of an earlier run, ready to finish its undo; any other file is a `UsageError`."""
    entries: dict[int, Entry] = {}
    for number, line in _lines(path):
        try:
            entry = Entry(**json.loads(line))
        except (ValueError, TypeError) as error:
            raise UsageError(f"{path}:{number}: no entry of a ledger: {error}") from error
        entries[entry.number] = entry
    return Ledger(path, next((e.target for e in entries.values()), ""), entries)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as a ledger: {error}") from error
    for number, line in enumerate(lines, 1):
        cut_off = number == len(lines) and not line.endswith("}")
        if line.strip() and not cut_off:
            yield number, line
