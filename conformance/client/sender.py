"""Sends one request of a story as one role and returns the reply, or says why nobody can judge."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.request import getproxies

import requests

from conformance.client.budget import Budget
from conformance.client.tokens import Credentials
from conformance.client.transport import Limits, new_session
from conformance.errors import NotJudged
from conformance.exchange import Exchange, Recorder, Request
from conformance.ledger import Leak, Ledger
from conformance.redaction import Redactor
from conformance.targets import Target, is_loopback

ACCEPT: Final = "application/vnd.bentley.itwin-platform.v1+json"
TOO_MANY: Final = 429
GONE_AFTER: Final = 3
"""So many requests in a row without any reply, and the target counts as gone."""
STALE_AFTER: Final = 2.0
"""Seconds after which an idle connection is dropped: servers close them, and a race reads like a crash."""
PATIENT_WAITS: Final = 3
"""How often one request is sent again after the wait that a 429 asked for."""
SET_UP_TRIES: Final = 3


@dataclass
class Client:
    """The one sender of a run, shared by scenarios, properties and clean-up, and by several threads.

    `listeners` are called with every exchange of a documented operation: the platform oracles.
    """

    target: Target
    recorder: Recorder
    budget: Budget
    ledger: Ledger
    listeners: list[Callable[[Exchange], None]] = field(default_factory=list)
    limit_listener: Callable[..., None] = lambda *_, **__: None
    story: Callable[[], str] = lambda: ""
    per_operation: dict[str, int] = field(default_factory=dict)
    per_purpose: dict[str, int] = field(default_factory=dict)
    throttled: int = 0
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _local: threading.local = field(default_factory=threading.local)
    _sessions: list[requests.Session] = field(default_factory=list)
    _silent: int = 0
    _undoing: bool = False
    _watched: list[Exchange] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Derive limits, proxies and credentials from the target."""
        target = self.target
        self.limits = Limits(target.connect_timeout, target.read_timeout, target.total_timeout)
        self.proxies = _proxies(target)
        self.credentials = Credentials(
            target, self.redactor, self.limits, self.proxies, self._before_token, self._after_token
        )

    @property
    def redactor(self) -> Redactor:
        """Return what knows the secrets of this run."""
        return self.recorder.redactor

    def send(self, request: Request, role: str = "owner") -> Exchange:
        """Send as this role and return the exchange, which always has a status.

        `NotJudged` where there is none: no token, spent budget, throttled for good, target gone. A set-up
        call is tried again after a 5xx; a judged one never is.
        """
        exchange = self._patiently(request, role)
        tries = 1
        while request.purpose != "judged" and (exchange.status or 0) >= 500 and tries < SET_UP_TRIES:  # noqa: PLR2004 - 5xx
            time.sleep(0.2 * tries)
            exchange = self._patiently(request, role)
            tries += 1
        if exchange.status is None:
            raise NotJudged(f"{exchange.operation_id}: no reply ({exchange.failure})", (exchange.id,))
        return exchange

    def _patiently(self, request: Request, role: str) -> Exchange:
        """Send; after a 429 wait as long as the server asks and send again."""
        exchange = self._once(request, role)
        for waits in range(PATIENT_WAITS):
            if exchange.status != TOO_MANY or request.may_throttle:
                if waits:
                    self.limit_listener(exchange, lifted=True)
                return exchange
            self._obey(exchange)
            if waits + 1 < PATIENT_WAITS:
                exchange = self._once(request, role)
        self.limit_listener(exchange, lifted=False)
        reason = f"throttled for good: {PATIENT_WAITS} times 429 in spite of waiting as Retry-After says"
        self.budget.stop(reason, undo_too=True)
        raise NotJudged(self.budget.stopped, (exchange.id,))

    def _obey(self, exchange: Exchange) -> None:
        self.throttled += 1
        wait = retry_after(exchange)
        if wait is None:
            wait = 2.0
        if wait > self.target.max_wait:
            reason = (
                f"throttled: the target asks for {wait:g} s, more than max_wait = {self.target.max_wait:g} s"
            )
            self.budget.stop(reason, undo_too=True)
            raise NotJudged(self.budget.stopped, (exchange.id,))
        self.budget.block(wait)

    def _once(self, request: Request, role: str) -> Exchange:
        """Send; a connection that broke without a whole reply is tried once more, on a fresh one."""
        exchange = self._attempt(request, role)
        if exchange.failure.startswith("broken"):
            again = self._attempt(request, role)
            ambiguous = again.status == 409 and request.writes and request.purpose == "judged"  # noqa: PLR2004 - a conflict, maybe with ourselves
            exchange = (
                replace(again, status=None, failure="broken: the first try may have been carried out")
                if ambiguous
                else again
            )
        return exchange

    def _attempt(self, request: Request, role: str) -> Exchange:
        prepared, authorization = self._prepare(request, role)
        undo = request.purpose == "undo"
        self.budget.acquire(writes=request.writes, undo=undo, owes=int(request.undo is not None))
        if authorization is None and "Authorization" not in request.headers:
            # The token is taken last, so that a long wait for a slot cannot outlive it.
            prepared.headers["Authorization"] = f"Bearer {self.credentials.token(role)}"
        entry = self.ledger.intend(role, request) if request.undo else None
        exchange: Exchange | None = None
        try:
            exchange = self._exchange(request, role, prepared)
        finally:
            if entry is not None:
                self.ledger.outcome(entry, exchange)
        self._book(exchange)
        return exchange

    def _prepare(self, request: Request, role: str) -> tuple[requests.PreparedRequest, str | None]:
        headers = {"Accept": ACCEPT, "User-Agent": "itwin-conformance"}
        body = request.body()
        if body is not None:
            headers["Content-Type"] = "application/json"
        headers |= {k: v for k, v in request.headers.items() if v is not None}
        for name in [k for k, v in request.headers.items() if v is None]:
            headers.pop(name, None)
        if "Authorization" not in request.headers:
            self.credentials.token(role)
        prepared = requests.Request(
            request.method, self.target.base_url, headers=headers, params=None
        ).prepare()
        prepared.prepare_url(self.target.base_url + "/", dict(request.query))
        query = prepared.url.partition("?")[2] if prepared.url else ""
        prepared.url = self.target.base_url + request.path + (f"?{query}" if query else "")
        if body is not None or request.writes:
            prepared.body = body or b""
            prepared.headers["Content-Length"] = str(len(body or b""))
        return prepared, headers.get("Authorization")

    def _exchange(self, request: Request, role: str, prepared: requests.PreparedRequest) -> Exchange:
        started = time.time()
        clock = time.perf_counter()
        base = Exchange(
            id=f"x{next(self._numbers):04d}",
            role=role,
            request=request,
            url=prepared.url or "",
            sent_headers=_without_token(prepared.headers),
            sent_body=request.body(),
            started=started,
            elapsed_ms=0.0,
            story=self.story(),
        )
        try:
            reply = self._session().send(prepared, allow_redirects=False)
        except requests.RequestException as error:
            return replace(base, elapsed_ms=(time.perf_counter() - clock) * 1000, failure=_failure(error))
        return replace(
            base,
            elapsed_ms=(time.perf_counter() - clock) * 1000,
            status=reply.status_code,
            headers=dict(reply.headers),
            content=reply.content,
            truncated=getattr(reply, "truncated", False),
        )

    def _session(self) -> requests.Session:
        """Return this thread's session; a stale one is replaced."""
        now = time.monotonic()
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is not None and now - self._local.used > STALE_AFTER:
            session.close()
            session = None
        if session is None:
            session = self._local.session = new_session(self.limits, ca=self.target.ca, proxies=self.proxies)
            self._sessions.append(session)
        self._local.used = now
        return session

    def _book(self, exchange: Exchange) -> None:
        self.recorder.record(exchange)
        self._watched.append(exchange)
        self._count(exchange.operation_id, exchange.request.purpose)
        self._silent = self._silent + 1 if exchange.status is None else 0
        if self._silent >= GONE_AFTER:
            what = f"{GONE_AFTER} requests in a row without a reply, last: {exchange.failure}"
            reason = f"the target is gone: {what}"
            self.budget.stop(reason, undo_too=self._undoing)
        if exchange.request.operation is not None:
            for listener in self.listeners:
                listener(exchange)

    def watch(self, exchanges: list[Exchange]) -> None:
        """Add every exchange from now on to this list too: the story's own evidence."""
        self._watched = exchanges

    def _count(self, operation: str, purpose: str) -> None:
        self.per_operation[operation] = self.per_operation.get(operation, 0) + 1
        self.per_purpose[purpose] = self.per_purpose.get(purpose, 0) + 1

    def _before_token(self) -> None:
        self.budget.acquire(writes=False, undo=self._undoing)

    def _after_token(self, role: str, url: str, status: int | None, failure: str, elapsed_ms: float) -> None:
        request = Request("POST" if role else "GET", url, purpose="token")
        exchange = Exchange(
            f"x{next(self._numbers):04d}",
            role,
            request,
            url,
            {},
            None,
            time.time(),
            elapsed_ms,
            status,
            failure=failure,
        )
        self.recorder.record(exchange)
        self._count("token", "token")

    def undo(self) -> list[Leak]:
        """Take back everything that the ledger holds, newest first; return what could not be."""
        self._undoing, self._silent = True, 0
        return self.ledger.undo(self._delete)

    def _delete(self, role: str, path: str) -> int | str:
        try:
            return self.send(Request("DELETE", path, purpose="undo"), role).status or "no reply"
        except NotJudged as why:
            return why.reason

    def close(self) -> None:
        """Close every connection and the files of the run."""
        for session in self._sessions:
            session.close()
        self.recorder.close()
        self.ledger.close()


