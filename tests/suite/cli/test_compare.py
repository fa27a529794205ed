"""`conformance compare` finds the runs, prints what moved in three forms, and answers with its exit code."""

import json
from pathlib import Path

import pytest

from conformance.analysis.compare.comparison_text import said
from conformance.cli.compare import compare
from conformance.results.model import RunReport
from tests.suite.analysis.runs import document, folder_of, run, verdict, waiver_row
from tests.suite.cli.verbs import call

PASS, FAIL = verdict("a.b", "PASS"), verdict("a.b")


def pair(tmp_path: Path, *reports: RunReport) -> list[Path]:
    """Write the runs and return their folders."""
    return [folder_of(tmp_path, report) for report in reports]


def test_a_new_violation_is_told_and_answered_with_one(tmp_path: Path) -> None:
    """The terminal names requirement, operation, verdicts, cause and what came."""
    said = call(compare, *pair(tmp_path, run(PASS), run(FAIL, night=2)))
    assert said.code == 1
    for words in ("new violation (1)", "a.b@createZone", "PASS → FAIL", "target changed", "got 201"):
        assert words in said.out


def test_two_equal_runs_moved_nothing(tmp_path: Path) -> None:
    """Where nothing moved, one line says so."""
    said = call(compare, *pair(tmp_path, run(PASS), run(PASS, night=2)))
    assert (said.code, "nothing moved" in said.out, "1 unchanged" in said.out) == (0, True, True)


def test_the_json_form_is_the_document(tmp_path: Path) -> None:
    """A machine reads moves and counts."""
    said = json.loads(call(compare, "--json", *pair(tmp_path, run(PASS), run(FAIL, night=2))).out)
    assert (said["counts"]["new violation"], said["comparable"]) == (1, True)


def test_the_markdown_form_shows_hostile_words_as_they_are(tmp_path: Path) -> None:
    """What a target answers cannot draw a table, a tag or a mention of its own."""
    hostile = verdict("a.b", actual="|<img src=x>\n# @everyone \x1b[2J")
    folders = pair(tmp_path, run(PASS), run(hostile, night=2, identity={"suite": "0.2.0"}))
    said = call(compare, "--markdown", *folders)
    assert "### New violation (1)" in said.out
    (row,) = [line for line in said.out.splitlines() if "a.b" in line]
    assert "got \\|<img src=x> # @everyone \\u001b[2J` |" in row, "shown as code: nobody is mentioned"
    assert "suite changed or target changed" in row
    assert "\x1b" not in said.out
    assert "the suite changed: 0.1.0 → 0.2.0" in said.out
    plain = call(compare, *folders).out
    assert "\x1b" not in plain


def test_every_kind_of_move_is_printed(tmp_path: Path) -> None:
    """No kind is forgotten by the renderers."""
    old = run(
        PASS,
        verdict("b.still"),
        verdict("c.fixed"),
        verdict("d.lost", "PASS"),
        verdict("e.found", "CANNOT_JUDGE"),
        verdict("f.seen", "OBSERVED", observed="200"),
        verdict("g.waived"),
        verdict("h.expired", waived="known"),
    )
    new = run(
        FAIL,
        verdict("b.still"),
        verdict("c.fixed", "PASS"),
        verdict("d.lost", "CANNOT_JUDGE"),
        verdict("e.found", "PASS"),
        verdict("f.seen", "OBSERVED", observed="404"),
        verdict("g.waived", waived="known"),
        verdict("h.expired"),
        night=2,
        waivers=[waiver_row("h.expired", "expired", "2026-11-01")],
    )
    folders = pair(tmp_path, old, new)
    printed, markdown = call(compare, *folders).out, call(compare, "--markdown", *folders).out
    for kind in json.loads(call(compare, "--json", *folders).out)["counts"]:
        if kind != "unchanged":
            assert f"{said(kind)} (1)" in printed
            assert f"### {said(kind).capitalize()} (1)" in markdown
    assert "the waiver of zones team expired on 2026-11-01" in printed


def test_a_narrower_selection_does_not_bury_what_got_worse(tmp_path: Path) -> None:
    """What was not selected is counted; a new violation is printed however many there are."""
    old = run(*(verdict(f"a.b{number:02}", "PASS") for number in range(30)), FAIL | {"verdict": "PASS"})
    said = call(compare, *pair(tmp_path, old, run(FAIL, night=2)))
    assert "… and 10 more; --json names them all" in said.out
    assert "1 new violation, 30 not judged any more" in said.out


def test_one_run_is_compared_with_the_last_comparable_one(tmp_path: Path) -> None:
    """The history finds what to compare with, for a named run and for the newest one."""
    folders = pair(tmp_path, run(PASS), run(FAIL, night=2), run(FAIL, night=3))
    said = call(compare, folders[1], "--reports", tmp_path)
    assert (said.code, "new violation (1)" in said.out) == (1, True)
    said = call(compare, "--reports", tmp_path)
    assert (said.code, "still violated (1)" in said.out) == (0, True)
    said = call(compare, folders[0].name, folders[2].name, "--reports", tmp_path)
    assert said.code == 1


def test_a_history_without_a_comparable_run_is_a_usage_error(tmp_path: Path) -> None:
    """The first night has nothing to be compared with, and neither has an empty folder."""
    assert "no run yet" in call(compare, "--reports", tmp_path).err
    pair(tmp_path, run(PASS))
    said = call(compare, "--reports", tmp_path)
    assert (said.code, "no earlier whole run of target qa" in said.err) == (2, True)


def test_runs_of_different_targets_are_compared_only_by_force(tmp_path: Path) -> None:
    """The moves between two targets mean little, and whoever insists gets them."""
    folders = pair(tmp_path, run(PASS), run(FAIL, night=2, target="dev"))
    said = call(compare, *folders)
    assert (said.code, "different targets, qa and dev" in said.err) == (2, True)
    said = call(compare, "--force", *folders)
    assert (said.code, "note: the runs judged different targets" in said.out) == (1, True)


def test_a_run_without_verdicts_says_nothing(tmp_path: Path) -> None:
    """Two runs with no common ground are exit code 2, with the reason."""
    said = call(compare, *pair(tmp_path, run(), run(PASS, night=2)))
    assert (said.code, "nothing can be said: run" in said.err) == (2, True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"schema_version": "1.0", "run_id": "x"', "truncated"),
        ('{"tests": 7}', "not of this suite"),
        (json.dumps(document(PASS, schema_version="2.0")), "upgrade this one"),
        (json.dumps(document(PASS, PASS)), "edited by hand"),
    ],
)
def test_a_bad_run_file_is_a_usage_error(tmp_path: Path, text: str, words: str) -> None:
    """A truncated, foreign, newer or hand-edited file is named with what is wrong."""
    good, bad = pair(tmp_path, run(PASS), run(PASS, night=2))
    (bad / "run.json").write_text(text, encoding="utf-8")
    said = call(compare, good, bad)
    assert (said.code, words in said.err) == (2, True)
    assert "run.json" in said.err


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    """A mistyped path is said to be one."""
    assert "no such file" in call(compare, tmp_path / "a", tmp_path / "b").err


def test_two_forms_at_once_are_refused(tmp_path: Path) -> None:
    """One output has one form."""
    folders = pair(tmp_path, run(PASS), run(PASS, night=2))
    assert call(compare, "--json", "--markdown", *folders).code == 2
