"""List reality data with the filters, orders and continuation that the platform's clients use."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from conformance.emulator.behaviours import assumed, documented, used_by_clients
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.lookup_steps import holds, lookup_itwin
from conformance.emulator.kernel.paging import Page, address, read_page
from conformance.emulator.kernel.responses import (
    Detail,
    Response,
    insufficient_permissions,
    invalid_reality_data,
    invalid_value,
    itwin_not_found,
)
from conformance.emulator.state.records import RealityData

Test = Callable[[Any], bool]

DEFAULT_PAGE = 100
LARGEST_PAGE = 1000
MINIMAL = ("id", "displayName", "type")
SEARCHED = ("id", "displayName", "type", "dataset", "group", "description")
EXACT = {
    "ownerid": "ownerId",
    "datacenter": "dataCenterLocation",
    "group": "group",
    "classification": "classification",
}
READ = frozenset({"realitydata_read"})
_PAGING = frozenset({"$top", "continuationtoken"})


@assumed("data.list-visible", "Without iTwinId all reality data that the user may read are listed.")
@assumed("data.list-minimal", "Without Prefer each entry has id, displayName and type.")
@used_by_clients("data.list-types", "Several types come in one parameter, or the parameter comes again.")
@used_by_clients(
    "data.list-no-null-next",
    "The last page has no _links at all: the shipped Python client takes them only with a next link.",
)
@used_by_clients("data.list-top", "$top is 1 to 1000, anything else 422 InvalidParameter for $Top.")
@documented("data.list-page-size", "Without $top a continuation has the size of the page before.")
def list_data(call: Call) -> Response:
    """Show a page of reality data, 200 ``{realityData, _links}``."""
    query = call.request.query | {"types": ",".join(call.request.values("types"))}
    found = _of_itwin(call, query["itwinid"]) if query.get("itwinid") else _visible(call)
    if isinstance(found, Response):
        return found
    page = _page(query)
    if isinstance(page, Detail):
        return invalid_reality_data(page)
    tests = _tests(query)
    if isinstance(tests, Detail):
        return invalid_reality_data(tests)
    rows = [each.document for each in found if all(test(each.document) for test in tests)]
    _order(rows, query.get("$orderby", ""))
    shown = page.cut(rows)
    names = rows[0].keys() if rows and call.request.wants_representation else MINIMAL
    body: dict[str, Any] = {"realityData": [{name: each[name] for name in names} for each in shown]}
    reached = page.skip + page.top
    if reached < len(rows):
        token = base64.urlsafe_b64encode(f"{reached},{page.top}".encode()).decode()
        # A shipped client only finds a continuation that is not the first parameter.
        kept = [(name, value) for name, value in query.items() if value and name not in _PAGING]
        more = address(call, [*kept, ("$top", str(page.top)), ("continuationToken", token)])
        body["_links"] = {"next": more}
    return Response(200, body)


def _of_itwin(call: Call, text: str) -> list[RealityData] | Response:
    if not call.rule("is_guid", text):
        return invalid_reality_data(invalid_value(text, "iTwinId"))
    itwin = lookup_itwin(call, text)
    if itwin is None:
        return itwin_not_found()
    if not call.permissions(itwin) >= READ:
        return insufficient_permissions()
    return call.state.reality_data.where(lambda each: itwin.id in each.itwins)


def _visible(call: Call) -> list[RealityData]:
    return call.state.reality_data.where(lambda each: holds(call, each, READ))


def _page(query: dict[str, str]) -> Page | Detail:
    start, size = 0, DEFAULT_PAGE
    if query.get("continuationtoken"):
        try:
            told = base64.urlsafe_b64decode(query["continuationtoken"].encode()).decode().split(",")
            start, size = (int(each) for each in told)
        except ValueError:
            return invalid_value(query["continuationtoken"], "continuationToken")
    page = read_page({"$top": query.get("$top", str(size)), "$skip": str(start)}, largest=LARGEST_PAGE)
    if isinstance(page, Detail) and page.target == "$top":
        return Detail("InvalidParameter", f"The field Top must be between 1 and {LARGEST_PAGE}.", "$Top")
    return page


def _tests(query: dict[str, str]) -> list[Test] | Detail:
    ranges = _ranges(query)
    return ranges if isinstance(ranges, Detail) else [*_words(query), *ranges]


def _words(query: dict[str, str]) -> list[Test]:
    tests: list[Test] = [_exact(name, query[key]) for key, name in EXACT.items() if query.get(key)]
    if query.get("types"):
        types = {each.strip().lower() for each in query["types"].split(",")}
        tests.append(lambda row: str(row["type"]).lower() in types)
    if query.get("tag"):
        tests.append(lambda row: query["tag"].lower() in [str(each).lower() for each in row["tags"]])
    if query.get("$search"):
        words = query["$search"].lower()
        tests.append(lambda row: any(words in str(row[name] or "").lower() for name in SEARCHED))
    return tests


def _ranges(query: dict[str, str]) -> list[Test] | Detail:
    tests: list[Test] = []
    for name, read in RANGES.items():
        asked = query.get(name.lower())
        if asked:
            test = read(name, asked)
            if test is None:
                return invalid_value(asked, name)
            tests.append(test)
    return tests


def _exact(name: str, asked: str) -> Test:
    return lambda row: str(row[name] or "").lower() == asked.lower()


def _moment(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _period(text: str) -> tuple[datetime, datetime] | None:
    start, _, end = text.partition("/")
    first, last = _moment(start), _moment(end)
    return None if first is None or last is None else (first, last)


def _within(name: str, asked: str) -> Test | None:
    period = _period(asked)

    def test(row: Any) -> bool:
        moment = _moment(row[name])
        return moment is not None and period is not None and period[0] <= moment <= period[1]

    return test if period else None


def _acquired(name: str, asked: str) -> Test | None:
    period = _period(asked)

    def test(row: Any) -> bool:
        acquisition = row[name.removesuffix("DateTime")] or {}
        first = _moment(acquisition.get("startDateTime"))
        last = _moment(acquisition.get("endDateTime")) or first
        return bool(period and first and last and first <= period[1] and last >= period[0])

    return test if period else None


def _reaching(name: str, asked: str) -> Test | None:
    try:
        west, south, east, north = (float(each) for each in asked.split(","))
    except ValueError:
        return None
    return lambda row: _overlap(row[name], (west, south, east, north))


def _overlap(extent: Any, box: tuple[float, ...]) -> bool:
    match extent:
        case {
            "southWest": {"latitude": int() | float() as south, "longitude": int() | float() as west},
            "northEast": {"latitude": int() | float() as north, "longitude": int() | float() as east},
        }:
            return bool(west <= box[2] and east >= box[0] and south <= box[3] and north >= box[1])
    return False


def _order(rows: list[Any], text: str) -> None:
    for clause in reversed([each for each in text.split(",") if each.strip()]):
        name, _, direction = clause.strip().partition(" ")
        rows.sort(key=_by(name), reverse=direction.strip().lower() == "desc")


def _by(name: str) -> Callable[[Any], str]:
    return lambda row: str(row.get(name) or "")


RANGES: dict[str, Callable[[str, str], Test | None]] = {
    "createdDateTime": _within,
    "modifiedDateTime": _within,
    "lastAccessedDateTime": _within,
    "acquisitionDateTime": _acquired,
    "extent": _reaching,
}
"""How each query parameter that means a range is read, None for what cannot be read."""
