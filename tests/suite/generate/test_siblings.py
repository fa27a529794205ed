"""The model of things of one kind finds what needs several steps, and says when nothing can be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import pytest

from conformance.errors import NotJudged, Violation
from conformance.exchange.model import Exchange, Request
from conformance.generate.siblings import violation_of

NAMES: Final = {"POST": "addDesk", "GET": "getDesk", "PATCH": "changeDesk", "DELETE": "dropDesk"}


@dataclass
class Desks:
    """Desks that are there or not, and what is `wrong` with deleting one, by its number."""

    wrong: Callable[[dict[int, bool], int], None] = lambda *_: None
    there: dict[int, bool] = field(default_factory=dict)
    known: dict[int, bool] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)

    def create(self, number: int) -> Exchange:
        """Make a desk."""
        self.there[number] = self.known[number] = True
        return self._done("create")

    def change(self, number: int) -> Exchange:
        """Change a desk."""
        assert self.there[number]
        return self._done("change")

    def delete(self, number: int) -> Exchange:
        """Delete a desk, and whatever is wrong."""
        self.there[number] = self.known[number] = False
        self.wrong(self.there, number)
        return self._done("delete")

    def look(self, number: int) -> Exchange:
        """Judge that a desk is there if it was."""
        if self.there[number] != self.known[number]:
            raise Violation(f"thing_{number} as it was", "404", ("e1",))
        return self._done("look")

    def _done(self, step: str) -> Exchange:
        self.steps.append(step)
        return Exchange("x1", "owner", Request("GET", "/"), "", {}, None, 0.0, 0.0, 200)


@pytest.mark.parametrize("seed", range(1, 4))
def test_things_that_leave_each_other_alone_violate_nothing(seed: int) -> None:
    """Every kind of step is taken, and no more of them than were allowed."""
    begun: list[Desks] = []

    def fresh() -> Desks:
        begun.append(Desks())
        return begun[-1]

    assert violation_of(fresh, NAMES, seed=seed, steps=120) is None
    taken = [step for desks in begun for step in desks.steps]
    assert set(taken) == {"create", "change", "delete", "look"}
    assert 60 < len(taken) <= 120
    assert any(not any(desks.there.values()) for desks in begun), "all of them were deleted once"


def _drops_the_next(there: dict[int, bool], number: int) -> None:
    if number + 1 in there:
        there[number + 1] = False


def _revives_the_first(there: dict[int, bool], number: int) -> None:
    there[1] = there[1] or number == 2


@pytest.mark.parametrize(
    ("wrong", "program"),
    [
        pytest.param(
            _drops_the_next,
            ["thing_1 = addDesk()", "thing_2 = addDesk()", "dropDesk(thing_1)", "getDesk(thing_2)"],
            id="the next is dropped",
        ),
        pytest.param(
            _revives_the_first,
            [
                *(f"thing_{number} = addDesk()" for number in (1, 2)),
                *("dropDesk(thing_1)", "dropDesk(thing_2)", "getDesk(thing_1)"),
            ],
            id="the first is revived",
        ),
    ],
)
def test_the_smallest_sequence_is_printed_as_a_program(
    wrong: Callable[[dict[int, bool], int], None], program: list[str]
) -> None:
    """Nothing stands in it that the violation does not need."""
    found = violation_of(lambda: Desks(wrong), NAMES, seed=1, steps=200)
    assert found is not None
    printed = found.actual.partition("seed 1: ")[2].removesuffix(")")
    assert sorted(printed.split("; ")) == sorted(program)


def test_an_api_that_changes_nothing_is_judged_all_the_same() -> None:
    """Without PATCH or PUT nothing is changed, and the rest is seen."""
    names = {method: name for method, name in NAMES.items() if method != "PATCH"}
    desks = Desks(_drops_the_next)
    assert violation_of(lambda: desks, names, seed=1, steps=6) is not None
    assert "change" not in desks.steps


@dataclass
class Refusing(Desks):
    """Desks of which there can be so many as `most` in all."""

    most: int = 0

    def create(self, number: int) -> Exchange:
        """Make a desk unless there are enough."""
        if self.most == 0:
            raise NotJudged("enough")
        self.most -= 1
        return super().create(number)


def test_a_first_sequence_that_breaks_off_is_no_pass() -> None:
    """What could not be brought to its end proves nothing; what follows it may break off."""
    with pytest.raises(NotJudged, match="enough"):
        violation_of(lambda: Refusing(most=1), NAMES, seed=1, steps=40)
    with pytest.raises(NotJudged, match="too few requests"):
        violation_of(Desks, NAMES, seed=1, steps=3)
    left = Refusing(most=2)
    assert violation_of(lambda: left, NAMES, seed=1, steps=40) is None
    assert left.most == 0
