"""Who is judged, with whose credentials, and what the suite may do there (design, section 2)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)

from conformance.targets.credentials import Credentials, basic, plain
from conformance.targets.fields import Fixture, Headers, ReadyToken, RoleHeaders, secret_words
from conformance.targets.login import Login
from conformance.targets.urls import check_base_url, check_issuer, check_url, is_loopback
from conformance.targets.variables import useless

RATE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*/\s*(s|m|h)")
SECONDS: Final = {"s": 1.0, "m": 60.0, "h": 3600.0}
NEWER: Final = ("query", "cookies", "username", "password", "auth_file")
"""Keys that older runs knew nothing of: where they are empty, a target is the one that it was."""


class _StrictModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Role(_StrictModel):
    """One identity: client credentials, a ready token, or a command that prints one."""

    client_id: str = ""
    client_secret: SecretStr | None = None
    token: ReadyToken | None = None
    token_command: str = ""
    username: str = ""
    password: SecretStr | None = None
    headers: RoleHeaders = Field(default_factory=dict)
    query: Mapping[str, SecretStr] = Field(default_factory=dict)
    cookies: Mapping[str, SecretStr] = Field(default_factory=dict)
    auth: str = ""
    login: Login | None = None

    @property
    def has_token(self) -> bool:
        """Tell whether the role is let in by a bearer token."""
        return bool(self.client_id or self.token_command) or self.token is not None

    @property
    def has_own_authorization(self) -> bool:
        """Tell whether the header Authorization is given as it is sent."""
        later = self.login.sent_as if self.login is not None and self.login.sent_in == "header" else ""
        return any(name.lower() == "authorization" for name in (*self.headers, later))

    @property
    def _has_other_credentials(self) -> bool:
        return bool(self.username or self.headers or self.query or self.cookies or self.login)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [bool(self.client_id), self.token is not None, bool(self.token_command)]
        if sum(ways) > 1 or not (any(ways) or self._has_other_credentials):
            raise ValueError(
                "give client_id and client_secret, or token, or token_command: exactly one of the three; "
                "or username and password, headers, query, cookies, or auth with a user of the auth_file"
            )
        if bool(self.username) != (self.password is not None):
            raise ValueError("username and password belong together")
        if sum((bool(self.username), any(ways), self.has_own_authorization)) > 1:
            raise ValueError(
                "a token, username with password and headers.Authorization all go into the header "
                "Authorization; choose one"
            )
        if self.client_id and self.client_secret is None:
            raise ValueError("client_id needs a client_secret")
        if self.client_id and (fault := useless(self.client_id)):
            raise ValueError(f"client_id {fault}; give the real one")
        return self


class Target(_StrictModel):
    """One environment under test.

    `rate` is requests a second or None; `consistency_timeout` is how many seconds a write may take to show in
    reads; the timeouts are seconds for connecting, for one read and for a whole response. `ca` is a file or
    folder of certificates; `traceparent` sends a W3C trace id with each request.
    """

    name: str = ""
    base_url: Annotated[str, AfterValidator(check_base_url)]
    token_url: str = ""
    issuer: str = ""
    scope: str = "itwin-platform"
    rate: float | None = None
    max_requests: int | None = Field(default=None, gt=0)
    max_writes: int | None = Field(default=None, ge=0)
    writes: Literal["free", "ledger", "none"] | None = None
    write_hosts: tuple[str, ...] = ()
    allow_production: bool = False
    consistency_timeout: float = Field(
        default=5.0, ge=0, validation_alias=AliasChoices("consistency_timeout", "patience")
    )
    idle: float = Field(default=1.5, ge=0)
    connect_timeout: float = Field(default=10.0, gt=0)
    read_timeout: float = Field(default=12.0, gt=0)
    total_timeout: float = Field(default=15.0, gt=0)
    max_wait: float = Field(default=90.0, ge=0)
    ca: str = ""
    auth_file: str = ""
    proxy: str = ""
    traceparent: bool = True
    headers: Headers = Field(default_factory=dict)
    query: Mapping[str, SecretStr] = Field(default_factory=dict)
    cookies: Mapping[str, SecretStr] = Field(default_factory=dict)
    username: str = ""
    password: SecretStr | None = None
    roles: Mapping[str, Role] = Field(default_factory=dict)
    tokens: Mapping[str, ReadyToken] = Field(default_factory=dict)
    fixtures: Mapping[str, Fixture] = Field(default_factory=dict)

    @field_validator("token_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value:
            check_url(value)
        return value

    @field_validator("issuer")
    @classmethod
    def _is_issuer(cls, value: str) -> str:
        return check_issuer(value) if value else value

    @field_validator("rate", mode="before")
    @classmethod
    def _per_second(cls, value: object) -> object:
        return parse_rate(value) if isinstance(value, str) else value

    @property
    def host(self) -> str:
        """Return the host name of the API."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def urls(self) -> dict[str, str]:
        """Return the configured addresses by the key that names them."""
        known = {"base_url": self.base_url, "token_url": self.token_url, "issuer": self.issuer}
        return {key: url for key, url in known.items() if url}

    @property
    def mode(self) -> str:
        """Return what the suite may write: free, ledger or none. Nothing said means none, but on loopback."""
        allowed = (
            is_loopback(self.host)
            or self.host in self.write_hosts
            or (self.writes is not None and not self.write_hosts)
        )
        return (self.writes or "ledger") if allowed else "none"

    def lacks(self, need: str, *, writes: bool) -> str:
        """Return "" where the target has what a requirement needs, else why it has not and what to do."""
        kind, _, name = need.partition(".")
        match kind:
            case "role" if name not in self.roles:
                return f"the target has no role {name}: add one under [targets.{self.name}.roles.{name}]"
            case "token" if name not in self.tokens:
                return (
                    f"the target has no ready token {name}: nobody can forge one; name it under tokens.{name}"
                )
            case "fixture" if name not in self.fixtures:
                return f"the target has no fixture {name}: name it under fixtures.{name}"
            case "mode" if name == "write" and not writes:
                return "the run is read-only and this needs a write"
        return ""

    def extra_headers(self, role: str, *, as_role: bool = True) -> dict[str, str]:
        """Return the configured headers of a request; those of the role only where it is sent as the role."""
        entry = self.roles.get(role) if as_role else None
        own = {name.lower(): (name, value) for name, value in self.headers.items()}
        own |= {name.lower(): (name, value) for name, value in (entry.headers if entry else {}).items()}
        return {name: v if isinstance(v, str) else v.get_secret_value() for name, v in own.values()}

    def wants_token(self, role: str) -> bool:
        """Tell whether a request of the role carries a bearer token; an unknown role is one that would."""
        entry = self.roles.get(role)
        return bool(self.roles) if entry is None else entry.has_token

    def credentials(self, role: str) -> Credentials:
        """Return what goes with a request of the role besides a token and headers."""
        entry = self.roles.get(role)
        query, cookies = dict(self.query), dict(self.cookies)
        name, word = self.username, self.password
        if entry is not None:
            query |= entry.query
            cookies |= entry.cookies
            name, word = (entry.username, entry.password) if entry.username else (name, word)
            name, word = ("", None) if entry.has_token or entry.has_own_authorization else (name, word)
        return Credentials(plain(query), plain(cookies), name, word.get_secret_value() if word else "")

    @property
    def is_anonymous(self) -> bool:
        """Tell whether no request carries any credentials."""
        return not (self.roles or self.secret_headers() or self.query or self.cookies or self.username)

    def secret_headers(self) -> frozenset[str]:
        """Return the names, in small letters, of the configured headers whose values are secret."""
        every = [self.headers, *(role.headers for role in self.roles.values())]
        return frozenset(n.lower() for each in every for n, v in each.items() if isinstance(v, SecretStr))

    def secrets(self) -> list[str]:
        """Return every secret of the configuration, for whoever masks them; for no other use."""
        roles = self.roles.values()
        held = [s for r in roles for s in (r.client_secret, r.token, r.password)] + [*self.tokens.values()]
        held += [s for r in roles if r.login for s in (r.login.password, *r.login.headers.values())]
        held += [self.password, *self.query.values(), *self.cookies.values()]
        held += [s for r in roles for each in (r.query, r.cookies) for s in each.values()]
        pairs = [(self.username, self.password), *((r.username, r.password) for r in roles)]
        held += [SecretStr(basic(n, p.get_secret_value())) for n, p in pairs if n and p is not None]
        keys = [v for each in (self.headers, *(r.headers for r in roles)) for v in each.values()]
        words = [word for v in keys if isinstance(v, SecretStr) for word in secret_words(v)]
        return [s.get_secret_value() for s in (*held, *keys) if isinstance(s, SecretStr)] + words

    def identity(self) -> str:
        """Return a hash of the configuration without its secrets and the port of a loopback address."""
        document = self.model_dump(mode="json", exclude={"roles", "tokens", "headers", *NEWER})
        document["ca"] = PurePath(self.ca).name
        # Runs of before the key had its present name are still compared.
        document["patience"] = document.pop("consistency_timeout")
        document["roles"] = sorted(self.roles)
        document["tokens"] = sorted(self.tokens)
        for key in ("headers", *NEWER[:2]):
            if getattr(self, key):
                document[key] = sorted(getattr(self, key))
        if is_loopback(self.host):
            document |= {
                "base_url": "loopback",
                "token_url": "loopback",
                "issuer": "loopback",
                "fixtures": sorted(self.fixtures),
            }
        return hashlib.sha256(repr(sorted(document.items(), key=lambda item: item[0])).encode()).hexdigest()


def parse_rate(text: str) -> float:
    """Return requests a second for ``20/s``, ``400/m`` or ``5000/h``; anything else is a ValueError."""
    match = RATE.fullmatch(text.strip())
    if match is None or float(match[1]) <= 0:
        raise ValueError(f"{text!r} is no rate; write for instance 20/s or 400/m")
    return float(match[1]) / SECONDS[match[2]]
