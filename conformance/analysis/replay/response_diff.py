"""The differences between two responses, ignoring new ids, timestamps and masked secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from conformance.analysis.reproduction.plan import leaves, parsed
from conformance.checks.values import GUID
from conformance.exchange.recorded import RecordedResponse
from conformance.exchange.redaction import MASK

HEADERS: Final = ("content-type", "location", "retry-after", "www-authenticate")
"""Headers that a requirement may be about; the others differ with every proxy."""

_TIMESTAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?")
_ABSENT: Final = "nothing"


def response_diff(
    recorded: RecordedResponse, current: RecordedResponse, ids: Mapping[str, str]
) -> tuple[str, ...]:
    """Return one sentence for each difference between the recorded response and the one that came now.

    `ids` are the new values of what was created anew.
    """
    return tuple(_differences(recorded, current, ids))


def _differences(
    recorded: RecordedResponse, current: RecordedResponse, ids: Mapping[str, str]
) -> Iterator[str]:
    if recorded.status != current.status:
        yield f"status {recorded.status} then, {current.status} now"
    was = {key.lower(): value for key, value in recorded.headers.items()}
    now = {key.lower(): value for key, value in current.headers.items()}
    for name in HEADERS:
        old, new = was.get(name), now.get(name)
        same = old == new if name == "content-type" else (old is None) == (new is None)
        if not same:
            yield f"header {name}: {old or _ABSENT} then, {new or _ABSENT} now"
    if recorded.truncated:
        return
    ours = frozenset(ids.values())
    old_leaves = dict(leaves(_in_order(_renamed(parsed(recorded.body), ids), ours)))
    new_leaves = dict(leaves(_in_order(parsed(current.body), ours)))
    for pointer in sorted(old_leaves.keys() | new_leaves.keys()):
        old_value = old_leaves.get(pointer, _ABSENT)
        new_value = new_leaves.get(pointer, _ABSENT)
        if pointer not in old_leaves or pointer not in new_leaves or not _alike(old_value, new_value, ours):
            yield f"{pointer or 'the body'}: {old_value!r} then, {new_value!r} now"


def _renamed(value: Any, ids: Mapping[str, str]) -> Any:
    """Return a recorded body as it would read with the new ids."""
    if isinstance(value, Mapping):
        return {key: _renamed(member, ids) for key, member in value.items()}
    if isinstance(value, list):
        return [_renamed(member, ids) for member in value]
    if isinstance(value, str):
        for old, new in sorted(ids.items(), key=lambda item: -len(item[0])):
            value = value.replace(old, new)
    return value


def _in_order(value: Any, ours: frozenset[str]) -> Any:
    """Return the body with each list of plain words sorted: new ids come in another order."""
    if isinstance(value, Mapping):
        return {key: _in_order(member, ours) for key, member in value.items()}
    if not isinstance(value, list):
        return value
    if all(isinstance(member, str) for member in value):
        return sorted(value, key=lambda word: (sorted(_made(word, ours)), _plain(word), word))
    return [_in_order(member, ours) for member in value]


def _made(text: str, ours: frozenset[str]) -> set[str]:
    return {one for one in ours if one in text}


def _alike(old: Any, new: Any, ours: frozenset[str]) -> bool:
    """Tell whether two values mean the same; an id that the replay itself made is no arbitrary one."""
    if old == new and type(old) is type(new):
        return True
    if not isinstance(old, str) or not isinstance(new, str):
        return False
    if MASK in old:
        return True
    return _plain(old) == _plain(new) and _made(old, ours) == _made(new, ours)


def _plain(text: str) -> str:
    return _TIMESTAMP.sub("<timestamp>", GUID.sub("<id>", text))


def new_ids(recorded: str | None, body: str | None, known: set[str]) -> dict[str, str]:
    """Return what the values of `known` are called in the new response."""
    old, new = dict(leaves(parsed(recorded))), dict(leaves(parsed(body)))
    return {
        value: new[pointer]
        for pointer, value in old.items()
        if isinstance(value, str) and value in known and isinstance(new.get(pointer), str)
    }
