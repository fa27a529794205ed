"""Check the bearer token of a request, one cause of a 401 a step."""

from __future__ import annotations

from typing import TypeGuard

from conformance.emulator.call import Call
from conformance.emulator.identity.tokens import SCOPE
from conformance.emulator.pipeline import Step
from conformance.emulator.provenance import Source, note, states
from conformance.emulator.replies import Reply, refuse

PAGES = "all four pages"
_LONGEST_SCHEME = 16

note(
    "token.no-leeway",
    "Expiry and not-before are compared with the clock without any leeway.",
    Source.ASSUMPTION,
)


def unauthorized() -> Reply:
    """Return the 401 for a bearer token that is not good."""
    return refuse(401, "Unauthorized", "Access denied due to an invalid access token.")


@states(
    "token.header-not-found",
    "Without an Authorization header the answer is 401 HeaderNotFound.",
    Source.PAGE,
    PAGES,
)
def header(call: Call) -> Reply | None:
    """Refuse a request without an Authorization header."""
    if not call.headers.get("authorization"):
        return refuse(
            401, "HeaderNotFound", "Header Authorization was not found in the request. Access denied."
        )
    return None


@states(
    "token.invalid-scheme",
    "An Authorization header of another scheme than Bearer is answered with 401 InvalidAuthorizationScheme.",
    Source.LIVE,
)
def scheme(call: Call) -> Reply | None:
    """Refuse another scheme than Bearer, in whatever case it is written."""
    word = call.headers.get("authorization", "").strip().split(" ", 1)[0]
    if word.lower() != "bearer":
        # A long first word may be a token without its scheme, and a token is never sent back.
        named = f" '{word}'" if len(word) <= _LONGEST_SCHEME else ""
        return refuse(401, "InvalidAuthorizationScheme", f"Authorization scheme{named} is not valid.")
    return None


@states("token.unauthorized", "Any other flaw of the token is answered with 401 Unauthorized.", Source.DOC)
def shape(call: Call) -> Reply | None:
    """Refuse what is not a JWT; keep its parts for the steps after this one."""
    text = call.headers.get("authorization", "").strip().partition(" ")[2].strip()
    token = call.emulator.issuer.read(text)
    if token is None:
        return unauthorized()
    call.token = token
    return None


def algorithm(call: Call) -> Reply | None:
    """Refuse every algorithm but RS256, "none" and the symmetric ones included."""
    return None if call.token.header.get("alg") == "RS256" else unauthorized()


def signature(call: Call) -> Reply | None:
    """Refuse a token that the issuer's key did not sign."""
    return None if call.emulator.issuer.signed(call.token) else unauthorized()


def issuer(call: Call) -> Reply | None:
    """Refuse a token that names another issuer."""
    return None if call.token.claims.get("iss") == call.emulator.issuer.url else unauthorized()


def not_before(call: Call) -> Reply | None:
    """Refuse a token that is not good yet."""
    since = call.token.claims.get("nbf", 0)
    return None if _is_number(since) and since <= call.emulator.clock() else unauthorized()


def expiry(call: Call) -> Reply | None:
    """Refuse a token that has run out or never does."""
    until = call.token.claims.get("exp")
    return None if _is_number(until) and until > call.emulator.clock() else unauthorized()


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def scope(call: Call) -> Reply | None:
    """Refuse a token without the scope; IMS writes scopes as an array, others as one string."""
    held = call.token.claims.get("scope")
    words = held.split() if isinstance(held, str) else held
    return None if isinstance(words, list) and SCOPE in words else unauthorized()


@states(
    "token.unknown-client",
    "A well signed token of an unknown application is answered with 401.",
    Source.ASSUMPTION,
)
def client(call: Call) -> Reply | None:
    """Find the application that the token was given to."""
    client_id = call.token.claims.get("client_id")
    user = call.emulator.state.user_of(client_id) if isinstance(client_id, str) else None
    if user is None:
        return unauthorized()
    call.user = user
    call.client = user.client_id
    return None


AUTHENTICATION = (
    Step("header", header),
    Step("scheme", scheme),
    Step("shape", shape),
    Step("algorithm", algorithm),
    Step("signature", signature),
    Step("issuer", issuer),
    Step("not_before", not_before),
    Step("expiry", expiry),
    Step("scope", scope),
    Step("client", client),
)
