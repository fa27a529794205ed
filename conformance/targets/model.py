"""Who is judged, with whose credentials, and what the suite may do there: the targets file."""

from __future__ import annotations

import hashlib
import io
import ipaddress
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal, Self
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from conformance.errors import UsageError

PRODUCTION_HOSTS: Final = frozenset({"api.bentley.com"})
REFERENCE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
SECRET_KEYS: Final = frozenset({"client_secret", "token"})
RATE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*/\s*(s|m|h)")
SECONDS: Final = {"s": 1.0, "m": 60.0, "h": 3600.0}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Role(_Strict):
    """One identity: client credentials, a ready token, or a command that prints one."""

    client_id: str = ""
    client_secret: SecretStr | None = None
    token: SecretStr | None = None
    token_command: str = ""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [bool(self.client_id), self.token is not None, bool(self.token_command)]
        if sum(ways) != 1:
            raise ValueError(
                "give client_id and client_secret, or token, or token_command: exactly one of the three"
            )
        if self.client_id and self.client_secret is None:
            raise ValueError("client_id needs a client_secret")
        return self


class Target(_Strict):
    """One environment under test (design, section 2).

    `rate` is requests a second or None; `patience` is how many seconds a write may take to show in reads;
    the timeouts are seconds for connecting, for one read and for a whole response.
    """

    name: str = ""
    base_url: str
    token_url: str = ""
    issuer: str = ""
    scope: str = "itwin-platform"
    rate: float | None = None
    max_requests: int | None = Field(default=None, gt=0)
    max_writes: int | None = Field(default=None, ge=0)
    writes: Literal["free", "ledger", "none"] | None = None
    write_hosts: tuple[str, ...] = ()
    allow_production: bool = False
    patience: float = Field(default=5.0, ge=0)
    idle: float = Field(default=1.5, ge=0)
    connect_timeout: float = Field(default=10.0, gt=0)
    read_timeout: float = Field(default=12.0, gt=0)
    total_timeout: float = Field(default=15.0, gt=0)
    max_wait: float = Field(default=90.0, ge=0)
    ca: str = ""
    proxy: str = ""
    roles: Mapping[str, Role] = Field(default_factory=dict)
    tokens: Mapping[str, SecretStr] = Field(default_factory=dict)
    fixtures: Mapping[str, str] = Field(default_factory=dict)

    @field_validator("base_url", "token_url", "issuer")
    @classmethod
    def _is_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError(f"{value!r} is no http(s) URL")
        if parts.username or parts.password:
            raise ValueError("no credentials in a URL: give them to a role")
        return value.rstrip("/")

    @field_validator("rate", mode="before")
    @classmethod
    def _per_second(cls, value: object) -> object:
        return parse_rate(value) if isinstance(value, str) else value

    @property
    def host(self) -> str:
        """Return the host name of the API."""
        return urlsplit(self.base_url).hostname or ""

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

    def secrets(self) -> list[str]:
        """Return every secret of the configuration, for whoever masks them; for no other use."""
        held = [s for r in self.roles.values() for s in (r.client_secret, r.token) if s is not None]
        proxy = urlsplit(self.proxy).password
        return [s.get_secret_value() for s in (*held, *self.tokens.values())] + ([proxy] if proxy else [])

    def identity(self) -> str:
        """Return a hash of the configuration without its secrets and the port of a loopback address."""
        document = self.model_dump(mode="json", exclude={"roles", "tokens"})
        document["roles"] = sorted(self.roles)
        document["tokens"] = sorted(self.tokens)
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


