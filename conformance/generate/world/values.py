"""Valid values made from a schema: deterministic, the shortest that the schema allows, names unique."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from conformance.claims.openapi import JsonObject
from conformance.claims.schemas import deref, items, members
from conformance.generate.world.ids import singular, words

DEEPEST: Final = 6
SHORT: Final = 12
NAMES: Final = re.compile(
    r"(^|[a-z_-])(name|title|label|slug|key|code|username|login|email|id|displayName)$", re.IGNORECASE
)
FORMATS: Final[dict[str, str]] = {
    "date-time": "2024-01-15T10:00:00Z",
    "date": "2024-01-15",
    "time": "10:00:00Z",
    "duration": "PT1H",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "hostname": "example.com",
    "byte": "Y3Q=",
    "binary": "ct",
    "json-pointer": "/a",
    "regex": "a",
}
OWN: Final = "ct-"
"""What every text that a run makes up itself has in it."""
REFERRING: Final = re.compile(r"(_id|Id|_uuid|Uuid|ID|_identifier|Identifier)s?$")
"""How the name of a member ends that holds the id of something, or a list of ids."""
SAYING: Final = frozenset({"enum", "const", "default", "minimum", "maximum", "multipleOf"})
"""What a schema has that says of a number what it is for; an id has nothing of it."""
LATER: Final = "2024-01-16"
ENDS: Final = frozenset({"end", "ends", "ended", "until", "before", "to", "stop", "finish", "finished"})
"""Words in the names of days and times that come after others of the same request."""
Reference = Callable[[str], "str | None"]
"""Returns the id of something real that a member of this stem refers to, or None."""
Learned = Callable[[str, Sequence[str], str], str]
"""Returns a value that a response gave for a member of this name, in what is called so; "" for none.

