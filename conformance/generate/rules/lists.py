"""Lists: what was created stands in them, and their pages show each entry once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from conformance.checks.statuses import carried_out
from conformance.claims.applies import PAGE_SIZES, PAGE_STARTS, page_parameters
from conformance.claims.endpoints import Endpoint
from conformance.claims.path_names import plain
from conformance.errors import NotJudged, Violation
from conformance.exchange.model import ABSENT, Exchange
from conformance.generate.rules.case import Case, rule
from conformance.generate.world.requests import Draft
from conformance.generate.world.thing import Thing, shows

MANY: Final = 200
USUAL_PAGE: Final = 100
PAGES: Final = 3
FEWEST: Final = 2
NO_FILTERS: Final = frozenset(
    {
        *PAGE_SIZES,
        *PAGE_STARTS,
        "sort",
        "order",
        "order_by",
        "orderby",
        "sort_by",
        "direction",
        "fields",
        "select",
    }
)
"""Parameters of a list that leave out no entry for good."""
KEYS: Final = ("id", "uuid", "_id", "name", "key", "slug")
TOTALS: Final = frozenset({"total", "count", "total_count", "totalcount", "totalelements", "total_items"})


def slot_of(case: Case) -> str:
    """Return the slot whose collection this list is; `NotJudged` for none."""
    wanted = f"{plain(case.endpoint.path)}/{{}}"
    found = next((p for p in case.world.producers.slots if plain(p) == wanted), None)
    if found is None:
        raise NotJudged("the definition has no item of this list")
    return found


@rule("listed-after-create")
def contains_what_was_created(case: Case) -> None:
    """Judge that the list contains what was created."""
    valid = case.control()
    thing = case.world.get(slot_of(case))
    if not (thing.ours and thing.confirmed):
        raise NotJudged("nothing of ours stands in it that a read confirmed")
    draft = whole_list(replace(valid.draft, params=_params(valid.draft, thing)))
    listed = case.sender.eventually(lambda: case.send(draft), lambda seen: _shows(seen, thing))
    if not carried_out(listed):
        raise NotJudged(f"the list was answered with {listed.summary()}", (listed.id,))
    entries = entries_of(listed)
    if _shows(listed, thing):
        return
    if _may_filter(case.endpoint):
        raise NotJudged("the list may leave out what its parameters do not ask for", (listed.id,))
    if len(entries) >= _asked_for(draft) or says_more(listed, entries, _surely_gives(draft)):
        raise NotJudged("the list is longer than what was read of it", (listed.id,))
    if case.sender.username and entries and all(case.sender.username in scalars(e) for e in entries):
        raise NotJudged("the list shows only whom the credentials are of", (listed.id,))
    evidence = (thing.made.id, listed.id) if thing.made else (listed.id,)
    raise Violation(
        "the list contains what was created", f"{len(entries)} entries without {thing.id}", evidence
    )


def _may_filter(endpoint: Endpoint) -> bool:
    """Tell whether a list has parameters that choose among its entries without being sent."""
    for parameter in endpoint.parameters:
        schema = endpoint.schema_of_parameter(parameter)
        is_choice = schema.get("type") == "boolean" or "enum" in schema or "default" in schema
        name = str(parameter.get("name", "")).lower()
        if parameter.get("in") == "query" and is_choice and name not in NO_FILTERS:
            return True
    return False


def _params(draft: Draft, thing: Thing) -> dict[str, str]:
    return {name: thing.params.get(name, value) for name, value in draft.params.items()}


def whole_list(draft: Draft) -> Draft:
    """Return the draft with the largest page that the definition allows."""
    size, _ = page_parameters(draft.endpoint)
    if not size:
        return draft
    schema = draft.endpoint.schema_of_parameter(draft.endpoint.parameter(size, "query"))
    parts = [schema, *(p for p in schema.get("anyOf") or () if isinstance(p, dict))]
    most = next((int(p["maximum"]) for p in parts if isinstance(p.get("maximum"), int | float)), USUAL_PAGE)
    return replace(draft, query={**draft.query, size: str(min(most, MANY))})


def _asked_for(draft: Draft) -> int:
    size, _ = page_parameters(draft.endpoint)
    asked = draft.query.get(size, "")
    return int(asked) if asked.isdigit() else USUAL_PAGE


def _shows(listed: Exchange, thing: Thing) -> bool:
    """Tell whether a list has an entry of the thing: its id as a value, or one of its own names."""
    if not carried_out(listed) or listed.json is ABSENT:
        return False
    return thing.id in scalars(entries_of(listed)) or any(shows(listed, mark) for mark in thing.marks)


def _surely_gives(draft: Draft) -> int:
    """Return how many entries a page has, where the definition says how many it may have; else 0."""
    size, _ = page_parameters(draft.endpoint)
    schema = draft.endpoint.schema_of_parameter(draft.endpoint.parameter(size, "query"))
    return _asked_for(draft) if size and "maximum" in schema else 0


def says_more(listed: Exchange, entries: Sequence[Any], surely: int = 0) -> bool:
    """Tell whether a response says that there is more than it has: a link, a token, or a greater total.

    A total of at most `surely`, the size of a page, says so not: the page should have it all.
    """
    shown = max(len(entries), surely)
    if "next" in (listed.header("Link") or ""):
        return True
    totals = [
        listed.header(name) for name in ("Total-Count", "Total-Objects", "Total-Records", "X-Total-Count")
    ]
    if any(total and total.isdigit() and int(total) > shown for total in totals):
        return True
    body = listed.json if isinstance(listed.json, dict) else {}
    flat = {**body, **{k: v for each in body.values() if isinstance(each, dict) for k, v in each.items()}}
    for name, value in flat.items():
        low = name.lower()
        if value and any(word in low for word in ("next", "cursor", "continuation", "has_more", "hasmore")):
            return True
        if low in TOTALS and isinstance(value, int) and value > shown:
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


def scalars(value: Any) -> set[str]:
    """Return every text and number of a JSON value, numbers as their text."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return {found for each in inner for found in scalars(each)}
    return {str(value)} if isinstance(value, str | int) else set()


