"""What is surely wrong with a request, and what is surely right, by what its operation documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from conformance.claims.openapi import Operation
from conformance.exchange.model import ABSENT, Exchange

SURELY_SHORT: Final = 100
"""Characters of a text that no way of counting makes too long."""
SURELY_LONG: Final = 200
"""More characters than this are more than the documented examples allow."""


def faults_of(exchange: Exchange, operation: Operation) -> dict[str, str]:
    """Return by name what is surely wrong with a member of the body or an id of the path: the broken rule.

    The rule is "" where no page says which code names it.
    """
    found = {}
    for parameter in operation.parameters:
        name = parameter["name"]
        value = exchange.request.params.get(name)
        is_guid = value is None or _is_guid(value)
        if parameter.get("in") == "path" and parameter["schema"].get("format") == "uuid" and not is_guid:
            found[name] = "format"
    sent = exchange.request.json
    if operation.body is None or not isinstance(sent, dict):
        return found
    for name, schema in operation.body.get("properties", {}).items():
        rule = _broken(sent.get(name, ABSENT), schema)
        if rule is not None:
            found[name] = rule
    return found


def _broken(value: Any, schema: Mapping[str, Any]) -> str | None:
    """Return the rule that a required member surely breaks, None where none or that is open."""
    if value is ABSENT or value == "":
        return "required"
    if not isinstance(value, str):
        return ""
    if schema.get("format") == "uuid":
        return None if _is_guid(value) or not value.strip() else "format"
    return "maxLength" if value.strip() and len(value.strip()) > SURELY_LONG else None


def valid_members(exchange: Exchange, operation: Operation) -> set[str]:
    """Return the members of the body that are surely as they should be."""
    sent = exchange.request.json
    if operation.body is None or not isinstance(sent, dict):
        return set()
    return {
        name
        for name, schema in operation.body.get("properties", {}).items()
        if "format" not in schema and _is_plain(sent.get(name))
    }


def _is_plain(value: Any) -> bool:
    return (
        isinstance(value, str)
        and value == value.strip()
        and value.isprintable()
        and 0 < len(value) <= SURELY_SHORT
    )


def _is_guid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True
