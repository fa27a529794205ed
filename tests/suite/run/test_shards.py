"""More processes: what another shard finds, sends and suffers is booked on the run."""

from __future__ import annotations

import json
import multiprocessing
from typing import Final

from conformance.results.verdicts import Outcome
from conformance.run.open import new_run
from conformance.run.options import Options
from conformance.run.pytest_plugin.launch import run_scenarios
from conformance.run.pytest_plugin.shards import Shard, _merge
from conformance.targets.model import Target
from tests.suite.toy_api import ROWS, Checkout

MODEL: Final = "platform.model.agrees"
ROW: Final = f"""\
  - {{id: {MODEL}, operation: getBulb, level: must, basis: schema, expect: it agrees as said,
     generated: true}}
"""
SCENARIO: Final = f'''\
@verifies("{MODEL}")
def test_generated(run, judge):
    """A scenario that fails from every odd seed."""
    with judge("{MODEL}"):
        expect.status(get(run, "attic" if run.seed % 2 else "desk"), 200)
'''


class Dead:
    """A process that was killed."""

    exitcode: Final = -9

    def join(self) -> None:
        """Wait for nothing."""


def test_what_a_shard_finds_is_a_verdict_of_the_run(checkout: Checkout, bulb_target: Target) -> None:
    """From the next seed a second process finds a violation; its requests and its proof are the run's own."""
    checkout.rows(ROWS + ROW)
    checkout.scenarios(SCENARIO)
    options = Options(
        profile="nightly",
        workers=2,
        seed=6,
        only=(MODEL,),
        report_dir=checkout.root / "report",
        max_requests=10,
    )
    report = run_scenarios(new_run(options, bulb_target, checkout.catalogue()), formats=False)
    (verdict,) = report.verdicts
    assert (verdict.outcome, report.exit_code, report.harness_errors) == (Outcome.FAIL, 1, ())
    assert report.requests.per_operation["getBulb"] == 2
    lines = (checkout.root / "report" / "exchanges.ndjson").read_text(encoding="utf-8").splitlines()
    kept = {exchange["id"]: exchange for exchange in map(json.loads, lines)}
    assert len(kept) == 2
    assert [kept[proof]["response"]["status"] for proof in verdict.evidence] == [404]


def test_a_shard_that_ends_badly_is_a_failure_of_the_suite(checkout: Checkout, bulb_target: Target) -> None:
    """A process that died is said, without the secrets that its last words may hold."""
    run = new_run(
        Options(max_requests=9, report_dir=checkout.root / "report"), bulb_target, checkout.catalogue()
    )
    for number, said in ((1, True), (2, False)):
        heard, words = multiprocessing.Pipe(duplex=False)
        if said:
            words.send("OSError: gone with the-token-of-the-owner")
        words.close()
        _merge(run, Shard(number, checkout.root, Dead(), heard))
        heard.close()
    run.client.close()
    assert run.log.harness_errors == [
        "shard 1 ended: OSError: gone with ***",
        "shard 2 ended: it was ended from outside (-9)",
    ]
