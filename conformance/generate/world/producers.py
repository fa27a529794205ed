"""Who makes the value of each path parameter: override, link, path, name, schemathesis' graph, value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from conformance.claims.endpoints import Endpoint
from conformance.claims.override import NOTHING, PLATFORM, Override
from conformance.claims.path_names import PARAMETER, plain
from conformance.claims.schemas import deref, items, members
from conformance.generate.world.ids import (
    ID_ENDS,
    Scalars,
    pointer_to_id,
    pointer_to_qualified,
    scalars_of,
    singular,
    squeezed,
    stem,
    words,
)
from conformance.generate.world.said_values import said_examples, said_values
from conformance.generate.world.slots import Producer, Slot, is_named, of_expression, slots_of

Links = Mapping[tuple[str, str], Sequence[tuple[str, str]]]
"""By label of the consumer and name of its parameter: labels of producers, each with a runtime expression."""
VERBS: Final = (
    "upload",
    "register",
    "insert",
    "create",
    "add",
    "new",
    "list",
    "search",
    "all",
    "query",
    "find",
    "filter",
    "index",
)
SEARCHES: Final = ("list", "search", "all", "query", "find", "filter", "index")
SHARED: Final = {"itwinid": "itwin_id", "projectid": "itwin_id", "imodelid": "imodel_id"}
"""Ids that the APIs of the platform share, under each of their names, and the fixture that is one."""
LARGEST_RANK: Final = 24
"""So far off a member may be (`pointer_to_id`) and still be taken for the id of a path's own collection."""


