"""Find the operation of a request.

Static segments match without regard to case, with or without a trailing slash, and win over variable ones;
variable segments are decoded only after the path was split, so an id may hold an encoded slash.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote

from conformance.emulator.kernel.pipeline import Operation


@dataclass
class _Node:
    static: dict[str, _Node] = field(default_factory=dict)
    variable: _Node | None = None
    methods: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """The operation of a request and its path's variable segments by name."""

    operation: str
    ids: dict[str, str]


@dataclass(frozen=True)
class NotFound:
    """No operation. ``allowed`` are the methods that the path knows, empty if it knows none."""

    allowed: tuple[str, ...] = ()


class Router:
    """A tree of path segments."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node()
        for each in operations:
            self._add(each)

    def _add(self, operation: Operation) -> None:
        node = self._root
        names: list[str] = []
        for segment in _segments(operation.path):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.variable = node.variable or _Node()
                node = node.variable
            else:
                node = node.static.setdefault(segment.lower(), _Node())
        node.methods[operation.method] = (operation.name, tuple(names))

    def find(self, method: str, raw_path: str) -> Found | NotFound:
        """Return the operation for a method and a still percent-encoded path."""
        segments = _segments(raw_path)
        allowed: list[str] = []
        for node, values in _leaves(self._root, segments, ()):
            entry = node.methods.get(method)
            if entry is not None:
                return Found(entry[0], dict(zip(entry[1], values, strict=True)))
            allowed.extend(node.methods)
        return NotFound(tuple(sorted(set(allowed))))


def _leaves(
    node: _Node, segments: list[str], values: tuple[str, ...]
) -> Iterable[tuple[_Node, tuple[str, ...]]]:
    if not segments:
        if node.methods:
            yield node, values
        return
    head, rest = unquote(segments[0]), segments[1:]
    static = node.static.get(head.lower())
    if static is not None:
        yield from _leaves(static, rest, values)
    if node.variable is not None:
        yield from _leaves(node.variable, rest, (*values, head))


def _segments(path: str) -> list[str]:
    parts = path.split("/")[1:]
    return parts[:-1] if parts and not parts[-1] else parts
