"""A thing of the target's, and the world that makes, finds, deletes and misses things."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from conformance.checks.statuses import carried_out
from conformance.claims.endpoints import Endpoint
from conformance.errors import NotJudged
from conformance.exchange.model import ABSENT, Exchange, Request, Undo
from conformance.generate.world.ids import ids_in_body, values_at
from conformance.generate.world.producers import Producer, Producers, Slot, plain, slots_of
from conformance.generate.world.requests import Draft, Drafts

TRIES: Final = 3
"""So many bodies of a creation are tried."""
GUID_LENGTH: Final = 36
Send = Callable[[Request, str], Exchange]


@dataclass(frozen=True)
class Thing:
    """A thing under an id; `params` are those of its path, `ours` tells that this run made it.

    `confirmed` tells that a read showed it; `made` is the exchange that gave its id, `draft` what was sent.
    """

    slot: Slot
    id: str
    params: Mapping[str, str]
    ours: bool = False
    confirmed: bool = False
    made: Exchange | None = None
    draft: Draft | None = None
    role: str = "owner"


@dataclass
class World:
    """Things of every kind and variant; what failed once is not tried again."""

    producers: Producers
    drafts: Drafts
    send: Send
    fixtures: Mapping[str, str] = field(default_factory=dict)
    may_send: Callable[[Endpoint, Mapping[str, Thing]], str] = lambda *_: ""
    seed: int = 1
    _kept: dict[tuple[str, str, str], Thing | NotJudged] = field(default_factory=dict)
    _failed: dict[tuple[str, str], NotJudged] = field(default_factory=dict)
    _open: list[tuple[str, str]] = field(default_factory=list)

    def get(self, prefix: str, variant: str = "ours", role: str = "owner") -> Thing:
        """Return a thing of a slot: ours, second, deleted, unknown, of-another-kind, foreign or malformed.

        `NotJudged` says why there is none; the same reason is given whenever it is asked for again.
        """
        key = (prefix, variant, role)
        found = self._kept.get(key)
        if found is None:
            try:
                found = self._get(prefix, variant, role)
            except NotJudged as why:
                found = why
            self._kept[key] = found
        if isinstance(found, NotJudged):
            raise found
        return found

    def fresh(self, prefix: str, role: str = "owner") -> Thing:
        """Return a new thing that nothing else uses; `NotJudged` where none can be made."""
        if (why := self._failed.get((prefix, role))) is not None:
            raise why
        if (prefix, role) in self._open:
            raise NotJudged(f"{prefix}: to make one takes one")
        self._open.append((prefix, role))
        try:
            return self._make(prefix, role, fresh=True)
        except NotJudged as why:
            self._failed[prefix, role] = why
            raise
        finally:
            self._open.pop()

    def forget(self) -> None:
        """Let later rules have fresh things instead of those that were used."""
        for key in [k for k, v in self._kept.items() if isinstance(v, Thing) and v.ours and k[1] in {"ours", "second"}]:
            del self._kept[key]

    def _get(self, prefix: str, variant: str, role: str) -> Thing:
        slot = self.producers.slots[prefix]
        match variant:
            case "ours":
                if (prefix, role) in self._open:
                    raise NotJudged(f"{prefix}: to find one takes one")
                self._open.append((prefix, role))
                try:
                    return self._make(prefix, role, fresh=False)
                finally:
                    self._open.pop()
            case "second":
                return self.fresh(prefix, role)
            case "foreign":
                return replace(self.get(prefix, "ours", "outsider"), role="outsider")
            case "deleted":
                return self._deleted(prefix, role)
        like = self.get(prefix, "ours", role)
        name = slot.name
        if variant == "unknown":
            return replace(like, id=unknown_id(like.id, self.seed), params={**like.params, name: unknown_id(like.id, self.seed)}, ours=False)
        if variant == "malformed":
            return replace(like, id="ct!malformed", params={**like.params, name: "ct!malformed"}, ours=False)
        for (other, kind, _), thing in self._kept.items():
            if kind == "ours" and isinstance(thing, Thing) and self.producers.slots[other].kind != slot.kind and thing.id != like.id:
                return replace(like, id=thing.id, params={**like.params, name: thing.id}, ours=False)
        raise NotJudged(f"{prefix}: nothing of another kind is there")

    def params_of(self, endpoint: Endpoint, things: Mapping[str, Thing] | None = None, role: str = "owner") -> tuple[dict[str, str], dict[str, Thing]]:
        """Return a value for each parameter of a path, with the things that they stand for, by prefix."""
        found: dict[str, str] = {}
        used: dict[str, Thing] = {}
        for slot in reversed(slots_of(endpoint.path)):
            thing = (things or {}).get(slot.prefix)
            if thing is None and slot.name in found:
                continue
            thing = thing or self.get(slot.prefix, "ours", role)
            used[slot.prefix] = thing
            found = {**{k: v for k, v in thing.params.items() if f"{{{k}}}" in endpoint.path}, **found, slot.name: thing.id}
        return {name: found[name] for name in endpoint.path_names}, used

    def _make(self, prefix: str, role: str, *, fresh: bool) -> Thing:
        slot = self.producers.slots[prefix]
        reasons: list[str] = []
        for producer in self.producers.table[prefix]:
            if fresh and not self._creates(producer):
                continue
            try:
                return self._confirmed(self._made(slot, producer, role), role)
            except NotJudged as why:
                reasons.append(f"{producer}: {why.reason}")
        if not reasons:
            what = "nothing of the definition creates one" if fresh else "nothing of the definition gives its value"
            raise NotJudged(f"{slot.name} of {prefix}: {what}")
        raise NotJudged(f"{slot.name} of {prefix}: {'; '.join(reasons)[:600]}")

    def _creates(self, producer: Producer) -> bool:
        endpoint = self.producers.by_id.get(producer.operation)
        return endpoint is not None and not endpoint.safe

    def _made(self, slot: Slot, producer: Producer, role: str) -> Thing:
        if producer.place == "value":
            return Thing(slot, producer.at, {slot.name: producer.at}, confirmed=producer.source == "definition", role=role)
        if producer.place == "fixture":
            if producer.at not in self.fixtures:
                raise NotJudged(f"the target has no fixture {producer.at}")
            return Thing(slot, self.fixtures[producer.at], {slot.name: self.fixtures[producer.at]}, confirmed=True, role=role)
        endpoint = self.producers.by_id.get(producer.operation)
        if endpoint is None:
            raise NotJudged(f"the definition has no operation {producer.operation}")
        chosen: dict[str, Thing] = {}
        if producer.place == "path":
            name = self.drafts.unique(slot.kind or "thing")
            chosen[slot.prefix] = Thing(slot, name, {slot.name: name}, role=role)
        params, used = self.params_of(endpoint, chosen, role)
        if why := self.may_send(endpoint, used):
            raise NotJudged(why)
        exchange, draft = self._sent(endpoint, params, slot, producer, role)
        for value in self._values(exchange, draft, slot, producer):
            return Thing(slot, value, {**params, slot.name: value}, ours=not endpoint.safe, made=exchange, draft=draft, role=role)
        raise NotJudged(f"{endpoint.id} answered {exchange.summary()} without such a value", (exchange.id,))

    def _sent(self, endpoint: Endpoint, params: Mapping[str, str], slot: Slot, producer: Producer, role: str) -> tuple[Exchange, Draft]:
        undo = None if endpoint.safe else self.undo_of(slot, params, producer)
        last: Exchange | None = None
        for number, draft in enumerate(self.drafts.drafts(endpoint, params)):
            if number == TRIES:
                break
            last = self.send(self.drafts.request(draft, undo=self._undo_chosen(undo, draft, producer)), role)
            if carried_out(last):
                return last, draft
            if last.status not in {400, 409, 415, 422}:
                break
        what = last.summary() if last is not None else "nothing"
        detail = last.text[:160] if last is not None else ""
        raise NotJudged(f"{endpoint.id} was answered with {what} {detail}".strip(), (last.id,) if last is not None else ())

    def undo_of(self, slot: Slot, params: Mapping[str, str], producer: Producer) -> Undo | None:
        """Return how to delete what a creation makes: the DELETE of the same item; None where there is none."""
        item = self.item(slot.prefix, "DELETE")
        if item is None:
            return None
        known = {k: v for k, v in params.items() if f"{{{k}}}" in slot.prefix and k != slot.name}
        if set(item.path_names) - {slot.name} - known.keys():
            return None
        names = [n for n in item.path_names]
        template = item.path.replace(f"{{{names[-1]}}}", "{id}") if names else item.path
        path = self.drafts.path(item, known, template)
        return Undo(slot.kind or "thing", path, producer.at.replace("*", "0") if producer.place == "response" else "")

    def _undo_chosen(self, undo: Undo | None, draft: Draft, producer: Producer) -> Undo | None:
        """Return the undo of a thing whose id is chosen by the request: the path is whole beforehand."""
        if undo is None or producer.place == "response":
            return undo
        value = ""
        if producer.place == "request":
            value = next((str(v) for v in values_at(draft.json, producer.at)), "")
        elif producer.place == "path":
            value = draft.params.get(producer.at, "")
        if not value:
            return replace(undo, pointer="/id") if producer.place == "location" else None
        from urllib.parse import quote  # noqa: PLC0415

        return replace(undo, path=undo.path.replace("{id}", quote(value, safe="")))

    def _values(self, exchange: Exchange, draft: Draft, slot: Slot, producer: Producer) -> list[str]:
        if producer.place == "path":
            return [draft.params[producer.at]]
        if producer.place == "request":
            return [str(v) for v in values_at(draft.json, producer.at)] if draft.json is not ABSENT else []
        found = [] if exchange.json is ABSENT else ids_in_body(exchange.json, slot.name, slot.kind, producer.at if producer.place == "response" else "")
        if not found and (where := exchange.header("Location")):
            last = unquote(urlsplit(where).path.rstrip("/").rpartition("/")[2])
            found = [last] if last else []
        return found

    def item(self, prefix: str, method: str) -> Endpoint | None:
        """Return the operation of this method on the item of a slot, or None."""
        return next((e for e in self.producers.by_path.get(plain(prefix), ()) if e.method == method), None)

    def collection(self, prefix: str, method: str) -> Endpoint | None:
        """Return the operation of this method on the collection of a slot, or None."""
        slot = self.producers.slots[prefix]
        return next((e for e in self.producers.by_path.get(plain(slot.collection), ()) if e.method == method), None)

    def read(self, thing: Thing, role: str = "", *, params: Mapping[str, str] | None = None) -> Exchange | None:
        """Send the GET of a thing and return the exchange; None where there is no such operation."""
        item = self.item(thing.slot.prefix, "GET")
        if item is None:
            return None
        values = {**thing.params, **(params or {})}
        if set(item.path_names) - values.keys():
            return None
        draft = next(self.drafts.drafts(item, {n: values[n] for n in item.path_names}))
        return self.send(self.drafts.request(draft), role or thing.role)

    def _confirmed(self, thing: Thing, role: str) -> Thing:
        """Return the thing as confirmed where a read shows it; `NotJudged` where a read shows that it is not."""
        if thing.confirmed:
            return thing
        seen = self.read(thing, role)
        if seen is None:
            return replace(thing, confirmed=thing.made is not None and not thing.ours)
        if carried_out(seen):
            return replace(thing, confirmed=True)
        if thing.ours and seen.status != 404:  # noqa: PLR2004
            return thing
        raise NotJudged(f"a read of {thing.id} was answered with {seen.summary()}", (seen.id,))

    def _deleted(self, prefix: str, role: str) -> Thing:
        thing = self.fresh(prefix, role)
        item = self.item(prefix, "DELETE")
        if item is None:
            raise NotJudged(f"{prefix}: the definition has no DELETE of it")
        values = {n: thing.params[n] for n in item.path_names}
        gone = self.send(self.drafts.request(next(self.drafts.drafts(item, values))), role)
        if not carried_out(gone):
            raise NotJudged(f"{item.id} was answered with {gone.summary()}", (gone.id,))
        return replace(thing, made=gone)


def unknown_id(like: str, seed: int) -> str:
    """Return an id of the same form that nothing has."""
    chance = random.Random(f"{seed}{like}")  # noqa: S311 - no secret
    if like.lstrip("-").isdigit():
        return str(10 ** min(max(len(like), 6), 9) - 1 - chance.randrange(1000))
    try:
        uuid.UUID(like)
    except ValueError:
        pass
    else:
        made = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        return made if len(like) == GUID_LENGTH else made.replace("-", "")
    swapped = [chance.choice("0123456789") if c.isdigit() else chance.choice("abcdef") if c.isalpha() and c.islower() else c for c in like]
    return "".join(swapped) if "".join(swapped) != like else f"{like}0"


def body_of(exchange: Exchange) -> Any:
    """Return a response's JSON, None where it is none."""
    return None if exchange.json is ABSENT else exchange.json
