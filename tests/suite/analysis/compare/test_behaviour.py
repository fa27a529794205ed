"""What a target does otherwise is told also where no verdict moved."""

from typing import Any

import pytest

from conformance.analysis.compare import Cause, Kind, compare
from conformance.results.model import RunReport
from tests.suite.analysis.runs import run, verdict

HELD = verdict("a.b", "PASS")
STATUSES = {"createZone": {"201": 40, "409": 10}}


def of(night: int, **more: Any) -> RunReport:
    """Return a run in which everything holds; `more` are its request counts."""
    requests = {"total": 50, "statuses": STATUSES, "latency_ms": {"createZone": 20.0}, **more}
    return run(HELD, night=night, requests=requests)


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        ({"createZone": {"201": 40, "409": 10}}, ()),
        ({"createZone": {"201": 40, "409": 10, "404": 1}}, ()),
        ({"createZone": {"201": 39, "409": 10, "500": 1}}, ("createZone: 500 came once, never before",)),
        (
            {"createZone": {"200": 40, "409": 10}},
            ("createZone: 200 came 40 times, never before; 201 came no more (40 times before)",),
        ),
        (
            {"createZone": {"201": 40, "409": 9, "none": 1}},
            ("createZone: no response came once, never before",),
        ),
        ({"readZone": {"500": 9}}, ()),
    ],
)
def test_new_statuses_are_told(statuses: dict[str, dict[str, int]], said: tuple[str, ...]) -> None:
    """A rare refusal is a seed's matter, a crash or a lost response never is."""
    moved = compare(of(1), of(2, statuses=statuses))
    assert (moved.moves, moved.behaviour) == ((), said)


@pytest.mark.parametrize(("median", "told"), [(60.0, False), (119.0, False), (130.0, True)])
def test_another_latency_is_told_where_it_is_no_mood_of_the_machine(median: float, told: object) -> None:
    """Three times and a tenth of a second at least, in either direction."""
    slower = compare(of(1), of(2, latency_ms={"createZone": median})).behaviour
    faster = compare(of(1, latency_ms={"createZone": median}), of(2)).behaviour
    assert (bool(slower), bool(faster)) == (told, told)


def test_a_run_that_recorded_no_statuses_says_nothing() -> None:
    """What an older suite did not record is no change."""
    assert compare(of(1, statuses={}, latency_ms={}), of(2)).behaviour == ()


def test_new_and_gone_causes_are_told() -> None:
    """By sentence and key; a run of an older schema knew none."""
    cause = {"key": "0b5e5a9325ad", "sentence": "createZone answers 200", "explains": ["a.b@createZone"]}
    well, ill = (
        run(verdict("a.b", outcome), night=night, schema_version="1.2", causes=causes)
        for night, outcome, causes in ((1, "PASS", []), (2, "FAIL", [cause]))
    )
    assert compare(well, ill).causes == ("new cause: createZone answers 200 (0b5e5a9325ad)",)
    assert compare(ill, well).causes == ("gone: createZone answers 200 (0b5e5a9325ad)",)
    assert compare(well.model_copy(update={"schema_version": "1.1"}), ill).causes == ()


def test_limits_explain_what_is_not_judged_and_never_what_is_violated() -> None:
    """What may be sent decides whether something is judged, not how."""
    old = run(HELD, verdict("a.c", "PASS"), night=1)
    new = run(verdict("a.b"), verdict("a.c", "CANNOT_JUDGE"), night=2, limits={"max_requests": 10})
    causes = {move.move: move.causes for move in compare(old, new).moves}
    assert Cause.BUDGET not in causes[Kind.NEW_VIOLATION]
    assert Cause.BUDGET in causes[Kind.NOT_JUDGED]
