"""The one index of `@verifies`: which scenarios judge which requirement, as a run would collect them."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conformance.claims.folders import contract_dir
from conformance.claims.requirements import Catalogue
from conformance.claims.scenarios import Scenario
from conformance.errors import HarnessError
from conformance.run.pytest_plugin.collection import CATALOGUE, verified_by
from conformance.run.pytest_plugin.inner import run_pytest


@dataclass
class _Collector:
    """Keeps the scenarios by requirement as pytest collects them."""

    catalogue: Catalogue
    folder: Path
    found: dict[str, dict[Scenario, None]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Let the plugin know the requirements, and no run."""
        config.stash[CATALOGUE] = self.catalogue

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep why a module of the contract could not be read."""
        if report.failed:
            self.problems.append(str(report.longrepr))

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Enter a scenario under each requirement that it verifies."""
        for requirement in verified_by(item):
            self.found.setdefault(requirement, {})[self._scenario(item)] = None

    def _scenario(self, item: pytest.Item) -> Scenario:
        assert isinstance(item, pytest.Function)  # noqa: S101 - the contract has no other kind of test
        return Scenario(
            item.path.relative_to(self.folder).as_posix(),
            item.function.__code__.co_firstlineno,
            item.originalname,
            " ".join((inspect.getdoc(item.function) or "").split()),
        )


def scenarios_by_requirement(catalogue: Catalogue) -> dict[str, tuple[Scenario, ...]]:
    """Return the scenarios of the contract that verify each requirement, in the order of the files.

    A module that cannot be read is a `HarnessError`. Nothing is sent.
    """
    folder = contract_dir()
    collector = _Collector(catalogue, folder)
    code, output = run_pytest(folder, "--collect-only", plugins=[collector])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise HarnessError("\n".join(collector.problems) or output)
    return {requirement: tuple(scenarios) for requirement, scenarios in collector.found.items()}
