"""Since when a cause is there: the first of the runs that saw it without a break."""

from conformance.analysis.causes import since
from conformance.analysis.history.digest import RunDigest, digest_of
from conformance.results.causes import Cause
from tests.suite.analysis.runs import run, verdict

CAUSE = Cause(key="0b5e5a9325ad", sentence="createZone answers 200", explains=("a.b@createZone",))


def past(day: int, outcome: str, *, known: bool = True) -> RunDigest:
    """Return a run of one day that had this verdict, and knew its cause where it is violated."""
    causes = [CAUSE.model_dump(mode="json")] if known and outcome == "FAIL" else []
    return digest_of(run(verdict("a.b", outcome), night=day, causes=causes))


def first(*runs: RunDigest) -> str:
    """Return since which day the cause is there, seen on the ninth."""
    return since(CAUSE, run(verdict("a.b"), night=9, causes=[CAUSE.model_dump(mode="json")]), runs).date[8:]


def test_a_cause_is_there_since_the_first_run_without_a_break() -> None:
    """A run in which it held ends the row, one that could not judge it does not."""
    assert first() == "09"
    assert (
        first(past(1, "FAIL"), past(2, "PASS"), past(3, "FAIL"), past(4, "CANNOT_JUDGE"), past(5, "FAIL"))
        == "03"
    )


def test_runs_of_an_older_schema_saw_it_in_what_they_violated() -> None:
    """They knew no causes."""
    assert first(past(1, "FAIL", known=False), past(2, "FAIL", known=False)) == "01"
