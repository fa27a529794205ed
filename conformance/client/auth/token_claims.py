"""Whether a ready token that an API must refuse has its own fault and no other, as far as it tells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from conformance.client.auth.jwt import claims, scopes

UNFILLED: Final = re.compile(r"\$\(.*\)|\$\{.*\}|<.*>|%.*%", re.DOTALL)
"""A variable that nobody filled in, as pipelines, shells and templates leave it."""
LEEWAY: Final = 60.0
"""Seconds that a token has to be good yet: it is sent more than once."""


def why_useless(  # noqa: PLR0913 - a token, what it is compared with, and the time
    name: str, token: str, *, good: str, scope: str, keys: Mapping[str, Any], now: float
) -> str:
    """Return why a refusal of the token named `name` would not show its fault, as a phrase, or "".

    `name` is a key of the targets file's tokens; `good` is a token that the API takes, `scope` what it asks
    for, `keys` the issuer's published key set or {}, `now` seconds since the epoch. An opaque token tells
    nothing: it is taken where the good one is opaque as well.
    """
    if not token.strip():
        return "is empty"
    if UNFILLED.fullmatch(token.strip()):
        return "is a variable that nobody filled in"
    if any(character.isspace() or not character.isprintable() for character in token):
        return "is no token: it holds blanks or control characters"
    said, right = claims(token), claims(good)
    if not said:
        return "is no JWT, as the owner's token is one" if right else ""
    problems = [
        _issuer(name, said, right),
        _audience(name, said, right),
        _times(name, said, now),
        _scope(name, token, good, scope),
        _signature(name, token, keys),
    ]
    return next(filter(None, problems), "")


def note_of(token: str) -> str:
    """Return what a reader has to know about a token that tells nothing about itself, or ""."""
    return "" if claims(token) else "the token is opaque: nobody can tell whether this is its only fault"


def _issuer(name: str, said: Mapping[str, Any], right: Mapping[str, Any]) -> str:
    if not right.get("iss"):
        return ""
    alike = said.get("iss") == right["iss"]
    if name == "other_issuer":
        return "is of the same issuer as the owner's token" if alike else ""
    return "" if alike else "is of another issuer than the owner's token"


def _audience(name: str, said: Mapping[str, Any], right: Mapping[str, Any]) -> str:
    theirs, ours = (_words(each.get("aud")) for each in (said, right))
    differs = theirs and ours and not theirs & ours
    return (
        "is meant for another audience than the owner's token" if differs and name != "other_issuer" else ""
    )


def _words(value: Any) -> set[str]:
    return {value} if isinstance(value, str) else set(map(str, value)) if isinstance(value, list) else set()


def _times(name: str, said: Mapping[str, Any], now: float) -> str:
    ends, begins = (said.get(key) for key in ("exp", "nbf"))
    if name == "expired":
        return "" if isinstance(ends, int | float) and ends <= now else "has not expired"
    if isinstance(ends, int | float) and ends < now + LEEWAY:
        return "ran out"
    early = isinstance(begins, int | float) and begins > now + LEEWAY
    if name == "not_yet_valid":
        return "" if early else "is valid already"
    return "is not valid yet" if early else ""


def _scope(name: str, token: str, good: str, scope: str) -> str:
    named = scopes(token)
    if name == "wrong_scope":
        return f"has the scope {scope}" if scope in named else ""
    return f"lacks the scope {scope}" if scope in scopes(good) and scope not in named else ""


def _signature(name: str, token: str, keys: Mapping[str, Any]) -> str:
    """Return a phrase where the issuer's keys are known and none of them signed the token."""
    if name == "other_issuer" or not keys.get("keys"):
        return ""
    try:
        known = KeySet.import_key_set({"keys": list(keys["keys"])})
    except (
        JoseError,
        TypeError,
        ValueError,
        KeyError,
        AttributeError,
    ):  # a key set that is none shows nothing
        return ""
    try:
        jws.deserialize_compact(token, known)
    except (JoseError, ValueError):
        return "is not signed by a key that the issuer publishes"
    return ""