The last argument is the value that was refused.
"""


@dataclass(frozen=True)
class Maker:
    """Makes values of a definition; `unique` makes names, `refer` ids of real things.

    Of alternatives it takes the one of the number `choice`, counted round. `learned` gives what was shown.
    """

    document: JsonObject
    unique: Callable[[str], str]
    refer: Reference = lambda _: None
    whole: bool = False
    choice: int = 0
    learned: Learned = lambda *_: ""

    def value(self, schema: Any, name: str = "", depth: int = 0) -> Any:
        """Return a value that the schema allows; where `whole`, with every member that it may have."""
        node = self._chosen(deref(self.document, schema))
        if (real := self.reference(node, name)) is not None:
            return real
        said = None if self._is_name(node, name) else _said(node)
        return self._made(node, name, depth) if said is None else said

    def _made(self, node: JsonObject, name: str, depth: int) -> Any:
        match kind_of(node):
            case "object":
                return self._object(node, depth)
            case "array":
                return self._array(node, name, depth)
            case "integer" | "number":
                return number(node)
            case "boolean":
                return False
        return None if kind_of(node) == "null" else self.text(node, name)

    def _is_name(self, node: JsonObject, name: str) -> bool:
        plain = kind_of(node) == "string" and not {"enum", "const"} & node.keys()
        return plain and NAMES.search(name) is not None and node.get("format") in {None, "email"}

    def _chosen(self, node: JsonObject) -> JsonObject:
        """Return the schema with its parts merged into it, and the first alternative that is not null."""
        found = dict(node)
        for part in node.get("allOf") or ():
            inner = self._chosen(deref(self.document, part))
            found = inner | found | {"required": [*inner.get("required", ()), *found.get("required", ())]}
            found["properties"] = {**inner.get("properties", {}), **found.get("properties", {})}
            if not found["properties"]:
                del found["properties"]
            if not found["required"]:
                del found["required"]
        for key in ("oneOf", "anyOf"):
            parts = [deref(self.document, part) for part in node.get(key) or ()]
            several = [part for part in parts if part.get("type") != "null" and part]
            if several:
                first = self._chosen(several[self.choice % len(several)])
                found = first | {k: v for k, v in found.items() if k not in {"oneOf", "anyOf"}}
                if "properties" in first and "properties" in node:
                    found["properties"] = {**first["properties"], **node["properties"]}
        return found

    def reference(self, node: JsonObject, name: str) -> Any:
        """Return the id of a real thing that a member of this name refers to; None where there is none."""
        is_scalar = kind_of(node) in {"string", "integer", ""}
        found = next(filter(None, map(self.refer, _kinds(node, name))), None) if is_scalar else None
        if found is None:
            return None
        if kind_of(node) == "integer":
            return int(found) if found.lstrip("-").isdigit() else None
        return found

    def _object(self, node: JsonObject, depth: int) -> dict[str, Any]:
        properties = members(self.document, node)
        wanted = [name for name in node.get("required") or () if isinstance(name, str)]
        if self.whole and depth < 2:  # noqa: PLR2004 - what a body says of itself, and one step deeper
            wanted = list(dict.fromkeys([*wanted, *properties]))
        found = {}
        for name in wanted:
            inner = deref(self.document, properties.get(name))
            if inner.get("readOnly") or depth > DEEPEST:
                continue
            found[name] = self.value(inner, name, depth + 1)
        return found

    def _array(self, node: JsonObject, name: str, depth: int) -> list[Any]:
        entry = items(self.document, node)
        least = int(node.get("minItems") or 0)
        if not least and (depth or entry is None):
            real = self.reference(entry or {}, name) if entry and REFERRING.search(name) else None
            return [] if real is None else [real]
        return (
            []
            if depth > DEEPEST
            else [self.value(entry or {}, name, depth + 1) for _ in range(max(least, 1))]
        )

    def text(self, node: JsonObject, name: str = "") -> str:
        """Return a text of the schema's format, pattern and length; without these a name of the run's own."""
        form = str(node.get("format", ""))
        if form == "uuid":
            return str(uuid.uuid4())
        if form == "email" or (not form and name.lower().endswith("email")):
            return f"{self.unique('m')[-24:]}@example.com"
        if form in {"uri", "url", "uri-reference", "iri"}:
            return f"https://example.com/{self.unique('u')[-12:]}"
        if form in {"date-time", "date"} and ENDS & set(words(name)):
            return LATER + FORMATS[form][len(LATER) :]
        if form in FORMATS:
            return FORMATS[form]
        least, most = int(node.get("minLength") or 0), int(node.get("maxLength") or 200)
        own = self.unique(re.sub(r"[^a-z]", "", name.lower()) or "text")
        if len(own) > most:
            own = "".join(re.findall(r"[a-z0-9]", own))[-most:] if most else ""
        own += "x" * (least - len(own))
        pattern = node.get("pattern")
        return own if not isinstance(pattern, str) or _matches(pattern, own) else _of_pattern(pattern, own)


def _said(node: JsonObject) -> Any:
    """Return a value that a schema itself names, None for none."""
    for key in ("const", "enum", "default", "example", "examples"):
        value = node.get(key)
        is_list = key in {"enum", "examples"}
        if value not in (None, [], {}) and isinstance(value, list) >= is_list:
            return value[0] if is_list else value
    return None


def kind_of(node: JsonObject) -> str:
    """Return the type of a schema, "" where it says none."""
    kind = node.get("type")
    if isinstance(kind, list):
        kind = next((k for k in kind if k != "null"), "null")
    if kind in {"object", "array", "integer", "number", "boolean", "string", "null"}:
        return str(kind)
    if "properties" in node or "additionalProperties" in node:
        return "object"
    return {"int": "integer", "float": "number"}.get(str(kind), "array" if "items" in node else "")


def number(node: JsonObject) -> int | float:
    """Return the number nearest to one that the bounds of a schema allow."""
    least, most = node.get("minimum"), node.get("maximum")
    above, below = node.get("exclusiveMinimum"), node.get("exclusiveMaximum")
    found: float = 1
    if isinstance(least, int | float) and not isinstance(least, bool):
        found = max(found, least + (1 if above is True else 0))
    if isinstance(above, int | float) and not isinstance(above, bool):
        found = max(found, above + 1)
    if isinstance(most, int | float) and not isinstance(most, bool):
        found = min(found, most - (1 if below is True else 0))
    if isinstance(below, int | float) and not isinstance(below, bool) and found >= below:
        found = (below + (above if isinstance(above, int | float) else below - 1)) / 2
    step = node.get("multipleOf")
    if isinstance(step, int | float) and step and found % step:
        found = step * (found // step + 1)
    return int(found) if kind_of(node) == "integer" or found == int(found) else found


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return True


def _of_pattern(pattern: str, fallback: str) -> str:
    """Return a text that a pattern finds, or the fallback where none can be made."""
    for plain in (
        re.sub(r"[^a-z0-9]", "", fallback),
        re.sub(r"[^a-z]", "", fallback) or "a",
        fallback.replace("-", "_"),
        "a",
        "A1",
        "1",
        "1.0.0",
    ):
        if _matches(pattern, plain):
            return plain
    from conformance.generate.hypothesis_setup import text_of_pattern

    return text_of_pattern(pattern) or fallback


def _kinds(node: JsonObject, name: str) -> Iterator[str]:
    """Yield the kinds that a member may refer to: of ``target_board_id`` ``targetboard`` and ``board``.

    A UUID needs no such ending, nor has a number it on servers that call a member after what it is of.
    """
    bare = REFERRING.sub("", name)
    if bare == name and kind_of(node) == "integer" and not node.keys() & SAYING:
        yield singular("".join(words(name)))
    if parts := words(bare) if bare != name or node.get("format") == "uuid" else ():
        yield singular("".join(parts))
        if len(parts) > 1:
            yield singular(parts[-1])
