"""Tokens that should be refused and are not."""

from __future__ import annotations

from conformance.emulator.call import Call
from conformance.emulator.defects.shared import SHORT, WRITERS, authorization, on, trust
from conformance.emulator.faults import EVERY, Faults, defect
from conformance.emulator.finding import lookup_data, lookup_itwin
from conformance.emulator.records import Resource, is_guid
from conformance.emulator.replies import Reply, invalid_itwins, itwin_not_found, missing

CHANGED = tuple(part for short in WRITERS for part in on(short, "platform.auth.refused-changes-nothing"))
"""What is accepted is carried out: the things that bad tokens were about have changed."""


@defect(
    "expired-token-accepted",
    "The gateway's clock check was switched off during an incident and never came back.",
    breaks=("platform.auth.expired-token",),
    also=CHANGED,
)
def _(faults: Faults) -> None:
    faults.drop(EVERY, "expiry")


@defect(
    "future-token-accepted",
    "The token library compares the expiry and not the not-before claim.",
    breaks=("platform.auth.not-yet-valid",),
    also=CHANGED,
)
def _(faults: Faults) -> None:
    faults.drop(EVERY, "not_before")


@defect(
    "token-of-any-issuer-accepted",
    "Issuer validation was switched off for a local test and shipped so.",
    breaks=("platform.auth.other-issuer",),
    also=CHANGED,
)
def _(faults: Faults) -> None:
    faults.drop(EVERY, "issuer")


@defect(
    "scope-not-checked",
    "The policy asks for an authenticated user and forgot the scope.",
    breaks=("platform.auth.wrong-scope",),
    also=CHANGED,
)
def _(faults: Faults) -> None:
    faults.drop(EVERY, "scope")


@defect(
    "signature-not-checked",
    "The token is decoded and never verified.",
    breaks=("platform.auth.forged-signature", "platform.auth.changed-claims", "platform.auth.foreign-key"),
    also=CHANGED,
)
def _(faults: Faults) -> None:
    faults.drop(EVERY, "signature")


@defect(
    "unsigned-token-accepted",
    "The token library was told to trust the algorithm that the token itself names.",
    breaks=("platform.auth.unsigned-token",),
    also=CHANGED,
)
def _(faults: Faults) -> None:
    faults.drop(EVERY, "algorithm")
    faults.wrap(
        EVERY,
        "signature",
        lambda call, inner: None if call.token.header.get("alg") == "none" else inner(call),
    )


@defect(
    "public-key-taken-as-secret",
    "The verifier uses the published key for whatever algorithm the token names, HMAC included.",
    breaks=("platform.auth.public-key-as-secret",),
    also=CHANGED,
)
def _(faults: Faults) -> None:
    def keyed(call: Call) -> bool:
        return str(call.token.header.get("alg", "")).startswith("HS")

    for step in ("algorithm", "signature"):
        faults.wrap(EVERY, step, lambda call, inner: None if keyed(call) else inner(call))


@defect(
    "any-bearer-accepted",
    "A development switch takes whatever follows the word Bearer as the test user.",
    breaks=("platform.auth.malformed-token",),
    also=(*CHANGED, "platform.auth.before-validation"),
)
def _(faults: Faults) -> None:
    def no_token(call: Call) -> bool:
        scheme, _, rest = authorization(call).partition(" ")
        return scheme.lower() == "bearer" and bool(rest.strip()) and rest.count(".") != 2  # noqa: PLR2004 - the dots of a JWT

    trust(faults, EVERY, no_token)


@defect(
    "empty-bearer-accepted",
    "An empty token means the anonymous user of an internal network, and the network was opened.",
    breaks=("platform.auth.empty-token",),
    also=CHANGED,
)
def _(faults: Faults) -> None:
    trust(faults, EVERY, lambda call: authorization(call).lower() == "bearer")


@defect(
    "basic-accepted",
    "The old login by user and password was left on.",
    breaks=("platform.auth.wrong-scheme",),
    also=CHANGED,
)
def _(faults: Faults) -> None:
    trust(faults, EVERY, lambda call: authorization(call).lower().startswith("basic"))


@defect(
    "anonymous-calls-accepted",
    "Authentication became optional for health checks, and every call without a header is one.",
    breaks=(
        "platform.auth.missing-token",
        "platform.auth.missing-token-code",
        "platform.auth.before-existence",
        "platform.auth.before-validation",
    ),
    also=CHANGED,
)
def _(faults: Faults) -> None:
    trust(faults, EVERY, lambda call: not authorization(call))


@defect(
    "missing-token-has-another-code",
    "The gateway's policy was written again and answers with the code of a bad token.",
    breaks=("platform.auth.missing-token-code",),
)
def _(faults: Faults) -> None:
    faults.code(EVERY, "HeaderNotFound", "Unauthorized")


