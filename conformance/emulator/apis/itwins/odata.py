"""Read the OData options of list operations: ``$filter``, ``$orderby`` and ``$select``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any, TypeVar

from conformance.emulator.behaviours import assumed, seen_live
from conformance.emulator.kernel.responses import Detail
from conformance.emulator.state.new_records import ITWIN_MEMBERS

T = TypeVar("T")
Test = Callable[[Any], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<word>\w+)|(?P<sign>[(),]))"
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_FUNCTIONS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda held, asked: asked in held,
    "startswith": lambda held, asked: held.startswith(asked),
    "endswith": lambda held, asked: held.endswith(asked),
}
_CONSTANTS = {"null": None, "true": True, "false": False}
_DEEPEST = 50

seen_live("odata.syntax-error", "A filter that cannot be read is 422 with the position after the odd word.")
seen_live("odata.select-unknown", "An unknown name in $select is 422 with a detail of its own.")
assumed("odata.case", "Filters compare texts without regard to case.")


class FilterError(ValueError):
    """A filter that cannot be read; the message says where."""


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def take(self) -> str:
        """Return the next token, empty at the end."""
        found = _TOKEN.match(self.text, self.place)
        if found is None:
            if self.text[self.place :].strip():
                raise self.error(self.place)
            return ""
        self.place = found.end()
        return found.group().strip()

    def peek(self) -> str:
        """Return the next token without taking it."""
        place = self.place
        token = self.take()
        self.place = place
        return token

    def error(self, place: int | None = None) -> FilterError:
        """Return the error for the token that was just taken."""
        where = self.place if place is None else place
        return FilterError(f"Syntax error at position {where} in '{self.text}'.")

    def expect(self, token: str) -> None:
        """Take a token that must be this one."""
        if self.take() != token:
            raise self.error()


def parse_filter(text: str) -> Test:
    """Return the test that a filter stands for; an empty one lets all pass; raise :class:`FilterError`."""
    reader = _Reader(text.replace("+", " "))
    if not reader.peek():
        return lambda _document: True
    test = _either(reader, 0)
    if reader.take():
        raise reader.error()
    return test


def _either(reader: _Reader, depth: int) -> Test:
    tests = _joined(reader, "or", lambda: _both(reader, depth))
    return lambda document: any(test(document) for test in tests)


def _both(reader: _Reader, depth: int) -> Test:
    tests = _joined(reader, "and", lambda: _one(reader, depth))
    return lambda document: all(test(document) for test in tests)


def _joined(reader: _Reader, word: str, read: Callable[[], Test]) -> list[Test]:
    tests = [read()]
    while reader.peek() == word:
        reader.take()
        tests.append(read())
    return tests


def _one(reader: _Reader, depth: int) -> Test:
    token = reader.take()
    if depth > _DEEPEST:
        raise reader.error()
    if token == "(":  # noqa: S105 - a parenthesis
        inner = _either(reader, depth + 1)
        reader.expect(")")
        return inner
    if token == "not":  # noqa: S105 - a word of the language
        negated = _one(reader, depth + 1)
        return lambda document: not negated(document)
    if token.lower() in _FUNCTIONS and reader.peek() == "(":
        return _function(reader, _FUNCTIONS[token.lower()])
    return _comparison(reader, token)


def _function(reader: _Reader, function: Callable[[str, str], bool]) -> Test:
    reader.expect("(")
    name = _member(reader, reader.take())
    reader.expect(",")
    asked = str(_literal(reader)).lower()
    reader.expect(")")
    return lambda document: function(str(document.get(name) or "").lower(), asked)


def _comparison(reader: _Reader, name: str) -> Test:
    if not name.isidentifier():
        raise reader.error()
    compare = _COMPARE.get(reader.take())
    if compare is None:
        raise reader.error()
    _member(reader, name)
    asked = _folded(_literal(reader))

    def test(document: Any) -> bool:
        try:
            return bool(compare(_folded(document.get(name)), asked))
        except TypeError:
            return False

    return test


def _member(reader: _Reader, name: str) -> str:
    if name not in ITWIN_MEMBERS:
        raise reader.error()
    return name


def _literal(reader: _Reader) -> Any:
    token = reader.take()
    if token.startswith("'"):
        return token[1:-1].replace("''", "'")
    if token in _CONSTANTS:
        return _CONSTANTS[token]
    try:
        return float(token)
    except ValueError:
        raise reader.error() from None


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def names(text: str) -> list[str]:
    """Return the names of a comma-separated list."""
    return [each.strip() for each in text.split(",") if each.strip()]


def select_problems(text: str) -> list[Detail]:
    """Return a problem for each name in ``$select`` that an iTwin does not have."""
    message = "The $select string contains an unknown property '{}'."
    return [
        Detail("InvalidValue", message.format(name[:100]), "$select")
        for name in names(text)
        if name not in ITWIN_MEMBERS
    ]


def order(rows: list[T], text: str, document: Callable[[T], Any]) -> None:
    """Sort rows in place by ``name [asc|desc], ...``; names that nothing has are ignored."""
    for clause in reversed(names(text)):
        name, _, direction = clause.partition(" ")
        rows.sort(key=_by(name, document), reverse=direction.strip().lower() == "desc")


def _by(name: str, document: Callable[[T], Any]) -> Callable[[T], str]:
    return lambda row: str(document(row).get(name) or "").lower()
