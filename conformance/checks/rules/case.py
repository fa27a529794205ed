"""What a rule is given: an operation, the world, and ways to send; and the registry of the rules."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any, Final

from conformance.checks.statuses import carried_out
from conformance.claims.endpoints import Endpoint
from conformance.claims.level import Level
from conformance.errors import NotJudged, Violation
from conformance.exchange.model import Exchange
from conformance.generate.world.producers import slots_of
from conformance.generate.world.requests import Draft
from conformance.generate.world.things import TRIES, Thing, World

MISFITS: Final = frozenset({400, 409, 415, 422})
"""Statuses after which another valid body is tried."""


@dataclass
class Sender:
    """Sends what rules want, and keeps the one valid exchange of each operation."""

    world: World
    has_credentials: bool
    valid: dict[str, tuple[Exchange, Draft, dict[str, Thing]] | NotJudged] = field(default_factory=dict)

    def send(self, draft: Draft, role: str = "owner") -> Exchange:
        """Send a draft of a request that creates nothing, as it stands."""
        return self.world.send(self.world.drafts.request(draft), role)

    def valid_call(self, endpoint: Endpoint) -> tuple[Exchange, Draft, dict[str, Thing]]:
        """Return a valid exchange of the operation with its draft; sent once. `NotJudged` says why not."""
        if endpoint.id not in self.valid:
            try:
                self.valid[endpoint.id] = self._call(endpoint)
            except NotJudged as why:
                self.valid[endpoint.id] = why
        found = self.valid[endpoint.id]
        if isinstance(found, NotJudged):
            raise found
        return found

    def succeeded(self, endpoint: Endpoint) -> tuple[Exchange, Draft, dict[str, Thing]]:
        """Return a valid exchange that was carried out: the positive control of whatever is refused."""
        found = self.valid_call(endpoint)
        if not carried_out(found[0]):
            raise NotJudged(f"no valid request of {endpoint.id} succeeded: {found[0].summary()}", (found[0].id,))
        return found

    def _call(self, endpoint: Endpoint) -> tuple[Exchange, Draft, dict[str, Thing]]:
        world = self.world
        if (slot := self.created_by(endpoint)) is not None:
            thing = self._created(endpoint, slot)
            if thing is not None and thing.made is not None and thing.draft is not None:
                return thing.made, thing.draft, {slot: thing}
        own = slots_of(endpoint.path)
        chosen: dict[str, Thing] = {}
        if own and endpoint.method == "DELETE":
            chosen[own[-1].prefix] = world.fresh(own[-1].prefix)
        params, used = world.params_of(endpoint, chosen)
        if why := world.may_send(endpoint, used):
            raise NotJudged(why)
        last: tuple[Exchange, Draft, dict[str, Thing]] | None = None
        for number, draft in enumerate(world.drafts.drafts(endpoint, params)):
            if number == TRIES:
                break
            last = (self.send(draft), draft, used)
            if last[0].status not in MISFITS:
                break
        if last is None:
            raise NotJudged(f"{endpoint.id}: no valid request can be made")
        return last

    def _created(self, endpoint: Endpoint, slot: str) -> Thing | None:
        """Return what this creation made: the thing of the world where it made that, else a fresh one."""
        thing = self.world.get(slot)
        made = thing.made
        return thing if made is not None and made.request.operation is not None and made.request.operation.id == endpoint.id else None

    def created_by(self, endpoint: Endpoint) -> str | None:
        """Return the slot whose things this operation creates first of all, or None."""
        if endpoint.safe:
            return None
        for prefix, producers in self.world.producers.table.items():
            if producers and any(p.operation == endpoint.id and p.source in {"path", "link", "override"} for p in producers):
                return prefix
        return None


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

    def control(self) -> tuple[Exchange, Draft, dict[str, Thing]]:
        """Return the operation's valid exchange that was carried out, its draft and its things."""
        return self.sender.succeeded(self.endpoint)

    def send(self, draft: Draft, role: str = "owner") -> Exchange:
        """Send a draft as a role."""
        return self.sender.send(draft, role)

    def own_slot(self) -> str:
        """Return the prefix of the path's last parameter."""
        return slots_of(self.endpoint.path)[-1].prefix

    def about(self, thing: Thing) -> Draft:
        """Return a valid draft of the operation about this thing, unsent."""
        params = {n: thing.params[n] for n in self.endpoint.path_names if n in thing.params}
        if set(self.endpoint.path_names) - params.keys():
            params, _ = self.world.params_of(self.endpoint, {thing.slot.prefix: thing})
        try:
            _, draft, _ = self.sender.valid_call(self.endpoint)
        except NotJudged:
            return next(self.world.drafts.drafts(self.endpoint, params))
        return replace(draft, params=params)


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
    from conformance.checks import rules  # noqa: PLC0415 - the rules import this module to register themselves

    for module in pkgutil.iter_modules(rules.__path__):
        import_module(f"{rules.__name__}.{module.name}")
    return _RULES


def same(sent: Any, read: Any) -> bool:
    """Tell whether what was read says what was sent; numbers and their texts, and times, are compared freely."""
    if isinstance(sent, dict) and isinstance(read, dict):
        return all(same(value, read[name]) for name, value in sent.items() if name in read)
    if isinstance(sent, list) and isinstance(read, list):
        return len(sent) == len(read) and all(map(same, sent, read))
    if isinstance(sent, bool) or isinstance(read, bool):
        return sent is read
    return str(sent) == str(read)
