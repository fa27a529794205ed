"""Compares two definitions: operations, parameters, bodies, responses, security."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from conformance.claims.drift.change import EVERY, Change, Direction, Effect
from conformance.claims.drift.schemas import Comparison, Found
from conformance.claims.endpoints import Content, Endpoint, base_of, endpoints
from conformance.claims.openapi import JsonObject
from conformance.claims.path_names import plain
from conformance.claims.schemas import deref

WORDS: Final = ("summary", "description", "tags", "externalDocs")
Key = tuple[str, str]
Sides = tuple[Endpoint, Endpoint]
Contents = Mapping[str, Any]
"""Schemas by media type, without the parameters of these."""


def drift(old: JsonObject, new: JsonObject) -> list[Change]:
    """Return each change from one definition to the next, what breaks first."""
    before, after = _by_key(old), _by_key(new)
    found: list[Change] = []
    if not before.keys() & after.keys() and base_of(old) != base_of(new):
        what = f"{base_of(new) or '/'}, where it was {base_of(old) or '/'}"
        found.append(Change(Effect.BREAKING, "base path", what, operation=EVERY))
        before, after = _by_key(old, based=False), _by_key(new, based=False)
    gone, added = before.keys() - after.keys(), after.keys() - before.keys()
    found += (Change(Effect.BREAKING, "", "removed", before[key].label) for key in gone)
    found += (Change(Effect.COMPATIBLE, "", "new", after[key].label) for key in added)
    kept = before.keys() & after.keys()
    several = {after[key].label: frozenset(_operation(before[key], after[key])) for key in kept}
    everywhere = frozenset.intersection(*several.values()) if len(several) > 1 else frozenset()
    found += (Change(*each, operation=EVERY) for each in everywhere)
    found += (Change(*each, operation=label) for label in several for each in several[label] - everywhere)
    rank = list(Effect)
    return sorted(dict.fromkeys(found), key=lambda c: (rank.index(c.effect), c.operation, c.where, c.what))


def _by_key(document: JsonObject, *, based: bool = True) -> dict[Key, Endpoint]:
    return {(e.method, plain(e.base + e.path if based else e.path)): e for e in endpoints(document)}


def _operation(old: Endpoint, new: Endpoint) -> Found:
    yield from _names(old, new)
    yield from _parameters(old, new)
    yield from _body(old, new)
    yield from _responses(old, new)
    yield from _security(old, new)


def _names(old: Endpoint, new: Endpoint) -> Found:
    if old.spec.get("operationId") != new.spec.get("operationId"):
        ids = [str(side.spec.get("operationId") or "none") for side in (new, old)]
        yield Effect.DOCUMENTATION, "operationId", ", where it was ".join(ids)
    if old.path_names != new.path_names:
        yield Effect.DOCUMENTATION, "path", f"{new.path}, where it was {old.path}"
    if bool(new.spec.get("deprecated")) != bool(old.spec.get("deprecated")):
        what = "deprecated" if new.spec.get("deprecated") else "no longer deprecated"
        yield Effect.COMPATIBLE, "", what
    for key in WORDS:
        if old.spec.get(key) != new.spec.get(key):
            yield Effect.DOCUMENTATION, key, "changed"


def _parameters(old: Endpoint, new: Endpoint) -> Found:
    before, after = _named(old), _named(new)
    for place, name in before.keys() - after.keys():
        yield Effect.BREAKING, f"{place} {name}", "removed"
    for key in after.keys() - before.keys():
        needed = bool(after[key].get("required"))
        what = "new and required" if needed else "new"
        yield Effect.BREAKING if needed else Effect.COMPATIBLE, " ".join(key), what
    for key in before.keys() & after.keys():
        was, now = before[key], after[key]
        if bool(was.get("required")) != bool(now.get("required")):
            effect = Effect.BREAKING if now.get("required") else Effect.COMPATIBLE
            what = "required now" if now.get("required") else "no longer required"
            yield effect, " ".join(key), what
        comparison = Comparison(old.document, new.document, "request")
        schemas = old.schema_of_parameter(was), new.schema_of_parameter(now)
        yield from comparison.compare(*schemas, " ".join(key))
        if was.get("description") != now.get("description"):
            yield Effect.DOCUMENTATION, " ".join(key), "its description was changed"


def _named(endpoint: Endpoint) -> dict[Key, JsonObject]:
    """Return the parameters by place and name; those of the path by position, which is all they mean."""
    names = {name: f"parameter {number}" for number, name in enumerate(endpoint.path_names, 1)}
    found = {}
    for each in endpoint.parameters:
        place, name = str(each.get("in")), str(each.get("name"))
        if place != "body":
            found[place, names.get(name, name) if place == "path" else _same_case(place, name)] = each
    return found


def _same_case(place: str, name: str) -> str:
    return name.lower() if place == "header" else name


def _body(old: Endpoint, new: Endpoint) -> Found:
    was, now = _contents(old), _contents(new)
    if not was and now:
        needed = bool(deref(new.document, new.spec.get("requestBody")).get("required"))
        yield Effect.BREAKING if needed else Effect.COMPATIBLE, "body", "new"
    elif was and not now:
        yield Effect.BREAKING, "body", "removed"
    else:
        yield from _media((old, new), (was, now), "request", "body")


def _contents(endpoint: Endpoint) -> Contents:
    body = deref(endpoint.document, endpoint.spec.get("requestBody"))
    if body:
        return _by_media(endpoint.contents(body))
    return {} if endpoint.body is None else _by_media([endpoint.body])


def _by_media(contents: Iterable[Content]) -> Contents:
    return {content.media.partition(";")[0].strip().lower(): content.schema for content in contents}


def _responses(old: Endpoint, new: Endpoint) -> Found:
    for status in old.responses.keys() - new.responses.keys():
        effect = Effect.BREAKING if status.startswith("2") else Effect.COMPATIBLE
        yield effect, f"response {status}", "removed"
    for status in new.responses.keys() - old.responses.keys():
        effect = Effect.BREAKING if status.startswith(("2", "3")) else Effect.COMPATIBLE
        yield effect, f"response {status}", "new"
    for status in old.responses.keys() & new.responses.keys():
        was, now = old.responses[status], new.responses[status]
        where = f"response {status}"
        contents = _by_media(old.contents(was)), _by_media(new.contents(now))
        yield from _media((old, new), contents, "response", where)
        yield from _headers(was, now, where)
        if was.get("description") != now.get("description"):
            yield Effect.DOCUMENTATION, where, "its description was changed"


def _headers(was: JsonObject, now: JsonObject, where: str) -> Found:
    before, after = ({name.lower() for name in side.get("headers") or ()} for side in (was, now))
    for name in before - after:
        yield Effect.BREAKING, f"{where} header {name}", "removed"
    for name in after - before:
        yield Effect.COMPATIBLE, f"{where} header {name}", "new"


def _media(sides: Sides, contents: tuple[Contents, Contents], direction: Direction, where: str) -> Found:
    was, now = contents
    comparison = Comparison(sides[0].document, sides[1].document, direction)
    if len(was) == len(now) == 1 and was.keys() != now.keys():
        (before, schema), (after, other) = next(iter(was.items())), next(iter(now.items()))
        yield Effect.BREAKING, where, f"{after}, where it was {before}"
        yield from comparison.compare(schema, other, where)
        return
    for media in was.keys() - now.keys():
        yield Effect.BREAKING, where, f"no {media} any more"
    for media in now.keys() - was.keys():
        yield Effect.COMPATIBLE, where, f"{media} is new"
    for media in was.keys() & now.keys():
        yield from comparison.compare(was[media], now[media], where)


def _security(old: Endpoint, new: Endpoint) -> Found:
    before, after = (_ways(endpoint.security) for endpoint in (old, new))
    if before == after:
        return
    easier = not after or (before and all(any(set(now) <= set(was) for now in after) for was in before))
    effect = Effect.COMPATIBLE if easier else Effect.BREAKING
    yield effect, "security", f"{_said(after)}, where it was {_said(before)}"


def _ways(security: Sequence[Sequence[JsonObject]]) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(sorted(map(_scheme, way))) for way in security)


def _scheme(scheme: JsonObject) -> str:
    return f"{scheme.get('type', '?')} {scheme.get('scheme') or scheme.get('name') or ''}".strip()


def _said(ways: frozenset[tuple[str, ...]]) -> str:
    return " or ".join(sorted(" and ".join(way) for way in ways)) or "none"


def touched(changes: Sequence[Change], labels: Iterable[str]) -> list[str]:
    """Return which of these may be judged otherwise now: not those that are only told otherwise."""
    real = {change.operation for change in changes if change.effect is not Effect.DOCUMENTATION}
    return [label for label in labels if EVERY in real or label in real]
