"""The schemas of a page: those that it prints as JSON, and those that follow from its tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from conformance.claims.openapi import JsonObject
from conformance.claims.pages import Page, Table

REFERENCE: Final = "#/components/schemas/"
WORDS: Final = ("description",)
"""Keywords that hold the page's prose: quotes belong into rows, not into the definition."""


def schemas(page: Page) -> dict[str, JsonObject]:
    """Return the schemas by the names that references of the page give them."""
    printed = {block.name: block.value for block in page.blocks if block.kind == "schema" and block.name}
    names = {folded(each): each for each in _references(list(printed.values()))}
    found = {names.get(folded(n), _name(n)): _without_prose(value) for n, value in printed.items()}
    if found:
        return found
    tables = {table.title: table for table in page.tables}
    return {_name(title): _of_table(table, tables) for title, table in tables.items() if table.rows}


def fitting(value: Any, known: Mapping[str, JsonObject]) -> str:
    """Return the name of the schema that describes most of an example, "" where none fits."""
    fits = {name: _fit(value, schema, known) for name, schema in known.items()}
    best = max(fits, key=lambda name: fits[name], default="")
    return best if best and fits[best] > 0 else ""


def missing(known: Mapping[str, JsonObject]) -> list[str]:
    """Return the schemas that are referred to and that the page does not print."""
    return sorted(_references(list(known.values())) - known.keys())


def folded(name: str) -> str:
    """Return a name without what titles and references spell differently."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _name(title: str) -> str:
    return re.sub(r"[^A-Za-z0-9._]+", "-", title).strip("-")


def _references(node: Any) -> set[str]:
    if isinstance(node, list):
        return {name for each in node for name in _references(each)}
    if not isinstance(node, dict):
        return set()
    own = {node["$ref"].removeprefix(REFERENCE)} if isinstance(node.get("$ref"), str) else set()
    return own | _references(list(node.values()))


def _without_prose(node: Any, *, named: bool = False) -> Any:
    """Return a schema without descriptions; a member that is called so stays."""
    if isinstance(node, list):
        return [_without_prose(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: value
        if key in {"example", "default", "enum"}
        else _without_prose(value, named=key == "properties")
        for key, value in node.items()
        if named or key not in WORDS or not isinstance(value, str)
    }


def _of_table(table: Table, tables: Mapping[str, Table]) -> JsonObject:
    if set(table.rows.values()) == {"String"} and all(name[:1].isupper() for name in table.rows):
        return {"type": "string", "enum": list(table.rows)}
    return {
        "type": "object",
        "properties": {name: _of_type(name, kind, tables) for name, kind in table.rows.items()},
    }


def _of_type(name: str, kind: str, tables: Mapping[str, Table]) -> JsonObject:
    base, _, null = kind.partition(", ")
    wanted = folded(base.removesuffix("[]") or name)
    exact = [t for t in tables if tables[t].rows and wanted in {folded(t), folded(t.split()[-1])}]
    simple = base.removesuffix("[]").lower()
    if simple in {"string", "integer", "number", "boolean", "object"}:
        schema: JsonObject = {"type": simple}
    elif base == "Array":
        schema = {"type": "array", "items": {}}
    else:
        schema = {"$ref": REFERENCE + _name(exact[0])} if exact else {}
    if base.endswith("[]"):
        schema = {"type": "array", "items": schema}
    return {**schema, "nullable": True} if null and "type" in schema else schema


def _fit(value: Any, schema: JsonObject, known: Mapping[str, JsonObject], depth: int = 8) -> int:
    """Return how many members of a value a schema describes; -1 where it does not allow the value."""
    if "$ref" in schema:
        target = known.get(str(schema["$ref"]).removeprefix(REFERENCE))
        return 0 if target is None or not depth else _fit(value, target, known, depth - 1)
    if isinstance(value, list):
        parts = [_fit(each, schema.get("items") or {}, known, depth) for each in value]
        return -1 if schema.get("type", "array") != "array" or -1 in parts else sum(parts)
    if not isinstance(value, dict):
        return -1 if schema.get("type") in {"object", "array"} and value is not None else 0
    members = schema.get("properties")
    if not isinstance(members, dict) or set(schema.get("required") or ()) - value.keys():
        return -1 if schema.get("type", "object") != "object" or schema.get("required") else 0
    if schema.get("additionalProperties") is False and value.keys() - members.keys():
        return -1
    parts = [_fit(each, members[key], known, depth) for key, each in value.items() if key in members]
    return -1 if -1 in parts else len(parts) + sum(parts)
