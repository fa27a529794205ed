"""A CI service marks the row that a cause breaks, and obeys nothing that a server said."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from hypothesis import given

from conformance.report import statistics
from conformance.report.ci_annotations import MOST, ci_annotations
from conformance.results.model import RunReport
from tests.suite.report import documents
from tests.suite.report.explained import by_causes
from tests.suite.report.hostile_text import ANY_TEXT

GITHUB: Final = {"GITHUB_ACTIONS": "true"}
AZURE: Final = {"TF_BUILD": "True"}


def run_of(folder: Path, causes: int) -> RunReport:
    """Return a run with so many causes."""
    return documents.report(folder, by_causes(causes), documents.exchange()).run


def red(run: RunReport) -> list[statistics.Explained]:
    """Return what makes the run red."""
    return [each for each in statistics.explained(run) if each.red]


def placed(folder: Path, **more: object) -> RunReport:
    """Return a run of one violation whose row has a place."""
    row = documents.requirement() | {"file": "itwins/requirements.yaml", "line": 12}
    content = documents.document([documents.violation("a.b.c", **more)], requirements={"a.b.c": row})
    return documents.report(folder, content, documents.exchange()).run


def test_elsewhere_nothing_is_said(tmp_path: Path) -> None:
    """At a terminal such lines would be noise."""
    run = placed(tmp_path)
    assert list(ci_annotations(run, {})) == []
    assert list(ci_annotations(run, {"GITHUB_ACTIONS": "false"})) == []


def test_each_cause_stands_at_its_row(tmp_path: Path) -> None:
    """Both services take file and line of the requirement."""
    run = placed(tmp_path, expected="409", actual="POST answered 201")
    (github,) = ci_annotations(run, GITHUB)
    (azure,) = ci_annotations(run, AZURE)
    assert github.startswith("::error file=specs/itwins/requirements.yaml,line=12,title=a.b.c::")
    assert azure.startswith(
        "##vso[task.logissue type=error;sourcepath=specs/itwins/requirements.yaml;linenumber=12;]a.b.c: "
    )
    assert "expected 409; got POST answered 201" in github
    assert "expected 409; got POST answered 201" in azure


def test_a_row_without_a_place_is_said_all_the_same(tmp_path: Path) -> None:
    """A run of an older suite recorded none."""
    run = run_of(tmp_path, 2)
    lines = list(ci_annotations(run, GITHUB))
    assert len(lines) == len(red(run)) > 0
    assert all(line.startswith("::error title=") for line in lines)


@pytest.mark.parametrize("environ", [GITHUB, AZURE], ids=["github", "azure"])
def test_no_more_are_said_than_are_shown(tmp_path: Path, environ: dict[str, str]) -> None:
    """GitHub drops what comes after ten; the last one counts the rest."""
    run = run_of(tmp_path, 14)
    lines = list(ci_annotations(run, environ))
    assert len(lines) == MOST
    rest = len(red(run)) - MOST + 1
    assert f"{rest} more causes: see the report" in lines[-1]


@given(ANY_TEXT)
def test_a_text_of_the_server_stays_within_its_line(text: str) -> None:
    """It ends neither the line nor the command."""
    content = documents.document([documents.violation("a.b.c", expected=text, actual=text)])
    run = RunReport.model_validate(content)
    (github,) = ci_annotations(run, GITHUB)
    (azure,) = ci_annotations(run, AZURE)
    assert len(github.splitlines()) == len(azure.splitlines()) == 1
    assert github.startswith("::error title=a.b.c::")
    assert azure.startswith("##vso[task.logissue type=error;]a.b.c: ")
