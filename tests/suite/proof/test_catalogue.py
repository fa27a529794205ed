"""The catalogue of defects and variations: complete, well named, and about requirements that exist."""

from __future__ import annotations

import re
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from conformance.claims.requirements import load_catalogue, load_claims
from conformance.cli.defects import known_cases
from conformance.emulator.catalogue import DEFECTS, VARIATIONS, switch_on
from conformance.errors import UsageError
from conformance.proof.cases import CaseResult
from conformance.proof.classify import Matrix, classify
from tests.suite.checkout import ROOT
from tests.suite.proof.walk import unserved

ALL = (*DEFECTS.values(), *VARIATIONS.values())


def test_every_promise_has_a_defect() -> None:
    """Each judged requirement is broken by at least one defect on every operation that it applies to."""
    claims = load_claims()
    rows = tuple(classify(case, CaseResult(case.name)) for case in known_cases(claims))
    assert Matrix(rows, claims, 0.0, 1).without_defect == []


def test_the_page_for_owners_names_every_promise() -> None:
    """docs/what-the-suite-sees.md is from the matrix of these requirements and these defects."""
    page = (ROOT / "docs" / "what-the-suite-sees.md").read_text(encoding="utf-8")
    missing = [name for name in load_claims().rows if f"`{name}`" not in page and f"| {name} |" not in page]
    assert not missing, "write it again: conformance defects --page docs/what-the-suite-sees.md"
    assert f"of {len(DEFECTS)} |" in page


def test_names_and_sentences_can_be_read() -> None:
    """A name is words with hyphens, a sentence ends with a full stop, and there are enough of both kinds."""
    assert len(DEFECTS) >= 150
    assert len(VARIATIONS) >= 30
    assert len({each.name for each in ALL}) == len(ALL)
    for each in ALL:
        assert re.fullmatch(r"[a-z0-9]+(-[A-Za-z0-9]+)+", each.name), each.name
        assert re.fullmatch(r"[A-Z].*[.]", each.sentence), each.name


def test_patterns_of_what_else_may_be_red_are_few_and_mean_something() -> None:
    """Only a few defects need them, for what rows observe says the rest, and none is a slip."""
    claims = load_claims()
    cases = [case for case in known_cases(claims) if case.may_also_break]
    pairs = ["@".join(pair) for pair in claims.pairs()]
    assert len(cases) <= 10
    for case in cases:
        assert any(fnmatchcase(pair, pattern) for pattern in case.may_also_break for pair in pairs), case.name


def test_what_rows_observe_is_observed_by_others_too() -> None:
    """An aspect that only one row observes ties it to nothing: it is a slip of the pen."""
    kinds = Counter(
        kind
        for row in load_claims().rows.values()
        for kind in {each.partition("@")[0].partition("/")[0] for each in row.observes}
    )
    assert set(kinds) >= {"everything", "state", "success", "error", "refused", "permissions"}
    assert min(kinds.values()) > 1, kinds


def test_an_operation_that_nobody_has_cannot_be_observed(tmp_path: Path) -> None:
    """A slip in the name would tie a row to nothing, so it is refused."""
    row = "id: a.b.c, operation: every, level: must, basis: example, expect: whatever happens"
    (tmp_path / "a.requirements.yaml").write_text(f"requirements: [{{{row}, observes: [state@moved]}}]")
    with pytest.raises(UsageError, match=r"a\.b\.c: observes state@moved, and the specs have no moved"):
        load_catalogue(tmp_path, load_claims().operations)


def test_what_may_be_red_too_is_never_everything() -> None:
    """A defect of one operation leaves most requirements of the others alone."""
    claims = load_claims()
    judged = set(claims.pairs())
    for case in known_cases(claims):
        broken = {operation for _, operation in case.breaks}
        elsewhere = {pair for pair in judged if pair[1] not in broken}
        assert len(case.tolerated & elsewhere) <= len(elsewhere) // 10, case.name


def test_every_one_can_be_switched_on() -> None:
    """Each defect and variation finds the steps and rules that it changes, on an emulator of its own."""
    for each in ALL:
        switch_on(unserved(), each)
