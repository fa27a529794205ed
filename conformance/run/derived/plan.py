"""What a run of an added API would do: whence each id, what is blocked or not sent, and the price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
        found: dict[str, Step] = {}
        while True:
            more = [
                s
                for slot in self.producers.slots.values()
                if slot.prefix not in found and (s := self._step(slot, found))
            ]
            if not more:
                return list(found.values())
            found |= {step.slot.prefix: step for step in more}

    def _step(self, slot: Slot, known: Mapping[str, Step]) -> Step | None:
        for producer in self.producers.table[slot.prefix]:
            maker = self.producers.by_id.get(producer.operation)
            if maker is None:
                return Step(slot, producer, "")
            chosen = {slot.prefix} if producer.place == "path" else set()
            needed = [each.prefix for each in slots_of(maker.path) if each.prefix not in chosen]
            if all(prefix in known for prefix in needed):
                after = tuple(
                    dict.fromkeys(known[prefix].request for prefix in needed if known[prefix].request)
                )
                return Step(slot, producer, maker.label, after)
        return None

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
