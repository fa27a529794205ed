"""Sends the requests of an undo: each DELETE, and at the end the reads that show what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl, urlsplit

from conformance.client.budget import Budget
from conformance.errors import NotJudged
from conformance.exchange.model import ABSENT, Exchange, Request
from conformance.exchange.redaction import Redactor
from conformance.ledger.undo import NOT_FOUND, SUCCESS, Answer

FIRST_PAUSE: Final = 0.4
MAX_PAGES: Final = 50
NOT_ACCEPTABLE: Final = 406


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
    late: float = 0.0
    """Seconds from the beginning of the undo within which a target carries out what timed out before."""
    _began: float = field(init=False)
    _deleted_at: float = 0.0
    _waited: bool = False
    _takes_any: bool = False

    def __post_init__(self) -> None:
        """Begin."""
        self._began = self.budget.clock()

    def _sent(self, request: Request, role: str, *, is_retry: bool) -> Sequence[Exchange]:
        """Send it; where the target has nothing in the platform's form, ask for any form from then on."""
        if not self._takes_any:
            attempts = self.send(request, role, is_retry=is_retry)
            if attempts[-1].status != NOT_ACCEPTABLE:
                return attempts
            self._takes_any = True
        return self.send(replace(request, headers={"Accept": "*/*"}), role, is_retry=is_retry)

    def delete(self, role: str, path: str, *, is_retry: bool) -> Answer:
        """Send a DELETE and return what it came to."""
        try:
            attempts = self._sent(Request("DELETE", path, purpose="undo"), role, is_retry=is_retry)
        except NotJudged as why:
            return Answer(reason=self.redactor.mask(why.reason))
        finally:
            self._deleted_at = self.budget.clock()
        last = attempts[-1]
        retried = len(attempts) > 1
        if last.no_answer:
            return Answer(reason=self.redactor.mask(f"no response ({last.no_answer})"), retried=retried)
        if last.is_half_a_document and last.status in {*SUCCESS, *NOT_FOUND}:
            return Answer(reason=f"{last.status} with broken JSON", retried=retried)
        return Answer(last.status, retried=retried)

    def wait_for_late(self) -> None:
        """Wait until the target has had as long again as was waited for what timed out."""
        left = self._began + self.late - self.budget.clock()
        with suppress(NotJudged):
            self.budget.pause(max(0.0, left), undo=True)

    def is_there(self, role: str, path: str) -> bool | None:
        """Tell whether a GET shows it, after waiting for reads that lag; None where nothing more is sent."""
        request, pause = _read(path), FIRST_PAUSE
        try:
            while True:
                last = self._sent(request, role, is_retry=True)[-1]
                if last.no_answer:
                    return None
                if last.status not in SUCCESS:
                    return False
                if self.budget.clock() + pause > self._deleted_at + self.consistency_timeout:
                    return True
                self.budget.pause(pause, undo=True)
                pause *= 2
        except NotJudged:
            return None

    def listed(self, role: str, path: str) -> Sequence[Any] | None:
        """Return every page of a list as JSON, after waiting for reads that lag; None if it is not read."""
        pages: list[Any] = []
        try:
            if not self._waited:
                self.budget.pause(self.consistency_timeout, undo=True)
                self._waited = True
            while path and len(pages) < MAX_PAGES:
                exchange = self._sent(_read(path), role, is_retry=True)[-1]
                if exchange.status not in SUCCESS or exchange.json is ABSENT:
                    return None
                pages.append(exchange.json)
                following = urlsplit(str(exchange.at("/_links/next/href") or ""))
                path = f"{following.path}?{following.query}" if following.query else ""
        except NotJudged:
            return None
        return None if path else pages


def _read(path: str) -> Request:
    plain, _, query = path.partition("?")
    return Request("GET", plain, query=dict(parse_qsl(query)), purpose="undo")
