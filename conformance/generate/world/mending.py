"""Mends a request as its refusal says: adds members that are missed, leaves out those complained of."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from conformance.claims.schemas import deref, members
from conformance.exchange.model import ABSENT, Exchange
from conformance.generate.world.media import as_text
from conformance.generate.world.requests import Complaint, Draft, parameter_value
from conformance.generate.world.spoken import enumerations, listed_in, missed, queried, said
from conformance.generate.world.values import OWN, Maker

PLACES: Final = frozenset({"body", "query", "querystring", "path", "header", "json"})
NAMING: Final = ("field", "param", "parameter", "property", "pointer", "path", "attribute")
SAID: Final = re.compile(
    r"[\"'`]([\w.-]+)[\"'`] (?:is|was) (?:a )?(?:required|missing)"
    r"|(?:[Mm]issing|[Rr]equired)(?: required| mandatory)?"
    r"(?: field| parameter| property| key| argument)?s?:? "
    r"[\"'`]([\w.-]+)[\"'`]"
    r"|[Mm]issing (?:field|parameter|property|key|argument|value)[^:'\"\n]{0,24}: ([A-Za-z_][\w.-]*)"
    r"|\b([A-Za-z_][\w.-]*) (?:is required|must be (?:given|set|specified|provided|supplied))"
)
WORD_IN_QUOTES: Final = re.compile(r"['`]([A-Za-z][\w-]{1,30})['`]")
QUOTED: Final = "="
"""What the place of a complaint begins with that says the value which is wanted."""
LISTED: Final = "enum"
"""The place of a complaint of a value that the schema lists."""
MOST: Final = 6
MOST_ROUNDS: Final = 2
DEEPEST: Final = 5


def mended(draft: Draft, refusal: Exchange, maker: Maker) -> Draft | None:
    """Return the draft as its refusal asks for, None where it says nothing that could be done."""
    text = said(refusal)
    listed = [(LISTED, path) for path in listed_in(draft, text, maker)]
    own = [*_echoed(draft.json, refusal), *_quoted(draft.json, refusal)]
    own += [*missed(draft, text, maker), *queried(draft, text)]
    if draft.rounds >= MOST_ROUNDS:
        return None
    if not listed and not own and not list(complaints(refusal)):
        own = list(_learned(draft, maker))
    once: dict[tuple[str, ...], Complaint] = {}
    for place, path in (*listed, *complaints(refusal), *own):
        once.setdefault(path, (place, path))
    told = (*draft.complaints, *list(once.values())[:MOST])
    found = replace(heeding(draft, told, maker), rounds=draft.rounds + 1)
    return None if (found.json, found.query) == (draft.json, draft.query) else found


def heeding(draft: Draft, told: tuple[Complaint, ...], maker: Maker) -> Draft:
    """Return the draft without what was complained of."""
    body = copy.deepcopy(draft.json)
    query = dict(draft.query)
    for place, path in told:
        parameter = draft.endpoint.parameter(path[-1], "query")
        if place == LISTED and isinstance(body, dict):
            _choose_another(body, path, draft, maker)
        elif parameter and place.startswith(QUOTED):
            query[path[-1]] = place.removeprefix(QUOTED)
        elif place.startswith(QUOTED) and isinstance(body, dict):
            body[path[-1]] = place.removeprefix(QUOTED)
        elif parameter and place not in {"body", "json"}:
            query[path[-1]] = as_text(parameter_value(draft.endpoint, parameter, maker))
        elif isinstance(body, dict) and place not in {"query", "querystring"}:
            _mend(body, path, draft, maker)
    return replace(draft, json=body, query=query, complaints=told)


def complaints(refusal: Exchange) -> Iterator[Complaint]:
    """Yield what a refusal complains of: a place ("" where it names none) and the path of a member."""
    body = refusal.json
    if body is not ABSENT:
        yield from _in_json(body, 0)
    for match in SAID.finditer(refusal.text[:4096]):
        name = next(found for found in match.groups() if found)
        yield "", tuple(name.removeprefix("body.").split("."))


def _in_json(node: Any, depth: int) -> Iterator[Complaint]:
    if depth > DEEPEST or not isinstance(node, dict | list):
        return
    if isinstance(node, dict):
        yield from _of(node)
    for inner in node.values() if isinstance(node, dict) else node:
        yield from _in_json(inner, depth + 1)


def _of(node: dict[str, Any]) -> Iterator[Complaint]:
    loc = node.get("loc")
    if isinstance(loc, list) and loc:
        parts = [str(part) for part in loc]
        place = parts[0] if parts[0] in PLACES else ""
        if named := tuple(parts[1:] if place else parts):
            yield place, named
    elif isinstance(node.get("name"), str) and node.get("location") in PLACES:
        yield str(node["location"]), tuple(str(node["name"]).split("."))
    else:
        for key in NAMING:
            if isinstance(value := node.get(key), str) and re.fullmatch(r"[\w./-]{1,80}", value):
                yield "", tuple(re.split(r"[./]", value.strip("./")))
        for key, value in node.items():  # by the name of the member, a list of what is wrong with it
            if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
                yield "", tuple(key.split("."))


def _echoed(body: Any, refusal: Exchange, path: tuple[str, ...] = ()) -> Iterator[Complaint]:
    """Yield the members whose text of our own a refusal repeats: it complains of them."""
    for name, value in body.items() if isinstance(body, dict) and len(path) < 2 else ():  # noqa: PLR2004 - two deep
        if isinstance(value, str) and OWN in value and value in refusal.text:
            yield "", (*path, name)
        yield from _echoed(value, refusal, (*path, name))


def _learned(draft: Draft, maker: Maker) -> Iterator[Complaint]:
    """Yield the members of our own making for which responses showed another value."""
    for name, value in draft.json.items() if isinstance(draft.json, dict) else ():
        if isinstance(value, str) and OWN in value and maker.learned(name, (), value):
            yield "", (name,)


def _quoted(body: Any, refusal: Exchange) -> Iterator[Complaint]:
    """Yield what a refusal says in quotes beside the name of a member that has a text of our own."""
    words = [word for word in WORD_IN_QUOTES.findall(refusal.text[:4096]) if OWN not in word]
    for name, value in body.items() if isinstance(body, dict) and words else ():
        is_own = isinstance(value, str) and OWN in value
        if is_own and name not in words and re.search(rf"\b{re.escape(name)}\b", refusal.text):
            yield QUOTED + words[0], (name,)


def _choose_another(body: dict[str, Any], path: tuple[str, ...], draft: Draft, maker: Maker) -> None:
    """Give a member the next of its listed values."""
    values = enumerations(draft, maker).get(path, [])
    for part in path[:-1]:
        body = body[part]
    if body.get(path[-1]) in values:
        body[path[-1]] = values[(values.index(body[path[-1]]) + 1) % len(values)]


def _mend(body: dict[str, Any], path: tuple[str, ...], draft: Draft, maker: Maker) -> None:
    """Add a member that is not there, or leave one out that need not be."""
    content = draft.endpoint.body
    node, schema = body, content.schema if content is not None else {}
    for part in path[:-1]:
        schema = deref(maker.document, members(maker.document, schema).get(part))
        inner = node.get(part)
        if not isinstance(inner, dict):
            return
        node = inner
    name = path[-1]
    if name not in node:
        known = members(maker.document, schema).get(name)
        if name == "id" and draft.endpoint.path.endswith("}"):
            node[name] = draft.params[draft.endpoint.path_names[-1]]
        elif known is not None or name == "id":
            node[name] = maker.value(known or {}, name)
    elif node[name] == [] and (known := members(maker.document, schema).get(name)) is not None:
        node[name] = maker.value({**deref(maker.document, known), "minItems": 1}, name)
    elif isinstance(node[name], str) and (learned := maker.learned(name, path[-2:-1], node[name])):
        node[name] = learned
    elif isinstance(node[name], str) and OWN in node[name].lower() and node[name] != _plainer(node[name]):
        node[name] = _plainer(node[name])
    elif name not in (schema.get("required") or ()):
        del node[name]


def _plainer(text: str) -> str:
    """Return a name in small letters; one that is so already with underscores."""
    return text.lower() if text != text.lower() else text.replace("-", "_")
