"""Tokens that an API must refuse, made from one that it accepts: nothing here needs anybody's key."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

JsonObject = Mapping[str, Any]


def forged(token: str, jwks: JsonObject) -> dict[str, str]:
    """Return forged tokens by kind; a kind that cannot be made of this token or without its keys is left out.

    `jwks` is the issuer's published key set, or {}.
    """
    kinds = {"malformed-token": "this-is-no-token", "empty-token": ""}
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - header, payload and signature; an opaque token has other parts
        return kinds
    header, payload, signature = parts
    try:
        head, claims = decoded(header), decoded(payload)
    except ValueError:
        return kinds
    kinds["forged-signature"] = f"{header}.{payload}.{_other(signature)}"
    kinds["changed-claims"] = f"{header}.{_encoded({**claims, 'jti': 'changed'})}.{signature}"
    kinds["unsigned-token"] = f"{_encoded({**head, 'alg': 'none'})}.{payload}."
    kinds["foreign-key"] = jwt.encode({**head, "alg": "RS256"}, claims, foreign_key(), algorithms=["RS256"])
    public = _public_key(head, jwks)
    if public is not None:
        signed = f"{_encoded({**head, 'alg': 'HS256'})}.{payload}"
        mac = hmac.new(public, signed.encode(), "sha256").digest()
        kinds["public-key-as-secret"] = f"{signed}.{_base64(mac)}"
    return kinds


@cache
def foreign_key() -> RSAKey:
    """Return a key of our own that no target trusts, made once for this process: it takes a while."""
    return RSAKey.generate_key(2048, parameters={"kid": "untrusted", "use": "sig", "alg": "RS256"})


def _other(signature: str) -> str:
    """Return a signature of the same length in which one character in the middle differs."""
    middle = len(signature) // 2
    changed = "A" if signature[middle : middle + 1] != "A" else "B"
    return signature[:middle] + changed + signature[middle + 1 :]


def _public_key(head: JsonObject, jwks: JsonObject) -> bytes | None:
    """Return the public key in PEM that the token was signed with, or None."""
    keys = [key for key in jwks.get("keys", ()) if isinstance(key, dict) and key.get("kty") == "RSA"]
    chosen = next((key for key in keys if key.get("kid") == head.get("kid")), keys[0] if keys else None)
    if chosen is None:
        return None
    try:
        (key,) = KeySet.import_key_set({"keys": [chosen]}).keys
    except (JoseError, TypeError, ValueError):  # a key set that is none is no reason to give up
        return None
    return key.as_pem(private=False) if isinstance(key, RSAKey) else None


def decoded(part: str) -> dict[str, Any]:
    """Return the JSON object in one part of a JWT; `ValueError` where it holds none."""
    content = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    if not isinstance(content, dict):
        raise ValueError("no JSON object")  # noqa: TRY004 - the same for the caller as text that is no JSON
    return content


def _encoded(content: JsonObject) -> str:
    return _base64(json.dumps(content).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
