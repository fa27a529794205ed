"""Generated creates are answered as a model of the rules answers them, and the list agrees."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING

from conformance.checks import expect
from conformance.run.pytest_plugin import Judge, phase, verifies
from conformance.run.run import Run

from ..budget import share_of_budget

if TYPE_CHECKING:
    from tests.contract.actors import Actor
    from tests.contract.world import World

CREATE = "createRepositoryResource"
Names = Callable[[str], str]


@phase("sequences")
@verifies("platform.model.agrees", operations=(CREATE,))
def test_generated_creates_agree_with_the_rules(owner: Actor, world: World, run: Run, judge: Judge) -> None:
    """Creates with equal and different ids and names are answered as a model of the rules answers them."""
    from conformance.generate.state_machine import Sequences  # noqa: PLC0415 - Hypothesis is loaded in a silence of the run

    from .machine import ResourceMachine, once  # noqa: PLC0415 - Hypothesis is loaded in a silence of the run

    numbers = itertools.count(1)

    def fresh() -> Names:
        number, unique = next(numbers), owner.unique("model")
        return lambda word: f"{unique}-{number}-{word}"

    sequences: Sequences[Names] = Sequences(
        fresh,
        "repository = new_repository()",
        run.seed,
        share_of_budget(run, quick=6, nightly=100, least=2),
        cost=0,
    )
    sequences.explore(lambda found: ResourceMachine(found, owner, world), once)
    with judge("platform.model.agrees", CREATE):
        expect.rests_on(*sequences.exchanges.get(CREATE, ()))
        if sequences.failed is not None:
            raise sequences.failed[1]
