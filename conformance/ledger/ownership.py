"""What the run did not create: a response to a creation may name a thing that was there before."""

from __future__ import annotations

import re
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.errors import NotJudged
from conformance.exchange.model import Exchange, Request
from conformance.ledger.unique_names import PREFIX

GUID: Final = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
REMEMBERED: Final = 200_000
SURE_LENGTH: Final = 8
"""So long an id is never part of another word by accident."""


@dataclass
class ForeignResources:
    """Remembers which ids responses named and when, the target's fixtures, and which ids are somebody else's.

    A fixture may be used and is never deleted. Foreign are `ids` that were the answer to a creation and are
    not new: nothing is done with them. All are in lower case.
    """

    fixtures: frozenset[str] = frozenset()
    ids: set[str] = field(default_factory=set)
    _first_seen: dict[str, float] = field(default_factory=dict)

    def note(self, exchange: Exchange) -> None:
        """Remember every id that a response names."""
        now = time.time()
        for found in set(GUID.findall(exchange.content)):
            if len(self._first_seen) < REMEMBERED:
                self._first_seen.setdefault(found.decode().lower(), now)

    def why_not_ours(self, created: str, pointer: str, exchange: Exchange) -> str:
        """Say why the thing that a response names as created was there before, or return ""."""
        name = created.lower()
        if name in self.fixtures:
            return "is a fixture of the target"
        if name in self.ids:
            return "is somebody else's"
        if self._first_seen.get(name, exchange.started) < exchange.started:
            return "stood in a response before it was created"
        if _is_called_otherwise(exchange.request, exchange.at(pointer.rpartition("/")[0])):
            return "does not bear the name that was sent"
        return ""

    def foreign_id_in(self, request: Request) -> str:
        """Return the foreign resource id found in the path or body, or an empty string."""
        return next(iter(ids_in(request, self.ids)), "")

    def refuse_foreign(self, request: Request) -> None:
        """Raise `NotJudged` before a write to what a creation was answered with and is not this run's own."""
        if request.writes and request.purpose != "undo" and (found := self.foreign_id_in(request)):
            raise NotJudged(f"{found} was answered for a creation and is not new: nothing is done with it")


def ids_in(request: Request, ids: Collection[str]) -> list[str]:
    """Return which of these ids, in lower case, stand in the path or the body of a request."""
    if not ids:
        return []
    said = request.path.lower().encode() + (request.body() or b"").lower()
    return [
        name for name in ids if name.encode() in said and (len(name) >= SURE_LENGTH or _as_word(name, said))
    ]


def _as_word(name: str, said: bytes) -> bool:
    """Tell whether a short id stands by itself: as part of a number or a word it says nothing."""
    return re.search(rb"(?<![\w-])" + re.escape(name.encode()) + rb"(?![\w-])", said) is not None


def _is_called_otherwise(request: Request, created: Any) -> bool:
    """Tell whether a response repeats none of the run's own names that the request gave."""
    if not isinstance(request.json, dict) or not isinstance(created, dict):
        return False
    pairs = [
        (prefix[0].lower(), created[key].lower())
        for key, value in request.json.items()
        if isinstance(value, str) and (prefix := PREFIX.match(value)) and isinstance(created.get(key), str)
    ]
    return bool(pairs) and not any(name.strip().startswith(prefix) for prefix, name in pairs)
