"""Serve discovery, keys and the token endpoint."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable
from urllib.parse import parse_qsl, unquote_plus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from conformance.emulator.behaviours import documented, used_by_clients
from conformance.emulator.identity.tokens import SCOPE, Issuer
from conformance.emulator.state.records import User

TOKEN_PATH = "/connect/token"  # noqa: S105 - a path
KEYS_PATH = "/.well-known/jwks"
DISCOVERY_PATH = "/.well-known/openid-configuration"
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}

used_by_clients("identity.discovery", "Discovery has every field that OpenID Connect requires.")
used_by_clients("identity.basic-and-form", "Client credentials come by HTTP Basic or in the form.")
used_by_clients("identity.scope-array", "The scope claim is an array of words.")
documented("identity.unknown-client", "Unknown clients and wrong secrets are 401 invalid_client.")
used_by_clients(
    "identity.granted-scope",
    "The scope is told only to who named none; the vendor's token factory for Python stops at it.",
)
documented("identity.invalid-scope", "A scope that is not itwin-platform is 400 invalid_scope.")


UserOf = Callable[[str], User | None]
"""Finds the application with a client id."""


def discovery(url: str) -> dict[str, object]:
    """Return the OpenID configuration of the issuer at this address."""
    return {
        "issuer": url,
        "authorization_endpoint": f"{url}/connect/authorize",
        "token_endpoint": f"{url}{TOKEN_PATH}",
        "jwks_uri": f"{url}{KEYS_PATH}",
        "userinfo_endpoint": f"{url}/connect/userinfo",
        "introspection_endpoint": f"{url}/connect/introspect",
        "scopes_supported": [SCOPE],
        "response_types_supported": ["code", "token", "id_token"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "grant_types_supported": ["client_credentials"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "claims_supported": ["sub", "client_id", "scope"],
    }


def routes(issuer: Issuer, user_of: UserOf) -> list[Route]:
    """Return the identity service's routes."""

    async def serve_discovery(_request: Request) -> Response:
        return JSONResponse(discovery(issuer.url))

    async def serve_keys(_request: Request) -> Response:
        return JSONResponse(issuer.public_keys())

    async def serve_token(request: Request) -> Response:
        body = (await request.body()).decode("latin-1")
        form = dict(parse_qsl(body, keep_blank_values=True))
        status, content = token(issuer, user_of, request.headers.get("authorization", ""), form)
        headers = dict(_NO_STORE)
        if status == 401:  # noqa: PLR2004 - the status of invalid_client
            headers["WWW-Authenticate"] = "Basic"
        return JSONResponse(content, status, headers)

    return [
        Route(DISCOVERY_PATH, serve_discovery),
        Route(KEYS_PATH, serve_keys),
        Route(f"{DISCOVERY_PATH}/jwks", serve_keys),
        Route(TOKEN_PATH, serve_token, methods=["POST"]),
    ]


def token(
    issuer: Issuer, user_of: UserOf, authorization: str, form: dict[str, str]
) -> tuple[int, dict[str, object]]:
    """Return status and body for a token request: the token's members, or ``{error}`` as OAuth 2 words it."""
    client_id, secret = _basic(authorization) or (form.get("client_id", ""), form.get("client_secret", ""))
    user = user_of(client_id)
    if user is None or not hmac.compare_digest(user.client_secret.encode(), secret.encode(errors="replace")):
        return 401, {"error": "invalid_client"}
    if form.get("grant_type") != "client_credentials":
        return 400, {"error": "unsupported_grant_type"}
    scopes = form.get("scope", SCOPE).split()
    if scopes != [SCOPE]:
        return 400, {"error": "invalid_scope"}
    granted: dict[str, object] = {
        "access_token": issuer.issue(client_id, scopes),
        "expires_in": issuer.life,
        "token_type": "Bearer",
    }
    return 200, granted if "scope" in form else {**granted, "scope": SCOPE}


def _basic(authorization: str) -> tuple[str, str] | None:
    scheme, _, encoded = authorization.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, ValueError):
        return ("", "")
    name, _, secret = text.partition(":")
    return unquote_plus(name), unquote_plus(secret)
