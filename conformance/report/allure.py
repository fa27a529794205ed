"""Writes `allure-results/`: one result for each requirement and operation. Only this module knows Allure."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from allure_commons.logger import AllureFileLogger
from allure_commons.model2 import (
    Attachment,
    Label,
    Link,
    Parameter,
    Status,
    StatusDetails,
    TestResult,
    TestStepResult,
)
from allure_commons.types import LabelType, LinkType, Severity

from conformance.claims.level import Level
from conformance.exchange.recorded import RecordedExchange
from conformance.report import statistics
from conformance.report.allure_known import KNOWN_ISSUES, known_issues
from conformance.report.exchanges import request_text, response_text, title
from conformance.report.moments import moment_of
from conformance.results.model import RunReport
from conformance.results.text import one_line, shorten, visible, web_link
from conformance.results.verdicts import Outcome, Verdict

_LOGGER: Final[Any] = AllureFileLogger  # has no annotations of its own
_SEVERITY: Final = {
    Level.MUST: Severity.CRITICAL,
    Level.SHOULD: Severity.NORMAL,
    Level.UNSPECIFIED: Severity.TRIVIAL,
}
_STATUS: Final = {
    Outcome.PASS: Status.PASSED,
    Outcome.OBSERVED: Status.PASSED,
    Outcome.FAIL: Status.FAILED,
    Outcome.DEVIATION: Status.UNKNOWN,
    Outcome.NOT_APPLICABLE: Status.SKIPPED,
    Outcome.CANNOT_JUDGE: Status.BROKEN,
    Outcome.HARNESS_ERROR: Status.BROKEN,
}
_CATEGORIES: Final = (
    ("Waived violations", [Status.FAILED], "waived"),
    ("Provisional requirements", [Status.UNKNOWN], "provisional"),
    ("Violations", [Status.FAILED], "FAIL|DEVIATION"),
    ("Deviations", [Status.UNKNOWN], "DEVIATION"),
    ("Could not be judged", [Status.BROKEN], "CANNOT_JUDGE"),
    ("Errors of the suite", [Status.BROKEN], "HARNESS_ERROR"),
    ("Not applicable to this target", [Status.SKIPPED], "NOT_APPLICABLE"),
)


def write_allure(run: RunReport, exchanges: Mapping[str, RecordedExchange], folder: Path) -> None:
    """Write the run's Allure results into the folder, in place of any older ones."""
    logger = _LOGGER(str(folder), clean=True)
    attached: dict[str, list[Attachment]] = {}
    for verdict in run.verdicts:
        evidence = [exchanges[name] for name in verdict.evidence if name in exchanges]
        for record in evidence:
            if record.id not in attached:
                attached[record.id] = _attach(logger, record)
        logger.report_result(_result(run, verdict, evidence, attached))
    _write(folder / "environment.properties", _environment(run))
    _write(folder / "categories.json", json.dumps(_categories(), indent=1))
    _write(folder / KNOWN_ISSUES, json.dumps(known_issues(run, case_id), indent=1))
    executor = _executor(os.environ)
    if executor:
        _write(folder / "executor.json", json.dumps(executor, indent=1))


def history_id(requirement: str, operation: str, target: str) -> str:
    """Return the id under which Allure keeps the history of a requirement on an operation of a target."""
    return _digest(requirement, operation, target)


def case_id(requirement: str, operation: str) -> str:
    """Return the id under which Allure knows a requirement on an operation, whatever the target."""
    return _digest(requirement, operation)


def _digest(*words: str) -> str:
    return hashlib.md5("\n".join(words).encode(), usedforsecurity=False).hexdigest()


def _attach(logger: Any, record: RecordedExchange) -> list[Attachment]:
    attachments = []
    for name, text in (("request", request_text(record)), ("response", response_text(record))):
        source = f"{uuid4()}-attachment.txt"
        logger.report_attached_data(visible(text), source)
        attachments.append(Attachment(name=name, source=source, type="text/plain"))
    return attachments


def _result(
    run: RunReport,
    verdict: Verdict,
    evidence: list[RecordedExchange],
    attached: Mapping[str, list[Attachment]],
) -> TestResult:
    start, stop = _span(run, evidence)
    status = _status(run, verdict)
    return TestResult(
        uuid=str(uuid4()),
        historyId=history_id(verdict.requirement, verdict.operation, run.target),
        testCaseId=case_id(verdict.requirement, verdict.operation),
        fullName=f"{verdict.operation}: {verdict.requirement}",
        name=verdict.requirement,
        titlePath=[run.operation(verdict.operation).api or "platform", verdict.operation],
        description=_description(run, verdict),
        status=status,
        statusDetails=_details(run, verdict),
        stage="finished",
        steps=[
            _step(record, attached[record.id], status, last=record is evidence[-1]) for record in evidence
        ],
        parameters=[
            Parameter(name="operation", value=verdict.operation),
            Parameter(name="target", value=run.target),
            Parameter(name="seed", value=str(run.seed), excluded=True),
        ],
        labels=_labels(run, verdict),
        links=_links(run, verdict),
        start=start,
        stop=stop,
    )


def _status(run: RunReport, verdict: Verdict) -> str:
    if run.is_red(verdict):
        return Status.FAILED
    if run.requirement(verdict.requirement).provisional and verdict.outcome is Outcome.FAIL:
        return Status.UNKNOWN
    return _STATUS[verdict.outcome]


