"""One creating request, the DELETE that undoes it, and what a response makes of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote, unquote

from conformance.exchange.model import Exchange, Request

PLAUSIBLE_ID: Final = re.compile(r"[\w{}~:.-]{1,200}", re.ASCII)
"""An id that an undo request may be made of: a response could name anything, up to a path of its own."""
REFUSED: Final = range(300, 500)
"""Statuses after which nothing was created: no success, and nothing that may have failed after it wrote."""
NEVER_SENT: Final = ("could not connect", "TLS:")
"""How a failure begins before which the request cannot have left this machine: nothing was created."""
UNFINISHED: Final = frozenset({"created", "intended", "unknown"})


@dataclass(frozen=True)
class Entry:
    """One creating request: who sent it, what it creates, and the DELETE that undoes it.

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
        """Tell whether the undo request is known to its last character."""
        return self.state == "created" or not self.pointer

    @property
    def is_unfinished(self) -> bool:
        """Tell whether the thing may still exist at the target."""
        return self.state in UNFINISHED

    @property
    def is_lost(self) -> bool:
        """Tell whether the thing may exist although no response gave the id that an undo needs."""
        return self.state == "unknown" and not self.is_complete

    @property
    def id(self) -> str:
        """Return the id of what was created, in lower case, or "" where it has none or none is known."""
        return unquote(self.undo.rsplit("/", 1)[-1]).lower() if self.pointer and self.is_complete else ""


@dataclass(frozen=True)
class Leak:
    """Something the run created and could not delete: `undo` is the request that would, `error` why not."""

    what: str
    undo: str
    error: str


def intended(number: int, role: str, request: Request, target: str) -> Entry:
    """Return the entry of a request that is about to create something."""
    assert request.undo is not None  # noqa: S101 - the client asks only for requests that create
    undo = request.undo
    return Entry(number, role, undo.what, f"{request.method} {request.path}", undo.path, undo.pointer, target)


def after(entry: Entry, exchange: Exchange | None) -> Entry:
    """Return what the entry becomes with the response; None or a lost one leaves open what exists."""
    if exchange is not None and (exchange.failure.startswith(NEVER_SENT) or exchange.status in REFUSED):
        return replace(entry, state="refused")
    if exchange is None or exchange.status is None or exchange.status >= REFUSED.stop:
        return replace(entry, state="unknown")
    if not entry.pointer:
        return replace(entry, state="created")
    created = exchange.at(entry.pointer)
    if not isinstance(created, str) or not PLAUSIBLE_ID.fullmatch(created) or set(created) <= {"."}:
        return replace(entry, state="unknown")
    path = entry.undo.replace("{id}", quote(created, safe=""))
    return replace(entry, state="created", undo=path, what=f"{entry.what} {created}")
