"""`conformance report DIR` renders a run folder again and tells the run."""

from __future__ import annotations

import json
from pathlib import Path

import typer
from typer.testing import CliRunner

from conformance.cli.report import report
from conformance.errors import UsageError
from tests.suite.report import documents


def run_cli(*arguments: str) -> tuple[int, str, BaseException | None]:
    """Run the verb alone and return exit code, output and error."""
    app = typer.Typer()
    app.command()(report)
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.stdout, result.exception


def test_the_verb_renders_and_tells(tmp_path: Path) -> None:
    """The command line renders the folder and tells the run."""
    documents.write(tmp_path, documents.one_of_each())
    code, out, _ = run_cli(str(tmp_path), "--format", "junit")
    assert code == 0
    assert "1 violation and 2 expired or stale waivers" in out
    assert (tmp_path / "junit.xml").exists()


def test_the_verb_speaks_json(tmp_path: Path) -> None:
    """With --json there is one document: numbers, violations and files."""
    documents.write(tmp_path, documents.one_of_each())
    _, out, _ = run_cli(str(tmp_path), "--format", "ctrf", "--json")
    document = json.loads(out)
    assert document["exit_code"] == 1
    assert document["files"] == {"ctrf": str(tmp_path / "ctrf.json")}


def test_the_verb_publishes_the_schema() -> None:
    """--schema needs no folder."""
    _, out, _ = run_cli("--schema")
    assert json.loads(out)["title"] == "A run of itwin-conformance"


def test_the_verb_shows_earlier_runs(tmp_path: Path) -> None:
    """With --history the page knows the nights before and what moved since the last one."""
    for number, kind in enumerate(("PASS", "FAIL")):
        row = documents.verdict("a.b.c", kind=kind, expected="204", actual="500")
        run = documents.document([row], run_id=f"run-{number}", started=f"2026-11-2{number}T06:00:00Z")
        documents.write(tmp_path / f"run-{number}", run)
    run_cli(str(tmp_path / "run-1"), "--format", "html", "--history", str(tmp_path))
    page = (tmp_path / "run-1" / "report.html").read_text(encoding="utf-8")
    assert "The last 2 runs" in page
    assert '<span class="kind">new violation</span>' in page
    _, _, error = run_cli(str(tmp_path / "run-1"), "--history", str(tmp_path / "nowhere"))
    assert "no such folder" in str(error)


def test_the_verb_asks_for_a_folder() -> None:
    """Without a folder there is nothing to render, and the message says how to name one."""
    _, _, error = run_cli()
    assert isinstance(error, UsageError)
    assert "which run?" in str(error)
