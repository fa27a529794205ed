"""`summary.md` is what a CI page shows."""

from __future__ import annotations

from pathlib import Path

from conformance.report.formats.summary import render
from tests.suite.report import documents


def test_the_page_holds_everything_that_an_owner_asks(tmp_path: Path) -> None:
    """Outcome, table, violation with curl, gaps, waivers and leaks are on the page."""
    page = render(documents.report(tmp_path, documents.one_of_each()))
    assert page.startswith("## ❌ qa: 1 violation and 2 expired or stale waivers")
    for words in (
        "| operation | PASS | FAIL |",
        "> Reality data is already associated",
        "```sh\ncurl -sS",
        "the target has no role reader",
        "stale: `reality.association.known`",
        "[defect](<https://tracker.example.com/7>)",
        "### Left behind at the target (1)",
    ):
        assert words in page


def test_what_moved_comes_first(tmp_path: Path) -> None:
    """With a comparison the moves stand above the table; what stayed is not news."""
    page = render(documents.report(tmp_path, documents.one_of_each(), comparison=documents.comparison()))
    assert page.index("What moved since") < page.index("| operation | PASS")
    assert "new violation" in page
    assert "| still |" not in page
    nothing = documents.comparison(moves=[])
    assert "Nothing moved." in render(documents.report(tmp_path, documents.document(), comparison=nothing))


def test_what_moved_is_counted_and_its_notes_are_told(tmp_path: Path) -> None:
    """The counts stand in a line of words, every candidate beside its move, and the notes below."""
    rows = [dict(move) for move in documents.comparison(counts={"unchanged": 7}).to_document()["moves"]]
    rows[0]["causes"] = ["suite changed", "target changed"]
    moved = documents.comparison(moves=rows, counts={"unchanged": 7})
    page = render(documents.report(tmp_path, documents.one_of_each(), comparison=moved))
    assert "1 new violation, 1 still violated, 1 fixed, 7 unchanged." in page
    assert "| reality.association.duplicate-conflicts | associateRealityData | suite changed or" in page
    assert "- a note" in page


def test_a_page_too_long_for_github_is_cut_between_blocks(tmp_path: Path) -> None:
    """The page stays below the size above which GitHub drops it whole."""
    rows = [documents.violation(f"a.b.c{n}", curl="curl " + "x" * 30_000) for n in range(100)]
    page = render(documents.report(tmp_path, documents.document(rows)))
    assert len(page.encode()) < 1_000_000
    assert page.endswith("*More stands in report.html.*\n")
    assert page.count("```") % 2 == 0


def test_many_violations_are_counted(tmp_path: Path) -> None:
    """The page lists a hundred and says how many more there are."""
    page = render(documents.report(tmp_path, documents.huge(2_000)))
    assert "and 186 more in report.html" in page
