"""Changes of a JSON body that leave alone what says which thing it is."""

from __future__ import annotations

import copy
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any, Final

from conformance.claims.openapi import JsonObject
from conformance.claims.schemas import deref, items, members, required

IDENTIFIES: Final = re.compile(
    r"(id|Id|ID|uuid|guid|key|slug|href|url|uri|self|location|links?|path|etag|version)s?$", re.IGNORECASE
)
"""How the name of a member ends that others find a thing by: it stays, so that undo finds the thing too."""
LESS_SURE: Final = re.compile(r"name|code|number|token|title|label", re.IGNORECASE)
DEEPEST: Final = 8
NEVER_REACHED: Final = 1_000_000_000
"""Row numbers from here on belong to nothing."""


def changed(value: Any) -> Any:
    """Return another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str):
        return f"mutated {value[::-1]}"
    return value


def with_changes(
    body: Any, wanted: Callable[[str, Any], bool], change: Callable[[Any], Any] = changed
) -> Any:
    """Return a copy in which every wanted scalar, told by its name and value, has another value."""
    if isinstance(body, dict):
        return {
            name: change(value)
            if _scalar(value) and wanted(name, value)
            else with_changes(value, wanted, change)
            for name, value in body.items()
        }
    if isinstance(body, list):
        return [with_changes(each, wanted, change) for each in body]
    return body


def with_new_ids(body: Any, number: int) -> Any:
    """Return a copy in which everything that is found by an id has another one, told by this number."""
    return with_changes(body, lambda name, _: identifies(name), lambda value: _renumbered(value, number))


def _renumbered(value: Any, number: int) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return NEVER_REACHED + number
    try:
        return str(uuid.UUID(int=uuid.UUID(value).int ^ number))
    except ValueError:
        return f"{value}{number}"


def overlaid(body: Any, sent: Any) -> Any:
    """Return a copy of what is shown with the scalars of what was sent, where both have a member."""
    if isinstance(body, dict) and isinstance(sent, dict):
        same = {k: v for k, v in sent.items() if k in body and type(v) is type(body[k]) and _scalar(v)}
        inner = {k: overlaid(body[k], v) for k, v in sent.items() if isinstance(body.get(k), dict)}
        if not same and not inner:
            return {k: overlaid(v, sent) if isinstance(v, dict) else v for k, v in body.items()}
        return body | same | inner
    return body


def _scalar(value: Any) -> bool:
    return isinstance(value, str | int | float)


def identifies(name: str) -> bool:
    """Tell whether others may find a thing by a member of this name."""
    return IDENTIFIES.search(name) is not None


def lists(body: Any, depth: int = 0) -> Iterator[list[Any]]:
    """Yield the lists of things in a body, the outermost first."""
    if isinstance(body, list):
        yield body
    elif isinstance(body, dict) and depth < DEEPEST:
        for inner in body.values():
            yield from lists(inner, depth + 1)


def misdescribed(document: JsonObject, schema: JsonObject, body: Any) -> Any:
    """Return a copy that its schema does not allow; None where the schema allows everything that is safe."""
    found = copy.deepcopy(body)
    places = sorted(_places(document, schema, found), key=lambda place: (place[3], place[1]))
    for holder, name, is_required, _ in places:
        if is_required:
            holder[f"{name}Mutated"] = holder.pop(name)
            return found
    for holder, name, _, _ in places:
        holder[name] = {"mutated": [holder[name]]}
        return found
    return None


def _places(
    document: JsonObject, schema: Any, value: Any, depth: int = 0
) -> Iterator[tuple[dict[str, Any], str, bool, bool]]:
    """Yield the scalars with a typed schema: their object, name, whether required, whether a name or so."""
    node = deref(document, schema)
    if depth > DEEPEST or "oneOf" in node or "anyOf" in node:
        return
    if isinstance(value, list):
        for each in value:
            yield from _places(document, items(document, node), each, depth + 1)
    if not isinstance(value, dict):
        return
    known = members(document, node)
    wanted = required(document, node)
    for name, inner in value.items():
        if name not in known:
            continue
        own = deref(document, known[name])
        if isinstance(inner, dict | list):
            yield from _places(document, own, inner, depth + 1)
        elif inner is not None and not identifies(name) and (name in wanted or "type" in own):
            yield value, name, name in wanted, LESS_SURE.search(name) is not None
