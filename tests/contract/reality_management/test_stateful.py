"""Generated sequences are answered as a model of the rules answers them, and reads agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks import expect
from conformance.run.pytest_plugin import Judge, phase, verifies
from conformance.run.run import Run

from ..budget import share_of_budget

if TYPE_CHECKING:
    from tests.contract.actors import Actor
    from tests.contract.world import World

ASSOCIATE, MOVE = "associateRealityData", "moveRealityData"


@phase("sequences")
@verifies("platform.model.agrees", operations=(ASSOCIATE, MOVE))
def test_generated_sequences_agree_with_the_rules(owner: Actor, world: World, run: Run, judge: Judge) -> None:
    """Associations and moves in any order are answered as a model of the rules answers them."""
    from conformance.generate.state_machine import Sequences  # noqa: PLC0415 - Hypothesis is loaded in a silence of the run

    from .machine import RealityDataMachine, both_once  # noqa: PLC0415 - Hypothesis is loaded in a silence of the run

    sequences: Sequences[str] = Sequences(
        fresh=lambda: owner.new_reality_data(world.itwin_a),
        opening="itwin_a, itwin_b, itwin_c = new_itwins(); data = new_reality_data(itwin_a)",
        seed=run.seed,
        budget=share_of_budget(run, quick=12, nightly=200, least=4),
    )
    sequences.explore(lambda found: RealityDataMachine(found, owner, world), both_once)
    for operation in (ASSOCIATE, MOVE):
        with judge("platform.model.agrees", operation):
            expect.rests_on(*sequences.exchanges.get(operation, ()))
            if sequences.failed is not None and sequences.failed[0] == operation:
                raise sequences.failed[1]
