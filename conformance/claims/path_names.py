"""One name for each place of the paths: definitions call the same id by other names in other paths."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

PARAMETER: Final = re.compile(r"{([^}]+)}")
GENERIC: Final = re.compile(r"(uuid|guid|id|key|name|slug|param)s?", re.IGNORECASE)


def plain(path: str) -> str:
    """Return a path without the names of its parameters and a slash at its end."""
    return PARAMETER.sub("{}", path.rstrip("/"))


def path_names(paths: Iterable[str]) -> Mapping[str, str]:
    """Return by place, a path up to a parameter without names, the name that says most of what it takes."""
    found: dict[str, str] = {}
    for path in paths:
        for place, name in _places(path):
            found[place] = max(found.get(place, name), name, key=_worth)
    return found


def renamed(path: str, names: Mapping[str, str]) -> dict[str, str]:
    """Return by new name the name that each parameter of a path has; unchanged where two would be alike."""
    pairs = [(names.get(place, name), name) for place, name in _places(path)]
    new = dict(pairs)
    return new if len(new) == len(pairs) else {name: name for _, name in pairs}


def _places(path: str) -> list[tuple[str, str]]:
    return [(plain(path[: match.end()]), match[1]) for match in PARAMETER.finditer(path)]


def _worth(name: str) -> int:
    return len(GENERIC.sub("", name))
