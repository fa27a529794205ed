"""What a run comes to is one pure function: what is retracted and why, what is waived, new, red."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from conformance.analysis.history import RunDigest
from conformance.analysis.waivers import parse
from conformance.claims.openapi import Operation
from conformance.exchange.model import Exchange, Request
from conformance.results.coverage import Coverage
from conformance.results.model import RunReport, WaiverState
from conformance.results.verdicts import ExitCode, Outcome
from conformance.run.settle import Known, Settled, settle
from tests.suite.analysis.runs import document, run, verdict

TODAY = date(2026, 11, 22)
PAIR = ("a.b", "createZone")
PROVEN = {"evidence": ["x0002"]}
WAIVERS = """\
waivers:
  - {requirement: a.b, operation: createZone, target: qa, reason: mended soon, owner: zones team,
     defect: "https://bugs.example.org/7", first_seen: 2026-11-01, expires: EXPIRES}
"""


def exchange(status: int = 201, role: str = "owner", name: str = "x0002") -> Exchange:
    """Return a create with the role's own token that was answered so."""
    operation = Operation("createZone", "zones", "POST", "/zones", "page", (), {}, (), None)
    request = Request("POST", "/zones", operation)
    return Exchange(name, role, request, "https://qa.example.org/zones", {}, None, 0.0, 1.0, status=status)


def settled(booked: RunReport, *exchanges: Exchange, foreign: bool = False, **more: Any) -> Settled:
    """Settle a run of which these exchanges are known."""
    known = Known(
        exchanges={each.id: each for each in exchanges or (exchange(),)},
        is_foreign=lambda _: foreign,
        checks=(),
        today=TODAY,
    )
    return settle(booked, replace(known, **more))


@pytest.mark.parametrize(
    ("exchanges", "foreign", "reason"),
    [
        ((exchange(),), False, ""),
        ((exchange(401),), False, "the target answers 401 to whatever role owner sends"),
        ((exchange(401), exchange(200, name="x0003")), False, ""),
        ((exchange(401), exchange(200, role="reader", name="x0003")), False, "answers 401 to whatever"),
        ((exchange(),), True, "it was about something that this run turned out not to have created"),
        ((exchange(name="x0009"),), True, ""),
    ],
)
def test_a_violation_that_rests_on_nothing_that_proves_it_is_retracted(
    exchanges: tuple[Exchange, ...], reason: str, *, foreign: bool
) -> None:
    """A token that was never taken, or a thing of somebody else, proves no violation; it says why."""
    booked = run(verdict("a.b"))
    found = settled(booked, *exchanges, foreign=foreign)
    (kept,) = found.report.verdicts
    if reason:
        assert (kept.outcome, found.report.exit_code) == (Outcome.CANNOT_JUDGE, ExitCode.CANNOT_JUDGE)
        assert reason in kept.reason
        assert found.retracted == {PAIR: kept.reason}
    else:
        assert (kept.outcome, found.report.exit_code) == (Outcome.FAIL, ExitCode.VIOLATION)
        assert found.retracted == {}


def test_a_pass_that_nothing_proves_is_retracted() -> None:
    """A refusal proves nothing where the operation was never seen to succeed."""
    booked = run(verdict("a.b", "PASS", **PROVEN))
    assert settled(booked).report.exit_code is ExitCode.CONFORMS
    found = settled(booked, exchange(422))
    assert found.report.exit_code is ExitCode.CANNOT_JUDGE
    assert "nothing proves it" in found.retracted[PAIR]


