"""Derived requirements: the generic rules of `specs/rules.yaml`, one row for each operation and member they speak of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from conformance.claims.endpoints import Endpoint, deref, items, members
from conformance.claims.level import Level
from conformance.claims.requirement import Requirement
from conformance.claims.text_files import read_yaml
from conformance.errors import UsageError, did_you_mean

FILE: Final = "rules.yaml"
NOT_FOUND: Final = re.compile(r"not.?found|does(n't| not) exist|no such|unknown|missing|not exist", re.IGNORECASE)
PAGE_SIZES: Final = ("limit", "page_size", "pagesize", "per_page", "perpage", "size", "$top", "top", "count", "take")
PAGE_STARTS: Final = ("offset", "skip", "$skip", "page", "page_number", "pagenumber", "start")
BODY_METHODS: Final = frozenset({"POST", "PUT", "PATCH"})
Instance = tuple[str, Level]


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
    """Return the rules of a folder of claims by id, {} where it has none; a wrong file is a `UsageError`."""
    file = folder / FILE
    if not file.exists():
        return {}
    content = read_yaml(file)
    try:
        return {name: Rule(id=name, level=Level(row["level"]), **{k: v for k, v in row.items() if k != "level"})
                for name, row in content["rules"].items()}  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{file}: a rule lacks a key or has an unknown one: {error}") from None


def derive(api: str, endpoints: Sequence[Endpoint], override: Mapping[str, Any], rules: Mapping[str, Rule]) -> list[Requirement]:
    """Return the derived requirements of an API; what its override switches off is left out."""
    rows: list[Requirement] = []
    changes = _changes(api, override, rules, {e.id for e in endpoints})
    never = set(override.get("never") or ())
    paths = {(e.method, plain(e.path)) for e in endpoints}
    for endpoint in endpoints:
        if endpoint.label in never:
            continue
        for name, rule in rules.items():
            for member, level in APPLIES[name](endpoint, rule, paths, override):
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


def _changes(api: str, override: Mapping[str, Any], rules: Mapping[str, Rule], operations: set[str]) -> dict[tuple[str, str], Mapping[str, Any]]:
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
            raise UsageError(f"{where}: rows: no operation {operation!r}{did_you_mean(operation, operations)}")
        if not row.get("reason"):
            raise UsageError(f"{where}: rows: {row['rule']} of {operation} needs a reason")
        found[operation, str(row["rule"])] = row
    return found


def plain(path: str) -> str:
    """Return a path without the names of its parameters and a slash at its end."""
    return re.sub(r"{[^}]+}", "{}", path.rstrip("/"))


def returns_list(endpoint: Endpoint) -> bool:
    """Tell whether a success is a list, or an object with one list of things in it."""
    for schema in endpoint.success_schemas():
        if items(endpoint.document, schema) is not None:
            return True
        inner = [deref(endpoint.document, s) for s in members(endpoint.document, schema).values()]
        if any(items(endpoint.document, s) is not None for s in inner):
            return True
    return False


def page_parameters(endpoint: Endpoint) -> tuple[str, str]:
    """Return the names of the query parameters for the size and the start of a page; "" where there is none."""
    names = {str(p.get("name", "")): p for p in endpoint.parameters if p.get("in") == "query"}
    size = next((n for w in PAGE_SIZES for n in names if n.lower() == w), "")
    start = next((n for w in PAGE_STARTS for n in names if n.lower() == w), "")
    return size, start


def body_members(endpoint: Endpoint) -> tuple[dict[str, Any], set[str]]:
    """Return the members of a JSON body by name, and the names of the required ones."""
    body = endpoint.body
    if body is None or not body.is_json or endpoint.method not in BODY_METHODS or "oneOf" in body.schema:
        return {}, set()
    found = members(endpoint.document, body.schema)
    parts = [body.schema, *(deref(endpoint.document, p) for p in body.schema.get("allOf") or ())]
    required = {n for part in parts for n in part.get("required") or () if n in found}
    return found, required


def _always(endpoint: Endpoint, rule: Rule, *_: Any) -> Iterator[Instance]:
    yield "", rule.level


def _has_body(endpoint: Endpoint, rule: Rule, *_: Any) -> Iterator[Instance]:
    if any(endpoint.success()):
        yield "", rule.level


def _secured(endpoint: Endpoint, rule: Rule, *_: Any) -> Iterator[Instance]:
    if endpoint.security:
        yield "", rule.level


def _has_path(endpoint: Endpoint, rule: Rule, *_: Any) -> Iterator[Instance]:
    if endpoint.path_names:
        declared = endpoint.words_of(404) or endpoint.words_of(403)
        yield "", Level.MUST if declared else rule.level


def _unknown(endpoint: Endpoint, rule: Rule, *_: Any) -> Iterator[Instance]:
    if endpoint.path.endswith("}") and endpoint.method != "PUT":
        said = endpoint.words_of(404)
        level = Level.MUST if NOT_FOUND.search(said) else Level.SHOULD if said else rule.level
        yield "", level


def _item_of(endpoint: Endpoint) -> str:
    return plain(endpoint.path)


def _creates(endpoint: Endpoint, rule: Rule, paths: set[tuple[str, str]], _: Any) -> Iterator[Instance]:
    if endpoint.method == "POST" and ("GET", f"{_item_of(endpoint)}/{{}}") in paths:
        yield "", rule.level


def _updates(endpoint: Endpoint, rule: Rule, paths: set[tuple[str, str]], _: Any) -> Iterator[Instance]:
    if endpoint.method in {"PUT", "PATCH"} and endpoint.path.endswith("}") and ("GET", _item_of(endpoint)) in paths:
        yield "", rule.level


def _deletes(endpoint: Endpoint, rule: Rule, paths: set[tuple[str, str]], _: Any) -> Iterator[Instance]:
    if endpoint.method == "DELETE" and endpoint.path.endswith("}") and ("GET", _item_of(endpoint)) in paths:
        yield "", rule.level


def _refusable(endpoint: Endpoint, rule: Rule, paths: set[tuple[str, str]], override: Any) -> Iterator[Instance]:
    yield from _updates(endpoint, rule, paths, override)
    has_list = ("GET", _item_of(endpoint)) in paths
    if endpoint.method == "POST" and has_list and body_members(endpoint)[1] and ("DELETE", f"{_item_of(endpoint)}/{{}}") in paths:
        yield "", rule.level


def _lists_created(endpoint: Endpoint, rule: Rule, paths: set[tuple[str, str]], _: Any) -> Iterator[Instance]:
    made = ("POST", _item_of(endpoint)) in paths
    if endpoint.method == "GET" and not endpoint.path.endswith("}") and made and returns_list(endpoint):
        yield "", rule.level


def _pages(endpoint: Endpoint, rule: Rule, *_: Any) -> Iterator[Instance]:
    if endpoint.method == "GET" and returns_list(endpoint) and all(page_parameters(endpoint)):
        yield "", rule.level


def _nested(endpoint: Endpoint, rule: Rule, *_: Any) -> Iterator[Instance]:
    if endpoint.method == "GET" and endpoint.path.endswith("}") and len(endpoint.path_names) > 1:
        if "}/{" not in endpoint.path:
            yield "", rule.level


def _missing(endpoint: Endpoint, rule: Rule, *_: Any) -> Iterator[Instance]:
    found, required = body_members(endpoint)
    for name in sorted(required):
        if not deref(endpoint.document, found[name]).get("readOnly"):
            yield name, rule.level


def _typed(endpoint: Endpoint, rule: Rule, *_: Any) -> Iterator[Instance]:
    for name, node in sorted(body_members(endpoint)[0].items()):
        schema = deref(endpoint.document, node)
        if schema.get("type") in {"integer", "number", "boolean", "string", "array", "object"} and not schema.get("readOnly"):
            yield name, rule.level


def _bounded(endpoint: Endpoint, rule: Rule, *_: Any) -> Iterator[Instance]:
    for name, node in sorted(body_members(endpoint)[0].items()):
        schema = deref(endpoint.document, node)
        if schema.keys() & {"maxLength", "maximum", "minimum"} or schema.get("minLength"):
            if not schema.get("readOnly"):
                yield name, rule.level


def _enumerated(endpoint: Endpoint, rule: Rule, *_: Any) -> Iterator[Instance]:
    for name, node in sorted(body_members(endpoint)[0].items()):
        if deref(endpoint.document, node).get("enum"):
            yield name, rule.level


def _unique(endpoint: Endpoint, rule: Rule, _: Any, override: Mapping[str, Any]) -> Iterator[Instance]:
    for entry in override.get("unique") or ():
        operation, _, member = str(entry).rpartition(".")
        if operation == endpoint.id:
            yield member, Level.MUST if endpoint.words_of(409) else rule.level


def _reads(endpoint: Endpoint, rule: Rule, *_: Any) -> Iterator[Instance]:
    if endpoint.method == "GET":
        yield "", rule.level


APPLIES: Final[Mapping[str, Callable[..., Iterator[Instance]]]] = {
    "documented-status": _always,
    "documented-body": _has_body,
    "no-credentials": _secured,
    "forged-credentials": _secured,
    "other-tenant": _has_path,
    "other-tenant-list": _lists_created,
    "read-after-create": _creates,
    "read-after-update": _updates,
    "gone-after-delete": _deletes,
    "refused-changes-nothing": _refusable,
    "listed-after-create": _lists_created,
    "wrong-parent": _nested,
    "unknown-id": _unknown,
    "paging-partition": _pages,
    "missing-member": _missing,
    "mistyped-member": _typed,
    "out-of-bound-member": _bounded,
    "unlisted-member-value": _enumerated,
    "duplicate-member": _unique,
    "reads-agree": _reads,
    "no-server-error": _always,
}
"""To which operations each rule applies, for which of their members, at which level."""
