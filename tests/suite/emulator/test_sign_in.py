"""Signing in by a browser, with everything that discovery tells of."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from conformance.emulator.serving import Served
from tests.suite.emulator.caller import Caller

BACK = "http://localhost:3000/signin-callback?kept=1"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def sent_to(served: Served, **changes: str) -> tuple[int, dict[str, list[str]]]:
    """Return the status of the authorization endpoint, and the query with which it sends back."""
    query = {
        "client_id": served.credentials["owner"].client_id,
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "openid itwin-platform offline_access",
        "state": "s1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | changes
    url = requests.get(f"{served.issuer}/.well-known/openid-configuration", timeout=10).json()
    answer = requests.get(url["authorization_endpoint"], params=query, allow_redirects=False, timeout=10)
    return answer.status_code, parse_qs(urlsplit(answer.headers.get("location", "")).query)


def exchange(served: Served, **changes: str) -> requests.Response:
    """Ask the token endpoint for the tokens of a new code."""
    form = {
        "grant_type": "authorization_code",
        "client_id": served.credentials["owner"].client_id,
        "code": sent_to(served)[1]["code"][0],
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    } | changes
    return requests.post(served.token_url, data=form, timeout=10)


def test_a_code_gives_tokens_that_the_api_takes(owner: Caller, itwin: str) -> None:
    """Authorize, exchange, call, refresh, userinfo and introspect, as a browser's client does."""
    served = owner.served
    status, query = sent_to(served)
    assert (status, query["state"], query["kept"]) == (302, ["s1"], ["1"])
    given = exchange(served).json()
    assert owner.call("GET", f"/itwins/{itwin}/account", token=given["access_token"]).status == 200
    assert given["id_token"].count(".") == 2
    form = {
        "grant_type": "refresh_token",
        "client_id": served.credentials["owner"].client_id,
        "refresh_token": given["refresh_token"],
    }
    again = requests.post(served.token_url, data=form, timeout=10)
    assert again.json()["refresh_token"] != given["refresh_token"]
    assert requests.post(served.token_url, data=form, timeout=10).json() == {"error": "invalid_grant"}
    told = owner.call("GET", "/connect/userinfo", token=again.json()["access_token"])
    assert (told.status, "email" in told.json) == (200, True)
    held = served.credentials["owner"]
    for token, active in ((given["access_token"], True), ("nonsense", False)):
        found = requests.post(
            f"{served.issuer}/connect/introspect",
            auth=(held.client_id, held.client_secret),
            data={"token": token},
            timeout=10,
        )
        assert found.json()["active"] is active


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "everything"}, "invalid_scope"),
    ],
)
def test_a_request_that_is_not_good_is_sent_back(served: Served, changes: dict[str, str], error: str) -> None:
    """The client is told by its own address, without a code."""
    status, query = sent_to(served, **changes)
    assert (status, query["error"], "code" in query) == (302, [error], False)


@pytest.mark.parametrize("changes", [{"client_id": "nobody"}, {"redirect_uri": "nowhere"}])
def test_nobody_is_sent_to_an_address_of_an_unknown_client(served: Served, changes: dict[str, str]) -> None:
    """Without a known client and a whole address there is no redirection."""
    assert sent_to(served, **changes) == (400, {})


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"code": "nonsense"}, 400, "invalid_grant"),
        ({"code_verifier": "w" * 43}, 400, "invalid_grant"),
        ({"redirect_uri": "http://localhost:3000/other"}, 400, "invalid_grant"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
    ],
)
def test_a_code_is_good_for_its_client_only(
    served: Served, changes: dict[str, str], status: int, error: str
) -> None:
    """Another verifier, address, client or secret gets nothing."""
    answer = exchange(served, **changes)
    assert (answer.status_code, answer.json()) == (status, {"error": error})


def test_userinfo_needs_a_good_token(served: Served) -> None:
    """No token and a wrong one are 401, and so is an introspection without credentials."""
    for headers in ({}, {"Authorization": "Bearer nonsense"}):
        assert (
            requests.get(f"{served.issuer}/connect/userinfo", headers=headers, timeout=10).status_code == 401
        )
    assert (
        requests.post(f"{served.issuer}/connect/introspect", data={"token": "x"}, timeout=10).status_code
        == 401
    )
