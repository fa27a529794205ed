"""One run with one accident, and everything that is wrong about how the run took it."""

from __future__ import annotations

import json
import re
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from conformance.claims.requirements import Catalogue
from conformance.proof.fault_proxy import Behaviour, FaultProxy, ReceivedRequest, fault_proxy
from conformance.proof.torture.accidents import ACCIDENTS, VISIBLE, at
from conformance.results.exchange_log import recorded_exchanges
from conformance.results.model import RunReport
from conformance.results.verdicts import VIOLATED, ExitCode, Outcome
from conformance.run.open import new_run
from conformance.run.options import Options
from conformance.run.pytest_plugin.launch import run_scenarios
from conformance.targets.model import Target

VARIABLE: Final = re.compile(r"(?<=/)[^/?]*[^A-Za-z/?-][^/?]*|\?.*")
"""What of a path differs from one run to the next."""
HASTE: Final = {
    "connect_timeout": 2.0,
    "read_timeout": 0.4,
    "total_timeout": 0.8,
    "consistency_timeout": 0.4,
    "idle": 0.05,
}
"""Seconds: a run that waits for a response that never comes is to end soon."""
PATIENCE: Final = {
    "connect_timeout": 10.0,
    "read_timeout": 10.0,
    "total_timeout": 20.0,
    "consistency_timeout": 5.0,
    "idle": 0.05,
}
"""Seconds: an emulator that a busy machine holds up has answered by then."""


@dataclass(frozen=True, slots=True)
class Ordeal:
    """What happens to which request of which run; `only` are the requirements that the run judges."""

    only: tuple[str, ...]
    number: int
    request: str
    accident: str


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run took it; `problems` are empty where it took it well.

    `repeated` is one that took it well only with time-outs that a busy machine keeps.
    """

    ordeal: Ordeal
    exit_code: int
    problems: tuple[str, ...] = ()
    repeated: bool = False


def undisturbed(emulator: Target, only: tuple[str, ...], catalogue: Catalogue, seed: int) -> list[str]:
    """Return the requests of a run of these requirements to which nothing happens, each in a few words."""
    hasty = emulator.model_copy(update=HASTE)
    _, proxy = _run(hasty, only, catalogue, seed, ReceivedRequest.hand_on)
    return [in_words(each.method, each.path) for each in proxy.seen]


def in_words(method: str, path: str) -> str:
    """Return a request without what differs from one run to the next."""
    return f"{method} {VARIABLE.sub('…', path)}"


def undergo(emulator: Target, ordeal: Ordeal, catalogue: Catalogue, seed: int) -> Ending:
    """Run with this accident and return how it ended; what the emulator holds is counted there.

    A run that takes it badly is repeated once, patiently: what a busy machine does to time-outs of 0.4
    seconds is nothing that happened to the request.
    """
    hasty = _undergo(emulator.model_copy(update=HASTE), ordeal, catalogue, seed)
    if not hasty.problems:
        return hasty
    patient = _undergo(emulator.model_copy(update=PATIENCE), ordeal, catalogue, seed)
    return replace(patient, repeated=not patient.problems)


def _undergo(emulator: Target, ordeal: Ordeal, catalogue: Catalogue, seed: int) -> Ending:
    before = held(emulator)
    report, _ = _run(emulator, ordeal.only, catalogue, seed, at(ordeal.number, ACCIDENTS[ordeal.accident]))
    problems = [*_left(before, held(emulator)), *_wrong(report[0], report[1], ordeal.accident)]
    return Ending(ordeal, int(report[0].exit_code), tuple(problems))


def _run(
    emulator: Target, only: tuple[str, ...], catalogue: Catalogue, seed: int, behave: Behaviour
) -> tuple[tuple[RunReport, frozenset[str]], FaultProxy]:
    """Run these requirements through a proxy; return the report with the exchanges that were disturbed."""
    with tempfile.TemporaryDirectory() as folder, fault_proxy(emulator.base_url, behave) as proxy:
        changed = {
            "base_url": proxy.url,
            "token_url": emulator.token_url.replace(emulator.base_url, proxy.url),
        }
        target = emulator.model_copy(update=changed)
        options = Options(report_dir=Path(folder), seed=seed, only=only)
        report = run_scenarios(new_run(options, target, catalogue), formats=False)
        disturbed = frozenset(
            each.id
            for each in recorded_exchanges(Path(folder))
            if each.failure or each.status == "500" or (each.response is not None and each.response.truncated)
        )
        proxy.wait_until_idle()
    return (report, disturbed), proxy


def held(emulator: Target) -> Mapping[str, Any]:
    """Return how many things of each kind the emulator holds, as it says itself."""
    with urllib.request.urlopen(f"{emulator.base_url}/_emulator/state", timeout=30) as response:  # noqa: S310 - the emulator's own address
        counts: dict[str, Any] = json.load(response)
    return counts


def _left(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for kind in sorted(before.keys() | after.keys()):
        if before.get(kind) != after.get(kind):
            yield f"left behind: {before.get(kind)} {kind} before, {after.get(kind)} after"


def _wrong(report: RunReport, disturbed: frozenset[str], accident: str) -> Iterator[str]:
    """Yield what is wrong with what a run reports of an accident."""
    if report.leaks:
        yield f"leak reported: {report.leaks[0].what} ({report.leaks[0].error})"
    if report.harness_errors:
        yield f"harness error: {report.harness_errors[0]}"
    expected = expected_exit(report)
    if report.exit_code != expected:
        yield f"exit code {report.exit_code}, where the verdicts mean {expected}"
    for verdict in report.verdicts:
        if verdict.outcome is Outcome.HARNESS_ERROR:
            yield f"harness error: {verdict.requirement}: {verdict.reason}"
        if verdict.outcome in VIOLATED and not (accident in VISIBLE and disturbed & set(verdict.evidence)):
            yield f"violated: {verdict.requirement}: {verdict.actual}"


def expected_exit(report: RunReport) -> ExitCode:
    """Return the exit code that these verdicts mean (the table of exit codes, written once more)."""
    outcomes = {verdict.outcome for verdict in report.verdicts}
    if Outcome.FAIL in outcomes:
        return ExitCode.VIOLATION
    if Outcome.CANNOT_JUDGE in outcomes or not report.complete:
        return ExitCode.CANNOT_JUDGE
    return ExitCode.CONFORMS
