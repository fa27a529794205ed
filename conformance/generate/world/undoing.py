"""How to delete again what any request may create: the DELETE of the same item of the definition."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from conformance.checks.statuses import carried_out
from conformance.claims.applies import page_parameters
from conformance.claims.endpoints import Endpoint
from conformance.claims.path_names import plain
from conformance.exchange.model import Exchange, Undo
from conformance.generate.world.ids import values_at
from conformance.generate.world.producers import SEARCHES, Producers
from conformance.generate.world.requests import Draft, Drafts
from conformance.generate.world.slots import Producer, Slot, slots_of
from conformance.generate.world.values_of import chosen_name
from conformance.ledger.entries import ELSE, LITERAL, LOCATION

USUAL: Final = ("/id", "/uuid", "/data/id")
"""Where an id stands in the response to a creation where the definition does not say it."""
LARGEST_PAGE: Final = 100
SURE: Final = frozenset({"path", "nested", "link", "override"})
"""The sources of a producer that are no guess."""


@dataclass
class Undoing:
    """Says of a draft what its request may create, and keeps which paths hold something of ours already.

    `invented` are ids that this run made up: only what stands under one of them, or under an id that the
    response to a creation gave, is ever deleted.
    """

    producers: Producers
    drafts: Drafts
    invented: set[str] = field(default_factory=set)
    _alive: set[tuple[str, str]] = field(default_factory=set)

    def stays(self, prefix: str) -> bool:
        """Tell whether what is made for a slot is there for good: no DELETE of it, nothing that it is in."""
        slot = self.producers.slots[prefix]
        makers = [p for p in self.producers.table[prefix] if p.source in SURE and self.producers.makes(p)]
        made_by = [self.producers.by_id[p.operation] for p in makers]
        is_alone = bool(made_by) and all(s.prefix == prefix for e in made_by for s in slots_of(e.path))
        is_allowed = any(e.label in self.producers.override.writes for e in made_by)
        return is_alone and not is_allowed and self._delete_of(slot) is None

    def undo_of(self, draft: Draft, role: str) -> Undo | None:
        """Return how to delete what a request of this draft may create; None where nothing can."""
        endpoint = draft.endpoint
        if endpoint.method not in {"POST", "PUT"}:
            return None
        if endpoint.path.rstrip("/").endswith("}"):
            return self._of_item(draft, role)
        for slot, producer in self._slots(endpoint):
            item = self._delete_of(slot)
            if item is not None and not set(item.path_names) - {slot.name} - draft.params.keys():
                return self._of_collection(draft, slot, producer, item)
        return None

    def note(self, draft: Draft, exchange: Exchange) -> None:
        """Learn from an exchange what is there now, and what no more."""
        path = exchange.request.path
        if not carried_out(exchange):
            return
        if draft.endpoint.method == "DELETE":
            self._alive.discard((exchange.role, path))
        elif exchange.request.undo is not None and "{id}" not in exchange.request.undo.path:
            self._alive.add((exchange.role, exchange.request.undo.path))

    def alive(self, path: str, role: str) -> None:
        """Take notice that a thing of a role, which is in the ledger already, is at this path."""
        self._alive.add((role, path))

    def _of_item(self, draft: Draft, role: str) -> Undo | None:
        """Return the undo of a request that makes a thing under the id in its path, if it is not there."""
        same = plain(draft.endpoint.path)
        item = next((e for e in self.producers.by_path.get(same, ()) if e.method == "DELETE"), None)
        path = self.drafts.path(draft.endpoint, draft.params)
        is_ours = draft.params.get(draft.endpoint.path_names[-1]) in self.invented
        if item is None or not is_ours or (role, path) in self._alive:
            return None
        return Undo("thing", path, itself=True)

    def _of_collection(self, draft: Draft, slot: Slot, producer: Producer | None, item: Endpoint) -> Undo:
        """Return the undo of a creation in a collection; its id is in the response, or was chosen."""
        known = {k: v for k, v in draft.params.items() if f"{{{k}}}" in item.path and k != slot.name}
        if producer is not None and producer.place == "request":
            chosen = next((str(v) for v in values_at(draft.json, producer.at)), "")
            if chosen:
                return Undo(
                    slot.kind or "thing", self.drafts.path(item, {**known, item.path_names[-1]: chosen})
                )
        at = producer.at.replace("*", "0") if producer is not None and producer.place == "response" else ""
        first = "/0" if isinstance(draft.json, list) and len(draft.json) == 1 else ""
        places = dict.fromkeys([*([at] if at else []), LOCATION, *USUAL, *(first + each for each in USUAL)])
        if not at and (name := chosen_name(draft)):
            places[f"{LITERAL}{name}"] = None
        path = self.drafts.path(item, known, is_open=True)
        return Undo(slot.kind or "thing", path, ELSE.join(places), self._list_of(draft, slot))

    def _list_of(self, draft: Draft, slot: Slot) -> str:
        """Return the path and query of the list in which what was created stands, "" where there is none."""
        lists = self.producers.by_path
        for each in (*lists.get(plain(draft.endpoint.path), ()), *lists.get(plain(slot.collection), ())):
            if each.method == "GET" and not set(each.path_names) - draft.params.keys():
                size, _ = page_parameters(each)
                path = self.drafts.path(each, {n: draft.params[n] for n in each.path_names})
                return f"{path}?{size}={LARGEST_PAGE}" if size else path
        return ""

    def _slots(self, endpoint: Endpoint) -> list[tuple[Slot, Producer | None]]:
        """Return the slots whose things an operation creates, the surest first."""
        found: list[tuple[Slot, Producer | None]] = []
        if endpoint.path.rstrip("/").rpartition("/")[2].lower() in SEARCHES or endpoint.label in self.reads:
            return found
        for prefix, several in self.producers.table.items():
            own = [
                p
                for p in several
                if p.operation == endpoint.id and p.source in SURE and self.producers.makes(p)
            ]
            if own:
                found.append((self.producers.slots[prefix], own[0]))
        below = f"{plain(endpoint.path)}/{{}}"
        found += [(s, None) for p, s in self.producers.slots.items() if plain(p) == below]
        return found if endpoint.method in {"POST", "PUT"} else []

    @cached_property
    def reads(self) -> frozenset[str]:
        """Return the labels of what is a read in spite of its method, as the override says."""
        return frozenset(self.producers.override.reads)

    def _delete_of(self, slot: Slot) -> Endpoint | None:
        here = self.producers.by_path.get(plain(slot.prefix), ())
        return next((e for e in here if e.method == "DELETE" and e.path_names), None)
