"""Places of paths that take an id, and ways to get one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from conformance.generate.world.ids import singular, squeezed, stem, words

EXPRESSION: Final = re.compile(
    r"\$response\.body#(/.*)|\$request\.body#(/.*)|\$request\.path\.(.+)|\$response\.header\.(.+)"
)


@dataclass(frozen=True)
class Producer:
    """One way to get a value: an operation and where in its exchange the value stands, or the value itself.

    `place` is ``response``, ``location``, ``request`` (a body member that is chosen), ``path`` (a parameter
    that is chosen), ``fixture`` or ``value``; `at` is the pointer, the name, or the value.
    """

    source: str
    operation: str
    place: str
    at: str

    def __str__(self) -> str:
        """Return it in a few words."""
        if self.place in {"fixture", "value"}:
            return f"{self.place} {self.at} ({self.source})"
        return f"{self.operation} {self.place} {self.at} ({self.source})"


@dataclass(frozen=True)
class Slot:
    """One parameter of paths: `prefix` is the template up to it, `collection` what stands before it."""

    prefix: str
    name: str
    collection: str
    kind: str


INVENTED: Final = (Producer("invented", "", "invented", ""), Producer("invented", "", "invented", "plain"))
"""Where nothing of the definition gives a value, a name of our own may still be one that is read.

The second one has letters and digits alone.
"""


def said_value(schema: Mapping[str, Any]) -> str:
    """Return a value that a schema itself says of a parameter, "" for none."""
    if values := schema.get("enum"):
        return str(values[0])
    if schema.get("type") == "boolean":
        return "true"
    if schema.get("format") in {"date", "date-time"}:
        return "2024-01-15" + ("T10:00:00Z" if schema["format"] == "date-time" else "")
    return str(schema.get("const", schema.get("default", "")))


def of_expression(source: str, operation: str, expression: str) -> Iterator[Producer]:
    """Yield the producer that a runtime expression of a link means; nothing for what is no expression."""
    match = EXPRESSION.fullmatch(expression.strip("{}") if expression.startswith("{") else expression)
    if match is None:
        return
    for place, at in (("response", match[1]), ("request", match[2]), ("path", match[3])):
        if at:
            yield Producer(source, operation, place, at)


def noun_of(slot: Slot) -> str:
    """Return what a slot's collection is of, in one word: of ``/flow_runs/{id}`` ``flowrun``."""
    return singular(squeezed(slot.collection.rpartition("/")[2]))


def is_named(slot: Slot, wanted: str, pointer: str) -> bool:
    """Tell whether what stands at a pointer is called like a slot, or stands in what is."""
    parts = [singular(squeezed(each)) for each in pointer.split("/")]
    return squeezed(slot.name) == squeezed(pointer.rpartition("/")[2]) or wanted in parts


@cache
def slots_of(path: str) -> Sequence[Slot]:
    """Return the slots of a path in their order."""
    found = []
    for match in re.finditer(r"{([^}]+)}", path):
        before = path[: match.start()].rpartition("/")[0]
        static = [s for s in before.split("/") if s and "{" not in s]
        noun = singular((words(static[-1]) or ("",))[-1]) if static else ""
        follows = not before.endswith("}")
        kind = noun if follows and noun else stem(match[1])
        found.append(Slot(path[: match.end()], match[1], before, kind))
    return found
