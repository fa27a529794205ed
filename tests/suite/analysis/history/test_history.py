"""The history is what the report folders say: it can be made again, and one broken run spoils nothing."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from conformance.analysis import history
from conformance.analysis.history.index import NAME
from conformance.errors import UsageError
from tests.suite.analysis.runs import folder_of, run, verdict

PASS, FAIL = verdict("a.b", "PASS"), verdict("a.b")
OTHER = verdict("c.d", "PASS")


def write_nights(reports: Path, *kinds: str, **more: Any) -> None:
    """Write one run a night, with these verdicts on one requirement and a second that always passes."""
    for night, kind in enumerate(kinds, 1):
        rows = [verdict("a.b", kind)] if kind else []
        folder_of(reports, run(*rows, OTHER, night=night, **more))


def test_runs_are_listed_from_the_oldest_to_the_newest(tmp_path: Path) -> None:
    """Each run is listed with its counts, its judged share and what it cost."""
    write_nights(tmp_path, "PASS", "CANNOT_JUDGE")
    first, second = history.runs(tmp_path)
    assert first.to_document() == {
        "run_id": "20261101T060000Z-0001",
        "folder": "20261101T060000Z-0001",
        "started": "2026-11-01T06:00:00Z",
        "target": "qa",
        "profile": "nightly",
        "complete": True,
        "exit_code": 0,
        "counts": {"PASS": 2},
        "judged_share": 1.0,
        "requests": 300,
        "seconds": 60.0,
        "leaks": 0,
    }
    assert second.judged_share == 0.5
    assert history.runs(tmp_path, limit=1) == [second]
    assert history.newest(tmp_path) == second.folder


def test_nights_carry_their_verdicts_for_the_heat_map(tmp_path: Path) -> None:
    """The report draws one column for each night from its verdicts."""
    folder_of(tmp_path, run(verdict("a.b", waived="known"), verdict("c.d"), OTHER | {"operation": "getZone"}))
    folder_of(tmp_path, run(PASS, night=2, target="dev"))
    folder_of(tmp_path, run(PASS, night=3, profile="quick"))
    (night,) = history.nights(tmp_path, "qa", profile="nightly")
    assert night["verdicts"] == {"a.b|createZone": "FAIL", "c.d|createZone": "FAIL", "c.d|getZone": "PASS"}
    assert (night["waived"], night["violations"]) == (["a.b|createZone"], 1)
    assert night["counts"] == {"FAIL": 2, "PASS": 1}
    assert len(history.nights(tmp_path, "qa")) == 2
    assert history.nights(tmp_path, "qa", limit=1)[0]["profile"] == "quick"


@pytest.mark.parametrize("reports", ["none", "empty"])
def test_an_empty_history_is_no_error(tmp_path: Path, reports: str) -> None:
    """The first night has nothing behind it, whether or not the folder is there."""
    (tmp_path / "empty").mkdir()
    folder = tmp_path / reports
    assert history.runs(folder) == []
    assert history.nights(folder, "qa") == []
    assert history.open_violations(folder) == []
    assert history.verdicts_of(folder, "a.b") == []
    assert history.newest(folder) is None
    assert history.last_comparable(folder, run(PASS)) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"schema_version": "1.0", "run_id": "x", "verd', "is truncated"),
        ("", "is truncated"),
        ('{"tests": 7}', "not of this suite"),
        ("[]", "not of this suite"),
        (json.dumps(run(PASS, schema_version="2.0")), "newer suite"),
        (json.dumps(run(PASS, started="yesterday")), "not readable as a run"),
        (json.dumps(run(PASS, PASS)), "has a verdict already"),
        (json.dumps(run(verdict("a.b", "MAYBE"))), "expected one of"),
        (json.dumps(run(PASS, target=7)), "expected string"),
        (json.dumps(run(PASS, requests={})), "does not follow its schema"),
        ("[" * 100_000, "nested too deeply"),
        ("\xff", "not UTF-8"),
    ],
)
def test_a_broken_run_in_the_middle_is_skipped_and_named(tmp_path: Path, text: str, words: str) -> None:
    """The nights around it are still there, and the reader learns which folder to look at."""
    write_nights(tmp_path, "PASS", "FAIL", "FAIL")
    broken = tmp_path / "20261102T060000Z-0001"
    (broken / "run.json").write_text(text, encoding="latin-1")
    assert [night.started[:10] for night in history.runs(tmp_path)] == ["2026-11-01", "2026-11-03"]
    (found,) = history.broken_runs(tmp_path)
    assert found.folder == broken
    assert words in found.reason
    (violation,) = history.open_violations(tmp_path)
    assert violation.since_started == "2026-11-03T06:00:00Z"


def test_a_run_that_was_killed_is_named_too(tmp_path: Path) -> None:
    """A folder with exchanges and no run.json was meant to become a run; any other folder is none."""
    (tmp_path / "killed").mkdir()
    (tmp_path / "killed" / "exchanges.ndjson").touch()
    (tmp_path / "pictures").mkdir()
    (tmp_path / "README.md").touch()
    assert [(b.folder.name, b.reason[:11]) for b in history.broken_runs(tmp_path)] == [
        ("killed", "no run.json")
    ]


def test_the_index_follows_the_folders(tmp_path: Path) -> None:
    """A run that came, changed or went is seen at the next question."""
    write_nights(tmp_path, "PASS", "PASS")
    assert len(history.runs(tmp_path)) == 2
    folder = folder_of(tmp_path, run(FAIL, night=3))
    assert history.newest(tmp_path) == folder
    (folder / "run.json").write_text(json.dumps(run(FAIL, verdict("e.f"), night=3)), encoding="utf-8")
    assert history.runs(tmp_path)[-1].counts == {"FAIL": 2}
    (folder / "run.json").unlink()
    assert len(history.runs(tmp_path)) == 2


def test_a_mended_run_is_counted_again(tmp_path: Path) -> None:
    """What was broken is read anew once its file changed."""
    folder = folder_of(tmp_path, run(PASS))
    whole = (folder / "run.json").read_text(encoding="utf-8")
    (folder / "run.json").write_text(whole[:100], encoding="utf-8")
    assert len(history.broken_runs(tmp_path)) == 1
    (folder / "run.json").write_text(whole, encoding="utf-8")
    assert (len(history.broken_runs(tmp_path)), len(history.runs(tmp_path))) == (0, 1)


@pytest.mark.parametrize("damage", ["text", "version", "missing"])
def test_the_index_is_made_again_whatever_happened_to_it(tmp_path: Path, damage: str) -> None:
    """Nothing is lost with the index: the folders are the truth."""
    write_nights(tmp_path, *("PASS", "FAIL") * 3)
    before = history.nights(tmp_path, "qa")
    file = tmp_path / NAME
    match damage:
        case "text":
            file.write_text("no database at all, but long enough to look like one" * 20, encoding="utf-8")
        case "version":
            connection = sqlite3.connect(file)
            connection.execute("PRAGMA user_version = 99")
            connection.close()
        case "missing":
            file.unlink()
    assert history.nights(tmp_path, "qa") == before
    assert history.rebuild(tmp_path) == 6
    assert history.nights(tmp_path, "qa") == before


def test_a_few_runs_leave_no_index_beside_them(tmp_path: Path) -> None:
    """The folder around a report may be anybody's: an index is kept only where it saves time."""
    few, many = tmp_path / "few", tmp_path / "many"
    for folder, nights in ((few, 2), (many, 6)):
        folder.mkdir()
        write_nights(folder, *["PASS"] * nights)
        assert len(history.runs(folder)) == nights
    assert not (few / NAME).exists()
    assert (many / NAME).exists()


