"""Reads a targets file strictly: whatever is wrong in it is one sentence with file, key and cure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr, ValidationError

from conformance.claims.text_files import read_text
from conformance.errors import UsageError, did_you_mean
from conformance.targets.model import Role, Target
from conformance.targets.variables import REFERENCE, resolved, variables_for

PRODUCTION_HOSTS: Final = frozenset({"api.bentley.com"})
SECRET_KEYS: Final = frozenset({"client_secret", "token", "password"})
SECRET_TABLES: Final = ("query", "cookies")
SECRET_HEADER: Final = re.compile(r"key|token|secret|auth|passw|credential|cookie|signature", re.IGNORECASE)
"""What a header's name has in it where its value is a secret that must not stand in the file."""
OLD_KEY: Final = "patience"
"""How `consistency_timeout` was called before; it is still read."""
MISSING: Final = "write one after targets.example.toml or name it with --targets"


def load_target(file: Path, name: str) -> Target:
    """Return one target of a targets file; all that is wrong is a `UsageError` that names key and cure.

    A ``${NAME}`` comes from the environment or from the ``.env`` file beside the targets file, and a relative
    `ca` stands beside it too.
    """
    target = parse_target(_read(file), name, variables_for(file), str(file))
    return target.model_copy(update={"ca": _beside(file, target.ca)}) if target.ca else target


def target_names(file: Path) -> list[str]:
    """Return the names of the targets of a file, in its order."""
    targets = _read(file).get("targets", {})
    return list(targets) if isinstance(targets, dict) else []


def parse_target(document: Mapping[str, Any], name: str, variables: Mapping[str, str], file: str) -> Target:
    """Return the named target of a parsed targets file; `file` is how messages call it."""
    targets = document.get("targets", {})
    unknown = sorted(set(document) - {"targets"})
    if unknown:
        raise UsageError(f"{file}: unknown key {unknown[0]!r} at the top; targets stand under [targets.NAME]")
    if not isinstance(targets, dict) or not isinstance(targets.get(name), dict):
        names = sorted(targets) if isinstance(targets, dict) else []
        there = ", ".join(names) or "none"
        raise UsageError(f"{file}: no target {name!r}; there are: {there}{did_you_mean(name, names)}")
    for other in (name, *targets):
        for key, known in _unknown_keys(_table(targets, other)):
            near = did_you_mean(key.rpartition(".")[2], known)
            raise UsageError(
                f"{file}: [targets.{other}] {key}: unknown key; known here: {', '.join(known)}{near}"
            )
    where = f"{file}: [targets.{name}]"
    _refuse_clear_secrets(targets[name], where)
    content = _content(targets[name], variables, where, Path(file))
    try:
        target = Target.model_validate({**content, "name": name})
    except ValidationError as error:
        raise UsageError(_explain(error, where)) from None
    if target.host in PRODUCTION_HOSTS and not (target.allow_production and target.writes == "none"):
        raise UsageError(
            f"{where} {target.host} is production; "
            'it is judged only with allow_production = true and writes = "none"'
        )
    return target


def _content(
    table: Mapping[str, Any], variables: Mapping[str, str], where: str, file: Path
) -> dict[str, Any]:
    """Return the table of a target with its variables resolved, and the users of its `auth_file`."""
    content = {**_with_secret_headers(table, variables, f"{where} ")}
    if roles := _tables(table, "roles"):
        own = {n: _with_secret_headers(e, variables, f"{where} roles.{n}.") for n, e in roles}
        content["roles"] = {**_table(table, "roles"), **own}
    found: dict[str, Any] = resolved(content, variables, where)
    if isinstance(found.get("auth_file"), str):
        _let_in_by(_beside(file, found["auth_file"]), found, variables, where)
    return found


