"""A run of few requests spends them on what sees most."""

from __future__ import annotations

import json

from conformance.run.open import new_run
from conformance.run.options import Options
from conformance.run.pytest_plugin.launch import run_scenarios
from conformance.run.pytest_plugin.worth import by_worth, known_catches
from conformance.targets.model import Target
from tests.suite.run.scenarios import scenario
from tests.suite.toy_api import Checkout

GET, COLOUR = "bulbs.get.answers-200", "bulbs.get.colour"


def test_each_next_one_sees_most_of_what_none_before_it_saw() -> None:
    """Not what sees most by itself: the second would see nothing that the first does not."""
    a, b, c, d = (("r", letter) for letter in "abcd")
    declared = {"nothing": [d], "two": [a, b], "twins": [b, a], "one": [c], "three": [a, b]}
    caught = [{"r@a"}, {"r@a", "r@b"}, {"r@c"}, {"r@elsewhere"}]
    assert by_worth(declared, caught) == ["two", "one", "nothing", "twins", "three"]
    assert by_worth(declared, []) == list(declared)
    assert by_worth({}, caught) == []


def test_the_matrix_says_what_catches_something() -> None:
    """By requirement and operation, as the requirements are written."""
    assert sum("@" in pair for each in known_catches() for pair in each) > 300


def order_and_verdicts(
    checkout: Checkout, target: Target, most: int | None
) -> tuple[list[str], list[tuple[object, ...]]]:
    """Return the first words of the scenarios as they began, and the verdicts."""
    began: list[str] = []
    options = Options(report_dir=checkout.root / str(most), seed=3, max_requests=most, only=("getBulb",))
    state = new_run(options, target, checkout.catalogue())
    report = run_scenarios(state, lambda _, what: began.append(what.partition(": ")[2]), formats=False)
    order = [what.split()[0] for what in began if what.startswith(("early", "late"))]
    return order, [(verdict.pair, verdict.outcome) for verdict in report.verdicts]


def test_only_a_limited_run_changes_the_order(checkout: Checkout, bulb_target: Target) -> None:
    """What sees a known defect comes first, and the verdicts are the same."""
    for name, requirement in (("early", COLOUR), ("late", GET)):
        body = f'with judge("{requirement}"):\n    get(run, "attic")'
        checkout.scenarios(scenario(body, requirement, name=name))
    signature = {"how": "It fell.", "signs": {f"{GET}@getBulb": "status"}}
    file = checkout.specs / "defect-signatures.json"
    file.write_text(json.dumps({"bulb-is-broken": signature}), encoding="utf-8")
    whole, limited = (order_and_verdicts(checkout, bulb_target, most) for most in (None, 100))
    assert (whole[0], limited[0]) == (["early", "late"], ["late", "early"])
    assert whole[1] == limited[1]
