"""Where the id of a thing stands in a response: names of members that a path parameter may mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from conformance.claims.openapi import JsonObject
from conformance.claims.schemas import deref, items, members, schema_of

PLAIN: Final = (
    "id",
    "uuid",
    "guid",
    "uid",
    "_id",
    "gid",
    "key",
    "slug",
    "name",
    "code",
    "username",
    "number",
    "token",
)
"""Members that identify a thing whatever it is called, the surest first."""
ID_ENDS: Final = (
    "id",
    "ids",
    "uuid",
    "guid",
    "uid",
    "sid",
    "gid",
    "pk",
    "key",
    "slug",
    "name",
    "code",
    "number",
)
SHORTEST: Final = 3
PLAIN_HOLDERS: Final = frozenset(
    {"", "data", "result", "item", "entry", "record", "value", "object", "response", "content"}
)
"""Members that hold the thing itself, whatever it is."""
QUALIFIED: Final = 25
"""How far off a member is that has a word before the name."""
DEEPEST: Final = 5
SCALARS: Final = frozenset({"string", "integer", "number"})
Found = tuple[int, str]


@cache
def words(name: str) -> tuple[str, ...]:
    """Return the words of a name in small letters: of ``iModelId``, ``i_model_id`` alike."""
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return tuple(re.findall(r"[a-z0-9]+", parted.lower()))


@cache
def squeezed(name: str) -> str:
    """Return a name without case and punctuation."""
    return "".join(words(name))


@cache
def singular(word: str) -> str:
    """Return the singular of an English plural; other words as they are."""
    for end, one in (
        ("ies", "y"),
        ("sses", "ss"),
        ("xes", "x"),
        ("ches", "ch"),
        ("shes", "sh"),
        ("uses", "us"),
    ):
        if word.endswith(end) and len(word) > len(end) + 1:
            return word[: -len(end)] + one
    is_plural = word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > SHORTEST
    return word[:-1] if is_plural else word


@cache
def stem(parameter: str) -> str:
    """Return what a parameter identifies: of ``folderId``, ``folder_id`` ``folder``; "" for nothing."""
    parts = list(words(parameter))
    while parts and parts[-1] in ID_ENDS:
        parts.pop()
    return singular("".join(parts)) if parts else ""


def end(parameter: str) -> str:
    """Return the kind of identifier that a name ends with, such as ``id``; "" where it has none."""
    last = (words(parameter) or ("",))[-1]
    return last if last in ID_ENDS else ""


def candidates(parameter: str, kind: str) -> list[str]:
    """Return the squeezed names of members that may hold it, the surest first; `kind` is a singular noun."""
    own, last = squeezed(parameter), end(parameter)
    found = [own]
    if last:
        found += [last, f"{stem(parameter)}{last}", f"{kind}{last}"]
    if last in {"", "id"}:
        found += ["id", f"{kind}id", f"{kind}_id".replace("_", ""), "uuid", "guid", "uid", "gid"]
    found += [*(squeezed(each) for each in PLAIN), stem(parameter)]
    return list(dict.fromkeys(each for each in found if each))


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a scalar of a schema stands: its pointer, what it stands in ("" at the root), how deep."""

    pointer: str
    within: str
    depth: int


Scalars = Mapping[str, Sequence[Spot]]
"""The scalars of a schema by the squeezed names of their members; "" for entries of lists."""


def scalars_of(document: JsonObject, schema: Any) -> Scalars:
    """Return the scalars of a schema, those inside of lists and objects included."""
    found: dict[str, list[Spot]] = {}
    for name, spot in _walk(document, schema, "", 0, ""):
        found.setdefault(name, []).append(spot)
    return found


