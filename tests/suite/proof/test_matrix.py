"""The matrix on a few defects: what is caught, missed and unexpected, and how it is told."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from conformance.claims.level import Level
from conformance.claims.requirement import Requirement
from conformance.claims.requirements import Catalogue, load_claims
from conformance.cli.defects import chosen, known_cases
from conformance.emulator.defects.changes import nothing
from conformance.emulator.defects.defect import Defect, Variation
from conformance.errors import HarnessError, UsageError
from conformance.proof import execute as execute_module
from conformance.proof.cases import (
    Case,
    CaseResult,
    Pair,
    Scope,
    defect_case,
    focused,
    healthy,
    variation_case,
)
from conformance.proof.classify import Matrix, classify, complaints, in_order
from conformance.proof.execute import execute, run_case
from conformance.proof.page import page_of
from conformance.proof.write import troubles, write
from tests.suite.checkout import ROOT
from tests.suite.forking import call

CODE = "reality-management.associate.conflict-code"
DETAIL = "reality-management.associate.malformed-itwin-detail"
PLACE = "associateRealityData"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """Return the claims of this checkout."""
    return load_claims()


def declared(*breaks: str, may_also_break: tuple[str, ...] = ()) -> Defect:
    """Return a defect that exists in no emulator."""
    return Defect("made-up", "Nobody ever saw it.", breaks, nothing, may_also_break)


def test_a_few_cases_come_out_as_declared(catalogue: Catalogue) -> None:
    """A healthy emulator and a variation are green, and two defects are caught where they should be."""
    names = (
        "healthy",
        "more-headers",
        "associate-answers-Conflict-for-AssociationExists",
        "account-has-no-name",
    )
    cases = [case for case in known_cases(catalogue) if case.name in names]
    rows = [
        classify(next(case for case in cases if case.name == outcome.name), outcome)
        for outcome in execute(cases, catalogue, workers=2)
    ]
    assert {row.case.name: row.status for row in rows} == dict(
        zip(names, ("green", "green", "caught", "caught"), strict=True)
    )
    assert all(row.outcome.requests <= 500 for row in rows)


def test_a_focused_case_ends_once_all_is_seen(catalogue: Catalogue) -> None:
    """What may see a defect does so with a few requests; where it does not, all scenarios judge."""
    case = next(each for each in known_cases(catalogue) if each.name == "account-has-no-name")
    whole = run_case(case, catalogue, 1)
    few = run_case(replace(case, scope="focused"), catalogue, 1)
    assert (few.exhaustive, whole.exhaustive) == (False, True)
    assert few.requests < whole.requests / 4
    assert classify(case, few).status == classify(case, whole).status == "caught"


@pytest.mark.parametrize(
    ("scope", "seen", "runs", "status"),
    [
        ("focused", {"few": True, "every": True}, 1, "caught"),
        ("focused", {"few": False, "every": True}, 2, "caught"),
        ("focused", {"few": False, "every": False}, 2, "missed"),
        ("compared", {"few": True, "every": True}, 2, "caught"),
        ("compared", {"few": True, "every": False}, 2, "error"),
        ("exhaustive", {"few": True, "every": True}, 1, "caught"),
    ],
)
def test_a_focused_case_is_believed_where_it_sees_all(
    catalogue: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
    scope: Scope,
    seen: dict[str, bool],
    runs: int,
    status: str,
) -> None:
    """What some scenarios do not see all scenarios judge; where both judge, they must agree."""
    case = replace(defect_case(declared(CODE), catalogue), scope=scope)
    asked = []

    def answer(case: Case, _: Catalogue, __: int, wanted: frozenset[Pair] = frozenset()) -> CaseResult:
        asked.append(wanted)
        sees = seen["few"] if wanted else seen["every"]
        return outcome_of(case, *(case.breaks if sees else ()), exhaustive=not wanted)

    monkeypatch.setattr(execute_module, "_run_once", answer)
    assert classify(case, run_case(case, catalogue, 1)).status == status
    assert len(asked) == runs


def test_each_defect_has_its_turn_to_be_judged_both_ways(catalogue: Catalogue) -> None:
    """A tenth of the defects a day, within ten days all of them; none where none is asked for."""
    cases = known_cases(catalogue)
    days = [focused(cases, 10, date(2026, 1, day)) for day in range(1, 11)]
    turns = [{case.name for case in day if case.scope == "compared"} for day in days]
    assert set.union(*turns) == {case.name for case in cases}
    assert sum(map(len, turns)) == len(cases)
    assert all(len(cases) / 20 < len(turn) < len(cases) / 5 for turn in turns)
    assert {case.scope for case in focused(cases, 0, date(2026, 1, 1))} == {"focused"}
    assert {case.scope for case in focused(cases, 100, date(2026, 1, 1))} == {"compared"}


def outcome_of(case: Case, *red: tuple[str, str], **more: object) -> CaseResult:
    """Return what a run of this case says that sees these pairs violated."""
    return replace(CaseResult(case.name, dict.fromkeys(red, "seen"), exit_code=1 if red else 0), **more)  # type: ignore[arg-type]  # one test's words


def test_missed_and_stray_are_told_apart(catalogue: Catalogue) -> None:
    """What is declared and not seen is missed; what is seen and not declared is unexpected."""
    case = defect_case(declared(CODE, may_also_break=(f"{DETAIL}@*",)), catalogue)
    seen = classify(case, outcome_of(case, (CODE, PLACE), (DETAIL, PLACE)))
    assert (seen.status, seen.tolerated, seen.good) == ("caught", ((DETAIL, PLACE),), True)
    missed = classify(case, outcome_of(case))
    assert (missed.status, missed.missed, missed.good) == ("missed", ((CODE, PLACE),), False)
    unexpected = classify(
        case, outcome_of(case, (CODE, PLACE), ("platform.error.message", "moveRealityData"))
    )
    assert (unexpected.status, unexpected.good) == ("unexpected", False)
    assert "without being declared" in complaints(unexpected)[0]
    watched = classify(case, outcome_of(case, (CODE, PLACE), ("platform.model.agrees", PLACE)))
    assert watched.good
    broken = classify(case, outcome_of(case, (CODE, PLACE), error="the process ended"))
    assert (broken.status, broken.good) == ("error", False)


@pytest.mark.parametrize(
    ("observes", "operation", "allowed"),
    [
        ((), "first", False),
        (("state",), "first", True),
        (("state/kept/early",), "first", True),
        (("state/kept",), "second", False),
        (("state/other",), "first", False),
        (("statement",), "first", False),
        (("state@first",), "second", True),
        (("state@second",), "first", False),
        (("error", "state@*"), "second", True),
        (("everything",), "first", True),
        (("everything",), "second", False),
        (("everything@*",), "second", True),
    ],
)
def test_what_a_row_observes_says_what_may_turn_it_red(
    observes: tuple[str, ...], operation: str, *, allowed: bool
) -> None:
    """A part and the whole count, another operation only by name, and nothing that only sounds alike."""
    broken = Requirement("a.b.broken", ("first", "second"), Level.MUST, "fact", "x", observes=("state/kept",))
    looks = Requirement("a.b.looks", ("first", "second"), Level.MUST, "fact", "x", observes=observes)
    rows = Catalogue({row.id: row for row in (broken, looks)}, {}, {})
    case = defect_case(declared("a.b.broken@first"), rows)
    assert case.allows(("a.b.looks", operation)) is allowed


def test_a_variation_has_to_be_judged_and_green() -> None:
    """A variation is bad when a promise is red, and also when one could not be judged."""
    case = variation_case(Variation("made-up", "It is right, too.", nothing))
    assert classify(case, outcome_of(case)).status == "green"
    assert classify(case, outcome_of(case, (CODE, PLACE))).status == "red"
    lost = classify(case, outcome_of(case, unjudged={(CODE, PLACE): "gone"}, exit_code=3))
    assert (lost.status, lost.good) == ("not judged", False)
    assert "was not judged: gone" in complaints(lost)[0]


def test_a_defect_of_nothing_is_a_mistake_of_the_suite(catalogue: Catalogue) -> None:
    """A requirement that does not exist, is excluded or does not speak of the operation is refused."""
    excluded = next(row.id for row in catalogue.rows.values() if row.excluded)
    for text in ("no.such.requirement", excluded, f"{CODE}@getITwinAccount"):
        with pytest.raises(HarnessError):
            defect_case(declared(text), catalogue)


def test_a_promise_without_a_defect_turns_the_whole_matrix_red(catalogue: Catalogue, tmp_path: Path) -> None:
    """With every case in it the matrix asks for a defect of each promise; with some, it does not."""
    case = defect_case(declared(CODE), catalogue)
    rows = (classify(healthy(), outcome_of(healthy())), classify(case, outcome_of(case, (CODE, PLACE))))
    part = Matrix(in_order(reversed(rows), [healthy(), case]), catalogue, 1.0, 2, whole=False)
    assert part.good
    assert [row.case.name for row in part.rows] == ["healthy", case.name]
    whole = replace(part, whole=True)
    assert not whole.good
    assert (CODE, PLACE) not in whole.without_defect
    document = whole.document()
    assert any("no defect breaks" in line for line in troubles(document))
    paths = write(document, tmp_path)
    assert json.loads(paths[0].read_text())["good"] is False
    assert CODE in paths[1].read_text()
    assert "<table>" in paths[2].read_text()
    page = page_of(document)
    assert CODE in page
    assert "What cannot be seen" in page


def test_names_and_requirements_choose_cases(catalogue: Catalogue) -> None:
    """A case is chosen by its name, a pattern of names, or a requirement that it breaks."""
    cases = known_cases(catalogue)
    assert [case.name for case in chosen(cases, ("healthy",))] == ["healthy"]
    assert {case.name for case in chosen(cases, (CODE,))} >= {
        "associate-answers-Conflict-for-AssociationExists"
    }
    assert chosen(cases, ()) == cases
    with pytest.raises(UsageError):
        chosen(cases, ("no-such-name",))


@pytest.mark.measured
def test_the_verb_prints_saves_and_exits(tmp_path: Path) -> None:
    """`conformance defects` of one defect prints a summary, writes three files and exits 0."""
    words = ["conformance", "defects", "--only", "account-has-no-name", "--report-dir", str(tmp_path)]
    done = call(words, ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 of 1 defects are caught" in done.stdout
    assert sorted(file.name for file in tmp_path.iterdir()) == ["matrix.html", "matrix.json", "matrix.md"]


@pytest.mark.slow
@pytest.mark.skipif("CONFORMANCE_MATRIX" not in os.environ, reason="takes minutes: set CONFORMANCE_MATRIX=1")
def test_the_whole_matrix_is_green(tmp_path: Path) -> None:
    """Every promise has a defect, each defect is caught where it should be, and every variation is green."""
    done = call(["conformance", "defects", "--report-dir", str(tmp_path)], ROOT)
    assert done.returncode == 0, done.stdout
