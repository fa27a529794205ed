"""The hooks: options, selection, one `Judge` a scenario, a verdict for whatever ends a scenario early."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pytest

from conformance.client import Client
from conformance.errors import ConformanceError, NotJudged, UsageError, Violation
from conformance.ledger.unique_names import Unique
from conformance.results.verdicts import Outcome, is_red
from conformance.run.lifecycle import finish, stop
from conformance.run.pytest_plugin.judge import Judge
from conformance.run.run import PROFILES, Options, Run, load_claims, new_run
from conformance.targets.opened import open_target
from conformance.targets.variables import refuse_unmeant

RUN: Final = pytest.StashKey[Run]()
OWNED: Final = pytest.StashKey[ExitStack]()
JUDGE: Final = pytest.StashKey[Judge]()
DECLARED: Final = pytest.StashKey[tuple[tuple[str, str], ...]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the options of ``conformance run`` that make sense to pytest."""
    group = parser.getgroup("conformance")
    group.addoption("--target", help="target of the targets file; none: the built-in emulator")
    group.addoption("--targets", help="targets file (default targets.toml)")
    group.addoption("--profile", choices=PROFILES, default="quick")
    group.addoption("--report-dir", help="report folder (default reports/<run id>)")
    group.addoption(
        "--only", action="append", default=[], metavar="SELECTOR", help="requirement, operationId or tag"
    )
    group.addoption("--seed", type=int, default=None, help="seed of the generated data")
    group.addoption("--max-requests", type=int, default=None)
    group.addoption("--read-only", action="store_true")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker; where pytest itself was called, open the run that `conformance run` brings."""
    config.addinivalue_line("markers", "verifies(*ids): the requirements that a scenario judges")
    config.addinivalue_line(
        "markers", "prepares(*ids): the requirements that a later scenario judges on what this one makes"
    )
    config.addinivalue_line("markers", "order(when): early, late, last or generated")
    if RUN in config.stash or config.option.help:
        return
    option = config.option
    stack = ExitStack()
    options = Options(
        profile=option.profile,
        report_dir=Path(option.report_dir) if option.report_dir else None,
        only=tuple(option.only),
        seed=option.seed,
        max_requests=option.max_requests,
        read_only=option.read_only,
    )
    try:
        for name in ("target", "targets", "report_dir", "only"):
            refuse_unmeant(f"--{name.replace('_', '-')}", getattr(option, name))
        file = Path(option.targets) if option.targets else None
        catalogue = load_claims()
        target = stack.enter_context(open_target(option.target or "", file, catalogue))
        config.stash[RUN] = new_run(options, target, catalogue)
    except UsageError as error:
        stack.close()
        raise pytest.UsageError(str(error)) from error
    config.stash[OWNED] = stack


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the scenarios that judge something selected that the target has everything for."""
    run = config.stash[RUN]
    kept: list[pytest.Item] = []
    dropped: list[pytest.Item] = []
    for item in items:
        item.stash[DECLARED] = declared = _declared(item, run)
        wanted = [pair for pair in declared if pair in run.selected]
        apply = any(not run.unmet(r) and (run.writes or run.catalogue.operations[o].safe) for r, o in wanted)
        (kept if apply else dropped).append(item)
    items[:] = sorted(kept, key=_place)
    config.hook.pytest_deselected(items=dropped)


ORDER: Final = {"early": -1, "late": 1, "last": 2, "generated": 3}


