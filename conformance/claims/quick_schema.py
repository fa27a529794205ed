"""The quick way to see that a body follows its schema; whatever it does not accept the reference decides.

jsonschema-rs takes a hundredth of the time. It is asked only about schemas of a few plain keywords, each
translated so that it accepts nothing that the reference validator of OpenAPI 3.0 refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

AS_THEY_ARE: Final = frozenset(
    {"type", "required", "enum", "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum"}
)
SAY_NOTHING: Final = frozenset({"title", "description", "example", "default", "deprecated", "nullable"})
TYPES: Final = frozenset({"object", "array", "string", "integer", "number", "boolean"})
Accepts = Callable[[Any], bool]


def quick_validator(schema: Mapping[str, Any]) -> Accepts | None:
    """Return what tells of a body that it surely follows the schema; None where nothing quick can tell."""
    try:
        translated = _translated(schema)
    except _LeftToTheReferenceError:
        return None
    import jsonschema_rs

    validator = jsonschema_rs.Draft4Validator(translated, validate_formats=False)

    def accepts(body: Any) -> bool:
        try:
            return validator.is_valid(body)
        except (ValueError, TypeError, OverflowError):  # what JSON of other languages does not know
            return False

    return accepts


class _LeftToTheReferenceError(Exception):
    """A schema says something that the quick validator is not asked about."""


def _translated(schema: Any) -> dict[str, Any]:
    """Return the schema as JSON Schema, at least as strict."""
    if not isinstance(schema, Mapping):
        raise _LeftToTheReferenceError
    found = {key: _keyword(key, value) for key, value in schema.items() if not _says_nothing(key)}
    if "type" in found:
        if found["type"] not in TYPES:
            raise _LeftToTheReferenceError
        if schema.get("nullable") is True:
            found["type"] = [found["type"], "null"]
    return found


def _says_nothing(key: str) -> bool:
    return key in SAY_NOTHING or key.startswith("x-")


def _keyword(key: str, value: Any) -> Any:
    if key in AS_THEY_ARE or (key == "additionalProperties" and isinstance(value, bool)):
        return value
    if key == "properties":
        return {name: _translated(each) for name, each in value.items()}
    if key in {"items", "additionalProperties"}:
        return _translated(value)
    if key in {"allOf", "anyOf"}:
        return [_translated(each) for each in value]
    raise _LeftToTheReferenceError
