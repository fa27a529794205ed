"""Asks the token service, patiently: credentials in header or body, again after trouble that may pass."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final
from urllib.parse import quote_plus, urlsplit

import requests

from conformance.client.auth.grants import Grant, Refused, read_grant
from conformance.client.network import Network
from conformance.client.retry_after import wait_of
from conformance.client.transport import TROUBLE, new_session
from conformance.client.wire import failure_of
from conformance.exchange.model import Exchange, Request
from conformance.targets.model import Role, Target

DISCOVERY: Final = "/.well-known/openid-configuration"
JSON: Final = {"Accept": "application/json", "User-Agent": "itwin-conformance"}
BASIC: Final = "client_secret_basic"
POST: Final = "client_secret_post"
TRIES: Final = 4
BACKOFF: Final = 0.5
"""Seconds before the second try, where the service does not say; each further wait is twice as long."""
ASK_AFTER: Final = 30.0
"""Seconds after which a service that was in trouble is asked again."""
TOO_MANY: Final = 429
SERVER_ERRORS: Final = range(500, 600)
MISUNDERSTOOD: Final = frozenset({400, 401})
"""Statuses after which the credentials are sent the other way: services word it differently."""


@dataclass
class TokenService:
    """The token service of a target. `before` is called before each request, `after` with its exchange.

    `before` waits for the budget and is told whether the request is a retry; `after` keeps the record;
    `pause` waits a number of seconds.
    """

    target: Target
    network: Network
    before: Callable[[bool], None] = lambda _: None
    after: Callable[[Exchange], None] = lambda _: None
    pause: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _way: str = ""
    _discovered: dict[str, Any] = field(default_factory=dict)
    _discover_at: float = float("-inf")

    def grant(self, role: str, scope: str | None) -> Grant:
        """Return a new token of a role with client credentials; `Refused` says why there is none."""
        url = self.token_url()
        refusals: list[Refused] = []
        for way in self._ways():
            response = self._send_with_backoff(role, url, partial(self._post, role, url, scope, way))
            try:
                grant = read_grant(response)
            except Refused as why:
                refusals.append(why)
                if response.status_code not in MISUNDERSTOOD:
                    break
            else:
                self._way = way
                return grant
        # Which client it is not tells less than what else is wrong.
        raise next((why for why in refusals if why.code != "invalid_client"), refusals[0])

    def _ways(self) -> list[str]:
        """Return the ways to send credentials: first the one that worked, or that discovery names."""
        named = self._discovered.get("token_endpoint_auth_methods_supported")
        known = [way for way in named if way in {BASIC, POST}] if isinstance(named, list) else []
        return list(dict.fromkeys(way for way in (self._way, *known, BASIC, POST) if way))

    def _post(self, role: str, url: str, scope: str | None, way: str) -> requests.Response:
        entry: Role = self.target.roles[role]
        secret = entry.client_secret.get_secret_value() if entry.client_secret else ""
        form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
        headers = dict(JSON)
        if way == BASIC:
            # Form-encoded first (RFC 6749, 2.3.1), so that any character may be in it.
            pair = f"{quote_plus(entry.client_id)}:{quote_plus(secret)}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": entry.client_id, "client_secret": secret}
        with self._session(url) as session:
            return session.post(url, data=form, headers=headers, allow_redirects=False)

    def _session(self, url: str) -> requests.Session:
        network = self.network
        session = new_session(network.limits, ca=network.ca, proxies=network.proxies_for(url))
        session.max_redirects = 1  # none is followed; with 0 requests would not even show one
        return session

    def _send_with_backoff(
        self, role: str, url: str, send: Callable[[], requests.Response]
    ) -> requests.Response:
        """Send until there is a response that will not be another one soon; `Refused` where there is none."""
        for number in range(1, TRIES + 1):
            self.before(number > 1)
            exchange, response, error = self._once(role, url, send)
            if response is None:
                what = f"the token service gave no usable answer ({exchange.failure})"
                # A timeout is not asked again: the whole run would wait twice for nothing.
                if number > 1 or not exchange.failure.startswith(("broken", "could not connect:")):
                    final = isinstance(error, requests.Timeout) or exchange.failure.startswith("TLS")
                    raise Refused(what, ask_after=float("inf") if final else ASK_AFTER) from error
                continue
            if response.status_code != TOO_MANY and response.status_code not in SERVER_ERRORS:
                return response
            what = f"the token service answered {response.status_code}"
            asked = wait_of(exchange)
            wait = BACKOFF * 2 ** (number - 1) if asked is None else asked
            if wait > self.target.max_wait:
                longest = f"more than max_wait = {self.target.max_wait:g} s"
                raise Refused(f"{what} and asks to wait {wait:g} s, {longest}", ask_after=wait)
            if number < TRIES:
                self.pause(wait)
            else:
                raise Refused(f"{what}, {TRIES} times", ask_after=max(ASK_AFTER, wait))
        raise AssertionError("unreachable: the last try returns or raises")

    def _once(
        self, role: str, url: str, send: Callable[[], requests.Response]
    ) -> tuple[Exchange, requests.Response | None, Exception | None]:
        request = Request("POST" if role else "GET", url, purpose="token")
        started, clock = time.time(), time.perf_counter()
        exchange = Exchange("", role, request, url, {}, None, started, 0.0)
        response: requests.Response | None = None
        trouble: Exception | None = None
        try:
            response = send()
        except (*TROUBLE, ValueError) as error:
            trouble = error
        exchange = replace(
            exchange,
            elapsed_ms=(time.perf_counter() - clock) * 1000,
            status=None if response is None else response.status_code,
            failure="" if trouble is None else failure_of(trouble),
        )
        self.after(exchange)
        # The record gets no headers: nobody knows yet what is secret in them.
        return (
            replace(exchange, headers=dict(response.headers) if response is not None else {}),
            response,
            trouble,
        )

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
            raise Refused(reason + (" that is https" if secure else ""), ask_after=ASK_AFTER)
        return endpoint

    def discovery(self) -> Mapping[str, Any]:
        """Return the OpenID discovery document of the issuer, or {} where there is none."""
        if not self._discovered and self.clock() >= self._discover_at:
            base = self.target.issuer or "{0.scheme}://{0.netloc}".format(urlsplit(self.target.token_url))
            self._discovered = self.get_json(base + DISCOVERY) if "://" in base and base != "://" else {}
            self._discover_at = self.clock() + ASK_AFTER
        return self._discovered

    def published_keys(self) -> dict[str, Any]:
        """Return the issuer's published key set, or {} where there is none."""
        uri = self.discovery().get("jwks_uri")
        return self.get_json(uri) if isinstance(uri, str) and uri.startswith("http") else {}

    def get_json(self, url: str) -> dict[str, Any]:
        """Return the JSON object at an address of the token service, or {} where there is none."""
        try:
            response = self._send_with_backoff("", url, partial(self._get, url))
            content = json.loads(response.content)
        except (Refused, ValueError, RecursionError):
            return {}
        return content if isinstance(content, dict) else {}

    def _get(self, url: str) -> requests.Response:
        with self._session(url) as session:
            return session.get(url, headers=JSON, allow_redirects=False)