def retry_after(exchange: Exchange) -> float | None:
    """Return the seconds of a ``Retry-After`` header, or None where it has no number of seconds."""
    value = (exchange.header("Retry-After") or "").strip()
    return float(value) if value.isdigit() and value.isascii() and len(value) < 9 else None  # noqa: PLR2004 - three years of waiting


def _proxies(target: Target) -> Mapping[str, str]:
    if target.proxy:
        return {"http": target.proxy, "https": target.proxy}
    return {} if is_loopback(target.host) else getproxies()


def _without_token(headers: Mapping[str, str]) -> dict[str, str]:
    shown = dict(headers)
    authorization = shown.get("Authorization")
    if authorization is not None:
        scheme, blank, _ = authorization.partition(" ")
        shown["Authorization"] = f"{scheme} ***" if blank else "***"
    return shown


def _failure(error: requests.RequestException) -> str:
    """Say in a few words what stood in the reply's place."""
    if isinstance(error, requests.exceptions.SSLError):
        return f"TLS: {_innermost(error)}"
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return "could not connect in time"
    if (
        isinstance(error, requests.exceptions.Timeout)
        or "TimeoutError" in repr(error)
        or "timed out" in str(error)
    ):
        return f"timeout: {_innermost(error)}"
    if "Failed to establish" in str(error) or "NewConnectionError" in repr(error):
        return f"could not connect: {_innermost(error)}"
    return f"broken: {_innermost(error)}"


def _innermost(error: BaseException) -> str:
    while (cause := error.__cause__ or error.__context__) is not None and cause is not error:
        error = cause
    return f"{type(error).__name__}: {error}"[:160]
