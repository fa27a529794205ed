"""How a requirement stood and how it stands decide the move; only what holds is ever called fixed."""

from itertools import product
from typing import Any

import pytest

from conformance.analysis.compare import Kind, compare, gate
from conformance.results.model import RunReport
from conformance.results.verdicts import ExitCode
from tests.suite.analysis.runs import run, verdict, waiver_row

UNJUDGED = ("", "NOT_APPLICABLE", "CANNOT_JUDGE", "HARNESS_ERROR")
VIOLATED = ("FAIL", "DEVIATION")
OTHER = "zones.name.is-unique"


def move_between(before: str, after: str, old_waived: str = "", new_waived: str = "") -> Kind | None:
    """Return the kind of the one move between two verdicts on one requirement, None where none moved."""
    old = [verdict("zones.id.is-unique", before, waived=old_waived)] if before else []
    new = [verdict("zones.id.is-unique", after, waived=new_waived)] if after else []
    other = verdict(OTHER, "PASS")
    moves = compare(run(*old, other), run(*new, other, night=2)).moves
    return moves[0].move if moves else None


@pytest.mark.parametrize(("before", "after"), [*product(("FAIL", "DEVIATION", "PASS"), UNJUDGED)])
def test_what_is_not_judged_any_more_is_never_called_fixed(before: str, after: str) -> None:
    """Silence about a promise that was judged is said as silence."""
    assert move_between(before, after) is Kind.NOT_JUDGED
    if before in VIOLATED:
        assert move_between(before, after, old_waived="known") is Kind.NOT_JUDGED


@pytest.mark.parametrize("before", ["FAIL", "DEVIATION"])
def test_a_violation_whose_promise_is_only_observed_now_is_not_fixed(before: str) -> None:
    """A requirement that lost its level lost its verdict, and the violation may be there still."""
    assert move_between(before, "OBSERVED") is Kind.NOT_JUDGED


@pytest.mark.parametrize("before", ["PASS", "OBSERVED", *UNJUDGED])
@pytest.mark.parametrize("after", VIOLATED)
def test_a_violation_that_was_none_before_is_new(before: str, after: str) -> None:
    """Whatever stood there before, a violation that the old run did not have is new."""
    assert move_between(before, after) is Kind.NEW_VIOLATION
    assert move_between(before, after, new_waived="known") is Kind.WAIVED


@pytest.mark.parametrize(
    ("before", "after", "old_waived", "new_waived", "kind"),
    [
        ("FAIL", "FAIL", "", "", Kind.STILL),
        ("FAIL", "FAIL", "known", "known", Kind.STILL),
        ("FAIL", "FAIL", "", "known", Kind.WAIVED),
        ("FAIL", "FAIL", "known", "", Kind.EXPIRED),
        ("FAIL", "DEVIATION", "", "", Kind.STILL),
        ("DEVIATION", "FAIL", "", "", Kind.NEW_VIOLATION),
        ("FAIL", "PASS", "", "", Kind.FIXED),
        ("FAIL", "PASS", "known", "", Kind.FIXED),
        ("DEVIATION", "PASS", "", "", Kind.FIXED),
        ("OBSERVED", "PASS", "", "", Kind.NEWLY_JUDGED),
        ("PASS", "OBSERVED", "", "", Kind.NOT_JUDGED),
        ("PASS", "PASS", "", "", None),
        ("OBSERVED", "OBSERVED", "", "", None),
        *((before, "PASS", "", "", Kind.NEWLY_JUDGED) for before in UNJUDGED),
        *((before, "OBSERVED", "", "", Kind.NEWLY_JUDGED) for before in UNJUDGED),
        *((before, after, "", "", None) for before, after in product(UNJUDGED, UNJUDGED)),
    ],
)
def test_each_pair_of_standings_has_its_own_move(
    before: str, after: str, old_waived: str, new_waived: str, kind: Kind | None
) -> None:
    """The table of moves says what a reader would say."""
    assert move_between(before, after, old_waived, new_waived) is kind


def test_what_is_observed_otherwise_is_a_changed_observation() -> None:
    """What the pages leave open is not judged, and yet a change of it is said."""
    old = run(verdict("zones.id.case", "OBSERVED", observed="200"))
    new = run(verdict("zones.id.case", "OBSERVED", observed="404 ZoneNotFound"), night=2)
    (move,) = compare(old, new).moves
    assert (move.move, move.detail) == (Kind.OBSERVATION, "was: 200; is: 404 ZoneNotFound")
    assert gate(compare(old, new)) is ExitCode.CONFORMS


