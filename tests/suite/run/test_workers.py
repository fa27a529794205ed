"""More processes: each judges a shard, one report comes out, and one that dies is said."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from conformance.results.model import RunReport
from conformance.results.verdicts import Outcome
from conformance.run import workers
from conformance.run.open import new_run
from conformance.run.options import Options
from conformance.run.pytest_plugin.launch import run_scenarios
from conformance.run.run import Run
from conformance.run.sharding import Shard
from conformance.run.workers import Said, Worker
from conformance.targets.model import Target
from tests.suite.toy_api import ROWS, Checkout

FIRST, SECOND = "bulbs.first.answers", "bulbs.second.answers"
MORE: Final = "".join(
    f"""\
  - {{id: {name}, operation: getBulb, level: must, basis: schema, expect: it answers}}
"""
    for name in (FIRST, SECOND)
)
SCENARIOS: Final = "\n".join(
    f'''
@verifies("{name}")
def test_{name.split(".")[1]}(run, judge):
    """The second bulb is not there."""
    with judge("{name}"):
        expect.status(get(run, "{bulb}"), 200)
'''
    for name, bulb in ((FIRST, "desk"), (SECOND, "attic"))
)


def opened(checkout: Checkout, target: Target, **more: Any) -> Run:
    """Return a run of two processes."""
    options = Options(workers=2, seed=6, only=(FIRST, SECOND), report_dir=checkout.root / "report")
    return new_run(replace(options, **more), target, checkout.catalogue())


def judged(run: Run, target: Target) -> RunReport:
    """Judge without telling how far it is."""
    return workers.judge(run, target, lambda *_: None)


def test_two_processes_give_the_report_of_one(checkout: Checkout, bulb_target: Target) -> None:
    """Verdict for verdict; each request is sent once, and each proof stands among the exchanges."""
    checkout.rows(ROWS + MORE)
    checkout.scenarios(SCENARIOS)
    alone = run_scenarios(opened(checkout, bulb_target, workers=1, report_dir=checkout.root / "alone"))
    report = judged(opened(checkout, bulb_target), bulb_target)
    outcomes = {verdict.pair: verdict.outcome for verdict in report.verdicts}
    assert outcomes == {verdict.pair: verdict.outcome for verdict in alone.verdicts}
    assert outcomes[SECOND, "getBulb"] is Outcome.FAIL
    assert (report.exit_code, report.harness_errors, report.shard) == (1, (), "")
    assert report.requests.per_operation["getBulb"] == alone.requests.per_operation["getBulb"]
    lines = (checkout.root / "report" / "exchanges.ndjson").read_text(encoding="utf-8").splitlines()
    kept = {exchange["id"] for exchange in map(json.loads, lines)}
    assert all(proof in kept for verdict in report.verdicts for proof in verdict.evidence)


class Dead:
    """A process that was killed."""

    exitcode: Final = -9

    def join(self) -> None:
        """Wait for nothing."""


@contextmanager
def dead(run: Run, said: Said) -> Iterator[Worker]:
    """Return a worker that is dead."""
    heard, words = multiprocessing.Pipe()
    words.close()
    with heard:
        yield Worker(Shard(1, 2), run.folder / "shards" / "1", Dead(), heard, said)


def test_a_process_that_ends_badly_is_a_failure_of_the_suite(checkout: Checkout, bulb_target: Target) -> None:
    """It is said, without the secrets that its last words may hold, and nothing of it is judged."""
    for number, (said, why) in enumerate(
        (
            (Said(died_of="OSError: gone with the-token-of-the-owner"), "OSError: gone with ***"),
            (Said(), "it was ended from outside (-9)"),
        )
    ):
        run = opened(checkout, bulb_target, only=(), report_dir=checkout.root / str(number))
        with dead(run, said) as worker:
            worker.tell("nobody hears it")
            report = workers._joined(run, [worker])
        assert report.harness_errors == (f"shard 1/2 ended: {why}",)
        assert report.exit_code == 2
