"""`conformance history` lists, prunes and indexes, and names what it had to skip."""

import json
from pathlib import Path

import pytest

from conformance.cli.history import history
from tests.suite.analysis.runs import folder_of, run, verdict
from tests.suite.cli.verbs import call


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """Return a folder with three nights, a selected run, a broken run and a flaky violation."""
    for night, kind in enumerate(("FAIL", "PASS", "FAIL"), 1):
        folder_of(tmp_path, run(verdict("a.b", kind), verdict("c.d", "PASS"), night=night))
    folder_of(tmp_path, run(verdict("c.d", waived="known"), night=4, selected=["c.*"], complete=False))
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "run.json").write_text("{", encoding="utf-8")
    return tmp_path


def test_the_list_shows_runs_violations_and_what_was_skipped(reports: Path) -> None:
    """One look tells what ran, what is open since when, and which folder to look at."""
    said = call(history, "--reports", reports)
    assert said.code == 0
    assert "20261103T060000Z-0001" in said.out
    assert "20261104T060000Z-0001 (cut off)" in said.out
    assert "nightly (selected)" in said.out
    assert (
        "FAIL a.b@createZone on qa since 2026-11-03 (run 20261103T060000Z-0001), seen in 2 runs, "
        "flaky: came 2 times and went 1"
    ) in said.out
    since = "since 2026-11-04 (run 20261104T060000Z-0001), seen in 1 run, waived"
    assert f"FAIL c.d@createZone on qa {since}" in said.out
    assert "broken cannot be read: " in said.out
    assert "is truncated" in said.out


def test_eighty_columns_hold_whole_run_ids(reports: Path) -> None:
    """A log has eighty columns, and a run that one cannot name cannot be compared."""
    said = call(history, "--reports", reports, columns=80)
    assert "20261103T060000Z-0001 " in said.out
    assert "…" not in said.out


def test_the_list_is_given_as_json_and_for_one_target(reports: Path) -> None:
    """A machine reads runs, open violations and broken folders."""
    document = json.loads(call(history, "list", "--reports", reports, "--json", "--limit", 2).out)
    assert [one["run_id"][:8] for one in document["runs"]] == ["20261103", "20261104"]
    assert [(one["requirement"], one["flaky"]) for one in document["open"]] == [("a.b", True), ("c.d", False)]
    assert document["broken"][0]["folder"] == str(reports / "broken")
    document = json.loads(call(history, "list", "--reports", reports, "--json", "--target", "dev").out)
    assert (document["runs"], document["open"]) == ([], [])


def test_an_empty_history_says_how_to_begin_one(tmp_path: Path) -> None:
    """No run yet is no error."""
    said = call(history, "--reports", tmp_path / "reports")
    assert (said.code, "`conformance run` writes one" in said.out) == (0, True)


def test_pruning_tells_what_went_and_what_stayed(reports: Path) -> None:
    """A dry run prints the same and removes nothing."""
    said = call(history, "prune", "--reports", reports, "--keep", 1, "--dry-run")
    assert said.out.count("would remove") == 2
    assert "the newest whole run of qa" in said.out
    document = json.loads(call(history, "prune", "--reports", reports, "--keep", 1, "--json").out)
    assert (len(document["removed"]), document["dry_run"]) == (2, False)
    assert not (reports / "20261101T060000Z-0001").exists()
    assert "nothing to remove" in call(history, "prune", "--reports", reports, "--older-than", 36500).out


def test_pruning_without_a_limit_is_a_usage_error(reports: Path) -> None:
    """Nothing is removed by default."""
    assert call(history, "prune", "--reports", reports).code == 2


def test_the_index_is_made_again_on_demand(reports: Path) -> None:
    """The number of runs is told, and what was skipped."""
    said = call(history, "index", "--reports", reports)
    assert (said.out, "broken" in said.err) == ("4 runs indexed\n", True)
    assert json.loads(call(history, "index", "--reports", reports, "--json").out)["indexed"] == 4
