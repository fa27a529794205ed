"""The terminal tells a run to a human, with or without colour, at eighty columns."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from conformance.report import statistics
from conformance.report.console import open_console
from conformance.report.terminal import Detail, show
from conformance.results.run_json import load_run
from tests.suite.report import documents


def told(
    tmp_path: Path,
    content: dict[str, Any],
    detail: Detail = Detail.ALL,
    *,
    colour: bool = False,
    width: int = 80,
) -> str:
    """Return what a terminal of eighty columns, or of that many, shows."""
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=colour, highlight=False)
    show(load_run(documents.write(tmp_path, content)), console, detail=detail)
    return out.getvalue()


def test_a_violation_is_told_with_sentence_expected_actual_and_curl(tmp_path: Path) -> None:
    """A reader can act on a violation without opening a file."""
    text = told(tmp_path, documents.one_of_each())
    for words in (
        "FAIL reality.association.duplicate-conflicts on associateRealityData",
        "“Reality data is already associated to the specified iTwin.”",
        "409 with code AssociationExists",
        "200 with an empty body",
        "waived: fixed in the next release",
        "the target has no role reader",
        "Left behind at the target",
        "stale reality.association.known",
    ):
        assert words in text


def test_a_curl_line_is_never_broken(tmp_path: Path) -> None:
    """A curl line stands on one line, however narrow the terminal is."""
    content = documents.one_of_each()
    assert f"  {documents.violation()['curl']}\n" in told(tmp_path, content)


def test_eighty_columns_hold_everything_that_has_columns(tmp_path: Path) -> None:
    """The table with all seven verdicts fits."""
    table = told(tmp_path, documents.one_of_each(), Detail.SCREEN)
    assert max(map(len, table.splitlines()[:-2])) <= 80
    assert "associateRealityData" in table


def test_nothing_is_coloured_where_there_is_no_colour(tmp_path: Path) -> None:
    """Without a terminal there is no escape sequence; with one there is."""
    assert "\x1b" not in told(tmp_path, documents.one_of_each())
    assert "\x1b[" in told(tmp_path, documents.one_of_each(), colour=True)


def test_the_last_line_is_for_humans(tmp_path: Path) -> None:
    """The outcome stands in the last line."""
    last = told(tmp_path, documents.one_of_each()).strip().splitlines()[-1]
    assert last.startswith(
        "qa: 1 violation and 2 expired or stale waivers (5 of 8 requirements judged; 1 deviation;"
    )


def test_what_moved_stands_above_the_outcome(tmp_path: Path) -> None:
    """Whoever looks at the end of a log sees the delta; what stayed is only counted."""
    out = io.StringIO()
    run = load_run(documents.write(tmp_path, documents.one_of_each()))
    show(run, open_console(out), documents.comparison())
    lines = out.getvalue().strip().splitlines()
    assert lines[-6:-3] == [
        "Since 20261121T060102Z-91bc: 1 new violation, 1 still violated, 1 fixed",
        "  new violation: reality.association.duplicate-conflicts on associateRealityData (target changed)",
        "  fixed: reality.association.succeeds on associateRealityData (target changed)",
    ]


def test_a_run_that_only_a_baseline_excuses_says_so(tmp_path: Path) -> None:
    """Violations with exit code 0 are no contradiction where the baseline had them already."""
    content = documents.document([documents.violation()], exit_code=0)
    run = load_run(documents.write(tmp_path, content))
    assert statistics.result(run) == "1 violation, none of them new since the baseline"


def test_a_violation_that_is_too_new_to_be_red_is_counted(tmp_path: Path) -> None:
    """A run that conforms only because a requirement is new says so in its last line."""
    requirements = {"a.b.c": documents.requirement(provisional=True)}
    content = documents.document([documents.violation("a.b.c")], exit_code=0, requirements=requirements)
    run = load_run(documents.write(tmp_path, content))
    assert statistics.headline(run).endswith("requirements judged; 1 violated and too new to be red)")


def test_a_healthy_run_is_short(tmp_path: Path) -> None:
    """Where nothing is wrong there is a table and a line."""
    text = told(tmp_path, documents.document([documents.verdict("a.b.c")]))
    assert text.strip().endswith("qa: conforms (1 of 1 requirements judged)")
    assert "Violations" not in text


def caused(numbers: range, **more: Any) -> dict[str, Any]:
    """Return a run of so many violations, three to each cause."""
    names = [f"reality.association.rule-{number:04}" for number in numbers]
    causes = [
        {
            "key": f"{number:012x}",
            "sentence": f"associateRealityData answers 200 instead of 409 for the {number}th of many reasons",
            "operation": "associateRealityData",
            "explains": [f"{name}@associateRealityData" for name in names[number : number + 3]],
            "since": {"date": "2026-11-02", "run": "20261102T060102Z-91bc"},
            "diagnosis": [{"defect": "associate-allows-duplicates", "sentence": "x", "likelihood": 0.4}],
        }
        for number in range(0, len(names), 3)
    ]
    return documents.document([documents.violation(name) for name in names], causes=causes, **more)


@pytest.mark.parametrize("width", [80, 100, 137, 200])
@pytest.mark.parametrize("number", [1, 7, 40, 400])
def test_a_run_takes_one_screen_however_much_it_found(tmp_path: Path, number: int, width: int) -> None:
    """Causes come first; what there is no room for is counted, and no id or key is broken."""
    text = told(tmp_path, caused(range(number)), Detail.SCREEN, width=width)
    lines = text.splitlines()
    causes = -(-number // 3)
    assert len(lines) <= 40
    assert lines[0] == (f"{number} violation{'s' * (number > 1)} from {causes} cause{'s' * (causes > 1)}")
    assert "associateRealityData answers 200 instead of 409 for the 0th" in " ".join(text.split())
    assert f"{0:012x}" in text
    assert (" more: -v shows all" in text) is (number > 60) or number == 40


def test_a_run_of_a_schema_without_causes_lists_its_violations(tmp_path: Path) -> None:
    """On one screen too."""
    text = told(tmp_path, documents.huge(), Detail.SCREEN)
    assert "more: -v shows all" in text
    assert len(text.splitlines()) <= 40


def test_everything_is_told_where_it_is_asked_for(tmp_path: Path) -> None:
    """Each violation stands under its cause."""
    text = told(tmp_path, caused(range(12)))
    assert all(f"FAIL reality.association.rule-{number:04} on" in text for number in range(12))
    assert text.index("for the 3th of many") < text.index("rule-0003 on") < text.index("for the 6th of many")


def test_a_quiet_run_is_its_last_line(tmp_path: Path) -> None:
    """It names the worst cause."""
    (line,) = told(tmp_path, caused(range(4)), Detail.QUIET).splitlines()
    assert line.startswith("qa: 4 violations from 2 causes: associateRealityData answers 200 instead of 409")


def test_the_page_is_named_at_the_end(tmp_path: Path) -> None:
    """By its path, which a terminal makes a link."""
    assert (
        told(tmp_path, caused(range(4)), Detail.SCREEN).splitlines()[-2]
        == f"Report: {tmp_path / 'report.html'}"
    )


def test_a_run_that_judged_nothing_has_an_outcome(tmp_path: Path) -> None:
    """No verdict at all is counted without dividing by zero."""
    run = load_run(documents.write(tmp_path, documents.document(exit_code=3, complete=False)))
    assert statistics.judged_share(run.verdicts) == 0
    assert "qa: not judged: nothing was selected, or the run ended" in statistics.headline(run)
    assert "cut off: no reason was given" in statistics.headline(run)


@pytest.mark.parametrize(
    ("rows", "more", "why"),
    [
        (
            [documents.verdict("a.b.c", kind="NOT_APPLICABLE", reason="the target has no role reader")],
            {"exit_code": 0},
            "not judged: the target has no role reader (",
        ),
        (
            [
                documents.verdict("a.b.c", kind="CANNOT_JUDGE", reason="no connection"),
                documents.verdict("a.b.d", kind="NOT_APPLICABLE", reason="no role reader"),
                documents.verdict("a.b.e", kind="NOT_APPLICABLE", reason="no role reader"),
            ],
            {"exit_code": 3},
            "not judged: no role reader, and 1 other reason (",
        ),
        (
            [documents.verdict("a.b.c", kind="CANNOT_JUDGE", reason="the run was cut off")],
            {"exit_code": 3, "complete": False, "stopped": "the target is unreachable"},
            "not judged: the target is unreachable (",
        ),
    ],
)
def test_with_nothing_judged_the_last_line_says_so_and_why(
    rows: list[dict[str, Any]], more: dict[str, Any], why: str, tmp_path: Path
) -> None:
    """A run in which nothing applied must not read as one that conforms."""
    last = told(tmp_path, documents.document(rows, **more)).strip().splitlines()[-1]
    assert last.startswith(f"qa: {why}")
    assert "0 of" in last


def test_no_id_is_broken_at_eighty_columns(tmp_path: Path) -> None:
    """A terminal breaks lines between words: every id of the run stands whole in some line."""
    requirement = "reality-management.move.needs-permission-on-the-destination"
    rows = [
        documents.violation(requirement, operation="createRepositoryResource"),
        documents.violation(requirement, operation="moveRealityData", waived="known"),
        documents.verdict("a.b.c", "createRepositoryResource", "CANNOT_JUDGE", reason="x " * 60),
        *documents.one_of_each()["verdicts"],
    ]
    text = told(tmp_path, documents.document(rows, waivers=[documents.waiver(requirement=requirement)]))
    plain = [line for line in text.splitlines() if not line.startswith(("  curl", "Report: ", "qa: "))]
    assert max(map(len, plain)) <= 80
    assert sum(requirement in line for line in plain) == 3
    for operation in ("createRepositoryResource", "moveRealityData"):
        assert sum(operation in line.split() for line in plain) >= 1


def test_an_operation_too_long_for_the_table_is_told_in_lines(tmp_path: Path) -> None:
    """Where the table would break an id, each operation has a line of its own."""
    name = "getAllOfTheThingsThatAnotherApiMayHaveUnderAVeryLongName"
    rows = [{**row, "operation": name} for row in documents.one_of_each()["verdicts"]]
    assert f"{name}: 1 PASS, 2 FAIL," in " ".join(told(tmp_path, documents.document(rows)).split())


def test_a_file_gets_whole_lines(tmp_path: Path) -> None:
    """What is no terminal has no width: nothing is broken or cut, and no line ends in spaces."""
    out = io.StringIO()
    content = documents.document([documents.violation(actual="word " * 100)])
    show(load_run(documents.write(tmp_path, content)), open_console(out), detail=Detail.ALL)
    lines = out.getvalue().splitlines()
    assert any(line.endswith("word " * 99 + "word") for line in lines)
    assert not [line for line in lines if line != line.rstrip() or "…" in line]


def test_the_overview_for_machines_names_the_violations(tmp_path: Path) -> None:
    """Counts, violations and leaks are there as data."""
    run = load_run(documents.write(tmp_path, documents.one_of_each()))
    overview = statistics.overview(run)
    assert overview["counts"] == {
        "PASS": 1,
        "FAIL": 2,
        "DEVIATION": 1,
        "OBSERVED": 1,
        "NOT_APPLICABLE": 1,
        "CANNOT_JUDGE": 1,
        "HARNESS_ERROR": 1,
    }
    assert overview["violations"] == [
        {
            "requirement": "reality.association.duplicate-conflicts",
            "operation": "associateRealityData",
            "expected": "409 with code AssociationExists",
            "actual": "200 with an empty body",
        }
    ]
