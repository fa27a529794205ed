"""Deletes what a run created, contents before their container, and says what could not be deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from conformance.ledger.containment import deletion_order, is_part_of, may_be_in
from conformance.ledger.entries import Entry, Leak, with_id
from conformance.ledger.journal import Ledger
from conformance.ledger.lost import found, other_id, searchable

ROUNDS: Final = 3
NOT_CREATED: Final = "refused"
"""The state of what no list held: nobody said that it was created."""
DELETED: Final = frozenset({200, 202, 204})
NOT_FOUND: Final = frozenset({404, 410})
SUCCESS: Final = range(200, 300)
FAILED: Final = 500
REFUSED: Final = frozenset({400, 401, 403, 422})
"""Statuses of a DELETE that will never be carried out, such as that of a request that was to be refused."""
WRONG_ID: Final = frozenset({400, 404, 422})
"""Statuses of a DELETE after which a list is asked for the id of what a response gave another id for."""


@dataclass(frozen=True)
class Answer:
    """What an undo request came to: a status, or None with the `reason`.

    `retried`: it was sent more than once, so that an earlier try may have done what the last one found done.
    """

    status: int | None = None
    reason: str = ""
    retried: bool = False


class Sender(Protocol):
    """Sends the requests of an undo, each as a role to a path."""

    def delete(self, role: str, path: str, *, is_retry: bool) -> Answer:
        """Send a DELETE; a retry never spends what is kept back for the DELETE of something else."""

    def wait_for_late(self) -> None:
        """Wait until the target has had as long again as was waited for what timed out."""

    def is_there(self, role: str, path: str) -> bool | None:
        """Tell whether a GET shows it, after waiting for reads that lag; None where nothing more is sent."""

    def listed(self, role: str, path: str) -> Sequence[Any] | None:
        """Return every page of a list as JSON, after waiting for reads that lag; None if it is not read."""


def undo(ledger: Ledger, sender: Sender) -> list[Leak]:
    """Delete everything that the ledger holds; return what is left as leaks.

    What a creation left behind without a word of its id is looked for first, and once more at the end: a
    slow target may carry out what nobody waits for any more. A fixture is never deleted, whatever a response
    said, and a container not before what may live in it. As long as that helps, what failed is tried again.
    At the end each id is asked for once more, as far as the budget goes. What is left stays in the ledger.
    """
    return _Undo(ledger, sender).run()


@dataclass
class _Undo:
    ledger: Ledger
    sender: Sender
    tried: dict[int, bool] = field(default_factory=dict)
    """By number whether a DELETE that was sent may have been carried out without a word."""
    doubtful: list[Entry] = field(default_factory=list)
    sure: list[Entry] = field(default_factory=list)
    unheard: bool = False
    """Whether a DELETE of this round had no response: it is worth another try."""
    refused_links: set[int] = field(default_factory=set)
    """Links, by number, whose DELETE is refused: they go with what they link."""
    pages: dict[tuple[str, str], Sequence[Any] | None] = field(default_factory=dict)
    """Lists that were asked for the right id of something, by role and path."""

    def run(self) -> list[Leak]:
        leaks: list[Leak] = []
        late = self._found_at_once()
        for _ in range(ROUNDS):
            before, self.unheard = len(self.ledger.pending()), False
            leaks = self._round()
            left = len(self.ledger.pending())
            if not left or (left == before and not self.unheard):
                break
        if late:
            self.sender.wait_for_late()
            if [entry for entry in late if self._came_late(entry)]:
                leaks = self._round()
        for entry in searchable(self.ledger.unfinished()):
            if not entry.name:
                self.ledger.keep(found(entry, self.sender.listed(entry.role, entry.find), self._ids()))
        self._parts_went()
        lost = [entry for entry in self.ledger.unfinished() if not entry.is_complete]
        return leaks + self._still_there() + [self._lost(entry) for entry in lost]

    def _found_at_once(self) -> list[Entry]:
        """Look for what was created without a word; return what is in no list yet and may still come."""
        late = []
        for entry in searchable(self.ledger.unfinished()):
            seen = found(entry, self.sender.listed(entry.role, entry.find), self._ids())
            if seen.state == NOT_CREATED and entry.timed_out:
                late.append(entry)
            else:
                self.ledger.keep(seen)
        return late

    def _came_late(self, entry: Entry) -> bool:
        """Look once more for what timed out and was in no list; tell whether it was carried out since."""
        pages = self.sender.listed(entry.role, entry.find)
        if pages is None and self._went_with_its_container(entry.find):
            pages = []
        seen = found(entry, pages, self._ids())
        self.ledger.keep(seen)
        return seen.is_complete and seen.is_unfinished

    def _went_with_its_container(self, path: str) -> bool:
        """Tell whether a list is that of a container which was deleted."""
        deleted = [e.id for e in self.ledger.entries.values() if e.state == "undone" and e.id]
        return any(each in path.lower() for each in deleted)

    def _ids(self) -> set[str]:
        return {each.id for each in self.ledger.entries.values()}

    def _parts_went(self) -> None:
        """Take what nobody knows the id of for gone where it was a part of what was deleted."""
        for entry in self.ledger.unfinished():
            if not entry.is_complete and any(is_part_of(entry, whole) for whole in self.sure):
                self.ledger.keep(replace(entry, state="undone"))

    def _round(self) -> list[Leak]:
        leaks: dict[int, Leak] = {}
        hidden: set[int] = set()
        for entry in deletion_order(self.ledger.pending()):
            why, is_hidden = self._delete(entry, hidden)
            if why:
                leaks[entry.number] = _leak(entry, why)
            if is_hidden:
                hidden.add(entry.number)
        return list(leaks.values())

    def _delete(self, entry: Entry, hidden: set[int]) -> tuple[str, bool]:
        """Delete one thing; return why it is left, and whether it was hidden by what was deleted before."""
        if entry.id in self.ledger.foreign.fixtures:
            return "it is a fixture of the target: not touched", False
        inside = [e for e in self.ledger.pending() if e is not entry and may_be_in(e, entry)]
        held_by = [
            e for e in inside if e.number not in hidden | self.refused_links and not may_be_in(entry, e)
        ]
        if held_by and entry.id:
            return f"not deleted, as it may still hold {held_by[0].what}", False
        answer = self._ask(entry)
        if answer.status in WRONG_ID and (other := self._under_another_id(entry)) is not None:
            entry, answer = other, self._ask(other)
        if answer.status in DELETED or self._went_with_its_ends(entry, answer):
            return self._undone(entry, self.sure)
        if answer.status not in NOT_FOUND:
            return answer.reason or str(answer.status), False
        hider = self._hider(entry)
        if hider is None or answer.retried:
            return self._undone(entry, self.doubtful)
        proof = f"{answer.status} does not prove that it is gone"
        return f"unreachable: it may have been in {hider.what} when that was deleted, and {proof}", True

    def _under_another_id(self, entry: Entry) -> Entry | None:
        """Return an entry under the id that a list shows beside its name, None where it shows no other."""
        if not (entry.id and entry.find and entry.template):
            return None
        key = (entry.role, entry.find)
        if key not in self.pages:
            self.pages[key] = self.sender.listed(*key)
        created = other_id(entry, self.pages[key])
        if not created or created.lower() in self._ids() | self.ledger.foreign.fixtures:
            return None
        other = with_id(replace(entry, undo=entry.template, what=entry.what.rpartition(" ")[0]), created)
        self.ledger.keep(other)
        return other

    def _went_with_its_ends(self, entry: Entry, answer: Answer) -> bool:
        """Tell whether a link whose DELETE is refused is gone, as none of its ends is left."""
        if entry.pointer or answer.status not in REFUSED:
            return False
        self.refused_links.add(entry.number)
        return not any(may_be_in(entry, each) for each in self.ledger.pending() if each.id)

    def _undone(self, entry: Entry, book: list[Entry]) -> tuple[str, bool]:
        self.ledger.keep(replace(entry, state="undone"))
        book.append(entry)
        return "", False

    def _ask(self, entry: Entry) -> Answer:
        """Send the DELETE as the role that created it, and where that sees nothing as those of its places."""
        places = [e for e in self.ledger.entries.values() if entry.id and may_be_in(entry, e)]
        was_tried = self.tried.get(entry.number)
        answer = self.sender.delete(entry.role, entry.undo, is_retry=False)
        for role in {place.role for place in places} - {entry.role}:
            if answer.status in NOT_FOUND:
                other = self.sender.delete(role, entry.undo, is_retry=True)
                answer = other if other.status in DELETED else answer
        self.unheard = self.unheard or answer.status is None
        self.tried[entry.number] = was_tried or answer.status is None or answer.status >= FAILED
        return replace(answer, retried=answer.retried or bool(was_tried))

    def _hider(self, entry: Entry) -> Entry | None:
        """Return what may have hidden a thing when it was deleted itself, or None.

        Who deletes a whole deletes its parts; a link between two things (it has no id) goes with either.
        """
        deleted = [e for e in self.ledger.entries.values() if e.state == "undone" and may_be_in(entry, e)]
        if not entry.pointer or any(is_part_of(entry, e) for e in deleted):
            return None
        newest_place = {place: number for number, place in enumerate(entry.places)}
        return max(deleted, key=lambda e: newest_place.get(e.id, -1), default=None)

    def _still_there(self) -> list[Leak]:
        """Ask for each id that was deleted, the doubtful and the moved first; delete again what is shown."""
        leaks = []
        for entry in [*self.doubtful, *sorted(self.sure, key=lambda e: -len(e.places))]:
            if not entry.id:
                continue
            seen = self.sender.is_there(entry.role, entry.undo)
            if seen is None:
                break
            if seen and self._is_still_there(entry):
                self.ledger.keep(replace(entry, state="created"))
                leaks.append(_leak(entry, "its DELETE succeeded, and a GET still shows it"))
        return leaks

    def _is_still_there(self, entry: Entry) -> bool:
        again = self.sender.delete(entry.role, entry.undo, is_retry=True)
        return again.status not in NOT_FOUND and self.sender.is_there(entry.role, entry.undo) is not False

    def _lost(self, entry: Entry) -> Leak:
        named = f" ({entry.name})" if entry.name else ""
        hider = self._hider(entry)
        where = f", unreachable in {hider.what}, which was deleted" if hider else ""
        why = f"it may or may not exist{where}: {entry.request} gave no usable id"
        return Leak(entry.what + named, f"DELETE {entry.undo}", why)


def _leak(entry: Entry, why: str) -> Leak:
    named = f" ({entry.name})" if entry.name else ""
    return Leak(entry.what + named, f"DELETE {entry.undo}", why)
