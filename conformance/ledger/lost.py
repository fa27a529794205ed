"""Looks for what was created without a word of its id, under the very name that the request gave it.

The name is the run's own and used once: nothing else bears it. Nothing is found by a pattern. What has no
name does not exist where its list holds nothing but what the run knows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from conformance.exchange.model import objects_of
from conformance.ledger.entries import ELSE, LITERAL, Entry, as_id, is_plausible, with_id

KEYS: Final = ("id", "uuid")
"""Members of a list's entries that hold an id where the creation was thought to have chosen it itself."""


def searchable(entries: Iterable[Entry]) -> list[Entry]:
    """Return what may exist under an id that nobody knows, and may be found in a list."""
    return [entry for entry in entries if not entry.id and entry.pointer and entry.find]


def found(entry: Entry, pages: Sequence[Any] | None, known: Collection[str]) -> Entry:
    """Return what a lost entry becomes with the pages of its list; None is a list that nobody could read.

    `known` are the ids of other entries. What stands in no list does not exist, where no response said that
    it was created.
    """
    if pages is None:
        return entry
    listed = _listed(entry, pages)
    new = [(created, member) for created, member in listed if created.lower() not in known]
    for created, member in new if entry.name else ():
        if entry.name in member.values():
            return with_id(entry, created)
    is_open = entry.answered or (new and not entry.name)
    return entry if is_open else replace(entry, state="refused")


def other_id(entry: Entry, pages: Sequence[Any] | None) -> str:
    """Return the id under which a list shows what a response gave another id for, "" where it shows none."""
    listed = _listed(entry, pages or ()) if entry.name else []
    others = [created for created, member in listed if entry.name in member.values()]
    return "" if entry.id in map(str.lower, others) else next(iter(others), "")


def _listed(entry: Entry, pages: Sequence[Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return what stands in the pages of a list under an id that an undo may be made of."""
    is_chosen = entry.pointer.startswith(LITERAL)
    keys = KEYS if is_chosen else [pointer.rpartition("/")[2] for pointer in entry.pointer.split(ELSE)]
    ids = (
        (as_id(entry, next((member[key] for key in keys if key in member), None)), member)
        for member in objects_of(pages)
    )
    return [(created, member) for created, member in ids if is_plausible(created)]
