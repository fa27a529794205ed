"""Run the cases side by side, each in a process that is forked from one with everything imported."""

from __future__ import annotations

import gc
import multiprocessing
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

from conformance.analysis.causes import signs_of
from conformance.analysis.diagnosis import likenesses
from conformance.claims.requirements import Catalogue
from conformance.errors import ConformanceError
from conformance.proof.cases import HEALTHY, Case, CaseResult, Pair, healthy
from conformance.results.verdicts import VIOLATED, Outcome
from conformance.run.open import new_run
from conformance.run.options import Options
from conformance.run.pytest_plugin.launch import run_scenarios
from conformance.targets.embedded import embedded_target
from conformance.targets.model import Target

IDLE: Final = 0.3
"""Seconds of the pause after which an operation is asked again; defects that need a pause need less."""
LONGEST: Final = 240.0
"""Seconds after which a case is given up."""
WORTH_WARMING: Final = 8
"""More cases than this, and it pays to warm the process that they are forked from."""
UNJUDGED: Final = frozenset({Outcome.CANNOT_JUDGE, Outcome.HARNESS_ERROR})

_FORKS: Final = "fork" in multiprocessing.get_all_start_methods()
_CONTEXT: Final[Any] = multiprocessing.get_context("fork" if _FORKS else "spawn")


def execute(
    cases: Sequence[Case], catalogue: Catalogue, *, workers: int, seed: int = 1
) -> Iterator[CaseResult]:
    """Run every case with profile quick and yield the outcomes as they come; slow cases begin first."""
    ahead = sorted(cases, key=lambda case: (not case.concurrent, case.kind == "defect", -case.patience))
    if len(ahead) > WORTH_WARMING and _FORKS:
        _warm_up(catalogue, seed)
    running: dict[Connection, tuple[Case, BaseProcess, float]] = {}
    try:
        while ahead or running:
            while ahead and len(running) < workers:
                case = ahead.pop(0)
                here, process = _start(case, catalogue, seed)
                running[here] = (case, process, time.monotonic())
            ready = wait(list(running), timeout=1.0)
            for here in list(running):
                case, process, started = running[here]
                if here in ready:
                    yield _received(here, case)
                elif time.monotonic() - started > LONGEST:
                    process.terminate()
                    yield CaseResult(case.name, error=f"not finished after {LONGEST:g} s")
                else:
                    continue
                running.pop(here)
                here.close()
                process.join()
    finally:
        for here, (_, process, _) in running.items():
            process.terminate()
            process.join()
            here.close()


def _warm_up(catalogue: Catalogue, seed: int) -> None:
    """Judge the healthy emulator once in this process: each fork then has every import and cache."""
    run_case(healthy(), catalogue, seed)
    gc.collect()
    gc.freeze()


def _start(case: Case, catalogue: Catalogue, seed: int) -> tuple[Connection, BaseProcess]:
    here, there = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_child, args=(case, catalogue, seed, there))
    process.start()
    there.close()
    return here, process


def _received(here: Connection, case: Case) -> CaseResult:
    try:
        outcome = here.recv()
    except EOFError:
        return CaseResult(case.name, error="the process of this case ended without a word")
    assert isinstance(outcome, CaseResult)  # noqa: S101 - the only thing that a case sends
    return outcome


def _child(case: Case, catalogue: Catalogue, seed: int, there: Connection) -> None:
    gc.disable()  # it lives for seconds: a sixth of its time would go into looking for garbage
    try:
        there.send(run_case(case, catalogue, seed))
    except (ConformanceError, OSError) as error:
        there.send(CaseResult(case.name, error=f"{type(error).__name__}: {error}"))
    finally:
        there.close()


def run_case(case: Case, catalogue: Catalogue, seed: int) -> CaseResult:
    """Judge an emulator with this case's fault, in the scope of the case, and return what the run said."""
    if case.kind != "defect" or case.scope == "exhaustive":
        return _run_once(case, catalogue, seed)
    focused = _run_once(case, catalogue, seed, frozenset(case.breaks))
    if case.scope == "focused" and focused.is_as_declared(case):
        return focused
    whole = _run_once(case, catalogue, seed)
    seconds = round(focused.seconds + whole.seconds, 2)
    if focused.is_as_declared(case) and not whole.is_as_declared(case):
        error = "; ".join(filter(None, [whole.error, "some of its scenarios say caught, all of them do not"]))
        return replace(whole, seconds=seconds, error=error)
    return replace(whole, seconds=seconds)


def _run_once(
    case: Case, catalogue: Catalogue, seed: int, wanted: frozenset[Pair] = frozenset()
) -> CaseResult:
    defects = [] if case.name == HEALTHY else [case.name]
    neighbour = _Neighbour(case, catalogue, seed) if case.concurrent else None
    with embedded_target(defects=defects) as target:
        hasty = target.model_copy(update={"consistency_timeout": case.patience, "idle": IDLE})
        if neighbour is None:
            return judged(case, catalogue, hasty, seed, wanted)
        return neighbour.beside(hasty)


class _Neighbour:
    """A second run on the same emulator; its process begins before the emulator's threads do."""

    def __init__(self, case: Case, catalogue: Catalogue, seed: int) -> None:
        self._case, self._catalogue, self._seed = case, catalogue, seed
        self._here, there = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=_second, args=(case, catalogue, seed + 1, there))
        self._process.start()
        there.close()

    def beside(self, target: Target) -> CaseResult:
        """Judge the target twice at the same time; what either run sees counts."""
        self._here.send(target)
        first = judged(self._case, self._catalogue, target, self._seed)
        second = self._here.recv()
        self._process.join()
        return replace(
            first,
            red={**second.red, **first.red},
            unjudged={**second.unjudged, **first.unjudged},
            exit_code=first.exit_code or second.exit_code,
            error=first.error or second.error,
        )


def _second(case: Case, catalogue: Catalogue, seed: int, there: Connection) -> None:
    there.send(judged(case, catalogue, there.recv(), seed))


def judged(
    case: Case, catalogue: Catalogue, target: Target, seed: int, wanted: frozenset[Pair] = frozenset()
) -> CaseResult:
    """Run every scenario, or what may see what is `wanted`, against the target and sum the verdicts up."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        run = new_run(Options(report_dir=Path(folder), seed=seed, wanted=wanted), target, catalogue)
        run.client.recorder.path = None  # nobody reads the exchanges of a case: its verdicts are kept
        report = run_scenarios(run, formats=False)
        signs = signs_of(report.verdicts, run.client.recorder.exchanges, catalogue)
    return CaseResult(
        case.name,
        {each.pair: each.actual for each in report.verdicts if each.outcome in VIOLATED},
        {each.pair: each.reason for each in report.verdicts if each.outcome in UNJUDGED},
        likenesses(signs),
        tuple(cause.sentence for cause in report.causes),
        int(report.exit_code),
        report.requests.total,
        report.requests.created,
        round(time.monotonic() - started, 2),
        "; ".join(report.harness_errors)[:500],
        exhaustive=not wanted,
    )
