"""What a token says about itself, read without checking anything: claims, scope, and how long it lives."""

from __future__ import annotations

from typing import Any

from conformance.client.auth.forged_tokens import decoded


def claims(token: str) -> dict[str, Any]:
    """Return the claims of a JWT without checking anything, or {} where the token is none."""
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - header, payload, signature
        return {}
    try:
        return decoded(parts[1])
    except (ValueError, RecursionError):
        return {}


def scopes(token: str) -> tuple[str, ...]:
    """Return the scopes that a JWT names, or () where it names none or is opaque."""
    named = claims(token).get("scope", claims(token).get("scp"))
    words = named.split() if isinstance(named, str) else named
    return tuple(str(word) for word in words) if isinstance(words, list) else ()


def life_of(token: str, now: float | None = None) -> float | None:
    """Return how many seconds a JWT lives from its issue, or from `now`; None where it does not say.

    From its issue needs no clock of ours: `exp` and `iat` come from the same one.
    """
    said = claims(token)
    begin, end = said.get("iat") if now is None else now, said.get("exp")
    if not isinstance(begin, int | float) or not isinstance(end, int | float):
        return None
    life = float(end - begin)
    return life if life > 0 else None
