"""Finds the moves: how each requirement of each operation stood, and how it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from conformance.analysis.compare.causes import Changes, causes_of, changes_between, provisional
from conformance.analysis.compare.details import detail_of
from conformance.analysis.compare.model import GATING, Cause, Comparison, JsonObject, Kind, Move, Row
from conformance.analysis.compare.notes import notes_on, same_ground
from conformance.errors import UsageError
from conformance.results.verdicts import Outcome

Pair = tuple[str, str]

STANDINGS: Final = {
    Outcome.FAIL: "violated",
    Outcome.DEVIATION: "violated",
    Outcome.PASS: "held",
    Outcome.OBSERVED: "observed",
    Outcome.NOT_APPLICABLE: "unjudged",
    Outcome.CANNOT_JUDGE: "unjudged",
    Outcome.HARNESS_ERROR: "unjudged",
}
MOVES: Final = {
    ("violated", "violated"): Kind.STILL,
    ("violated", "waived"): Kind.WAIVED,
    ("violated", "held"): Kind.FIXED,
    ("violated", "observed"): Kind.NOT_JUDGED,
    ("violated", "unjudged"): Kind.NOT_JUDGED,
    ("waived", "violated"): Kind.EXPIRED,
    ("waived", "waived"): Kind.STILL,
    ("waived", "held"): Kind.FIXED,
    ("waived", "observed"): Kind.NOT_JUDGED,
    ("waived", "unjudged"): Kind.NOT_JUDGED,
    ("held", "violated"): Kind.NEW_VIOLATION,
    ("held", "waived"): Kind.WAIVED,
    ("held", "observed"): Kind.NOT_JUDGED,
    ("held", "unjudged"): Kind.NOT_JUDGED,
    ("observed", "violated"): Kind.NEW_VIOLATION,
    ("observed", "waived"): Kind.WAIVED,
    ("observed", "held"): Kind.NEWLY_JUDGED,
    ("observed", "unjudged"): Kind.NOT_JUDGED,
    ("unjudged", "violated"): Kind.NEW_VIOLATION,
    ("unjudged", "waived"): Kind.WAIVED,
    ("unjudged", "held"): Kind.NEWLY_JUDGED,
    ("unjudged", "observed"): Kind.NEWLY_JUDGED,
}
"""The move between two standings. Only what holds is fixed; a pair that is not here did not move."""


def compare(old: JsonObject, new: JsonObject) -> Comparison:
    """Return what moved from the old run to the new one, each move with the changes it may come from."""
    before, after = _rows(old), _rows(new)
    changes = changes_between(old, new)
    moves: list[Move] = []
    for pair in sorted(before.keys() | after.keys()):
        move = _move(pair, before.get(pair), after.get(pair), changes)
        if move is not None:
            moves += [move, *_variations(move, before.get(pair), after.get(pair), changes)]
    order = list(Kind)
    moves.sort(key=lambda move: order.index(move.move))
    return Comparison(
        old=str(old.get("run_id", "")),
        new=str(new.get("run_id", "")),
        moves=tuple(moves),
        unchanged=len(before.keys() | after.keys()) - sum(not move.variation for move in moves),
        comparable=same_ground(old, new),
        notes=notes_on(old, new, changes),
    )


def _rows(run: JsonObject) -> dict[Pair, JsonObject]:
    rows: dict[Pair, JsonObject] = {}
    for row in run.get("verdicts", ()):
        pair = (row["requirement"], row["operation"])
        where = f"run {run.get('run_id', '?')}: {pair[0]} of {pair[1]}"
        if pair in rows:
            raise UsageError(f"{where} has two verdicts: was run.json edited by hand?")
        if row["verdict"] not in STANDINGS:
            raise UsageError(f"{where} has the unknown verdict {row['verdict']!r}")
        rows[pair] = row
    return rows


def _move(pair: Pair, before: Row, after: Row, changes: Changes) -> Move | None:
    kind = _kind(before, after)
    if kind is None:
        return None
    verdict = "" if after is None else after["verdict"]
    return Move(
        requirement=pair[0],
        operation=pair[1],
        move=kind,
        causes=causes_of(kind, before, after, changes, pair),
        before="" if before is None else before["verdict"],
        after=verdict,
        detail=detail_of(kind, before, after, changes, pair),
        waived="" if after is None else after.get("waived", ""),
        red=kind in GATING and _fails_a_gate(after, changes, pair[0]),
    )


def _variations(whole: Move, before: Row, after: Row, changes: Changes) -> Iterator[Move]:
    """Yield a move for each scenario in which a violation that stayed was not seen before.

    Another suite has other scenarios, and a run that was cut off did not run them all: nothing is said then.
    """
    if whole.move is not Kind.STILL or before is None or after is None:
        return
    was, now = before.get("variations") or (), after.get("variations") or ()
    if not was or Cause.SUITE in changes.causes or changes.old.get("complete") is False:
        return
    kind = Kind.WAIVED if whole.waived else Kind.NEW_VIOLATION
    pair = (whole.requirement, whole.operation)
    for scenario in sorted(set(now) - set(was)):
        yield replace(
            whole,
            move=kind,
            causes=causes_of(Kind.NEW_VIOLATION, before, after, changes, pair),
            detail=f"violated in {scenario} too; before only in {', '.join(was)}",
            red=kind is Kind.NEW_VIOLATION and _fails_a_gate(after, changes, whole.requirement),
            variation=scenario,
        )


def _fails_a_gate(after: Row, changes: Changes, requirement: str) -> bool:
    """Tell whether a new violation fails a gate: by its verdict, and not while its requirement is new."""
    failed = after is not None and (after["verdict"] == Outcome.FAIL or bool(changes.new.get("strict")))
    return failed and not provisional(changes.new, requirement)


def _kind(before: Row, after: Row) -> Kind | None:
    standings = (_standing(before), _standing(after))
    if before is not None and after is not None:
        if standings == ("observed", "observed"):
            changed = before.get("fingerprint", "") != after.get("fingerprint", "")
            return Kind.OBSERVATION if changed else None
        worse = (before["verdict"], after["verdict"]) == (Outcome.DEVIATION, Outcome.FAIL)
        if worse and standings == ("violated", "violated"):
            return Kind.NEW_VIOLATION
    return MOVES.get(standings)


def _standing(row: Row) -> str:
    if row is None:
        return "unjudged"
    standing = STANDINGS[row["verdict"]]
    return "waived" if standing == "violated" and row.get("waived") else standing
