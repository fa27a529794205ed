"""A new requirement is red only once some nights agreed on it, or once it is not new any more."""

from datetime import date
from typing import Any

import pytest

from conformance.analysis.history import provisional
from conformance.errors import UsageError

TODAY = date(2026, 11, 22)
NEW = {"a.b": "2026-11-20"}


def nights(*kinds: str, operation: str = "createZone") -> list[dict[str, Any]]:
    """Return nights with these verdicts on one requirement; an empty word is a night without it."""
    return [{"verdicts": {f"a.b|{operation}": kind} if kind else {"c.d|x": "PASS"}} for kind in kinds]


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
def test_a_new_requirement_waits_until_its_last_nights_agree(seen: list[str], *, still: bool) -> None:
    """Three equal verdicts establish it, and a night that could not judge does not count."""
    assert ("a.b" in provisional(NEW, nights(*seen), today=TODAY)) is still


def test_every_operation_has_to_agree() -> None:
    """A platform requirement that flickers on one operation is not stable."""
    seen = nights("PASS", "PASS", "PASS")
    for night, kind in zip(seen, ("PASS", "FAIL", "PASS"), strict=True):
        night["verdicts"]["a.b|getZone"] = kind
    assert provisional(NEW, seen, today=TODAY) == {"a.b"}
    seen[1]["verdicts"]["a.b|getZone"] = "NOT_APPLICABLE"
    assert provisional(NEW, seen, today=TODAY) == {"a.b"}
    seen[1]["verdicts"]["a.b|getZone"] = "PASS"
    assert provisional(NEW, seen, today=TODAY) == frozenset()


def test_how_many_nights_it_takes_is_configured() -> None:
    """A team that wants none has none, and one that wants five has five."""
    assert provisional(NEW, nights("FAIL"), today=TODAY, needed=1) == frozenset()
    assert provisional(NEW, [], today=TODAY, needed=0) == frozenset()
    assert provisional(NEW, nights(*["FAIL"] * 4), today=TODAY, needed=5) == {"a.b"}


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
