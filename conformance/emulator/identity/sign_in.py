"""Sign in by a browser: codes with PKCE, which are exchanged for tokens, and refresh tokens.

Nobody is asked: whoever is sent to the authorization endpoint is the application's own user and consents.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit, urlunsplit

from conformance.emulator.behaviours import assumed, documented
from conformance.emulator.identity.tokens import SCOPE, Issuer

SCOPES = (SCOPE, "openid", "profile", "email", "offline_access")
CODE_LIFE = 60.0
"""How long a code is good, in seconds."""

assumed("identity.consent", "The authorization endpoint signs in the application's own user, without a page.")
documented(
    "identity.code-once", "A code is good once, for its client, its redirect_uri and its PKCE verifier."
)


@dataclass(frozen=True)
class _Code:
    client_id: str
    redirect_uri: str
    challenge: str
    nonce: str
    scopes: tuple[str, ...]
    until: float


@dataclass
class SignIn:
    """The codes and refresh tokens that one issuer has given out and not yet taken back."""

    issuer: Issuer
    codes: dict[str, _Code] = field(default_factory=dict)
    refreshes: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    def authorize(self, query: dict[str, str]) -> str:
        """Return where a known client's browser is sent: to its redirect_uri, with a code or an error."""
        scopes = tuple(query.get("scope", SCOPE).split())
        error = ""
        if query.get("response_type") != "code":
            error = "unsupported_response_type"
        elif not query.get("code_challenge") or query.get("code_challenge_method") != "S256":
            error = "invalid_request"
        elif not scopes or not set(scopes) <= set(SCOPES):
            error = "invalid_scope"
        told = {"error": error} if error else {"code": self._code(query, scopes)}
        if "state" in query:
            told["state"] = query["state"]
        parts = urlsplit(query["redirect_uri"])
        joined = "&".join(each for each in (parts.query, urlencode(told)) if each)
        return urlunsplit(parts._replace(query=joined))

    def _code(self, query: dict[str, str], scopes: tuple[str, ...]) -> str:
        now = self.issuer.clock()
        self.codes = {code: kept for code, kept in self.codes.items() if kept.until > now}
        code = secrets.token_urlsafe(24)
        self.codes[code] = _Code(
            query["client_id"],
            query["redirect_uri"],
            query["code_challenge"],
            query.get("nonce", ""),
            scopes,
            now + CODE_LIFE,
        )
        return code

    def exchange(self, client_id: str, form: dict[str, str]) -> dict[str, object] | None:
        """Return the tokens for the form's code, or None if it is not good for this client."""
        code = self.codes.pop(form.get("code", ""), None)
        if code is None or code.until <= self.issuer.clock():
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode(errors="replace")).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=")
        if not hmac.compare_digest(challenge, code.challenge.rstrip("=").encode(errors="replace")):
            return None
        if (code.client_id, code.redirect_uri) != (client_id, form.get("redirect_uri", "")):
            return None
        return self._tokens(client_id, code.scopes, code.nonce)

    def refresh(self, client_id: str, form: dict[str, str]) -> dict[str, object] | None:
        """Return new tokens for the form's refresh token, which is good once; None if it is not good."""
        kept = self.refreshes.get(form.get("refresh_token", ""))
        if kept is None or kept[0] != client_id:
            return None
        del self.refreshes[form["refresh_token"]]
        return self._tokens(client_id, kept[1], "")

    def _tokens(self, client_id: str, scopes: tuple[str, ...], nonce: str) -> dict[str, object]:
        given: dict[str, object] = {
            "access_token": self.issuer.issue(client_id, list(scopes)),
            "expires_in": self.issuer.life,
            "token_type": "Bearer",
            "scope": " ".join(scopes),
        }
        if "openid" in scopes:
            claims = self.issuer.claims(client_id, list(scopes), aud=[client_id])
            given["id_token"] = self.issuer.sign(claims | ({"nonce": nonce} if nonce else {}))
        if "offline_access" in scopes:
            refresh = secrets.token_urlsafe(32)
            self.refreshes[refresh] = (client_id, scopes)
            given["refresh_token"] = refresh
        return given

    def live_claims(self, text: str) -> dict[str, object] | None:
        """Return the claims of an access token that is good now, or None."""
        token = self.issuer.read(text)
        if token is None or not self.issuer.signed(token):
            return None
        return token.claims if token.claims.get("exp", 0) > self.issuer.clock() else None
