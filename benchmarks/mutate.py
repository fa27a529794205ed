# ruff: noqa: INP001 - part of a script that is started by its path, and no package
"""Machine-made mutants of a Python file: one small change each, of the kinds that programmers make."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final

SWAPPED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
STATUSES: Final = {200: 201, 201: 200, 204: 200, 401: 403, 403: 404, 404: 403, 409: 422, 422: 400}
Edit = Callable[[Any], None]
"""Changes a node in place."""


@dataclass(frozen=True)
class Mutant:
    """One change: where (file, function and line), what it does, and the whole changed source."""

    file: str
    function: str
    line: int
    change: str
    source: str


def mutants(file: str, source: str, functions: Collection[str] = ()) -> Iterator[Mutant]:
    """Return every mutant of a file's source, of these functions alone where some are named."""
    statements = ast.parse(source).body
    plain = [ast.unparse(statement) for statement in statements]
    for number, statement in enumerate(statements):
        for place, (function, node) in enumerate(_places(statement)):
            if functions and function not in functions:
                continue
            for change, edit in _edits(node):
                changed = copy.deepcopy(statement)
                edit(list(_places(changed))[place][1])
                text = ast.unparse(ast.fix_missing_locations(changed))
                if text != plain[number]:
                    whole = "\n".join((*plain[:number], text, *plain[number + 1 :]))
                    yield Mutant(file, function, getattr(node, "lineno", 0), change, whole)


def _places(tree: ast.AST, function: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Return a node and what is in it, each with the function that it is in."""
    inside = tree.name if isinstance(tree, ast.FunctionDef) else function
    yield inside, tree
    for node in ast.iter_child_nodes(tree):
        yield from _places(node, inside)


def _edits(node: ast.AST) -> Iterator[tuple[str, Edit]]:
    for kind, edits in EDITS.items():
        if isinstance(node, kind):
            yield from edits(node)


def _set(member: str, value: object) -> Edit:
    return lambda node: setattr(node, member, copy.deepcopy(value))


def _comparison(node: ast.Compare) -> Iterator[tuple[str, Edit]]:
    swapped = SWAPPED[type(node.ops[0])]()
    yield f"{type(node.ops[0]).__name__} is {type(swapped).__name__}", _set("ops", [swapped])


def _condition(node: ast.If) -> Iterator[tuple[str, Edit]]:
    yield f"never: if {ast.unparse(node.test)}", _set("test", ast.Constant(False))  # noqa: FBT003 - the literal
    yield f"always: if {ast.unparse(node.test)}", _set("test", ast.Constant(True))  # noqa: FBT003 - the literal


def _junction(node: ast.BoolOp) -> Iterator[tuple[str, Edit]]:
    other = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
    yield f"{type(node.op).__name__} is {type(other).__name__}", _set("op", other)
    for place, part in enumerate(node.values):
        rest = [value for number, value in enumerate(node.values) if number != place]
        yield f"without {ast.unparse(part)}", _set("values", rest)


def _literal(node: ast.Constant) -> Iterator[tuple[str, Edit]]:
    value = node.value
    if isinstance(value, int) and not isinstance(value, bool):
        for other in dict.fromkeys((STATUSES.get(value, value + 1), value + 1)):
            yield f"{value} is {other}", _set("value", other)
    elif isinstance(value, str) and value:
        for text in ("", f"{value}X"):
            yield f"{value!r} is {text!r}", _set("value", text)
    elif value is None:
        yield "None is a text", _set("value", "none")


def _statement(node: ast.stmt) -> Iterator[tuple[str, Edit]]:
    def drop(place: Any) -> None:
        place.__class__ = ast.Pass

    yield f"dropped: {ast.unparse(node).splitlines()[0][:70]}", drop


def _call(node: ast.Call) -> Iterator[tuple[str, Edit]]:
    if len(node.args) > 1:
        yield (
            f"first two arguments swapped: {ast.unparse(node.func)}",
            _set("args", [*node.args[1::-1], *node.args[2:]]),
        )
        yield f"last argument left out: {ast.unparse(node.func)}", _set("args", node.args[:-1])
    if isinstance(node.func, ast.Attribute) and not node.args:
        method = node.func.attr

        def bare(place: Any) -> None:
            inner = place.func.value
            place.func, place.args = ast.Name("str", ast.Load()), [inner]

        yield f"without .{method}()", bare


def _members(node: ast.Dict) -> Iterator[tuple[str, Edit]]:
    for place, key in enumerate(node.keys):
        if not isinstance(key, ast.Constant):
            continue

        def leave_out(other: Any, at: int = place) -> None:
            del other.keys[at], other.values[at]

        yield f"without the member {key.value!r}", leave_out
        for text in ("None", "7", "[]"):

            def replace(other: Any, at: int = place, text: str = text) -> None:
                other.values[at] = ast.parse(text, mode="eval").body

            yield f"the member {key.value!r} is {text}", replace


def _entries(node: ast.List) -> Iterator[tuple[str, Edit]]:
    if node.elts:
        yield "an empty list", _set("elts", [])


EDITS: Final[dict[Any, Callable[[Any], Iterator[tuple[str, Edit]]]]] = {
    ast.Compare: _comparison,
    ast.If: _condition,
    ast.BoolOp: _junction,
    ast.Constant: _literal,
    (ast.Expr, ast.Assign, ast.AugAssign, ast.Raise, ast.Delete): _statement,
    ast.Call: _call,
    ast.Dict: _members,
    ast.List: _entries,
}
