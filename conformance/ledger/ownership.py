"""What the run did not create: a response to a creation may name a thing that was there before."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.exchange.model import Exchange, Request
from conformance.ledger.unique_names import PREFIX

GUID: Final = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
REMEMBERED: Final = 200_000


@dataclass
class Strangers:
    """Remembers which ids responses named and when, the target's fixtures, and what is to be avoided.

    A fixture may be used and is never deleted. To be avoided is an id that was the answer to a creation and
    is not new: nothing is done with it.
    """

    fixtures: frozenset[str] = frozenset()
    avoided: set[str] = field(default_factory=set)
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
        if name in self.avoided:
            return "is somebody else's"
        if self._first_seen.get(name, exchange.started) < exchange.started:
            return "stood in a response before it was created"
        if _is_called_otherwise(exchange.request, exchange.at(pointer.rpartition("/")[0])):
            return "does not bear the name that was sent"
        return ""

    def mentioned(self, request: Request) -> str:
        """Return the avoided id that a request speaks of, or ""."""
        if not self.avoided:
            return ""
        said = request.path.lower().encode() + (request.body() or b"").lower()
        return next((name for name in self.avoided if name.encode() in said), "")


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
