"""The verbs that speak of a cause: explain says what it is, waive writes one row for what it explains."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from conformance.analysis.waivers import load
from conformance.cli.explain import explain
from conformance.cli.waive import waive
from conformance.results.verdicts import ExitCode
from tests.suite.analysis.runs import folder_of, run, verdict
from tests.suite.cli.verbs import call

KEY = "0b5e5a9325ad"
CREATE = "createRepositoryResource"
BOTH = (f"itwins.resource.answers-201@{CREATE}", f"itwins.resource.every-subclass@{CREATE}")
CAUSE = {
    "key": KEY,
    "sentence": f"{CREATE} answers 200 instead of 201",
    "operation": CREATE,
    "explains": BOTH,
    "evidence": ["x0002"],
    "since": {"date": "2026-11-01", "run": "20261101T060000Z-0001"},
    "diagnosis": [{"defect": "resource-answers-200", "sentence": "Nobody set another.", "likelihood": 0.87}],
}
TICKET = ("--target", "qa", "--reason", "in the next release", "--defect", "https://b.example.org/7")
OWNER = ("--owner", "zones team")


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """Return a folder of runs, the newest of which has a cause."""
    folder_of(tmp_path / "reports", run(*(verdict(name) for name in BOTH), causes=[CAUSE]))
    return tmp_path / "reports"


def test_explain_says_what_a_cause_is_and_what_it_looks_like(reports: Path) -> None:
    """Also by the beginning of its key."""
    said = call(explain, KEY[:6], "--reports", str(reports)).out
    assert said.startswith(f"{CREATE} answers 200 instead of 201\n")
    assert "looks like resource-answers-200 (87%): Nobody set another." in said
    assert "since 2026-11-01" in said
    assert all(name in said for name in BOTH)


def test_explain_gives_a_cause_as_json(reports: Path) -> None:
    """With each violation that it explains."""
    found = json.loads(call(explain, KEY, "--reports", str(reports), "--json").out)
    assert (found["key"], [one["requirement"] for one in found["violations"]]) == (
        KEY,
        [name.partition("@")[0] for name in BOTH],
    )


def test_waive_writes_one_row_for_a_cause(reports: Path, tmp_path: Path) -> None:
    """It lists what the cause explains; a second time there is nothing left to waive."""
    file = tmp_path / "waivers.yaml"
    command = (KEY, *TICKET, *OWNER, "--reports", str(reports), "--waivers", str(file))
    assert "2 violations waived" in call(waive, *command).out
    text = file.read_text(encoding="utf-8")
    assert (text.count("- cause:"), all(name in text for name in BOTH)) == (1, True)
    first = load(file, today=datetime.now(UTC).date())[0]
    assert (first.cause, first.first_seen.isoformat(), first.row) == (KEY, "2026-11-01", 1)
    again = call(waive, *command)
    assert (again.code, "waived already" in again.err) == (ExitCode.USAGE, True)


def test_a_key_that_no_run_has_is_told(reports: Path) -> None:
    """Which key, and where it was looked for."""
    found = call(explain, "abcdef012345", "--reports", str(reports))
    assert (found.code, "no run in" in found.err) == (ExitCode.USAGE, True)
