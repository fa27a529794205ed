"""Judges the derived requirements of added APIs: one valid call everywhere, then the rules by their worth."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from conformance.checks.rules.case import Case, Judge, Sender, known_rules
from conformance.checks.statuses import carried_out
from conformance.claims.added import AddedApi
from conformance.claims.endpoints import Endpoint
from conformance.claims.folders import specs_dir
from conformance.claims.level import Level
from conformance.claims.requirement import Requirement
from conformance.claims.rules import Rule, load_rules
from conformance.errors import NotApplicable, NotJudged, Violation
from conformance.exchange.curl import curl
from conformance.exchange.model import Exchange
from conformance.generate.world.producers import slots_of
from conformance.generate.world.requests import Draft
from conformance.generate.world.survey import producers_of
from conformance.generate.world.things import Thing, World
from conformance.generate.world.requests import Drafts
from conformance.ledger.unique_names import Unique
from conformance.results.verdicts import Outcome, Verdict, held, violated
from conformance.run.run import Run
from conformance.targets.urls import is_loopback

BASE_REQUESTS: Final = 40
PER_OPERATION: Final = {"quick": 12, "nightly": 40, "release": 40}
GRAVE: Final = re.compile(
    r"shut.?down|restart|reboot|maintenance|log.?out|reset|wipe|purge|clear|flush|import|restore|upgrade|disable|kill|admin|delete.?all|drop",
    re.IGNORECASE,
)
"""What the path of a write about nothing of ours has in it where it is not even tried on this machine."""
CANARIES: Final = 3
SERVER_ERROR: Final = 500


def limit_of(run_profile: str, operations: int) -> int:
    """Return how many requests a run of so many operations may send."""
    return BASE_REQUESTS + PER_OPERATION[run_profile] * operations


def judge_derived(run: Run, progress: Callable[[str], None] = lambda _: None) -> None:
    """Judge every selected derived requirement, and book a verdict on each."""
    rules = load_rules(specs_dir())
    for api in run.catalogue.added.values():
        rows = [r for r in run.catalogue.judged() if r.rule and (r.id, r.operations[0]) in run.selected and r.operations[0] in api.operations]
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
    late: bool = False
    poisoned: str = ""
    _evidence: list[Exchange] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the world of this API."""
        target, override = self.run.target, self.api.override
        unique = Unique(self.run.prefix)
        self.by_id = {e.id: e for e in self.api.endpoints}
        base = self.api.endpoints[0].base
        prefix = "" if urlsplit(target.base_url).path.rstrip("/").endswith(base) else base
        drafts = Drafts(self.api.operations, unique, self._refer, override.get("bodies") or {}, prefix)
        self.world = World(producers_of(self.api), drafts, self._send, dict(target.fixtures), self._guard, self.run.seed)
        self.sender = Sender(self.world, not target.is_anonymous)
        self.begun = self.run.client.counts
        self.spent_before = sum(self.begun.per_purpose.values())
        self.limit = limit_of(self.run.options.profile, len({r.operations[0] for r in self.rows}))

    def _send(self, request: Any, role: str) -> Exchange:
        if self.poisoned:
            raise NotJudged(self.poisoned)
        if self.spent() >= self.limit:
            raise NotJudged(f"the budget of {self.limit} requests is spent")
        return self.run.client.send(request, role)

    def spent(self) -> int:
        """Return how many requests were sent for this API, with those that its undo will take."""
        return sum(self.begun.per_purpose.values()) - self.spent_before + len(self.run.client.ledger.pending())

    def _refer(self, what: str) -> str | None:
        """Return the id of a thing of this kind of ours, None where there is none."""
        prefix = min((p for p, s in self.world.producers.slots.items() if s.kind == what and p.count("{") == 1), key=len, default="")
        if not prefix:
            return None
        try:
            return self.world.get(prefix).id
        except NotJudged:
            return None

    def _guard(self, endpoint: Endpoint, used: Mapping[str, Thing]) -> str:
        """Return why a valid request of this operation is not sent, "" where it may be."""
        override = self.api.override
        if endpoint.label in (override.get("never") or ()):
            return "the override says never"
        if not self.run.writes and not endpoint.safe:
            return "the run is read-only and this operation writes"
        allowed = endpoint.label in {*(override.get("writes") or ()), *(override.get("reads") or ())}
        slots = slots_of(endpoint.path)
        deepest = used.get(slots[-1].prefix) if slots else None
        if endpoint.safe or allowed or (deepest is not None and deepest.ours):
            return ""
        if any(t.ours for t in used.values()) and deepest is None:
            return ""
        slot = self.sender.created_by(endpoint)
        if slot is not None and self.world.item(slot, "DELETE") is not None and endpoint.method != "DELETE":
            return ""
        if deepest is not None and not deepest.ours and endpoint.path.endswith("}"):
            if slot is not None and deepest.made is None and self.late:
                return ""
            return "it would change a thing that this run did not make"
        if GRAVE.search(endpoint.path) or GRAVE.search(endpoint.id):
            return "a write about nothing of ours that may change the whole target: allow it with writes: in the override"
        if not is_loopback(self.run.target.host):
            return "a write about nothing of ours: allow it with writes: in the override"
        return "" if self.late else "later"

    def judge(self) -> None:
        """Make the valid calls, then judge the rules by worth, and at the end what was put off."""
        functions = known_rules()
        self.progress(f"{self.api.name}: one valid request of each operation")
        wanted = {r.operations[0] for r in self.rows}
        chosen = [e for e in self.api.endpoints if e.id in wanted]
        for endpoint in sorted(chosen, key=_order):
            self._valid(endpoint)
        ranked = sorted(self.rows, key=lambda r: (-self.rules[r.rule].worth, r.id))
        self._judge_rows([r for r in ranked if r.operations[0] not in self._put_off()], functions)
        self._last(chosen)
        self._judge_rows([r for r in ranked if self.run.book.get(r.id, r.operations[0]) is None], functions)

    def _put_off(self) -> set[str]:
        return {
            name for name, found in self.sender.valid.items() if isinstance(found, NotJudged) and found.reason == "later"
        }

    def _valid(self, endpoint: Endpoint) -> None:
        self._evidence = []
        self.run.client.collect_into(self._evidence, f"derived::{endpoint.id}")
        try:
            self.sender.valid_call(endpoint)
        except NotJudged:
            return

    def _last(self, chosen: list[Endpoint]) -> None:
        """Send what was put off, each followed by reads that succeeded before: a broken one ends the run."""
        self.late = True
        put_off = self._put_off()
        canaries = [(e, f[0], f[1]) for e in chosen if e.safe and not isinstance(f := self.sender.valid.get(e.id, NotJudged("")), NotJudged) and carried_out(f[0])]
        canaries.sort(key=lambda each: len(each[0].path_names))
        for endpoint in sorted((e for e in chosen if e.id in put_off), key=lambda e: (e.method == "DELETE", e.path)):
            del self.sender.valid[endpoint.id]
            self._valid(endpoint)
            sent = self.sender.valid.get(endpoint.id)
            if isinstance(sent, NotJudged) or not carried_out(sent[0]):
                continue
            if not self._lives(canaries[:CANARIES]):
                self.poisoned = f"{endpoint.label} ({sent[0].id}) broke the target: reads that succeeded before it fail since; allow no such write (never: in the override)"
                self.run.log.stopped = self.run.log.stopped or self.poisoned
                return

    def _lives(self, canaries: list[tuple[Endpoint, Exchange, Draft]]) -> bool:
        try:
            return all(carried_out(self.sender.send(draft)) for _, _, draft in canaries)
        except NotJudged:
            return True

    def _judge_rows(self, rows: list[Requirement], functions: Mapping[str, Judge]) -> None:
        for row in rows:
            endpoint, rule = self.by_id[row.operations[0]], self.rules[row.rule]
            if rule.id == "no-server-error":
                continue
            self.progress(f"{rule.id}: {endpoint.id}")
            self._judge_row(row, endpoint, rule, functions[rule.id])
        for row in rows:
            if row.rule == "no-server-error":
                self._no_server_error(row, self.by_id[row.operations[0]])

    def _judge_row(self, row: Requirement, endpoint: Endpoint, rule: Rule, function: Judge) -> None:
        case = Case(self.sender, endpoint, row.member, row.level)
        lacking = next(filter(None, map(self.run.lacks, row.needs)), "")
        if lacking:
            self._book(row, Outcome.NOT_APPLICABLE, reason=lacking)
            return
        self._evidence = []
        self.run.client.collect_into(self._evidence, f"derived::{row.id}")
        try:
            if self.spent() + rule.cost > self.limit and rule.cost:
                raise NotJudged(f"the budget of {self.limit} requests is spent")
            self._once(case, function, repeat=rule.inferred)
        except Violation as violation:
            if self.poisoned:
                self._book(row, Outcome.CANNOT_JUDGE, reason=self.poisoned, evidence=violation.evidence)
                return
            outcome = violated(row.level)
            proof = self.run.client.recorder.exchanges.get(violation.evidence[-1]) if violation.evidence else None
            self._book(
                row, outcome, reason=f"judged by the rule {rule.id}", expected=violation.expected, actual=violation.actual,
                evidence=violation.evidence, curl=curl(proof, self.run.redactor) if proof else "",
                observed=violation.actual if outcome is Outcome.OBSERVED else "",
            )  # fmt: skip
        except NotApplicable as why:
            self._book(row, Outcome.NOT_APPLICABLE, reason=why.reason)
        except NotJudged as why:
            self._book(row, Outcome.CANNOT_JUDGE, reason=why.reason, evidence=why.evidence)
        else:
            control = self.sender.valid.get(endpoint.id)
            first = () if control is None or isinstance(control, NotJudged) else (control[0].id,)
            evidence = tuple(dict.fromkeys([*first, *(e.id for e in self._evidence)]))
            self._book(row, held(row.level), reason=f"judged by the rule {rule.id}", evidence=evidence)

    def _once(self, case: Case, function: Judge, *, repeat: bool) -> None:
        """Judge; a violation that is inferred is booked only if fresh things show it again."""
        try:
            function(case)
        except Violation as first:
            if not repeat:
                raise
            self.world.forget()
            try:
                function(case)
            except Violation as again:
                raise Violation(first.expected, first.actual, (*first.evidence, *again.evidence)) from None
            except NotJudged as why:
                raise NotJudged(f"seen once ({first.actual}) and not to be repeated: {why.reason}", first.evidence) from None
            raise NotJudged(f"seen once and not again on fresh things: {first.actual}", first.evidence) from None

    def _no_server_error(self, row: Requirement, endpoint: Endpoint) -> None:
        own = [e for e in self.run.client.recorder if e.operation_id == endpoint.id and e.status is not None]
        bad = [e for e in own if (e.status or 0) >= SERVER_ERROR and str(e.status) not in endpoint.responses and not e.is_gateway_page]
        good = [e for e in own if carried_out(e)]
        if bad:
            outcome = Outcome.CANNOT_JUDGE if self.poisoned else violated(Level.SHOULD if row.level is not Level.UNSPECIFIED else row.level)
            self._book(row, outcome, reason=self.poisoned or f"judged by the rule {row.rule}", expected=row.expect, actual=bad[0].summary(), evidence=(bad[0].id,), curl=curl(bad[0], self.run.redactor))
        elif good:
            self._book(row, held(row.level), reason=f"judged by the rule {row.rule}", evidence=tuple(e.id for e in [*good[:1], *own[-5:]]))
        else:
            self._book(row, Outcome.CANNOT_JUDGE, reason="no request of it succeeded", evidence=tuple(e.id for e in own[-1:]))

    def _book(self, row: Requirement, outcome: Outcome, **details: Any) -> None:
        self.run.book.add(Verdict(row.id, row.operations[0], row.level, outcome, **({"expected": row.expect} | details)))


def _order(endpoint: Endpoint) -> tuple[int, int, str]:
    """Return when the valid request of an operation is sent: creations before what is about them, DELETE last."""
    turn = {"POST": 1, "PUT": 3, "PATCH": 3, "DELETE": 5}.get(endpoint.method, 2 if endpoint.path_names else 0)
    return (turn, len(endpoint.path_names), endpoint.path)
