"""Forged tokens differ from a good one in exactly one way, and no careful verifier accepts them."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

from conformance.client.auth.forged_tokens import forged


@pytest.fixture(scope="module")
def key() -> RSAKey:
    """Return an issuer's key."""
    return RSAKey.generate_key(2048, parameters={"kid": "k1"})


def read(token: str, public: dict[str, Any]) -> bool:
    """Tell whether a careful verifier accepts the token."""
    try:
        jwt.decode(token, KeySet.import_key_set(public), algorithms=["RS256"])  # type: ignore[arg-type] # one key
    except (JoseError, ValueError):
        return False
    return True


def test_forged_tokens_are_refused_by_a_careful_verifier(key: RSAKey) -> None:
    """Each kind of forgery differs from the good token in one way, and none passes."""
    token = jwt.encode({"alg": "RS256", "kid": "k1"}, {"sub": "u", "scope": "s"}, key)
    public: dict[str, Any] = {"keys": [key.as_dict(private=False)]}
    assert read(token, public)
    made = forged(token, public)
    assert set(made) == {
        "malformed-token",
        "empty-token",
        "forged-signature",
        "changed-claims",
        "unsigned-token",
        "foreign-key",
        "public-key-as-secret",
    }
    assert not [kind for kind, forgery in made.items() if read(forgery, public)]
    signature = made["forged-signature"].split(".")
    assert (signature[:2], len(signature[2])) == (token.split(".")[:2], len(token.split(".")[2]))
    assert sum(a != b for a, b in zip(made["forged-signature"], token, strict=True)) == 1
    header, claims, signed = made["unsigned-token"].split(".")
    assert json.loads(base64.urlsafe_b64decode(header + "=="))["alg"] == "none"
    assert (claims, signed) == (token.split(".")[1], "")
    assert made["changed-claims"].split(".")[2] == token.split(".")[2]


@pytest.mark.parametrize(
    ("token", "keys"),
    [("opaque", {}), ("a.b", {}), ("%%%.%%%.x", {}), ("bm8.bm8.x", {}), ("W10.W10.x", {})],
)
def test_only_a_jwt_can_be_forged(token: str, keys: dict[str, Any]) -> None:
    """Of a token that is no JWT only a malformed and an empty one are made."""
    assert set(forged(token, keys)) == {"malformed-token", "empty-token"}


@pytest.mark.parametrize(
    "keys", [{}, {"keys": []}, {"keys": [7, {"kty": "EC"}]}, {"keys": [{"kty": "RSA", "n": "!"}]}]
)
def test_without_a_usable_key_none_is_confused(key: RSAKey, keys: dict[str, Any]) -> None:
    """Where the issuer publishes no RSA key, its public key cannot be taken for a secret."""
    token = jwt.encode({"alg": "RS256"}, {"sub": "u"}, key)
    assert "public-key-as-secret" not in forged(token, keys)
