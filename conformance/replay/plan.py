"""Which exchanges have to be sent again so that the evidence means the same as then."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from conformance.errors import UsageError
from conformance.redaction import MASK
from conformance.replay.model import Record

FILE: Final = "exchanges.ndjson"
SHORTEST_ID: Final = 8
"""A value that is shorter is no id: replacing it wherever it occurs would garble a request."""

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Plan:
    """What is sent, in order: the way to the evidence, the evidence, and what takes everything back."""

    steps: tuple[Record, ...]
    evidence: frozenset[str]
    undo: tuple[Record, ...]


def plan_for(folder: Path, evidence: Sequence[str]) -> Plan:
    """Return the plan for these exchange ids of a run folder.

    The way to the evidence is whatever its story sent before it, and each earlier write of the run whose
    reply first named an id that one of them uses: a fixture of the session belongs to another story.
    """
    records = _read(folder / FILE)
    numbers = {record["id"]: number for number, record in enumerate(records)}
    missing = [one for one in evidence if one not in numbers]
    if missing or not evidence:
        what = f"{', '.join(missing)} of its evidence" if missing else "any evidence"
        raise UsageError(f"{folder / FILE} does not hold {what}: there is nothing to send again")
    last = max(numbers[one] for one in evidence)
    stories = {records[numbers[one]].get("story") for one in evidence} - {"", None}
    chosen = {
        number
        for number, record in enumerate(records[: last + 1])
        if record["id"] in evidence or (record.get("story") in stories and _matters(record))
    }
    chosen |= _producers(records, chosen)
    steps = tuple(records[number] for number in sorted(chosen))
    written = "\n".join(_wire(step) for step in steps if _matters(step))
    undo = tuple(
        record for record in records if record.get("purpose") == "undo" and _last_segment(record) in written
    )
    return Plan(steps, frozenset(evidence), undo)


def _wire(record: Record) -> str:
    """Return everything that the exchange named, either way."""
    reply = record.get("reply") or {}
    request = record["request"]
    return f"{unquote(request['url'])} {request.get('body') or ''} {reply.get('body') or ''}"


def _last_segment(record: Record) -> str:
    """Return the id of what a request to undo takes away."""
    return unquote(urlsplit(record["request"]["url"]).path.rstrip("/").rpartition("/")[2])


def _read(file: Path) -> list[Record]:
    """Return the records; a last line that a killed run did not finish is left out."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"{file}: the exchanges cannot be read: {reason}") from error
    found: list[Record] = []
    for line in text.splitlines():
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if _is_record(record):
            found.append(record)
    return found


def _is_record(record: Any) -> bool:
    return (
        isinstance(record, dict)
        and isinstance(record.get("id"), str)
        and isinstance(record.get("request"), dict)
        and isinstance(record["request"].get("url"), str)
        and isinstance(record["request"].get("method"), str)
    )


def _matters(record: Record) -> bool:
    """Tell whether the exchange may have changed the target; the others are sent only as evidence."""
    return record.get("purpose") in {"judged", "setup"} and record["request"]["method"] not in SAFE


def _producers(records: Sequence[Record], chosen: set[int]) -> set[int]:
    """Return the writes that made what the chosen exchanges name, and what those name in turn."""
    made: dict[str, int] = {}
    for number, record in enumerate(records):
        if _matters(record) and _succeeded(record):
            for value in ids_in(record):
                made.setdefault(value, number)
    found: set[int] = set()
    ahead = list(chosen)
    while ahead:
        number = ahead.pop()
        sent = f"{records[number]['request']['url']} {records[number]['request'].get('body') or ''}"
        for value, producer in made.items():
            if producer < number and producer not in found | chosen and value in sent:
                found.add(producer)
                ahead.append(producer)
    return found


def _succeeded(record: Record) -> bool:
    reply = record.get("reply")
    return isinstance(reply, Mapping) and str(reply.get("status", "")).startswith("2")


def ids_in(record: Record) -> set[str]:
    """Return the values of the reply that later requests may name: those that the request did not bring."""
    reply = record.get("reply")
    if not isinstance(reply, Mapping) or record["request"]["method"] in SAFE:
        return set()
    sent = f"{record['request']['url']} {record['request'].get('body') or ''}"
    return {
        value
        for _, value in leaves(parsed(reply.get("body")))
        if isinstance(value, str) and len(value) >= SHORTEST_ID and value not in sent and MASK not in value
    }


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
