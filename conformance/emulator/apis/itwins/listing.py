"""List iTwins: all of a user's, favorites, recents, and the primary account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

from conformance.emulator.apis.itwins import odata
from conformance.emulator.apis.itwins.crud import ALL_SUB_CLASSES, STATUSES
from conformance.emulator.apis.itwins.views import account_view, itwin_view, visible
from conformance.emulator.behaviours import assumed, on_page, seen_live
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.paging import links, read_page
from conformance.emulator.kernel.pipeline import Handler
from conformance.emulator.kernel.responses import (
    Detail,
    Response,
    invalid_itwins,
    invalid_value,
    itwin_not_found,
)
from conformance.emulator.state.records import ITwin, Marks

MESSAGE = "Invalid iTwins request."
EXACT = {
    "displayname": "displayName",
    "number": "number",
    "type": "type",
    "status": "status",
    "parentid": "parentId",
    "itwinaccountid": "iTwinAccountId",
    "datacenterlocation": "dataCenterLocation",
    "class": "class",
}
SEARCHED = ("displayName", "number", "type", "geographicLocation")
_RECENTS = 25


@assumed("itwins.list-filters", "Exact filters compare without regard to case; $search looks inside names.")
@on_page(
    "itwins.list-inactive",
    "Inactive iTwins are listed only with includeInactive or status=Inactive.",
    "003_4f2d58e9696cea4a",
)
def list_itwins(call: Call) -> Response:
    """Show a page of the iTwins that the user is a member of, 200 ``{iTwins, _links}``."""
    scope = call.request.headers.get("x-itwin-query-scope", "memberOfItwin").lower()
    return _show(call, visible(call, scope=scope))


def favorites(call: Call) -> Response:
    """Show a page of the user's favorites, 200."""
    return _show(call, _marked(call, _marks(call).favorites))


def recents(call: Call) -> Response:
    """Show a page of the iTwins that the user marked last, newest first, 200."""
    return _show(call, _marked(call, tuple(reversed(_marks(call).recents))))


def _marked(call: Call, ids: tuple[str, ...]) -> list[ITwin]:
    found = (call.state.itwins.get(each) for each in ids)
    return [each for each in found if each and call.rule("may_see", call.state, call.user, each)]


def _marks(call: Call) -> Marks:
    return call.state.marks.get(call.user.id) or Marks(call.user.id)


def mark(kind: Literal["favorites", "recents"]) -> Handler:
    """Return a step that marks the iTwin as favorite or as used of late, 204."""

    def add(call: Call) -> Response:
        return _keep(call, kind, (*_unmarked(call, kind), call.itwin.id))

    return add


def unmark(kind: Literal["favorites", "recents"]) -> Handler:
    """Return a step that takes the mark away, 204."""
    return lambda call: _keep(call, kind, _unmarked(call, kind))


def _unmarked(call: Call, kind: str) -> tuple[str, ...]:
    return tuple(each for each in getattr(_marks(call), kind) if each != call.itwin.id)


def _keep(call: Call, kind: str, ids: tuple[str, ...]) -> Response:
    marks = _marks(call)
    marks = replace(marks, recents=ids[-_RECENTS:]) if kind == "recents" else replace(marks, favorites=ids)
    call.state.marks.put(marks)
    return Response(204)


def primary_account(call: Call) -> Response:
    """Show the account of the user's organization, 200 ``{iTwin}``."""
    organization = call.state.organizations.get(call.user.organization)
    account = call.state.itwins.get(organization.account) if organization else None
    return Response(200, {"iTwin": account_view(call, account)}) if account else itwin_not_found()


def _show(call: Call, itwins: list[ITwin]) -> Response:
    query = call.request.query
    page = read_page(query)
    problems = (*_problems(query), *((page,) if isinstance(page, Detail) else ()))
    if problems or isinstance(page, Detail):
        return invalid_itwins(MESSAGE, *problems)
    try:
        tests = [*_tests(query), odata.parse_filter(query.get("$filter", ""))]
    except odata.FilterError as error:
        return invalid_itwins(str(error), invalid_value(query["$filter"], "$filter"))
    found = [each for each in itwins if all(test(each.document) for test in tests)]
    odata.order(found, query.get("$orderby", ""), lambda each: each.document)
    shown = [_selected(call, each, query.get("$select", "")) for each in page.cut(found)]
    return Response(200, {"iTwins": shown, "_links": links(call, page, len(found))})


def _selected(call: Call, itwin: ITwin, select: str) -> dict[str, Any]:
    if not select:
        return itwin_view(call, itwin)
    return {name: itwin.document[name] for name in odata.names(select)}


@seen_live("itwins.list-sub-class", "An unknown subClass is 422 with detail InvalidValue/subClass.")
@seen_live("itwins.list-status", "An unknown status, or status with includeInactive, is 422.")
def _problems(query: dict[str, str]) -> list[Detail]:
    problems = []
    if not set(odata.names(query.get("subclass", ""))) <= set(ALL_SUB_CLASSES):
        problems.append(invalid_value(query["subclass"], "subClass"))
    status = query.get("status")
    if status and status not in STATUSES:
        problems.append(invalid_value(status, "status"))
    if status and query.get("includeinactive", "").lower() == "true":
        problems.append(invalid_value(query["includeinactive"], "includeInactive"))
    return problems + odata.select_problems(query.get("$select", ""))


def _tests(query: dict[str, str]) -> list[Callable[[Any], bool]]:
    tests = [_exact(name, query[key]) for key, name in EXACT.items() if query.get(key)]
    wanted = odata.names(query.get("subclass", ""))
    tests.append(
        lambda document: document["subClass"] in wanted if wanted else document["class"] != "Account"
    )
    if query.get("includeinactive", "").lower() != "true" and not query.get("status"):
        tests.append(lambda document: document["status"] != "Inactive")
    if query.get("$search"):
        words = query["$search"].lower()
        tests.append(lambda document: any(words in str(document[name] or "").lower() for name in SEARCHED))
    return tests


def _exact(name: str, asked: str) -> Callable[[Any], bool]:
    return lambda document: str(document[name] or "").lower() == asked.lower()
