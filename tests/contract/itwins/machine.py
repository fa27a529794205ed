"""A model of the rules of resources: generated creates are answered as they say, and the list agrees."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from conformance.checks import expect
from conformance.exchange.model import Exchange
from conformance.generate.state_machine import Sequences, TargetMachine, rule, st

from ..reads import eventual_resources, ids_of

if TYPE_CHECKING:
    from tests.contract.actors import Actor
    from tests.contract.world import World

CREATE = "createRepositoryResource"
NUMBERS = st.integers(1, 3)
Names = Callable[[str], str]
"""Returns the id or name of this sequence that a program calls ``id_1`` or ``name_1``."""


class ResourceMachine(TargetMachine):
    """Resources are created with few ids and names; the model is which are taken."""

    def __init__(self, sequences: Sequences[Names], owner: Actor, world: World) -> None:
        super().__init__(sequences)
        self.owner, self.repository = owner, world.repository_of("WebMapTileService")
        self.taken: set[tuple[str, str]] = set()

    @rule(id_=NUMBERS, name=NUMBERS)
    def create(self, id_: int, name: int) -> None:
        """Create a resource: carried out where neither its id nor its name is taken."""
        pair = (f"id_{id_}", f"name_{name}")
        clash = any(set(pair) & set(other) for other in self.taken)
        if (*pair, clash) == (*self._last(), True):
            return  # just refused

        def send(names: Names) -> Exchange:
            body = {"id": names(pair[0]), "displayName": names(pair[1])}
            response = self.owner.create_resource(self.repository, body)
            expect.status(response, 409 if clash else 201)
            return response

        self.step(f"create_resource(repository, {pair[0]}, {pair[1]})", CREATE, send)
        self.taken |= set() if clash else {pair}

    def _last(self) -> tuple[str, ...]:
        """Return id and name of the step before this one."""
        return tuple(self._steps[-1].text.rstrip(")").split(", ")[1:]) if self._steps else ()

    @rule()
    def read(self) -> None:
        """Read the list: it holds what was created."""
        if not self._steps or not self.taken or not self._last():
            return
        wanted = [id_ for id_, _ in self.taken]

        def look(names: Names) -> Exchange:
            ids = set(map(names, wanted))
            listed = ids_of(eventual_resources(self.owner, self.repository, lambda seen: ids <= set(seen)))
            response = self.owner.client.recorder.exchanges.newest
            lost = [name for name in wanted if names(name) not in listed]
            expect.equal(sorted(lost), [], "created and not listed", response)
            return response

        self.step("read_resources(repository)", CREATE, look)


def once(machine: ResourceMachine) -> None:
    """Take each step once, what matters most first."""
    machine.create(1, 1)
    machine.read()
