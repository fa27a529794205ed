"""One creating request, the DELETE that undoes it, and what a response makes of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, TypeGuard
from urllib.parse import quote, unquote, urlsplit

from conformance.exchange.model import Exchange, Request
from conformance.ledger.unique_names import own_name_in

PLAUSIBLE_ID: Final = re.compile(r"[\w{}~:.=@+-]{1,200}", re.ASCII)
"""An id that an undo request may be made of: a response could name anything, up to a path of its own."""
REFUSED: Final = range(300, 500)
"""Statuses after which nothing was created: no success, and nothing that may have failed after it wrote."""
ELSEWHERE: Final = frozenset({302, 303})
"""Statuses with which an API may show where what it has created is."""
NOT_IMPLEMENTED: Final = 501
NEVER_SENT: Final = ("could not connect", "TLS:")
"""How a failure begins before which the request cannot have left this machine: nothing was created."""
ELSE: Final = "|"
"""Stands between the pointers to an id of which the first that finds one is the right one."""
LITERAL: Final = "="
"""What a pointer begins with that is the id itself, as the request chose it."""
LOCATION: Final = "location"
"""The pointer to an id that is the end of the response's Location."""
GATEWAY_TIMEOUT: Final = 504
UNFINISHED: Final = frozenset({"created", "intended", "unknown"})


@dataclass(frozen=True)
class Entry:
    """One creating request: who sent it, what it creates, and the DELETE that undoes it.

    `state` is intended, created, refused, unknown (the response was lost, or gave no usable id) or undone.
    While `pointer` is not empty and the state is not created, `undo` still has ``{id}`` in it. `places` are
    the ids of other things of the run, in lower case, that it may live in, the newest last; `name` is the
    name that the request gave it, `find` a list in which it stands, `answered` the status of the response,
    `template` is what `undo` was before the id was known. What `timed_out` may still be carried out.
    """

    number: int
    role: str
    what: str
    request: str
    undo: str
    pointer: str
    target: str
    state: str = "intended"
    places: tuple[str, ...] = ()
    name: str = ""
    find: str = ""
    answered: int = 0
    template: str = ""
    timed_out: bool = False

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
        last = unquote(self.undo.rsplit("/", 1)[-1]).lower()
        return last if self.pointer and last != "{id}" else ""


@dataclass(frozen=True)
class Leak:
    """Something the run created and could not delete: `undo` is the request that would, `error` why not."""

    what: str
    undo: str
    error: str


def intended(number: int, role: str, request: Request, target: str) -> Entry:
    """Return the entry of a request that is about to create something."""
    assert request.undo is not None  # noqa: S101 - the client asks only for requests that create
    undo, line, name = request.undo, f"{request.method} {request.path}", own_name_in(request)
    find = undo.find.replace("{name}", quote(name, safe=""))
    if not name and find != undo.find:
        find = ""
    return Entry(
        number,
        role,
        undo.what,
        line,
        undo.path,
        undo.pointer,
        target,
        name=name,
        find=find,
        template=undo.path,
    )


def _timed_out(exchange: Exchange) -> bool:
    """Tell whether a request was given up, by us or by a gateway, that the target may go on with."""
    return exchange.status == GATEWAY_TIMEOUT or exchange.failure.startswith("timeout")


def after(entry: Entry, exchange: Exchange | None) -> Entry:
    """Return what the entry becomes with the response; None or a lost one leaves open what exists."""
    if exchange is not None and _was_refused(entry, exchange):
        return replace(entry, state="refused")
    if exchange is not None and ELSE in entry.pointer and exchange.status in ELSEWHERE:
        there = last_of_location(exchange)
        found = replace(entry, pointer=LOCATION)
        return with_id(found, there) if is_plausible(there) else replace(entry, state="refused")
    if exchange is None or exchange.status is None or exchange.status >= REFUSED.stop:
        return replace(entry, state="unknown", timed_out=exchange is not None and _timed_out(exchange))
    entry = replace(entry, answered=exchange.status)
    if not entry.pointer:
        return replace(entry, state="created")
    for pointer in entry.pointer.split(ELSE):
        created = _created(entry, pointer, exchange)
        if is_plausible(created):
            return with_id(replace(entry, pointer=pointer), created)
    return replace(entry, state="unknown")


def _was_refused(entry: Entry, exchange: Exchange) -> bool:
    """Tell whether nothing was created; an API that was added may say so in more ways."""
    if exchange.failure.startswith(NEVER_SENT):
        return True
    if ELSE in entry.pointer and exchange.status in {NOT_IMPLEMENTED, *ELSEWHERE}:
        return exchange.status == NOT_IMPLEMENTED
    return exchange.status in REFUSED


def _created(entry: Entry, pointer: str, exchange: Exchange) -> object:
    """Return what stands in the place of an id in a response, or what the request itself said that it is."""
    if pointer.startswith(LITERAL):
        return pointer.removeprefix(LITERAL)
    return last_of_location(exchange) if pointer == LOCATION else as_id(entry, exchange.at(pointer))


def as_id(entry: Entry, value: object) -> object:
    """Return a value as it stands in a path: a number as its text, where several pointers are given."""
    is_number = isinstance(value, int) and not isinstance(value, bool) and ELSE in entry.pointer
    return str(value) if is_number else value


def last_of_location(exchange: Exchange) -> str:
    """Return the last segment of the address that a response names as that of what was created, or ""."""
    return unquote(urlsplit(exchange.header("Location") or "").path.rstrip("/").rpartition("/")[2])


def is_plausible(created: object) -> TypeGuard[str]:
    """Tell whether an undo request may be made of what stands in the place of an id."""
    return isinstance(created, str) and bool(PLAUSIBLE_ID.fullmatch(created)) and not set(created) <= {"."}


def with_id(entry: Entry, created: str) -> Entry:
    """Return the entry of what was created under this id."""
    path = entry.undo.replace("{id}", quote(created, safe=""))
    return replace(entry, state="created", undo=path, what=f"{entry.what} {created}")
