"""A plan, and what a recorded exchange named."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from conformance.exchange.recorded import SAFE, RecordedExchange
from conformance.exchange.redaction import MASK

SHORTEST_ID: Final = 8
"""A value that is shorter is no id: replacing it wherever it occurs would garble a request."""

TRIES: Final = 20
"""So often what was sent together is sent together again, until it comes out as recorded."""

CUT: Final = " bytes in all)"
"""How a body ends that was too long to be recorded whole."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is sent, in order: the way to the evidence, the evidence, and what undoes everything."""

    steps: tuple[RecordedExchange, ...]
    evidence: frozenset[str]
    undo: tuple[RecordedExchange, ...]

    @property
    def batches(self) -> tuple[tuple[RecordedExchange, ...], ...]:
        """Return the steps in order, those that were sent concurrently as one batch."""
        grouped = itertools.groupby(self.steps, key=lambda step: step.group or step.id)
        return tuple(tuple(batch) for _, batch in grouped)

    @property
    def is_concurrent(self) -> bool:
        """Tell whether some of it was sent at the same time, so that its outcome may be chance."""
        return any(len(batch) > 1 for batch in self.batches)


def sent(exchange: RecordedExchange) -> str:
    """Return everything that the request named."""
    request = exchange.request
    return f"{unquote(request.url)} {request.url} {request.body or ''}"


def wire(exchange: RecordedExchange) -> str:
    """Return everything that the exchange named, either way."""
    return f"{sent(exchange)} {(exchange.response and exchange.response.body) or ''}"


def segments(exchange: RecordedExchange) -> list[str]:
    """Return the parts of the request's path."""
    return [unquote(part) for part in urlsplit(exchange.request.url).path.split("/") if part]


def ids_in(exchange: RecordedExchange) -> dict[str, str]:
    """Return the values of the response that later requests may name, with their JSON pointers.

    Those that the request brought are not among them: they are the same when it is sent again.
    """
    if exchange.response is None or exchange.request.method in SAFE:
        return {}
    brought = sent(exchange)
    found: dict[str, str] = {}
    for pointer, value in leaves(parsed(exchange.response.body)):
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
