"""Compares two schemas of the same value, each in its own definition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.claims.drift.change import NARROWER, WIDER, Direction, Effect
from conformance.claims.openapi import JsonObject
from conformance.claims.schemas import deref, items, members, required

Found = Iterator[tuple[Effect, str, str]]
"""The effect of each change, where it is, and what it is."""
LEAST: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
MOST: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
EXACT: Final = ("format", "pattern", "multipleOf", "uniqueItems")
WORDS: Final = ("description", "title", "example", "examples", "externalDocs", "x-example")
DEEPEST: Final = 12


@dataclass
class Comparison:
    """Compares schemas of what is sent in one direction; what refers to itself is compared once."""

    old: JsonObject
    new: JsonObject
    direction: Direction
    _seen: set[tuple[int, int]] = field(default_factory=set)

    def compare(self, before: Any, after: Any, where: str, depth: int = 0) -> Found:
        """Yield each change from one schema to the other; `where` is the place of the value."""
        old, new = deref(self.old, before), deref(self.new, after)
        if depth > DEEPEST or (id(old), id(new)) in self._seen:
            return
        self._seen.add((id(old), id(new)))
        yield from self._types(old, new, where)
        yield from self._enums(old, new, where)
        yield from self._limits(old, new, where)
        yield from self._members(old, new, where, depth)
        yield from self._alternatives(old, new, where, depth)
        ours, theirs = items(self.old, old), items(self.new, new)
        if ours is not None and theirs is not None:
            yield from self.compare(ours, theirs, f"{where}[]", depth + 1)
        if any(old.get(key) != new.get(key) for key in WORDS):
            yield Effect.DOCUMENTATION, where, "its description or example was changed"

    def _types(self, old: JsonObject, new: JsonObject, where: str) -> Found:
        before, after = types(old), types(new)
        if not after and before:
            yield WIDER[self.direction], where, f"any type, where it was {_and(before)}"
        elif not before and after:
            yield NARROWER[self.direction], where, f"{_and(after)}, where any type was"
        elif more := after - before - ({"integer"} if "number" in before else set()):
            lost = before - after - ({"integer"} if "number" in after else set())
            effect = Effect.BREAKING if lost else WIDER[self.direction]
            yield effect, where, f"{_and(more)} besides or instead of {_and(before)}"
        elif less := before - after:
            yield NARROWER[self.direction], where, f"no longer {_and(less)}"

    def _enums(self, old: JsonObject, new: JsonObject, where: str) -> Found:
        before, after = old.get("enum"), new.get("enum")
        if not isinstance(before, list) or not isinstance(after, list):
            if isinstance(after, list):
                yield NARROWER[self.direction], where, f"only {_and(map(str, after))}, where anything was"
            elif isinstance(before, list):
                yield WIDER[self.direction], where, "anything, where only some values were"
            return
        if more := [str(each) for each in after if each not in before]:
            yield WIDER[self.direction], where, f"new value {_and(more)}"
        if less := [str(each) for each in before if each not in after]:
            yield NARROWER[self.direction], where, f"no value {_and(less)} any more"

    def _limits(self, old: JsonObject, new: JsonObject, where: str) -> Found:
        for keys, sign in ((LEAST, 1), (MOST, -1)):
            for key in keys:
                before, after = old.get(key), new.get(key)
                if before == after:
                    continue
                narrower = before is None or (_are_numbers(before, after) and (after - before) * sign > 0)
                if after is None or not narrower:
                    yield WIDER[self.direction], where, f"{key} {_said(after)}, where it was {_said(before)}"
                else:
                    yield (
                        NARROWER[self.direction],
                        where,
                        f"{key} {_said(after)}, where it was {_said(before)}",
                    )
        for key in EXACT:
            if old.get(key) != new.get(key):
                effect = WIDER if key not in new else NARROWER if key not in old else None
                what = f"{key} {_said(new.get(key))}, where it was {_said(old.get(key))}"
                yield effect[self.direction] if effect else Effect.BREAKING, where, what
        if old.get("default") != new.get("default") and self.direction == "request":
            what = f"default {_said(new.get('default'))}, where it was {_said(old.get('default'))}"
            yield Effect.BREAKING if "default" in old else Effect.COMPATIBLE, where, what

    def _members(self, old: JsonObject, new: JsonObject, where: str, depth: int) -> Found:
        ours, theirs = members(self.old, old), members(self.new, new)
        wanted, wants = required(self.old, old), required(self.new, new)
        for name in ours.keys() - theirs.keys():
            yield Effect.BREAKING, f"{where}.{name}", "removed"
        for name in theirs.keys() - ours.keys():
            needed = self.direction == "request" and name in wants
            yield (
                Effect.BREAKING if needed else Effect.COMPATIBLE,
                f"{where}.{name}",
                "new and required" if needed else "new",
            )
        for name in ours.keys() & theirs.keys():
            if (name in wants) != (name in wanted):
                effect = NARROWER if name in wants else WIDER
                what = "required now" if name in wants else "no longer required"
                yield effect[self.direction], f"{where}.{name}", what
            yield from self.compare(ours[name], theirs[name], f"{where}.{name}", depth + 1)

    def _alternatives(self, old: JsonObject, new: JsonObject, where: str, depth: int) -> Found:
        for key in ("oneOf", "anyOf"):
            before, after = old.get(key) or [], new.get(key) or []
            if before and after:
                for number, (ours, theirs) in enumerate(zip(before, after, strict=False)):
                    yield from self.compare(ours, theirs, f"{where}|{number}", depth + 1)
            if len(after) > len(before) > 0:
                yield WIDER[self.direction], where, f"{len(after) - len(before)} more in {key}"
            elif len(before) > len(after) > 0:
                yield NARROWER[self.direction], where, f"{len(before) - len(after)} fewer in {key}"


def types(schema: JsonObject) -> set[str]:
    """Return the types that a schema allows, ``null`` among them; empty where it does not say."""
    kind = schema.get("type")
    found = {str(each) for each in kind} if isinstance(kind, list) else {str(kind)} if kind else set()
    found = {{"int": "integer", "float": "number"}.get(each, each) for each in found}
    if not found and "properties" in schema:
        found = {"object"}
    return found | {"null"} if found and (schema.get("nullable") or schema.get("x-nullable")) else found


def _are_numbers(*values: Any) -> bool:
    return all(isinstance(each, int | float) and not isinstance(each, bool) for each in values)


def _and(words: Any) -> str:
    several = sorted(words)
    return ", ".join(several[:5]) + (" …" if len(several) > 5 else "")  # noqa: PLR2004 - enough to know it by


def _said(value: Any) -> str:
    return "nothing" if value is None else str(value)[:60]
