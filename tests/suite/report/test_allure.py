"""`allure-results/` holds one result for each requirement and operation."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from conformance.exchange.recorded import RecordedExchange
from conformance.report.formats import allure
from conformance.report.material import Report
from conformance.report.registry import render
from tests.suite.analysis import runs
from tests.suite.checkout import ROOT
from tests.suite.report import documents

Json = dict[str, Any]


def results(tmp_path: Path, content: Json, *exchanges: Json) -> dict[str, Json]:
    """Return the results by requirement, after writing them twice into the same folder."""
    folder = documents.write(tmp_path, content, exchanges or None)
    (folder / "allure-results").mkdir(exist_ok=True)
    (folder / "allure-results" / "older-result.json").write_text("{}", encoding="utf-8")
    render(folder, ["allure"])
    files = list((folder / "allure-results").glob("*-result.json"))
    assert len(files) == len(content["verdicts"]), "an older rendering was left behind"
    return {found["name"]: found for found in map(_read, files)}


def _read(path: Path) -> Json:
    content: Json = json.loads(path.read_text(encoding="utf-8"))
    return content


def labels(result: Json) -> dict[str, str]:
    """Return the labels of a result by name."""
    return {label["name"]: label["value"] for label in result["labels"]}


def test_each_verdict_has_a_status(tmp_path: Path) -> None:
    """Red is failed, gaps are broken, what does not apply is skipped, a deviation is not a failure."""
    found = results(tmp_path, documents.one_of_each())
    assert {name: result["status"] for name, result in found.items()} == {
        "reality.association.succeeds": "passed",
        "reality.association.duplicate-conflicts": "failed",
        "reality.association.known": "failed",
        "platform.responses.lowercase": "unknown",
        "platform.order.open": "passed",
        "reality.association.reader": "skipped",
        "platform.rate.limited": "broken",
        "platform.media.type": "broken",
    }
    known = found["reality.association.known"]
    assert known["statusDetails"]["known"] is True
    assert known["statusDetails"]["message"].startswith("waived: fixed in the next release")


def test_labels_steps_and_attachments_lead_to_the_proof(tmp_path: Path) -> None:
    """A result names requirement, level and operation and attaches request and response of each exchange."""
    result = results(tmp_path, documents.one_of_each())["reality.association.duplicate-conflicts"]
    found = labels(result)
    assert found["epic"] == "reality-management"
    assert found["feature"] == found["operation"] == found["suite"] == "associateRealityData"
    assert found["story"] == found["requirement"] == "reality.association.duplicate-conflicts"
    assert (found["level"], found["severity"]) == ("must", "critical")
    (step,) = result["steps"]
    assert step["status"] == "failed"
    assert [attachment["name"] for attachment in step["attachments"]] == ["request", "response"]
    response = tmp_path / "allure-results" / step["attachments"][1]["source"]
    assert response.read_text(encoding="utf-8").startswith("HTTP 200")
    assert result["stop"] - result["start"] == 3


def test_what_is_green_has_steps_and_no_attachments() -> None:
    """A thousand files of what nobody looks at would be most of the work; exchanges.ndjson has them all."""
    request = {"method": "GET", "url": "http://a/b"}
    exchanges = {n: RecordedExchange.model_validate({"id": n, "request": request}) for n in ("x1", "x2")}
    both = (runs.verdict("a.b", "PASS", evidence=["x1"]), runs.verdict("a.c", evidence=["x1", "x2"]))
    files = allure.render(Report(runs.run(*both), exchanges))
    results = [json.loads(text) for name, text in files.items() if name.endswith("-result.json")]
    attached = {r["name"]: [len(step.get("attachments", ())) for step in r["steps"]] for r in results}
    assert attached == {"a.b": [0], "a.c": [2, 2]}
    assert sum(name.endswith("-attachment.txt") for name in files) == 4


def test_history_follows_requirement_operation_and_target() -> None:
    """The same pair on the same target keeps its history; anything else has another one."""
    one = allure.history_id("a", "b", "qa")
    assert one == allure.history_id("a", "b", "qa")
    assert len({one, allure.history_id("a", "c", "qa"), allure.history_id("a", "b", "dev")}) == 2 + 1


def test_a_defect_link_that_is_no_web_link_is_no_link(tmp_path: Path) -> None:
    """A waiver's defect is linked only where following it is safe."""
    sound = results(tmp_path / "sound", documents.one_of_each())["reality.association.known"]
    assert sound["links"][0]["url"] == "https://tracker.example.com/7"
    hostile = results(tmp_path / "hostile", documents.hostile())
    assert all("links" not in result for result in hostile.values())


