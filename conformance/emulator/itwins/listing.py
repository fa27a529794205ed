"""List iTwins: all of a user's, favorites, recents, and the primary account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.emulator.call import Call
from conformance.emulator.itwins import odata
from conformance.emulator.itwins.crud import ALL_SUB_CLASSES, STATUSES
from conformance.emulator.itwins.views import account_view, itwin_view, visible
from conformance.emulator.paging import links, read_page
from conformance.emulator.provenance import Source, states
from conformance.emulator.records import ITwin, Marks
from conformance.emulator.replies import Detail, Reply, invalid_itwins, invalid_value, itwin_not_found

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


@states(
    "itwins.list-filters",
    "Exact filters compare without regard to case; $search looks inside names.",
    Source.ASSUMPTION,
)
@states(
    "itwins.list-inactive",
    "Inactive iTwins are listed only with includeInactive or status=Inactive.",
    Source.PAGE,
    "003_4f2d58e9696cea4a",
)
def list_itwins(call: Call) -> Reply:
    """Show a page of the iTwins that the user is a member of, 200 ``{iTwins, _links}``."""
    scope = call.headers.get("x-itwin-query-scope", "memberOfItwin").lower()
    return _show(call, visible(call, scope=scope))


def favorites(call: Call) -> Reply:
    """Show a page of the user's favorites, 200."""
    return _show(call, _marked(call, _marks(call).favorites))


def recents(call: Call) -> Reply:
    """Show a page of the iTwins that the user marked last, newest first, 200."""
    return _show(call, _marked(call, tuple(reversed(_marks(call).recents))))


def _marked(call: Call, ids: tuple[str, ...]) -> list[ITwin]:
    found = (call.emulator.state.itwins.get(each) for each in ids)
    return [each for each in found if each and call.rule("may_see", call.emulator.state, call.user, each)]


def _marks(call: Call) -> Marks:
    return call.emulator.state.marks.get(call.user.id) or Marks(call.user.id)


def add_favorite(call: Call) -> Reply:
    """Mark the iTwin as favorite, 204."""
    return _keep(
        call, replace(_marks(call), favorites=(*_without(call, _marks(call).favorites), call.itwin.id))
    )


def drop_favorite(call: Call) -> Reply:
    """Take the mark away, 204."""
    return _keep(call, replace(_marks(call), favorites=_without(call, _marks(call).favorites)))


def add_recent(call: Call) -> Reply:
    """Mark the iTwin as used of late, 204."""
    return _keep(
        call,
        replace(_marks(call), recents=(*_without(call, _marks(call).recents), call.itwin.id)[-_RECENTS:]),
    )


def drop_recent(call: Call) -> Reply:
    """Take the mark away, 204."""
    return _keep(call, replace(_marks(call), recents=_without(call, _marks(call).recents)))


def _without(call: Call, ids: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each for each in ids if each != call.itwin.id)


def _keep(call: Call, marks: Marks) -> Reply:
    call.emulator.state.marks.put(call.user.id, marks)
    return Reply(204)


def primary_account(call: Call) -> Reply:
    """Show the account of the user's organization, 200 ``{iTwin}``."""
    organization = call.emulator.state.organizations.get(call.user.organization)
    account = call.emulator.state.itwins.get(organization.account) if organization else None
    return Reply(200, {"iTwin": account_view(call, account)}) if account else itwin_not_found()


def _show(call: Call, itwins: list[ITwin]) -> Reply:
    query = call.query
    page = read_page(query)
    faults = (*_faults(query), *((page,) if isinstance(page, Detail) else ()))
    if faults or isinstance(page, Detail):
        return invalid_itwins(MESSAGE, *faults)
    try:
        tests = [*_tests(query), odata.parse_filter(query.get("$filter", ""))]
    except odata.FilterError as error:
        return invalid_itwins(str(error), invalid_value(query["$filter"], "$filter"))
    found = [each for each in itwins if all(test(each.document) for test in tests)]
    odata.order(found, query.get("$orderby", ""), lambda each: each.document)
    shown = [_selected(call, each, query.get("$select", "")) for each in page.cut(found)]
    return Reply(200, {"iTwins": shown, "_links": links(call, page, len(found))})


def _selected(call: Call, itwin: ITwin, select: str) -> dict[str, Any]:
    if not select:
        return itwin_view(call, itwin)
    return {name: itwin.document[name] for name in odata.names(select)}


@states("itwins.list-sub-class", "An unknown subClass is 422 with detail InvalidValue/subClass.", Source.LIVE)
@states("itwins.list-status", "An unknown status, or status with includeInactive, is 422.", Source.LIVE)
def _faults(query: dict[str, str]) -> list[Detail]:
    faults = []
    if not set(odata.names(query.get("subclass", ""))) <= set(ALL_SUB_CLASSES):
        faults.append(invalid_value(query["subclass"], "subClass"))
    status = query.get("status")
    if status and status not in STATUSES:
        faults.append(invalid_value(status, "status"))
    if status and query.get("includeinactive", "").lower() == "true":
        faults.append(invalid_value(query["includeinactive"], "includeInactive"))
    return faults + odata.select_faults(query.get("$select", ""))


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
