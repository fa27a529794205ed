"""Whatever is sent, the server does not answer with an error of its own that no definition speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from conformance.checks.statuses import carried_out
from conformance.claims.applies import body_members
from conformance.claims.endpoints import Endpoint
from conformance.errors import NotJudged
from conformance.exchange.model import Exchange
from conformance.generate.rules.case import Case, must, rule
from conformance.generate.world.requests import Draft

SERVER_ERROR: Final = 500
UNABLE: Final = frozenset({501, 503})
"""Errors with which a server says that it has no such feature, or cannot do it now."""
MALFORMED: Final = "ct!no-such"


@rule("no-server-error")
def has_no_error_of_its_own(case: Case) -> None:
    """Judge by all that was sent of the operation, and by a request that is wrong in every way."""
    seen = [x for x in case.sender.seen(case.endpoint) if x.status is not None]
    bad = next((x for x in seen if is_crash(x, case.endpoint)), None)
    if bad is None:
        case.control()
        for draft in wrong_drafts(case):
            sent = case.send(draft)
            bad = sent if is_crash(sent, case.endpoint) else bad
    if bad is not None:
        must(holds=False, expected="no undocumented 5xx", exchange=bad)
    if not any(map(carried_out, seen)):
        raise NotJudged("no request of it succeeded")


def is_crash(exchange: Exchange, endpoint: Endpoint) -> bool:
    """Tell whether a response is an error of the server's own that the definition does not speak of."""
    status = exchange.status or 0
    documented = str(status) in endpoint.responses or "5xx" in endpoint.responses
    return status >= SERVER_ERROR and not (documented or status in UNABLE or exchange.is_gateway_page)


def wrong_drafts(case: Case) -> Iterator[Draft]:
    """Yield the valid request with every member of the body, or else the last id of the path, malformed."""
    draft = case.control().draft
    if isinstance(draft.json, dict) and (names := sorted(body_members(case.endpoint)[0])):
        yield replace(draft, json={name: {"ct": [None]} for name in names})
    elif case.endpoint.path.rstrip("/").endswith("}"):
        yield replace(draft, params={**draft.params, case.endpoint.path_names[-1]: MALFORMED})
