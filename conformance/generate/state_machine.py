"""State machines against a target: bounded in requests, repeatable, shrunk to the smallest failing program.

Hypothesis draws sequences of steps and makes a failing one smaller. Each sequence begins from a fresh start,
and none is sent twice: its outcome is kept, so Hypothesis sees the same one when it tries its smallest
example again, and a step is sent only after all before it went as the model says.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky, Unsatisfiable, UnsatisfiedAssumption
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from conformance.errors import NotJudged, Violation
from conformance.exchange.model import Exchange
from conformance.generate.hypothesis_setup import set_up_hypothesis

__all__ = ["Sequences", "Step", "TargetMachine", "precondition", "rule", "st"]

S = TypeVar("S")
M = TypeVar("M", bound=RuleBasedStateMachine)
SHRINKS: Final = 60
"""At most so many requests, and no more than four times the budget, make a failing sequence smaller."""
LONGEST: Final = 12
"""Steps of one sequence."""


class _Spent(BaseException):
    """Nothing more may be sent: Hypothesis would catch an `Exception`, and go on drawing."""


@dataclass(frozen=True)
class Step(Generic[S]):
    """One request about what a sequence began with: how a program says it, and what sends and judges it.

    `send` returns the exchange, or raises the `Violation`; `operation` is the operationId that is judged.
    """

    text: str
    operation: str
    send: Callable[[S], Exchange]


@dataclass
class Sequences(Generic[S]):
    """Sends sequences of steps and keeps what came of each.

    `fresh` makes what a sequence is about and costs `cost` requests; `opening` is how a program says that,
    "" where it need not be said.
    `budget` is how many requests may be sent before anything is found; shrinking may spend some more.
    """

    fresh: Callable[[], S]
    opening: str
    seed: int
    budget: int
    cost: int = 1
    sent: int = 0
    exchanges: dict[str, list[Exchange]] = field(default_factory=dict)
    failed: tuple[str, Violation] | None = None
    _outcomes: dict[tuple[str, ...], Violation | None] = field(default_factory=dict)
    _found_at: int | None = None
    _unjudged: NotJudged | None = None
    _length: int = 0

    def explore(
        self, machine: Callable[[Sequences[S]], M], opening: Callable[[M], None] = lambda _: None
    ) -> None:
        """Let Hypothesis draw sequences until the budget is spent; `failed` is then the smallest that failed.

        `opening` takes the steps of the first sequence, so that even a small budget tries what matters most.
        `NotJudged` where a request got no response: nothing more is sent after it.
        """
        set_up_hypothesis()

        @seed(self.seed)
        def begin() -> RuleBasedStateMachine:
            return machine(self)

        kept = settings(
            max_examples=max(2, self.budget),
            stateful_step_count=min(LONGEST, max(2, self.budget)),
            phases=(Phase.generate, Phase.shrink),
            database=None,
            deadline=None,
            print_blob=False,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        with suppress(Violation, UnsatisfiedAssumption, _Spent):
            opening(machine(self))
        # The smallest failing sequence is kept here, whatever Hypothesis makes of it.
        with suppress(Violation, Unsatisfiable, Flaky, BaseExceptionGroup, _Spent):
            run_state_machine_as_test(begin, settings=kept)  # type: ignore[arg-type] # a factory will do, it says
        if self.failed is None and self._unjudged is not None:
            raise self._unjudged

    def outcome(self, steps: list[Step[S]], begun: list[S]) -> Violation | None:
        """Return what came of the last step after the others; `begun` holds what they were about, if any."""
        path = tuple(step.text for step in steps)
        if path not in self._outcomes:
            self._outcomes[path] = self._send(steps, begun)
        found = self._outcomes[path]
        if found is not None and (self.failed is None or len(path) <= self._length):
            self._length = len(path)
            self.failed = steps[-1].operation, self._as_program(found, path)
        return found

    def _send(self, steps: list[Step[S]], begun: list[S]) -> Violation | None:
        """Send the last step; where nothing was begun, begin and send the ones before it as well."""
        due = steps[-1:] if begun else steps
        left = self._limit() - self.sent - self.cost * (not begun)
        if self._unjudged is not None or left < 1:
            raise _Spent
        if left < len(due):
            raise UnsatisfiedAssumption
        try:
            if not begun:
                self.sent += self.cost
                begun.append(self.fresh())
            for step in due:
                self.sent += 1
                exchange = step.send(begun[0])
                self.exchanges.setdefault(step.operation, []).append(exchange)
        except NotJudged as why:
            self._unjudged = why
            raise UnsatisfiedAssumption from why
        except Violation as violation:
            self._found_at = self._found_at or self.sent
            return violation
        return None

    def _limit(self) -> int:
        return self.budget if self._found_at is None else self._found_at + min(SHRINKS, 4 * self.budget)

    def _as_program(self, violation: Violation, path: tuple[str, ...]) -> Violation:
        program = "; ".join(filter(None, (self.opening, *path)))
        actual = f"{violation.actual} (smallest failing sequence found, seed {self.seed}: {program})"
        return Violation(violation.expected, actual, violation.evidence)


class TargetMachine(RuleBasedStateMachine):
    """A state machine whose rules call `step`, and change the model when it returns."""

    def __init__(self, sequences: Sequences[Any]) -> None:
        super().__init__()
        self._sequences = sequences
        self._steps: list[Step[Any]] = []
        self._begun: list[Any] = []

    def step(self, text: str, operation: str, send: Callable[[Any], Exchange]) -> None:
        """Send one step and judge it; raise what it violates."""
        self._steps.append(Step(text, operation, send))
        violation = self._sequences.outcome(self._steps, self._begun)
        if violation is not None:
            raise violation
