"""Lists: what was created stands in them, and their pages show each entry once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from conformance.checks.rules.case import Case, must, rule
from conformance.checks.statuses import carried_out
from conformance.claims.rules import page_parameters
from conformance.errors import NotJudged, Violation
from conformance.exchange.model import ABSENT, Exchange
from conformance.generate.world.producers import plain

MANY: Final = 200
PAGED: Final = 2
BODY_LIMIT: Final = 4096


def slot_of(case: Case) -> str:
    """Return the slot whose collection this list is; `NotJudged` for none."""
    wanted = f"{plain(case.endpoint.path)}/{{}}"
    found = next((p for p in case.world.producers.slots if plain(p) == wanted), None)
    if found is None:
        raise NotJudged("the definition has no item of this list")
    return found


@rule("listed-after-create")
def contains_what_was_created(case: Case) -> None:
    """The list contains what was created."""
    _, draft, _ = case.control()
    thing = case.world.get(slot_of(case))
    if not thing.ours:
        raise NotJudged("nothing of ours can be created")
    size, _ = page_parameters(case.endpoint)
    params = {n: thing.params.get(n, v) for n, v in draft.params.items()}
    listed = case.send(replace(draft, params=params, query=_sized(case, draft.query, size)))
    if not carried_out(listed):
        raise NotJudged(f"the list was refused: {listed.summary()}", (listed.id,))
    entries = entries_of(listed)
    if thing.id in _ids(entries):
        return
    if len(entries) >= MANY or case_is_paged(listed, entries):
        raise NotJudged("the list is longer than what was read of it", (listed.id,))
    raise Violation("the list contains what was created", f"{len(entries)} entries without {thing.id}", (thing.made.id, listed.id) if thing.made else (listed.id,))


def _sized(case: Case, query: Any, size: str) -> dict[str, str]:
    """Return the query with the largest page that the definition allows."""
    if not size:
        return dict(query)
    schema = case.endpoint.schema_of_parameter(case.endpoint.parameter(size, "query"))
    parts = [schema, *(p for p in schema.get("anyOf") or () if isinstance(p, dict))]
    most = next((int(p["maximum"]) for p in parts if isinstance(p.get("maximum"), int | float)), 100)
    return {**query, size: str(min(most, MANY))}


def case_is_paged(listed: Exchange, entries: list[Any]) -> bool:
    """Tell whether a response says that there is more: a link, a token, or a greater total."""
    if "next" in (listed.header("Link") or ""):
        return True
    body = listed.json if isinstance(listed.json, dict) else {}
    flat = {**body, **{k: v for each in body.values() if isinstance(each, dict) for k, v in each.items()}}
    for name, value in flat.items():
        low = name.lower()
        if ("next" in low or "cursor" in low or "continuation" in low) and value:
            return True
        if low in {"total", "count", "total_count", "totalcount", "totalelements"} and isinstance(value, int) and value > len(entries):
            return True
    return False


def entries_of(listed: Exchange) -> list[Any]:
    """Return the entries of a list, also within one envelope; `NotJudged` where there is no list."""
    body = listed.json
    if body is ABSENT:
        raise NotJudged("the list is no JSON, or too long to be read", (listed.id,))
    if isinstance(body, list):
        return body
    if isinstance(body, dict):
        level = [body, *(v for v in body.values() if isinstance(v, dict))]
        for each in level:
            found = [v for v in each.values() if isinstance(v, list)]
            if found:
                return max(found, key=len)
    raise NotJudged("the response is no list", (listed.id,))


def _ids(entries: list[Any]) -> set[str]:
    """Return every scalar of the entries, as text."""
    found: set[str] = set()
    for each in entries:
        values = each.values() if isinstance(each, dict) else [each]
        inner = [v for value in values for v in (value.values() if isinstance(value, dict) else [value])]
        found |= {str(v) for v in inner if isinstance(v, str | int)}
    return found


def key_of(entry: Any) -> str:
    """Return what tells an entry from the others: its id, or all of it."""
    if isinstance(entry, dict):
        for name in ("id", "uuid", "_id", "name", "key"):
            if isinstance(entry.get(name), str | int):
                return str(entry[name])
    return repr(entry)


@rule("paging-partition")
def pages_show_each_entry_once(case: Case) -> None:
    """The first pages of a list, of one entry each, are the first entries of the whole, each once."""
    size, start = page_parameters(case.endpoint)
    whole, draft, _ = case.control()
    if "id" not in str(whole.text[:BODY_LIMIT]):
        raise NotJudged("its entries have no id", (whole.id,))
    try:
        for prefix in [slot_of(case)]:
            for _ in range(PAGED):
                case.world.fresh(prefix)
    except NotJudged:
        pass
    whole = case.send(draft)
    keys = [key_of(e) for e in entries_of(whole)]
    if len(keys) < PAGED:
        raise NotJudged(f"the list has {len(keys)} entries: nothing can be told by its pages", (whole.id,))
    first = 1 if "page" in start.lower() else 0
    pages = [case.send(replace(draft, query={**draft.query, size: "1", start: str(first + n)})) for n in range(PAGED)]
    if "page" in start.lower() and not entries_of(pages[1]):
        raise NotJudged("its pages may begin at 0", (pages[1].id,))
    found = [key_of(e) for page in pages if carried_out(page) for e in entries_of(page)]
    evidence = (whole.id, *(p.id for p in pages))
    for page in pages:
        must(carried_out(page), "a success for each page", page)
        if len(entries_of(page)) > 1:
            raise Violation("one entry a page", f"{len(entries_of(page))} entries with {size}=1", evidence)
    again = case.send(draft)
    if [key_of(e) for e in entries_of(again)] != keys:
        raise NotJudged("the list changes or has no order of its own", (again.id,))
    if len(set(found)) != PAGED:
        raise Violation("each entry once over the pages", f"pages of one entry show {', '.join(found)[:120] or 'nothing'}", evidence)
