"""A model of things of one kind: whatever is done to one, the others are as a read showed them last."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from conformance.errors import NotJudged, Violation
from conformance.exchange.model import Exchange
from conformance.generate.state_machine import Sequences, TargetMachine, precondition, rule, st

MOST: Final = 3
NUMBERS: Final = st.integers(0, MOST - 1)
"""Which one of those that a step may be about."""


class Acts(Protocol):
    """Does something about one of the things that a sequence made, each known by its number."""

    def create(self, number: int) -> Exchange:
        """Make it."""

    def change(self, number: int) -> Exchange:
        """Change it."""

    def delete(self, number: int) -> Exchange:
        """Delete it."""

    def look(self, number: int) -> Exchange:
        """Read it, and judge that it is as it was."""


class SiblingsMachine(TargetMachine):
    """Things are made, changed, deleted and looked at; `names` are operationIds by method."""

    def __init__(self, sequences: Sequences[Acts], names: Mapping[str, str]) -> None:
        super().__init__(sequences)
        self.names = names
        self.made = 0
        self.deleted: set[int] = set()
        self.looked_at: set[int] = set()

    @property
    def there(self) -> list[int]:
        """Return the numbers of the things that are there."""
        return [number for number in range(1, self.made + 1) if number not in self.deleted]

    @property
    def not_looked_at(self) -> list[int]:
        """Return the numbers of what no read was about since something was done; all once all are deleted."""
        made = range(1, self.made + 1)
        is_over = self.made == MOST and not self.there
        return [number for number in made if is_over or number not in self.looked_at]

    @precondition(lambda machine: machine.made < MOST)
    @rule()
    def create(self) -> None:
        """Make one more thing."""
        number = self.made + 1
        self._take(number, f"thing_{number} = {self.names['POST']}()", lambda acts: acts.create(number))
        self.made = number

    @precondition(lambda machine: machine.there and machine.names.keys() & {"PATCH", "PUT"})
    @rule(which=NUMBERS)
    def change(self, which: int) -> None:
        """Change a thing that is there."""
        number = _one(self.there, which)
        name = self.names.get("PATCH") or self.names["PUT"]
        self._take(number, f"{name}(thing_{number})", lambda acts: acts.change(number))

    @precondition(lambda machine: machine.there)
    @rule(which=NUMBERS)
    def delete(self, which: int) -> None:
        """Delete a thing that is there."""
        number = _one(self.there, which)
        self._take(number, f"{self.names['DELETE']}(thing_{number})", lambda acts: acts.delete(number))
        self.deleted.add(number)

    @precondition(lambda machine: machine.not_looked_at)
    @rule(which=NUMBERS)
    def look(self, which: int) -> None:
        """Look at a thing, once after something was done to another."""
        number = _one(self.not_looked_at, which)
        self.step(f"{self.names['GET']}(thing_{number})", self.names["POST"], lambda acts: acts.look(number))
        self.looked_at.add(number)

    def _take(self, number: int, text: str, act: Callable[[Acts], Exchange]) -> None:
        self.step(text, self.names["POST"], act)
        self.looked_at = {number}


def _one(numbers: Sequence[int], which: int) -> int:
    return numbers[which % len(numbers)]


def _change_then_delete(machine: SiblingsMachine) -> None:
    machine.create()
    machine.create()
    if machine.names.keys() & {"PATCH", "PUT"}:
        machine.change(1)
        machine.look(0)
    _delete_the_first(machine)


def _delete_the_first(machine: SiblingsMachine) -> None:
    while machine.made < 2:  # noqa: PLR2004 - two of them
        machine.create()
    machine.delete(0)
    machine.look(0)


def violation_of(
    fresh: Callable[[], Acts], names: Mapping[str, str], *, seed: int, steps: int
) -> Violation | None:
    """Return the violation of the smallest sequence that shows one, None where all went as the model says.

    `names` has the operationId of POST (what creates), GET, DELETE, and perhaps PATCH or PUT; `steps` bounds
    what is sent. `NotJudged` where not even the first sequence came to its end.
    """
    opened: list[bool] = []

    def opening(machine: SiblingsMachine) -> None:
        try:
            _change_then_delete(machine)
        except Violation:
            _delete_the_first(SiblingsMachine(sequences, names))  # which may be all that it takes
            raise
        opened.append(True)

    sequences: Sequences[Acts] = Sequences(fresh, "", seed, steps, cost=0)
    try:
        sequences.explore(lambda found: SiblingsMachine(found, names), opening)
    except NotJudged:
        if not opened:
            raise
    if sequences.failed is None and not opened:
        raise NotJudged("too few requests are left for a sequence")
    return None if sequences.failed is None else sequences.failed[1]
