"""Where a role's token comes from: client credentials, a ready token, or a command; renewed in time."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from conformance.client.auth.jwt import claims, life_of
from conformance.client.auth.token_command import COMMAND_LIFE, token_from_command
from conformance.client.transport import TROUBLE, Limits, harden, new_session
from conformance.errors import NotJudged
from conformance.exchange.redaction import Redactor
from conformance.targets.model import Role, Target

DISCOVERY: Final = "/.well-known/openid-configuration"
RENEW_BEFORE: Final = 60.0
"""Seconds before its end at which a token is renewed; at most a third of its life."""
LIFE: Final = 3600.0
"""Seconds that a token is taken to live when nobody says."""
LONGEST: Final = 16 * 1024
USABLE: Final = re.compile(r"[\x21-\x7e]+")
FORM: Final = {
    "Accept": "application/json",
    "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8",
}


@dataclass(frozen=True)
class Held:
    """A token, when it is to be renewed and when it ends, on the clock of its holder."""

    token: str
    renew_at: float
    ends_at: float


@dataclass
class Credentials:
    """Hands out each role's token. A role that was refused once is refused for the run, with the reason.

    `before` is called before each call to the token service (it spends the budget), `after` with what came
    back (it keeps the record): role, url, status or None, failure, milliseconds.
    """

    target: Target
    redactor: Redactor
    limits: Limits
    proxies: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[], None] = lambda: None
    after: Callable[[str, str, int | None, str, float], None] = lambda *_: None
    clock: Callable[[], float] = time.monotonic
    _held: dict[str, Held] = field(default_factory=dict)
    _refused: dict[str, str] = field(default_factory=dict)
    _locks: dict[str, Lock] = field(default_factory=dict)
    _discovered: dict[str, Any] | None = None

    def token(self, role: str) -> str:
        """Return a token of the role that is good for a while yet; `NotJudged` where none is to be had."""
        with self._locks.setdefault(role, Lock()):
            held = self._held.get(role)
            now = self.clock()
            if held is not None and now < held.renew_at:
                return held.token
            if role in self._refused:
                raise NotJudged(self._refused[role])
            try:
                token, life = self._fetch(role)
            except NotJudged:
                if held is None or now >= held.ends_at:
                    raise
                # What is held is good for a little longer: the service may be back by then.
                self._refused.pop(role, None)
                self._held[role] = Held(held.token, min(now + 5.0, held.ends_at), held.ends_at)
                return held.token
            self.redactor.learn(token)
            self._held[role] = Held(token, now + life - min(RENEW_BEFORE, life / 3), now + life)
            return token

    def drop(self, role: str) -> bool:
        """Forget a token that the API refuses; tell whether another one may be had."""
        renewable = role in self.target.roles and self.target.roles[role].token is None
        return renewable and self._held.pop(role, None) is not None

    def forgive(self) -> None:
        """Ask again for the roles that got no token: what they created is still to be undone."""
        self._refused.clear()

    def _fetch(self, role: str) -> tuple[str, float]:
        """Return a new token and its life in seconds."""
        entry = self.target.roles.get(role)
        if entry is None:
            raise NotJudged(f"the target has no role {role}")
        if entry.token is not None:
            return self._usable(role, entry.token.get_secret_value()), float("inf")
        if entry.token_command:
            token = self._usable(role, self._from_command(role, entry.token_command))
            return token, min(COMMAND_LIFE, life_of(token, time.time()) or COMMAND_LIFE)
        return self._from_service(role)

    def _usable(self, role: str, token: object) -> str:
        if not isinstance(token, str) or not USABLE.fullmatch(token) or len(token) > LONGEST:
            raise self._refuse(role, "what was given is no token: it is empty, too long, or not plain ASCII")
        return token

    def _from_command(self, role: str, command: str) -> str:
        try:
            return token_from_command(command)
        except NotJudged as why:
            raise self._refuse(role, why.reason) from why

    def _from_service(self, role: str) -> tuple[str, float]:
        try:
            answer = self._request(role)
        except OAuthError as error:
            detail = f"{error.error}: {error.description}" if error.description else str(error.error)
            reason = f"the token service refused it: {self.redactor.mask(detail)[:300]}"
            raise self._refuse(role, reason) from error
        token = answer.get("access_token")
        if not token:
            raise self._refuse(role, "the token service answered without an access_token")
        usable = self._usable(role, token)
        return usable, min(_seconds(answer.get("expires_in")), life_of(usable) or LIFE * 24)

    def _request(self, role: str) -> dict[str, Any]:
        """Ask the token service; `OAuthError` when it refuses, `NotJudged` when it does not answer."""
        self.redactor.learn(self._secret(role))
        try:
            return self._ask(role, self.target.scope, "client_secret_basic")
        except OAuthError as error:
            if error.error != "invalid_client":
                raise
            return self._ask(role, self.target.scope, "client_secret_post")

    def _secret(self, role: str) -> str:
        secret = self.target.roles[role].client_secret
        return secret.get_secret_value() if secret else ""

    def _ask(self, role: str, scope: str | None, method: str) -> dict[str, Any]:
        """Ask once; where the connection broke at once, once more."""
        url = self.token_url()
        for last in (False, True):
            try:
                return self._ask_once(role, url, scope, method)
            except requests.ConnectionError as error:
                # A timeout is not asked again: the whole run would wait twice for nothing.
                if last or isinstance(error, requests.Timeout) or "timed out" in str(error):
                    raise self._refuse(role, _unusable(error)) from error
            except (*TROUBLE, ValueError, RecursionError) as error:
                raise self._refuse(role, _unusable(error)) from error
        raise AssertionError("unreachable: the second try returns or raises")

    def _ask_once(self, role: str, url: str, scope: str | None, method: str) -> dict[str, Any]:
        self.before()
        started, status, failure = time.perf_counter(), None, ""
        entry: Role = self.target.roles[role]
        session = OAuth2Session(
            entry.client_id, self._secret(role), scope=scope, token_endpoint_auth_method=method
        )
        try:
            harden(session, self.limits, ca=self.target.ca, proxies=self.proxies)
            session.register_compliance_hook(
                "access_token_response", lambda response: self._validate_token_response(role, response)
            )
            answer: dict[str, Any] = dict(
                session.fetch_token(url, grant_type="client_credentials", headers=FORM)
            )
        except OAuthError as error:
            failure = str(error.error)[:80]
            raise
        except NotJudged as why:
            failure = why.reason
            raise
        except (*TROUBLE, ValueError, RecursionError) as error:
            failure = type(error).__name__
            raise
        else:
            status = 200
            return answer
        finally:
            session.close()
            self.after(role, url, status, failure, (time.perf_counter() - started) * 1000)

    def _validate_token_response(self, role: str, response: requests.Response) -> requests.Response:
        """Refuse what Authlib would stumble over: an answer that is no JSON object, a 5xx, a redirect."""
        try:
            content = json.loads(response.content)
        except (ValueError, RecursionError):
            content = None
        if response.status_code >= 300 and not (isinstance(content, dict) and "error" in content):  # noqa: PLR2004 - not a 2xx
            raise self._refuse(role, f"the token service answered {response.status_code}")
        if not isinstance(content, dict):
            raise self._refuse(role, "the token service answered something else than a JSON object")
        return response

    def _refuse(self, role: str, why: str) -> NotJudged:
        reason = f"no token for role {role}: {why}"
        self._refused[role] = reason
        return NotJudged(reason)

    def token_url(self) -> str:
        """Return the token endpoint: as configured, or as the issuer's discovery document says."""
        if self.target.token_url:
            return self.target.token_url
        endpoint = self.discovery().get("token_endpoint")
        secure = urlsplit(self.target.issuer).scheme == "https"
        if not isinstance(endpoint, str) or not endpoint.startswith("https://" if secure else "http"):
            reason = (
                f"no token_url is configured and {self.target.issuer or 'no issuer'} names no token_endpoint"
            )
            raise NotJudged(reason + (" that is https" if secure else ""))
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
        if not self.target.roles[role].client_id or role in self._refused:
            return ""
        for scope in (None, "openid", "email"):
            try:
                answer = self._ask(role, scope, "client_secret_basic")
            except OAuthError:
                continue
            except NotJudged:
                self._refused.pop(role, None)
                return ""
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
                response = session.get(url, allow_redirects=False)
                status = response.status_code
                content = json.loads(response.content)
            except (*TROUBLE, ValueError, RecursionError) as error:
                failure, content = type(error).__name__, None
        self.after("", url, status, failure, (time.perf_counter() - started) * 1000)
        return content if isinstance(content, dict) else {}


def _seconds(life: object) -> float:
    """Return ``expires_in`` in seconds, however it is spelt; an hour where it says nothing of use."""
    try:
        seconds = float(life)  # type: ignore[arg-type] # whatever it is, float() or its error decides
    except (TypeError, ValueError, OverflowError):
        return LIFE
    return seconds if seconds > 0 else LIFE


def _unusable(error: Exception) -> str:
    return f"the token service gave no usable answer ({type(error).__name__})"
