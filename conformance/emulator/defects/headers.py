"""Replies whose headers are not the documented ones, and clients whose headers are not understood."""

from __future__ import annotations

from dataclasses import replace

from conformance.emulator.call import Call
from conformance.emulator.defects.shared import SHORT, on
from conformance.emulator.faults import EVERY, Faults, defect
from conformance.emulator.replies import Reply, invalid_reality_data, invalid_value, refuse

_TYPES = {
    "associate": ("text/html", "The framework's default media type came back with an upgrade."),
    "move": ("text/plain", "A logging middleware writes refusals itself and forgets what they are."),
    "resource": ("application/xml", "Content negotiation picks the first formatter in the list."),
    "account": ("application/octet-stream", "A cache in front of the API serves bytes."),
}

for _short, (_type, _sentence) in _TYPES.items():

    @defect(
        f"{_short}-announces-{_type.partition('/')[2]}",
        _sentence,
        breaks=on(_short, "platform.body.announced-as-json"),
    )
    def _(faults: Faults, short: str = _short, media_type: str = _type) -> None:
        faults.on_reply(SHORT[short], lambda _, reply: replace(reply, content_type=media_type))


@defect(
    "correlation-ids-are-counted",
    "The tracing middleware counts requests where it should give each a GUID.",
    breaks=("platform.reply.correlation-id",),
)
def _(faults: Faults) -> None:
    faults.header(EVERY, "x-correlation-id", "7")


@defect(
    "token-echoed-in-a-header",
    "A debugging header sends the request's headers back.",
    breaks=("platform.reply.token-never-echoed",),
)
def _(faults: Faults) -> None:
    faults.on_reply(
        EVERY, lambda call, reply: reply.with_header("x-debug", call.headers.get("authorization") or "none")
    )


@defect(
    "account-echoes-the-token",
    "The error page of a development server shows the request that it could not serve.",
    breaks=on("account", "platform.reply.token-never-echoed"),
)
def _(faults: Faults) -> None:
    def show(call: Call, reply: Reply) -> Reply:
        said = f"{reply.json['error']['message']} Request: {call.headers.get('authorization', '')}"
        return replace(reply, json={"error": {**reply.json["error"], "message": said}})

    faults.on_reply(SHORT["account"], show, status=404)


@defect(
    "accept-must-be-exact",
    "The new framework refuses where no route produces exactly what Accept names, wildcards included.",
    breaks=("platform.accept.any-documented-form",),
    also=on("associate", ".empty-json-body"),
)
def _(faults: Faults) -> None:
    def picky(call: Call) -> Reply | None:
        if "vnd.bentley" in call.headers.get("accept", ""):
            return None
        return refuse(401, "NotAcceptable", "No formatter for this Accept.")

    faults.before(EVERY, "header", "accept", picky)


@defect(
    "paths-are-case-sensitive",
    "The routes moved to a framework that compares paths exactly.",
    breaks=("platform.path.case-insensitive",),
)
def _(faults: Faults) -> None:
    def exact(call: Call) -> Reply | None:
        words = [part for part in call.path.split("/") if part.replace("-", "").isalpha()]
        odd = any(word.lower() in _WORDS and word not in _WORDS for word in words)
        return refuse(404, "NotFound", "Resource not found.") if odd else None

    faults.before(EVERY, "header", "path", exact)


@defect(
    "trailing-slash-refused",
    "The gateway's route templates end without the optional slash.",
    breaks=("platform.path.trailing-slash",),
)
def _(faults: Faults) -> None:
    def exact(call: Call) -> Reply | None:
        return refuse(404, "NotFound", "Resource not found.") if call.path.endswith("/") else None

    faults.before(EVERY, "header", "path", exact)


_WORDS = frozenset({"itwins", "account", "repositories", "resources", "move"})


@defect(
    "account-without-accept-is-xml",
    "Without an Accept header the first formatter of the list is taken, and that one writes XML.",
    breaks=on(
        "account",
        "platform.accept.any-documented-form",
        "platform.body.success-as-documented",
        "platform.body.announced-as-json",
    ),
)
def _(faults: Faults) -> None:
    xml = Reply(200, body=b"<iTwin/>", content_type="application/xml")
    faults.on_reply(
        SHORT["account"],
        lambda _call, _reply: xml,
        status=200,
        when=lambda call, _: not call.headers.get("accept"),
    )