@defect(
    "strangers-learn-what-exists",
    "The lookup became a route filter, and route filters run before authentication.",
    breaks=("platform.auth.before-existence",),
    also=("platform.auth.before-validation",),
)
def _(faults: Faults) -> None:
    faults.before(EVERY, "header", "exists", _unknown_before_all)


def _unknown_before_all(call: Call) -> Reply | None:
    if "realityDataId" in call.ids:
        return None if lookup_data(call, call.ids["realityDataId"]) else _if_anonymous(call)
    return None if lookup_itwin(call, call.ids["iTwinId"]) else _if_anonymous(call)


def _if_anonymous(call: Call) -> Reply | None:
    return None if authorization(call) else itwin_not_found()


@defect(
    "bodies-validated-before-tokens",
    "Model binding runs before the filters, and one of them is authentication.",
    breaks=tuple(f"platform.auth.before-validation@{SHORT[short]}" for short in ("move", "resource")),
)
def _(faults: Faults) -> None:
    def bind(call: Call) -> Reply | None:
        invalid = call.json == {} and not authorization(call)
        return invalid_itwins("The body is not valid.", missing("id")) if invalid else None

    faults.before((SHORT["move"], SHORT["resource"]), "header", "bind", bind)


@defect(
    "ids-validated-before-tokens",
    "The ids of a path are parsed before the filters run, and one of them is authentication.",
    breaks=("platform.auth.before-validation",),
)
def _(faults: Faults) -> None:
    def parse(call: Call) -> Reply | None:
        good = all(map(is_guid, call.ids.values()))
        return None if good or authorization(call) else itwin_not_found()

    faults.before(EVERY, "header", "parse", parse)


@defect(
    "account-needs-no-token",
    "The route of one operation was added to the list of anonymous ones.",
    breaks=(
        *on("account", *(f"platform.auth.{kind}" for kind in (
            "missing-token", "missing-token-code", "before-existence", "wrong-scheme", "malformed-token",
            "empty-token", "forged-signature", "changed-claims", "unsigned-token", "foreign-key",
            "public-key-as-secret", "expired-token", "wrong-scope", "other-issuer", "not-yet-valid",
            "before-validation",
        ))),
        *on("account", ".outsider-refused"),
    ),
    also=("platform.rate.*@getITwinAccount",),
)  # fmt: skip
def _(faults: Faults) -> None:
    faults.open_to_all("getITwinAccount")


@defect(
    "associate-carried-out-before-401",
    "The handler was moved in front of the middleware that checks tokens.",
    breaks=on("associate", "platform.auth.refused-changes-nothing"),
    also=on("move", "platform.auth.refused-changes-nothing"),
)
def _(faults: Faults) -> None:
    def store(call: Call, reply: Reply) -> Reply:
        data, itwin = lookup_data(call, call.ids["realityDataId"]), lookup_itwin(call, call.ids["iTwinId"])
        if data is not None and itwin is not None and itwin.id not in data.itwins:
            call.reality_data, call.itwin = data, itwin
            _step(call, "apply")
        return reply

    faults.on_reply(SHORT["associate"], store, status=401)


@defect(
    "move-carried-out-before-401",
    "The handler was moved in front of the middleware that checks tokens.",
    breaks=on("move", "platform.auth.refused-changes-nothing"),
    also=on("associate", "platform.auth.refused-changes-nothing"),
)
def _(faults: Faults) -> None:
    def store(call: Call, reply: Reply) -> Reply:
        sent = call.json.get("iTwinId") if isinstance(call.json, dict) else None
        data, itwin = lookup_data(call, call.ids["realityDataId"]), lookup_itwin(call, str(sent))
        if data is not None and itwin is not None:
            call.reality_data, call.itwin = data, itwin
            _step(call, "apply")
        return reply

    faults.on_reply(SHORT["move"], store, status=401)


@defect(
    "resource-carried-out-before-401",
    "The handler was moved in front of the middleware that checks tokens.",
    breaks=on("resource", "platform.auth.refused-changes-nothing"),
    also=on("resource", ".refused-changes-nothing"),
)
def _(faults: Faults) -> None:
    def store(call: Call, reply: Reply) -> Reply:
        body, itwin = call.json, call.ids["iTwinId"]
        if isinstance(body, dict) and isinstance(body.get("id"), str):
            kept = {"class": "GeographicInformationSystem", "subClass": "WebMapService", **body}
            call.emulator.state.add_resource(Resource(itwin, call.ids["repositoryId"], body["id"], kept))
        return reply

    faults.on_reply(SHORT["resource"], store, status=401)


def _step(call: Call, name: str) -> None:
    next(each for each in call.emulator.pipelines[call.operation] if each.name == name).run(call)
