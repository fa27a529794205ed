"""What a run of an added API would do: whence each id, what is blocked or not sent, and the price."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from conformance.claims.added import AddedApi
from conformance.claims.endpoints import Endpoint
from conformance.claims.requirement import Requirement
from conformance.claims.rules import Rule
from conformance.errors import NotJudged
from conformance.generate.world.producers import Producers
from conformance.generate.world.slots import Producer, Slot, slots_of
from conformance.generate.world.survey import producers_of
from conformance.run.derived.guard import Guard
from conformance.run.derived.spending import limit_of

UNDO: Final = 1
"""Requests that deleting a thing takes."""


@dataclass(frozen=True)
class Step:
    """Whence the value of a parameter is taken, and what must be there before."""

    slot: Slot
    producer: Producer
    request: str
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Missing:
    """A parameter that nothing gives a value, and the operations that wait for it."""

    slot: Slot
    operations: tuple[str, ...]

    @property
    def line(self) -> str:
        """Return the line of the override that would give it one."""
        return f"ids: {{{self.slot.name}: {{fixture: {self._fixture}}}}}"

    @property
    def _fixture(self) -> str:
        return (
            "".join(f"_{c.lower()}" if c.isupper() else c for c in self.slot.name)
            .strip("_")
            .replace("-", "_")
        )


@dataclass(frozen=True)
class Plan:
    """The plan of one API with its derived requirements."""

    api: AddedApi
    rows: Sequence[Requirement]
    rules: Mapping[str, Rule]

    @cached_property
    def producers(self) -> Producers:
        """Return who makes the value of each parameter."""
        return producers_of(self.api)

    @cached_property
    def steps(self) -> Sequence[Step]:
        """Return whence each value comes, in an order in which each needs only what stands before it."""
        known: set[str] = set()
        slots = self.producers.slots.values()
        while more := {s.prefix for s in slots if s.prefix not in known and self._first(s, known)}:
            known |= more
        found: dict[str, Step] = {}
        while True:
            # The surest one may need what comes later; a less sure one is taken where nothing else is left.
            left = [slot for slot in slots if slot.prefix in known - found.keys()]
            sure = [
                (s, p) for s in left if (p := self._first(s, known)) and self._needs(s, p) <= found.keys()
            ]
            chosen = sure or [(s, p) for s in left if (p := self._first(s, found.keys()))][:1]
            if not chosen:
                return list(found.values())
            found |= {slot.prefix: self._step(slot, producer, found) for slot, producer in chosen}

    def _first(self, slot: Slot, known: Container[str]) -> Producer | None:
        """Return the surest producer of a value that needs only what is known."""
        for producer in self.producers.table[slot.prefix]:
            if all(prefix in known for prefix in self._needs(slot, producer)):
                return producer
        return None

    def _needs(self, slot: Slot, producer: Producer) -> set[str]:
        maker = self.producers.by_id.get(producer.operation)
        chosen = {slot.prefix} if producer.place == "path" else set()
        return {each.prefix for each in slots_of(maker.path)} - chosen if maker else set()

    def _step(self, slot: Slot, producer: Producer, known: Mapping[str, Step]) -> Step:
        maker = self.producers.by_id.get(producer.operation)
        needed = [known[prefix].request for prefix in sorted(self._needs(slot, producer), key=len)]
        return Step(slot, producer, maker.label if maker else "", tuple(dict.fromkeys(filter(None, needed))))

    @cached_property
    def missing(self) -> Sequence[Missing]:
        """Return the parameters without a value, those of most operations first."""
        known = {step.slot.prefix for step in self.steps}
        found = []
        for prefix, slot in self.producers.slots.items():
            above = [each.prefix for each in slots_of(prefix)][:-1]
            if prefix not in known and all(each in known for each in above):
                waiting = [
                    e.label for e in self.api.endpoints if any(s.prefix == prefix for s in slots_of(e.path))
                ]
                found.append(Missing(slot, tuple(waiting)))
        return sorted(found, key=lambda each: (-len(each.operations), each.slot.prefix))

    @cached_property
    def not_sent(self) -> Mapping[str, str]:
        """Return why an operation about nothing in particular is not sent to a target elsewhere."""
        guard = Guard(self.api, writes=True, is_loopback=False, creates=self._creates)
        return {e.label: why for e in self.api.endpoints if not e.path_names and (why := _why_not(guard, e))}

    def _creates(self, endpoint: Endpoint) -> bool:
        made = [step.slot.prefix for step in self.steps if step.request == endpoint.label]
        deletes = {e.path for e in self.api.endpoints if e.method == "DELETE"}
        return any(prefix in deletes for prefix in made)

    def price(self, profile: str) -> tuple[int, int]:
        """Return how many requests a run may take at least, and at most."""
        operations = len(self.api.endpoints)
        created = sum(
            1 + UNDO for step in self.steps if step.producer.place in {"response", "location", "path"}
        )
        wanted = operations + created + sum(self.rules[row.rule].cost for row in self.rows)
        most = limit_of(profile, operations)
        return min(wanted, most), most


def _why_not(guard: Guard, endpoint: Endpoint) -> str:
    try:
        return guard.why_not(endpoint, {})
    except NotJudged as why:
        return why.reason
