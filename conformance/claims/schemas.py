"""What a schema says, read as it stands: references, members, entries.

Nothing here fails on what a definition gets wrong: what cannot be read is as if it were not there.
"""

from __future__ import annotations

from typing import Any, Final

from conformance.claims.openapi import JsonObject

DEEPEST: Final = 40


def deref(document: JsonObject, node: Any) -> JsonObject:
    """Return the object that a node is or refers to; {} where there is none."""
    for _ in range(DEEPEST):
        if not isinstance(node, dict):
            return {}
        where = node.get("$ref")
        if not isinstance(where, str):
            return node
        node = document
        for key in where.removeprefix("#").strip("/").split("/"):
            name = key.replace("~1", "/").replace("~0", "~")
            if isinstance(node, list) and name.isdigit() and int(name) < len(node):
                node = node[int(name)]
            else:
                node = node.get(name) if isinstance(node, dict) else None
    return {}


def dangling_reference(document: JsonObject, schema: Any) -> str:
    """Return a reference of a schema, or of one that it refers to, that leads nowhere; "" for none."""
    ahead, seen = [schema], set[str]()
    while ahead:
        node = ahead.pop()
        where = node.get("$ref") if isinstance(node, dict) else None
        if isinstance(where, str) and where not in seen:
            seen.add(where)
            found = deref(document, node)
            if not found or not where.startswith("#"):
                return where
            ahead.append(found)
        elif isinstance(node, dict | list):
            ahead += node.values() if isinstance(node, dict) else node
    return ""


def members(document: JsonObject, schema: Any, depth: int = 0) -> dict[str, Any]:
    """Return the properties of a schema by name, those of its parts (allOf, the first of anyOf) included."""
    node = deref(document, schema)
    found: dict[str, Any] = {}
    if depth > DEEPEST:
        return found
    for part in node.get("allOf") or ():
        found |= members(document, part, depth + 1)
    for key in ("oneOf", "anyOf"):
        for part in node.get(key) or ():
            if more := members(document, part, depth + 1):
                found = more | found
                break
    own = node.get("properties")
    return found | (own if isinstance(own, dict) else {})


def required(document: JsonObject, schema: Any) -> set[str]:
    """Return the names of the members that a schema or one of the parts of its allOf requires."""
    node = deref(document, schema)
    parts = [node, *(deref(document, part) for part in node.get("allOf") or ())]
    return {
        str(name) for part in parts if isinstance(part.get("required"), list) for name in part["required"]
    }


def items(document: JsonObject, schema: Any, depth: int = 0) -> JsonObject | None:
    """Return the schema of a list's items, or None where the schema is no list."""
    node = deref(document, schema)
    if "items" in node and isinstance(node["items"], dict):
        return deref(document, node["items"])
    for key in ("allOf", "oneOf", "anyOf"):
        for part in node.get(key) or ():
            if depth < DEEPEST and (found := items(document, part, depth + 1)) is not None:
                return found
    return None


def schema_of(value: Any) -> JsonObject:
    """Return a schema that a value has, as an example stands for one."""
    if isinstance(value, dict):
        return {"type": "object", "properties": {k: schema_of(v) for k, v in value.items()}}
    if isinstance(value, list):
        return {"type": "array", "items": schema_of(value[0]) if value else {}}
    if isinstance(value, bool) or value is None:
        return {"type": "boolean"} if value is not None else {}
    return {"type": "number" if isinstance(value, int | float) else "string"}