def test_an_index_that_another_process_holds_is_a_usage_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A locked file is said in words, with what to do."""
    write_nights(tmp_path, "PASS")
    history.runs(tmp_path)
    folder_of(tmp_path, run(FAIL, night=2))
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda path, **_: connect(path, timeout=0))
    holder = connect(tmp_path / NAME)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(UsageError, match="another process may hold it"):
            history.runs(tmp_path)
    finally:
        holder.close()


def test_a_folder_that_cannot_be_written_is_read_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A downloaded history on a read-only disk is indexed in memory."""
    write_nights(tmp_path, "PASS")
    monkeypatch.setattr("os.access", lambda *_: False)
    assert len(history.runs(tmp_path)) == 1
    assert not (tmp_path / NAME).exists()


def test_links_and_copies_are_not_counted_twice(tmp_path: Path) -> None:
    """A link to the latest run and a copied folder are the same run still."""
    folder = folder_of(tmp_path, run(PASS))
    (tmp_path / "latest").symlink_to(folder, target_is_directory=True)
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "run.json").write_bytes((folder / "run.json").read_bytes())
    assert len(history.runs(tmp_path)) == 1


@pytest.mark.parametrize(
    ("kinds", "since", "came", "went", "seen"),
    [
        (["FAIL"], 1, 1, 0, 1),
        (["PASS", "FAIL", "FAIL"], 2, 1, 0, 2),
        (["FAIL", "PASS", "FAIL"], 3, 2, 1, 2),
        (["FAIL", "CANNOT_JUDGE", "FAIL"], 1, 1, 0, 2),
        (["PASS", "FAIL", "", "CANNOT_JUDGE"], 2, 1, 0, 1),
        (["FAIL", "PASS", "DEVIATION", "PASS", "FAIL", "FAIL"], 5, 3, 2, 4),
    ],
)
def test_an_open_violation_knows_since_when_and_how_often(
    tmp_path: Path, kinds: list[str], since: int, came: int, went: int, seen: int
) -> None:
    """A night that could not judge neither mends a violation nor begins a new one."""
    write_nights(tmp_path, *kinds)
    folder_of(tmp_path, run(FAIL, night=1, target="dev", run_id="dev"))
    if not kinds[-1]:  # the promise is still known, only not judged
        folder_of(tmp_path, run(verdict("a.b", "CANNOT_JUDGE"), OTHER, night=9))
    (found,) = history.open_violations(tmp_path, target="qa")
    assert (found.since_started, found.came, found.went, found.runs) == (
        f"2026-11-{since:02d}T06:00:00Z",
        came,
        went,
        seen,
    )
    assert found.flaky is (went > 0)
    assert found.to_document()["flaky"] is found.flaky
    assert len(history.open_violations(tmp_path)) == 2


