"""`report.sarif` is valid SARIF 2.1.0 and says what is new and what is waived."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from conformance.analysis.compare.model import Comparison
from conformance.report.formats.sarif import render
from tests.suite.report import documents

Json = dict[str, Any]


@cache
def published() -> Draft4Validator:
    """Return a validator of the published schema."""
    path = Path(__file__).parent / "data" / "sarif-2.1.0.schema.json"
    return Draft4Validator(json.loads(path.read_text(encoding="utf-8")))


def log(tmp_path: Path, content: Json, comparison: Comparison | None = None, **exchange: Any) -> Json:
    """Return the rendered run object, after holding the file to the schema."""
    recorded = documents.exchange() | exchange
    document = json.loads(render(documents.report(tmp_path, content, recorded, comparison=comparison)))
    published().validate(document)
    run: Json = document["runs"][0]
    return run


def test_each_violation_is_a_result_of_its_rule(tmp_path: Path) -> None:
    """Fail and deviation are results; the rule carries the page's sentence."""
    run = log(tmp_path, documents.one_of_each())
    rules = run["tool"]["driver"]["rules"]
    found = {result["ruleId"]: result for result in run["results"]}
    assert {name: result["level"] for name, result in found.items()} == {
        "reality.association.duplicate-conflicts": "error",
        "reality.association.known": "error",
        "platform.responses.lowercase": "warning",
    }
    for name, result in found.items():
        assert rules[result["ruleIndex"]]["id"] == name
    uri = found["platform.responses.lowercase"]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "specs/platform.requirements.yaml"


def test_a_run_that_recorded_no_place_points_at_the_file_of_the_api(tmp_path: Path) -> None:
    """Runs of an older suite are rendered again."""
    operations = {"getA": {"api": "itwins", "method": "GET", "path": "/a"}}
    content = documents.document([documents.violation("a.b.c", operation="getA")], operations=operations)
    (result,) = log(tmp_path, content)["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place == {
        "artifactLocation": {"uri": "specs/itwins/requirements.yaml"},
        "region": {"startLine": 1},
    }


def test_a_result_opens_its_row_and_its_page(tmp_path: Path) -> None:
    """The alert stands at the row's line, and its rule links to where the page is published."""
    url = "https://developer.example.com/operations/a"
    row = documents.requirement() | {"file": "itwins/requirements.yaml", "line": 12, "operations": ["getA"]}
    content = documents.document(
        [documents.violation("a.b.c", operation="getA")],
        requirements={"a.b.c": row},
        operations={"getA": {"method": "GET", "path": "/a", "url": url}},
    )
    run = log(tmp_path, content)
    (result,) = run["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "specs/itwins/requirements.yaml"
    assert place["region"]["startLine"] == row["line"]
    assert run["tool"]["driver"]["rules"][0]["helpUri"] == url


def test_a_waived_violation_is_suppressed_with_its_reason(tmp_path: Path) -> None:
    """Code scanning shows a waived violation as dismissed, and why."""
    run = log(tmp_path, documents.one_of_each())
    found = {result["ruleId"]: result.get("suppressions") for result in run["results"]}
    assert found["reality.association.duplicate-conflicts"] is None
    suppression = found["reality.association.known"][0]
    assert (suppression["status"], suppression["justification"]) == ("accepted", "fixed in the next release")
    assert suppression["properties"]["defect"] == "https://tracker.example.com/7"


def test_a_provisional_violation_is_under_review(tmp_path: Path) -> None:
    """A new requirement raises no alert before it is settled."""
    content = documents.document(
        [documents.violation("a.b.c")], requirements={"a.b.c": documents.requirement(provisional=True)}
    )
    (result,) = log(tmp_path, content)["results"]
    assert result["suppressions"][0]["status"] == "underReview"


def test_a_comparison_says_what_is_new(tmp_path: Path) -> None:
    """With a comparison each result has its baseline state, without one none has."""
    run = log(tmp_path, documents.one_of_each(), documents.comparison())
    assert {result["ruleId"]: result["baselineState"] for result in run["results"]} == {
        "reality.association.duplicate-conflicts": "new",
        "reality.association.known": "unchanged",
        "platform.responses.lowercase": "unchanged",
    }
    assert "baselineState" not in log(tmp_path, documents.one_of_each())["results"][0]


def test_a_result_keeps_its_identity_from_run_to_run(tmp_path: Path) -> None:
    """The fingerprint follows requirement, operation and target, not what the target sent."""
    one = log(tmp_path / "one", documents.document([documents.violation("a.b.c")]))
    content = documents.document([documents.violation("a.b.c", actual="500")], run_id="another")
    two = log(tmp_path / "two", content)
    assert one["results"][0]["partialFingerprints"] == two["results"][0]["partialFingerprints"]
    elsewhere = log(tmp_path / "three", {**content, "target": "dev"})
    assert one["results"][0]["partialFingerprints"] != elsewhere["results"][0]["partialFingerprints"]


def test_what_was_not_judged_is_told_of_the_run(tmp_path: Path) -> None:
    """Gaps are notifications of the tool, not results."""
    (invocation,) = log(tmp_path, documents.one_of_each())["invocations"]
    kinds = [note["descriptor"]["id"] for note in invocation["toolExecutionNotifications"]]
    assert sorted(kinds) == ["CANNOT_JUDGE", "HARNESS_ERROR"]
    assert invocation["exitCode"] == 1


@pytest.mark.parametrize("build", [documents.hostile, documents.document])
def test_hostile_and_empty_runs_are_valid(build: Any, tmp_path: Path) -> None:
    """Surrogates, NUL and markup do not break the file."""
    log(tmp_path, build(), **documents.exchange(body=documents.HOSTILE))


def test_an_exchange_without_a_response_says_so(tmp_path: Path) -> None:
    """A request that got no response is evidence too."""
    content = documents.document([documents.violation("a.b.c")])
    (result,) = log(tmp_path, content, response=None, failure="timed out")["results"]
    assert result["webResponse"] == {"noResponseReceived": True}


def test_a_message_holds_no_link_of_a_server(tmp_path: Path) -> None:
    """What a viewer of SARIF would take for a link in what was seen is only text."""
    content = documents.document([documents.violation("a.b.c", actual="[click](https://evil.example)")])
    (result,) = log(tmp_path, content)["results"]
    assert result["message"]["text"].endswith("got [click] (https://evil.example)")
