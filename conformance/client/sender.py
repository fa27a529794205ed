"""Sends one request of a scenario as one role and returns the response, or says why nobody can judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from conformance.client.auth.tokens import Credentials
from conformance.client.budget import Budget
from conformance.client.counts import Counts
from conformance.client.liveness import Liveness
from conformance.client.network import network_of
from conformance.client.pipeline import Evidence, Observer, Pipeline
from conformance.client.retry import Again, EndRun, next_step, result_of, was_throttled
from conformance.client.undo_sender import UndoSender
from conformance.errors import NotJudged
from conformance.exchange.model import Exchange, Request, Undo
from conformance.exchange.recorder import Recorder
from conformance.exchange.redaction import Redactor
from conformance.ledger.entries import ELSE, Leak
from conformance.ledger.journal import Ledger, lost_in
from conformance.ledger.undo import DELETED, undo
from conformance.targets.model import Target


class OnRateLimit(Protocol):
    """Is told of a throttled request that is over: its newest exchange, and whether the limit lifted."""

    def __call__(self, exchange: Exchange, *, lifted: bool) -> None:
        """Take notice."""


@dataclass
class Client:
    """The one sender of a run, shared by scenarios, properties and clean-up, and by several threads.

    `observers` are called with every exchange, in order.
    """

    target: Target
    recorder: Recorder
    budget: Budget
    ledger: Ledger
    observers: tuple[Observer, ...] = ()
    on_rate_limit: OnRateLimit = lambda exchange, *, lifted: None  # noqa: ARG005 - takes no notice
    read_only: bool = False
    _pipeline: Pipeline = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check the target's certificates, learn its secrets and its fixtures, and build the pipeline."""
        network = network_of(self.target)
        for secret in (*self.target.secrets(), *network.secrets()):
            self.redactor.learn(secret)
        self.ledger.foreign.fixtures = frozenset(map(str.lower, self.target.fixtures.values()))
        self._pipeline = Pipeline(
            self.target, network, self.recorder, self.budget, self.ledger, self.observers
        )

    @property
    def redactor(self) -> Redactor:
        """Return what knows the secrets of this run."""
        return self.recorder.redactor

    @property
    def credentials(self) -> Credentials:
        """Return what hands out the tokens of the roles."""
        return self._pipeline.credentials

    @property
    def counts(self) -> Counts:
        """Return how many requests were sent, and what for."""
        return self._pipeline.counts

    @property
    def liveness(self) -> Liveness:
        """Return which operations are answered no more."""
        return self._pipeline.liveness

    def collect_into(self, exchanges: list[Exchange], scenario: str = "") -> None:
        """Add every exchange from now on to this list too: the evidence of the scenario of this name."""
        self._pipeline.evidence = Evidence(scenario, exchanges)

    def send(self, request: Request, role: str = "owner") -> Exchange:
        """Send as this role and return the exchange, which has a status: else `NotJudged` says why not."""
        exchange = result_of(self._send_with_backoff(request, role))
        if exchange.no_answer:
            raise NotJudged(f"{exchange.operation_id}: no response ({exchange.no_answer})", (exchange.id,))
        if request.method == "DELETE" and exchange.status in DELETED and not exchange.is_half_a_document:
            self.ledger.mark_deleted(request.path, role)
        return exchange

    def _refuse(self, request: Request) -> None:
        """Raise `NotJudged` where nothing may be written, created, or done with somebody else's id."""
        if request.writes and (self.read_only or self.target.mode == "none"):
            raise NotJudged(f"{request.method} {request.path}: nothing may be written to this target")
        if request.undo is not None and self.ledger.is_losing(_kind_of(request.undo)):
            lost = len(lost_in(self.ledger))
            raise NotJudged(f"nothing more is created: {lost} creations gave no id to delete them with")
        self.ledger.foreign.refuse_foreign(request)

    def _send_with_backoff(self, request: Request, role: str, *, is_retry: bool = False) -> list[Exchange]:
        """Send until the policy says that the newest attempt is the answer; return all attempts."""
        self._refuse(request)
        attempts = [self._pipeline.attempt(request, role, is_retry=is_retry)]
        while (step := next_step(attempts, self.target.max_wait)) is not None:
            if isinstance(step, EndRun):
                raise self._end_run(step, attempts)
            if step.new_token and not self.credentials.drop(role):
                break
            self._wait(step, undo=request.purpose == "undo")
            attempts.append(self._pipeline.attempt(request, role, is_retry=True))
        if was_throttled(attempts):
            self.on_rate_limit(attempts[-1], lifted=True)
        return attempts

    def _wait(self, step: Again, *, undo: bool) -> None:
        if step.block:
            self.budget.block(step.block)
        self.budget.pause(step.pause, undo=undo)

    def _end_run(self, step: EndRun, attempts: Sequence[Exchange]) -> NotJudged:
        last = attempts[-1]
        if step.never_lifted:
            self.on_rate_limit(last, lifted=False)
        self.budget.stop(step.reason, undo_too=step.undo_too)
        return NotJudged(self.budget.stopped, (last.id,))

    def undo(self) -> list[Leak]:
        """Delete everything that the ledger holds; return what could not be."""
        self.liveness.begin_undo()
        self.credentials.forgive()
        sender = UndoSender(
            self._send_with_backoff,
            self.budget,
            self.target.consistency_timeout,
            self.redactor,
            self.target.total_timeout,
        )
        return [leak for ledger in (self.ledger, *self.ledger.inherited) for leak in undo(ledger, sender)]

    def close(self) -> None:
        """Close every connection and the files of the run."""
        self._pipeline.sessions.close()
        self.recorder.close()
        self.ledger.close()


def _kind_of(undo: Undo) -> str:
    """Return what tells things of this kind from others where the kinds of an API are many; "" elsewhere."""
    return undo.path if ELSE in undo.pointer else ""


def undo_requests(target: Target, ledger: Ledger) -> int:
    """Return how many requests undo may cost, tokens that expire until then included.

    A token costs one, as the way to send the credentials is known once a role has created something. What
    timed out is looked for once more.
    """
    ledgers = (ledger, *ledger.inherited)
    entries = [e for each in ledgers for e in [*each.pending(maybe=True), *lost_in(each)]]
    roles = {entry.role for entry in entries}
    renewed = sum(bool(target.roles[r].client_id) for r in roles if r in target.roles)
    looked_for = sum(entry.timed_out for each in ledgers for entry in lost_in(each))
    return len(entries) + looked_for + renewed


def budget_for(target: Target, ledger: Ledger) -> Budget:
    """Return a budget with the limits of the target that keeps back what the undo of the ledger may cost."""
    return Budget(
        target.rate, target.max_requests, target.max_writes, reserve=partial(undo_requests, target, ledger)
    )