@defect(
    "associate-refuses-an-empty-body",
    "The body of every POST with a JSON media type is parsed, even if there is none.",
    breaks=on("associate", ".empty-json-body"),
)
def _(faults: Faults) -> None:
    def parse(call: Call) -> Reply | None:
        if call.headers.get("content-type") and not call.body:
            return invalid_reality_data(invalid_value("", "body"))
        return None

    faults.before(SHORT["associate"], "check_data_id", "parse", parse)


@defect(
    "account-minimal-is-less",
    "Return=minimal was taken literally: it answers with the id and nothing else that is not required.",
    breaks=on("account", ".prefer-minimal"),
    also=on("account", "platform.body.success-as-documented"),
)
def _(faults: Faults) -> None:
    def less(call: Call, reply: Reply) -> Reply:
        if "return=minimal" not in call.headers.get("prefer", ""):
            return reply
        return replace(reply, json={"iTwin": {**reply.json["iTwin"], "displayName": "-"}})

    faults.on_reply(SHORT["account"], less, status=200)


@defect(
    "account-ignores-prefer",
    "The gateway strips headers that it does not know, and Prefer is one of them.",
    breaks=on("account", ".prefer-representation"),
)
def _(faults: Faults) -> None:
    kept = ("id", "class", "subClass", "type", "number", "displayName")
    faults.body(
        SHORT["account"], lambda body: {"iTwin": {name: body["iTwin"].get(name) for name in kept}}, status=200
    )


@defect(
    "throttled-without-retry-after",
    "The limit moved to a new gateway, whose policy sets no header.",
    breaks=("platform.rate.retry-after",),
)
def _(faults: Faults) -> None:
    faults.header(EVERY, "Retry-After", None, status=429)


@defect(
    "throttled-until-a-date",
    "The new gateway writes Retry-After as a date, which HTTP allows and the platform does not.",
    breaks=("platform.rate.retry-after",),
)
def _(faults: Faults) -> None:
    faults.header(EVERY, "Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT", status=429)


@defect(
    "throttled-for-a-word",
    "The template of the header was never filled in.",
    breaks=("platform.rate.retry-after",),
)
def _(faults: Faults) -> None:
    faults.header(EVERY, "Retry-After", "soon", status=429)


@defect(
    "throttled-with-another-code",
    "The gateway's own error page names the limit in its own words.",
    breaks=("platform.rate.code",),
)
def _(faults: Faults) -> None:
    faults.code(EVERY, "RateLimitExceeded", "TooManyRequests")


@defect(
    "throttled-with-a-flat-body",
    "The gateway answers before the API does, with an error of its own shape.",
    breaks=("platform.error.envelope",),
    also=("platform.rate.code", "platform.error.message"),
)
def _(faults: Faults) -> None:
    faults.body(EVERY, lambda _: {"statusCode": 429, "message": "Rate limit is exceeded."}, status=429)


@defect(
    "throttled-with-503",
    "The limit is kept by the load balancer, which knows no other word for it.",
    breaks=("platform.rate.limited-status",),
    also=("platform.status.documented",),
)
def _(faults: Faults) -> None:
    faults.status(EVERY, 429, 503)


@defect(
    "throttled-never",
    "The counter was moved to a cache that is cleared with every deployment and was never filled again.",
    breaks=("platform.rate.limited-status",),
)
def _(faults: Faults) -> None:
    faults.drop(EVERY, "throttle")


@defect(
    "throttled-for-good",
    "Refused requests count as well, so a client that comes back too early never gets out.",
    breaks=("platform.rate.lifts",),
)
def _(faults: Faults) -> None:
    caught: set[str] = set()

    def count(call: Call, inner: object) -> Reply | None:
        refusal: Reply | None = None
        if callable(inner):
            refusal = inner(call)
        key = f"{call.client} {call.operation}"
        if refusal is not None:
            caught.add(key)
        elif key in caught:
            return refuse(429, "RateLimitExceeded", "The limit is exceeded.").with_header("Retry-After", "1")
        return refusal

    faults.wrap(EVERY, "throttle", count)