def test_the_same_requirement_moves_for_each_operation_on_its_own() -> None:
    """A platform requirement that breaks on one operation is one move and not two."""
    old = run(verdict("platform.status@createZone", "PASS"), verdict("platform.status@getZone", "PASS"))
    new = run(verdict("platform.status@createZone", "PASS"), verdict("platform.status@getZone"), night=2)
    comparison = compare(old, new)
    assert [(m.requirement, m.operation) for m in comparison.moves] == [("platform.status", "getZone")]
    assert comparison.unchanged == 1


def test_the_worst_moves_come_first() -> None:
    """A reader finds new violations before anything else, whatever their ids are."""
    old = run(verdict("a.fixed"), verdict("b.lost", "PASS"), verdict("z.new", "PASS"))
    new = run(verdict("a.fixed", "PASS"), verdict("b.lost", "CANNOT_JUDGE"), verdict("z.new"), night=2)
    assert [move.requirement for move in compare(old, new).moves] == ["z.new", "a.fixed", "b.lost"]


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        (verdict("a.b", "PASS"), verdict("a.b"), ExitCode.VIOLATION),
        (verdict("a.b"), verdict("a.b"), ExitCode.CONFORMS),
        (verdict("a.b"), verdict("a.b", waived="known"), ExitCode.CONFORMS),
        (verdict("a.b", waived="known"), verdict("a.b"), ExitCode.VIOLATION),
        (verdict("a.b", "PASS"), verdict("a.b", "DEVIATION"), ExitCode.CONFORMS),
        (verdict("a.b", "PASS"), verdict("a.b", "CANNOT_JUDGE"), ExitCode.CANNOT_JUDGE),
        (verdict("a.b", "PASS"), verdict("a.b", "HARNESS_ERROR"), ExitCode.USAGE),
        (verdict("a.b", "PASS"), verdict("a.b", "NOT_APPLICABLE"), ExitCode.CONFORMS),
    ],
)
def test_the_gate_fails_on_what_is_new_and_not_on_what_was_there(
    before: dict[str, object], after: dict[str, object], code: ExitCode
) -> None:
    """A gate is red on a new violation, and never green because nobody looked."""
    assert gate(compare(run(before), run(after, night=2))) is code


def test_a_new_deviation_fails_a_strict_gate() -> None:
    """What is red in a strict run is red in its comparison."""
    comparison = compare(run(verdict("a.b", "PASS")), run(verdict("a.b", "DEVIATION"), night=2, strict=True))
    assert gate(comparison) is ExitCode.VIOLATION


def test_a_gate_on_a_run_that_was_cut_off_cannot_judge() -> None:
    """What an interrupted run did not reach is not health."""
    new = run(verdict("c.d", "PASS"), night=2, complete=False, stopped="interrupted")
    comparison = compare(run(verdict("a.b", "PASS"), verdict("c.d", "PASS")), new)
    assert gate(comparison) is ExitCode.CANNOT_JUDGE
    assert comparison.moves[0].cause == "run cut off"


def test_a_requirement_that_is_provisional_no_longer_says_why_it_is_red() -> None:
    """Nothing moved at the target, and the run is red all the same."""
    old, new = run(verdict("a.b"), provisional=["a.b"]), run(verdict("a.b"), night=2)
    assert compare(old, new).moves[0].detail.endswith("provisional before, and is red from now on")


def test_a_provisional_requirement_is_reported_and_not_red() -> None:
    """A row that is too new to be trusted says what it saw and fails no gate."""
    new = run(verdict("a.b"), night=2, provisional=["a.b"])
    comparison = compare(run(verdict("a.b", "PASS")), new)
    assert comparison.moves[0].move is Kind.NEW_VIOLATION
    assert "provisional" in comparison.moves[0].detail
    assert gate(comparison) is ExitCode.CONFORMS


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        (run(verdict("a.b")), run(verdict("a.b"), target="dev", night=2), "different targets: qa and dev"),
        (run(), run(verdict("a.b"), night=2), "has no verdict at all"),
        (run(verdict("a.b")), run(night=2), "has no verdict at all"),
    ],
)
def test_runs_without_common_ground_are_not_comparable(old: RunReport, new: RunReport, word: str) -> None:
    """Where nothing can be said the gate answers 2, and the note says why."""
    comparison = compare(old, new)
    assert not comparison.comparable
    assert any(word in note for note in comparison.notes)
    assert gate(comparison) is ExitCode.USAGE
    assert gate(comparison, force=True) is not ExitCode.USAGE


def test_swapped_runs_and_the_same_run_twice_are_noticed() -> None:
    """The two mistakes that everybody makes once are named."""
    first, second = run(verdict("a.b")), run(verdict("a.b"), night=2)
    assert any("swapped" in note for note in compare(second, first).notes)
    assert any("same run" in note for note in compare(first, first).notes)


