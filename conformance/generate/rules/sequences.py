"""Sequences of requests about things of one kind: what is done to one leaves the others as they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final

from conformance.checks.statuses import carried_out
from conformance.errors import NotJudged, Violation
from conformance.exchange.model import Exchange
from conformance.generate.rules.absent import NOT_FOUND
from conformance.generate.rules.case import Case, rule
from conformance.generate.rules.written import changed_body
from conformance.generate.world.thing import Thing, body_of, subject
from conformance.generate.world.values import OWN

CHANGES: Final = ("PATCH", "PUT")
Shown = Mapping[str, Any]
"""The members of a thing, as a read showed them."""


@dataclass
class Siblings:
    """The things that one sequence made, by number, and what the last read of each showed.

    That is None of one that a read showed to be gone. `outlived` are those that a read showed after the
    newest was made: where only so many can be, a new one takes the place of an old one.
    """

    case: Case
    slot: str
    things: dict[int, Thing] = field(default_factory=dict)
    shown: dict[int, Shown | None] = field(default_factory=dict)
    outlived: set[int] = field(default_factory=set)
    proof: list[str] = field(default_factory=list)

    def create(self, number: int) -> Exchange:
        """Make another thing; `NotJudged` where it is not told from the others."""
        thing = self.case.world.fresh(self.slot)
        made = thing.made
        if made is None or made.operation_id != self.case.endpoint.id or not thing.confirmed:
            raise NotJudged("it creates nothing that a read confirms")
        if thing.id in {each.id for each in self.things.values()}:
            raise NotJudged(f"it gives the same thing again: {thing.id}", (made.id,))
        self.things[number] = thing
        self.outlived = {number}
        self.shown[number] = _shown(self.case.read(thing), thing)
        return self._seen(made)

    def change(self, number: int) -> Exchange:
        """Change one thing, and keep what a read shows then; look at it where nothing can be changed."""
        thing = self.things[number]
        endpoint = next(e for m in CHANGES if (e := self.case.world.item(self.slot, m)))
        case = replace(self.case, endpoint=endpoint)
        shown = self.shown[number] or {}
        try:
            draft = case.about(thing)
            body, name = changed_body(case, draft.json, dict(shown))
        except NotJudged:
            return self.look(number)
        sent = self._seen(case.send(replace(draft, json=body)))
        wanted = body[name] if carried_out(sent) else shown[name]
        read = case.sender.eventually(
            lambda: case.read(thing), lambda seen: _shown(seen, thing).get(name) == wanted
        )
        self.shown[number] = _shown(read, thing)
        return sent

    def delete(self, number: int) -> Exchange:
        """Delete one thing, and keep that a read shows it no more."""
        thing = self.things[number]
        endpoint = self.case.world.item(self.slot, "DELETE")
        assert endpoint is not None, "the rule applies where things can be deleted"  # noqa: S101 - for mypy
        sent = self._seen(self.case.send(replace(self.case, endpoint=endpoint).about(thing)))
        if not carried_out(sent):
            raise NotJudged(f"the DELETE was answered with {sent.summary()}", (sent.id,))
        read = self.case.sender.eventually(lambda: self._read(thing), lambda seen: seen.status in NOT_FOUND)
        if read.status not in NOT_FOUND:
            raise NotJudged(f"after its DELETE a read is answered with {read.summary()}", (sent.id, read.id))
        self.shown[number] = None
        return sent

    def look(self, number: int) -> Exchange:
        """Judge that one thing is as it was when a read showed it last."""
        thing, before = self.things[number], self.shown[number]
        read = self.case.sender.eventually(
            lambda: self._read(thing), lambda seen: _agrees(seen, thing, before)
        )
        self._seen(read)
        if not _agrees(read, thing, before):
            if not carried_out(read) and not (read.status in NOT_FOUND and number in self.outlived):
                raise NotJudged(f"thing_{number} cannot be read: {read.summary()}", (read.id,))
            what = "is gone, as a read showed" if before is None else "is as a read showed it last"
            raise Violation(f"thing_{number} {what}", _difference(read, thing, before), tuple(self.proof))
        self.outlived.add(number)
        return read

    def _read(self, thing: Thing) -> Exchange:
        seen = self.case.world.read(thing)
        if seen is None:
            raise NotJudged("the definition has no read of it")
        return seen

    def _seen(self, exchange: Exchange) -> Exchange:
        self.proof.append(exchange.id)
        return exchange


def _shown(read: Exchange, thing: Thing) -> Shown:
    return subject(body_of(read), thing.id) or {}


def _agrees(read: Exchange, thing: Thing, before: Shown | None) -> bool:
    if before is None or not carried_out(read):
        return before is None and not carried_out(read)
    return not list(_changed(read, thing, before))


def _changed(read: Exchange, thing: Thing, before: Shown) -> Iterator[str]:
    """Say of each member that held a name which the run made up, and holds another now."""
    for name, now in _shown(read, thing).items():
        was = before.get(name)
        if isinstance(was, str) and OWN in was and was != now:
            yield f"{name} is {str(now)[:80]!r}, was {was[:80]!r}"


def _difference(read: Exchange, thing: Thing, before: Shown | None) -> str:
    if before is None or not carried_out(read):
        return read.summary()
    return "; ".join(_changed(read, thing, before))


@rule("others-unchanged")
def what_is_done_to_one_leaves_the_others(case: Case) -> None:
    """Judge sequences of creations, changes, deletions and reads of things of one kind by a model of them."""
    slot = case.sender.created_by(case.endpoint)
    if slot is None:
        raise NotJudged("nobody knows what it creates")
    from conformance.generate.siblings import violation_of

    items = {
        method: endpoint
        for method in ("GET", *CHANGES, "DELETE")
        if (endpoint := case.world.item(slot, method)) is not None
    }
    for endpoint in items.values():
        # A valid request of each is known before the first sequence begins: none is sent in between.
        with suppress(NotJudged):
            case.sender.valid_call(endpoint)
    violation = violation_of(
        lambda: Siblings(case, slot),
        {method: endpoint.id for method, endpoint in items.items()} | {"POST": case.endpoint.id},
        seed=case.world.seed,
        steps=case.sender.steps,
    )
    if violation is not None:
        raise violation
