"""What a scope believes: a refusal with its control, a violation without a doubt; and what it names."""

from __future__ import annotations

from typing import Final

import pytest

from conformance.targets.model import Target
from tests.suite.run.scenarios import run_scenarios, scenario
from tests.suite.toy_api import Checkout

GET: Final = "bulbs.get.answers-200"
REFUSED: Final = f"""\
with judge("{GET}"{{}}):
    expect.status(get(run, "attic"), 404)"""


@pytest.mark.parametrize(
    ("setting", "option", "verdict", "evidence", "reason"),
    [
        ("", "", "CANNOT_JUDGE", 1, "no request of getBulb that it rests on was carried out"),
        ("judge.control = lambda operation: get(run, 'desk')\n", "", "PASS", 2, "judged in"),
        ("", ", control=lambda: [get(run, 'desk')]", "PASS", 2, "judged in"),
        ("", ", control=lambda: refuse('no bulb is lit')", "CANNOT_JUDGE", 1, "no bulb is lit"),
        ("", ", control=lambda: refuse('no bulbs', NotApplicable)", "NOT_APPLICABLE", 0, "no bulbs"),
    ],
)
def test_a_refusal_is_believed_with_a_positive_control(
    checkout: Checkout,
    bulb_target: Target,
    setting: str,
    option: str,
    verdict: str,
    evidence: int,
    reason: str,
) -> None:
    """A PASS that rests on refusals names a success of the operation too, or nobody can judge."""
    head = "from conformance.errors import NotApplicable\n\n"
    head += "def refuse(why, kind=NotJudged):\n    raise kind(why)\n\n"
    result = run_scenarios(
        checkout, bulb_target, head + scenario(setting + REFUSED.format(option), GET), only=(GET,)
    )
    found = result.verdicts[GET, "getBulb"]
    assert (found["verdict"], len(found["evidence"])) == (verdict, evidence)
    assert reason in found["reason"]


def test_a_violation_of_a_useless_input_is_doubted(checkout: Checkout, bulb_target: Target) -> None:
    """What would be a violation is no verdict where the input, and not the target, is to blame."""
    body = f"""\
def doubt():
    raise NotJudged("the bulb is somebody else's")
with judge("{GET}", doubt=doubt):
    expect.status(get(run, "attic"), 200)"""
    result = run_scenarios(checkout, bulb_target, scenario(body, GET), only=(GET,))
    assert result.of(GET) == ("CANNOT_JUDGE", "the bulb is somebody else's")


def test_a_pass_names_everything_that_it_rests_on(checkout: Checkout, bulb_target: Target) -> None:
    """The evidence of a PASS is what expectations looked at, sent before or in the scope."""
    body = f"""\
before = get(run, "desk")
with judge("{GET}") as seen:
    get(run, "attic")
    expect.status(before, 200)
    seen.note("it is an old bulb")"""
    found = run_scenarios(checkout, bulb_target, scenario(body, GET), only=(GET,)).verdicts[GET, "getBulb"]
    assert (found["verdict"], len(found["evidence"])) == ("PASS", 2)
    assert found["reason"].endswith("; it is an old bulb")
