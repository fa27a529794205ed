"""What scenarios leave for later waits together, and in an order that no delay changes."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Final

import pytest

from conformance.targets.model import Target
from tests.suite.run.scenarios import run_scenarios, scenario
from tests.suite.toy_api import Checkout

GET: Final = "bulbs.get.answers-200"
COLOUR: Final = "bulbs.get.colour"
LATE: Final = """\
import time

def judged(run, judge, name):
    with judge("bulbs.get.colour") as seen:
        get(run, name)
        seen.observed(name)

def until(seconds):
    end = time.monotonic() + seconds
    return lambda: end - time.monotonic()

"""
SILENT: Final = "judge.after_silence({silence}, lambda: judged(run, judge, '{name}'))"
WAITING: Final = """\
def again():
    get(run, '{name}-asked')
    judge.after(until({seconds}), lambda: judged(run, judge, '{name}-again'))
judge.after(until({seconds}), again)"""
GENERATED: Final = """\
import random
for bulb in random.Random(run.seed).sample(["attic", "cellar", "desk", "hall"], 3):
    get(run, bulb)
judged(run, judge, "generated")"""


def late_scenarios(seconds: float, silence: float) -> str:
    """Return scenarios that leave something for later: a wait of so many seconds, and silences."""
    return LATE + "".join(
        scenario(body.format(name=name, seconds=seconds, silence=silence), COLOUR, name=name, decorators=mark)
        for name, body, mark in (
            ("generated", GENERATED, '@phase("generated")\n'),
            ("silent", SILENT, ""),
            ("more", SILENT, ""),
            ("waiting", WAITING, '@phase("first")\n'),
            ("end", "judge.at_end(lambda: judged(run, judge, '{name}'))", ""),
            ("plain", "judged(run, judge, '{name}')", ""),
        )
    )


def sent(checkout: Checkout) -> list[tuple[str, float]]:
    """Return what was asked for in the newest run, with the moments in seconds."""
    lines = (checkout.root / "report" / "exchanges.ndjson").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    return [(record["request"]["url"].rpartition("/")[2], record["started"]) for record in records]


def test_the_order_of_requests_is_the_same_whatever_waits(checkout: Checkout, bulb_target: Target) -> None:
    """For each seed the same requests are sent in the same order, with the same outcome, whatever waits."""
    for seed in range(3):
        runs = []
        for seconds, silence in ((0.0, 0.0), (0.15, 0.05), (0.02, 0.1)):
            for old in (checkout.root / "tests" / "contract").glob("test_*.py"):
                old.unlink()
            scenarios = late_scenarios(seconds, silence)
            result = run_scenarios(checkout, bulb_target, scenarios, only=(COLOUR,), seed=seed)
            runs.append(
                ([name for name, _ in sent(checkout)], result.verdicts[COLOUR, "getBulb"]["observed"])
            )
        assert runs == runs[:1] * 3
        assert runs[0][0][:6] == ["plain", "waiting-asked", "silent", "more", "waiting-again", "end"]
        assert runs[0][0][-1] == "generated"


@pytest.mark.parametrize(("profile", "further"), [("quick", 0.3), ("nightly", 0.5)])
def test_nothing_is_sent_in_a_silence(
    checkout: Checkout, bulb_target: Target, profile: str, further: float
) -> None:
    """The first silence is whole in every profile; a quick run keeps less of the ones after it."""
    run_scenarios(checkout, bulb_target, late_scenarios(0.0, 0.5), only=(COLOUR,), profile=profile)
    gaps = {name: moment - before for (_, before), (name, moment) in pairwise(sent(checkout))}
    assert gaps["silent"] >= 0.499  # moments are recorded to the millisecond
    assert gaps["more"] >= further - 0.001


def test_a_run_that_is_stopped_waits_no_more(checkout: Checkout, bulb_target: Target) -> None:
    """What was left for later when a run is stopped cannot be judged, and nobody waits for it."""
    body = """\
judge.after(lambda: 600.0, lambda: get(run, "desk"))
judge.after_silence(600.0, lambda: judged(run, judge, "desk"))
run.client.budget.stop("enough")"""
    result = run_scenarios(checkout, bulb_target, LATE + scenario(body, GET, COLOUR), only=(GET, COLOUR))
    assert result.of(GET) == ("CANNOT_JUDGE", "enough")
    assert result.of(COLOUR) == ("CANNOT_JUDGE", "enough")
    assert not (checkout.root / "report" / "exchanges.ndjson").exists()
