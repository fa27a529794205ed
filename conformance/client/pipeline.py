"""One attempt to send a request: guard, budget, token, ledger, wire, record, observers, in this order."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import requests

from conformance.client.auth.token_service import TokenService
from conformance.client.auth.tokens import Credentials
from conformance.client.budget import Budget, Slot
from conformance.client.counts import Counts
from conformance.client.liveness import Liveness, Step
from conformance.client.network import Network
from conformance.client.retry import is_throttled
from conformance.client.retry_after import wait_of
from conformance.client.sessions import Sessions
from conformance.client.transport import TROUBLE
from conformance.client.wire import failure_of, prepare, without_secrets
from conformance.errors import NotJudged
from conformance.exchange.model import Exchange, Request
from conformance.exchange.recorder import Recorder
from conformance.exchange.trace import TRACEPARENT, new_traceparent
from conformance.ledger.journal import Ledger
from conformance.targets.credentials import basic
from conformance.targets.model import Target

Observer = Callable[[Exchange], None]
"""Is called with every exchange of the API, in the thread that sent it."""


@dataclass
class Evidence:
    """For whom exchanges are collected now: the scenario's name, and its list."""

    scenario: str = ""
    exchanges: list[Exchange] = field(default_factory=list)


@dataclass
class Pipeline:
    """Sends one request once. Safe to use from several threads."""

    target: Target
    network: Network
    recorder: Recorder
    budget: Budget
    ledger: Ledger
    observers: tuple[Observer, ...]
    evidence: Evidence = field(default_factory=Evidence)
    counts: Counts = field(default_factory=Counts)
    liveness: Liveness = field(default_factory=Liveness)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        """Open the connections, and the credentials of the target."""
        self.sessions = Sessions(self.network)
        service = TokenService(
            self.target, self.network, self._before_token, self._after_token, self._pause_token
        )
        self.credentials = Credentials(self.target, self.recorder.redactor, service)

    def attempt(self, request: Request, role: str, *, is_retry: bool = False) -> Exchange:
        """Send once and return the exchange, which may have a failure in the response's place.

        `NotJudged` says why it was not sent, or why what it was answered with is nothing to work with.
        """
        extra = self.target.extra_headers(role, as_role=request.is_ours)
        prepared = prepare(self.target.base_url, self._with_credentials(request, role), extra)
        wants_token = request.is_ours and self.target.wants_token(role)
        if wants_token:
            self.credentials.token(role)
        self._acquire(request, is_retry=is_retry)
        if wants_token:
            # The token is taken last, so that a long wait for a slot cannot outlive it.
            prepared.headers["Authorization"] = f"Bearer {self.credentials.token(role)}"
        entry = self.ledger.intend(role, request) if request.undo else None
        if request.moves:
            self.ledger.intend_move(request)
        exchange: Exchange | None = None
        try:
            exchange = self._exchange(request, role, prepared)
        finally:
            not_ours = "" if entry is None else self.ledger.outcome(entry, exchange)
        self._record(exchange, is_retry=is_retry)
        if not_ours:
            raise NotJudged(not_ours, (exchange.id,))
        return exchange

    def _with_credentials(self, request: Request, role: str) -> Request:
        """Return what is sent of a request of ours: with the role's query, cookies, user and password."""
        if not request.is_ours:
            return request
        held = self.target.credentials(role)
        headers = dict(request.headers)
        if held.username:
            headers["Authorization"] = f"Basic {basic(held.username, held.password)}"
        if held.cookies and "Cookie" not in headers:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in held.cookies.items())
        return replace(request, query={**request.query, **held.query}, headers=headers)

    def _acquire(self, request: Request, *, is_retry: bool) -> None:
        """Refuse an operation that was given up, and wait for a slot."""
        undo = request.purpose == "undo"
        given_up = self.liveness.given_up.get(request.operation.id) if request.operation else None
        if given_up and not undo:
            raise NotJudged(given_up)
        reserved_undos = int(request.undo is not None)
        self.budget.acquire(Slot(request.writes, undo, reserved_undos, is_retry))

    def _exchange(self, request: Request, role: str, prepared: requests.PreparedRequest) -> Exchange:
        if self.target.traceparent:
            prepared.headers.setdefault(TRACEPARENT, new_traceparent())
        base = Exchange(
            id=self._next_id(),
            role=role,
            request=request,
            url=prepared.url or "",
            sent_headers=without_secrets(prepared.headers, {"cookie", *self.target.secret_headers()}),
            sent_body=request.body(),
            started=time.time(),
            elapsed_ms=0.0,
            scenario=self.evidence.scenario,
        )
        clock = time.perf_counter()
        try:
            response = self.sessions.send(prepared, is_judged=request.operation is not None)
        except TROUBLE as error:
            return replace(base, elapsed_ms=(time.perf_counter() - clock) * 1000, failure=failure_of(error))
        return replace(
            base,
            elapsed_ms=(time.perf_counter() - clock) * 1000,
            status=response.status_code,
            headers={name: value.strip(" \t") for name, value in response.headers.items()},
            content=response.content,
            truncated=getattr(response, "truncated", False),
        )

    def _record(self, exchange: Exchange, *, is_retry: bool) -> None:
        if is_throttled(exchange):
            # At once: others are sending, and how long to wait in all is decided later.
            self.budget.block(min(wait_of(exchange) or 0.0, self.target.max_wait))
        self._keep(exchange)
        self.ledger.foreign.note(exchange)
        step = self.liveness.note(exchange, is_retry=is_retry)
        self._observe(exchange)
        if step is Step.ASK:
            step = Step.GIVE_UP_OPERATION if self._is_reachable(exchange.role) else Step.END_RUN
        if step is Step.GIVE_UP_OPERATION:
            self.liveness.give_up(exchange)
        elif step is Step.END_RUN:
            self.budget.stop(self.liveness.reason, undo_too=self.liveness.undoing)

    def _is_reachable(self, role: str) -> bool:
        """Ask for the root of the target, as nobody: any response shows that it is there."""
        if self.budget.stopped:
            return False
        root = Request("GET", "/", purpose="setup", headers={"Authorization": None})
        self.budget.acquire(Slot(is_retry=True))
        response = self._exchange(
            root, role, prepare(self.target.base_url, root, self.target.extra_headers(""))
        )
        self._keep(response)
        if not response.no_answer:
            self._observe(response)
        return not response.no_answer

    def _keep(self, exchange: Exchange) -> None:
        self.evidence.exchanges.append(self.recorder.record(exchange))
        self.counts.note(exchange)
        if exchange.no_answer:
            self.budget.note_lost()

    def _observe(self, exchange: Exchange) -> None:
        for observer in self.observers:
            observer(exchange)

    def _next_id(self) -> str:
        return f"x{next(self._numbers):04d}"

    def _before_token(self, is_retry: bool) -> None:  # noqa: FBT001 - the service calls it with nothing else
        self.budget.acquire(Slot(undo=self.liveness.undoing, is_retry=is_retry))

    def _after_token(self, exchange: Exchange) -> None:
        self.counts.note(self.recorder.record(replace(exchange, id=self._next_id())))

    def _pause_token(self, seconds: float) -> None:
        # What was created is undone even when the run was stopped, and needs its token.
        (time.sleep if self.liveness.undoing else self.budget.pause)(seconds)
