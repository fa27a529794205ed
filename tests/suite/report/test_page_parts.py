"""The parts of `report.html`: cards, the grid, the picture of the coverage, and one way to count."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from conformance.report import statistics
from conformance.report.formats.html import render
from conformance.report.html import cards, comparison, covered, grid, kinds, past
from conformance.results.model import RunReport
from tests.suite.report import documents, explained

PAIR = "reality.association.duplicate-conflicts"


def run_of(content: dict[str, Any]) -> RunReport:
    """Return the run of a document."""
    return RunReport.model_validate(content)


def plain(text: str) -> str:
    """Return a page without its markup and with single blanks."""
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_the_same_counts_stand_everywhere(tmp_path: Path) -> None:
    """Title, legend, filters, what is wrong and what moved count violations in one way."""
    content = explained.by_causes(3)
    moved = documents.comparison(
        moves=[
            {
                **documents.verdict(row["requirement"], row["operation"]),
                "move": "new violation",
                "cause": "target changed",
            }
            for row in content["verdicts"]
            if row["verdict"] in {"FAIL", "DEVIATION"} and not row.get("waived")
        ]
    )
    text = plain(render(documents.report(tmp_path, content, comparison=moved)))
    assert "19 violations, 4 causes" in text
    assert "1 deviation; 1 waived; 1 could not be judged" in text
    assert text.count("19 violated") == 1  # the legend
    assert "violated 19 deviating 1 waived 1" in text  # the filters
    assert "What is wrong 4 and 2 that are not red" in text
    assert text.count("19 new violations 1 new, and not red") == 2


def test_each_violation_stands_in_one_card() -> None:
    """What a cause explains stands in its card, whatever is left in one of its own; red ones come first."""
    run = run_of(explained.by_causes(3))
    found = statistics.explained(run)
    pairs = [verdict.pair for each in found for verdict in each.verdicts]
    assert len(pairs) == len(set(pairs)) == sum(v.outcome in {"FAIL", "DEVIATION"} for v in run.verdicts)
    assert [each.red > 0 for each in found] == [True] * 4 + [False] * 2
    assert [each.cause.key if each.cause else "" for each in found[:4]] == [
        "cause-000",
        "cause-001",
        "cause-002",
        "",
    ]


@pytest.mark.parametrize(
    ("outcomes", "since"),
    [
        (["PASS", "PASS"], "new in this run"),
        (["PASS", "FAIL"], "since 01 Oct 2026, 02:00"),
        (["FAIL", "CANNOT_JUDGE"], "since 01 Oct 2026, 02:00 or longer"),
        (["FAIL", "PASS"], "new in this run"),
        (["", ""], ""),
        ([], ""),
    ],
)
def test_a_card_says_since_when(outcomes: list[str], since: str) -> None:
    """From the runs before this one, as far as they judged it."""
    run = run_of(documents.document([documents.violation()]))
    key = f"{PAIR}|associateRealityData"
    digests = documents.history(len(outcomes))
    before = [
        digest.model_copy(update={"verdicts": {key: outcome} if outcome else {}})
        for digest, outcome in zip(digests, outcomes, strict=True)
    ]
    if since.startswith("since 01"):
        days = ["2026-10-01T02:00:00Z"] * len(before)
        before = [each.model_copy(update={"started": day}) for each, day in zip(before, days, strict=True)]
    (card,) = cards.cards(run, None, past.last_runs(run, before))
    assert card.since == since


def test_a_card_says_whose_change_it_was() -> None:
    """The likeliest cause of the moves of its violations, and what else it may be."""
    run = run_of(documents.one_of_each())
    changes = comparison.changes_of(documents.comparison(), run)
    (red, waived, soft) = cards.cards(run, changes, ())
    assert (red.change, red.tolerated, red.where, red.size) == (
        "target changed (nothing else did)",
        "",
        "associateRealityData",
        "1 violation",
    )
    assert {waived.tolerated.split(":")[0], soft.tolerated.split(":")[0]} == {"waived", "a deviation"}


def test_a_cause_of_many_operations_names_some_of_them() -> None:
    """Two by name, the rest by number."""
    rows = [documents.violation("a.b.c", operation=name) for name in documents.OPERATIONS]
    names = [f"a.b.c@{name}" for name in documents.OPERATIONS]
    everywhere = {"key": "k", "sentence": "every 404 has lost its code", "explains": names}
    (card,) = cards.cards(run_of(documents.document(rows, causes=[everywhere])), None, ())
    assert card.where == "associateRealityData, moveRealityData and 2 more"
    assert card.title == "every 404 has lost its code"


def test_the_grid_has_the_worst_operation_on_top() -> None:
    """A cell shows its gravest kind and says all of them in words; what nobody asks of has no column."""
    rows = [
        documents.verdict("a.b.one", "moveRealityData"),
        documents.violation("a.b.two", operation="moveRealityData"),
        documents.verdict("a.b.three", "associateRealityData"),
    ]
    about = {row["requirement"]: documents.requirement(theme="state") for row in rows}
    found = grid.grid(run_of(documents.document(rows, requirements=about)))
    assert found.themes == ("state",)
    assert [row.operation for row in found.rows] == ["moveRealityData", "associateRealityData"]
    (cell,) = found.rows[0].cells
    assert (cell.worst, cell.number, cell.words) == ("F", 1, "1 violated, 1 kept")


def test_a_run_that_knows_no_themes_has_one_column() -> None:
    """Runs of an older suite are shown all the same."""
    assert grid.grid(run_of(documents.one_of_each())).heads == [("other", "other")]


def test_the_picture_shows_what_was_judged_exercised_and_neither() -> None:
    """The least covered operation comes first, a reason with what it kept from being covered."""
    content = explained.by_causes(1, 2)
    content["coverage"]["operations"]["moveRealityData"] = {"statuses": {"200": [1, 1]}}
    found = covered.picture(run_of(content))
    assert found is not None
    assert [row.operation for row in found.rows] == ["associateRealityData", "moveRealityData"]
    statuses = found.rows[0].bars[0]
    assert (statuses.text, statuses.judged_width, statuses.exercised_width) == ("2 of 3", 66.7, 66.7)
    assert found.rows[1].bars[1].text == "none"
    assert [(gap.size, gap.named) for gap in found.gaps] == [
        (1, ("keywords: 200 /name type",)),
        (1, ("statuses: 429",)),
    ]
    assert covered.picture(run_of(documents.one_of_each())) is None


def test_a_violation_that_is_not_red_is_of_another_kind() -> None:
    """Waived, too new and deviating are told apart; with --strict a deviation is red."""
    rows = [
        documents.violation("a.b.waived", waived="soon"),
        documents.violation("a.b.young"),
        documents.verdict("a.b.soft", kind="DEVIATION", level="should"),
    ]
    young = {"a.b.young": documents.requirement(provisional=True)}
    content = documents.document(rows, requirements=young, exit_code=0)
    run, strict = run_of(content), run_of({**content, "strict": True})
    assert [kinds.kind_of(run, verdict) for verdict in run.verdicts] == ["W", "Y", "D"]
    assert kinds.kind_of(strict, strict.verdicts[2]) == "F"
    assert [(code, number) for code, _, number in kinds.counts(run)] == [("D", 1), ("W", 1), ("Y", 1)]


def test_a_run_without_violations_says_what_it_is() -> None:
    """The title is what came of it, and what else there is to say stands below."""
    assert statistics.title(run_of(documents.document([documents.verdict("a.b.c")]))) == ("conforms", "")
    title, why = statistics.title(run_of(explained.unjudged(2)))
    assert (title, why.startswith("the target is unreachable")) == ("not judged", True)
    ended = documents.document([documents.violation()], waivers=[documents.waiver("stale")])
    assert statistics.title(run_of(ended)) == ("1 violation", "1 expired or stale waiver")


def test_a_violation_that_two_causes_name_is_counted_once() -> None:
    """Whatever a file says, the cards hold as many violations as the title."""
    both = [
        {"key": key, "sentence": key, "explains": [f"{PAIR}@associateRealityData", "gone@nowhere"]}
        for key in "ab"
    ]
    found = statistics.explained(run_of(documents.document([documents.violation()], causes=both)))
    assert [(each.cause.key if each.cause else "", len(each.verdicts)) for each in found] == [("a", 1)]