def _details(run: RunReport, verdict: Verdict) -> StatusDetails | None:
    if verdict.outcome is Outcome.PASS:
        return None
    if verdict.outcome not in statistics.VIOLATED:
        return StatusDetails(message=f"{verdict.outcome}: {verdict.reason or verdict.actual}")
    message = f"{verdict.outcome}: expected {verdict.expected}; got {verdict.actual or verdict.reason}"
    if not run.is_red(verdict) and verdict.outcome is Outcome.FAIL:
        message = f"{statistics.why_tolerated(run, verdict)}\n{message}"
    return StatusDetails(
        message=shorten(message, 4000), trace=verdict.curl, known=bool(verdict.waived) or None
    )


def _description(run: RunReport, verdict: Verdict) -> str:
    requirement = run.requirement(verdict.requirement)
    facts = {
        "page says": requirement.quote and f"“{requirement.quote}”",
        "claim": requirement.expect,
        "question to the owner": requirement.ask,
        "seen": verdict.observed,
    }
    return "\n\n".join(f"{name}: {one_line(value)}" for name, value in facts.items() if value)


def _labels(run: RunReport, verdict: Verdict) -> list[Label]:
    requirement = run.requirement(verdict.requirement)
    api = run.operation(verdict.operation).api or "platform"
    labels = {
        LabelType.EPIC: api,
        LabelType.FEATURE: verdict.operation,
        LabelType.STORY: verdict.requirement,
        LabelType.PARENT_SUITE: run.target,
        LabelType.SUITE: verdict.operation,
        LabelType.SUB_SUITE: verdict.requirement.rpartition(".")[0],
        LabelType.SEVERITY: _SEVERITY[verdict.level].value,
        LabelType.FRAMEWORK: "itwin-conformance",
        "requirement": verdict.requirement,
        "operation": verdict.operation,
        "level": verdict.level.value,
        "basis": requirement.basis,
        LabelType.TAG: verdict.outcome.value,
    }
    return [Label(name=str(name), value=value) for name, value in labels.items() if value]


def _links(run: RunReport, verdict: Verdict) -> list[Link]:
    waiver = run.waiver(verdict)
    page = run.requirement(verdict.requirement).page
    links = [Link(type=LinkType.LINK, url=page, name="page")] if web_link(page) else []
    if waiver and web_link(waiver.defect):
        links.append(Link(type=LinkType.ISSUE, url=waiver.defect, name=waiver.defect))
    return links


def _step(
    record: RecordedExchange, attachments: list[Attachment], status: str, *, last: bool
) -> TestStepResult:
    """Return an exchange as a step; the newest one is the step that decided."""
    start, stop = _times(record)
    return TestStepResult(
        name=shorten(title(record), 300),
        status=status if last else Status.PASSED,
        stage="finished",
        start=start,
        stop=stop,
        attachments=attachments,
    )


def _times(record: RecordedExchange) -> tuple[int, int]:
    start = int(record.started * 1000)
    return start, start + int(record.elapsed_ms)


def _span(run: RunReport, evidence: list[RecordedExchange]) -> tuple[int, int]:
    if evidence:
        times = [_times(record) for record in evidence]
        return min(start for start, _ in times), max(stop for _, stop in times)
    moment = moment_of(run.started)
    begun = int(moment.timestamp() * 1000) if moment else 0
    return begun, begun


def _environment(run: RunReport) -> str:
    environment = run.provenance.environment
    facts = {
        "run": run.run_id,
        "target": run.target,
        "base_url": run.base_url,
        "profile": run.profile,
        "seed": run.seed,
        "strict": run.strict,
        "suite": run.provenance.suite,
        "python": environment.python,
        "platform": environment.platform,
    }
    return "".join(f"{name}={_property(str(value))}\n" for name, value in facts.items())


def _property(value: str) -> str:
    text = value.replace("\\", "\\\\").replace("\n", "\\n")
    return text.encode("ascii", "backslashreplace").decode() if text.isascii() else json.dumps(text)[1:-1]


def _categories() -> list[dict[str, Any]]:
    return [
        {"name": name, "matchedStatuses": statuses, "messageRegex": f"(?s)({start}).*"}
        for name, statuses, start in _CATEGORIES
    ]


def _executor(environ: Mapping[str, str]) -> dict[str, Any]:
    if environ.get("GITHUB_ACTIONS") == "true":
        base = f"{environ.get('GITHUB_SERVER_URL', '')}/{environ.get('GITHUB_REPOSITORY', '')}"
        number = environ.get("GITHUB_RUN_NUMBER", "0")
        url = f"{base}/actions/runs/{environ.get('GITHUB_RUN_ID', '')}"
        return _build("GitHub Actions", "github", number, environ.get("GITHUB_WORKFLOW", ""), url)
    if environ.get("TF_BUILD"):
        base = f"{environ.get('SYSTEM_COLLECTIONURI', '')}{environ.get('SYSTEM_TEAMPROJECT', '')}"
        number = environ.get("BUILD_BUILDID", "0")
        url = f"{base}/_build/results?buildId={number}"
        return _build("Azure Pipelines", "azure", number, environ.get("BUILD_DEFINITIONNAME", ""), url)
    return {}


def _build(name: str, kind: str, number: str, workflow: str, url: str) -> dict[str, Any]:
    order = int(number) if number.isdecimal() else 0
    return {
        "name": name,
        "type": kind,
        "buildOrder": order,
        "buildName": f"{workflow} #{number}",
        "buildUrl": url,
    }


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
