"""`ctrf.json` is valid CTRF and counts as the run counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from conformance.report.formats.ctrf import render
from tests.suite.report import documents

SCHEMA = Path(__file__).parent / "data" / "ctrf-0.0.schema.json"


def rendered(tmp_path: Path, content: dict[str, Any]) -> dict[str, Any]:
    """Return the rendered results, after holding the file to the schema."""
    document = json.loads(render(documents.report(tmp_path, content)))
    Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(document)
    found: dict[str, Any] = document["results"]
    return found


def test_each_verdict_has_a_status_and_is_counted(tmp_path: Path) -> None:
    """The summary holds what the tests say."""
    results = rendered(tmp_path, documents.one_of_each())
    summary = results["summary"]
    assert (summary["tests"], summary["passed"], summary["failed"]) == (10, 2, 3)
    assert (summary["skipped"], summary["other"], summary["pending"]) == (2, 3, 0)
    assert summary["stop"] - summary["start"] == 12_000
    failed = next(test for test in results["tests"] if test["status"] == "failed")
    assert failed["rawStatus"] == "FAIL"
    assert failed["message"] == "expected 409 with code AssociationExists; got 200 with an empty body"
    assert failed["suite"] == ["reality-management", "associateRealityData"]


def test_a_waiver_that_ended_fails_as_the_run_does(tmp_path: Path) -> None:
    """A run that only an expired or stale waiver turned red is not green for readers of this file."""
    waivers = [documents.waiver("stale"), documents.waiver("active", requirement="a.b.d")]
    content = documents.document([documents.verdict("a.b.c")], waivers=waivers, exit_code=1)
    results = rendered(tmp_path, content)
    assert (results["summary"]["failed"], results["summary"]["suites"]) == (1, 2)
    assert results["tests"][-1]["message"] == "the waiver of reality team is stale (until 2026-12-01)"


def test_a_flaky_waiver_marks_its_test(tmp_path: Path) -> None:
    """What is known to come and go is marked as flaky."""
    content = documents.document(
        [documents.violation("a.b.c", waived="comes and goes")],
        waivers=[documents.waiver(requirement="a.b.c", kind="flaky")],
    )
    (test,) = rendered(tmp_path, content)["tests"]
    assert test["flaky"] is True
    assert test["message"].startswith("waived: comes and goes")


@pytest.mark.parametrize("build", [documents.hostile, documents.document])
def test_hostile_and_empty_runs_are_valid(build: Any, tmp_path: Path) -> None:
    """Surrogates and a run that was cut off do not break the file."""
    rendered(tmp_path, {**build(), "finished": ""})
