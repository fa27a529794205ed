"""Runs of made-up scenarios against the bulbs, and what came of them."""

from __future__ import annotations

import json
from typing import Any

from conformance.run.open import new_run
from conformance.run.options import Options
from conformance.run.pytest_plugin import launch
from conformance.targets.model import Target
from tests.suite.toy_api import Checkout


class RunResult:
    """What the run's document says of each promise."""

    def __init__(self, document: dict[str, Any]) -> None:
        """Sort the verdicts by requirement and operation."""
        self.document = document
        self.verdicts = {(v["requirement"], v["operation"]): v for v in document["verdicts"]}

    def of(self, requirement: str, operation: str = "getBulb") -> tuple[str, str]:
        """Return verdict and reason."""
        found = self.verdicts[requirement, operation]
        return found["verdict"], found["reason"]

    def scenario(self, requirement: str, operation: str = "getBulb") -> str:
        """Return the scenario that a reason names."""
        return str(self.of(requirement, operation)[1].removeprefix("judged in "))


def run_scenarios(checkout: Checkout, target: Target, scenarios: str, **options: Any) -> RunResult:
    """Run these scenarios against the bulbs and return what came out."""
    checkout.scenarios(scenarios)
    run = new_run(Options(report_dir=checkout.root / "report", **options), target, checkout.catalogue())
    document = launch.run_scenarios(run, formats=False).to_document()
    assert json.loads((checkout.root / "report" / "run.json").read_text(encoding="utf-8")) == document
    return RunResult(document)


def scenario(body: str, *verified: str, decorators: str = "", name: str = "scenario") -> str:
    """Return a scenario with this body that verifies these requirements."""
    marks = f"@verifies({', '.join(map(repr, verified))})\n" if verified else ""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f'{decorators}{marks}def test_{name}(run, judge):\n    """A scenario."""\n{lines}\n'
