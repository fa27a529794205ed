"""What a rule is given: an operation, the world, and ways to send; and the registry of the rules."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Final

from conformance.checks.statuses import carried_out
from conformance.claims.endpoints import Endpoint
from conformance.claims.level import Level
from conformance.errors import NotJudged, Violation
from conformance.exchange.model import Exchange
from conformance.generate.rules.sender import Sender, Valid
from conformance.generate.world.requests import Draft
from conformance.generate.world.slots import slots_of
from conformance.generate.world.thing import Thing
from conformance.generate.world.things import World


@dataclass(frozen=True)
class Case:
    """One instance of a rule: the operation, the member that it speaks of, and its level."""

    sender: Sender
    endpoint: Endpoint
    member: str = ""
    level: Level = Level.MUST

    @property
    def world(self) -> World:
        """Return the world."""
        return self.sender.world

    def control(self) -> Valid:
        """Return the operation's valid exchange that was carried out, its draft and its things."""
        return self.sender.succeeded(self.endpoint)

    def send(self, draft: Draft, role: str = "owner") -> Exchange:
        """Send a draft as a role."""
        return self.sender.send(draft, role)

    def own_slot(self) -> str:
        """Return the prefix of the path's last parameter."""
        return slots_of(self.endpoint.path)[-1].prefix

    def our_thing(self, *, fresh: bool = False) -> Thing:
        """Return a thing of ours that a read confirmed, for the path's last parameter."""
        thing = (self.world.fresh if fresh else self.world.get)(self.own_slot())
        if not (thing.ours and thing.confirmed):
            raise NotJudged("there is no thing of ours that a read confirmed")
        return thing

    def about(self, thing: Thing) -> Draft:
        """Return a valid draft of the operation about this thing, unsent; with names of its own."""
        params = {n: thing.params[n] for n in self.endpoint.path_names if n in thing.params}
        if set(self.endpoint.path_names) - params.keys():
            params, _ = self.world.params_of(self.endpoint, {thing.slot.prefix: thing})
        try:
            valid = self.sender.valid_call(self.endpoint)
        except NotJudged:
            return next(self.world.drafts.drafts(self.endpoint, params))
        draft, name = valid.draft, thing.slot.name
        if thing.other and draft.params.get(name) in {each.other for each in valid.used.values()}:
            params[name] = thing.other
        return replace(self.world.again(draft), params=params)

    def read(self, thing: Thing) -> Exchange:
        """Return a read of a thing that was carried out; `NotJudged` where there is none."""
        seen = self.world.read(thing)
        if seen is None:
            raise NotJudged("the definition has no read of it")
        if not carried_out(seen):
            raise NotJudged(f"it cannot be read: {seen.summary()}", (seen.id,))
        return seen


def must(holds: object, expected: str, exchange: Exchange, actual: str = "") -> None:
    """Raise a `Violation` with this exchange as its evidence unless it holds."""
    if not holds:
        raise Violation(expected, actual or exchange.summary(), (exchange.id,))


Judge = Callable[[Case], None]
"""Judges a case: returns where it holds, raises `Violation`, or `NotJudged` where nobody can tell."""
_RULES: Final[dict[str, Judge]] = {}


def rule(name: str) -> Callable[[Judge], Judge]:
    """Register a function as the judge of the rule of this name."""

    def register(judge: Judge) -> Judge:
        _RULES[name] = judge
        return judge

    return register


def known_rules() -> Mapping[str, Judge]:
    """Return the judge of every rule by its name."""
    from conformance.generate import rules

    for module in pkgutil.iter_modules(rules.__path__):
        import_module(f"{rules.__name__}.{module.name}")
    return _RULES
