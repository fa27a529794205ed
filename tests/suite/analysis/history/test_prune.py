"""Pruning removes what is old, and never what somebody will need."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from conformance.analysis.history import Pruned, prune, read_history
from conformance.errors import UsageError
from tests.suite.analysis.runs import folder_of, run, verdict

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PASS = verdict("a.b", "PASS")


def days_of(pruned: Pruned) -> list[int]:
    """Return the days of the removed runs."""
    return sorted(int(folder.name[6:8]) for folder in pruned.removed)


def write_days(reports: Path, *days: int, **more: Any) -> None:
    """Write a run for each of these days of the month."""
    for day in days:
        folder_of(reports, run(PASS, night=day, **more))


@pytest.mark.parametrize(
    ("limits", "removed"),
    [
        ({"keep": 2}, [1, 5, 10]),
        ({"keep": 9}, []),
        ({"older_than": timedelta(days=14)}, [1, 5]),
        ({"keep": 4, "older_than": timedelta(days=14)}, [1, 5]),
        ({"keep": 1, "older_than": timedelta(days=90)}, [1, 5, 10, 20]),
        ({"older_than": timedelta(0)}, [1, 5, 10, 20]),
    ],
)
def test_runs_are_pruned_by_count_and_by_age(
    tmp_path: Path, limits: dict[str, Any], removed: list[int]
) -> None:
    """Either limit is enough to make a run old."""
    write_days(tmp_path, 1, 5, 10, 20, 21)
    plan = prune(tmp_path, now=NOW, dry_run=True, **limits)
    assert days_of(plan) == removed
    assert len(read_history(tmp_path).digests) == 5
    assert prune(tmp_path, now=NOW, **limits) == plan
    assert len(read_history(tmp_path).digests) == 5 - len(removed)


def test_each_target_keeps_its_own_newest_runs(tmp_path: Path) -> None:
    """A busy target does not push another one out of the history."""
    write_days(tmp_path, 10, 11, 12)
    folder_of(tmp_path, run(PASS, night=1, target="dev"))
    assert days_of(prune(tmp_path, now=NOW, keep=1)) == [10, 11]


def test_the_newest_whole_run_stays_for_the_next_comparison(tmp_path: Path) -> None:
    """Where the newest runs were cut off, the next run still finds something to be compared with."""
    write_days(tmp_path, 1, 2)
    write_days(tmp_path, 3, 4, complete=False)
    pruned = prune(tmp_path, now=NOW, older_than=timedelta(0))
    assert days_of(pruned) == [1, 3]
    assert [reason for _, reason in pruned.kept] == ["the newest run of qa", "the newest whole run of qa"]


def test_a_run_that_left_something_behind_stays(tmp_path: Path) -> None:
    """Its ledger is what the clean-up works from."""
    write_days(tmp_path, 1, leaks=[{"what": "zone 7", "undo": "DELETE /zones/7", "error": "500"}])
    write_days(tmp_path, 2, 3)
    pruned = prune(tmp_path, now=NOW, keep=1)
    assert days_of(pruned) == [2]
    assert "conformance clean" in pruned.kept[-1][1]


def test_what_is_no_readable_run_is_never_removed(tmp_path: Path) -> None:
    """Nobody knows how old a broken run is, nor whose another folder is."""
    write_days(tmp_path, 1, 2)
    (tmp_path / "pictures").mkdir()
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "run.json").write_text("{", encoding="utf-8")
    prune(tmp_path, now=NOW, older_than=timedelta(0))
    assert broken.is_dir()
    assert (tmp_path / "pictures").is_dir()


@pytest.mark.parametrize("limits", [{}, {"keep": 0}, {"keep": -1}])
def test_pruning_without_a_limit_is_refused(tmp_path: Path, limits: dict[str, Any]) -> None:
    """A verb that deletes has no default."""
    write_days(tmp_path, 1, 2)
    with pytest.raises(UsageError, match="--keep"):
        prune(tmp_path, now=NOW, **limits)
    assert len(read_history(tmp_path).digests) == 2


def test_a_folder_that_cannot_be_removed_is_a_usage_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder is named, and what stopped it."""
    write_days(tmp_path, 1, 2)

    def refuse(folder: Path) -> None:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(shutil, "rmtree", refuse)
    with pytest.raises(UsageError, match="cannot be removed: Permission denied"):
        prune(tmp_path, now=NOW, keep=1)
