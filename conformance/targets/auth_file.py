"""Reads an authentication file of the Web Fuzzing Commons: users with fixed headers, or a way to log in.

The file is YAML, JSON or TOML; its form is `auth.yaml` of https://github.com/WebFuzzing/Commons. Older
spellings of what is done with a token are read as well. ``${NAME}`` is a variable, as in a targets file.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from conformance.claims.text_files import read_text, read_yaml
from conformance.errors import UsageError, did_you_mean
from conformance.targets.login import Login
from conformance.targets.variables import resolved

TEMPLATE: Final = "authTemplate"
MISSING: Final = "auth_file of the target names it"
FORM: Final = "application/x-www-form-urlencoded"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Header(_Part):
    name: str
    value: str


class _Payload(_Part):
    username: str
    password: str
    usernameField: str  # noqa: N815 - the key of the file's form
    passwordField: str  # noqa: N815 - the key of the file's form


class _Token(_Part):
    extractFrom: Literal["body", "header"] = "body"  # noqa: N815 - the key of the file's form
    extractSelector: str = ""  # noqa: N815 - the key of the file's form
    sendIn: Literal["header", "query"] = "header"  # noqa: N815 - the key of the file's form
    sendName: str = "Authorization"  # noqa: N815 - the key of the file's form
    sendTemplate: str = "{token}"  # noqa: N815 - the key of the file's form
    extractFromField: str = ""  # noqa: N815 - an older key
    httpHeaderName: str = ""  # noqa: N815 - an older key
    headerPrefix: str = ""  # noqa: N815 - an older key


class _Login(_Part):
    endpoint: str = ""
    externalEndpointURL: str = ""  # noqa: N815 - the key of the file's form
    payloadRaw: str = ""  # noqa: N815 - the key of the file's form
    payloadUserPwd: _Payload | None = None  # noqa: N815 - the key of the file's form
    headers: tuple[_Header, ...] = ()
    verb: Literal["POST", "GET", "PATCH", "DELETE", "PUT"]
    contentType: str = ""  # noqa: N815 - the key of the file's form
    token: _Token | None = None
    expectCookies: bool = False  # noqa: N815 - the key of the file's form


class _User(_Part):
    name: str = Field(min_length=1)
    fixedHeaders: tuple[_Header, ...] = ()  # noqa: N815 - the key of the file's form
    loginEndpointAuth: _Login | None = None  # noqa: N815 - the key of the file's form


def users_of(file: Path, variables: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return what a role says of each user, by name; all that is wrong is a `UsageError` with its place."""
    document = _document(file)
    listed = document.get("auth")
    if not isinstance(listed, list) or not listed or not all(isinstance(each, dict) for each in listed):
        raise UsageError(f"{file}: auth: expected a list of users, each with a name")
    found: dict[str, dict[str, Any]] = {}
    for number, entry in enumerate(listed):
        where = f"{file}: auth[{number}]"
        whole = _merged(document.get(TEMPLATE), entry)
        user = _user(resolved(whole, variables, where), where)
        if user.name in found:
            raise UsageError(f"{where}: {user.name!r} stands twice; a name is for one user")
        found[user.name] = _role(user, where)
    return found


def user_of(users: Mapping[str, dict[str, Any]], name: str, file: Path, where: str) -> dict[str, Any]:
    """Return what a role says of the user of this name; `UsageError` where the file has none."""
    if name not in users:
        there = ", ".join(users)
        raise UsageError(
            f"{where} {file} has no user {name!r}; there are: {there}{did_you_mean(name, users)}"
        )
    return users[name]


def _document(file: Path) -> dict[str, Any]:
    if file.suffix != ".toml":
        return read_yaml(file)
    try:
        return tomllib.loads(read_text(file, MISSING))
    except ValueError as error:
        raise UsageError(f"{file}: not valid TOML: {error}") from error


def _merged(template: Any, own: Any) -> Any:
    """Return an entry with what only the template says, member by member."""
    if not isinstance(template, dict) or not isinstance(own, dict):
        return template if own is None else own
    return {key: _merged(template.get(key), own.get(key)) for key in (*template, *own)}


def _user(entry: dict[str, Any], where: str) -> _User:
    if "createUsers" in entry:
        raise UsageError(f"{where}.createUsers: no users are created; name one that exists")
    if entry.pop("requireMockHandling", False):
        raise UsageError(f"{where}.requireMockHandling: only the real service can let a user in here")
    try:
        return _User.model_validate(entry)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{where}.{key}: {first['msg']}") from None


def _role(user: _User, where: str) -> dict[str, Any]:
    """Return a user as the table of a role."""
    headers = {each.name: SecretStr(each.value.strip()) for each in user.fixedHeaders}
    if user.loginEndpointAuth is None:
        if not headers:
            raise UsageError(f"{where}: give fixedHeaders or loginEndpointAuth: nothing lets {user.name} in")
        return {"headers": headers}
    login = _login(user.loginEndpointAuth, f"{where}.loginEndpointAuth")
    return {"login": login, "headers": headers} if headers else {"login": login}


def _login(login: _Login, where: str) -> Login:
    if bool(login.endpoint) == bool(login.externalEndpointURL):
        raise UsageError(f"{where}: give endpoint or externalEndpointURL, one of the two")
    if (login.token is None) != login.expectCookies:
        raise UsageError(f"{where}: give token, or expectCookies: true, one of the two")
    if login.payloadRaw and login.payloadUserPwd:
        raise UsageError(f"{where}: give payloadRaw or payloadUserPwd, one of the two")
    token = login.token or _Token()
    selector = token.extractSelector or token.extractFromField
    if login.token is not None and not selector:
        raise UsageError(f"{where}.token.extractSelector: say where in the response the token stands")
    payload = login.payloadUserPwd
    return Login(
        url=login.externalEndpointURL or login.endpoint,
        verb=login.verb,
        body=SecretStr(_body(payload, login.contentType) if payload else login.payloadRaw),
        content_type=login.contentType or ("application/json" if payload or login.payloadRaw else ""),
        headers={each.name: SecretStr(each.value) for each in login.headers},
        password=SecretStr(payload.password if payload else ""),
        found_in="cookies" if login.token is None else token.extractFrom,
        selector=selector,
        sent_in="cookies" if login.token is None else token.sendIn,
        sent_as=token.httpHeaderName or token.sendName,
        template=f"{token.headerPrefix}{token.sendTemplate}",
    )


def _body(payload: _Payload, content_type: str) -> str:
    members = {payload.usernameField: payload.username, payload.passwordField: payload.password}
    return urlencode(members) if content_type.startswith(FORM) else json.dumps(members)
