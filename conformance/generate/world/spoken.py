"""What the running text of a refusal says of a request: values that are listed, members, parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from conformance.claims.schemas import deref, members
from conformance.exchange.model import ABSENT, Exchange
from conformance.generate.world.ids import words
from conformance.generate.world.requests import Complaint, Draft
from conformance.generate.world.values import Maker

IN_QUOTES: Final = re.compile(r"['\"`]([A-Za-z_][\w-]{1,40})['\"`]")
LONGEST: Final = 4096
SHORTEST: Final = 3
REPEATED: Final = frozenset({"input", "ctx", "body", "instance", "traceback"})
"""Members of a refusal in which servers repeat what was sent."""
DEEPEST: Final = 2
Path = tuple[str, ...]


def said(refusal: Exchange) -> str:
    """Return what a refusal says in its own words: not what it repeats of the request."""
    if refusal.json is ABSENT:
        return refusal.text[:LONGEST]
    return " ".join(_texts(refusal.json))[:LONGEST]


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for name, value in node.items():
            if name not in REPEATED:
                yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)


def enumerations(draft: Draft, maker: Maker) -> Mapping[Path, list[Any]]:
    """Return the listed values of the body's members by their paths, two deep."""
    content = draft.endpoint.body
    found: dict[Path, list[Any]] = {}
    if content is not None:
        for path, schema in _schemas(maker, content.schema):
            if isinstance(values := schema.get("enum"), list):
                found[path] = values
    return found


def _schemas(maker: Maker, schema: Any, above: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    for name, node in members(maker.document, schema).items():
        inner = deref(maker.document, node)
        yield (*above, name), inner
        if len(above) + 1 < DEEPEST:
            yield from _schemas(maker, inner, (*above, name))


def listed_in(draft: Draft, text: str, maker: Maker) -> list[Path]:
    """Return the members whose listed value, or whose name of several words, a refusal has in its text."""
    found = []
    for path in enumerations(draft, maker):
        value = _at(draft.json, path)
        named = words(path[-1])
        if isinstance(value, str) and (
            _says(text, value) or (len(named) > 1 and _says(text.lower(), " ".join(named)))
        ):
            found.append(path)
    return sorted(found)


def missed(draft: Draft, text: str, maker: Maker) -> Iterator[Complaint]:
    """Yield the members that a refusal speaks of and that have no entry, or are not there."""
    content = draft.endpoint.body
    if content is None or not isinstance(draft.json, dict):
        return
    quoted = set(IN_QUOTES.findall(text))
    for path, _ in _schemas(maker, content.schema):
        held = _at(draft.json, path[:-1]) if len(path) > 1 else draft.json
        if not isinstance(held, dict):
            continue
        is_empty = held.get(path[-1]) == [] and _says(text.lower(), path[-1].lower())
        if is_empty or (path[-1] not in held and path[-1] in quoted):
            yield "", path


def queried(draft: Draft, text: str) -> Iterator[Complaint]:
    """Yield the parameters of the query that a refusal names and that were not sent; its value if said."""
    names = [str(p.get("name", "")) for p in draft.endpoint.parameters if p.get("in") == "query"]
    named = [n for n in names if len(n) >= SHORTEST and n not in draft.query and _says(text, n)]
    for name in named:
        if said := re.search(rf"\b{re.escape(name)}=([\w.-]+)", text):
            yield f"={said[1].rstrip('.')}", (name,)
            return
    yield from (("query", (name,)) for name in named)


def _says(text: str, word: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None


def _at(body: Any, path: Path) -> Any:
    for part in path:
        body = body.get(part) if isinstance(body, dict) else None
    return body
