"""A cause looks like the defects that violate the same in the same way, and never surer than that allows."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from conformance.analysis.causes import Group, grouped, signs_of
from conformance.analysis.diagnosis import (
    Signature,
    diagnosed,
    known_signatures,
    likenesses,
    read_signatures,
    signatures_text,
)
from conformance.claims.requirements import load_claims
from conformance.emulator.catalogue import DEFECTS
from conformance.errors import UsageError
from tests.suite.analysis.causes.recorded import recorded

CATALOGUE = load_claims()
FOUND = recorded(CATALOGUE)
EVERYTHING = frozenset("@".join(pair) for pair in CATALOGUE.pairs())


def group_of(name: str) -> Group:
    """Return the cause of one fault of the independent server."""
    (group,) = grouped(signs_of(*FOUND[name], CATALOGUE))
    return group


def signature(name: str, signs: Mapping[str, str]) -> Signature:
    """Return a made-up defect."""
    return Signature(name, f"How {name} comes about.", signs)


@pytest.mark.parametrize(
    ("fault", "defect"),
    [
        ("create_answers_200", "resource-answers-200"),
        ("any_scheme", "basic-accepted"),
        ("account_of_what_was_deleted", "account-of-deleted-itwins-is-found"),
        ("associate_forgets", "associate-stores-nothing"),
        ("move_leaves_a_copy", "move-keeps-the-source"),
        ("errors_without_words", "errors-say-nothing"),
        ("move_without_details", "move-refusal-without-details"),
    ],
)
def test_a_fault_of_another_server_looks_like_the_defect_that_it_is(fault: str, defect: str) -> None:
    """What the emulator shows when it is broken in this way names it."""
    first = diagnosed(group_of(fault), EVERYTHING, known_signatures())[0]
    assert (first.defect, first.sentence) == (defect, DEFECTS[defect].sentence)


def test_defects_with_the_same_signature_share_what_is_likely() -> None:
    """Nobody can tell them apart, and something is kept for a defect that nobody knows."""
    seen = likenesses(group_of("create_answers_200").signs)
    twins = [signature("one", seen), signature("other", seen)]
    found = diagnosed(group_of("create_answers_200"), EVERYTHING, twins)
    assert [each.defect for each in found] == ["one", "other"]
    assert found[0].likelihood == found[1].likelihood < 0.5


def test_what_only_looks_a_little_alike_is_not_said() -> None:
    """One violation of many in common is no diagnosis; nor is another deviation of the same requirement."""
    seen = likenesses(group_of("create_answers_200").signs)
    some = next(iter(seen))
    others = dict.fromkeys(sorted(EVERYTHING)[:40], "accepted x")
    assert (
        diagnosed(
            group_of("create_answers_200"), EVERYTHING, [signature("far", {**others, some: seen[some]})]
        )
        == ()
    )
    assert diagnosed(group_of("create_answers_200"), EVERYTHING, [signature("other", others)]) == ()


def test_what_the_target_lets_nobody_judge_counts_neither_way() -> None:
    """A target without a role shows only a part of a defect, and is as sure as one that shows it all."""
    group = group_of("create_answers_200")
    seen = likenesses(group.signs)
    more = {
        **seen,
        "itwins.resource.administrator-allowed@createRepositoryResource": "another success 201>200",
    }
    whole = diagnosed(group, seen.keys(), [signature("one", seen)])
    part = diagnosed(group, seen.keys(), [signature("one", more)])
    judged = diagnosed(group, more.keys(), [signature("one", more)])
    assert whole[0].likelihood == part[0].likelihood > judged[0].likelihood


def test_two_defects_that_one_cause_covers_are_named_as_two() -> None:
    """What the likeliest leaves unexplained is what the second one explains."""
    group = group_of("errors_without_words")
    seen = list(likenesses(group.signs).items())
    defects = [signature("one", dict(seen[:20])), signature("rest", dict(seen[20:]))]
    found = diagnosed(group, EVERYTHING, defects)
    assert {each.defect for each in found[:2]} == {"one", "rest"}
    assert {*found[0].explains, *found[1].explains} == {name for name, _ in seen}


def test_the_signatures_are_those_of_the_emulators_defects() -> None:
    """Every defect has one, and how it comes about is what the emulator says."""
    known = {each.defect: each.sentence for each in known_signatures()}
    assert known == {name: defect.sentence for name, defect in DEFECTS.items()}


def test_every_signature_holds_what_its_defect_is_declared_to_break() -> None:
    """A declared requirement that no signature shows means that the file is older than the defect."""
    for each in known_signatures():
        declared = {text for text in DEFECTS[each.defect].breaks if "@" in text}
        assert declared <= each.signs.keys(), each.defect


def test_signatures_are_read_as_they_were_written(tmp_path: Path) -> None:
    """One line a defect; a file that is none says how it is made."""
    file = tmp_path / "signatures.json"
    known = (signature("a", {"x@y": "crash 500"}), signature("b", {"x@z": "crash 500"}))
    file.write_text(signatures_text(reversed(known)), encoding="utf-8")
    assert read_signatures(file) == known
    file.write_text("[]", encoding="utf-8")
    with pytest.raises(UsageError, match="conformance defects --signatures"):
        read_signatures(file)
