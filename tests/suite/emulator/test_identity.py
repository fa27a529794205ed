"""Getting tokens, and being refused without a good one."""

from __future__ import annotations

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import RSAKey

from conformance.emulator.serving import Served, running
from tests.suite.emulator.caller import Caller


def ask(served: Served, **form: str) -> requests.Response:
    """Ask the token endpoint with a form."""
    return requests.post(served.token_url, data={"grant_type": "client_credentials", **form}, timeout=10)


def test_discovery_has_every_required_field(served: Served) -> None:
    """A client that reads the configuration finds endpoints, keys and all standard fields."""
    found = requests.get(f"{served.issuer}/.well-known/openid-configuration", timeout=10).json()
    assert found["issuer"] == served.issuer
    assert found["token_endpoint"] == served.token_url
    required = {"authorization_endpoint", "jwks_uri", "response_types_supported", "subject_types_supported"}
    assert required | {"id_token_signing_alg_values_supported"} <= set(found)
    keys = requests.get(found["jwks_uri"], timeout=10).json()["keys"]
    assert [(key["kty"], key["alg"], key["use"]) for key in keys] == [("RSA", "RS256", "sig")]
    assert "d" not in keys[0]


def test_credentials_give_a_token_that_the_api_takes(owner: Caller, itwin: str) -> None:
    """HTTP Basic and form both give a bearer token signed by the published key."""
    served, held = owner.served, owner.served.credentials["owner"]
    basic = requests.post(
        served.token_url,
        auth=(held.client_id, held.client_secret),
        data={"grant_type": "client_credentials", "scope": "itwin-platform"},
        timeout=10,
    ).json()
    form = ask(
        served, client_id=held.client_id, client_secret=held.client_secret, scope="itwin-platform"
    ).json()
    unnamed = ask(served, client_id=held.client_id, client_secret=held.client_secret).json()
    assert ["scope" in each for each in (basic, form, unnamed)] == [False, False, True]
    keys = requests.get(f"{served.issuer}/.well-known/jwks", timeout=10).json()["keys"]
    for token in (basic, form):
        assert (token["token_type"], token["expires_in"]) == ("Bearer", 3600)
        claims = jwt.decode(token["access_token"], RSAKey.import_key(keys[0]), algorithms=["RS256"]).claims
        assert claims["iss"] == served.issuer
        assert claims["scope"] == ["itwin-platform"]
        assert {"exp", "nbf", "client_id"} <= set(claims)
        assert owner.account(itwin, token=token["access_token"]).status == 200


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_id": "nobody", "client_secret": "x"}, 401, "invalid_client"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"scope": "other"}, 400, "invalid_scope"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_bad_token_requests_are_refused_as_oauth_says(
    served: Served, form: dict[str, str], status: int, error: str
) -> None:
    """Unknown clients, wrong secrets, scopes and grants get their own error."""
    held = served.credentials["owner"]
    answer = ask(served, **{"client_id": held.client_id, "client_secret": held.client_secret, **form})
    assert (answer.status_code, answer.json()) == (status, {"error": error})


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "HeaderNotFound"),
        ("Basic eDp5", "InvalidAuthorizationScheme"),
        ("Bearer", "Unauthorized"),
        ("Bearer x.y.z", "Unauthorized"),
        ("Bearer é", "Unauthorized"),
    ],
)
def test_a_request_without_a_token_is_refused_first(served: Served, value: str | None, code: str) -> None:
    """Each cause of a 401 has its code, before anything else is looked at."""
    headers = {} if value is None else {"Authorization": value.encode()}
    answer = requests.get(f"{served.base_url}/itwins/nowhere/account", headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, code)


def test_tokens_that_nobody_thinks_of_are_refused(owner: Caller, itwin: str) -> None:
    """No expiry, an expiry that is no number, an application that nobody knows, a signature cut short."""
    served, issuer = owner.served, owner.served.emulator.services.issuer
    claims = issuer.claims(served.credentials["owner"].client_id, ["itwin-platform"])
    for token in (
        issuer.sign({key: value for key, value in claims.items() if key != "exp"}),
        issuer.sign(claims | {"exp": "never"}),
        issuer.sign(claims | {"client_id": "nobody"}),
        issuer.sign(claims)[:-4],
    ):
        assert owner.account(itwin, token=token).code == "Unauthorized"


def test_a_token_is_refused_as_soon_as_it_has_run_out() -> None:
    """A token that was good a moment ago, and was checked then, is refused once its life is over."""
    with running(token_life=60) as served, requests.Session() as session:
        owner = Caller(served, session=session)
        itwin = owner.itwin()
        token = served.token()
        assert owner.account(itwin, token=token).status == 200
        services = served.emulator.services
        real = services.clock
        services.clock = lambda: real() + 61
        assert owner.account(itwin, token=token).code == "Unauthorized"


def test_a_scope_may_be_one_string(owner: Caller, itwin: str) -> None:
    """Scopes as words of one string are read like an array of them."""
    issuer = owner.served.emulator.services.issuer
    client = owner.served.credentials["owner"].client_id
    good = issuer.sign(issuer.claims(client, [], scope="openid itwin-platform"))
    bad = issuer.sign(issuer.claims(client, [], scope="itwin-platform-not"))
    assert owner.account(itwin, token=good).status == 200
    assert owner.account(itwin, token=bad).status == 401
