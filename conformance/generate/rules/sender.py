"""Sends what rules want, and keeps one valid exchange of each operation: the positive control."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from conformance.checks.statuses import carried_out
from conformance.claims.endpoints import Endpoint
from conformance.claims.path_names import plain
from conformance.errors import NotJudged
from conformance.exchange.model import Exchange
from conformance.generate.world.reasons import Spent
from conformance.generate.world.requests import Draft
from conformance.generate.world.slots import slots_of
from conformance.generate.world.thing import Thing
from conformance.generate.world.things import World
from conformance.generate.world.undoing import SURE

FIRST_PAUSE: Final = 0.2
REREADS: Final = 3
NOT_FOUND: Final = 404
OTHER_ID: Final = frozenset({400, 404, 422})
"""Statuses after which another id of the same thing is tried."""


@dataclass(frozen=True)
class Valid:
    """A valid request of an operation as it went: the exchange, its draft, and the things it was about."""

    exchange: Exchange
    draft: Draft
    used: dict[str, Thing]


@dataclass
class Sender:
    """Sends what rules want.

    `credential_headers` are the names of the headers that carry a target's credentials besides a token;
    `pause` waits so many seconds, in all at most `patience`, for what was written to be shown; `seen` returns
    every exchange of an operation; `steps` bounds what sequences of one kind of things send; `username` is
    the owner's, "" for none.
    """

    world: World
    has_credentials: bool
    credential_headers: frozenset[str] = frozenset()
    pause: Callable[[float], None] = lambda _: None
    patience: float = 0.0
    seen: Callable[[Endpoint], Sequence[Exchange]] = lambda _: ()
    steps: int = 6
    username: str = ""
    _valid: dict[str, Valid | NotJudged] = field(default_factory=dict)
    _as_role: dict[tuple[str, str], Exchange] = field(default_factory=dict)

    def send(self, draft: Draft, role: str = "owner") -> Exchange:
        """Send a draft as a role; what it may create is in the ledger before it is sent."""
        return self.world.send_draft(draft, role)

    def valid_call(self, endpoint: Endpoint, *, anew: bool = False) -> Valid:
        """Return a valid exchange of the operation with its draft; sent once. `NotJudged` says why not.

        Sent `anew`, what was seen before stands where the budget allows no more.
        """
        if anew or endpoint.id not in self._valid:
            try:
                self._valid[endpoint.id] = self._call(endpoint)
            except Spent as why:
                self._valid.setdefault(endpoint.id, why)
            except NotJudged as why:
                self._valid[endpoint.id] = why
        found = self._valid[endpoint.id]
        if isinstance(found, NotJudged):
            raise found
        return found

    def known(self, endpoint: Endpoint) -> Valid | NotJudged | None:
        """Return the valid exchange of the operation, or why there is none; None where none was tried."""
        return self._valid.get(endpoint.id)

    def why_failed(self, endpoint: Endpoint) -> NotJudged | None:
        """Return why no valid request of the operation succeeded, None where one did, or none was tried."""
        found = self.known(endpoint)
        try:
            if isinstance(found, Valid):
                self.succeeded(endpoint)
        except NotJudged as why:
            return why
        return None if isinstance(found, Valid) else found

    def succeeded(self, endpoint: Endpoint) -> Valid:
        """Return a valid exchange that was carried out: the positive control of whatever is refused."""
        found = self.valid_call(endpoint)
        if not carried_out(found.exchange):
            what = f"no valid request of {endpoint.id} succeeded: {found.exchange.summary()}"
            raise NotJudged(what, (found.exchange.id,))
        return found

    def as_role(self, endpoint: Endpoint, role: str) -> Exchange:
        """Return what the operation's valid request is answered with as this role; sent once."""
        key = (endpoint.id, role)
        if key not in self._as_role:
            self._as_role[key] = self.send(self.succeeded(endpoint).draft, role)
        return self._as_role[key]

    def eventually(self, read: Callable[[], Exchange], holds: Callable[[Exchange], object]) -> Exchange:
        """Return what is read once it holds, or last of all: a write may take a while to be shown."""
        seen, waited, pause = read(), 0.0, FIRST_PAUSE
        for _ in range(REREADS):
            if holds(seen) or waited + pause > self.patience:
                break
            self.pause(pause)
            waited, pause = waited + pause, pause * 3
            seen = read()
        return seen

    def renewed(self, draft: Draft) -> Draft:
        """Return a draft of the same request with new names; with a new id where the path has that."""
        slots = slots_of(draft.endpoint.path)
        if self.created_by(draft.endpoint) is None or not draft.endpoint.path.rstrip("/").endswith("}"):
            return self.world.again(draft)
        name = self.world.drafts.chosen_id(draft.endpoint, slots[-1].name, slots[-1].kind)
        self.world.undoing.invented.add(name)
        return self.world.again(replace(draft, params={**draft.params, slots[-1].name: name}))

    def created_by(self, endpoint: Endpoint) -> str | None:
        """Return the slot whose things this operation creates first of all, or None.

        What it creates may be found below several paths; below its own is where it surely is.
        """
        if endpoint.safe:
            return None
        found = list(self._created_by(endpoint))
        here, slots = plain(endpoint.path), self.world.producers.slots
        own = (prefix for prefix in found if here in {plain(slots[prefix].collection), plain(prefix)})
        return next(own, found[0] if found else None)

    def _created_by(self, endpoint: Endpoint) -> Iterator[str]:
        for prefix, producers in self.world.producers.table.items():
            makers = [p for p in producers if p.source in SURE and self.world.producers.makes(p)]
            own = next((p for p in makers if p.operation == endpoint.id), None)
            # Under the id in its path an operation changes what another one creates, where there is one.
            if own is not None and (own.place != "path" or own == makers[0]):
                yield prefix

    def _call(self, endpoint: Endpoint) -> Valid:
        world = self.world
        if (slot := self.created_by(endpoint)) is not None:
            try:
                thing = world.get(slot)
            except NotJudged:
                if endpoint.id not in world.creations:
                    raise
                return Valid(*world.creations[endpoint.id], {})
            if thing.made is not None and thing.draft is not None and thing.made.operation_id == endpoint.id:
                return Valid(thing.made, thing.draft, {slot: thing})
        own = slots_of(endpoint.path)
        chosen: dict[str, Thing] = {}
        if own and endpoint.method == "DELETE":
            chosen[own[-1].prefix] = world.fresh(own[-1].prefix)
        params, used = world.params_of(endpoint, chosen)
        if why := world.may_send(endpoint, used):
            raise NotJudged(why)
        exchange, draft = world.tried(endpoint, params)
        if exchange.status == NOT_FOUND and endpoint.method != "DELETE" and world.ended(used):
            params, used = world.params_of(endpoint)
            exchange, draft = world.tried(endpoint, params)
        others = {thing.slot.name: thing.other for thing in used.values() if thing.other}
        if exchange.status in OTHER_ID and others:
            exchange, draft = world.tried(endpoint, {**params, **others})
        return Valid(exchange, draft, used)
