"""Sign tokens with RS256 and take received ones apart."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from conformance.emulator.identity.clock import server_clock

SCOPE = "itwin-platform"
AUDIENCE = "https://qa-ims.bentley.com/resources"
_CACHE_SIZE = 4096
_KEY_BITS = 2048


@dataclass
class Token:
    """A received token, not yet trusted. ``signed`` is None until the signature was checked."""

    text: str = field(repr=False)
    header: dict[str, Any]
    claims: dict[str, Any]
    signed: bool | None = None


def take_apart(text: str) -> Token | None:
    """Return the token's header and claims without trusting them, or None if it is not a JWT at all."""
    parts = text.split(".")
    try:
        header, claims, _ = parts
        first, second = _object(header), _object(claims)
    except (ValueError, TypeError, RecursionError):
        return None
    return Token(text, first, second)


def _object(part: str) -> dict[str, Any]:
    value = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    if not isinstance(value, dict):
        raise TypeError(part)
    return value


class Issuer:
    """The signing key of one emulator, its address, and the tokens that it has already taken apart."""

    def __init__(
        self,
        url: str,
        key: RSAKey | None = None,
        life: int = 3600,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """Make an issuer; ``life`` is how long its tokens are good, in seconds."""
        self.clock = clock or server_clock()
        self.url = url
        self.life = life
        self.key = key or new_key()
        self._seen: dict[str, Token] = {}

    def read(self, text: str) -> Token | None:
        """Return the token taken apart; equal texts share one object, so a signature is checked once."""
        token = self._seen.get(text)
        if token is None:
            token = take_apart(text)
            if token is not None:
                if len(self._seen) >= _CACHE_SIZE:
                    self._seen.clear()
                self._seen[text] = token
        return token

    def signed(self, token: Token) -> bool:
        """Return whether this issuer's key signed the token, with RS256."""
        if token.signed is None:
            try:
                jws.deserialize_compact(token.text, self.key, algorithms=["RS256"])
            except (JoseError, ValueError):
                token.signed = False
            else:
                token.signed = True
        return token.signed

    def claims(self, client_id: str, scopes: list[str], **overrides: Any) -> dict[str, Any]:
        """Return the claims of a token that is good from now on, with the given ones in their place."""
        now = int(self.clock())
        return {
            "iss": self.url,
            "aud": [AUDIENCE],
            "sub": client_id,
            "client_id": client_id,
            "scope": scopes,
            "iat": now,
            "nbf": now,
            "exp": now + self.life,
            "jti": uuid.uuid4().hex,
        } | overrides

    def sign(self, claims: dict[str, Any]) -> str:
        """Return the claims as a signed token."""
        header = {"alg": "RS256", "kid": self.key.kid, "typ": "at+jwt"}
        return jwt.encode(header, claims, self.key, algorithms=["RS256"])

    def issue(self, client_id: str, scopes: list[str]) -> str:
        """Return a token that is good from now on."""
        return self.sign(self.claims(client_id, scopes))

    def public_keys(self) -> dict[str, Any]:
        """Return the key set as ``{keys: [...]}``, without any private part."""
        public = self.key.as_dict(private=False)
        return {"keys": [public | {"use": "sig", "alg": "RS256", "kid": self.key.kid}]}


def new_key() -> RSAKey:
    """Return a new signing key with an id."""
    return RSAKey.generate_key(_KEY_BITS, parameters={"kid": uuid.uuid4().hex}, private=True)


def ready_tokens(issuer: Issuer, client_id: str) -> dict[str, str]:
    """Return tokens that the API must refuse, by the names of the targets file's tokens table."""
    now = int(issuer.clock())
    hour = 3600
    scopes = [SCOPE]
    return {
        "expired": issuer.sign(
            issuer.claims(client_id, scopes, iat=now - 2 * hour, nbf=now - 2 * hour, exp=now - hour)
        ),
        "wrong_scope": issuer.sign(issuer.claims(client_id, ["another-scope"], exp=now + 24 * hour)),
        "other_issuer": issuer.sign(
            issuer.claims(client_id, scopes, iss="https://another-issuer.example", exp=now + 24 * hour)
        ),
        "not_yet_valid": issuer.sign(
            issuer.claims(client_id, scopes, nbf=now + 23 * hour, exp=now + 24 * hour)
        ),
    }
