"""The hooks: options, selection, one `Judge` a scenario, a verdict for whatever ends a scenario early."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack
from typing import Any, Final

import pytest

from conformance.claims.requirements import load_claims, select
from conformance.client import Client
from conformance.errors import UsageError
from conformance.ledger.unique_names import Unique
from conformance.results.verdicts import is_red
from conformance.run.lifecycle import finish, stop
from conformance.run.open import new_run, refuse_earlier_run
from conformance.run.pytest_plugin.collection import (
    CATALOGUE,
    DECLARED,
    RUN,
    chosen,
    declare,
    is_generated,
    left_of,
    of_shard,
    operations_of,
    selectors,
)
from conformance.run.pytest_plugin.judge import Judge
from conformance.run.pytest_plugin.late_checks import (
    JUDGE,
    collect,
    explain_what_is_open,
    give_up,
    take_late_checks,
)
from conformance.run.pytest_plugin.options import add_options, options_of, refuse_what_cannot_work
from conformance.run.run import Run
from conformance.targets.model import Target
from conformance.targets.opened import open_target

OWNED: Final = pytest.StashKey[tuple[ExitStack, Target]]()
"""The target of a run that pytest itself was called for, and what closes it."""


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Offer the options of ``conformance run`` that make sense to pytest."""
    add_options(parser, pluginmanager)


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers; where pytest itself was called, read the claims and open the target."""
    config.addinivalue_line("markers", "verifies(*ids): the requirements that a scenario judges")
    config.addinivalue_line("markers", "phase(when): first, early, sequences or generated")
    option = config.option
    if RUN in config.stash:
        config.stash[CATALOGUE] = config.stash[RUN].catalogue
    if CATALOGUE in config.stash or option.help or option.markers:
        return
    refuse_what_cannot_work(config)
    stack = ExitStack()
    try:
        config.stash[CATALOGUE] = load_claims()
        if not (option.collectonly or option.showfixtures or option.show_fixtures_per_test):
            named = option.conformance_target or ""
            opened = open_target(named, option.conformance_targets, config.stash[CATALOGUE])
            config.stash[OWNED] = stack, stack.enter_context(opened)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None, object, object]:
    """Keep the scenarios that judge something selected that the target has everything for."""
    result = yield  # what others take out or put in another order comes first
    try:
        kept = _kept(config, items)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept
    return result


def _kept(config: pytest.Config, items: list[pytest.Item]) -> list[pytest.Item]:
    """Return the scenarios that are run, or listed; where pytest itself was called, the run begins here."""
    catalogue, only = config.stash[CATALOGUE], tuple(config.option.conformance_only)
    owned = OWNED in config.stash
    if not (owned or only or RUN in config.stash):
        return items
    declare(items, catalogue)
    if RUN not in config.stash:
        left = left_of(select(catalogue, only), items, catalogue)
        if not (owned and left):
            return [item for item in items if left & {*item.stash[DECLARED]}]
        options = options_of(config, selectors(catalogue, only, left))
        refuse_earlier_run(options.report_dir)
        config.stash[RUN] = new_run(options, config.stash[OWNED][1], catalogue)
    return chosen(of_shard(items, config.stash[RUN]), config.stash[RUN])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tell a scenario with an `operation` once for each operation of the requirements that it judges."""
    if "operation" in metafunc.fixturenames:
        metafunc.parametrize("operation", operations_of(metafunc, metafunc.config.stash[CATALOGUE]))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    """Pass over what comes after a run has seen all that it looks for."""
    return True if item.config.stash[RUN].has_seen_it_all else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give the scenario its judge before any fixture sends something."""
    run = item.config.stash[RUN]
    judge = Judge(run, _name(item), item.stash[DECLARED])
    item.stash[JUDGE] = judge
    if is_generated(item):
        run.log.generated.add(judge.scenario)
        take_late_checks(item.session)
    collect(judge)


def _name(item: pytest.Item) -> str:
    return f"{item.path.stem}::{item.name}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the end of a scenario into verdicts, and what pytest shows into something without secrets."""
    report = yield
    judge = item.stash[JUDGE]
    if call.excinfo is not None and call.when != "teardown":
        give_up(judge, call.excinfo.value)
    elif call.when == "call" and not judge.late:
        explain_what_is_open(judge)
    if call.when == "call" and judge.failures:
        report.outcome = "failed"
        report.longrepr = judge.run.redactor.mask("\n".join(judge.failures))
    elif report.failed:
        report.longrepr = judge.run.redactor.mask(str(report.longrepr))
    if call.when == "teardown" and not judge.late:
        judge.exchanges.clear()  # the record of the run has them; a long run stays small
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Take what scenarios left for later, where nothing was generated after them."""
    ended = yield
    take_late_checks(session)
    return ended


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Undo, settle and report when pytest itself was called, and let its exit code be the run's."""
    run = session.config.stash.get(RUN, None)
    if run is None or OWNED not in session.config.stash:
        return
    if exitstatus == pytest.ExitCode.INTERRUPTED:
        stop(run, "interrupted, or a module of scenarios cannot be read")
    elif ended := session.shouldfail or session.shouldstop:
        stop(run, f"pytest ended it early: {ended}")
    session.exitstatus = finish(run).exit_code


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close the target that pytest itself was called for."""
    if OWNED in config.stash:
        config.stash[OWNED][0].close()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say where the report is."""
    run = config.stash.get(RUN, None)
    if run is not None and OWNED in config.stash:
        red = sum(is_red(verdict) for verdict in run.book)
        terminalreporter.write_line(
            f"conformance: {red} violated, {len(run.book)} judged; report in {run.folder}"
        )


@pytest.fixture(scope="session")
def run(pytestconfig: pytest.Config) -> Run:
    """Return the run that the scenarios belong to."""
    return pytestconfig.stash[RUN]


@pytest.fixture(scope="session")
def client(run: Run) -> Client:
    """Return the one sender."""
    return run.client


@pytest.fixture
def judge(request: pytest.FixtureRequest) -> Judge:
    """Return the judge of this scenario."""
    found: Judge = request.node.stash[JUDGE]
    return found


@pytest.fixture(scope="session")
def unique(run: Run) -> Unique:
    """Return a maker of names that no other run and no other scenario has: ``unique("zone")``."""
    return Unique(run.prefix)
