"""Serve discovery, keys and the token endpoint."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from conformance.emulator.behaviours import documented, used_by_clients
from conformance.emulator.identity.sign_in import SCOPES, SignIn
from conformance.emulator.identity.tokens import SCOPE, Issuer
from conformance.emulator.state.records import User

TOKEN_PATH = "/connect/token"  # noqa: S105 - a path
KEYS_PATH = "/.well-known/jwks"
DISCOVERY_PATH = "/.well-known/openid-configuration"
AUTHORIZE_PATH = "/connect/authorize"
USERINFO_PATH = "/connect/userinfo"
INTROSPECT_PATH = "/connect/introspect"
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
        "authorization_endpoint": f"{url}{AUTHORIZE_PATH}",
        "token_endpoint": f"{url}{TOKEN_PATH}",
        "jwks_uri": f"{url}{KEYS_PATH}",
        "userinfo_endpoint": f"{url}{USERINFO_PATH}",
        "introspection_endpoint": f"{url}{INTROSPECT_PATH}",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["client_credentials", "authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "claims_supported": ["sub", "client_id", "scope", "email"],
    }


def routes(issuer: Issuer, user_of: UserOf) -> list[Route]:
    """Return the identity service's routes."""
    sign_in = SignIn(issuer)

    async def serve_discovery(_request: Request) -> Response:
        return JSONResponse(discovery(issuer.url))

    async def serve_keys(_request: Request) -> Response:
        return JSONResponse(issuer.public_keys())

    async def serve_token(request: Request) -> Response:
        form, authorization = await _form(request), request.headers.get("authorization", "")
        signed_in = _signed_in(sign_in, user_of, authorization, form)
        status, content = signed_in or token(issuer, user_of, authorization, form)
        refused = {"WWW-Authenticate": "Basic"} if content == {"error": "invalid_client"} else {}
        return JSONResponse(content, status, {**_NO_STORE, **refused})

    async def serve_authorize(request: Request) -> Response:
        query = dict(request.query_params)
        address = urlsplit(query.get("redirect_uri", ""))
        if user_of(query.get("client_id", "")) is None or not (address.scheme and address.netloc):
            return JSONResponse({"error": "invalid_request"}, 400, _NO_STORE)
        return RedirectResponse(sign_in.authorize(query), 302, _NO_STORE)

    async def serve_userinfo(request: Request) -> Response:
        found = userinfo(sign_in, user_of, request.headers.get("authorization", ""))
        if found is None:
            return JSONResponse({"error": "invalid_token"}, 401, {"WWW-Authenticate": "Bearer"})
        return JSONResponse(found)

    async def serve_introspect(request: Request) -> Response:
        form = await _form(request)
        if _client(user_of, request.headers.get("authorization", ""), form) is None:
            return JSONResponse({"error": "invalid_client"}, 401, {"WWW-Authenticate": "Basic"})
        claims = sign_in.live_claims(form.get("token", ""))
        return JSONResponse({"active": claims is not None, **(claims or {})})

    return [
        Route(AUTHORIZE_PATH, serve_authorize),
        Route(USERINFO_PATH, serve_userinfo, methods=["GET", "POST"]),
        Route(INTROSPECT_PATH, serve_introspect, methods=["POST"]),
        Route(DISCOVERY_PATH, serve_discovery),
        Route(KEYS_PATH, serve_keys),
        Route(f"{DISCOVERY_PATH}/jwks", serve_keys),
        Route(TOKEN_PATH, serve_token, methods=["POST"]),
    ]


def userinfo(sign_in: SignIn, user_of: UserOf, authorization: str) -> dict[str, object] | None:
    """Return what is known of the user of a bearer token, or None if the token is not good."""
    scheme, _, text = authorization.strip().partition(" ")
    claims = sign_in.live_claims(text.strip()) if scheme.lower() == "bearer" else None
    user = user_of(str(claims["client_id"])) if claims else None
    if user is None:
        return None
    return {"sub": user.client_id, "email": user.email, "given_name": user.role}


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode("latin-1"), keep_blank_values=True))


def _client(user_of: UserOf, authorization: str, form: dict[str, str]) -> User | None:
    client_id, secret = _basic(authorization) or (form.get("client_id", ""), form.get("client_secret", ""))
    user = user_of(client_id)
    good = user and hmac.compare_digest(user.client_secret.encode(), secret.encode(errors="replace"))
    return user if good else None


def _signed_in(
    sign_in: SignIn, user_of: UserOf, authorization: str, form: dict[str, str]
) -> tuple[int, dict[str, object]] | None:
    """Return status and body for a code or refresh token, None for other grants; PKCE stands for a secret."""
    take = {"authorization_code": sign_in.exchange, "refresh_token": sign_in.refresh}.get(
        form.get("grant_type", "")
    )
    if take is None:
        return None
    secret_sent = bool(authorization) or "client_secret" in form
    client = _client(user_of, authorization, form) if secret_sent else user_of(form.get("client_id", ""))
    if client is None:
        return 401, {"error": "invalid_client"}
    given = take(client.client_id, form)
    return (400, {"error": "invalid_grant"}) if given is None else (200, given)


def token(
    issuer: Issuer, user_of: UserOf, authorization: str, form: dict[str, str]
) -> tuple[int, dict[str, object]]:
    """Return status and body for a token request: the token's members, or ``{error}`` as OAuth 2 words it."""
    user = _client(user_of, authorization, form)
    if user is None:
        return 401, {"error": "invalid_client"}
    if form.get("grant_type") != "client_credentials":
        return 400, {"error": "unsupported_grant_type"}
    scopes = form.get("scope", SCOPE).split()
    if scopes != [SCOPE]:
        return 400, {"error": "invalid_scope"}
    granted: dict[str, object] = {
        "access_token": issuer.issue(user.client_id, scopes),
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
