"""Sends the requests of an undo: each DELETE, and at the end the reads that show what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from conformance.client.budget import Budget
from conformance.errors import NotJudged
from conformance.exchange.model import Exchange, Request
from conformance.exchange.redaction import Redactor
from conformance.ledger.undo import NOT_FOUND, SUCCESS, Answer

FIRST_PAUSE: Final = 0.4


class Send(Protocol):
    """Sends a request as a role as often as it takes, and returns all attempts; may raise `NotJudged`."""

    def __call__(self, request: Request, role: str, *, is_retry: bool = False) -> Sequence[Exchange]:
        """Send it; a retry never spends what is kept back for other undo requests."""


@dataclass
class UndoSender:
    """Sends through the client; reads may lag `consistency_timeout` seconds behind a DELETE."""

    send: Send
    budget: Budget
    consistency_timeout: float
    redactor: Redactor
    _deleted_at: float = field(default=0.0)

    def delete(self, role: str, path: str, *, is_retry: bool) -> Answer:
        """Send a DELETE and return what it came to."""
        try:
            attempts = self.send(Request("DELETE", path, purpose="undo"), role, is_retry=is_retry)
        except NotJudged as why:
            return Answer(reason=self.redactor.mask(why.reason))
        finally:
            self._deleted_at = self.budget.clock()
        last = attempts[-1]
        retried = len(attempts) > 1
        if last.status is None:
            return Answer(reason=self.redactor.mask(f"no response ({last.failure})"), retried=retried)
        if last.is_half_a_document and last.status in {*SUCCESS, *NOT_FOUND}:
            return Answer(reason=f"{last.status} with broken JSON", retried=retried)
        return Answer(last.status, retried=retried)

    def is_there(self, role: str, path: str) -> bool | None:
        """Tell whether a GET shows it, after waiting for reads that lag; None where nothing more is sent."""
        request, pause = Request("GET", path, purpose="undo"), FIRST_PAUSE
        try:
            while True:
                last = self.send(request, role, is_retry=True)[-1]
                if last.status is None:
                    return None
                if last.status not in SUCCESS:
                    return False
                if self.budget.clock() + pause > self._deleted_at + self.consistency_timeout:
                    return True
                self.budget.pause(pause, undo=True)
                pause *= 2
        except NotJudged:
            return None