def _place(item: pytest.Item) -> int:
    marker = item.get_closest_marker("order")
    return ORDER[marker.args[0]] if marker else 0


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tell a scenario with an `operation` once for each operation of the requirements that it judges."""
    if "operation" not in metafunc.fixturenames:
        return
    rows = metafunc.config.stash[RUN].catalogue.rows
    marker = metafunc.definition.get_closest_marker("verifies")
    ids = marker.args if marker else ()
    metafunc.parametrize(
        "operation", list(dict.fromkeys(o for r in ids if r in rows for o in rows[r].operations))
    )


def _declared(item: pytest.Item, run: Run) -> tuple[tuple[str, str], ...]:
    """Return the pairs that a scenario declares; a parameter `operation` narrows several operations."""
    marker = item.get_closest_marker("verifies") or item.get_closest_marker("prepares")
    pairs = []
    callspec = getattr(item, "callspec", None)
    operation = callspec.params.get("operation") if callspec else None
    for requirement in marker.args if marker else ():
        row = run.catalogue.rows.get(requirement)
        if row is None or row.excluded:
            message = (
                f"{item.nodeid} verifies {requirement}, which is {'excluded' if row else 'no requirement'}"
            )
            raise pytest.UsageError(message)
        pairs += [(requirement, o) for o in row.operations if operation is None or o == operation]
    return tuple(pairs)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give the scenario its judge before any fixture sends something."""
    run = item.config.stash[RUN]
    declared = item.stash[DECLARED] if item.get_closest_marker("verifies") else ()
    judge = Judge(run, _name(item), declared)
    item.stash[JUDGE] = judge
    order = item.get_closest_marker("order")
    if order is not None and "generated" in order.args:
        run.generated.add(judge.scenario)
    run.client.scenario = lambda: judge.scenario
    run.client.watch(judge.exchanges)


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
        _give_up(judge, call.excinfo.value)
        _note_what_is_not_prepared(item, judge.run, call.excinfo.value)
    elif call.when == "call":
        _explain_what_is_open(judge)
    if call.when == "call" and judge.failures:
        report.outcome = "failed"
        report.longrepr = judge.run.redactor.mask("\n".join(judge.failures))
    elif report.failed:
        report.longrepr = judge.run.redactor.mask(str(report.longrepr))
    return report


def _note_what_is_not_prepared(item: pytest.Item, run: Run, error: BaseException) -> None:
    """Remember why a later scenario will find nothing to judge."""
    if item.get_closest_marker("prepares"):
        for pair in item.stash[DECLARED]:
            run.notes.setdefault(pair, run.redactor.mask(f"what it needs was not prepared: {error}")[:500])


def _explain_what_is_open(judge: Judge) -> None:
    run = judge.run
    for pair in judge.open():
        reason = run.notes.get(pair) or run.stopped or run.client.budget.stopped
        judge.give_up(Outcome.CANNOT_JUDGE, reason or "the scenario ended without judging it", only=pair)


def _give_up(judge: Judge, error: BaseException) -> None:
    mask = judge.run.redactor.mask
    match error:
        case NotJudged():
            judge.give_up(Outcome.CANNOT_JUDGE, mask(error.reason), error.evidence)
        case Violation():
            reason = f"a prerequisite failed: expected {error.expected}; got {error.actual}"
            judge.give_up(Outcome.CANNOT_JUDGE, mask(reason), error.evidence)
        case _:
            whose = "" if isinstance(error, ConformanceError) else f"{type(error).__name__}: "
            judge.give_up(Outcome.HARNESS_ERROR, mask(f"{whose}{error}")[:500])
            judge.run.harness_errors.append(mask(f"{judge.scenario}: {whose}{error}"))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Undo, settle and report when pytest itself was called, and let its exit code be the run's."""
    stack = session.config.stash.get(OWNED, None)
    if stack is None or session.config.option.collectonly:
        return
    run = session.config.stash[RUN]
    with stack:
        if exitstatus == pytest.ExitCode.INTERRUPTED:
            stop(run, "interrupted, or a module of scenarios cannot be read")
        if session.testscollected or exitstatus in (0, 1, 5):
            document = finish(run)
            session.exitstatus = document["exit_code"]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say where the report is."""
    run = config.stash.get(RUN, None)
    if run is None or OWNED not in config.stash:
        return
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
    told: Judge = request.node.stash[JUDGE]
    return told


@pytest.fixture(scope="session")
def unique(run: Run) -> Unique:
    """Return a maker of names that no other run and no other scenario has: ``unique("zone")``."""
    return Unique(run.prefix)
