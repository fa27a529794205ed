"""What a ready token says about itself: its own fault and no other, else its refusal proves nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

import pytest

from conformance.client.auth.token_claims import note_of, why_useless
from conformance.emulator.identity.tokens import Issuer, ready_tokens

ISSUER: Final = Issuer("http://127.0.0.1:1/ims")
ANOTHER: Final = Issuer("http://127.0.0.1:1/ims")
NOW: Final = int(time.time())
NAMES: Final = ("expired", "wrong_scope", "other_issuer", "not_yet_valid")
SCOPE: Final = "itwin-platform"
GOOD: Final = ISSUER.issue("owner", [SCOPE])


def signed(issuer: Issuer = ISSUER, scope: str = SCOPE, **claims: Any) -> str:
    """Return a token with these claims in the place of those of a good one."""
    return issuer.sign(issuer.claims("owner", [scope], **claims))


def useless(
    name: str, token: str, good: str = GOOD, keys: Mapping[str, Any] | None = None, now: float = NOW
) -> str:
    """Return why a token proves nothing; those of this module are made at `NOW`."""
    published = ISSUER.public_keys() if keys is None else keys
    return why_useless(name, token, good=good, scope=SCOPE, keys=published, now=now)


@pytest.mark.parametrize("name", NAMES)
def test_a_token_with_one_fault_is_taken(name: str) -> None:
    """A token whose fault is the one that it stands for may be sent."""
    token = ready_tokens(ISSUER, "owner")[name]
    assert useless(name, token, now=time.time()) == ""
    assert useless(name, token, keys={}, now=time.time()) == ""
    assert note_of(token) == ""


EXPIRED: Final[dict[str, Any]] = {"iat": NOW - 200, "nbf": NOW - 200, "exp": NOW - 100}


@pytest.mark.parametrize(
    ("name", "token", "reason"),
    [
        *((name, "$(QA_TOKEN)", "is a variable that nobody filled in") for name in NAMES),
        ("expired", "${QA_TOKEN}", "is a variable that nobody filled in"),
        ("expired", "<your token>", "is a variable that nobody filled in"),
        ("expired", " ", "is empty"),
        ("expired", "one two", "is no token: it holds blanks or control characters"),
        *((name, "garbage", "is no JWT, as the owner's token is one") for name in NAMES),
        ("expired", GOOD, "has not expired"),
        ("expired", signed(iss="https://another", **EXPIRED), "is of another issuer than the owner's token"),
        ("expired", signed(scope="another", **EXPIRED), f"lacks the scope {SCOPE}"),
        ("expired", signed(ANOTHER, **EXPIRED), "is not signed by a key that the issuer publishes"),
        (
            "expired",
            signed(aud=["somebody"], **EXPIRED),
            "is meant for another audience than the owner's token",
        ),
        ("wrong_scope", GOOD, f"has the scope {SCOPE}"),
        ("wrong_scope", signed(scope="another", **EXPIRED), "ran out"),
        ("wrong_scope", signed(scope="another", nbf=NOW + 900, exp=NOW + 1800), "is not valid yet"),
        ("wrong_scope", signed(ANOTHER, scope="another"), "is not signed by a key that the issuer publishes"),
        ("not_yet_valid", GOOD, "is valid already"),
        ("not_yet_valid", signed(nbf=NOW - 900, exp=NOW - 800), "ran out"),
        ("not_yet_valid", signed(scope="another", nbf=NOW + 900), f"lacks the scope {SCOPE}"),
        ("other_issuer", GOOD, "is of the same issuer as the owner's token"),
        ("other_issuer", signed(iss="https://another", **EXPIRED), "ran out"),
    ],
    ids=lambda value: "a token" if value.startswith("eyJ") else None,  # no two processes sign alike
)
def test_a_token_with_another_fault_proves_nothing(name: str, token: str, reason: str) -> None:
    """A token that is refused for something else is named with what is wrong with it."""
    assert useless(name, token) == reason


def test_of_opaque_tokens_nothing_can_be_told() -> None:
    """Where the good token is opaque as well, a ready one is taken, and a reader is told."""
    assert useless("expired", "opaque-token", good="another-opaque-token") == ""
    assert useless("expired", signed(**EXPIRED), good="another-opaque-token") == ""
    assert "opaque" in note_of("opaque-token")


@pytest.mark.parametrize("keys", [{"keys": ["no key"]}, {"keys": [{"kty": "RSA"}]}, {"keys": [{"kty": "?"}]}])
def test_a_key_set_that_is_none_shows_nothing(keys: Mapping[str, Any]) -> None:
    """Keys that cannot be read are no reason to refuse a token."""
    assert useless("expired", signed(**EXPIRED), keys=keys) == ""
