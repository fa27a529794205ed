"""Every reason for not judging leads to something that a reader can do."""

from __future__ import annotations

import pytest

from conformance.report.advice import how_to_judge
from conformance.results.verdicts import Outcome


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("the target has no role reader: give it one", "[targets.qa.roles.reader]"),
        ("the target has no ready token expired: nobody can forge one", "[targets.qa.tokens]"),
        ("the target has no fixture foreign_itwin_id", "[targets.qa.fixtures]"),
        ("the run is read-only and this needs a write", "--read-only"),
        ("throttled for good", "lower rate"),
        ("budget spent: 5000 requests", "--max-requests"),
        ("connection refused", "conformance doctor --target qa"),
        ("interrupted", "conformance clean --target qa"),
        ("no response of this run exercised it", "conformance doctor --target qa"),
    ],
)
def test_a_reason_leads_to_a_remedy(reason: str, words: str) -> None:
    """The advice names the setting or command that helps with this reason."""
    assert words in how_to_judge(Outcome.CANNOT_JUDGE, reason, "qa")


def test_a_failure_of_the_suite_is_not_the_targets() -> None:
    """Whatever the reason says, a harness error is for the suite's own people."""
    assert "bug of the suite" in how_to_judge(Outcome.HARNESS_ERROR, "no role reader", "qa")


def test_what_a_target_lacks_may_stay_so() -> None:
    """A reason that no rule knows is no call to action."""
    assert "nothing to do" in how_to_judge(Outcome.NOT_APPLICABLE, "it is Tuesday", "qa")
