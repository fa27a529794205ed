"""The JSON or YAML of a definition as data: no dates, no other booleans than true and false, nothing lost."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache, partial
from typing import Any, Final

from conformance.claims.text_files import decoded, yaml_errors
from conformance.errors import UsageError

UNFOLDED: Final = 1_000_000
"""So many values more than its text has characters may a document have, once its aliases are written out."""


class Doubled(dict[str, Any]):
    """A mapping in which keys are written more than once: it holds the last value of each.

    `earlier` are the others by key.
    """

    def __init__(self, pairs: Iterable[tuple[str, Any]]) -> None:
        super().__init__()
        self.earlier: dict[str, list[Any]] = {}
        for key, value in pairs:
            if key in self:
                self.earlier.setdefault(key, []).append(self[key])
            self[key] = value


def parse(content: bytes, name: str) -> Any:
    """Return what a JSON or YAML text holds; `UsageError` with line and column where it is neither."""
    text = decoded(content, name)
    if text.lstrip().startswith(("{", "[")):
        try:
            return json.loads(text, object_pairs_hook=_mapping)
        except json.JSONDecodeError as error:
            if name.endswith(".json"):
                where = f"{name}:{error.lineno}:{error.colno}"
                raise UsageError(f"{where}: not valid JSON: {error.msg}") from None
        except RecursionError:
            raise UsageError(f"{name}: not valid JSON: it is nested too deeply") from None
    with yaml_errors(name, text):
        tree = _load_yaml(text)
        if _size(tree, {}) > len(text) + UNFOLDED:
            raise UsageError(f"{name}: its YAML aliases stand for too much to read; write out what they mean")
        return _as_json(tree)


def _load_yaml(text: str) -> Any:
    import yaml

    return yaml.load(text, Loader=_loader())  # noqa: S506 - a subclass of the safe loader


@cache
def _loader() -> Any:
    """Return a safe loader, in C where there is one, that reads scalars as YAML 1.2 does.

    In YAML 1.1 a country NO is false, 12:30 a number and 2024-01-01 a date.
    """
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # made when it is asked for
        yaml_implicit_resolvers = {  # noqa: RUF012 - as the class above has them
            first: [(tag, pattern) for tag, pattern in found if tag.endswith((":null", ":merge"))]
            for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

    booleans = re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$")
    integers = re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$")
    floats = re.compile(r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$")
    Loader.add_implicit_resolver("tag:yaml.org,2002:bool", booleans, list("tTfF"))
    Loader.add_implicit_resolver("tag:yaml.org,2002:int", integers, list("-+0123456789"))
    Loader.add_implicit_resolver("tag:yaml.org,2002:float", floats, list("-+.0123456789"))
    Loader.add_constructor("tag:yaml.org,2002:map", _constructed)
    return Loader


def _constructed(loader: Any, node: Any) -> Any:
    """Yield the mapping of a YAML node, first empty and then filled: its values may refer to it."""
    own = [str(key.value) for key, _ in node.value if not key.tag.endswith(":merge")]
    if len(set(own)) == len(own):
        yield from loader.construct_yaml_map(node)
        return
    found = Doubled(())
    yield found
    loader.flatten_mapping(node)
    construct = partial(loader.construct_object, deep=True)
    pairs = [(construct(key), construct(value)) for key, value in node.value]
    merged = len(pairs) - len(own)  # they stand before its own, which outdo them
    found.update(pairs[:merged])
    several = Doubled((_key(key), value) for key, value in pairs[merged:])
    found.update(several)
    found.earlier = several.earlier


def _size(value: Any, known: dict[int, int]) -> int:
    """Return how many values a tree has where what it shares is counted as often as it is named."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in known:
        inner = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_size(each, known) for each in inner)
    return known[id(value)]


def _as_json(value: Any) -> Any:
    """Return the value with texts as keys, as JSON has them: a status is often written as a number."""
    if isinstance(value, Doubled):
        copy = Doubled((_key(key), _as_json(inner)) for key, inner in value.items())
        copy.earlier = {key: [_as_json(each) for each in several] for key, several in value.earlier.items()}
        return copy
    if isinstance(value, dict):
        return _mapping([(_key(key), _as_json(inner)) for key, inner in value.items()])
    if isinstance(value, list):
        return [_as_json(inner) for inner in value]
    return value


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the mapping of pairs, which tells when a key stands in it twice."""
    found = dict(pairs)
    return found if len(found) == len(pairs) else Doubled(pairs)


def _key(key: Any) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)
