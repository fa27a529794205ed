"""Where a role's token comes from: client credentials, a ready token or a command; renewed before its end."""

from __future__ import annotations

import base64
import json
import shlex
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from conformance.client.transport import Limits, harden, new_session
from conformance.errors import NotJudged
from conformance.redaction import Redactor
from conformance.targets import Role, Target

DISCOVERY: Final = "/.well-known/openid-configuration"
RENEW_BEFORE: Final = 60.0
"""Seconds before its end at which a token is renewed; at most a third of its life."""
COMMAND_TIMEOUT: Final = 60.0


@dataclass
class Credentials:
    """Hands out each role's token. A role that was refused once is refused for the run, with the reason.

    `before` is called before each call to the token service (it spends the budget), `after` with what came
    back (it keeps the record): url, status or None, failure, milliseconds.
    """

    target: Target
    redactor: Redactor
    limits: Limits
    proxies: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[], None] = lambda: None
    after: Callable[[str, str, int | None, str, float], None] = lambda *_: None
    clock: Callable[[], float] = time.monotonic
    _held: dict[str, tuple[str, float]] = field(default_factory=dict)
    _refused: dict[str, str] = field(default_factory=dict)
    _locks: dict[str, Lock] = field(default_factory=dict)
    _discovered: dict[str, Any] | None = None

    def token(self, role: str) -> str:
        """Return a token of the role that is good for a while yet; `NotJudged` where none is to be had."""
        with self._locks.setdefault(role, Lock()):
            if role in self._refused:
                raise NotJudged(self._refused[role])
            token, renew_at = self._held.get(role, ("", 0.0))
            if not token or self.clock() >= renew_at:
                token, life = self._fetch(role)
                self.redactor.learn(token)
                self._held[role] = (token, self.clock() + life - min(RENEW_BEFORE, life / 3))
            return token

    def _fetch(self, role: str) -> tuple[str, float]:
        """Return a new token and its life in seconds."""
        entry = self.target.roles[role]
        if entry.token is not None:
            return entry.token.get_secret_value(), float("inf")
        if entry.token_command:
            return self._from_command(role, entry.token_command), 300.0
        return self._from_service(role, entry)

    def _from_command(self, role: str, command: str) -> str:
        try:
            done = subprocess.run(  # noqa: S603 - the user's own command from the user's own targets file
                shlex.split(command), capture_output=True, text=True, timeout=COMMAND_TIMEOUT, check=False
            )
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            raise self._refuse(role, f"token_command failed: {type(error).__name__}") from error
        words = done.stdout.split()
        if done.returncode or len(words) != 1:
            what = f"exit {done.returncode}" if done.returncode else "no single token on its output"
            raise self._refuse(role, f"token_command failed: {what}")
        return words[0]

    def _from_service(self, role: str, entry: Role) -> tuple[str, float]:
        assert entry.client_secret is not None  # noqa: S101 - the model of Role guarantees it
        try:
            answer = self.request_token(role, scope=self.target.scope)
        except OAuthError as error:
            detail = f"{error.error}: {error.description}" if error.description else str(error.error)
            raise self._refuse(role, f"the token service refused it: {self.redactor.mask(detail)}") from error
        token, life = answer.get("access_token"), answer.get("expires_in", 3600)
        if not isinstance(token, str) or not token or not token.isascii():
            raise self._refuse(role, "the token service answered without an access_token")
        return token, float(life) if isinstance(life, int | float) and life > 0 else 3600.0

    def request_token(self, role: str, scope: str | None) -> dict[str, Any]:
        """Ask the token service once; `OAuthError` when it refuses, `NotJudged` when it does not answer."""
        self.redactor.learn(self._secret(role))
        try:
            return self._ask(role, scope, "client_secret_basic")
        except OAuthError as error:
            if error.error != "invalid_client":
                raise
            return self._ask(role, scope, "client_secret_post")

    def _secret(self, role: str) -> str:
        secret = self.target.roles[role].client_secret
        return secret.get_secret_value() if secret else ""

    def _ask(self, role: str, scope: str | None, method: str) -> dict[str, Any]:
        url = self.token_url()
        self.before()
        started, status, failure = time.perf_counter(), None, ""
        session = OAuth2Session(
            self.target.roles[role].client_id,
            self._secret(role),
            scope=scope,
            token_endpoint_auth_method=method,
        )
        try:
            harden(session, self.limits, ca=self.target.ca, proxies=self.proxies)
            session.register_compliance_hook("access_token_response", lambda reply: self._sane(role, reply))
            answer: dict[str, Any] = dict(
                session.fetch_token(url, grant_type="client_credentials", headers=FORM)
            )
        except OAuthError as error:
            failure = str(error.error)
            raise
        except (requests.RequestException, ValueError, RecursionError) as error:
            failure = f"no usable answer ({type(error).__name__})"
            raise self._refuse(role, f"the token service gave {failure}") from error
        else:
            status = 200
            return answer
        finally:
            session.close()
            self.after(role, url, status, failure, (time.perf_counter() - started) * 1000)

    def _sane(self, role: str, reply: requests.Response) -> requests.Response:
        """Refuse what Authlib would stumble over: an answer that is no JSON object, a 5xx, a redirect."""
        try:
            content = json.loads(reply.content)
        except (ValueError, RecursionError):
            content = None
        if reply.status_code >= 300 and not (isinstance(content, dict) and "error" in content):  # noqa: PLR2004 - not a 2xx
            raise self._refuse(role, f"the token service answered {reply.status_code}")
        if not isinstance(content, dict):
            raise self._refuse(role, "the token service answered something else than a JSON object")
        return reply

    def _refuse(self, role: str, why: str) -> NotJudged:
        reason = f"no token for role {role}: {why}"
        self._refused[role] = reason
        return NotJudged(reason)

    def token_url(self) -> str:
        """Return the token endpoint: as configured, or as the issuer's discovery document says."""
        if self.target.token_url:
            return self.target.token_url
        endpoint = self.discovery().get("token_endpoint")
        if not isinstance(endpoint, str):
            reason = (
                f"no token_url is configured and {self.target.issuer or 'no issuer'} names no token_endpoint"
            )
            raise NotJudged(reason)
        return endpoint

    def discovery(self) -> dict[str, Any]:
        """Return the OpenID discovery document of the issuer, or {} where there is none."""
        if self._discovered is None:
            base = self.target.issuer or "{0.scheme}://{0.netloc}".format(urlsplit(self.target.token_url))
            self._discovered = self.get_json(base + DISCOVERY) if "://" in base and base != "://" else {}
        return self._discovered

    def published_keys(self) -> dict[str, Any]:
        """Return the issuer's published key set, or {} where there is none."""
        uri = self.discovery().get("jwks_uri")
        return self.get_json(uri) if isinstance(uri, str) and uri.startswith("http") else {}

    def token_without_scope(self, role: str) -> str:
        """Return a token of the role that lacks the API's scope, or "" where the service gives none."""
        if not self.target.roles[role].client_id:
            return ""
        for scope in (None, "openid", "email"):
            try:
                answer = self._ask(role, scope, "client_secret_basic")
            except (OAuthError, NotJudged):
                self._refused.pop(role, None)
                continue
            token = answer.get("access_token")
            granted = claims(token).get("scope") if isinstance(token, str) else None
            scopes = granted.split() if isinstance(granted, str) else granted
            if isinstance(token, str) and isinstance(scopes, list) and self.target.scope not in scopes:
                self.redactor.learn(token)
                return token
        return ""

    def get_json(self, url: str) -> dict[str, Any]:
        """Return the JSON object at an address of the token service, or {} where there is none."""
        self.before()
        started, status, failure = time.perf_counter(), None, ""
        with new_session(self.limits, ca=self.target.ca, proxies=self.proxies) as session:
            try:
                reply = session.get(url, allow_redirects=False)
                status = reply.status_code
                content = json.loads(reply.content)
            except (requests.RequestException, ValueError, RecursionError) as error:
                failure, content = type(error).__name__, None
        self.after("", url, status, failure, (time.perf_counter() - started) * 1000)
        return content if isinstance(content, dict) else {}


FORM: Final = {
    "Accept": "application/json",
    "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8",
}


def claims(token: str) -> dict[str, Any]:
    """Return the claims of a JWT without checking anything, or {} where the token is none."""
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - header, payload, signature
        return {}
    try:
        content = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