def key_of(entry: Any) -> str:
    """Return what tells an entry from the others: its id, or all of it."""
    if isinstance(entry, dict):
        for name in KEYS:
            if isinstance(entry.get(name), str | int):
                return str(entry[name])
    return repr(entry)


@dataclass(frozen=True)
class _Paging:
    """How the pages of a list are asked for."""

    case: Case
    draft: Draft
    size: int

    def page(self, number: int, first: int) -> Exchange:
        """Send for a page, counted from 0; `first` is what the API calls the first page."""
        size, start = page_parameters(self.case.endpoint)
        by_page = "page" in start.lower()
        where = first + number if by_page else number * self.size
        return self.case.send(
            replace(self.draft, query={**self.draft.query, size: str(self.size), start: str(where)})
        )


@rule("paging-partition")
def pages_show_each_entry_once(case: Case) -> None:
    """Judge that the pages of a list are the whole list: each entry once, and none left out."""
    draft = case.control().draft
    _fill(case)
    whole = case.send(whole_list(draft))
    keys = _keys(whole)
    if says_more(whole, keys) or len(keys) >= _asked_for(whole_list(draft)):
        raise NotJudged("the whole list cannot be read at once", (whole.id,))
    if len(keys) < FEWEST or len(set(keys)) < len(keys):
        raise NotJudged(f"the list has {len(keys)} entries that can be told apart: too few", (whole.id,))
    paging = _Paging(case, draft, max(-(-len(keys) // PAGES), _least(case)))
    pages = _pages(paging, keys)
    if _keys(case.send(whole_list(draft))) != keys:
        raise NotJudged("the list changes or has no order of its own", (whole.id,))
    _partition(paging, keys, whole, pages)


def _pages(paging: _Paging, keys: list[str]) -> list[Exchange]:
    """Return the pages that should show the whole list."""
    wanted = -(-len(keys) // paging.size)
    if wanted < FEWEST:
        raise NotJudged("the list has too few entries for two pages")
    first = _first_page(paging.case)
    begin = paging.page(0, first)
    if (
        carried_out(begin)
        and first
        and _keys(begin)[:1] != keys[:1]
        and _keys(begin)[:1] == keys[paging.size :][:1]
    ):
        first, begin = 0, paging.page(0, 0)
    pages = [begin, *(paging.page(number, first) for number in range(1, wanted))]
    for page in pages:
        if not carried_out(page):
            raise NotJudged(f"a page was answered with {page.summary()}", (page.id,))
    return pages


def _partition(paging: _Paging, keys: list[str], whole: Exchange, pages: list[Exchange]) -> None:
    evidence = (whole.id, *(page.id for page in pages))
    size, _ = page_parameters(paging.case.endpoint)
    for page in pages:
        if len(_keys(page)) > paging.size:
            actual = f"{len(_keys(page))} entries with {size}={paging.size}"
            raise Violation(f"at most {paging.size} entries a page", actual, evidence)
    found = [key for page in pages for key in _keys(page)]
    twice = sorted({key for key in found if found.count(key) > 1})
    if twice:
        raise Violation(
            "each entry once over the pages", f"{', '.join(twice)[:120]} more than once", evidence
        )
    if missing := sorted(set(keys) - set(found)):
        raise Violation("every entry on one of the pages", f"{', '.join(missing)[:120]} on none", evidence)


def _fill(case: Case) -> None:
    """Make two more entries of the list where this run can."""
    try:
        slot = slot_of(case)
        for _ in range(FEWEST):
            case.world.fresh(slot)
    except NotJudged:
        return


def _keys(listed: Exchange) -> list[str]:
    return [key_of(entry) for entry in entries_of(listed)]


def _least(case: Case) -> int:
    """Return the smallest page that the definition allows."""
    size, _ = page_parameters(case.endpoint)
    least = case.endpoint.schema_of_parameter(case.endpoint.parameter(size, "query")).get("minimum")
    return int(least) if isinstance(least, int | float) and least > 1 else 1


def _first_page(case: Case) -> int:
    """Return what the API calls its first page: as the definition says, else 1."""
    _, start = page_parameters(case.endpoint)
    schema = case.endpoint.schema_of_parameter(case.endpoint.parameter(start, "query"))
    said = schema.get("default", schema.get("minimum", 1))
    return int(said) if isinstance(said, int | float) and said in (0, 1) else 1
