"""The sentence beside a move: what was promised, what came, and what the waiver or the reason says."""

from __future__ import annotations

from typing import assert_never

from conformance.analysis.compare.causes import Changes, Row
from conformance.analysis.compare.model import GATING, Kind
from conformance.results.model import RunReport, WaiverStanding, WaiverState
from conformance.results.verdicts import VIOLATED, Outcome, Verdict


def detail_of(kind: Kind, before: Row, after: Row, changes: Changes, pair: tuple[str, str]) -> str:
    """Return one sentence on the move, empty where there is nothing to add."""
    parts = _parts(kind, before, after, changes, pair)
    if kind in GATING and changes.new.is_provisional(pair[0]):
        parts.append("the requirement is provisional: reported, not red yet")
    if kind is Kind.STILL and changes.old.is_provisional(pair[0]) and not changes.new.is_provisional(pair[0]):
        parts.append("the requirement was provisional before, and is red from now on")
    if pair[0] in changes.rows:
        parts.append(_row_change(changes, pair[0]))
    return "; ".join(part for part in parts if part)


def _parts(  # noqa: PLR0911 - one answer for each kind of move
    kind: Kind, before: Row, after: Row, changes: Changes, pair: tuple[str, str]
) -> list[str]:
    match kind:
        case Kind.NEW_VIOLATION:
            expired = _waiver_state(changes.new, pair, WaiverState.EXPIRED)
            return [_violation(after), _unjudged(before, "before"), expired]
        case Kind.EXPIRED:
            why = _waiver_state(changes.new, pair, WaiverState.EXPIRED) or "its waiver was withdrawn"
            return [_violation(after), why]
        case Kind.STILL:
            return [_still(before, after), _waived(changes.new, pair, after)]
        case Kind.WAIVED:
            was = "" if before is None or before.outcome in VIOLATED else f"was {before.outcome}"
            return [_violation(after), _waived(changes.new, pair, after), was]
        case Kind.FIXED:
            return [f"was: {_violation(before)}", _waiver_state(changes.new, pair, WaiverState.STALE)]
        case Kind.NOT_JUDGED:
            return [_unjudged(after, "now"), _lost(before)]
        case Kind.NEWLY_JUDGED:
            return [_unjudged(before, "before")]
        case Kind.OBSERVATION:
            return [f"was: {before.observed if before else ''}", f"is: {after.observed if after else ''}"]
        case _:
            assert_never(kind)


def _violation(row: Row) -> str:
    if row is None:
        return ""
    if row.expected and row.actual:
        return f"expected {row.expected}, got {row.actual}"
    return row.actual or row.expected or row.reason


def _still(before: Row, after: Row) -> str:
    if before is None or after is None:
        return ""
    changed = before.level is not after.level
    level = f"; the level changed from {before.level} to {after.level}" if changed else ""
    other = before.actual != after.actual
    return _violation(after) + (f" (got {before.actual or 'something else'} before)" if other else "") + level


def _lost(before: Row) -> str:
    if before is None or before.outcome not in VIOLATED:
        return ""
    return "the violation before may well be there still"


def _unjudged(row: Row, when: str) -> str:
    if row is None:
        return f"no verdict {when}"
    if row.outcome in {*VIOLATED, Outcome.PASS}:
        return ""
    return f"{row.outcome} {when}" + (f": {row.reason}" if row.reason else "")


def _waiver(report: RunReport, pair: tuple[str, str]) -> WaiverStanding | None:
    return next((row for row in report.waivers if (row.requirement, row.operation) == pair), None)


def _waiver_state(report: RunReport, pair: tuple[str, str], state: WaiverState) -> str:
    """Say what is wrong with the waiver of this pair, where it has this state."""
    row = _waiver(report, pair)
    if row is None or row.state is not state:
        return ""
    if state is WaiverState.EXPIRED:
        return f"the waiver of {row.owner or '?'} expired on {row.expires or '?'} ({row.defect})"
    return "its waiver is stale: take the row out of the file"


def _waived(report: RunReport, pair: tuple[str, str], after: Verdict | None) -> str:
    if after is None or not after.waived:
        return ""
    row = _waiver(report, pair)
    if row is None:
        return f"waived: {after.waived}"
    return f"waived until {row.expires or '?'}: {after.waived} ({row.defect})"


def _row_change(changes: Changes, requirement: str) -> str:
    if requirement not in changes.old.provenance.requirement_hashes:
        return "the requirement is new"
    kept = requirement in changes.new.provenance.requirement_hashes
    return "the requirement was edited" if kept else "the requirement was taken out"