def test_provisional_violations_are_no_failures(tmp_path: Path) -> None:
    """A new requirement's violation has a category of its own."""
    content = documents.document(
        [documents.violation("a.b.c")], requirements={"a.b.c": documents.requirement(provisional=True)}
    )
    result = results(tmp_path, content)["a.b.c"]
    assert result["status"] == "unknown"
    assert result["statusDetails"]["message"].startswith("provisional")


def test_a_run_without_a_readable_start_is_written_too(tmp_path: Path) -> None:
    """A timestamp that is none does not end the report."""
    content = documents.document([documents.verdict("a.b.c")], started="yesterday")
    assert results(tmp_path, content)["a.b.c"]["name"] == "a.b.c"


def test_environment_and_categories_stand_beside_the_results(tmp_path: Path) -> None:
    """The environment is one property a line, and each category names its statuses."""
    results(tmp_path, documents.document([documents.verdict("a.b.c")], base_url="https://x.example/ü\\"))
    folder = tmp_path / "allure-results"
    environment = (folder / "environment.properties").read_text(encoding="utf-8")
    assert "target=qa\n" in environment
    assert "base_url=https://x.example/\\u00fc\\\\" in environment
    categories = json.loads((folder / "categories.json").read_text(encoding="utf-8"))
    assert {"name", "matchedStatuses", "messageRegex"} == set(categories[0])


def test_what_is_waived_is_a_known_issue_of_its_defect(tmp_path: Path) -> None:
    """Allure wants each issue once: two waivers of one defect are one, and what links nowhere is accepted."""
    waivers = [
        documents.waiver(requirement="a.b.one"),
        documents.waiver(requirement="a.b.two"),
        documents.waiver(requirement="a.b.three", defect="https://other.example.com/7"),
        documents.waiver(requirement="a.b.four", defect="ask the team"),
        documents.waiver("expired", requirement="a.b.five"),
    ]
    results(tmp_path, documents.document([documents.violation("a.b.one", waived="known")], waivers=waivers))
    known = _read(tmp_path / "allure-results" / "known-issues.json")
    one, other, nowhere = known["rules"]
    assert one["issue"] == {"id": "7", "type": "https://tracker.example.com"}
    assert len(one["testCaseId"]) == 2
    assert one["comment"] == "fixed in the next release (reality team, until 2026-12-01)"
    assert {other["resolution"], nowhere["resolution"]} == {"accepted"}
    assert known["links"]["https://tracker.example.com"]["urlTemplate"] == "https://tracker.example.com/%s"


@pytest.mark.node
def test_the_settings_of_allure_know_the_waivers_of_the_run(tmp_path: Path) -> None:
    """The settings are plain data that Node reads without anything installed; the history is of all runs."""
    waivers = [documents.waiver(requirement="a.b.one")]
    results(tmp_path, documents.document([documents.violation("a.b.one", waived="known")], waivers=waivers))
    script = "import('./allurerc.mjs').then((all) => console.log(JSON.stringify(all.default)))"
    for run, rules in ((tmp_path, 1), (tmp_path / "none", 0)):
        said = subprocess.run(
            ["node", "--eval", script],
            cwd=ROOT,
            env={**os.environ, "CONFORMANCE_RUN": str(run)},
            capture_output=True,
            text=True,
            check=True,
        )
        settings = json.loads(said.stdout)
        assert len(settings["resolutions"]["rules"]) == rules
        assert settings["resolutions"]["knownIssuesPath"].startswith(f"{run}/"), "not in the working folder"
        assert settings["historyPath"] == str(run.parent / "allure-history.jsonl")
        assert settings["categories"]["rules"][0]["name"] == "Waived violations"


@pytest.mark.parametrize(
    ("environ", "kind", "url"),
    [
        ({}, None, ""),
        (
            {
                "GITHUB_ACTIONS": "true",
                "GITHUB_SERVER_URL": "https://github.example",
                "GITHUB_REPOSITORY": "o/r",
                "GITHUB_RUN_ID": "99",
                "GITHUB_RUN_NUMBER": "7",
            },
            "github",
            "https://github.example/o/r/actions/runs/99",
        ),
        (
            {
                "TF_BUILD": "True",
                "SYSTEM_COLLECTIONURI": "https://dev.example/o/",
                "SYSTEM_TEAMPROJECT": "p",
                "BUILD_BUILDID": "7",
            },
            "azure",
            "https://dev.example/o/p/_build/results?buildId=7",
        ),
    ],
)
def test_the_executor_is_the_ci_service(
    environ: dict[str, str], kind: str | None, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In CI the report links to the build; elsewhere there is no executor."""
    for name in ("GITHUB_ACTIONS", "TF_BUILD"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    results(tmp_path, documents.document([documents.verdict("a.b.c")]))
    path = tmp_path / "allure-results" / "executor.json"
    assert path.exists() == (kind is not None)
    if kind:
        executor = _read(path)
        assert (executor["type"], executor["buildUrl"], executor["buildOrder"]) == (kind, url, 7)
