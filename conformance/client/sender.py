"""Sends one request of a scenario as one role and returns the response, or says why nobody can judge."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

import requests

from conformance.client.auth.tokens import Credentials
from conformance.client.budget import Budget
from conformance.client.liveness import IN_A_ROW_UNDOING, Health
from conformance.client.sessions import Sessions
from conformance.client.transport import TROUBLE, Limits
from conformance.client.wire import check_ca, failure_of, prepare, proxies_of, wait_of, without_token
from conformance.errors import NotJudged
from conformance.exchange.model import GONE, Exchange, Request
from conformance.exchange.recorder import Recorder
from conformance.exchange.redaction import Redactor
from conformance.ledger.journal import Leak, Ledger
from conformance.targets.model import Target

UNAUTHORIZED: Final = 401
CONFLICT: Final = 409
TOO_MANY: Final = 429
SERVER_ERRORS: Final = range(500, 600)
PATIENT_WAITS: Final = 4
"""How often one request is sent again after the wait that a 429 asked for."""
UNSAID_WAIT: Final = 2.0
"""Seconds to wait after a 429 that does not say for how long; each further wait is that much longer."""
SET_UP_TRIES: Final = 3
TOKEN_CALLS: Final = 2
"""Requests that a new token may cost: one for each way to send the credentials."""


@dataclass
class Client:
    """The one sender of a run, shared by scenarios, properties and clean-up, and by several threads.

    `listeners` are called with every exchange: the platform oracles.
    """

    target: Target
    recorder: Recorder
    budget: Budget
    ledger: Ledger
    listeners: list[Callable[[Exchange], None]] = field(default_factory=list)
    limit_listener: Callable[..., None] = lambda *_, **__: None
    scenario: Callable[[], str] = lambda: ""
    read_only: bool = False
    per_operation: dict[str, int] = field(default_factory=dict)
    per_purpose: dict[str, int] = field(default_factory=dict)
    throttled: int = 0
    last_write: float = 0.0
    health: Health = field(default_factory=Health)
    inherited: list[Ledger] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _undoing: bool = False
    _watched: list[Exchange] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Derive limits, proxies and credentials from the target, and learn its secrets."""
        target = self.target
        check_ca(target)
        for secret in target.secrets():
            self.redactor.learn(secret)
        self.limits = Limits(target.connect_timeout, target.read_timeout, target.total_timeout)
        self.proxies = proxies_of(target)
        self.sessions = Sessions(self.limits, target.ca, self.proxies)
        self.credentials = Credentials(
            target, self.redactor, self.limits, self.proxies, self._before_token, self._after_token
        )
        self.budget.reserve = self._owed
        self.ledger.strangers.fixtures = frozenset(map(str.lower, target.fixtures.values()))

    @property
    def redactor(self) -> Redactor:
        """Return what knows the secrets of this run."""
        return self.recorder.redactor

    def _owed(self) -> int:
        """Return how many requests undo may cost, tokens that expire until then included."""
        owed = [entry for ledger in (self.ledger, *self.inherited) for entry in ledger.pending(maybe=True)]
        roles = {entry.role for entry in owed}
        renewed = sum(bool(self.target.roles[r].client_id) for r in roles if r in self.target.roles)
        return len(owed) + TOKEN_CALLS * renewed

    def send(self, request: Request, role: str = "owner") -> Exchange:
        """Send as this role and return the exchange, which has a status: else `NotJudged` says why not.

        A set-up call is tried again after a 5xx, or with a new token after a 401; a judged one never is.
        """
        if request.writes and (self.read_only or self.target.mode == "none"):
            raise NotJudged(f"{request.method} {request.path}: nothing may be written to this target")
        if request.undo is not None and self.ledger.is_losing():
            lost = len(self.ledger.lost())
            raise NotJudged(f"nothing more is created: {lost} creations gave no id to take them back with")
        self.ledger.keep_off(request)
        exchange = self._patiently(request, role)
        tries = 1
        while request.purpose != "judged" and tries < SET_UP_TRIES and self._may_pass(exchange, role):
            exchange = self._patiently(request, role, again=True)
            tries += 1
        if exchange.status is None:
            raise NotJudged(f"{exchange.operation_id}: no response ({exchange.failure})", (exchange.id,))
        if request.method == "DELETE" and exchange.shows_it_gone:
            self.ledger.taken_back(request.path)
        return exchange

    def _may_pass(self, exchange: Exchange, role: str) -> bool:
        """Tell whether a set-up or undo call that failed may do better the next time."""
        if exchange.status == UNAUTHORIZED and "Authorization" not in exchange.request.headers:
            return self.credentials.drop(role)
        if exchange.status not in SERVER_ERRORS or (wait_of(exchange) or 0) > UNSAID_WAIT:
            return False
        time.sleep(0.2)
        return True

    def _patiently(self, request: Request, role: str, *, again: bool = False) -> Exchange:
        """Send; after a 429 wait as long as the server asks and send again."""
        exchange = self._once(request, role, again=again)
        for waits in range(PATIENT_WAITS):
            if exchange.status != TOO_MANY or request.may_throttle:
                if waits:
                    self.limit_listener(exchange, lifted=True)
                return exchange
            self._obey(exchange, waits)
            if waits + 1 < PATIENT_WAITS:
                exchange = self._once(request, role, again=True)
        self.limit_listener(exchange, lifted=False)
        reason = f"throttled for good: {PATIENT_WAITS} times 429 in spite of waiting as Retry-After says"
        self.budget.stop(reason, undo_too=self._undoing)
        raise NotJudged(self.budget.stopped, (exchange.id,))

    def _obey(self, exchange: Exchange, waits: int) -> None:
        """Let the whole run wait: as long as the server says, and longer each time that it was not enough."""
        self.throttled += 1
        asked = wait_of(exchange)
        wait = (UNSAID_WAIT if asked is None else asked) + waits * UNSAID_WAIT / 4
        if wait > self.target.max_wait:
            longest = f"more than max_wait = {self.target.max_wait:g} s"
            self.budget.stop(f"throttled: the target asks to wait {wait:g} s, {longest}", undo_too=True)
            raise NotJudged(self.budget.stopped, (exchange.id,))
        self.budget.block(wait)

    def _once(self, request: Request, role: str, *, again: bool = False) -> Exchange:
        """Send; a connection that broke without a whole response is tried once more, on a fresh one."""
        exchange = self._attempt(request, role, again=again)
        if exchange.failure.startswith("broken"):
            second = self._attempt(request, role, again=True)
            if second.status == CONFLICT and request.writes and request.purpose == "judged":
                # It may be a conflict with ourselves.
                failure = "broken: the first try may have been carried out"
                second = replace(second, status=None, failure=failure)
            exchange = second
        return exchange

    def _attempt(self, request: Request, role: str, *, again: bool) -> Exchange:
        prepared = prepare(self.target.base_url, request)
        ours = "Authorization" not in request.headers
        if ours:
            self.credentials.token(role)
        undo = request.purpose == "undo"
        if not undo and (given_up := self._given_up(request)):
            raise NotJudged(given_up)
        owes = int(request.undo is not None)
        self.budget.acquire(writes=request.writes, undo=undo, owes=owes, again=again)
        if ours:
            # The token is taken last, so that a long wait for a slot cannot outlive it.
            prepared.headers["Authorization"] = f"Bearer {self.credentials.token(role)}"
        entry = self.ledger.intend(role, request) if request.undo else None
        exchange: Exchange | None = None
        try:
            exchange = self._exchange(request, role, prepared)
        finally:
            not_ours = "" if entry is None else self.ledger.outcome(entry, exchange)
        self._book(exchange)
        if not_ours:
            raise NotJudged(not_ours, (exchange.id,))
        return exchange

    def _given_up(self, request: Request) -> str:
        return self.health.given_up.get(request.operation.id, "") if request.operation else ""

    def _exchange(self, request: Request, role: str, prepared: requests.PreparedRequest) -> Exchange:
        base = Exchange(
            id=f"x{next(self._numbers):04d}",
            role=role,
            request=request,
            url=prepared.url or "",
            sent_headers=without_token(prepared.headers),
            sent_body=request.body(),
            started=time.time(),
            elapsed_ms=0.0,
            scenario=self.scenario(),
        )
        clock = time.perf_counter()
        try:
            response = self.sessions.send(prepared)
        except TROUBLE as error:
            return replace(base, elapsed_ms=(time.perf_counter() - clock) * 1000, failure=failure_of(error))
        return replace(
            base,
            elapsed_ms=(time.perf_counter() - clock) * 1000,
            status=response.status_code,
            headers=dict(response.headers),
            content=response.content,
            truncated=getattr(response, "truncated", False),
        )

    def _book(self, exchange: Exchange) -> None:
        if exchange.status == TOO_MANY and not exchange.request.may_throttle:
            # At once: others are sending, and how long to wait in all is decided later.
            self.budget.block(min(wait_of(exchange) or 0.0, self.target.max_wait))
        if exchange.request.writes and 200 <= (exchange.status or 0) < 300:  # noqa: PLR2004 - the 2xx class
            self.last_write = time.monotonic()
        self._watched.append(self.recorder.record(exchange))
        self._count(exchange.operation_id, exchange.request.purpose)
        self.health.note(exchange)
        self.ledger.strangers.note(exchange)
        for listener in self.listeners:
            listener(exchange)
        if exchange.status is None:
            self._worry(exchange)

    def _worry(self, exchange: Exchange) -> None:
        """Decide after a request without a response: go on, ask this operation no more, or end the run."""
        health = self.health
        if self._undoing:
            if health.row >= IN_A_ROW_UNDOING:
                self.budget.stop(f"the target is gone, last: {exchange.failure}", undo_too=True)
        elif health.is_exhausted():
            self.budget.stop(f"the target left {health.seconds:.0f} s of requests without a response")
        elif health.is_in_trouble(exchange):
            if health.others_answer(exchange) or self._is_there(exchange):
                health.give_up(exchange)
            else:
                what = f"{health.row} requests in a row without a response, last: {exchange.failure}"
                self.budget.stop(f"the target is gone: {what}")

    def _is_there(self, exchange: Exchange) -> bool:
        """Ask for the root of the target, as nobody: any answer shows that it lives."""
        if self.budget.stopped:
            return False
        root = Request("GET", "/", purpose="setup", headers={"Authorization": None})
        prepared = prepare(self.target.base_url, root)
        self.budget.acquire(writes=False, again=True)
        response = self._exchange(root, exchange.role, prepared)
        self._watched.append(self.recorder.record(response))
        self._count(response.operation_id, "setup")
        for listener in self.listeners if response.status is not None else ():
            listener(response)
        return response.status is not None

    def watch(self, exchanges: list[Exchange]) -> None:
        """Add every exchange from now on to this list too: the scenario's own evidence."""
        self._watched = exchanges

    def _count(self, operation: str, purpose: str) -> None:
        self.per_operation[operation] = self.per_operation.get(operation, 0) + 1
        self.per_purpose[purpose] = self.per_purpose.get(purpose, 0) + 1

    def _before_token(self) -> None:
        self.budget.acquire(writes=False, undo=self._undoing)

    def _after_token(self, role: str, url: str, status: int | None, failure: str, elapsed_ms: float) -> None:
        request = Request("POST" if role else "GET", url, purpose="token")
        name, now = f"x{next(self._numbers):04d}", time.time()
        exchange = Exchange(name, role, request, url, {}, None, now, elapsed_ms, status, failure=failure)
        self.recorder.record(exchange)
        self._count("token", "token")

    def undo(self) -> list[Leak]:
        """Take back everything that the ledger holds, newest first; return what could not be."""
        self._undoing = True
        self.health.begin_undo()
        self.credentials.forgive()
        return [leak for ledger in (self.ledger, *self.inherited) for leak in ledger.undo(self._delete)]

    def inherit(self, ledger: Ledger) -> None:
        """Take over what another process of the run, now dead, has left to be undone."""
        ledger.strangers = self.ledger.strangers
        self.inherited.append(ledger)

    def _delete(self, role: str, path: str) -> int | str:
        try:
            response = self.send(Request("DELETE", path, purpose="undo"), role)
        except NotJudged as why:
            return self.redactor.mask(why.reason)
        broken = response.status in GONE and not response.shows_it_gone
        return f"{response.status} with broken JSON" if broken else (response.status or "no response")

    def close(self) -> None:
        """Close every connection and the files of the run."""
        self.sessions.close()
        self.recorder.close()
        for ledger in (self.ledger, *self.inherited):
            ledger.close()
