"""Derived requirements: the rules of `specs/rules.yaml`, a row for each operation and member of theirs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conformance.claims.applies import APPLIES, Scope
from conformance.claims.endpoints import Endpoint
from conformance.claims.level import Level
from conformance.claims.override import FILE as OVERRIDE
from conformance.claims.override import Override, RuleChange
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
    api: str, endpoints: Sequence[Endpoint], override: Override, rules: Mapping[str, Rule]
) -> list[Requirement]:
    """Return the derived requirements of an API; what its override switches off is left out."""
    rows: list[Requirement] = []
    changes = _changes(api, override, rules)
    unused = set(changes)
    paths = frozenset((e.method, plain(e.path)) for e in endpoints)
    for endpoint in endpoints:
        if endpoint.label in override.never:
            continue
        for name, rule in rules.items():
            for member, level in APPLIES[name](Scope(endpoint, rule.level, paths, override)):
                unused -= {(endpoint.id, name), ("*", name)}
                change = changes.get((endpoint.id, name)) or changes.get(("*", name))
                if change is None or not change.off:
                    said = change.level if change is not None else None
                    rows.append(_row(api, endpoint, rule, member, said or level))
    for operation, name in unused:
        what = "any operation" if operation == "*" else operation
        raise UsageError(
            f"{api}/{OVERRIDE}: rows: {name} gives {what} no requirement that could change; delete the line"
        )
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
        file=f"{api}/{OVERRIDE}",
    )


def _word(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_$-]+", "-", text).strip("-") or "root"


def _changes(api: str, override: Override, rules: Mapping[str, Rule]) -> dict[tuple[str, str], RuleChange]:
    """Return by operation and rule what the override's rows say: a level, or that the rule is off."""
    found: dict[tuple[str, str], RuleChange] = {}
    where = f"{api}/{OVERRIDE}"
    for row in override.rows:
        if row.rule not in rules:
            raise UsageError(f"{where}: rows: no rule {row.rule!r}{did_you_mean(row.rule, rules)}")
        if (row.operation, row.rule) in found:
            raise UsageError(f"{where}: rows: {row.rule} of {row.operation} stands there twice; keep one")
        found[row.operation, row.rule] = row
    return found