def _walk(
    document: JsonObject, schema: Any, pointer: str, depth: int, within: str
) -> Iterator[tuple[str, Spot]]:
    """Yield the squeezed name and the spot of each scalar of a schema."""
    if depth > DEEPEST:
        return
    entry = items(document, schema)
    if entry is not None:
        if scalar(entry):
            yield "", Spot(f"{pointer}/*", within, depth)
        else:
            yield from _walk(document, entry, f"{pointer}/*", depth, singular(within))
        return
    for place, part in enumerate(deref(document, schema).get("prefixItems") or ()):
        yield from _walk(document, part, f"{pointer}/{place}", depth, within)
    for name, node in members(document, schema).items():
        inner = deref(document, node)
        here = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
        if scalar(inner):
            yield squeezed(name), Spot(here, within, depth)
        elif items(document, inner) is not None or members(document, inner):
            yield from _walk(document, inner, here, depth + 1, squeezed(name))


def scalar(schema: JsonObject) -> bool:
    """Tell whether a schema is that of a text or number, as an id is."""
    kind = schema.get("type")
    kinds = set(kind) if isinstance(kind, list) else {kind}
    if kinds & SCALARS or "enum" in schema or "format" in schema:
        return True
    parts = [*(schema.get("anyOf") or ()), *(schema.get("oneOf") or ())]
    return any(isinstance(part, dict) and scalar(part) for part in parts)


def pointer_to_id(scalars: Scalars, parameter: str, kind: str) -> Found | None:
    """Return how far off (0: sure) and where the id that a parameter means stands; ``*`` is any entry.

    `kind` is the singular name of the collection. None where no member may be it.
    """
    names = ("", *candidates(parameter, kind))
    is_whole = bool(stem(parameter))
    best: tuple[int, int, str] | None = None
    for place, name in enumerate(names, -1):
        for spot in scalars.get(name, ()):
            rank = place if name else (3 if spot.depth <= 1 else 30)
            is_own = spot.within in {kind, *PLAIN_HOLDERS} or singular(spot.within) in {kind, *PLAIN_HOLDERS}
            if not is_own and not (is_whole and name == squeezed(parameter)):
                rank += 0 if spot.within == singular(kind) else 12
            found = (rank + 2 * spot.depth, spot.depth, spot.pointer)
            best = min(best, found) if best is not None else found
    return None if best is None else (best[0], best[2])


def pointer_to_qualified(scalars: Scalars, parameter: str) -> Found | None:
    """Return a member of the parameter's name with a word before it: ``parentFolderId`` for ``folderId``."""
    ends = [name for name in scalars if name.endswith(squeezed(parameter))] if stem(parameter) else []
    spots = [(QUALIFIED + 2 * spot.depth, spot.pointer) for name in ends for spot in scalars[name]]
    return min(spots, default=None)


def values_at(document: Any, pointer: str) -> list[Any]:
    """Return every value at a pointer in which ``*`` stands for any entry of a list."""
    found = [document]
    for raw in pointer.split("/")[1:]:
        key = raw.replace("~1", "/").replace("~0", "~")
        step: list[Any] = []
        for each in found:
            if key == "*" and isinstance(each, list):
                step += each
            elif isinstance(each, dict) and key in each:
                step.append(each[key])
            elif isinstance(each, list) and key.isdigit() and int(key) < len(each):
                step.append(each[int(key)])
        found = step
    return found


def ids_in_body(body: Any, parameter: str, kind: str, pointer: str) -> list[str]:
    """Return the ids in a response, at the pointer that was expected or where its own form shows them."""
    for where in (pointer, _seen(body, parameter, kind)):
        found = (
            [v for v in values_at(body, where) if isinstance(v, str | int) and not isinstance(v, bool)]
            if where
            else []
        )
        if found:
            return [str(v) for v in found if str(v)]
    return []


def _seen(body: Any, parameter: str, kind: str) -> str:
    if isinstance(body, list) and body and isinstance(body[0], str):
        return "/*"
    found = pointer_to_id(scalars_of({}, schema_of(body)), parameter, kind)
    return found[1] if found else ""
