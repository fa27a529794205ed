"""Every format says which cause explains a violation; SARIF has one result a cause."""

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.report.formats import allure, ctrf, junit, sarif, summary
from tests.suite.report import documents

KEY = "0b5e5a9325ad"
SENTENCE = "associateRealityData answers 200 instead of 409"
NAMES = [f"reality.association.rule-{number}" for number in range(3)]
CAUSE: dict[str, Any] = {
    "key": KEY,
    "sentence": SENTENCE,
    "operation": "associateRealityData",
    "explains": [f"{name}@associateRealityData" for name in reversed(NAMES)],
    "since": {"date": "2026-11-02", "run": "20261102T060102Z-91bc"},
    "diagnosis": [{"defect": "associate-allows-duplicates", "sentence": "x", "likelihood": 0.4}],
}


def content() -> dict[str, Any]:
    """Return a run of three violations with one cause, and one that has none."""
    rows = [documents.violation(name) for name in NAMES]
    return documents.document([*rows, documents.violation("a.b.alone")], causes=[CAUSE])


def results(tmp_path: Path, document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the results of the SARIF log."""
    found: list[dict[str, Any]] = json.loads(sarif.render(documents.report(tmp_path, document)))["runs"][0][
        "results"
    ]
    return found


def test_sarif_has_one_result_a_cause_with_the_rest_as_related_locations(tmp_path: Path) -> None:
    """It stands at the requirement that says most; a violation without a cause has a result of its own."""
    of_cause, alone = results(tmp_path, content())
    assert (of_cause["ruleId"], alone["ruleId"]) == (NAMES[2], "a.b.alone")
    assert of_cause["message"]["text"].startswith(f"{SENTENCE}. ")
    related = [each["message"]["text"].partition(":")[0] for each in of_cause["relatedLocations"]]
    assert related == [NAMES[1], NAMES[0]]
    assert "relatedLocations" not in alone


def test_the_fingerprint_of_a_result_comes_from_the_key_alone(tmp_path: Path) -> None:
    """What a cause explains may differ from run to run."""
    fewer = content() | {"causes": [CAUSE | {"explains": CAUSE["explains"][1:], "sentence": "otherwise"}]}
    one, other = (results(tmp_path, each)[0]["partialFingerprints"] for each in (content(), fewer))
    assert one == other
    assert set(one) == {"primaryLocationLineHash", "causeTarget/v1"}


@pytest.mark.parametrize("waived", [NAMES, NAMES[:2]], ids=["all", "some"])
def test_a_cause_is_suppressed_where_all_of_it_is_waived(tmp_path: Path, waived: list[str]) -> None:
    """A further violation of a waived cause is open."""
    document = content()
    for row in document["verdicts"]:
        row["waived"] = "known" if row["requirement"] in waived else ""
    (found,) = (one for one in results(tmp_path, document) if one["ruleId"] == NAMES[2])
    assert ("suppressions" in found) is (waived == NAMES)


def test_the_other_formats_name_the_cause_of_each_violation(tmp_path: Path) -> None:
    """By key and sentence."""
    report = documents.report(tmp_path, content())
    assert junit.render(report).count(f"[[PROPERTY|cause={KEY}: {SENTENCE}]]") == len(NAMES)
    tests = json.loads(ctrf.render(report))["results"]["tests"]
    assert [test["extra"].get("cause") for test in tests].count(KEY) == len(NAMES)
    found = [
        json.loads(text) for name, text in allure.render(report).items() if name.endswith("-result.json")
    ]
    labels = [label["value"] for each in found for label in each["labels"] if label["name"] == "cause"]
    assert labels == [KEY] * len(NAMES)
    page = summary.render(report)
    assert "### Causes (1)" in page
    assert "associate-allows-duplicates (40 %)" in page
