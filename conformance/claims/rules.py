"""Derived requirements: the rules of `specs/rules.yaml`, a row for each operation and member of theirs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from conformance.claims.applies import APPLIES, Scope
from conformance.claims.endpoints import Endpoint
from conformance.claims.level import Level
from conformance.claims.path_names import plain
from conformance.claims.requirement import Requirement
from conformance.claims.text_files import read_yaml
from conformance.errors import UsageError, did_you_mean

FILE: Final = "rules.yaml"


@dataclass(frozen=True)
class Rule:
    """One generic rule; see the head of `specs/rules.yaml`."""

    id: str
    level: Level
    worth: int
    cost: int
    inferred: bool
    mutation: str
    expect: str


def load_rules(folder: Path) -> dict[str, Rule]:
    """Return the rules of a folder of claims by id, {} for none; a wrong file is a `UsageError`."""
    file = folder / FILE
    if not file.exists():
        return {}
    content = read_yaml(file)
    try:
        return {
            name: Rule(id=name, **row | {"level": Level(row["level"])})
            for name, row in content["rules"].items()
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{file}: a rule lacks a key or has an unknown one: {error}") from None


def derive(
    api: str, endpoints: Sequence[Endpoint], override: Mapping[str, Any], rules: Mapping[str, Rule]
) -> list[Requirement]:
    """Return the derived requirements of an API; what its override switches off is left out."""
    rows: list[Requirement] = []
    changes = _changes(api, override, rules, {e.id for e in endpoints})
    never = set(override.get("never") or ())
    paths = frozenset((e.method, plain(e.path)) for e in endpoints)
    for endpoint in endpoints:
        if endpoint.label in never:
            continue
        for name, rule in rules.items():
            for member, level in APPLIES[name](Scope(endpoint, rule.level, paths, override)):
                change = changes.get((endpoint.id, name)) or changes.get(("*", name)) or {}
                if change.get("off"):
                    continue
                rows.append(_row(api, endpoint, rule, member, Level(change.get("level", level))))
    return rows


def _row(api: str, endpoint: Endpoint, rule: Rule, member: str, level: Level) -> Requirement:
    parts = [api, _word(endpoint.id), rule.id, *([_word(member)] if member else [])]
    return Requirement(
        id=".".join(parts),
        operations=(endpoint.id,),
        level=level,
        basis="definition",
        expect=f"{rule.expect}: {member}" if member else rule.expect,
        needs=("role.outsider",) if rule.id.startswith("other-tenant") else (),
        rule=rule.id,
        member=member,
        file=f"{api}/override.yaml",
    )


def _word(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_$-]+", "-", text).strip("-") or "root"


def _changes(
    api: str, override: Mapping[str, Any], rules: Mapping[str, Rule], operations: set[str]
) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Return by operation and rule what the override's rows say: a level, or that the rule is off."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    where = f"{api}/override.yaml"
    for row in override.get("rows") or ():
        if not isinstance(row, dict) or "rule" not in row:
            continue
        if row["rule"] not in rules:
            raise UsageError(f"{where}: rows: no rule {row['rule']!r}{did_you_mean(str(row['rule']), rules)}")
        operation = str(row.get("operation", "*"))
        if operation != "*" and operation not in operations:
            raise UsageError(
                f"{where}: rows: no operation {operation!r}{did_you_mean(operation, operations)}"
            )
        if not row.get("reason"):
            raise UsageError(f"{where}: rows: {row['rule']} of {operation} needs a reason")
        found[operation, str(row["rule"])] = row
    return found