@pytest.mark.parametrize(
    ("kind", "expires", "state", "code"),
    [
        ("FAIL", "2026-11-30", WaiverState.ACTIVE, ExitCode.CONFORMS),
        ("FAIL", "2026-11-21", WaiverState.EXPIRED, ExitCode.VIOLATION),
        ("PASS", "2026-11-30", WaiverState.STALE, ExitCode.VIOLATION),
    ],
)
def test_a_waiver_covers_until_its_day_and_is_red_after_it(
    kind: str, expires: str, state: WaiverState, code: ExitCode
) -> None:
    """One that is over, or that covers nothing any more, makes the run red whatever else there is."""
    waivers = parse(WAIVERS.replace("EXPIRES", expires), "waivers.yaml", today=TODAY)
    report = settled(run(verdict("a.b", kind, **PROVEN)), waivers=waivers).report
    assert (report.waivers[0].state, report.exit_code) == (state, code)
    assert (report.verdicts[0].waived == "mended soon") is (state is WaiverState.ACTIVE)


def test_a_new_requirement_is_not_red_until_earlier_runs_agree() -> None:
    """It is reported as violated and as provisional; three runs that saw the same establish it."""
    content = document(verdict("a.b"))
    content["requirements"]["a.b"]["since"] = "2026-11-20"
    booked = RunReport.model_validate(content)
    found = settled(booked).report
    assert (found.exit_code, found.is_provisional("a.b")) == (ExitCode.CONFORMS, True)
    past = [RunDigest(run_id="x", started="2026-11-21", verdicts={"a.b|createZone": "FAIL"})] * 3
    found = settled(booked, past=past).report
    assert (found.exit_code, found.is_provisional("a.b")) == (ExitCode.VIOLATION, False)


def test_against_a_baseline_only_what_is_new_is_red() -> None:
    """The old violation is green there; what could not be judged still is not health."""
    booked, healthy = run(verdict("a.b"), night=2), run(verdict("a.b", "PASS"))
    found = settled(booked, baseline=run(verdict("a.b")))
    assert found.report.exit_code is ExitCode.CONFORMS
    assert found.comparison is not None
    assert settled(booked, baseline=healthy).report.exit_code is ExitCode.VIOLATION
    lost = run(verdict("a.b", "CANNOT_JUDGE"), night=2)
    assert settled(lost, baseline=healthy).report.exit_code is ExitCode.CANNOT_JUDGE


@pytest.mark.parametrize(
    ("more", "kind", "code"),
    [
        ({"harness_errors": ["it broke"]}, "PASS", ExitCode.USAGE),
        ({"harness_errors": ["it broke"]}, "FAIL", ExitCode.VIOLATION),
        ({"complete": False}, "PASS", ExitCode.CANNOT_JUDGE),
        ({"strict": True}, "DEVIATION", ExitCode.VIOLATION),
        ({}, "DEVIATION", ExitCode.CONFORMS),
    ],
)
def test_the_exit_code_says_the_gravest(more: dict[str, Any], kind: str, code: ExitCode) -> None:
    """A proven violation comes first, then the suite's own failure, then what was not judged."""
    assert settled(run(verdict("a.b", kind, **PROVEN), **more)).report.exit_code is code


def test_nothing_that_was_booked_is_changed() -> None:
    """Settling twice gives the same, and the booked report is as it was."""
    booked = run(verdict("a.b"), verdict("c.d", "PASS", **PROVEN))
    before = booked.to_document()
    assert settled(booked, exchange(401)) == settled(booked, exchange(401))
    assert booked.to_document() == before


@pytest.mark.parametrize(
    ("outcome", "asked", "code"),
    [
        ("PASS", 50, ExitCode.CONFORMS),
        ("PASS", 51, ExitCode.CANNOT_JUDGE),
        ("FAIL", 51, ExitCode.VIOLATION),
        ("CANNOT_JUDGE", 50, ExitCode.CANNOT_JUDGE),
    ],
)
def test_a_run_that_covers_less_than_was_asked_for_does_not_conform(
    outcome: str, asked: float, code: ExitCode
) -> None:
    """A violation says more than a gap; without one, the gap is why the run could not judge."""
    booked = run(verdict("a.b", outcome, evidence=["x0002"]), min_coverage=asked)
    found = settled(
        booked, covers=lambda verdicts: Coverage(documented=2 * len(verdicts), exercised=1, judged=1)
    )
    assert (found.report.exit_code, found.report.coverage is not None) == (code, True)