def is_loopback(host: str) -> bool:
    """Tell whether the host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def load_target(file: Path, name: str) -> Target:
    """Return one target of a targets file; all that is wrong is a `UsageError` that names key and cure.

    A ``${NAME}`` comes from the environment or from the ``.env`` file beside the targets file.
    """
    beside = {k: v for k, v in dotenv_values(file.parent / ".env").items() if v is not None}
    return parse_target(_read(file), name, {**beside, **os.environ}, str(file))


@contextmanager
def embedded_target(**options: Any) -> Iterator[Target]:
    """Open the built-in emulator on a free port of this machine, as a target, until the block ends.

    `options` are those of `conformance.emulator.serve.running`.
    """
    from conformance.emulator.serve import running

    with running(**options) as served:
        texts = served.targets()
        environment = {k: v or "" for k, v in dotenv_values(stream=io.StringIO(texts.env)).items()}
        yield parse_target(tomllib.loads(texts.toml), "emulator", environment, "the emulator")


def parse_target(document: Mapping[str, Any], name: str, environment: Mapping[str, str], file: str) -> Target:
    """Return the named target of a parsed targets file; `file` is how messages call it."""
    targets = document.get("targets", {})
    unknown = sorted(set(document) - {"targets"})
    if unknown:
        raise UsageError(f"{file}: unknown key {unknown[0]!r} at the top; targets stand under [targets.NAME]")
    if not isinstance(targets, dict) or not isinstance(targets.get(name), dict):
        known = ", ".join(sorted(targets)) if isinstance(targets, dict) and targets else "none"
        raise UsageError(f"{file}: no target {name!r}; there are: {known}")
    where = f"{file}: [targets.{name}]"
    _refuse_clear_secrets(targets[name], where)
    content = _interpolate(targets[name], environment, where)
    try:
        target = Target.model_validate({**content, "name": name})
    except ValidationError as error:
        raise UsageError(_explain(error, where)) from None
    _refuse_production(target, where)
    return target


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"{file}: cannot be read: {error.strerror}; "
            "write one after targets.example.toml or name it with --targets"
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: is not UTF-8 text (byte {error.start})") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file}: not valid TOML: {error}") from error


def _refuse_clear_secrets(content: Mapping[str, Any], where: str) -> None:
    roles, tokens = _table(content, "roles"), _table(content, "tokens")
    secrets = [
        (f"roles.{role}.{key}", value)
        for role, entry in roles.items()
        if isinstance(entry, dict)
        for key, value in entry.items()
        if key in SECRET_KEYS
    ]
    for key, value in [*secrets, *((f"tokens.{key}", value) for key, value in tokens.items())]:
        if not isinstance(value, str) or not REFERENCE.fullmatch(value):
            raise UsageError(
                f"{where} {key} holds a secret in clear; "
                'write "${NAME}" and put the secret into the environment or into .env beside the file'
            )


def _table(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = content.get(key, {})
    return table if isinstance(table, dict) else {}


def _interpolate(value: Any, environment: Mapping[str, str], where: str) -> Any:
    if isinstance(value, dict):
        return {key: _interpolate(entry, environment, f"{where} {key}") for key, entry in value.items()}
    if isinstance(value, list):
        return [_interpolate(entry, environment, where) for entry in value]
    if not isinstance(value, str):
        return value

    def lookup(match: re.Match[str]) -> str:
        if not environment.get(match[1]):
            raise UsageError(
                f"{where}: the variable {match[1]} is not set; "
                "export it or write it into .env beside the file"
            )
        return environment[match[1]]

    return REFERENCE.sub(lookup, value)


def _explain(error: ValidationError, where: str) -> str:
    found = error.errors(include_input=False, include_url=False)
    first = next((each for each in found if each["type"] == "extra_forbidden"), found[0])
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"{where} {key}: unknown key; known here: {', '.join(_known(first['loc']))}"
    return f"{where} {key}: {first['msg'].removeprefix('Value error, ')}"


def _known(location: tuple[int | str, ...]) -> list[str]:
    model = Role if location[0] == "roles" else Target
    return [key for key in model.model_fields if key != "name"]


def _refuse_production(target: Target, where: str) -> None:
    if target.host in PRODUCTION_HOSTS and not (target.allow_production and target.writes == "none"):
        raise UsageError(
            f"{where} {target.host} is production; "
            'it is judged only with allow_production = true and writes = "none"'
        )
