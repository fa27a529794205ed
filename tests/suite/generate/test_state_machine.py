"""The models of the rules find what needs several steps, and print the smallest program that shows it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from conformance.emulator.defects.changes import Change, fresh, on_response, wrap
from conformance.emulator.defects.defect import Defect
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.pipeline import Handler
from conformance.emulator.kernel.responses import Response, refuse
from conformance.errors import NotJudged, Violation
from conformance.exchange.model import Exchange, Request
from conformance.generate.state_machine import Sequences, Step, TargetMachine
from tests.suite.contract.runs import emulator, judged


def _third_move_fails() -> Change:
    moves: dict[str, int] = {}

    def count(call: Call, inner: Handler) -> object:
        name = call.reality_data.id
        moves[name] = moves.get(name, 0) + 1
        return refuse(409, "AlreadyExists", "It has moved enough.") if moves[name] > 2 else inner(call)

    return wrap("moveRealityData", "apply", count)


def _name_freed_by_a_conflict() -> Change:
    taken: dict[str, int] = {}

    def forget(call: Call, response: Response) -> Response:
        sent, state = call.facts["sent"], call.state
        taken[sent["id"]] = taken.get(sent["id"], 0) + 1
        old = state.resources.get(call.itwin.id, call.repository.id, sent["id"])
        if old is not None and taken[sent["id"]] == 1:
            state.resources.drop(old)
        return response

    return on_response("createRepositoryResource", forget, status=409)


MOVES: Final = (
    r"itwin_a, itwin_b, itwin_c = new_itwins\(\); data = new_reality_data\(itwin_a\)"
    r"(; move\(data, itwin_[abc]\)){3}"
)
CREATES: Final = (
    r"repository = new_repository\(\)(; create_resource\(repository, id_\d, name_\d\)){2}"
    r"; (read_resources\(repository\)|create_resource\(repository, id_\d, name_\d\))"
)


@pytest.mark.parametrize(
    ("change", "operation", "program"),
    [
        pytest.param(_third_move_fails, "moveRealityData", MOVES, id="moves"),
        pytest.param(_name_freed_by_a_conflict, "createRepositoryResource", CREATES, id="creates"),
    ],
)
def test_the_smallest_failing_sequence_of_three_steps_is_printed(
    change: Callable[[], Change], operation: str, program: str, tmp_path: Path
) -> None:
    """A defect that needs three steps is found, and what is printed are these three and nothing else."""
    planted = Defect("planted-here", "A defect of this test alone.", (), fresh(change))
    with emulator(planted) as (_, target):
        _, document = judged(target, tmp_path, [f"platform.model.agrees@{operation}"], profile="nightly")
    (verdict,) = document["verdicts"]
    assert verdict["verdict"] == "FAIL"
    printed = verdict["actual"].partition("(smallest failing sequence found, seed 1: ")[2].removesuffix(")")
    assert re.fullmatch(program, printed), verdict["actual"]
    assert document["requests"]["total"] < 500


class Counter(TargetMachine):
    """A toy: whatever is added three times to `wrong` fails."""

    def __init__(self, sequences: Sequences[list[int]], wrong: int = 3) -> None:
        super().__init__(sequences)
        self.wrong = wrong

    @rule(number=st.integers(1, 9))
    def add(self, number: int) -> None:
        """Add a number."""

        def send(numbers: list[int]) -> Exchange:
            numbers.append(number)
            exchange = Exchange(f"x{number}", "owner", Request("GET", "/"), "", {}, None, 0.0, 0.0, 200)
            if numbers.count(self.wrong) >= 3:
                raise Violation("few", "too many", (exchange.id,))
            if number > 8:
                raise NotJudged("no response")
            return exchange

        self.step(f"add({number})", "add", send)


def toy(budget: int) -> Sequences[list[int]]:
    """Return sequences of the toy with this budget."""
    return Sequences(list, "numbers = []", seed=1, budget=budget)


def test_a_sequence_is_sent_once_and_within_the_budget() -> None:
    """No more is sent than the budget, and nothing fails where nothing is wrong."""
    sequences = toy(20)
    sequences.explore(lambda found: Counter(found, wrong=0), lambda machine: machine.add(1))
    assert sequences.failed is None
    assert 2 <= sequences.sent <= 20
    sent = sequences.sent
    assert sequences.outcome(_steps(sequences), []) is None
    assert sequences.sent == sent


def _steps(sequences: Sequences[list[int]]) -> list[Step[list[int]]]:
    machine = Counter(sequences, wrong=0)
    machine.add(1)
    return machine._steps


def test_the_opening_is_made_smaller_as_well() -> None:
    """A first sequence that fails is not the last word: a smaller one that fails is found and kept."""
    sequences = toy(30)

    def opening(machine: Counter) -> None:
        for number in (2, 3, 4, 3, 5, 3):
            machine.add(number)

    sequences.explore(Counter, opening)
    assert sequences.failed is not None
    operation, violation = sequences.failed
    assert operation == "add"
    assert len(violation.actual.split("; ")) <= 7
    assert "numbers = []; " in violation.actual


def test_a_step_without_a_response_ends_the_exploration() -> None:
    """Where a step got no response nothing more is sent, and nobody can judge."""
    sequences = toy(30)
    with pytest.raises(NotJudged, match="no response"):
        sequences.explore(Counter, lambda machine: machine.add(9))
    assert sequences.sent == 2
