"""List iTwins: all of a user's, favorites, recents, and the primary account."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.emulator.call import Call
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
_CLAUSE = re.compile(
    r"^(\w+)\s+(eq|ne)\s+'((?:[^']|'')*)'$|^(contains|startswith)\((\w+),\s*'((?:[^']|'')*)'\)$",
    re.IGNORECASE,
)
_TESTS: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda held, asked: held == asked,
    "ne": lambda held, asked: held != asked,
    "contains": lambda held, asked: asked in held,
    "startswith": lambda held, asked: held.startswith(asked),
}


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
    if isinstance(page, Detail):
        return invalid_itwins(MESSAGE, page)
    tests = _tests(query)
    if isinstance(tests, Detail):
        return invalid_itwins(MESSAGE, tests)
    found = [each for each in itwins if all(test(each.document) for test in tests)]
    if "$orderby" in query:
        name, _, direction = query["$orderby"].strip().partition(" ")
        found.sort(
            key=lambda each: str(each.document.get(name) or ""), reverse=direction.strip().lower() == "desc"
        )
    shown = [itwin_view(call, each) for each in page.cut(found)]
    return Reply(200, {"iTwins": shown, "_links": links(call, page, len(found))})


def _tests(query: dict[str, str]) -> list[Callable[[Any], bool]] | Detail:
    tests = [_exact(name, query[key]) for key, name in EXACT.items() if query.get(key)]
    if query.get("subclass"):
        tests.append(_one_of("subClass", query["subclass"]))
    else:
        tests.append(lambda document: document["class"] != "Account")
    if query.get("includeinactive", "").lower() != "true" and not query.get("status"):
        tests.append(lambda document: document["status"] != "Inactive")
    if query.get("$search"):
        words = query["$search"].lower()
        tests.append(lambda document: any(words in str(document[name] or "").lower() for name in SEARCHED))
    for clause in re.split(r"\s+and\s+", query.get("$filter", "").strip(), flags=re.IGNORECASE):
        if clause:
            match = _CLAUSE.match(clause)
            if match is None:
                return invalid_value(clause, "$filter")
            tests.append(_clause(match))
    return tests


def _exact(name: str, asked: str) -> Callable[[Any], bool]:
    return lambda document: str(document[name] or "").lower() == asked.lower()


def _one_of(name: str, asked: str) -> Callable[[Any], bool]:
    allowed = {each.strip().lower() for each in asked.split(",")}
    return lambda document: str(document[name]).lower() in allowed


def _clause(match: re.Match[str]) -> Callable[[Any], bool]:
    name, verb, text = match.group(1, 2, 3) if match.group(1) else match.group(5, 4, 6)
    asked, test = text.replace("''", "'").lower(), _TESTS[verb.lower()]
    return lambda document: test(str(document.get(name) or "").lower(), asked)
