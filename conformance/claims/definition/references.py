"""References to other files: what they name is taken into the document, so that all of it is one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, Final
from urllib.parse import unquote

from conformance.claims.definition.doubled import said_once
from conformance.claims.definition.parse import parse
from conformance.claims.definition.repair import Place, Repair, pointer_to
from conformance.claims.definition.source import beside, read_location
from conformance.errors import UsageError

ALIKE: Final = 0.93
"""How alike two names must be to be one name in two spellings; 1 is the same."""
FILES: Final = "x-files"
"""Under which key of the document the other files stand, by number."""


class Bundle:
    """One document with all that its references name.

    `contents` are the bytes of each location, `repairs` what was written twice in one of them.
    """

    def __init__(self, location: str, content: bytes) -> None:
        self.contents = {location: content}
        self._roots: dict[str, str] = {location: ""}
        self._locations = [location]
        self.repairs: list[Repair] = []
        self.document: Any = self._parsed(content, location)

    def resolve(self) -> None:
        """Take in what is referred to, until nothing else is; `UsageError` names a reference to nothing."""
        self._rewrite(self.document, self._locations[0], ())
        done = 1
        while done < len(self._locations):
            location = self._locations[done]
            root = self.document[FILES][str(done)]
            self._rewrite(root, location, ())
            done += 1

    def _rewrite(self, node: Any, location: str, place: Place) -> None:
        if isinstance(node, list):
            for number, inner in enumerate(node):
                self._rewrite(inner, location, (*place, str(number)))
        if not isinstance(node, dict):
            return
        reference = node.get("$ref")
        if isinstance(reference, str) and not _is_name(place):
            node["$ref"] = self._local(reference, location, place)
        mapping = node.get("mapping")
        if isinstance(mapping, dict) and "propertyName" in node:
            for key, value in mapping.items():
                if isinstance(value, str) and ("#" in value or "." in value):
                    mapping[key] = self._local(value, location, (*place, "mapping", key))
        for key, inner in list(node.items()):
            if _is_described(key):
                self._rewrite(inner, location, (*place, key))

    def _local(self, reference: str, location: str, place: Place) -> str:
        target, pointer = beside(location, reference)
        pointer = unquote(pointer)
        if target not in self._roots:
            where = f"{location}{pointer_to(place)}"
            self._take(target, f"{where}: refers to {reference}")
        return f"#{self._roots[target]}{'' if pointer in {'', '/'} and self._roots[target] else pointer}"

    def _parsed(self, content: bytes, location: str) -> Any:
        document = parse(content, location)
        root = tuple(self._roots[location].split("/")[1:])
        self.repairs += said_once(document, location, root)
        return document

    def _take(self, target: str, where: str) -> None:
        try:
            content = read_location(target)
        except UsageError as error:
            raise UsageError(f"{where}, but {error}; keep the files of a definition together") from None
        self.contents[target] = content
        number = str(len(self._locations))
        self._locations.append(target)
        self._roots[target] = f"/{FILES}/{number}"
        self.document.setdefault(FILES, {})[number] = self._parsed(content, target)


def _is_described(key: str) -> bool:
    """Tell whether OpenAPI says what a member holds: examples and extensions may hold anything."""
    return key not in {"example", "value"} and not key.startswith("x-")


def _is_name(place: Place) -> bool:
    """Tell whether a member at this place is called ``$ref`` by the API itself."""
    return bool(place) and place[-1] == "properties"


def dangling(node: Any, document: Any, place: Place = ()) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Yield place and holder of each reference within the document that names nothing."""
    if isinstance(node, list):
        for number, inner in enumerate(node):
            yield from dangling(inner, document, (*place, str(number)))
    elif isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str) and not _is_name(place) and not _found(document, reference):
            yield place, node
        for key, inner in node.items():
            if key == FILES or _is_described(key):
                yield from dangling(inner, document, (*place, key))


def nearly_named(document: Any, reference: str) -> str:
    """Return the reference that was meant where one name beside it differs in spelling only, else ""."""
    before, _, name = reference.rpartition("/")
    siblings = _node(document, before)
    known = {_squeezed(each): each for each in siblings} if isinstance(siblings, dict) else {}
    close = get_close_matches(_squeezed(name.replace("~1", "/").replace("~0", "~")), known, n=2, cutoff=ALIKE)
    if not close or (len(close) > 1 and _squeezed(name) not in known):
        return ""
    return f"{before}/{known[close[0]].replace('~', '~0').replace('/', '~1')}"


def _squeezed(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _found(document: Any, reference: str) -> bool:
    return _node(document, reference) is not None


def _node(document: Any, reference: str) -> Any:
    """Return what a pointer names; None where it names nothing."""
    node = document
    for part in reference.removeprefix("#").removeprefix("/").split("/") if reference.strip("#/") else ():
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(node, dict) and name in node:
            node = node[name]
        elif isinstance(node, list) and name.isdigit() and int(name) < len(node):
            node = node[int(name)]
        else:
            return None
    return node
