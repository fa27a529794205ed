"""Check the bearer token of a request, one cause of a 401 a step, then the limit of its application."""

from __future__ import annotations

from typing import TypeGuard

from conformance.emulator.behaviours import assumed, documented, on_page, seen_live
from conformance.emulator.identity.tokens import SCOPE
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.pipeline import Step
from conformance.emulator.kernel.responses import Response, refuse

PAGES = "all four pages"
_LONGEST_SCHEME = 16

assumed("token.no-leeway", "Expiry and not-before are compared with the clock without any leeway.")


def unauthorized() -> Response:
    """Return the 401 for a bearer token that is not good."""
    return refuse(401, "Unauthorized", "Access denied due to an invalid access token.")


@on_page("token.header-not-found", "Without an Authorization header the answer is 401 HeaderNotFound.", PAGES)
def header(call: Call) -> Response | None:
    """Refuse a request without an Authorization header."""
    if not call.request.authorization:
        return refuse(
            401, "HeaderNotFound", "Header Authorization was not found in the request. Access denied."
        )
    return None


@seen_live(
    "token.invalid-scheme",
    "An Authorization header of another scheme than Bearer is answered with 401 InvalidAuthorizationScheme.",
)
def scheme(call: Call) -> Response | None:
    """Refuse another scheme than Bearer, in whatever case it is written."""
    word = call.request.authorization.split(" ", 1)[0]
    if word.lower() != "bearer":
        # A long first word may be a token without its scheme, and a token is never sent back.
        named = f" '{word}'" if len(word) <= _LONGEST_SCHEME else ""
        return refuse(401, "InvalidAuthorizationScheme", f"Authorization scheme{named} is not valid.")
    return None


@documented("token.unauthorized", "Any other flaw of the token is answered with 401 Unauthorized.")
def shape(call: Call) -> Response | None:
    """Refuse what is not a JWT; keep its parts for the steps after this one."""
    text = call.request.authorization.partition(" ")[2].strip()
    token = call.services.issuer.read(text)
    if token is None:
        return unauthorized()
    call.token = token
    return None


def algorithm(call: Call) -> Response | None:
    """Refuse every algorithm but RS256, "none" and the symmetric ones included."""
    return None if call.token.header.get("alg") == "RS256" else unauthorized()


def signature(call: Call) -> Response | None:
    """Refuse a token that the issuer's key did not sign."""
    return None if call.services.issuer.signed(call.token) else unauthorized()


def issuer(call: Call) -> Response | None:
    """Refuse a token that names another issuer."""
    return None if call.token.claims.get("iss") == call.services.issuer.url else unauthorized()


def not_before(call: Call) -> Response | None:
    """Refuse a token that is not good yet."""
    since = call.token.claims.get("nbf", 0)
    return None if _is_number(since) and since <= call.services.clock() else unauthorized()


def expiry(call: Call) -> Response | None:
    """Refuse a token that has run out or never does."""
    until = call.token.claims.get("exp")
    return None if _is_number(until) and until > call.services.clock() else unauthorized()


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def scope(call: Call) -> Response | None:
    """Refuse a token without the scope; IMS writes scopes as an array, others as one string."""
    held = call.token.claims.get("scope")
    words = held.split() if isinstance(held, str) else held
    return None if isinstance(words, list) and SCOPE in words else unauthorized()


@assumed("token.unknown-client", "A well signed token of an unknown application is answered with 401.")
def client(call: Call) -> Response | None:
    """Find the application that the token was given to."""
    client_id = call.token.claims.get("client_id")
    user = call.state.users.of_client(client_id) if isinstance(client_id, str) else None
    if user is None:
        return unauthorized()
    call.user = user
    return None


documented(
    "throttle.retry-after-seconds",
    "A 429 carries Retry-After in whole seconds, after which a request is let through.",
)
assumed("throttle.fixed-window", "The limit counts in windows that start with their first request.")


@assumed(
    "throttle.after-authentication",
    "Requests count for their application, so only those with a good token count.",
)
def throttle(call: Call) -> Response | None:
    """Refuse a request beyond the limit of its application."""
    seconds = call.services.throttle.wait(call.client, call.user.quota, call.services.clock())
    if not seconds:
        return None
    return refuse(
        429,
        "RateLimitExceeded",
        "The client sent more requests than allowed by this API for the current tier of the client.",
    ).with_header("Retry-After", str(seconds))


CHECKS = (header, scheme, shape, algorithm, signature, issuer, not_before, expiry, scope, client)
"""What a token has to pass, in this order; each is a step of its own name."""

ENTRY = tuple(Step(check.__name__, check) for check in (*CHECKS, throttle))
"""The first steps of every operation."""
