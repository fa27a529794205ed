"""Every rule holds on two unlike servers, and is violated by the mutation that proves it on each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import pytest

from conformance.checks.statuses import carried_out
from conformance.claims.folders import specs_dir
from conformance.claims.requirements import Catalogue
from conformance.claims.rules import load_rules
from conformance.results.verdicts import VIOLATED, Outcome
from conformance.targets.model import Target
from tests.suite.run.derived.board_api import BoardApi
from tests.suite.run.derived.judged import added, judged, verdicts
from tests.suite.run.derived.small_server import served
from tests.suite.run.derived.targets import target_of
from tests.suite.run.derived.vault_api import VaultApi

RULES: Final = load_rules(specs_dir())
PROVEN: Final = sorted(name for name, rule in RULES.items() if rule.mutation)
UNIQUE: Final = {"BoardApi": {"unique": ["createBoard.name"]}, "VaultApi": {}}
NOT_THERE: Final = {("VaultApi", "extra-member"), ("VaultApi", "duplicate-member")}
"""Rules that one of the servers does not fall under."""


@dataclass
class Judged:
    """A small API that is served, as a target with its claims."""

    api: Any
    target: Target
    catalogue: Catalogue
    folder: Path
    runs: int = 0

    def run(self, *only: str) -> Any:
        """Judge it and return the run."""
        self.runs += 1
        return judged(self.catalogue, self.target, self.folder / str(self.runs), *only)


@pytest.fixture(scope="module", params=[BoardApi, VaultApi], ids=["boards", "vault"])
def small(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judged]:
    """Serve one of the small APIs."""
    api = request.param()
    name = type(api).__name__
    folder = tmp_path_factory.mktemp(name)
    with served(api) as address:
        yield Judged(api, target_of(api, address), added(folder, api.definition(), UNIQUE[name]), folder)


def test_a_healthy_server_violates_nothing_and_nothing_is_left_on_it(small: Judged) -> None:
    """Nearly everything is judged, nothing is violated, and what the run created is deleted."""
    small.api.clear()
    run = small.run()
    found = verdicts(run)
    assert len(found) == len(small.catalogue.rows)
    assert not [(n, v.actual) for n, v in found.items() if v.outcome in VIOLATED]
    assert not [(n, v.reason) for n, v in found.items() if v.outcome is Outcome.HARNESS_ERROR]
    open_ones = {n: v.reason for n, v in found.items() if v.outcome is Outcome.CANNOT_JUDGE}
    assert not {n: why for n, why in open_ones.items() if "nothing of ours that may change" not in why}, (
        open_ones
    )
    assert run.log.leaks == []


def test_no_pass_rests_on_refusals_alone(small: Judged) -> None:
    """What holds was seen beside a success, and no request was sent to a path without its values."""
    small.api.clear()
    run = small.run()
    sent = run.client.recorder.exchanges
    held = {name: verdict for name, verdict in verdicts(run).items() if verdict.outcome is Outcome.PASS}
    assert held
    for name, verdict in held.items():
        assert any(carried_out(sent[each]) for each in verdict.evidence), name
    assert not [each for each in sent.values() if "{" in unquote(each.request.path)]


@pytest.mark.parametrize("rule", PROVEN)
def test_a_rule_is_violated_by_the_mutation_that_proves_it(small: Judged, rule: str) -> None:
    """The rule turns red on the mutation that its row of rules.yaml names."""
    rows = sorted(row.id for row in small.catalogue.judged() if row.rule == rule)
    if (type(small.api).__name__, rule) in NOT_THERE:
        assert rows == []
        return
    assert rows
    small.api.clear()
    small.api.broken = RULES[rule].mutation
    run = small.run(*rows)
    small.api.broken = ""
    found = verdicts(run)
    red = {n for n, v in found.items() if v.outcome in {*VIOLATED, Outcome.OBSERVED}}
    assert red & set(rows), {n: v.reason for n, v in found.items()}
