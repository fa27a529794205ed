"""Where security is declared, a request without credentials, or with forged ones, is refused."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from conformance.checks.statuses import carried_out
from conformance.errors import NotApplicable, NotJudged
from conformance.generate.rules.case import Case, must, rule
from conformance.generate.world.requests import Draft

SERVER_ERROR: Final = 500
FORGED: Final = "ct-forged-0123456789abcdef"


@rule("no-credentials")
def refuses_no_credentials(case: Case) -> None:
    """Judge that a request without credentials is refused."""
    _refused(case, dict.fromkeys(_headers(case), None), {})


@rule("forged-credentials")
def refuses_forged_credentials(case: Case) -> None:
    """Judge that a request whose credentials nobody issued is refused."""
    headers: dict[str, str | None] = dict.fromkeys(_headers(case), None)
    query: dict[str, str] = {}
    for scheme in _schemes(case):
        where, name = scheme.get("in"), str(scheme.get("name", ""))
        kind, form = str(scheme.get("type", "")).lower(), str(scheme.get("scheme", "")).lower()
        if kind == "basic" or form == "basic":
            headers["Authorization"] = "Basic " + base64.b64encode(b"ct-nobody:ct-forged").decode()
        elif kind == "apikey" and where == "query":
            query[name] = FORGED
        elif kind == "apikey" and where == "cookie":
            headers["Cookie"] = f"{name}={FORGED}"
        elif kind == "apikey":
            headers[name] = FORGED
        else:
            headers["Authorization"] = f"{scheme.get('scheme') or 'Bearer'} {FORGED}"
    _refused(case, headers, query)


def _refused(case: Case, headers: dict[str, str | None], query: dict[str, str]) -> None:
    if not case.sender.has_credentials:
        raise NotApplicable("the target is judged anonymously: it has no role with credentials")
    control = case.control()
    about = _harmless(case, control.draft)
    sent = case.send(replace(about, headers={**about.headers, **headers}, query={**about.query, **query}))
    actual = f"{sent.summary()} (with credentials: {control.exchange.summary()})"
    if carried_out(sent) and "text/html" in (sent.header("Content-Type") or ""):
        raise NotJudged(f"a page for browsers is shown to anybody: {actual}", (sent.id,))
    must(not carried_out(sent), "401 or 403", sent, actual)
    if (sent.status or 0) >= SERVER_ERROR:
        raise NotJudged(f"without credentials: {sent.summary()}", (sent.id,))


def _harmless(case: Case, draft: Draft) -> Draft:
    """Return a draft that succeeds with credentials: with new names, about something that is there."""
    if case.sender.created_by(case.endpoint) is not None:
        return case.sender.renewed(draft)
    if case.endpoint.method == "DELETE" and case.endpoint.path_names:
        return case.about(case.world.get(case.own_slot()))
    return case.world.again(draft)


def _schemes(case: Case) -> Iterator[dict[str, Any]]:
    for way in case.endpoint.security[:1]:
        yield from way


def _headers(case: Case) -> Iterator[str]:
    """Yield every header that may carry credentials of this API."""
    yield from ("Authorization", "Cookie", *sorted(case.sender.credential_headers))
    for way in case.endpoint.security:
        for scheme in way:
            if str(scheme.get("type", "")).lower() == "apikey" and scheme.get("in") == "header":
                yield str(scheme.get("name"))
