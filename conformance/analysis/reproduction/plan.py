"""The words of a plan, and what a recorded exchange named."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from conformance.exchange.redaction import MASK

Record = Mapping[str, Any]
"""One line of exchanges.ndjson."""

SHORTEST_ID: Final = 8
"""A value that is shorter is no id: replacing it wherever it occurs would garble a request."""

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Plan:
    """What is sent, in order: the way to the evidence, the evidence, and what takes everything back."""

    steps: tuple[Record, ...]
    evidence: frozenset[str]
    undo: tuple[Record, ...]


def is_record(record: Any) -> bool:
    """Tell whether a line of the file is an exchange that could be sent again."""
    return (
        isinstance(record, dict)
        and isinstance(record.get("id"), str)
        and isinstance(record.get("request"), dict)
        and isinstance(record["request"].get("url"), str)
        and isinstance(record["request"].get("method"), str)
    )


def writes(record: Record) -> bool:
    """Tell whether the exchange may have changed the target; the others are sent only as evidence."""
    return record.get("purpose") in {"judged", "setup"} and record["request"]["method"] not in SAFE


def succeeded(record: Record) -> bool:
    """Tell whether the target took it."""
    return status(record).startswith("2")


def status(record: Record) -> str:
    """Return the status of the response, empty where none came."""
    response = record.get("response")
    return str(response.get("status", "")) if isinstance(response, Mapping) else ""


def sent(record: Record) -> str:
    """Return everything that the request named."""
    request = record["request"]
    return f"{unquote(request['url'])} {request['url']} {request.get('body') or ''}"


def wire(record: Record) -> str:
    """Return everything that the exchange named, either way."""
    response = record.get("response") or {}
    return f"{sent(record)} {response.get('body') or ''}"


def segments(record: Record) -> list[str]:
    """Return the parts of the request's path."""
    return [unquote(part) for part in urlsplit(record["request"]["url"]).path.split("/") if part]


def ids_in(record: Record) -> dict[str, str]:
    """Return the values of the response that later requests may name, with their JSON pointers.

    Those that the request brought are not among them: they are the same when it is sent again.
    """
    response = record.get("response")
    if not isinstance(response, Mapping) or record["request"]["method"] in SAFE:
        return {}
    brought = sent(record)
    found: dict[str, str] = {}
    for pointer, value in leaves(parsed(response.get("body"))):
        if (
            isinstance(value, str)
            and len(value) >= SHORTEST_ID
            and value not in brought
            and MASK not in value
        ):
            found.setdefault(value, pointer)
    return found


def parsed(body: str | None) -> Any:
    """Return the parsed JSON of a body, or the text itself."""
    try:
        return json.loads(body or "")
    except (ValueError, RecursionError):
        return body or ""


def leaves(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each value that has no members, with its JSON pointer."""
    if isinstance(value, Mapping) and value:
        for key, member in value.items():
            yield from leaves(member, f"{pointer}/{key}")
    elif isinstance(value, list) and value:
        for number, member in enumerate(value):
            yield from leaves(member, f"{pointer}/{number}")
    else:
        yield pointer, value
