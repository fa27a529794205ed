"""Find the first key of a seed file that nobody reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from conformance.emulator.state.new_records import DATA_MEMBERS, ITWIN_MEMBERS

Shape = Mapping[str, Any]
"""The keys of a mapping; the value is the shape of the entries of a list of mappings, or None."""

_RESOURCE: Shape = dict.fromkeys(("id", "displayName"))
_REPOSITORY: Shape = {
    **dict.fromkeys(("id", "class", "subClass", "uri", "displayName")),
    "resources": _RESOURCE,
}
_MEMBER: Shape = dict.fromkeys(("user", "owner", "permissions"))
_USER = ("role", "organization", "permissions", "quota", "administrator", "id", "client_id", "client_secret")
WORLD: Shape = {
    "organizations": dict.fromkeys(("name", "id", "account")),
    "users": dict.fromkeys((*_USER, "email")),
    "itwins": {
        **dict.fromkeys((*sorted(ITWIN_MEMBERS), "organization")),
        "members": _MEMBER,
        "repositories": _REPOSITORY,
    },
    "reality_data": dict.fromkeys((*sorted(DATA_MEMBERS), "iTwins", "owner")),
    "records": None,
}


def unknown_key(world: Any) -> str:
    """Return where the first unknown key stands and which known one is nearest; empty if there is none."""
    return next(_unknown(world, WORLD, ""), "")


def _unknown(value: Any, shape: Shape, place: str) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        here = f"{place}.{key}" if place else str(key)
        if key not in shape:
            yield f"{here} is not known; {_instead(str(key), shape)}"
        elif shape[key] is not None and isinstance(inner, list):
            for index, each in enumerate(inner):
                yield from _unknown(each, shape[key], f"{here}[{index}]")


def _instead(key: str, shape: Shape) -> str:
    near = get_close_matches(key, list(shape), n=1)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(shape)}"
