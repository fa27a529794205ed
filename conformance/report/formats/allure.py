"""Renders `allure-results/`: one result for each requirement and operation. Only this module knows Allure."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from allure_commons.logger import AllureMemoryLogger
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
from conformance.report.ci_job import ci_job
from conformance.report.exchanges import request_text, response_text, title
from conformance.report.files import Files
from conformance.report.material import Report
from conformance.report.timestamps import milliseconds
from conformance.results.model import RunReport, WaiverStanding, WaiverState
from conformance.results.text import json_text, markdown, shorten, terminal, visible, web_link
from conformance.results.verdicts import VIOLATED, Outcome, Verdict

PATH: Final = "allure-results"
KNOWN_ISSUES: Final = "known-issues.json"
"""Not a file of Allure's own: `allurerc.mjs` reads it, as Allure 3 keeps what is known in its settings."""

PARTS: Final[Mapping[str, Callable[[RecordedExchange], str]]] = {
    "request": request_text,
    "response": response_text,
}
GREEN: Final = frozenset({Outcome.PASS, Outcome.OBSERVED})  # a thousand files of what nobody looks at
_LOGGER: Final[Any] = AllureMemoryLogger  # has no annotations of its own
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


def render(report: Report) -> Mapping[str, str]:
    """Return the text of each file of the folder, by its name."""
    run = report.run
    files: dict[str, Callable[[], str]] = {}
    for verdict in run.verdicts:
        files[f"{_uuid(run, *verdict.pair)}-result.json"] = partial(_result_text, report, verdict)
        if verdict.outcome not in GREEN:  # the exchanges of the others stand in exchanges.ndjson
            files |= {
                _attachment(run, name, part): partial(_attached, report, name, part)
                for name in verdict.evidence
                for part in PARTS
            }
    files["environment.properties"] = partial(_environment, run)
    files["categories.json"] = partial(json_text, _categories(), 1)
    files[KNOWN_ISSUES] = partial(json_text, _known_issues(run.waivers), 1)
    if executor := ci_job(os.environ):
        files["executor.json"] = partial(json_text, executor, 1)
    return Files(files)


def _result_text(report: Report, verdict: Verdict) -> str:
    logger = _LOGGER()
    logger.report_result(_result(report, verdict))
    return json_text(logger.test_cases[0])


def _attachment(run: RunReport, exchange: str, part: str) -> str:
    """Return the name of the file that holds a part of an exchange."""
    return f"{_uuid(run, exchange, part)}-attachment.txt"


def _attached(report: Report, exchange: str, part: str) -> str:
    """Return the text of a part of an exchange, "" where the exchange cannot be read."""
    found = report.exchanges.get(exchange)
    return terminal(PARTS[part](found)) if found is not None else ""


def history_id(requirement: str, operation: str, target: str) -> str:
    """Return the id under which Allure keeps the history of a requirement on an operation of a target."""
    return _digest(requirement, operation, target)


def _case_id(requirement: str, operation: str) -> str:
    """Return the id under which Allure knows a requirement on an operation, whatever the target."""
    return _digest(requirement, operation)


def _digest(*words: str) -> str:
    return hashlib.md5("\n".join(words).encode(), usedforsecurity=False).hexdigest()


def _uuid(run: RunReport, *words: str) -> str:
    """Return an id of a part of this run: rendered again, it is the same."""
    return str(uuid5(NAMESPACE_URL, "\n".join(("conformance", run.run_id, *words))))


def _result(report: Report, verdict: Verdict) -> TestResult:
    run, evidence = report.run, report.evidence(verdict)
    times = [_times(exchange) for exchange in evidence] or [(milliseconds(run.started),) * 2]
    status = _status(run, verdict)
    parts = () if verdict.outcome in GREEN else tuple(PARTS)
    return TestResult(
        uuid=_uuid(run, *verdict.pair),
        historyId=history_id(*verdict.pair, run.target),
        testCaseId=_case_id(*verdict.pair),
        fullName=f"{verdict.operation}: {verdict.requirement}",
        name=verdict.requirement,
        titlePath=[run.operation(verdict.operation).api or "platform", verdict.operation],
        description=_description(run, verdict),
        status=status,
        statusDetails=_details(run, verdict),
        stage="finished",
        steps=[
            _step(run, exchange, status if exchange is evidence[-1] else Status.PASSED, parts)
            for exchange in evidence
        ],
        parameters=[
            Parameter(name="operation", value=verdict.operation),
            Parameter(name="target", value=run.target),
            Parameter(name="seed", value=str(run.seed), excluded=True),
        ],
        labels=_labels(run, verdict),
        links=_links(run, verdict),
        start=min(start for start, _ in times),
        stop=max(stop for _, stop in times),
    )