def test_a_mended_violation_is_not_open(tmp_path: Path) -> None:
    """The last verdict decides."""
    write_nights(tmp_path, "FAIL", "PASS")
    assert history.open_violations(tmp_path) == []


def test_a_violation_of_a_requirement_that_was_taken_out_is_not_open(tmp_path: Path) -> None:
    """Nobody can mend a promise that is not made any more, and a selected run proves nothing of that kind."""
    write_nights(tmp_path, "FAIL", "")
    assert history.open_violations(tmp_path) == []
    write_nights(tmp_path / "again", "FAIL")
    folder_of(tmp_path / "again", run(OTHER, night=2, selected=["c.*"]))
    assert len(history.open_violations(tmp_path / "again")) == 1


@pytest.mark.parametrize(
    ("night", "more", "expected"),
    [
        (5, {}, 4),
        (5, {"target": "dev"}, None),
        (5, {"profile": "release"}, None),
        (5, {"selected": ["a.*"]}, None),
        (3, {}, 2),
        (1, {}, None),
    ],
)
def test_the_last_comparable_run_is_found(
    tmp_path: Path, night: int, more: dict[str, Any], expected: int | None
) -> None:
    """It is earlier, whole, and of the same target, profile and selection."""
    write_nights(tmp_path, "PASS", "PASS", "PASS", "PASS")
    folder_of(tmp_path, run(PASS, OTHER, night=6, complete=False, started="2026-11-04T12:00:00Z"))
    found = history.last_comparable(tmp_path, run(PASS, OTHER, night=night, **more))
    assert (None if found is None else int(found.name[6:8])) == expected


def test_a_night_in_which_the_target_was_down_is_no_yardstick(tmp_path: Path) -> None:
    """The run before it is, as long as there is one."""
    write_nights(tmp_path, "PASS")
    nothing = [verdict("a.b", "CANNOT_JUDGE"), verdict("c.d", "CANNOT_JUDGE")]
    folder_of(tmp_path, run(*nothing, night=2))
    found = history.last_comparable(tmp_path, run(FAIL, OTHER, night=3))
    assert found == tmp_path / "20261101T060000Z-0001"
    (found / "run.json").unlink()
    found = history.last_comparable(tmp_path, run(FAIL, OTHER, night=3))
    assert found == tmp_path / "20261102T060000Z-0001"


def test_the_last_verdicts_of_a_requirement_are_told_newest_first(tmp_path: Path) -> None:
    """Explaining a requirement shows its ten last nights, for each operation."""
    write_nights(tmp_path, *["PASS"] * 11)
    folder_of(tmp_path, run(verdict("a.b", waived="known"), verdict("a.b@getZone", "PASS"), night=12))
    found = history.verdicts_of(tmp_path, "a.b")
    assert len(found) == 10
    assert found[0]["verdicts"] == {"createZone": "FAIL, waived", "getZone": "PASS"}
    assert found[-1]["run_id"] == "20261103T060000Z-0001"
