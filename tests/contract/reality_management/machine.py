"""A model of the rules of reality data: generated sequences are answered as they say, and reads agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from conformance.checks import expect
from conformance.exchange.model import Exchange
from conformance.generate.state_machine import Sequences, TargetMachine, rule, st

from ..reads import eventual_associations

if TYPE_CHECKING:
    from tests.contract.actors import Actor
    from tests.contract.world import World

ASSOCIATE, MOVE = "associateRealityData", "moveRealityData"
PLACES = st.sampled_from(("itwin_b", "itwin_c", "itwin_a"))
ANY_REFUSAL = (403, 404, 409, 422)


class RealityDataMachine(TargetMachine):
    """Reality data is associated and moved; the model is where it is."""

    def __init__(self, sequences: Sequences[str], owner: Actor, world: World) -> None:
        super().__init__(sequences)
        self.owner = owner
        self.itwins = {"itwin_a": world.itwin_a, "itwin_b": world.itwin_b, "itwin_c": world.itwin_c}
        self.where = {name for name in ("itwin_a",) if world.initial_associations}
        self.refused = ""

    @rule(place=PLACES)
    def move(self, place: str) -> None:
        """Move the reality data: carried out where it is in one other iTwin."""
        if not self.where and place == "itwin_a":
            return  # the pages leave open what the iTwin of the creation means then
        wanted = ANY_REFUSAL if len(self.where) > 1 else (409,) if place in self.where else (204,)
        if self._take(
            f"move(data, {place})", MOVE, lambda data: self.owner.move(data, self.itwins[place]), wanted
        ):
            self.where = {place}

    @rule(place=PLACES)
    def associate(self, place: str) -> None:
        """Associate the reality data: carried out where it is not associated yet."""
        if not self.where and place == "itwin_a":
            return
        wanted = (409,) if place in self.where else (200,)
        send = lambda data: self.owner.associate(data, self.itwins[place])  # noqa: E731 - named for the line below
        if self._take(f"associate(data, {place})", ASSOCIATE, send, wanted):
            self.where = self.where | {place}

    @rule()
    def read(self) -> None:
        """Read the associations: they are the model's."""
        if not self._steps or self.refused == "read":
            return
        operation, where = self._steps[-1].operation, {self.itwins[name] for name in self.where}

        def look(data: str) -> Exchange:
            seen, response = eventual_associations(self.owner, data, where)
            expect.same_items(seen, where, "associations", response)
            return response

        self.step("read_associations(data)", operation, look)
        self.refused = "read"

    def _take(
        self, text: str, operation: str, send: Callable[[str], Exchange], wanted: tuple[int, ...]
    ) -> bool:
        """Send a step and tell whether it was carried out; what was just refused is not sent again."""
        if text == self.refused:
            return False

        def judged(data: str) -> Exchange:
            response = send(data)
            expect.status(response, *wanted)
            return response

        self.step(text, operation, judged)
        carried_out = wanted[0] < 300
        self.refused = "" if carried_out else text
        return carried_out


def both_once(machine: RealityDataMachine) -> None:
    """Take each step once, what matters most first."""
    machine.move("itwin_b")
    machine.associate("itwin_c")
    machine.read()
