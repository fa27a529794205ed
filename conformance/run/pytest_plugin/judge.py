"""The soft scope: a scenario judges several requirements, and one violation does not silence the next.

A refusal alone proves nothing, so a PASS needs a positive control: a request of the same operation that
succeeded. Where nothing that a scope looked at did, `control` is asked for one; where none is to be had,
nobody can judge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from conformance.checks import expect
from conformance.checks.positive_controls import succeeded
from conformance.claims.level import Level
from conformance.claims.openapi import brief
from conformance.errors import HarnessError, NotApplicable, NotJudged, Violation
from conformance.exchange.curl import curl
from conformance.exchange.model import Exchange
from conformance.results.verdicts import Outcome, Verdict, held, violated
from conformance.run.run import Run


def verifies(*requirements: str, operations: tuple[str, ...] = ()) -> pytest.MarkDecorator:
    """Declare which requirements a scenario judges; each must be judged, and no other may be.

    `operations` are those that it judges where a requirement speaks of more; all of them where none is named.
    """
    return pytest.mark.verifies(*requirements, operations=operations)


def phase(when: str) -> pytest.MarkDecorator:
    """Put a scenario into a phase: ``first``, ``early``, ``sequences`` or ``generated``, else in between.

    What has to wait for all of them is no phase: a scenario hands it to `Judge.at_end`.
    """
    return pytest.mark.phase(when)


@dataclass
class LateChecks:
    """What a scenario leaves for later, so that nothing waits alone; its pairs stay open until then.

    `waiting` holds what returns the seconds still to wait, `silent` seconds without any request, each with
    its check; `at_end` are checks that wait for every scenario but the generated ones.
    """

    waiting: list[tuple[Callable[[], float], Callable[[], None]]] = field(default_factory=list)
    silent: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    at_end: list[Callable[[], None]] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Tell whether anything is left."""
        return bool(self.waiting or self.silent or self.at_end)


Control = Callable[[], Iterable[Exchange]]
"""Returns what shows that a refusal had one reason only; raises `NotJudged` where nothing does."""


