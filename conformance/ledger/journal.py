"""What is undone: every creating request is written down before it is sent, and taken back in reverse."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any, Final, TextIO
from urllib.parse import quote, unquote

from conformance.errors import NotJudged, UsageError
from conformance.exchange.model import GONE, Exchange, Request
from conformance.ledger.ownership import Strangers

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no flock, and runs without the lock
    fcntl = None  # type: ignore[assignment] # the module stands for itself elsewhere

PLAUSIBLE_ID: Final = re.compile(r"[\w{}~:.-]{1,200}", re.ASCII)
"""An id that an undo call may be made of: a response could name anything, up to a path of its own."""
LOST_IN_A_ROW: Final = 3
LOST_AT_ALL: Final = 10
"""So many things that may exist and that nobody can take back, and the run creates no more."""
ROUNDS: Final = 3
ERRORS: Final = 300
"""The first status that is no success."""
NEVER_SENT: Final = ("could not connect", "TLS:")
"""How a failure begins before which the request cannot have left this machine: nothing was created."""


@dataclass(frozen=True)
class Entry:
    """One creating request: who sent it, what it creates, and the DELETE that takes it back.

    `state` is intended, created, refused, unknown (the response was lost, or gave no usable id) or undone.
    While `pointer` is not empty and the state is not created, `undo` still has ``{id}`` in it.
    """

    number: int
    role: str
    what: str
    request: str
    undo: str
    pointer: str
    target: str
    state: str = "intended"

    @property
    def is_complete(self) -> bool:
        """Tell whether the undo call is known to its last character."""
        return self.state == "created" or not self.pointer


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
    strangers: Strangers = field(default_factory=Strangers)
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

    def outcome(self, number: int, exchange: Exchange | None) -> str:
        """Write down what became of it; None or a lost response leaves it unknown.

        Return "", or why what the response names is nothing to work with: then it is never deleted either.
        """
        with self._lock:
            before = self.entries[number]
            entry = _after(before, exchange)
            why = self._why_not_ours(entry, exchange)
            self._keep(replace(before, state="unknown") if why else entry)
            status = exchange.status if exchange is not None else None
            if entry.state == "unknown" and entry.pointer and status is not None and status < ERRORS:
                why = f"{entry.request} answered {status} and gave no usable id"
            return why

    def _why_not_ours(self, entry: Entry, exchange: Exchange | None) -> str:
        if exchange is None or entry.state != "created" or not entry.pointer:
            return ""
        created = unquote(entry.undo.rsplit("/", 1)[-1])
        why = self.strangers.why_not_ours(created, entry.pointer, exchange)
        twins = [e for e in self.entries.values() if e.undo.lower() == entry.undo.lower() and e.pointer]
        for twin in twins:
            why = "was the answer to another creation, too"
            if twin.state == "created":
                self._keep(replace(twin, state="unknown"))
        if not why:
            return ""
        self.strangers.avoided.add(created.lower())
        return f"{entry.request} answered with {created}, which {why}: nothing is done with it"

    def keep_off(self, request: Request) -> None:
        """Refuse to write to what a response to a creation named and is not this run's own."""
        stranger = self.strangers.mentioned(request) if request.writes and request.purpose != "undo" else ""
        if stranger:
            raise NotJudged(f"{stranger} was answered for a creation and is not new: nothing is done with it")

    def taken_back(self, path: str) -> None:
        """Write down that a scenario deleted something itself: undo need not ask again."""
        with self._lock:
            for entry in list(self.entries.values()):
                if entry.state == "created" and entry.undo == path:
                    self._keep(replace(entry, state="undone"))

    def pending(self, *, maybe: bool = False) -> list[Entry]:
        """Return what is still to be undone, newest first; with `maybe` what is on its way too."""
        newest = sorted(self.entries.values(), key=lambda e: -e.number)
        open_states = {"created", "intended", "unknown"}
        return [
            e
            for e in newest
            if e.state in open_states and (e.is_complete or (maybe and e.state == "intended"))
        ]

    def unfinished(self) -> list[Entry]:
        """Return every entry that may still exist at the target."""
        return [e for e in self.entries.values() if e.state in {"created", "intended", "unknown"}]

    def lost(self) -> list[Entry]:
        """Return what may exist at the target and cannot be taken back: its response gave no id."""
        return [e for e in self.entries.values() if e.state == "unknown" and not e.is_complete]

    def is_losing(self) -> bool:
        """Tell whether to create no more: the latest creations gave no id, or too many of the run did not."""
        over = [e for e in self.entries.values() if e.state != "intended"]
        latest = [e.state == "unknown" and not e.is_complete for e in over[-LOST_IN_A_ROW:]]
        return (len(latest) == LOST_IN_A_ROW and all(latest)) or len(self.lost()) >= LOST_AT_ALL

    def undo(self, delete: Callable[[str, str], int | str]) -> list[Leak]:
        """Take everything back, newest first.

        `delete(role, path)` answers with a status or, where there was none, with the reason. What could not
        be taken back is returned as leaks and stays in the ledger. A fixture is never deleted, whatever a
        response said. As long as that helps, what failed is tried again: one thing may hold another.
        """
        leaks: list[Leak] = []
        for _ in range(ROUNDS):
            before = len(self.pending())
            leaks = self._undo_once(delete)
            if len(self.pending()) in {0, before}:
                break
        return leaks

    def _undo_once(self, delete: Callable[[str, str], int | str]) -> list[Leak]:
        leaks = []
        for entry in self.pending():
            if unquote(entry.undo.rsplit("/", 1)[-1]).lower() in self.strangers.fixtures and entry.pointer:
                leaks.append(
                    Leak(entry.what, f"DELETE {entry.undo}", "it is a fixture of the target: not touched")
                )
                continue
            answer = delete(entry.role, entry.undo)
            if answer in GONE:
                with self._lock:
                    self._keep(replace(entry, state="undone"))
            else:
                leaks.append(Leak(entry.what, f"DELETE {entry.undo}", str(answer)))
        lost = [e for e in self.unfinished() if not e.is_complete]
        return leaks + [
            Leak(e.what, f"DELETE {e.undo}", f"it may or may not exist: {e.request} gave no usable id")
            for e in lost
        ]

    def _keep(self, entry: Entry) -> None:
        self.entries[entry.number] = entry
        if self.path is None:
            return
        if self._file is None:
            self._file = _opened(self.path)
        self._file.write(json.dumps(asdict(entry)) + "\n")
        self._file.flush()
        if entry.state == "intended":
            os.fsync(self._file.fileno())

    def hold(self) -> bool:
        """Open the file and lock it for this process; False where another one is writing to it."""
        if self.path is None or self._file is not None:
            return True
        file = _opened(self.path)
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                file.close()
                return False
        self._file = file
        return True

    def close(self) -> None:
        """Close the file, and with it the lock."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _opened(path: Path) -> TextIO:
    """Open a ledger to write on; a last line that was cut off by a kill is ended first."""
    cut_off = path.exists() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
    file = path.open("a", encoding="utf-8")
    if cut_off:
        file.write("\n")
    return file


def _after(entry: Entry, exchange: Exchange | None) -> Entry:
    refused = range(300, 500)  # anything but success, and nothing that may have failed after it wrote
    if exchange is not None and (exchange.failure.startswith(NEVER_SENT) or exchange.status in refused):
        return replace(entry, state="refused")
    if exchange is None or exchange.status is None or exchange.status >= refused.stop:
        return replace(entry, state="unknown")
    if not entry.pointer:
        return replace(entry, state="created")
    created = exchange.at(entry.pointer)
    if not isinstance(created, str) or not PLAUSIBLE_ID.fullmatch(created) or set(created) <= {"."}:
        return replace(entry, state="unknown")
    path = entry.undo.replace("{id}", quote(created, safe=""))
    return replace(entry, state="created", undo=path, what=f"{entry.what} {created}")


def refuse_unfinished(path: Path, target: str) -> None:
    """Refuse a report folder whose ledger still holds something: writing over it would lose what is left."""
    if path.exists() and (left := len(load_ledger(path).unfinished())):
        raise UsageError(
            f"{path} holds {left} things of an earlier run that may still exist: take them back with "
            f"`conformance clean --target {target} --ledger {path}`, or name another folder with --report-dir"
        )


def new_ledger(path: Path, target: str) -> Ledger:
    """Return an empty ledger in a file of its own, the finished one of an earlier run gone."""
    ledger = Ledger(path, target)
    try:
        free = ledger.hold()
        if free:
            os.truncate(path, 0)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error
    if not free:
        raise UsageError(f"{path}: another run is writing to this folder; name another with --report-dir")
    return ledger


def load_ledger(path: Path) -> Ledger:
    """Return the ledger of an earlier run, ready to finish its undo; `UsageError` where the file is none."""
    entries: dict[int, Entry] = {}
    broken = 0
    for number, line in _lines(path):
        content: Any = None
        with contextlib.suppress(ValueError, RecursionError):
            content = json.loads(line)
        if content is None:
            broken += 1  # a line that a kill cut off: nothing was sent before its line was whole
            continue
        try:
            entry = Entry(**content)
        except TypeError as error:
            raise UsageError(f"{path}:{number}: no entry of a ledger: {error}") from error
        entries[entry.number] = entry
    if broken and not entries and broken > 1:
        raise UsageError(f"{path}: no ledger: none of its lines is an entry")
    return Ledger(path, next((e.target for e in entries.values()), ""), entries)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as a ledger: {error}") from error
    return ((number, line) for number, line in enumerate(lines, 1) if line.strip())
