"""Logs the roles in that have a way to log in: what they are given goes with their requests."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

import requests
from pydantic import SecretStr

from conformance.client.network import network_of
from conformance.client.transport import TROUBLE, new_session
from conformance.client.wire import failure_of
from conformance.errors import NotJudged
from conformance.exchange.model import value_at
from conformance.targets.login import Login
from conformance.targets.model import Role, Target

SHOWN: Final = 60


def logged_in(target: Target) -> Target:
    """Return the target with each role logged in that can be; `NotJudged` says why one is not let in.

    What a role is given is used for the whole run: it has to live as long.
    """
    roles = {name: _let_in(target, name, role) for name, role in target.roles.items() if role.login}
    return target.model_copy(update={"roles": {**target.roles, **roles}}) if roles else target


def _let_in(target: Target, name: str, role: Role) -> Role:
    login = role.login
    assert login is not None  # noqa: S101 - only such roles are asked for
    url = login.url if "://" in login.url else f"{target.base_url.rstrip('/')}/{login.url.lstrip('/')}"
    where = f"role {name}: {login.verb} {urlsplit(url).path or '/'} of the login"
    try:
        response, cookies = _sent(target, login, url)
    except (*TROUBLE, ValueError) as error:
        raise NotJudged(f"{where} got no response: {failure_of(error)}") from error
    if login.found_in == "cookies":
        if not cookies:
            raise NotJudged(f"{where} answered {response.status_code} and set no cookie")
        given: dict[str, Any] = {n: SecretStr(v) for n, v in cookies.items()}
        return role.model_copy(update={"login": None, "cookies": {**role.cookies, **given}})
    token = _token(login, response)
    if not token:
        place = login.selector[:SHOWN]
        raise NotJudged(f"{where} answered {response.status_code} without a token at {place}")
    value = {login.sent_as: SecretStr(login.template.replace("{token}", token))}
    where_to, held = ("query", role.query) if login.sent_in == "query" else ("headers", role.headers)
    return Role.model_validate({**role.model_dump(exclude={"login"}), where_to: {**held, **value}})


def _sent(target: Target, login: Login, url: str) -> tuple[requests.Response, dict[str, str]]:
    """Send the login request; return the response and the cookies that it left with its redirects."""
    network = network_of(target)
    headers = {name: value.get_secret_value() for name, value in login.headers.items()}
    if login.content_type:
        headers["Content-Type"] = login.content_type
    body = login.body.get_secret_value().encode()
    with new_session(network.limits, ca=network.ca, proxies=network.proxies_for(url)) as session:
        response = session.request(login.verb, url, data=body or None, headers=headers, allow_redirects=False)
        return response, session.cookies.get_dict()


def _token(login: Login, response: requests.Response) -> str:
    if login.found_in == "header":
        return str(response.headers.get(login.selector, "")).strip()
    try:
        found = value_at(response.json(), login.selector) if response.ok else None
    except (ValueError, RecursionError):
        return ""
    return found if isinstance(found, str) else ""