def test_details_say_what_was_expected_what_came_and_what_covers_it() -> None:
    """One sentence beside the move is enough to know what to do."""
    old, new = run(verdict("a.b", "PASS")), run(verdict("a.b"), night=2)
    assert compare(old, new).moves[0].detail == "expected 409 with code ZoneExists, got 201"
    still = compare(new, run(verdict("a.b", actual="500"), night=3)).moves[0].detail
    assert still == "expected 409 with code ZoneExists, got 500 (got 201 before)"
    stale = run(verdict("a.b", "PASS"), night=4, waivers=[waiver_row("a.b", "stale")])
    assert "its waiver is stale" in compare(new, stale).moves[0].detail
    unexplained = run(verdict("a.b", waived="soon"), night=4, waivers=[waiver_row("c.d", "stale")])
    assert "waived: soon" in compare(new, unexplained).moves[0].detail
    other = run(verdict("a.b", "PASS"), night=4, waivers=[waiver_row("a.b", "active")])
    assert "stale" not in compare(new, other).moves[0].detail
    waived = run(verdict("a.b", waived="soon"), night=4, waivers=[waiver_row("a.b")])
    assert "waived until 2026-12-01: soon" in compare(new, waived).moves[0].detail
    withdrawn = compare(waived, run(verdict("a.b"), night=5)).moves[0]
    assert (withdrawn.move, "withdrawn" in withdrawn.detail) == (Kind.EXPIRED, True)
    silent = compare(old, run(verdict("a.b", expected="", actual="", reason="minimal example"), night=2))
    assert silent.moves[0].detail == "minimal example"
    lost = compare(new, run(verdict("a.b", "CANNOT_JUDGE", reason="throttled"), night=3)).moves[0]
    assert lost.detail == "CANNOT_JUDGE now: throttled; the violation before may well be there still"


def test_a_violation_seen_in_another_scenario_too_is_new_there() -> None:
    """A violation that stayed hides no new one of the same promise; a scenario without it is no proof."""
    old = run(verdict("a.b", seen_in=["test_zone::test_one", "test_zone::test_two"]))
    new = run(verdict("a.b", seen_in=["test_zone::test_two", "test_zone::test_three"]), night=2)
    comparison = compare(old, new)
    assert [(m.move, m.scenario, m.red) for m in comparison.moves] == [
        (Kind.NEW_VIOLATION, "test_zone::test_three", True),
        (Kind.STILL, "", False),
    ]
    assert comparison.moves[0].cause == "target changed"
    assert comparison.moves[0].detail.startswith("violated in test_zone::test_three too; before only in")
    assert (comparison.counts["unchanged"], gate(comparison)) == (0, ExitCode.VIOLATION)
    assert comparison.to_document()["moves"][0]["scenario"] == "test_zone::test_three"


@pytest.mark.parametrize(
    ("waived", "scenarios", "kinds"),
    [
        ("soon", ["test_zone::test_one"], [Kind.STILL, Kind.WAIVED]),
        ("", [], [Kind.STILL]),
    ],
)
def test_a_scenario_more_is_not_always_a_new_violation(
    waived: str, scenarios: list[str], kinds: list[Kind]
) -> None:
    """A waiver covers the promise in every scenario, and an older suite did not write the scenarios down."""
    before = run(verdict("a.b", waived=waived, seen_in=scenarios))
    both = ["test_zone::test_one", "test_zone::test_two"]
    after = run(verdict("a.b", waived=waived, seen_in=both), night=2)
    assert [move.move for move in compare(before, after).moves] == kinds
    assert gate(compare(before, after)) is ExitCode.CONFORMS


@pytest.mark.parametrize("change", [{"identity": {"suite": "0.2.0"}}, {"complete": False}])
def test_other_scenarios_of_another_suite_are_no_new_violation(change: dict[str, Any]) -> None:
    """Where the old run told other scenarios, or not all of them, one more is no news of the target."""
    old = run(verdict("a.b", seen_in=["test_zone::test_one"]), **change)
    new = run(verdict("a.b", seen_in=["test_zone::test_two"]), night=2)
    assert [move.move for move in compare(old, new).moves] == [Kind.STILL]


def test_the_document_names_every_move_and_every_count() -> None:
    """The JSON form is the one that reports and scripts were promised."""
    document = compare(run(verdict("a.b", "PASS")), run(verdict("a.b"), night=2)).to_document()
    assert document["old"] == "20261101T060000Z-0001"
    assert document["counts"] == {**{kind.value: 0 for kind in Kind}, "new violation": 1, "unchanged": 0}
    (move,) = document["moves"]
    assert {key: move[key] for key in ("requirement", "operation", "move", "cause", "causes")} == {
        "requirement": "a.b",
        "operation": "createZone",
        "move": "new violation",
        "cause": "target changed",
        "causes": ["target changed"],
    }
    assert (move["before"], move["after"], move["red"]) == ("PASS", "FAIL", True)
