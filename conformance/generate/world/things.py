"""The world: makes, finds, deletes and misses things of every kind, and remembers what could not be had."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from conformance.checks.statuses import carried_out
from conformance.claims.endpoints import Endpoint
from conformance.claims.path_names import plain
from conformance.errors import NotJudged
from conformance.exchange.model import ABSENT, Exchange
from conformance.generate.world.confirming import NOT_FOUND, Confirming
from conformance.generate.world.ids import squeezed
from conformance.generate.world.kept import Kept
from conformance.generate.world.mending import mended
from conformance.generate.world.producers import Producers
from conformance.generate.world.reach import Reach
from conformance.generate.world.reasons import Circular, Spent, weightier
from conformance.generate.world.requests import Draft, Drafts
from conformance.generate.world.slots import INVENTED, Producer, Slot, slots_of
from conformance.generate.world.thing import Thing, unknown_id
from conformance.generate.world.undoing import Undoing
from conformance.generate.world.values_of import texts_of, values_of
from conformance.generate.world.worked import Worked

TRIES: Final = 7
"""So many bodies of a request are tried."""
MISFITS: Final = frozenset({400, 409, 415, 422, 500, 501})
"""Statuses after which another body is tried."""


@dataclass
class World:
    """Things of every kind and variant; what failed once is not tried again.

    `may_send` says why a valid request is not sent, "" where it is; it may raise `PutOff`. `creations` are
    the newest creations by operation, also those whose response gave no usable id.
    """

    producers: Producers
    drafts: Drafts
    reach: Reach
    fixtures: Mapping[str, str] = field(default_factory=dict)
    may_send: Callable[[Endpoint, Mapping[str, Thing]], str] = lambda *_: ""
    seed: int = 1
    creations: dict[str, tuple[Exchange, Draft]] = field(default_factory=dict)
    _open: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin to keep the account of what must be deleted again, and of what is shown."""
        self.undoing = Undoing(self.producers, self.drafts)
        self.kept = Kept(self.undoing.stays)
        self._worked = Worked(self.drafts)
        self._confirming = Confirming(self.read, self.reach.pause, self.reach.patience, self._listed)

    def get(self, prefix: str, variant: str = "ours", role: str = "owner") -> Thing:
        """Return a thing of a slot: ours (or what is there, where none can be made) or unknown.

        `NotJudged` says why there is none; the same reason is given whenever it is asked for again.
        """
        key = (prefix, variant, role)
        found = self.kept.found.get(key)
        if found is None:
            try:
                found = self._get(prefix, variant, role)
            except NotJudged as why:
                found = why
            if not isinstance(found, Spent) and (not isinstance(found, Circular) or not self._open):
                self.kept.found[key] = found
        if isinstance(found, NotJudged):
            raise found
        return found

    def fresh(self, prefix: str, role: str = "owner") -> Thing:
        """Return a new thing that nothing else uses; `NotJudged` where none can be made."""
        known = self.kept.failed.get((prefix, role)) or self.kept.found.get((prefix, "ours", role))
        if isinstance(known, NotJudged):
            raise known
        if (prefix, role) in self._open:
            raise Circular(f"{prefix}: to make one takes one")
        if self.undoing.stays(prefix):
            raise NotJudged(f"{prefix}: nothing deletes one, so that no other is made")
        self._open.append((prefix, role))
        try:
            return self._make(prefix, role, fresh=True)
        except NotJudged as why:
            if not isinstance(why, Circular | Spent) or len(self._open) == 1:
                self.kept.failed[prefix, role] = why
            raise
        finally:
            self._open.pop()

    def _get(self, prefix: str, variant: str, role: str) -> Thing:
        if variant == "ours":
            if (prefix, role) in self._open:
                raise Circular(f"{prefix}: to find one takes one")
            self._open.append((prefix, role))
            try:
                return self._make(prefix, role, fresh=False)
            finally:
                self._open.pop()
        like = self.get(prefix, "ours", role)
        name = unknown_id(like.id, self.seed)
        self.undoing.invented.add(name)
        return replace(like, id=name, params={**like.params, like.slot.name: name}, ours=False)

    def params_of(
        self, endpoint: Endpoint, things: Mapping[str, Thing] | None = None, role: str = "owner"
    ) -> tuple[dict[str, str], dict[str, Thing]]:
        """Return a value for each parameter of a path, and the things that they stand for by prefix."""
        found: dict[str, str] = {}
        used: dict[str, Thing] = {}
        for slot in reversed(slots_of(endpoint.path)):
            thing = (things or {}).get(slot.prefix)
            if thing is None and slot.name in found:
                above = self.kept.found.get((slot.prefix, "ours", role))
                if isinstance(above, Thing) and above.id == found[slot.name]:
                    used[slot.prefix] = above
                continue
            thing = thing or self.get(slot.prefix, "ours", role)
            used[slot.prefix] = thing
            above_it = {k: v for k, v in thing.params.items() if f"{{{k}}}" in endpoint.path}
            found = {**above_it, **found, slot.name: thing.id}
        return {name: found[name] for name in endpoint.path_names}, used

    def send_draft(self, draft: Draft, role: str = "owner") -> Exchange:
        """Send a request of a draft, with the undo of whatever it may create."""
        request = self.drafts.request(draft, undo=self.undoing.undo_of(draft, role))
        try:
            exchange = self.reach.send(request, role)
        except NotJudged as why:
            seen = self.reach.recall(why.evidence[-1]) if why.evidence else None
            if seen is not None:
                self.creations[draft.endpoint.id] = (seen, draft)
            raise
        if self.drafts.turns(draft, exchange):
            return self.send_draft(draft, role)
        self.undoing.note(draft, exchange)
        if carried_out(exchange):
            self.drafts.learned.note(draft.endpoint, exchange)
            self._worked.note(draft, exchange)
        return exchange

    def again(self, draft: Draft) -> Draft:
        """Return a draft of the same request with new names of its own, mended as it was."""
        return self._worked.like(self.drafts.again(draft), draft)

    def tried(
        self, endpoint: Endpoint, params: Mapping[str, str], role: str = "owner"
    ) -> tuple[Exchange, Draft]:
        """Send valid requests until one is not refused for its body; return the last of them.

        What was carried out before is tried first, mended as it was.
        """
        last, ahead = None, self._worked.likeliest(self.drafts.drafts(endpoint, params))
        for _ in range(TRIES):
            if not ahead:
                break
            draft = ahead.pop(0)
            last = (self.send_draft(draft, role), draft)
            if last[0].status not in MISFITS and not self._is_of_the_body(last[0], draft):
                break
            better = mended(draft, last[0], self.drafts.maker(endpoint))
            if better is not None:
                ahead.insert(0, better)
        if last is None:
            raise NotJudged(f"{endpoint.id}: no valid request can be made")
        return last

    def ended(self, used: Mapping[str, Thing]) -> bool:
        """Tell whether a thing of ours that was there is there no more, and forget it with what is in it."""
        for thing in used.values():
            seen = self.read(thing) if thing.ours and thing.confirmed else None
            if seen is not None and seen.status == NOT_FOUND:
                self.kept.drop(thing)
                return True
        return False

    def _is_of_the_body(self, refusal: Exchange, draft: Draft) -> bool:
        """Tell whether a 404 speaks of what body or query refer to: a read showed all that the path names."""
        if refusal.status != NOT_FOUND or draft.endpoint.method == "DELETE":
            return False
        if draft.json is ABSENT:
            return not draft.params and any(p.get("in") == "query" for p in draft.endpoint.parameters)
        known = (found for found in self.kept.things if found.confirmed)
        return set(draft.params.values()) <= {found.id for found in known} or any(
            text in refusal.text for text in texts_of(draft.json) - set(draft.params.values())
        )

    def _make(self, prefix: str, role: str, *, fresh: bool) -> Thing:
        slot = self.producers.slots[prefix]
        reasons: list[str] = []
        kind: type[NotJudged] = NotJudged
        unseen: Thing | None = None
        for producer in self.producers.table[prefix] or INVENTED:
            if fresh and not self.producers.makes(producer):
                continue
            try:
                made = self._made(slot, producer, role)
                if unseen is None and made.ours:
                    unseen = made
                return self._confirmed(made, role)
            except Spent:
                raise
            except NotJudged as why:
                kind = weightier(kind, why)
                reasons.append(f"{producer}: {why.reason}")
        if unseen is not None:
            return unseen
        what = f"nothing of the definition {'creates one' if fresh else 'gives its value'}"
        raise kind(f"{slot.name} of {prefix}: {'; '.join(reasons)[:600] or what}")

    def _made(self, slot: Slot, producer: Producer, role: str) -> Thing:
        if producer.place in {"value", "fixture", "invented"}:
            return self._given(slot, producer, role)
        endpoint = self.producers.by_id.get(producer.operation)
        if endpoint is None:
            raise NotJudged(f"the definition has no operation {producer.operation}")
        chosen: dict[str, Thing] = {}
        if producer.place == "path":
            name = self.drafts.chosen_id(endpoint, slot.name, slot.kind)
            self.undoing.invented.add(name)
            chosen[slot.prefix] = Thing(slot, name, {slot.name: name}, role=role, origin="chosen")
        params, used = self.params_of(endpoint, chosen, role)
        if why := self.may_send(endpoint, used):
            raise NotJudged(why)
        lasting = self._worked.lasting(endpoint, params, role)
        exchange, draft = lasting or self.tried(endpoint, params, role)
        if not carried_out(exchange):
            raise NotJudged(
                f"{endpoint.id} was answered with {exchange.summary()} {exchange.text[:160]}".strip(),
                (exchange.id,),
            )
        self.creations[endpoint.id] = (exchange, draft)
        for value in values_of(exchange, draft, slot, producer):
            ours = self.producers.makes(producer)
            thing = Thing(
                slot, value, {**params, slot.name: value}, ours, made=exchange, draft=draft, role=role
            )
            self._note_alive(thing)
            return thing
        raise NotJudged(f"{endpoint.id} answered {exchange.summary()} without such a value", (exchange.id,))

    def _note_alive(self, thing: Thing) -> None:
        item = self.item(thing.slot.prefix, "DELETE")
        if thing.ours and item is not None and not set(item.path_names) - thing.params.keys():
            self.undoing.alive(self._path_of(item, thing), thing.role)

    def _given(self, slot: Slot, producer: Producer, role: str) -> Thing:
        """Return the thing that a fixture, the override or the definition itself names."""
        value = producer.at
        if producer.place == "invented":
            name = self.drafts.unique(slot.kind or "thing")
            value = squeezed(name) if producer.at else name
        if producer.place == "fixture":
            if value not in self.fixtures:
                raise NotJudged(f"the target has no fixture {value}")
            value = self.fixtures[value]
        origin = "given" if producer.source == "definition" else ""
        is_sure = producer.place == "fixture" or bool(origin)
        return Thing(slot, value, {slot.name: value}, confirmed=is_sure, role=role, origin=origin)

    def item(self, prefix: str, method: str) -> Endpoint | None:
        """Return the operation of this method on the item of a slot, or None."""
        return next((e for e in self.producers.by_path.get(plain(prefix), ()) if e.method == method), None)

    def collection(self, prefix: str, method: str) -> Endpoint | None:
        """Return the operation of this method on the collection of a slot, or None."""
        slot = self.producers.slots[prefix]
        here = self.producers.by_path.get(plain(slot.collection), ())
        return next((e for e in here if e.method == method), None)

    def read(self, thing: Thing, role: str = "") -> Exchange | None:
        """Send the GET of a thing and return the exchange; None where there is no such operation."""
        item = self.item(thing.slot.prefix, "GET")
        if item is None or set(item.path_names) - thing.params.keys():
            return None
        draft = next(self.drafts.drafts(item, {n: thing.params[n] for n in item.path_names}))
        return self.send_draft(draft, role or thing.role)

    def _listed(self, thing: Thing, role: str) -> Exchange | None:
        """Return the exchange of the GET of a thing's collection; None where there is none."""
        collection = self.collection(thing.slot.prefix, "GET")
        if collection is None or set(collection.path_names) - thing.params.keys():
            return None
        draft = next(self.drafts.drafts(collection, {n: thing.params[n] for n in collection.path_names}))
        return self.send_draft(draft, role)

    def _confirmed(self, thing: Thing, role: str) -> Thing:
        found = self._confirming.confirmed(thing, role)
        if found.id != thing.id and (item := self.item(thing.slot.prefix, "DELETE")) is not None:
            self.reach.moved(self._path_of(item, thing), self._path_of(item, found))
            self._note_alive(found)
        return found

    def _path_of(self, item: Endpoint, thing: Thing) -> str:
        return self.drafts.path(item, {n: thing.params[n] for n in item.path_names})
