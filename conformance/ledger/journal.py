"""The record of what a run created: every creating request is written down before it is sent."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any, Final, TextIO
from urllib.parse import unquote

from conformance.errors import UsageError
from conformance.exchange.model import Exchange, Request
from conformance.ledger.containment import is_part_of, key_of, keys_in
from conformance.ledger.entries import ELSE, REFUSED, Entry, after, intended
from conformance.ledger.ownership import ForeignResources

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no flock, and runs without the lock
    fcntl = None  # type: ignore[assignment] # the module stands for itself elsewhere

LOST_IN_A_ROW: Final = 3
LOST_AT_ALL: Final = 10
"""So many things that may exist and that nobody can delete, and the run creates no more."""


@dataclass
class Ledger:
    """Keeps the entries of a run in memory and, flushed to the disk before anything is sent, in a file."""

    path: Path | None = None
    target: str = ""
    entries: dict[int, Entry] = field(default_factory=dict)
    foreign: ForeignResources = field(default_factory=ForeignResources)
    inherited: list[Ledger] = field(default_factory=list)
    _created: dict[str, int] = field(default_factory=dict, init=False)
    _unfinished: dict[int, Entry] = field(default_factory=dict, init=False)
    _undos: dict[str, dict[int, None]] = field(default_factory=dict, init=False)
    _made: set[int] = field(default_factory=set, init=False)
    _file: TextIO | None = None
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        """Know what an earlier run created."""
        for entry in self.entries.values():
            self._note(entry)

    def intend(self, role: str, request: Request) -> int:
        """Write down that `request` is about to create something; return the entry's number."""
        with self._lock:
            number = len(self.entries) + 1
            entry = intended(number, role, request, self.target)
            named = self._named_in(request)
            if request.undo is not None and request.undo.itself:
                own = key_of(unquote(request.path.rpartition("/")[2]))
                named = [each for each in named if key_of(each.id) != own]
            self._keep(replace(entry, places=tuple(place.id for place in named)))
            if not entry.pointer and not (request.undo and request.undo.itself):
                for thing in (each for each in named if is_part_of(entry, each)):
                    self._add_places(thing, named)
            return number

    def intend_move(self, request: Request) -> None:
        """Write down where a thing may live once `request`, which may move it, was sent."""
        with self._lock:
            moved = self._created.get(key_of(request.moves))
            if moved is not None:
                self._add_places(self.entries[moved], self._named_in(request))

    def _add_places(self, entry: Entry, named: Iterable[Entry]) -> None:
        """Write down that a thing may live in these, too: a link or a move is about to be made."""
        new = [place.id for place in named if place.id not in {entry.id, *entry.places}]
        if new:
            self._keep(replace(entry, places=(*entry.places, *new)))

    def _named_in(self, request: Request) -> list[Entry]:
        """Return the entries of what this run created that a request names."""
        numbers = dict.fromkeys(self._created[key] for key in keys_in(request) if key in self._created)
        return [self.entries[number] for number in numbers]

    def outcome(self, number: int, exchange: Exchange | None) -> str:
        """Write down what became of it; None or a lost response leaves it unknown.

        Return "", or why what the response names is nothing to work with: then it is never deleted either.
        """
        with self._lock:
            before = self.entries[number]
            entry = after(before, exchange)
            twins = self._twins(entry)
            if twins and ELSE in before.pointer:
                # A stranger's API may give what is there already to who wants the same again.
                is_there = any(twin.state == "created" for twin in twins)
                self._keep(replace(before, state="refused") if is_there else entry)
                return ""
            why = self._why_not_ours(entry, exchange, twins)
            self._keep(replace(before, state="unknown", answered=entry.answered) if why else entry)
            status = exchange.status if exchange is not None else None
            if entry.is_lost and status is not None and status < REFUSED.start:
                why = f"{entry.request} answered {status} and gave no usable id"
            return why

    def _twins(self, entry: Entry) -> list[Entry]:
        """Return the other creations that were answered with the id of this one."""
        undo = entry.undo.lower() if entry.state == "created" and entry.pointer else ""
        alike = [self.entries[number] for number in self._undos.get(undo, ())] if undo else []
        return [e for e in alike if e.pointer and e.undo.lower() == undo]

    def _why_not_ours(self, entry: Entry, exchange: Exchange | None, twins: Iterable[Entry]) -> str:
        if exchange is None or entry.state != "created" or not entry.pointer:
            return ""
        why = self.foreign.why_not_ours(entry.id, entry.pointer, exchange)
        for twin in twins:
            why = "was the answer to another creation, too"
            if twin.state == "created":
                self._keep(replace(twin, state="unknown"))
        if not why:
            return ""
        self.foreign.ids.add(entry.id)
        return f"{entry.request} answered with {entry.id}, which {why}: nothing is done with it"

    def keep(self, entry: Entry) -> None:
        """Write down what an entry has become."""
        with self._lock:
            self._keep(entry)

    def mark_deleted(self, path: str, role: str) -> None:
        """Write down that who created something deleted it: undo need not ask again.

        A success for another role may mean that there is nothing of this path that it sees.
        """
        for entry in [self.entries[number] for number in self._undos.get(path.lower(), ())]:
            if entry.state == "created" and entry.undo == path and entry.role == role:
                self.keep(replace(entry, state="undone"))

    def pending(self, *, maybe: bool = False) -> list[Entry]:
        """Return what is still to be undone, newest first; with `maybe` what is on its way too."""
        newest = sorted(self.unfinished(), key=lambda e: -e.number)
        return [e for e in newest if e.is_complete or (maybe and e.state == "intended")]

    def unfinished(self) -> list[Entry]:
        """Return every entry that may still exist at the target."""
        return list(self._unfinished.values())

    @property
    def made(self) -> int:
        """Return how many requests have created something, or may have."""
        return len(self._made)

    def is_losing(self, undo: str = "") -> bool:
        """Tell whether to create no more: the latest creations gave no id, or too many of the run did not.

        The latest are those of the same kind, which `undo` (a path with ``{id}``) tells, where it is given.
        """
        lost = [e for e in lost_in(self) if not undo or e.template == undo]
        if len(lost) < LOST_IN_A_ROW or len(lost) >= LOST_AT_ALL:
            return len(lost) >= LOST_AT_ALL
        known = (e for e in reversed(list(self.entries.values())) if e.state != "intended")
        alike = (e for e in known if not undo or e.template == undo)
        return all(e.is_lost for e in islice(alike, LOST_IN_A_ROW))

    def inherit(self, ledger: Ledger) -> None:
        """Undo later what another process of the run, now dead, has left in its ledger."""
        ledger.foreign = self.foreign
        self.inherited.append(ledger)

    def _note(self, entry: Entry) -> None:
        """Keep an entry where it is looked for: in a long run most of them are done with."""
        self.entries[entry.number] = entry
        self._undos.setdefault(entry.undo.lower(), {})[entry.number] = None
        if entry.is_unfinished:
            self._unfinished[entry.number] = entry
        else:
            self._unfinished.pop(entry.number, None)
        if entry.answered or entry.is_unfinished:
            self._made.add(entry.number)
        else:
            self._made.discard(entry.number)
        if entry.id:
            self._created[key_of(entry.id)] = entry.number

    def _keep(self, entry: Entry) -> None:
        self._note(entry)
        if self.path is None:
            return
        if self._file is None:
            self._file = _opened(self.path)
        self._file.write(json.dumps(asdict(entry)) + "\n")
        self._file.flush()
        if entry.state in {"intended", "created"}:  # what a request that is sent next may create or move
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
        """Close the file, and with it the lock; the inherited ones too."""
        if self._file is not None:
            self._file.close()
            self._file = None
        for ledger in self.inherited:
            ledger.close()


def lost_in(ledger: Ledger) -> list[Entry]:
    """Return what may exist at the target and cannot be deleted: its response gave no id."""
    return [e for e in ledger.unfinished() if e.is_lost]


def readdress(ledger: Ledger, path: str, other: str) -> None:
    """Write down that what was thought to be at one path is at another, and is deleted there."""
    for entry in list(ledger.entries.values()):
        if entry.state == "created" and entry.undo == path:
            ledger.keep(replace(entry, undo=other))


def _opened(path: Path) -> TextIO:
    """Open a ledger to write on; a last line that was cut off by a kill is ended first."""
    cut_off = path.exists() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
    file = path.open("a", encoding="utf-8")
    if cut_off:
        file.write("\n")
    return file


def refuse_unfinished(path: Path, target: str) -> None:
    """Refuse a report folder whose ledger has left something: writing over it would lose what is left."""
    if path.exists() and (left := len(load_ledger(path).unfinished())):
        raise UsageError(
            f"{path} holds {left} things of an earlier run that may still exist: delete them with "
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
            entry = Entry(**content | {"places": tuple(content.get("places", ()))})
        except (TypeError, AttributeError) as error:
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
