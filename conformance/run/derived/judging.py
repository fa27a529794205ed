"""Judges the derived requirements of added APIs: one valid call everywhere, then the rules by their worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from conformance.checks.statuses import carried_out
from conformance.claims.added import AddedApi
from conformance.claims.endpoints import Endpoint
from conformance.claims.folders import specs_dir
from conformance.claims.requirement import Requirement
from conformance.claims.rules import Rule, load_rules
from conformance.errors import HarnessError, NotApplicable, NotJudged, Violation
from conformance.exchange.curl import curl
from conformance.exchange.model import Exchange, Request
from conformance.generate.rules.case import Case, Judge, known_rules
from conformance.generate.rules.sender import Sender
from conformance.generate.world.reach import Reach
from conformance.generate.world.reasons import PutOff, Spent
from conformance.generate.world.requests import Drafts
from conformance.generate.world.slots import noun_of
from conformance.generate.world.survey import producers_of
from conformance.generate.world.thing import Thing
from conformance.generate.world.things import World
from conformance.ledger.journal import readdress
from conformance.ledger.unique_names import Unique
from conformance.results.verdicts import Outcome, Verdict, held, violated
from conformance.run.derived.guard import Guard
from conformance.run.derived.health import Health
from conformance.run.derived.place import nothing_there
from conformance.run.derived.spending import STEPS, Spending, limit_of
from conformance.run.run import Run
from conformance.targets.urls import is_loopback

SERVER_ERROR: Final = 500
LAST: Final = "no-server-error"
"""The rule that looks at all that was sent."""
FIRST_MEMBERS: Final = 2
LATE_COST: Final = 6
"""What is kept back for each request that is sent last: its own tries, and the reads that follow it."""
FAULTS: Final = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What a mistake of the suite ends with; what was created is still undone."""


def judge_derived(run: Run, progress: Callable[[str], None] = lambda _: None) -> None:
    """Judge every selected derived requirement, and book a verdict on each."""
    rules = load_rules(specs_dir())
    for api in run.catalogue.added.values():
        rows = [r for r in run.catalogue.derived(api) if (r.id, r.operations[0]) in run.selected]
        if rows and not run.log.stopped:
            Judging(run, api, rules, rows, progress).judge()


