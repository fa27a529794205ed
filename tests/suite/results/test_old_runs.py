"""Runs of schema 1.0, with the names of then, are still read, listed, compared, rendered and replayed."""

import json
import shutil
from pathlib import Path

import pytest

from conformance.analysis.compare import Kind, compare
from conformance.analysis.history import open_violations, read_history
from conformance.analysis.replay import Reproduced, parse_violation, replay
from conformance.analysis.replay.sender import sender
from conformance.report.material import kept_comparison
from conformance.report.registry import FORMATS, render
from conformance.results.exchange_log import read_exchanges
from conformance.results.run_json import load_run, write_run
from conformance.results.verdicts import Outcome
from conformance.targets.embedded import embedded_target

VIOLATION = "itwins.resource.duplicate-name-conflicts@createRepositoryResource"
SCENARIO = "test_resources::test_id_and_name_are_taken_by_the_first_create"


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """Return two runs of one target as they were written: it conformed, then it had a defect."""
    return Path(shutil.copytree(Path(__file__).parent / "data" / "schema-1.0", tmp_path / "reports"))


def test_an_old_run_is_read_and_written_with_the_new_names(reports: Path) -> None:
    """What was `variations` is `seen_in` from now on; the scenario and the response of an exchange too."""
    run = load_run(reports / "violated")
    (verdict,) = run.verdicts
    assert (run.causes, run.cause_of(verdict)) == ((), None)
    assert (run.schema_version, verdict.outcome, verdict.seen_in) == ("1.0", Outcome.FAIL, (SCENARIO,))
    write_run(reports / "violated", run.model_copy(update={"schema_version": "1.2"}))
    (row,) = json.loads((reports / "violated" / "run.json").read_text(encoding="utf-8"))["verdicts"]
    assert (row["seen_in"], "variations" in row, "fingerprint" in row) == ([SCENARIO], False, False)
    proof = read_exchanges(reports / "violated")[verdict.evidence[-1]]
    assert (proof.scenario, proof.status) == (SCENARIO, "201")


def test_what_only_an_old_run_says_otherwise_is_understood(reports: Path) -> None:
    """An observation was a fingerprint, and a checked assumption a confirmation."""
    file = reports / "before" / "run.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    document["verdicts"][0] |= {"verdict": "OBSERVED", "level": "unspecified", "fingerprint": "409"}
    document["confirmations"] = [{"behaviour": "a.b", "says": "so", "observed": "so", "confirmed": True}]
    file.write_text(json.dumps(document), encoding="utf-8")
    run = load_run(reports / "before")
    assert run.verdicts[0].observed == "409"
    assert (run.assumptions[0].behaviour, run.assumptions[0].confirmed) == ("a.b", True)


def test_old_runs_are_listed_and_compared(reports: Path) -> None:
    """The history knows since when it is violated, and compare whose change it was."""
    history = read_history(reports)
    before, violated = (load_run(reports / digest.folder) for digest in history.digests)
    assert [violation.since for violation in open_violations(history)] == [violated.run_id]
    assert history.last_comparable(violated) == reports / "before"
    moved = compare(before, violated)
    assert [move.move for move in moved.moves] == [Kind.NEW_VIOLATION]
    kept = kept_comparison(reports / "violated")
    assert kept is not None
    assert [(move.move, move.requirement, move.scenario) for move in kept.moves] == [
        (move.move, move.requirement, move.scenario) for move in moved.moves
    ]


def test_an_old_run_is_rendered_in_every_format(reports: Path) -> None:
    """With the comparison and the history that were kept beside it, and the exchanges that prove it."""
    paths = render(reports / "violated")
    assert paths.keys() == FORMATS.keys()
    page = paths["html"].read_text(encoding="utf-8")
    assert "new violation" in page
    assert "HTTP 201" in paths["junit"].read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("defects", "outcome"),
    [(["resource-name-not-unique"], Reproduced.HOLDS), ([], Reproduced.GONE)],
)
def test_an_old_violation_is_sent_again(reports: Path, defects: list[str], outcome: Reproduced) -> None:
    """The exchanges of then are enough to see whether it is there still."""
    with embedded_target(defects=defects) as target, sender(target) as send:
        result = replay(reports / "violated", parse_violation(VIOLATION), send)
    assert (result.outcome, result.left_behind) == (outcome, ()), result.reason
