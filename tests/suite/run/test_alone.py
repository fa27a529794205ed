"""A requirement that is run alone gets the verdict of the whole run, at the price that it needs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from conformance.claims.requirements import load_claims
from conformance.results.verdicts import Outcome
from conformance.run.open import new_run
from conformance.run.options import Options
from conformance.run.pytest_plugin.launch import run_scenarios
from conformance.targets.embedded import embedded_target

pytestmark = pytest.mark.xdist_group("alone")

CATALOGUE: Final = load_claims()
EVERY: Final = 10
"""One requirement in so many of those that scenarios judge; all of those that are judged on responses."""
BY_SCENARIO: Final = [row.id for row in CATALOGUE.judged() if not row.check][::EVERY]
ON_RESPONSES: Final = [
    f"{row.id}@{row.operations[number % len(row.operations)]}"
    for number, row in enumerate(row for row in CATALOGUE.judged() if row.check)
]


def verdicts(folder: Path, *only: str) -> tuple[Mapping[tuple[str, str], Outcome], int]:
    """Judge a right emulator that waits for nobody; return the verdicts and how many requests it took."""
    with embedded_target() as target:
        hasty = target.model_copy(update={"consistency_timeout": 0.6, "idle": 0.3})
        run = new_run(Options(report_dir=folder, seed=1, only=only), hasty, CATALOGUE)
        report = run_scenarios(run, formats=False)
    return {each.pair: each.outcome for each in report.verdicts}, report.requests.total


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Mapping[tuple[str, str], Outcome], int]:
    """Return the verdicts of a run of everything, and its requests."""
    return verdicts(tmp_path_factory.mktemp("whole"))


@pytest.mark.slow
@pytest.mark.parametrize("selector", [*BY_SCENARIO, *ON_RESPONSES])
def test_a_requirement_run_alone_gets_the_verdict_of_the_whole_run(
    whole: tuple[Mapping[tuple[str, str], Outcome], int], tmp_path: Path, selector: str
) -> None:
    """Whatever exercises it is run with it: nothing is left as what no response exercised."""
    alone, requests = verdicts(tmp_path, selector)
    assert alone == {pair: whole[0][pair] for pair in alone}
    assert set(alone.values()) <= {Outcome.PASS, Outcome.OBSERVED}
    assert requests < whole[1]
