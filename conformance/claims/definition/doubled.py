"""What a definition writes twice under one name: read as one thing where that can be meant, else refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.claims.definition.parse import Doubled
from conformance.claims.definition.repair import METHODS, Place, Repair, pointer_to
from conformance.errors import UsageError


def said_once(node: Any, location: str, place: Place = ()) -> Iterator[Repair]:
    """Read what is written twice as one thing, and yield how; `UsageError` rather than lose an operation."""
    if isinstance(node, Doubled):
        for key, earlier in node.earlier.items():
            yield _one(node, key, earlier, location, (*place, key))
    if isinstance(node, dict):
        for key, inner in node.items():
            yield from said_once(inner, location, (*place, key))
    elif isinstance(node, list):
        for number, inner in enumerate(node):
            yield from said_once(inner, location, (*place, str(number)))


def _one(holder: dict[str, Any], key: str, earlier: list[Any], location: str, place: Place) -> Repair:
    where, last = pointer_to(place), holder[key]
    if all(each == last for each in earlier):
        return Repair(where, "is written more than once, and each time the same")
    if key.startswith("/") and all(isinstance(each, dict) for each in (*earlier, last)):
        holder[key] = joined([*earlier, last], location, where)
        return Repair(where, "is written more than once: read as one path with the operations of each")
    if key in METHODS and isinstance(last, dict) and "responses" in last:
        raise UsageError(f"{location}{where}: {_lost(key)}")
    return Repair(where, "is written more than once: the last one is read")


def joined(items: list[dict[str, Any]], location: str, where: str) -> dict[str, Any]:
    """Return the path items of one path as one; `UsageError` where two describe the same method."""
    one: dict[str, Any] = {}
    for item in items:
        twice = next((m for m in METHODS if m in item and item[m] != one.get(m, item[m])), "")
        if twice:
            raise UsageError(f"{location}{where}: {_lost(twice)}")
        one |= item
    return one


def _lost(method: str) -> str:
    """Return what is wrong with an operation that is written twice, and what to do."""
    return f"{method} is described more than once for this path, and not the same; delete all but one"