@dataclass
class Judge:
    """Books the verdicts of one scenario. `declared` are the (requirement, operation) pairs it must judge.

    `control` returns a request of an operation that succeeded, or raises `NotJudged`.
    """

    run: Run
    scenario: str
    declared: tuple[tuple[str, str], ...]
    exchanges: list[Exchange] = field(default_factory=list)
    judged: set[tuple[str, str]] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)
    control: Callable[[str], Exchange] | None = None
    late: LateChecks = field(default_factory=LateChecks)
    _seen: str = ""
    _note: str = ""
    _missing: str = ""

    @contextmanager
    def __call__(
        self,
        requirement: str,
        operation: str = "",
        *,
        control: Control = tuple,
        doubt: Callable[[], None] = lambda: None,
    ) -> Iterator[Judge]:
        """Judge one requirement in the block: an expectation that fails is a violation; the scenario goes on.

        `control` is asked before a PASS, `doubt` before a violation: each raises `NotJudged` where the input,
        and not the target, is what the outcome comes from.
        """
        pair = self._pair(requirement, operation)
        self.judged.add(pair)
        self._seen = self._note = ""
        sent = len(self.exchanges)
        try:
            with expect.proving() as looked_at:
                try:
                    yield self
                except Violation:
                    doubt()
                    raise
            proof = [*looked_at, *self.exchanges[sent:]]
            self._holds(pair, self._controlled(pair, proof, control))
        except Violation as violation:
            if self._missing:
                reason = f"an earlier step was not taken, or nobody knows whether it was: {self._missing}"
                self._book(pair, Outcome.CANNOT_JUDGE, reason=reason, evidence=violation.evidence)
            else:
                self._violated(pair, violation)
        except NotJudged as why:
            unmet = isinstance(why, NotApplicable)
            self._missing = self._missing or self._unanswered(why)
            verdict = Outcome.NOT_APPLICABLE if unmet else Outcome.CANNOT_JUDGE
            self._book(pair, verdict, reason=why.reason, evidence=why.evidence)

    def at_end(self, check: Callable[[], None]) -> Callable[[], None]:
        """Take this check when every scenario but the generated ones has ended; until then it stays open."""
        self.late.at_end.append(check)
        return check

    def after(self, rest: Callable[[], float], check: Callable[[], None]) -> None:
        """Take this check when others have ended and `rest` returns no second more to wait for."""
        self.late.waiting.append((rest, check))

    def after_silence(self, seconds: float, check: Callable[[], None]) -> None:
        """Take this check when others have ended and nothing was sent for so many seconds."""
        self.late.silent.append((seconds, check))

    def _controlled(self, pair: tuple[str, str], proof: list[Exchange], control: Control) -> list[Exchange]:
        """Return the proof of a PASS with its positive controls before it."""
        if self.run.catalogue.rows[pair[0]].level is Level.UNSPECIFIED:
            return proof
        proof = [*control(), *proof]
        if self.control is None or any(succeeded(each, pair[1]) for each in proof):
            return proof
        return [self.control(pair[1]), *proof]

    def _holds(self, pair: tuple[str, str], proof: Iterable[Exchange]) -> None:
        level = self.run.catalogue.rows[pair[0]].level
        evidence = tuple(dict.fromkeys(each.id for each in proof))
        reason = f"judged in {self.scenario}" + (f"; {self._note}" if self._note else "")
        self._book(pair, held(level), reason=reason, evidence=evidence, observed=self._seen)

    def _unanswered(self, why: NotJudged) -> str:
        """Return the reason where a write got no response, or was not sent since its operation gives none."""
        seen = [x for x in self.exchanges if x.id in why.evidence]
        lost = any(x.no_answer and x.request.writes for x in seen)
        return why.reason if lost or why.reason in self.run.client.liveness.given_up.values() else ""

    def observed(self, *what: object) -> None:
        """Record, inside a scope of an unspecified requirement, what the target does."""
        self._seen = brief(" ".join(map(str, what)), 300)

    def note(self, what: str) -> None:
        """Say, inside a scope, what a reader of a PASS has to know besides."""
        self._note = what

    def not_applicable(self, reason: str, *requirements: str) -> None:
        """Say why some or all of the scenario's open requirements do not apply to this target."""
        for pair in self.open():
            if not requirements or pair[0] in requirements:
                self.judged.add(pair)
                self._book(pair, Outcome.NOT_APPLICABLE, reason=reason)

    def last(self) -> Exchange:
        """Return the newest exchange of the scenario, as evidence."""
        if not self.exchanges:
            raise HarnessError(f"{self.scenario} sent nothing and wants evidence")
        return self.exchanges[-1]

    def open(self) -> list[tuple[str, str]]:
        """Return what is declared and not judged yet."""
        return [pair for pair in self.declared if pair not in self.judged]

    def give_up(
        self,
        verdict: Outcome,
        reason: str,
        evidence: tuple[str, ...] = (),
        *,
        only: tuple[str, str] | None = None,
    ) -> None:
        """Give everything still open, or one pair, this verdict: the scenario judges nothing more."""
        for pair in self.open() if only is None else (only,):
            self.judged.add(pair)
            self._book(pair, verdict, reason=reason, evidence=evidence)

    def _pair(self, requirement: str, operation: str) -> tuple[str, str]:
        pairs = [p for p in self.declared if p[0] == requirement and operation in ("", p[1])]
        if len(pairs) == 1:
            return pairs[0]
        if pairs:
            raise HarnessError(f"{self.scenario} judges {requirement} and does not say on which operation")
        where = f" ({operation})" if operation else ""
        raise HarnessError(
            f"{self.scenario} judges {requirement}{where} and never declared it with @verifies"
        )

    def _violated(self, pair: tuple[str, str], violation: Violation) -> None:
        level = self.run.catalogue.rows[pair[0]].level
        verdict = violated(level)
        proof = self._proof(violation.evidence)
        if verdict is not Outcome.OBSERVED:
            self.failures.append(
                f"{pair[0]} ({pair[1]}): expected {violation.expected}; got {violation.actual}"
            )
        self._book(
            pair,
            verdict,
            expected=violation.expected,
            actual=violation.actual,
            evidence=violation.evidence,
            curl=curl(proof, self.run.redactor) if proof else "",
            observed=violation.actual if verdict is Outcome.OBSERVED else "",
            seen_in=(self.scenario,),
        )

    def _proof(self, evidence: tuple[str, ...]) -> Exchange | None:
        named = self.run.client.recorder.exchanges.get(evidence[-1]) if evidence else None
        return named or (self.exchanges[-1] if self.exchanges else None)

    def _book(self, pair: tuple[str, str], verdict: Outcome, **details: Any) -> None:
        if pair not in self.run.selected:
            return
        if not details.get("evidence") and self.exchanges and verdict is not Outcome.NOT_APPLICABLE:
            details["evidence"] = (self.exchanges[-1].id,)
        row = self.run.catalogue.rows[pair[0]]
        details["reason"] = details.get("reason") or f"judged in {self.scenario}"
        self.run.book.add(Verdict(*pair, row.level, verdict, **details))
        self.run.log.per_requirement.setdefault(pair[0], set()).update(e.id for e in self.exchanges)