def _status(run: RunReport, verdict: Verdict) -> str:
    if run.is_red(verdict):
        return Status.FAILED
    if run.is_provisional(verdict.requirement) and verdict.outcome is Outcome.FAIL:
        return Status.UNKNOWN
    return _STATUS[verdict.outcome]


def _details(run: RunReport, verdict: Verdict) -> StatusDetails | None:
    if verdict.outcome is Outcome.PASS:
        return None
    message = f"{verdict.outcome}: {statistics.message(verdict) or verdict.actual}"
    if verdict.outcome not in VIOLATED:
        return StatusDetails(message=message)
    if not run.is_red(verdict) and verdict.outcome is Outcome.FAIL:
        message = f"{statistics.why_tolerated(run, verdict)}\n{message}"
    return StatusDetails(
        message=shorten(message, 4000), trace=verdict.curl, known=bool(verdict.waived) or None
    )


def _description(run: RunReport, verdict: Verdict) -> str:
    """Return what is known of the requirement, as the Markdown that Allure shows."""
    requirement = run.requirement(verdict.requirement)
    facts = {
        "page says": requirement.quote and f"“{requirement.quote}”",
        "claim": requirement.expect,
        "question to the owner": requirement.ask,
        "cause": statistics.cause_text(run, verdict),
        "seen": verdict.observed,
    }
    return "\n\n".join(f"{name}: {markdown(value)}" for name, value in facts.items() if value)


def _labels(run: RunReport, verdict: Verdict) -> list[Label]:
    api = run.operation(verdict.operation).api or "platform"
    cause = run.cause_of(verdict)
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
        "basis": run.requirement(verdict.requirement).basis,
        "cause": cause.key if cause else "",
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


def _step(run: RunReport, exchange: RecordedExchange, status: str, parts: Sequence[str]) -> TestStepResult:
    start, stop = _times(exchange)
    return TestStepResult(
        name=shorten(title(exchange), 300),
        status=status,
        stage="finished",
        start=start,
        stop=stop,
        attachments=[
            Attachment(name=part, source=_attachment(run, exchange.id, part), type="text/plain")
            for part in parts
        ],
    )


def _times(exchange: RecordedExchange) -> tuple[int, int]:
    start = int(exchange.started * 1000)
    return start, start + int(exchange.elapsed_ms)


def _known_issues(waivers: Iterable[WaiverStanding]) -> dict[str, Any]:
    """Return what is known already as the rules and links of Allure's `resolutions`.

    Allure wants an issue once, with an id of its own and a link made of a template and that id; a waiver
    whose defect is none is accepted with its reason.
    """
    by_defect: dict[str, list[WaiverStanding]] = {}
    for waiver in waivers:
        if waiver.state is WaiverState.ACTIVE:
            by_defect.setdefault(waiver.defect, []).append(waiver)
    rules: list[dict[str, Any]] = []
    links: dict[str, dict[str, str]] = {}
    ids: set[str] = set()
    for defect, group in by_defect.items():
        covers: dict[str, Any] = {
            "comment": "; ".join(sorted({f"{w.reason} ({w.owner}, until {w.expires})" for w in group})),
            "testCaseId": [_case_id(w.requirement, w.operation) for w in group],
        }
        base, _, number = defect.rpartition("/")
        if not web_link(f"{base}/") or "%" in defect or not number.isalnum() or number in ids:
            rules.append({"resolution": "accepted", **covers})
            continue
        ids.add(number)
        links[base] = {"urlTemplate": f"{base}/%s", "nameTemplate": "%s"}
        rules.append({"resolution": "issue", "issue": {"id": number, "type": base}, **covers})
    return {"rules": rules, "links": links}


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
    """Return the value as a file of Java properties has it: one line of ASCII."""
    text = visible(value).replace("\\", "\\\\").replace("\n", "\\n")
    return "".join(char if char.isascii() else json.dumps(char)[1:-1] for char in text)


def _categories() -> list[dict[str, Any]]:
    return [
        {"name": name, "matchedStatuses": statuses, "messageRegex": f"(?s)({start}).*"}
        for name, statuses, start in _CATEGORIES
    ]
