"""Headers and paths that are not understood, or not sent, on all operations alike; and limits on requests."""

from __future__ import annotations

from conformance.emulator.defects import changes
from conformance.emulator.defects.changes import Change
from conformance.emulator.defects.operations import ENVELOPE, EVERY, platform
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.pipeline import Handler
from conformance.emulator.kernel.responses import Response, refuse

_WORDS = frozenset({"itwins", "account", "repositories", "resources", "move"})
_NOT_FOUND = refuse(404, "NotFound", "Resource not found.")


def _picky(call: Call) -> Response | None:
    if "vnd.bentley" in call.request.headers.get("accept", ""):
        return None
    return refuse(401, "NotAcceptable", "No formatter for this Accept.")


def _case_sensitive(call: Call) -> Response | None:
    words = [part for part in call.request.path.split("/") if part.replace("-", "").isalpha()]
    odd = any(word.lower() in _WORDS and word not in _WORDS for word in words)
    return _NOT_FOUND if odd else None


def _without_slash(call: Call) -> Response | None:
    return _NOT_FOUND if call.request.path.endswith("/") else None


def _show_token(call: Call, response: Response) -> Response:
    return response.with_header("x-debug", call.request.headers.get("authorization") or "none")


def _throttled_for_good() -> Change:
    caught: set[str] = set()

    def count(call: Call, inner: Handler) -> object:
        refusal = inner(call)
        key = f"{call.client} {call.operation}"
        if refusal is not None:
            caught.add(key)
        elif key in caught:
            return refuse(429, "RateLimitExceeded", "The limit is exceeded.").with_header("Retry-After", "1")
        return refusal

    return changes.wrap(EVERY, "throttle", count)


DEFECTS = (
    platform("correlation-ids-are-counted", "platform.reply.correlation-id")(
        "The tracing middleware counts requests where it should give each a GUID.",
        changes.header(EVERY, "x-correlation-id", "7"),
    ),
    platform("token-echoed-in-a-header", "platform.reply.token-never-echoed")(
        "A debugging header sends the request's headers back.", changes.on_response(EVERY, _show_token)
    ),
    platform("accept-must-be-exact", "platform.accept.any-documented-form")(
        "The new framework refuses where no route produces exactly what Accept names, wildcards included.",
        changes.before(EVERY, "header", _picky),
    ),
    platform("paths-are-case-sensitive", "platform.path.case-insensitive")(
        "The routes moved to a framework that compares paths exactly.",
        changes.before(EVERY, "header", _case_sensitive),
    ),
    platform("trailing-slash-refused", "platform.path.trailing-slash")(
        "The gateway's route templates end without the optional slash.",
        changes.before(EVERY, "header", _without_slash),
    ),
    platform("throttled-without-retry-after", "platform.rate.retry-after")(
        "The limit moved to a new gateway, whose policy sets no header.",
        changes.header(EVERY, "Retry-After", None, status=429),
    ),
    platform("throttled-until-a-date", "platform.rate.retry-after")(
        "The new gateway writes Retry-After as a date, which HTTP allows and the platform does not.",
        changes.header(EVERY, "Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT", status=429),
    ),
    platform("throttled-for-a-word", "platform.rate.retry-after")(
        "The template of the header was never filled in.",
        changes.header(EVERY, "Retry-After", "soon", status=429),
    ),
    platform("throttled-with-another-code", "platform.rate.code")(
        "The gateway's own error page names the limit in its own words.",
        changes.code(EVERY, "RateLimitExceeded", "TooManyRequests"),
    ),
    platform("throttled-with-a-flat-body", ENVELOPE)(
        "The gateway answers before the API does, with an error of its own shape.",
        changes.body(EVERY, lambda _: {"statusCode": 429, "message": "Rate limit is exceeded."}, status=429),
    ),
    platform("throttled-with-503", "platform.rate.limited-status")(
        "The limit is kept by the load balancer, which knows no other word for it.",
        changes.status(EVERY, 429, 503),
    ),
    platform("throttled-never", "platform.rate.limited-status")(
        "The counter was moved to a cache that is cleared with every deployment and was never filled again.",
        changes.drop(EVERY, "throttle"),
    ),
    platform("throttled-for-good", "platform.rate.lifts")(
        "Refused requests count as well, so a client that comes back too early never gets out.",
        changes.fresh(_throttled_for_good),
    ),
)
