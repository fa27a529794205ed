"""A ledger of toy things, and a target of them that hides what lived in a container that it deletes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.exchange.model import Exchange, Request, Undo
from conformance.ledger.journal import Ledger
from conformance.ledger.undo import Answer

BOX: Final = Undo("box", "/boxes/{id}", "/id")
THING: Final = Undo("thing", "/things/{id}", "/id")


def exchange_of(request: Request, content: Any = b"", status: int | None = 201, **more: Any) -> Exchange:
    """Return the exchange of a request, answered with these bytes or this value as JSON."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Exchange("x1", "owner", request, "", {}, None, 0, 0, status=status, content=body, **more)


def create(ledger: Ledger, undo: Undo, name: str = "", path: str = "/things", **body: Any) -> str:
    """Create something that is answered with this id, or not at all; return what the ledger says."""
    request = Request("POST", path, json=body, undo=undo)
    number = ledger.intend("owner", request)
    return ledger.outcome(number, exchange_of(request, {"id": name}) if name else None)


def link(ledger: Ledger, thing: str, box: str) -> None:
    """Put a thing into another box as well."""
    path = f"/things/{thing}/boxes/{box}"
    request = Request("POST", path, undo=Undo("link", path))
    ledger.outcome(ledger.intend("owner", request), exchange_of(request))


def move(ledger: Ledger, thing: str, box: str) -> None:
    """Be about to move a thing to a box."""
    ledger.intend_move(Request("PATCH", f"/things/{thing}/move", json={"to": box}, moves=thing))


@dataclass
class Boxes:
    """A target with these things, each in its box or in none; `answers` come instead, in order.

    A box that is deleted hides its things: they stay, and every request for them is answered with 404.
    """

    things: dict[str, str] = field(default_factory=dict)
    answers: Mapping[str, list[Answer]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    reads: int = 1000
    lists: Mapping[str, list[Any]] = field(default_factory=dict)
    later: Mapping[str, Any] = field(default_factory=dict)
    """What lists hold once what is late has come; None for a list that nobody can read any more."""
    still_shown: set[str] = field(default_factory=set)

    def delete(self, role: str, path: str, *, is_retry: bool) -> Answer:  # noqa: ARG002 - the signature of a sender
        """Delete what is there and reachable."""
        self.asked.append(path)
        if self.answers.get(path):
            return self.answers[path].pop(0)
        if not self._is_reachable(path):
            return Answer(404)
        del self.things[path]
        return Answer(204)

    def wait_for_late(self) -> None:
        """Let what is late come."""
        self.lists = {**self.lists, **self.later}

    def is_there(self, role: str, path: str) -> bool | None:  # noqa: ARG002 - the signature of a sender
        """Show what is there and reachable, as often as the budget allows."""
        self.reads -= 1
        return None if self.reads < 0 else path in self.still_shown or self._is_reachable(path)

    def listed(self, role: str, path: str) -> list[Any] | None:  # noqa: ARG002 - the signature of a sender
        """Return the pages that `lists` holds under a path."""
        return self.lists.get(path)

    def _is_reachable(self, path: str) -> bool:
        box = self.things.get(path)
        return box is not None and (not box or box in self.things)
