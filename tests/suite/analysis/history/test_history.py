"""The history is what the report folders say: digests only save time, and one broken run spoils nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.analysis.history import open_violations, read_history
from conformance.analysis.history.digest import FILE_NAME, VERSION
from tests.suite.analysis.runs import document, folder_of, run, verdict

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
    history = read_history(tmp_path)
    first, second = history.digests
    assert first.to_document(verdicts=False) == {
        "run_id": "20261101T060000Z-0001",
        "folder": "20261101T060000Z-0001",
        "started": "2026-11-01T06:00:00Z",
        "target": "qa",
        "profile": "nightly",
        "selected": [],
        "complete": True,
        "exit_code": 0,
        "counts": {"PASS": 2},
        "judged_share": 1.0,
        "requests": 300,
        "seconds": 60.0,
        "leaks": 0,
        "violations": 0,
    }
    assert second.judged_share == 0.5
    assert history.runs(limit=1) == (second,)
    assert history.newest() == tmp_path / second.folder


def test_nights_carry_their_verdicts_for_the_heat_map(tmp_path: Path) -> None:
    """The report draws one column for each night from its verdicts."""
    folder_of(tmp_path, run(verdict("a.b", waived="known"), verdict("c.d"), OTHER | {"operation": "getZone"}))
    folder_of(tmp_path, run(PASS, night=2, target="dev"))
    folder_of(tmp_path, run(PASS, night=3, profile="quick"))
    history = read_history(tmp_path)
    (night,) = history.runs(target="qa", profile="nightly")
    assert night.verdicts == {"a.b|createZone": "FAIL", "c.d|createZone": "FAIL", "c.d|getZone": "PASS"}
    assert (night.waived, night.violations) == (("a.b|createZone",), 1)
    assert night.counts == {"FAIL": 2, "PASS": 1}
    assert [digest.profile for digest in history.runs(target="qa")] == ["nightly", "quick"]
    assert history.runs(target="qa", limit=1)[0].profile == "quick"


@pytest.mark.parametrize("reports", ["none", "empty"])
def test_an_empty_history_is_no_error(tmp_path: Path, reports: str) -> None:
    """The first night has nothing behind it, whether or not the folder is there."""
    (tmp_path / "empty").mkdir()
    history = read_history(tmp_path / reports)
    assert (history.digests, history.broken, open_violations(history)) == ((), (), [])
    assert (history.verdicts_of("a.b"), history.newest()) == ((), None)
    assert history.last_comparable(run(PASS)) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"schema_version": "1.0", "run_id": "x", "verd', "is truncated"),
        ("", "is truncated"),
        ('{"tests": 7}', "not of this suite"),
        ("[]", "not of this suite"),
        (json.dumps(document(PASS, schema_version="2.0")), "newer suite"),
        (json.dumps(document(PASS, started="yesterday")), "is no moment"),
        (json.dumps(document(PASS, PASS)), "has a verdict already"),
        (json.dumps(document(verdict("a.b", "MAYBE"))), "expected one of"),
        (json.dumps(document(PASS, target=7)), "expected string"),
        (json.dumps(document(PASS, requests={})), "does not follow its schema"),
        ("[" * 100_000, "nested too deeply"),
        ("\xff", "not UTF-8"),
    ],
)
def test_a_broken_run_in_the_middle_is_skipped_and_named(tmp_path: Path, text: str, words: str) -> None:
    """The nights around it are still there, and the reader learns which folder to look at."""
    write_nights(tmp_path, "PASS", "FAIL", "FAIL")
    broken = tmp_path / "20261102T060000Z-0001"
    (broken / "run.json").write_text(text, encoding="latin-1")
    assert [night.started[:10] for night in read_history(tmp_path).digests] == ["2026-11-01", "2026-11-03"]
    (found,) = read_history(tmp_path).broken
    assert found.folder == broken
    assert words in found.reason
    (violation,) = open_violations(read_history(tmp_path))
    assert violation.since_started == "2026-11-03T06:00:00Z"


def test_a_run_that_was_killed_is_named_too(tmp_path: Path) -> None:
    """A folder with exchanges and no run.json was meant to become a run; any other folder is none."""
    (tmp_path / "killed").mkdir()
    (tmp_path / "killed" / "exchanges.ndjson").touch()
    (tmp_path / "pictures").mkdir()
    (tmp_path / "README.md").touch()
    assert [(b.folder.name, b.reason[:11]) for b in read_history(tmp_path).broken] == [
        ("killed", "no run.json")
    ]


def test_the_history_follows_the_folders(tmp_path: Path) -> None:
    """A run that came, changed or went is seen at the next question."""
    write_nights(tmp_path, "PASS", "PASS")
    assert len(read_history(tmp_path).digests) == 2
    folder = folder_of(tmp_path, run(FAIL, night=3))
    assert read_history(tmp_path).newest() == folder
    (folder / "run.json").write_text(json.dumps(document(FAIL, verdict("e.f"), night=3)), encoding="utf-8")
    assert read_history(tmp_path).digests[-1].counts == {"FAIL": 2}
    (folder / "run.json").unlink()
    assert len(read_history(tmp_path).digests) == 2


def test_a_mended_run_is_counted_again(tmp_path: Path) -> None:
    """What was broken is read anew once its file changed."""
    folder = folder_of(tmp_path, run(PASS))
    whole = (folder / "run.json").read_text(encoding="utf-8")
    (folder / "run.json").write_text(whole[:100], encoding="utf-8")
    assert len(read_history(tmp_path).broken) == 1
    (folder / "run.json").write_text(whole, encoding="utf-8")
    assert (len(read_history(tmp_path).broken), len(read_history(tmp_path).digests)) == (0, 1)


@pytest.mark.parametrize(
    "damage",
    [
        "no JSON",
        "{}",
        '{"version": 1, "stamp": [0, 0], "digest": {"run_id": "x", "started": "2026-11-01"}}',
        None,
    ],
)
def test_a_digest_is_made_again_whatever_happened_to_it(tmp_path: Path, damage: str | None) -> None:
    """Nothing is lost with a digest: one of another version or of another run.json counts as none."""
    write_nights(tmp_path, "PASS", "FAIL")
    before = read_history(tmp_path)
    file = tmp_path / "20261101T060000Z-0001" / FILE_NAME
    kept = file.read_text(encoding="utf-8")
    file.unlink() if damage is None else file.write_text(damage, encoding="utf-8")
    assert read_history(tmp_path) == before
    assert file.read_text(encoding="utf-8") == kept
    file.write_text(
        kept.replace(f'"version":{VERSION}', '"version":0').replace("qa", "dev"), encoding="utf-8"
    )
    assert read_history(tmp_path) == before


def test_a_digest_that_is_good_is_what_is_read(tmp_path: Path) -> None:
    """A year of runs is listed from its digests, unless they are asked for again."""
    write_nights(tmp_path, "PASS")
    before = read_history(tmp_path)
    file = tmp_path / "20261101T060000Z-0001" / FILE_NAME
    file.write_text(file.read_text(encoding="utf-8").replace('"qa"', '"kept"'), encoding="utf-8")
    assert [digest.target for digest in read_history(tmp_path).digests] == ["kept"]
    assert read_history(tmp_path, again=True) == before


def test_a_folder_that_cannot_be_written_is_read_all_the_same(tmp_path: Path) -> None:
    """A downloaded history on a read-only disk is read from its runs."""
    write_nights(tmp_path, "PASS")
    (tmp_path / "20261101T060000Z-0001" / FILE_NAME).mkdir()
    assert len(read_history(tmp_path).digests) == 1


def test_links_and_copies_are_not_counted_twice(tmp_path: Path) -> None:
    """A link to the latest run and a copied folder are the same run still."""
    folder = folder_of(tmp_path, run(PASS))
    (tmp_path / "latest").symlink_to(folder, target_is_directory=True)
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "run.json").write_bytes((folder / "run.json").read_bytes())
    assert len(read_history(tmp_path).digests) == 1


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
    history = read_history(tmp_path)
    (found,) = open_violations(history, target="qa")
    assert (found.since_started, found.came, found.went, found.runs) == (
        f"2026-11-{since:02d}T06:00:00Z",
        came,
        went,
        seen,
    )
    assert found.flaky is (went > 0)
    assert found.to_document()["flaky"] is found.flaky
    assert len(open_violations(history)) == 2


def test_a_violation_that_became_another_one_is_as_old_as_it_is_and_says_so(tmp_path: Path) -> None:
    """It stands since the first run; what the target does now, with whatever ids, it does since the third."""
    one, other = "5a0c1d2e-0000-4000-8000-000000000001", "5a0c1d2e-0000-4000-8000-000000000002"
    actual = ("201", "201", f"500 on {one}", f"500 on {other}")
    for night, words in enumerate(actual, 1):
        folder_of(tmp_path, run(verdict("a.b", actual=words), night=night))
    (found,) = open_violations(read_history(tmp_path))
    assert (found.since, found.as_now) == ("20261101T060000Z-0001", "20261103T060000Z-0001")
    assert found.as_now_started.startswith("2026-11-03")


def test_a_mended_violation_is_not_open(tmp_path: Path) -> None:
    """The last verdict decides."""
    write_nights(tmp_path, "FAIL", "PASS")
    assert open_violations(read_history(tmp_path)) == []


def test_a_violation_of_a_requirement_that_was_taken_out_is_not_open(tmp_path: Path) -> None:
    """Nobody can mend a promise that is not made any more, and a selected run proves nothing of that kind."""
    write_nights(tmp_path, "FAIL", "")
    assert open_violations(read_history(tmp_path)) == []
    write_nights(tmp_path / "again", "FAIL")
    folder_of(tmp_path / "again", run(OTHER, night=2, selected=["c.*"]))
    assert len(open_violations(read_history(tmp_path / "again"))) == 1


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
    found = read_history(tmp_path).last_comparable(run(PASS, OTHER, night=night, **more))
    assert (None if found is None else int(found.name[6:8])) == expected


def test_a_night_in_which_the_target_was_down_is_no_yardstick(tmp_path: Path) -> None:
    """The run before it is, as long as there is one."""
    write_nights(tmp_path, "PASS")
    nothing = [verdict("a.b", "CANNOT_JUDGE"), verdict("c.d", "CANNOT_JUDGE")]
    folder_of(tmp_path, run(*nothing, night=2))
    found = read_history(tmp_path).last_comparable(run(FAIL, OTHER, night=3))
    assert found == tmp_path / "20261101T060000Z-0001"
    (found / "run.json").unlink()
    found = read_history(tmp_path).last_comparable(run(FAIL, OTHER, night=3))
    assert found == tmp_path / "20261102T060000Z-0001"


def test_the_last_verdicts_of_a_requirement_are_told_newest_first(tmp_path: Path) -> None:
    """Explaining a requirement shows its ten last nights, for each operation."""
    write_nights(tmp_path, *["PASS"] * 11)
    folder_of(tmp_path, run(verdict("a.b", waived="known"), verdict("a.b@getZone", "PASS"), night=12))
    found = read_history(tmp_path).verdicts_of("a.b")
    assert len(found) == 10
    assert found[0].verdicts == {"createZone": "FAIL, waived", "getZone": "PASS"}
    assert found[-1].run_id == "20261103T060000Z-0001"