@dataclass
class Judging:
    """The judging of one API; `rows` are its selected derived requirements."""

    run: Run
    api: AddedApi
    rules: Mapping[str, Rule]
    rows: list[Requirement]
    progress: Callable[[str], None]
    _evidence: list[Exchange] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the world of this API."""
        target, client = self.run.target, self.run.client
        drafts = Drafts(
            *(self.api.operations, Unique(self.run.prefix), self._refer),
            bodies=self.api.override.bodies,
            prefix=self.api.prefix_at(target.base_url),
        )
        reach = Reach(
            self._send,
            recall=client.recorder.exchanges.get,
            moved=partial(readdress, client.ledger),
            pause=client.budget.pause,
            patience=target.consistency_timeout,
        )
        world = World(
            *(producers_of(self.api), drafts, reach, dict(target.fixtures)),
            may_send=self._why_not,
            seed=self.run.seed,
        )
        headers = target.secret_headers()
        self.sender = Sender(
            *(world, not target.is_anonymous, headers, client.budget.pause),
            patience=target.consistency_timeout,
            seen=self._seen,
            steps=STEPS[self.run.options.profile],
            username=target.credentials("owner").username,
        )
        is_here = is_loopback(target.host) and not self.run.options.elsewhere
        self.guard = Guard(self.api, self.run.writes, is_here, self._creates)
        self.health = Health(self.sender, self.api.endpoints, client.budget.pause, self._unreachable)
        operations = len({r.operations[0] for r in self.rows})
        self.spending = Spending(client, limit_of(self.run.options.profile, operations))

    def _send(self, request: Request, role: str) -> Exchange:
        if self.health.sick:
            raise NotJudged(self.health.sick)
        self.spending.refuse_more(1 + (request.undo is not None))
        exchange = self.run.client.send(request, role)
        self.health.note(exchange)
        return exchange

    def _unreachable(self) -> str:
        budget = self.run.client.budget
        return budget.stopped if self.run.client.liveness.reason else ""

    def _why_not(self, endpoint: Endpoint, used: Mapping[str, Thing]) -> str:
        return self.guard.why_not(endpoint, used)

    def _seen(self, endpoint: Endpoint) -> list[Exchange]:
        return list(self.run.client.recorder.exchanges.of(endpoint.id))

    def _creates(self, endpoint: Endpoint) -> bool:
        """Tell whether an operation makes a thing that can be deleted again."""
        slot = self.sender.created_by(endpoint)
        return slot is not None and self.sender.world.item(slot, "DELETE") is not None

    def _refer(self, what: str) -> str | None:
        """Return the id of a thing of this kind of ours, None where there is none."""
        slots = self.sender.world.producers.slots
        fitting = [p for p, s in slots.items() if what in {s.kind, noun_of(s)} and p.count("{") == 1]
        try:
            return self.sender.world.get(min(fitting, key=len)).id if fitting else None
        except NotJudged:
            return None

    def judge(self) -> None:
        """Make the valid calls, then judge the rules by worth, and at the end what was put off."""
        functions = known_rules()
        by_id = {e.id: e for e in self.api.endpoints}
        self.progress(f"{self.api.name}: one valid request of each operation")
        chosen = sorted((by_id[name] for name in {r.operations[0] for r in self.rows}), key=_order)
        for endpoint in chosen:
            self._valid(endpoint)
        if why := nothing_there(self.api, self.run.target.base_url, list(self.run.client.recorder)):
            self.run.log.stopped = self.run.log.stopped or why
            return
        put_off = [e for e in chosen if isinstance(self.sender.known(e), PutOff)]
        late = {e.id for e in chosen if put_off and not self._succeeded(e)}
        ranked = self._ranked()
        last = [r for r in ranked if r.rule == LAST]
        self.spending.reserved = LATE_COST * len(put_off) + len(last)
        self._judge_rows(
            [r for r in ranked if r.rule != LAST and r.operations[0] not in late], by_id, functions
        )
        self.spending.reserved = len(last)
        self._send_late(put_off)
        self._retry([e for e in chosen if e.id in late])
        self._judge_rows([r for r in ranked if r.rule != LAST and r.operations[0] in late], by_id, functions)
        self.spending.reserved = 0
        self._judge_rows(last, by_id, functions)
        if not self.health.check():
            self.run.log.stopped = self.run.log.stopped or self.health.sick

    def _succeeded(self, endpoint: Endpoint) -> bool:
        valid = self.sender.known(endpoint)
        return valid is not None and not isinstance(valid, NotJudged) and carried_out(valid.exchange)

    def _retry(self, endpoints: list[Endpoint]) -> None:
        """Send the valid requests anew that failed before what was put off had been made."""
        if any(self._succeeded(e) and self.sender.created_by(e) for e in endpoints):
            self.sender.world.kept.try_again()
            for endpoint in (e for e in endpoints if not self._succeeded(e)):
                self._valid(endpoint, anew=True)

    def _ranked(self) -> list[Requirement]:
        """Return the requirements by their worth, the first members of each operation before others."""
        numbers: Counter[tuple[str, str]] = Counter()
        ranked = []
        for row in sorted(self.rows, key=lambda r: r.id):
            numbers[row.rule, row.operations[0]] += 1
            late = max(0, numbers[row.rule, row.operations[0]] - FIRST_MEMBERS)
            ranked.append((late - self.rules[row.rule].worth, row))
        return [row for _, row in sorted(ranked, key=lambda each: (each[0], each[1].id))]

    def _valid(self, endpoint: Endpoint, *, anew: bool = False) -> None:
        self._collect(endpoint.id)
        try:
            self.sender.valid_call(endpoint, anew=anew)
        except (NotJudged, HarnessError, *FAULTS):
            return  # each requirement of the operation says so

    def _collect(self, what: str) -> None:
        self._evidence = []
        self.run.client.collect_into(self._evidence, f"derived::{what}")

    def _send_late(self, put_off: list[Endpoint]) -> None:
        """Send what was put off, each followed by reads that succeeded before: a broken one ends it."""
        self.guard.late = True
        self.sender.world.kept.try_put_off()
        for endpoint in sorted(put_off, key=_order):
            self._valid(endpoint, anew=True)
            if not self.health.check():
                return

    def _judge_rows(
        self, rows: list[Requirement], by_id: Mapping[str, Endpoint], functions: Mapping[str, Judge]
    ) -> None:
        for row in rows:
            endpoint, rule = by_id[row.operations[0]], self.rules[row.rule]
            self.progress(f"{rule.id}: {endpoint.id}")
            self._judge_row(row, Case(self.sender, endpoint, row.member, row.level), rule, functions[rule.id])
            if any((x.status or 0) >= SERVER_ERROR for x in self._evidence):
                self.health.check()

    def _judge_row(self, row: Requirement, case: Case, rule: Rule, function: Judge) -> None:
        lacking = next(filter(None, map(self.run.lacks, row.needs)), "")
        if lacking:
            self._book(row, Outcome.NOT_APPLICABLE, reason=lacking)
            return
        self._collect(row.id)
        try:
            self._afford(rule, case)
            self._once(case, function, repeat=rule.inferred)
        except Violation as violation:
            self._book_violation(row, rule, violation)
        except NotApplicable as why:
            self._book(row, Outcome.NOT_APPLICABLE, reason=why.reason)
        except NotJudged as why:
            self._book(row, Outcome.CANNOT_JUDGE, reason=why.reason, evidence=why.evidence)
        except (HarnessError, *FAULTS) as error:
            self._book(row, Outcome.HARNESS_ERROR, reason=f"{type(error).__name__}: {error}"[:300])
        else:
            control = self.sender.known(case.endpoint)
            first = () if control is None or isinstance(control, NotJudged) else (control.exchange.id,)
            evidence = tuple(dict.fromkeys([*first, *(e.id for e in self._evidence)]))
            self._book(row, held(row.level), reason=f"judged by the rule {rule.id}", evidence=evidence)

    def _afford(self, rule: Rule, case: Case) -> None:
        """Raise why a rule cannot be judged for what it costs: first of all that nothing of it succeeded."""
        try:
            self.spending.refuse_more(rule.cost)
        except Spent as spent:
            if rule.cost:
                raise self.sender.why_failed(case.endpoint) or spent from None

    def _once(self, case: Case, function: Judge, *, repeat: bool) -> None:
        """Judge; a violation that is inferred is booked only if fresh things show it again."""
        try:
            function(case)
        except Violation as first:
            if not repeat:
                raise
            self.sender.world.kept.forget()
            try:
                function(case)
            except Violation as again:
                raise Violation(first.expected, first.actual, (*first.evidence, *again.evidence)) from None
            except NotJudged as why:
                seen = f"seen once ({first.actual}) and not to be repeated: {why.reason}"
                raise NotJudged(seen, first.evidence) from None
            finally:
                self.sender.world.kept.forget()
            raise NotJudged(
                f"seen once and not again on fresh things: {first.actual}", first.evidence
            ) from None

    def _book_violation(self, row: Requirement, rule: Rule, violation: Violation) -> None:
        if not self.health.check():
            self._book(row, Outcome.CANNOT_JUDGE, reason=self.health.sick, evidence=violation.evidence)
            return
        outcome = violated(row.level)
        proof = self.run.client.recorder.exchanges.get(violation.evidence[-1]) if violation.evidence else None
        self._book(
            *(row, outcome),
            reason=f"judged by the rule {rule.id}",
            expected=violation.expected,
            actual=violation.actual,
            evidence=violation.evidence,
            curl=curl(proof, self.run.redactor) if proof else "",
            observed=violation.actual if outcome is Outcome.OBSERVED else "",
        )

    def _book(self, row: Requirement, outcome: Outcome, **details: Any) -> None:
        details = {"expected": row.expect} | details
        self.run.book.add(Verdict(row.id, row.operations[0], row.level, outcome, **details))


def _order(endpoint: Endpoint) -> tuple[int, int, str]:
    """Return when the valid request of an operation is sent: creations first, each DELETE last."""
    turn = {"POST": 1, "PUT": 3, "PATCH": 3, "DELETE": 5}.get(
        endpoint.method, 2 if endpoint.path_names else 0
    )
    return (turn, len(endpoint.path_names), endpoint.path)
