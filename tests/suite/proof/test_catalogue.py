"""The register of defects and variations: complete, well named, and about requirements that exist."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from conformance.claims.requirements import load_claims
from conformance.cli.defects import known_cases
from conformance.emulator.faults import catalogue as known_defects
from conformance.emulator.faults import install, variations
from conformance.emulator.identity.tokens import Issuer
from conformance.emulator.instance import Emulator
from conformance.emulator.seed import plant
from conformance.emulator.settings import Settings
from conformance.emulator.state import State
from conformance.proof.cases import CaseResult
from conformance.proof.classify import Matrix, classify
from tests.suite.checkout import ROOT


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
    assert f"of {len(known_defects())} |" in page


def test_there_are_enough_of_both() -> None:
    """The register holds at least 150 defects and at least 30 variations."""
    assert len(known_defects()) >= 150
    assert len(variations()) >= 30


def test_names_and_sentences_can_be_read() -> None:
    """A name is words with hyphens, a sentence ends with a full stop, and no two names are the same."""
    faults = [*known_defects().values(), *variations().values()]
    assert len({fault.name for fault in faults}) == len(faults)
    for fault in faults:
        assert re.fullmatch(r"[a-z0-9]+(-[A-Za-z0-9]+)+", fault.name), fault.name
        assert re.fullmatch(r"[A-Z].*[.]", fault.sentence), fault.name


def test_what_may_be_red_too_exists() -> None:
    """Every pattern of what else may be violated means at least one judged pair of the requirements."""
    claims = load_claims()
    pairs = ["@".join(pair) for pair in claims.pairs()]
    for case in known_cases(claims):
        for pattern in case.also:
            if pattern.count("*") <= 1 and "." in pattern.partition("@")[0].strip("*"):
                family = pattern.partition("@")[0].rpartition(".")[0]
                assert any(pair.startswith(family) for pair in pairs), f"{case.name}: {pattern}"


def test_unused_patterns_are_few() -> None:
    """A pattern that means no pair is a slip, but for families that are written for every operation."""
    claims = load_claims()
    pairs = ["@".join(pair) for pair in claims.pairs()]
    shared = {pattern for case in known_cases(claims) for pattern in case.also}
    unused = [p for p in shared if not any(fnmatchcase(pair, p) for pair in pairs)]
    assert len(unused) <= len(shared) // 4, sorted(unused)


def test_every_fault_can_be_installed() -> None:
    """Each defect and variation finds the steps and rules that it changes, on an emulator of its own."""
    state = State()
    plant(state)
    issuer = Issuer("http://127.0.0.1")
    for fault in (*known_defects().values(), *variations().values()):
        install(Emulator(Settings(), state, issuer, issuer.url), fault)
