"""What lives in what: learned from the requests of a run, so that contents are deleted before containers.

Nothing here knows an API. A thing may live in whatever else this run created that the request which created
it names, in its path or in a value of its body, and in whatever a request that may move it names (`x-moves`).
A place is never forgotten: whether a move was carried out, only a target that keeps its word can tell.
"""

from __future__ import annotations

import heapq
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import unquote

from conformance.exchange.model import Request
from conformance.ledger.entries import Entry

PUNCTUATION: Final = re.compile(r"[^a-z0-9]")
WORD: Final = re.compile(r"[\w{}~:.-]+", re.ASCII)


def key_of(name: str) -> str:
    """Return an id as it is compared: a server may take it in capitals, in braces or without dashes."""
    return PUNCTUATION.sub("", name.lower()) or name.lower()


def keys_in(request: Request) -> list[str]:
    """Return the keys of all that may be an id: each segment of the path, each text value of the body."""
    return list(map(key_of, [*map(unquote, request.path.split("/")), *_values(request)]))


def _values(request: Request) -> Iterator[str]:
    body = request.body()
    if body is None:
        return
    try:
        yield from _strings(json.loads(body))
    except (ValueError, RecursionError):
        yield from WORD.findall(body.decode("utf-8", errors="replace"))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from _strings(member)


def may_be_in(entry: Entry, container: Entry) -> bool:
    """Tell whether a thing may live in what another entry created."""
    return bool(container.id) and (container.id in entry.places or is_part_of(entry, container))


def is_part_of(entry: Entry, whole: Entry) -> bool:
    """Tell whether a thing has no address but one below the other: whoever deletes that deletes it too."""
    return bool(whole.id) and entry.undo.lower().startswith(f"{whole.undo.lower()}/")


def deletion_order(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries with each before all that it may live in, and otherwise the newest first.

    Where two may live in each other, as a tree that was turned over, the newer one goes first.
    """
    containers = _containers(entries)
    contents = Counter(c.number for found in containers.values() for c in found)
    left = {e.number: e for e in entries}
    empty = [-number for number in left if not contents[number]]
    heapq.heapify(empty)
    order: list[Entry] = []
    while left:
        number = -heapq.heappop(empty) if empty else max(left)
        if number not in left:
            continue
        order.append(left.pop(number))
        for container in containers[number]:
            contents[container.number] -= 1
            if not contents[container.number]:
                heapq.heappush(empty, -container.number)
    return order


def _containers(entries: Sequence[Entry]) -> dict[int, list[Entry]]:
    """Return by number the entries that each may live in."""
    by_id = {e.id: e for e in entries if e.id}
    by_path = {e.undo.lower(): e for e in entries if e.id}
    found: dict[int, list[Entry]] = {}
    for entry in entries:
        parts = entry.undo.lower().split("/")
        above = ["/".join(parts[:end]) for end in range(2, len(parts))]
        places = [by_id.get(place) for place in entry.places] + [by_path.get(path) for path in above]
        found[entry.number] = [e for e in dict.fromkeys(places) if e is not None and e is not entry]
    return found
