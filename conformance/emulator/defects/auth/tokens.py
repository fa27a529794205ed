"""Tokens that should be refused and are not, and work that is done before anybody looks at them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.emulator.defects import changes
from conformance.emulator.defects.changes import Change
from conformance.emulator.defects.defect import Defect
from conformance.emulator.defects.operations import (
    ACCOUNT,
    EVERY,
    MOVE,
    RESOURCE,
    SHORT,
    Made,
    account,
    named,
    platform,
    sent_itwin,
)
from conformance.emulator.kernel.authentication import CHECKS
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.lookup_steps import lookup_data, lookup_itwin
from conformance.emulator.kernel.pipeline import Handler
from conformance.emulator.kernel.responses import Response, invalid_itwins, itwin_not_found, missing
from conformance.emulator.state.records import GIS, Resource, is_guid
from conformance.emulator.state.seed import user_of

_NAMES = tuple(check.__name__ for check in CHECKS)
_KINDS = (
    "missing-token",
    "missing-token-code",
    "before-existence",
    "wrong-scheme",
    "malformed-token",
    "empty-token",
    "forged-signature",
    "changed-claims",
    "unsigned-token",
    "foreign-key",
    "public-key-as-secret",
    "expired-token",
    "wrong-scope",
    "other-issuer",
    "not-yet-valid",
    "before-validation",
)
_DOTS = 2  # of a JWT
_CHANGES_NOTHING = "platform.auth.refused-changes-nothing"


def _become_owner(call: Call) -> None:
    call.user = user_of(call.state)


def _trust(test: Callable[[Call], Any]) -> Change:
    """Let requests that pass the test in as the owner, whatever their token says."""

    def become(call: Call, inner: Handler) -> object:
        if not test(call):
            return inner(call)
        _become_owner(call)
        return None

    return changes.together(changes.let_in(EVERY, _NAMES[:-1], test), changes.wrap(EVERY, _NAMES[-1], become))


def _token(name: str, *kinds: str) -> Made:
    return platform(name, *(f"platform.auth.{kind}" for kind in kinds))


def _is_anonymous(call: Call) -> bool:
    return not call.request.authorization


def _is_no_token(call: Call) -> bool:
    scheme, _, rest = call.request.authorization.partition(" ")
    return scheme.lower() == "bearer" and bool(rest.strip()) and rest.count(".") != _DOTS


def _is_symmetric(call: Call) -> bool:
    return str(call.token.header.get("alg", "")).startswith("HS")


def _refuse_unknown(call: Call) -> Response | None:
    if "realityDataId" in call.ids:
        known: object = lookup_data(call, call.ids["realityDataId"])
    else:
        known = lookup_itwin(call, call.ids["iTwinId"])
    return itwin_not_found() if known is None and _is_anonymous(call) else None


def _bind(call: Call) -> Response | None:
    invalid = call.json == {} and _is_anonymous(call)
    return invalid_itwins("The body is not valid.", missing("id")) if invalid else None


def _parse_ids(call: Call) -> Response | None:
    good = all(map(is_guid, call.ids.values()))
    return itwin_not_found() if not good and _is_anonymous(call) else None


def _associate(call: Call) -> None:
    data, itwin = lookup_data(call, call.ids["realityDataId"]), lookup_itwin(call, call.ids["iTwinId"])
    if data is not None and itwin is not None and itwin.id not in data.itwins:
        call.state.reality_data.put(replace(data, itwins=(*data.itwins, itwin.id)))


def _move(call: Call) -> None:
    data, itwin = lookup_data(call, call.ids["realityDataId"]), lookup_itwin(call, str(sent_itwin(call)))
    if data is not None and itwin is not None:
        call.state.reality_data.put(replace(data, itwins=(itwin.id,)))


def _create_resource(call: Call) -> None:
    body, itwin = call.json, call.ids["iTwinId"]
    if isinstance(body, dict) and isinstance(body.get("id"), str):
        kept = {"class": GIS, "subClass": "WebMapService", **body}
        call.state.resources.put(Resource(itwin, call.ids["repositoryId"], body["id"], kept))


def _carried_out_before_401(short: str, carry_out: Callable[[Call], None]) -> Defect:
    return named(short, "carried-out-before-401", _CHANGES_NOTHING)(
        "The handler was moved in front of the middleware that checks tokens.",
        changes.then(SHORT[short], carry_out, status=401),
    )


DEFECTS = (
    _token("expired-token-accepted", "expired-token")(
        "The gateway's clock check was switched off during an incident and never came back.",
        changes.drop(EVERY, "expiry"),
    ),
    _token("future-token-accepted", "not-yet-valid")(
        "The token library compares the expiry and not the not-before claim.",
        changes.drop(EVERY, "not_before"),
    ),
    _token("token-of-any-issuer-accepted", "other-issuer")(
        "Issuer validation was switched off for a local test and shipped so.", changes.drop(EVERY, "issuer")
    ),
    _token("scope-not-checked", "wrong-scope")(
        "The policy asks for an authenticated user and forgot the scope.", changes.drop(EVERY, "scope")
    ),
    _token(
        "signature-not-checked",
        "forged-signature",
        "changed-claims",
        "foreign-key",
    )("The token is decoded and never verified.", changes.drop(EVERY, "signature")),
    _token("unsigned-token-accepted", "unsigned-token")(
        "The token library was told to trust the algorithm that the token itself names.",
        changes.together(
            changes.drop(EVERY, "algorithm"),
            changes.let_in(EVERY, ("signature",), lambda call: call.token.header.get("alg") == "none"),
        ),
    ),
    _token("public-key-taken-as-secret", "public-key-as-secret")(
        "The verifier uses the published key for whatever algorithm the token names, HMAC included.",
        changes.let_in(EVERY, ("algorithm", "signature"), _is_symmetric),
    ),
    _token("any-bearer-accepted", "malformed-token")(
        "A development switch takes whatever follows the word Bearer as the test user.", _trust(_is_no_token)
    ),
    _token("empty-bearer-accepted", "empty-token")(
        "An empty token means the anonymous user of an internal network, and the network was opened.",
        _trust(lambda call: call.request.authorization.lower() == "bearer"),
    ),
    _token("basic-accepted", "wrong-scheme")(
        "The old login by user and password was left on.",
        _trust(lambda call: call.request.authorization.lower().startswith("basic")),
    ),
    _token(
        "anonymous-calls-accepted",
        "missing-token",
        "missing-token-code",
        "before-existence",
        "before-validation",
    )(
        "Authentication became optional for health checks, and every call without a header is one.",
        _trust(_is_anonymous),
    ),
    _token("missing-token-has-another-code", "missing-token-code")(
        "The gateway's policy was written again and answers with the code of a bad token.",
        changes.code(EVERY, "HeaderNotFound", "Unauthorized"),
    ),
    _token("strangers-learn-what-exists", "before-existence")(
        "The lookup became a route filter, and route filters run before authentication.",
        changes.before(EVERY, "header", _refuse_unknown),
    ),
    _token(
        "bodies-validated-before-tokens",
        f"before-validation@{MOVE}",
        f"before-validation@{RESOURCE}",
    )(
        "Model binding runs before the filters, and one of them is authentication.",
        changes.before((MOVE, RESOURCE), "header", _bind),
    ),
    _token("ids-validated-before-tokens", "before-validation")(
        "The ids of a path are parsed before the filters run, and one of them is authentication.",
        changes.before(EVERY, "header", _parse_ids),
    ),
    account("needs-no-token", *(f"platform.auth.{kind}" for kind in _KINDS), ".outsider-refused")(
        "The route of one operation was added to the list of anonymous ones.",
        changes.together(
            changes.drop(ACCOUNT, *_NAMES[:-1]), changes.replace_step(ACCOUNT, "client", _become_owner)
        ),
        # Limits count by application, and whoever needs no token has none of its own.
        may_also_break=(f"platform.rate.*@{ACCOUNT}",),
    ),
    _carried_out_before_401("associate", _associate),
    _carried_out_before_401("move", _move),
    _carried_out_before_401("resource", _create_resource),
)
