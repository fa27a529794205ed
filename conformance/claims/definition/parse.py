"""The JSON or YAML of a definition as plain data: no dates, no other booleans than true and false."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from conformance.claims.text_files import decoded, yaml_errors
from conformance.errors import UsageError


def parse(content: bytes, name: str) -> Any:
    """Return what a JSON or YAML text holds; `UsageError` with line and column where it is neither."""
    text = decoded(content, name)
    if text.lstrip().startswith(("{", "[")):
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            if name.endswith(".json"):
                where = f"{name}:{error.lineno}:{error.colno}"
                raise UsageError(f"{where}: not valid JSON: {error.msg}") from None
        except RecursionError:
            raise UsageError(f"{name}: not valid JSON: it is nested too deeply") from None
    with yaml_errors(name, text):
        return _as_json(_load_yaml(text))


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
    return Loader


def _as_json(value: Any) -> Any:
    """Return the value with texts as keys, as JSON has them: a status is often written as a number."""
    if isinstance(value, dict):
        return {_key(key): _as_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_json(inner) for inner in value]
    return value


def _key(key: Any) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)
