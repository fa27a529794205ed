"""Finds the moves: how each requirement of each operation stood, and how it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from conformance.analysis.compare.behaviour import behaviour_between, causes_between
from conformance.analysis.compare.causes import Changes, Row, causes_of, changes_between
from conformance.analysis.compare.details import detail_of
from conformance.analysis.compare.model import GATING, Cause, Comparison, Kind, Move
from conformance.analysis.compare.notes import notes_on, same_ground
from conformance.results.model import RunReport
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


def compare(old: RunReport, new: RunReport) -> Comparison:
    """Return what moved from the old run to the new one, each move with the changes it may come from."""
    before = {verdict.pair: verdict for verdict in old.verdicts}
    after = {verdict.pair: verdict for verdict in new.verdicts}
    changes = changes_between(old, new)
    skipped = {pair for pair in before.keys() - after.keys() if not_selected(None, new, pair)}
    moves: list[Move] = []
    for pair in sorted(before.keys() | after.keys()):
        move = _move(pair, before.get(pair), after.get(pair), changes)
        if move is not None:
            moves += [move, *_scenarios(move, before.get(pair), after.get(pair), changes)]
    order = list(Kind)
    moves.sort(key=lambda move: order.index(move.move))
    return Comparison(
        old=old.run_id,
        new=new.run_id,
        moves=tuple(moves),
        unchanged=len(before.keys() | after.keys()) - len(skipped) - sum(not m.scenario for m in moves),
        comparable=same_ground(old, new),
        causes=causes_between(old, new),
        behaviour=behaviour_between(old, new),
        notes=(*notes_on(old, new, changes), *_left_out(len(skipped), new)),
    )


def _left_out(number: int, new: RunReport) -> Iterator[str]:
    if number:
        rows = "1 verdict" if number == 1 else f"{number} verdicts"
        yield f"run {new.run_id} did not select everything: nothing is said of {rows} that only OLD has"


def _move(pair: Pair, before: Row, after: Row, changes: Changes) -> Move | None:
    kind = _kind(before, after)
    if kind is None or (kind is Kind.NOT_JUDGED and not_selected(after, changes.new, pair)):
        return None
    return Move(
        requirement=pair[0],
        operation=pair[1],
        move=kind,
        causes=causes_of(kind, before, after, changes, pair),
        before=before.outcome if before else "",
        after=after.outcome if after else "",
        detail=detail_of(kind, before, after, changes, pair),
        waived=after.waived if after else "",
        red=kind in GATING and _fails_a_gate(after, changes),
    )


def not_selected(verdict: Row, run: RunReport, pair: Pair) -> bool:
    """Tell whether a run has no verdict because nobody asked for it: a known requirement always gets one."""
    known = pair[0] in run.requirements or pair[0] in run.provenance.requirement_hashes
    return verdict is None and known and bool(run.selected)


def _scenarios(whole: Move, before: Row, after: Row, changes: Changes) -> Iterator[Move]:
    """Yield a move for each scenario in which a violation that stayed was not seen before.

    Another suite has other scenarios, and a run that was cut off did not run them all: nothing is said then.
    """
    if whole.move is not Kind.STILL or before is None or after is None:
        return
    if not before.seen_in or Cause.SUITE in changes.causes or not changes.old.complete:
        return
    kind = Kind.WAIVED if whole.waived else Kind.NEW_VIOLATION
    for scenario in sorted(set(after.seen_in) - set(before.seen_in)):
        yield whole.model_copy(
            update={
                "move": kind,
                "causes": causes_of(Kind.NEW_VIOLATION, before, after, changes, after.pair),
                "detail": f"violated in {scenario} too; before only in {', '.join(before.seen_in)}",
                "red": kind is Kind.NEW_VIOLATION and _fails_a_gate(after, changes),
                "scenario": scenario,
            }
        )


def _fails_a_gate(after: Row, changes: Changes) -> bool:
    """Tell whether a new violation fails a gate: by its verdict, and not while its requirement is new."""
    failed = after is not None and (after.outcome is Outcome.FAIL or changes.new.strict)
    return failed and after is not None and not changes.new.is_provisional(after.requirement)


def _kind(before: Row, after: Row) -> Kind | None:
    standings = (_standing(before), _standing(after))
    if before is not None and after is not None:
        if standings == ("observed", "observed"):
            return Kind.OBSERVATION if before.observed != after.observed else None
        worse = (before.outcome, after.outcome) == (Outcome.DEVIATION, Outcome.FAIL)
        if worse and standings == ("violated", "violated"):
            return Kind.NEW_VIOLATION
    return MOVES.get(standings)


def _standing(row: Row) -> str:
    if row is None:
        return "unjudged"
    standing = STANDINGS[row.outcome]
    return "waived" if standing == "violated" and row.waived else standing