def _let_in_by(auth_file: str, content: dict[str, Any], variables: Mapping[str, str], where: str) -> None:
    """Give each role with `auth` what the file says of that user; the first user is the owner without one."""
    from conformance.targets.auth_file import user_of, users_of

    users = users_of(Path(auth_file), variables)
    roles = dict(_table(content, "roles")) or {"owner": {"auth": next(iter(users))}}
    for name, role in roles.items():
        if isinstance(role, dict) and isinstance(role.get("auth"), str):
            user = user_of(users, role["auth"], Path(auth_file), f"{where} roles.{name}.auth:")
            roles[name] = {**user, **role, "headers": {**user.get("headers", {}), **role.get("headers", {})}}
    content["roles"] = roles


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_text(file, MISSING))
    except ValueError as error:  # also a number of more digits than Python reads
        raise UsageError(f"{file}: not valid TOML: {error}") from error
    except RecursionError as error:
        raise UsageError(f"{file}: not valid TOML: it is nested too deeply") from error


def _beside(file: Path, ca: str) -> str:
    """Return where a `ca` stands: beside its targets file, or else as seen from the working folder."""
    named = Path(ca).expanduser()
    beside = file.parent / named
    return str((beside if beside.exists() or not named.exists() else named).absolute())


def _refuse_clear_secrets(content: Mapping[str, Any], where: str) -> None:
    for key in _clear_secrets(content):
        raise UsageError(
            f"{where} {key} holds a secret in clear; "
            'write "${NAME}" and put the secret into the environment or into .env beside the file'
        )


def _clear_secrets(content: Mapping[str, Any]) -> Iterator[str]:
    """Yield the keys whose value should come from a variable and stands in the file."""
    secrets = {
        f"roles.{role}.{key}": value
        for role, entry in _tables(content, "roles")
        for key, value in entry.items()
        if key in SECRET_KEYS
    } | {f"tokens.{key}": value for key, value in _table(content, "tokens").items()}
    secrets |= {key: content[key] for key in SECRET_KEYS & content.keys()}
    for place, owner in [("", content), *((f"roles.{name}.", e) for name, e in _tables(content, "roles"))]:
        for table in SECRET_TABLES:
            secrets |= {f"{place}{table}.{name}": value for name, value in _table(owner, table).items()}
    yield from (k for k, v in secrets.items() if not isinstance(v, str) or not REFERENCE.fullmatch(v))
    for place, headers in _header_tables(content):
        for name, value in headers.items():
            if SECRET_HEADER.search(name) and not (isinstance(value, str) and REFERENCE.search(value)):
                yield f"{place}headers.{name}"
    proxy = content.get("proxy")
    credentials = proxy.rpartition("@")[0] if isinstance(proxy, str) else ""
    password = credentials.rpartition("/")[2].partition(":")[2]
    if password and not REFERENCE.search(password):
        yield "proxy"


def _unknown_keys(content: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Yield each key of a target's table that means nothing, with those that would."""
    owners: list[tuple[str, Mapping[str, Any], type[Target | Role]]] = [("", content, Target)]
    owners += [(f"roles.{name}.", e, Role) for name, e in _tables(content, "roles")]
    for place, owner, model in owners:
        known = [name for name in model.model_fields if name not in {"name", "login"}]
        yield from ((f"{place}{key}", known) for key in owner if key not in {*known, OLD_KEY})


def _with_secret_headers(
    owner: Mapping[str, Any], variables: Mapping[str, str], where: str
) -> Mapping[str, Any]:
    """Return the table of a target or role in which each header that comes from a variable is a secret."""
    if "headers" not in owner:
        return owner
    headers = {
        name: SecretStr(resolved(value, variables, f"{where}headers.{name}"))
        if isinstance(value, str) and REFERENCE.search(value)
        else value
        for name, value in _table(owner, "headers").items()
    }
    return {**owner, "headers": headers or owner["headers"]}


def _header_tables(content: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the tables of headers, each with the beginning of its key: "" or ``roles.NAME.``."""
    owners = [("", content), *((f"roles.{role}.", entry) for role, entry in _tables(content, "roles"))]
    return [(place, _table(owner, "headers")) for place, owner in owners if "headers" in owner]


def _table(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = content.get(key, {})
    return table if isinstance(table, dict) else {}


def _tables(content: Mapping[str, Any], key: str) -> list[tuple[str, dict[str, Any]]]:
    return [(name, entry) for name, entry in _table(content, key).items() if isinstance(entry, dict)]


def _explain(error: ValidationError, where: str) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    return f"{where} {key}: {first['msg'].removeprefix('Value error, ')}"
