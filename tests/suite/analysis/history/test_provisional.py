"""A new requirement is red only once some runs agreed on it, or once it is not new any more."""

from datetime import date

import pytest

from conformance.analysis.history import RunDigest, provisional
from conformance.errors import UsageError

TODAY = date(2026, 11, 22)
NEW = {"a.b": "2026-11-20"}


def past(*kinds: str, **others: str) -> list[RunDigest]:
    """Return runs with these verdicts on one requirement; an empty word is a run without it.

    `others` are its verdicts on other operations, the same in every run.
    """
    more = {f"a.b|{operation}": kind for operation, kind in others.items()}
    return [
        RunDigest(
            run_id=f"run-{number}",
            started=f"2026-11-{number:02d}",
            verdicts={"a.b|createZone": kind, **more} if kind else {"c.d|createZone": "PASS"},
        )
        for number, kind in enumerate(kinds, 1)
    ]


@pytest.mark.parametrize(
    ("seen", "still"),
    [
        ([], True),
        (["FAIL", "FAIL"], True),
        (["FAIL", "FAIL", "FAIL"], False),
        (["PASS", "PASS", "PASS"], False),
        (["FAIL", "PASS", "FAIL"], True),
        (["PASS", "FAIL", "FAIL", "FAIL"], False),
        (["FAIL", "CANNOT_JUDGE", "FAIL", "", "FAIL"], False),
        (["NOT_APPLICABLE", "NOT_APPLICABLE", "NOT_APPLICABLE"], True),
        (["OBSERVED", "OBSERVED", "OBSERVED"], True),
    ],
)
def test_a_new_requirement_waits_until_its_last_runs_agree(seen: list[str], *, still: bool) -> None:
    """Three equal verdicts establish it, and a run that could not judge does not count."""
    assert ("a.b" in provisional(NEW, past(*seen), today=TODAY)) is still


def test_every_operation_has_to_agree() -> None:
    """A platform requirement that flickers on one operation is not stable."""
    for other, still in (("FAIL", {"a.b"}), ("NOT_APPLICABLE", {"a.b"}), ("PASS", frozenset())):
        one, two = past("PASS", getZone="PASS"), past("PASS", getZone=other)
        assert provisional(NEW, [*one, *two, *one], today=TODAY) == still


def test_how_many_runs_it_takes_is_configured() -> None:
    """A team that wants none has none, and one that wants five has five."""
    assert provisional(NEW, past("FAIL"), today=TODAY, needed=1) == frozenset()
    assert provisional(NEW, [], today=TODAY, needed=0) == frozenset()
    assert provisional(NEW, past(*["FAIL"] * 4), today=TODAY, needed=5) == {"a.b"}


def test_a_requirement_without_a_day_is_established() -> None:
    """An empty history must not make a whole suite harmless."""
    assert provisional({"a.b": ""}, [], today=TODAY) == frozenset()


def test_no_requirement_is_new_for_ever() -> None:
    """A machine without a history goes red in the end."""
    assert provisional({"a.b": "2026-10-23"}, [], today=TODAY) == {"a.b"}
    assert provisional({"a.b": "2026-10-22"}, [], today=TODAY) == frozenset()


def test_a_day_that_is_none_is_a_usage_error() -> None:
    """The row is named, and how a day is written."""
    with pytest.raises(UsageError, match=r"a\.b: since: 'soon' is no day"):
        provisional({"a.b": "soon"}, [], today=TODAY)
