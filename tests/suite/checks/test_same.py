"""Every word of a comparison: the runs that it names, and what it says where a run lacks something."""

from __future__ import annotations

import pytest

from conformance.analysis.compare import compare
from conformance.analysis.compare.model import Kind
from conformance.errors import UsageError
from tests.suite.analysis.runs import run, verdict


def test_a_comparison_names_its_two_runs() -> None:
    """The ids of both runs stand in the comparison, and nothing where a run has none."""
    old, new = run(verdict("a.b.c", "PASS"), night=1), run(verdict("a.b.c", "PASS"), night=2)
    named = compare(old, new)
    assert (named.old, named.new) == (old["run_id"], new["run_id"])
    assert named.old != named.new
    nameless = compare({k: v for k, v in old.items() if k != "run_id"}, new | {"run_id": None})
    assert (nameless.old, nameless.new) == ("", "None")
    assert compare(old, {k: v for k, v in new.items() if k != "run_id"}).new == ""


def test_a_run_without_verdicts_can_be_compared() -> None:
    """Where a run says nothing, what the other one says has moved from or to nothing."""
    one = run(verdict("a.b.c", "FAIL"))
    empty = {k: v for k, v in one.items() if k != "verdicts"}
    (came,) = compare(empty, one).moves
    assert (came.move, came.before, came.after, came.waived) == (Kind.NEW_VIOLATION, "", "FAIL", "")
    (went,) = compare(one, empty).moves
    assert (went.move, went.before, went.after, went.waived) == (Kind.NOT_JUDGED, "FAIL", "", "")
    assert not went.red


def test_a_waived_violation_carries_its_reason() -> None:
    """The reason of the waiver stands with the move, and nothing where the row knows of none."""
    before = run(verdict("a.b.c", "PASS"))
    (waived,) = compare(before, run(verdict("a.b.c", "FAIL", waived="known since May"))).moves
    assert (waived.move, waived.waived, waived.red) == (Kind.WAIVED, "known since May", False)
    row = {k: v for k, v in verdict("a.b.c", "FAIL").items() if k != "waived"}
    (bare,) = compare(before, before | {"verdicts": [row]}).moves
    assert (bare.move, bare.waived, bare.red) == (Kind.NEW_VIOLATION, "", True)


@pytest.mark.parametrize(
    ("old", "new", "moved"),
    [
        (None, None, False),
        ("", None, False),
        (None, "", False),
        ("red", None, True),
        (None, "red", True),
        ("a", "b", True),
    ],
)
def test_an_observation_without_a_fingerprint_saw_nothing(
    old: str | None, new: str | None, *, moved: bool
) -> None:
    """A row without a fingerprint is one that saw nothing: only what was really seen can change."""
    runs = []
    for fingerprint in (old, new):
        row = {k: v for k, v in verdict("a.b.c", "OBSERVED").items() if k != "fingerprint"}
        runs.append(run(row if fingerprint is None else row | {"fingerprint": fingerprint}))
    assert [move.move for move in compare(*runs).moves] == [Kind.OBSERVATION] * moved


def test_a_bad_row_is_named_with_its_run() -> None:
    """Run, requirement and operation of a row that cannot be compared are said."""
    good = run(verdict("a.b.c@getLamp", "PASS"))
    twice = run(verdict("a.b.c@getLamp", "PASS"), verdict("a.b.c@getLamp", "FAIL"))
    said = f"run {twice['run_id']}: a.b.c of getLamp has two verdicts: was run.json edited by hand?"
    with pytest.raises(UsageError) as refused:
        compare(good, twice)
    assert str(refused.value) == said
    unknown = run(verdict("a.b.c@getLamp", "MAYBE"))
    del unknown["run_id"]
    with pytest.raises(UsageError) as refused:
        compare(good, unknown)
    assert str(refused.value) == "run ?: a.b.c of getLamp has the unknown verdict 'MAYBE'"
