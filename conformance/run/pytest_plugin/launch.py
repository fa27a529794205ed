"""Runs the contract's scenarios inside this process and returns its report."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable
from typing import Final

import pytest

from conformance.claims.folders import cache_dir, contract_dir
from conformance.generate.schemathesis_adapter import keep_caches_in
from conformance.results.model import RunReport
from conformance.run.lifecycle import finish, stop, stopped_by_signals
from conformance.run.pytest_plugin import plugin
from conformance.run.pytest_plugin.shards import sharded
from conformance.run.run import Run

QUIET: Final = (
    "-q", "--no-header", "--no-summary", "--tb=native", "--assert=plain", "--import-mode=importlib",
    "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:allure_pytest", "-p", "no:cov", "-p", "no:xdist",
    "-p", "no:schemathesis", "-p", "no:itwin-emulator", "-p", "no:terminalreporter", "-p", "no:logging",
    "-p", "no:faulthandler", "-p", "no:unraisableexception", "-p", "no:threadexception",
)  # fmt: skip
Progress = Callable[[Run, str], None]


class _Bring:
    """Hands a run to the plugin and tells how far it is."""

    def __init__(self, run: Run, progress: Progress) -> None:
        self.run = run
        self.progress = progress
        self.problems: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Put the run where the plugin looks for it."""
        config.stash[plugin.RUN] = self.run

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Say which scenario begins."""
        self.progress(self.run, nodeid.rsplit("::", 1)[-1])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep why a module of the contract could not be read."""
        if report.failed:
            self.problems.append(str(report.longrepr))


def judge(run: Run, progress: Progress = lambda *_: None, *, formats: bool = True) -> RunReport:
    """Run every scenario of the contract that is selected, undo, write the report and return it."""
    bring = _Bring(run, progress)
    keep_caches_in(cache_dir() / "hypothesis")
    folder = contract_dir()
    arguments = [
        str(folder),
        f"--rootdir={folder}",
        "-c",
        os.devnull,
        *QUIET,
        "-p",
        "conformance.run.pytest_plugin",
    ]
    output = io.StringIO()
    with stopped_by_signals(lambda reason: stop(run, reason)):
        with sharded(run), contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            code = _without_options_of_others(lambda: pytest.main(arguments, plugins=[bring]))
        if bring.problems:
            stop(run, "a module of scenarios cannot be read")
        elif code == pytest.ExitCode.INTERRUPTED:
            stop(run, "interrupted")
        if code in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR) or bring.problems:
            run.harness_errors.append(
                run.redactor.mask("\n".join(bring.problems) or output.getvalue())[-2000:]
            )
        return finish(run, formats=formats)


def _without_options_of_others(call: Callable[[], int]) -> int:
    """Call it without the options that a user gives to tests of their own: `-x` would end a run."""
    kept = os.environ.pop("PYTEST_ADDOPTS", None)
    try:
        return call()
    finally:
        if kept is not None:
            os.environ["PYTEST_ADDOPTS"] = kept
