"""The sentence beside a move: what was promised, what came, and what the waiver or the reason says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never

from conformance.analysis.compare.causes import VIOLATIONS, Changes, provisional
from conformance.analysis.compare.model import GATING, JsonObject, Kind, Row


def detail_of(kind: Kind, before: Row, after: Row, changes: Changes, pair: tuple[str, str]) -> str:
    """Return one sentence on the move, empty where there is nothing to add."""
    parts = _parts(kind, before, after, changes, pair)
    if kind in GATING and provisional(changes.new, pair[0]):
        parts.append("the requirement is provisional: reported, not red yet")
    if kind is Kind.STILL and provisional(changes.old, pair[0]) and not provisional(changes.new, pair[0]):
        parts.append("the requirement was provisional before, and is red from now on")
    if pair[0] in changes.rows:
        parts.append(_row_change(changes, pair[0]))
    return "; ".join(part for part in parts if part)


def _parts(  # noqa: PLR0911 - one answer for each kind of move
    kind: Kind, before: Row, after: Row, changes: Changes, pair: tuple[str, str]
) -> list[str]:
    match kind:
        case Kind.NEW_VIOLATION:
            expired = _waiver_state(changes.new, pair, "expired")
            return [_violation(after), _unjudged(before, "before"), expired]
        case Kind.EXPIRED:
            why = _waiver_state(changes.new, pair, "expired") or "its waiver was withdrawn"
            return [_violation(after), why]
        case Kind.STILL:
            return [_still(before, after), _waived(changes.new, pair, after)]
        case Kind.WAIVED:
            was = "" if before is None or before["verdict"] in VIOLATIONS else f"was {before['verdict']}"
            return [_violation(after), _waived(changes.new, pair, after), was]
        case Kind.FIXED:
            return [f"was: {_violation(before)}", _waiver_state(changes.new, pair, "stale")]
        case Kind.NOT_JUDGED:
            return [_unjudged(after, "now"), _lost(before)]
        case Kind.NEWLY_JUDGED:
            return [_unjudged(before, "before")]
        case Kind.OBSERVATION:
            return [f"was: {_text(before, 'fingerprint')}", f"is: {_text(after, 'fingerprint')}"]
        case _:
            assert_never(kind)


def _text(row: Row, key: str) -> str:
    return "" if row is None else str(row.get(key, ""))


def _violation(row: Row) -> str:
    expected, actual = _text(row, "expected"), _text(row, "actual")
    if expected and actual:
        return f"expected {expected}, got {actual}"
    return actual or expected or _text(row, "reason")


def _still(before: Row, after: Row) -> str:
    was, now = _text(before, "actual"), _text(after, "actual")
    levels = (_text(before, "level"), _text(after, "level"))
    level = f"; the level changed from {levels[0]} to {levels[1]}" if levels[0] != levels[1] else ""
    return _violation(after) + (f" (got {was or 'something else'} before)" if was != now else "") + level


def _lost(before: Row) -> str:
    if before is None or before["verdict"] not in VIOLATIONS:
        return ""
    return "the violation before may well be there still"


def _unjudged(row: Row, when: str) -> str:
    if row is None:
        return f"no verdict {when}"
    if row["verdict"] in {*VIOLATIONS, "PASS"}:
        return ""
    reason = _text(row, "reason")
    return f"{row['verdict']} {when}" + (f": {reason}" if reason else "")


def _rows(document: JsonObject, pair: tuple[str, str]) -> list[Mapping[str, Any]]:
    rows = document.get("waivers") or ()
    return [row for row in rows if (row.get("requirement"), row.get("operation")) == pair]


def _waiver_state(document: JsonObject, pair: tuple[str, str], state: str) -> str:
    """Say what is wrong with the waiver of this pair, where it has this state."""
    for row in _rows(document, pair):
        if row.get("state") == state == "expired":
            ended = f"the waiver of {row.get('owner', '?')} expired on {row.get('expires', '?')}"
            return f"{ended} ({row.get('defect', '')})"
        if row.get("state") == state == "stale":
            return "its waiver is stale: take the row out of the file"
    return ""


def _waived(document: JsonObject, pair: tuple[str, str], after: Row) -> str:
    reason = _text(after, "waived")
    if not reason:
        return ""
    for row in _rows(document, pair):
        return f"waived until {row.get('expires', '?')}: {reason} ({row.get('defect', '')})"
    return f"waived: {reason}"


def _row_change(changes: Changes, requirement: str) -> str:
    was = (changes.old.get("identity") or {}).get("requirement_hashes") or {}
    now = (changes.new.get("identity") or {}).get("requirement_hashes") or {}
    if requirement not in was:
        return "the requirement is new"
    return "the requirement was edited" if requirement in now else "the requirement was taken out"
