"""Runs the contract's scenarios inside this process and returns its report."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conformance.claims.folders import contract_dir
from conformance.results.model import RunReport
from conformance.run.derived.judging import judge_derived
from conformance.run.lifecycle import finish, stop
from conformance.run.pytest_plugin.collection import RUN
from conformance.run.pytest_plugin.inner import run_pytest
from conformance.run.run import Run
from conformance.run.signals import stopped_by_signals

Progress = Callable[[Run, str], None]
"""Called with the scenario that begins, as a sentence; with "" when what the run created is deleted."""


class RunInjector:
    """Hands a run to the plugin, tells which scenario begins, and keeps what could not be collected."""

    def __init__(self, run: Run, progress: Progress) -> None:
        self.run = run
        self.progress = progress
        self.problems: list[str] = []
        self._ahead: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Put the run where the plugin looks for it."""
        config.stash[RUN] = self.run

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Learn which scenarios there are."""
        self._ahead = [item.nodeid for item in session.items]

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Say which scenario begins, and how many there are."""
        name = nodeid.rsplit("::", 1)[-1].removeprefix("test_").replace("_", " ")
        self.progress(self.run, f"{self._ahead.index(nodeid) + 1} of {len(self._ahead)}: {name}")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep why a module of the contract could not be read."""
        if report.failed:
            self.problems.append(str(report.longrepr))


def run_scenarios(run: Run, progress: Progress = lambda *_: None, *, formats: bool = True) -> RunReport:
    """Run every scenario of the contract that is selected, undo, write the report and return it."""
    injector = RunInjector(run, progress)

    def interrupt(reason: str) -> None:
        stop(run, reason)
        progress(run, "")

    with stopped_by_signals(interrupt):
        code: int = pytest.ExitCode.OK
        output = ""
        try:
            judge_derived(run, lambda what: progress(run, what))
        except KeyboardInterrupt:
            stop(run, "interrupted")
        if not all(run.catalogue.rows[requirement].rule for requirement, _ in run.selected):
            code, output = run_pytest(contract_dir(), plugins=[injector])
        if injector.problems:
            stop(run, "a module of scenarios cannot be read")
        elif code == pytest.ExitCode.INTERRUPTED:
            stop(run, "interrupted")
        if code in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR) or injector.problems:
            run.log.harness_errors.append(run.redactor.mask("\n".join(injector.problems) or output)[-2000:])
        progress(run, "")
        return finish(run, formats=formats)
