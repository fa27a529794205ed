"""Looks for what was created without a word of its id, under the very name that the request gave it.

The name is the run's own and used once: nothing else bears it. Nothing is found by a pattern.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from conformance.exchange.model import objects_of
from conformance.ledger.entries import ELSE, Entry, as_id, is_plausible, with_id


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
    keys = [pointer.rpartition("/")[2] for pointer in entry.pointer.split(ELSE)]
    for member in objects_of(pages):
        created = as_id(entry, next((member[key] for key in keys if key in member), None))
        if entry.name in member.values() and is_plausible(created) and created.lower() not in known:
            return with_id(entry, created)
    return entry if entry.answered else replace(entry, state="refused")