@dataclass(frozen=True)
class Producers:
    """The producers of every slot of a definition, and what an override says."""

    endpoints: Sequence[Endpoint]
    override: Override = NOTHING
    links: Links = field(default_factory=dict)

    @cached_property
    def by_id(self) -> Mapping[str, Endpoint]:
        """Return the endpoints by id."""
        return {each.id: each for each in self.endpoints}

    @cached_property
    def by_path(self) -> Mapping[str, Sequence[Endpoint]]:
        """Return the endpoints by their path without the names of its parameters."""
        found: dict[str, list[Endpoint]] = {}
        for each in self.endpoints:
            found.setdefault(plain(each.path), []).append(each)
        return found

    @cached_property
    def slots(self) -> Mapping[str, Slot]:
        """Return every slot by its prefix."""
        return {slot.prefix: slot for each in self.endpoints for slot in slots_of(each.path)}

    @cached_property
    def table(self) -> Mapping[str, tuple[Producer, ...]]:
        """Return the producers of each slot by its prefix, the surest first."""
        first = {prefix: tuple(self._sure(slot)) for prefix, slot in self.slots.items()}
        return {
            prefix: tuple(dict.fromkeys([*first[prefix], *self._unsure(slot, first)]))
            for prefix, slot in self.slots.items()
        }

    def makes(self, producer: Producer) -> bool:
        """Tell whether a producer creates what it gives: an entry of a list only where it was sent a list."""
        endpoint = self.by_id.get(producer.operation)
        if endpoint is None or endpoint.safe:
            return False
        body = endpoint.body
        takes_list = body is not None and items(endpoint.document, body.schema) is not None
        return "*" not in producer.at or takes_list

    def _sure(self, slot: Slot) -> Iterator[Producer]:
        yield from self._overridden(slot)
        yield from self._linked(slot)
        yield from self._by_path(slot)
        yield from self._shared(slot)

    def _unsure(self, slot: Slot, first: Mapping[str, tuple[Producer, ...]]) -> Iterator[Producer]:
        yield from said_values(slot, self._users(slot))
        if stem(slot.name):
            yield from (
                p
                for prefix, found in first.items()
                if squeezed(self.slots[prefix].name) == squeezed(slot.name) and prefix != slot.prefix
                for p in found
                if self._may_make(p, slot)
            )
        yield from self._by_name(slot)
        yield from self._by_graph(slot)
        yield from self._chosen(slot)
        yield from said_examples(slot, self._users(slot))

    def _may_make(self, producer: Producer, slot: Slot) -> bool:
        """Tell whether an operation can come before the slot: it does not need its value itself."""
        made = self.by_id.get(producer.operation)
        return made is None or not any(
            s.prefix == slot.prefix or (stem(s.name) and squeezed(s.name) == squeezed(slot.name))
            for s in slots_of(made.path)
        )

    def _overridden(self, slot: Slot) -> Iterator[Producer]:
        for key, said in self.override.ids.items():
            if key in self._written(slot):
                if said.operation:
                    yield Producer("override", said.operation, "response", said.at)
                elif said.fixture:
                    yield Producer("override", "", "fixture", said.fixture)
                else:
                    yield Producer("override", "", "value", str(said.value))
                return

    def _shared(self, slot: Slot) -> Iterator[Producer]:
        """Yield the fixture that an id of another API is, on the platform whose APIs share it."""
        fixture = SHARED.get(squeezed(slot.name))
        if fixture and self.override.profile == PLATFORM:
            yield Producer("profile", "", "fixture", fixture)

    def _written(self, slot: Slot) -> set[str]:
        """Return what the definition calls a slot: its names, and the paths up to it."""
        users = self._users(slot)
        names = {e.written_names.get(slot.name, slot.name) for e in users} | {slot.name}
        ends = {m.end(): e for e in users for m in PARAMETER.finditer(e.written)}
        paths = {e.written[:end] for end, e in ends.items() if plain(e.written[:end]) == plain(slot.prefix)}
        return names | paths

    @cached_property
    def _scalars(self) -> Mapping[str, Sequence[Scalars]]:
        """Return what the successes of each endpoint show, by its id."""
        return {e.id: [scalars_of(e.document, s) for s in e.success_schemas()] for e in self.endpoints}

    @cached_property
    def _by_prefix(self) -> Mapping[str, Sequence[Endpoint]]:
        found: dict[str, list[Endpoint]] = {}
        for each in self.endpoints:
            for slot in slots_of(each.path):
                found.setdefault(slot.prefix, []).append(each)
        return found

    @cached_property
    def _declared_links(self) -> Sequence[tuple[str, Mapping[str, Any]]]:
        """Return the links of all responses, each with the id of its endpoint."""
        return [
            (maker.id, deref(maker.document, node))
            for maker in self.endpoints
            for response in maker.responses.values()
            for node in (response.get("links") or {}).values()
        ]

    def _users(self, slot: Slot) -> Sequence[Endpoint]:
        return self._by_prefix.get(slot.prefix, ())

    def _linked(self, slot: Slot) -> Iterator[Producer]:
        users = {e.id: e for e in self._users(slot)}
        labels = {
            f"#/paths/{e.written.replace('~', '~0').replace('/', '~1')}/{e.method.lower()}": e.id
            for e in users.values()
        }
        for maker, link in self._declared_links:
            to = link.get("operationId") or labels.get(str(link.get("operationRef", "")))
            for name, expression in (link.get("parameters") or {}).items() if to in users else ():
                if str(name).removeprefix("path.") in self._written(slot):
                    yield from of_expression("link", maker, str(expression))

    def _by_path(self, slot: Slot) -> Iterator[Producer]:
        """Yield who creates on the slot's own collection, then who lists it."""
        base = plain(slot.collection)
        here = [
            (e, verb) for verb in ("", *VERBS) for e in self.by_path.get(f"{base}/{verb}".rstrip("/"), ())
        ]
        creating = [e for e, verb in here if e.method in {"POST", "PUT"} and verb not in SEARCHES]
        listing = [e for e, verb in here if e.method == "GET" or (e.method == "POST" and verb in SEARCHES)]
        for each in sorted(creating, key=lambda e: e.method):
            yield from self._made_by(each, slot, "path", LARGEST_RANK)
        if not creating:
            yield from self._nested(slot)
            yield from self._chosen(slot, sure=True)
        for each in listing:
            yield from self._made_by(each, slot, "path", LARGEST_RANK)
        yield from self._by_member(base)

    def _nested(self, slot: Slot) -> Iterator[Producer]:
        """Yield who creates below something else what has a path of its own: ``/boards/{id}/cards``."""
        last = slot.collection.rpartition("/")[2]
        for each in self.endpoints if last and "{" not in slot.collection else ():
            above, _, name = each.path.rstrip("/").rpartition("/")
            is_creation = each.method == "POST" and name == last and above.endswith("}")
            if is_creation and self._may_make(Producer("nested", each.id, "response", ""), slot):
                yield from self._made_by(each, slot, "nested", LARGEST_RANK)

    def _by_member(self, base: str) -> Iterator[Producer]:
        """Yield who gives a member by which things are found: the name of ``/flows/name/{name}``."""
        above, _, member = base.rpartition("/")
        if (words(member) or ("",))[-1] not in ID_ENDS:
            return
        for each in self.by_path.get(above, ()):
            for scalars in self._scalars[each.id] if each.method in {"GET", "POST"} else ():
                found = pointer_to_id(scalars, words(member)[-1], "")
                if found is not None and squeezed(found[1].rpartition("/")[2]) == words(member)[-1]:
                    yield Producer("member", each.id, "response", found[1])
                    break

    def _made_by(self, each: Endpoint, slot: Slot, source: str, most: int) -> Iterator[Producer]:
        found = [
            f for scalars in self._scalars[each.id] if (f := pointer_to_id(scalars, slot.name, slot.kind))
        ]
        best = min(found) if found else None
        if best is not None and best[0] <= most:
            yield Producer(source, each.id, "response", best[1])
            return
        if each.safe or source != "path":
            if source == "path":
                yield Producer(
                    source, each.id, "response", ""
                )  # the response itself may show more than its schema
            return
        said = {
            name.lower() for response in each.responses.values() for name in response.get("headers") or {}
        }
        chosen = {squeezed(n): n for n in (members(each.document, each.body.schema) if each.body else {})}
        own, kind = squeezed(slot.name), slot.kind
        name = next((n for n in (own, f"{kind}{own}", own.removeprefix(kind)) if n in chosen), "")
        if name and "location" not in said:
            yield Producer(source, each.id, "request", f"/{chosen[name]}")
        yield Producer(source, each.id, "location", slot.prefix)

    def _by_name(self, slot: Slot) -> Iterator[Producer]:
        """Yield who answers with things of the parameter's name, or with a member that is called like it."""
        wanted = stem(slot.name)
        if not wanted:
            return
        ranked: list[tuple[int, Producer]] = []
        for each in self.endpoints:
            if each.method not in {"GET", "POST"}:
                continue
            last = squeezed(next((s for s in reversed(each.path.split("/")) if s and "{" not in s), ""))
            is_list = not each.path.endswith("}") and singular(last) == wanted
            for scalars in self._scalars[each.id]:
                found = pointer_to_id(scalars, slot.name, wanted)
                if found is None or not (is_list or is_named(slot, wanted, found[1])):
                    found = pointer_to_qualified(scalars, slot.name)
                if found is None:
                    continue
                producer = Producer("name", each.id, "response", found[1])
                if self._may_make(producer, slot):
                    cost = (
                        found[0]
                        + 3 * len(each.path_names)
                        + each.path.rstrip("/").count("/")
                        + (0 if is_list else 5)
                        + (0 if each.safe else 2)
                    )
                    ranked.append((cost, producer))
        yield from (p for _, p in sorted(ranked, key=lambda each: (each[0], each[1].operation))[:3])

    def _by_graph(self, slot: Slot) -> Iterator[Producer]:
        labels = {e.label: e.id for e in self.endpoints}
        for user in self._users(slot):
            for label, expression in self.links.get(
                (user.label, user.written_names.get(slot.name, slot.name)), ()
            ):
                for producer in of_expression("graph", labels.get(label, ""), expression):
                    if producer.operation and self._may_make(producer, slot):
                        yield producer

    def _chosen(self, slot: Slot, *, sure: bool = False) -> Iterator[Producer]:
        """Yield the operation that makes a thing under the name in its path: PUT, or POST, of the item.

        One that may miss the thing and never says that it created one surely changes what is there; nothing
        is made under a value that the definition lists.
        """
        for each in self.by_path.get(plain(slot.prefix), ()):
            said = each.responses.keys()
            is_update = sure and "404" in said and "201" not in said
            is_listed = "enum" in each.schema_of_parameter(each.parameter(slot.name))
            if each.method in {"PUT", "POST"} and each.path.endswith("}") and not (is_update or is_listed):
                yield Producer("path", each.id, "path", slot.name)
