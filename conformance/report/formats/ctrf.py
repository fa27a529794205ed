"""Renders `ctrf.json`, the Common Test Report Format: one test for each requirement and operation."""

from __future__ import annotations

from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from conformance.report import statistics
from conformance.report.material import Report
from conformance.report.timestamps import milliseconds, timestamp_of
from conformance.results.model import RunReport, WaiverStanding
from conformance.results.text import json_text
from conformance.results.verdicts import VIOLATED, Outcome, Verdict

PATH: Final = "ctrf.json"
SPEC_VERSION: Final = "0.0.0"
STATUSES: Final = ("passed", "failed", "skipped", "pending", "other")


def render(report: Report) -> str:
    """Return the run as CTRF."""
    run = report.run
    tests = [_test(report, verdict) for verdict in run.verdicts]
    tests += [_ended(waiver) for waiver in statistics.ended_waivers(run)]
    found = [test["status"] for test in tests]
    document = {
        "reportFormat": "CTRF",
        "specVersion": SPEC_VERSION,
        "reportId": str(uuid5(NAMESPACE_URL, f"conformance:{run.run_id}")),
        **({"timestamp": run.finished} if timestamp_of(run.finished) else {}),
        "generatedBy": "itwin-conformance",
        "results": {
            "tool": {"name": "itwin-conformance", "version": run.provenance.suite},
            "summary": {
                "tests": len(tests),
                **{status: found.count(status) for status in STATUSES},
                "suites": len({tuple(test["suite"]) for test in tests}),
                "start": milliseconds(run.started),
                "stop": milliseconds(run.finished) or milliseconds(run.started),
            },
            "tests": tests,
            "environment": {
                "reportName": run.run_id,
                "testEnvironment": run.target,
                "extra": {"base_url": run.base_url, "profile": run.profile, "seed": run.seed},
            },
            "extra": {"exit_code": run.exit_code, "complete": run.complete, "leaks": len(run.leaks)},
        },
    }
    return json_text(document, 1) + "\n"


def _test(report: Report, verdict: Verdict) -> dict[str, Any]:
    run = report.run
    requirement, waiver = run.requirement(verdict.requirement), run.waiver(verdict)
    cause = run.cause_of(verdict)
    test = {
        "name": f"{verdict.operation}: {verdict.requirement}",
        "status": _status(run, verdict),
        "duration": round(sum(exchange.elapsed_ms for exchange in report.evidence(verdict))),
        "rawStatus": verdict.outcome.value,
        "suite": [run.operation(verdict.operation).api or "platform", verdict.operation],
        "type": "contract",
        "tags": [tag for tag in (verdict.level.value, requirement.basis) if tag],
        "flaky": bool(waiver and waiver.kind == "flaky"),
        "message": _message(run, verdict),
        "trace": verdict.curl,
        "extra": {
            "quote": requirement.quote,
            "page": requirement.page,
            "expect": requirement.expect,
            **({"cause": cause.key, "causeSentence": cause.sentence} if cause else {}),
        },
    }
    return {name: value for name, value in test.items() if value not in ("", [])}


def _ended(waiver: WaiverStanding) -> dict[str, Any]:
    """Return a waiver that makes the run red as a failed test: else a green report would hide a red run."""
    return {
        "name": f"waivers: {waiver.requirement} on {waiver.operation or 'every operation'}",
        "status": "failed",
        "duration": 0,
        "rawStatus": waiver.state,
        "suite": ["waivers"],
        "type": "contract",
        "message": f"the waiver of {waiver.owner or 'nobody'} is {waiver.state} (until {waiver.expires})",
    }


def _status(run: RunReport, verdict: Verdict) -> str:
    if run.is_red(verdict):
        return "failed"
    if verdict.outcome in {Outcome.PASS, Outcome.OBSERVED}:
        return "passed"
    return "skipped" if verdict.outcome is Outcome.NOT_APPLICABLE or verdict.waived else "other"


def _message(run: RunReport, verdict: Verdict) -> str:
    calm = verdict.outcome in VIOLATED and not run.is_red(verdict)
    why = f"{statistics.why_tolerated(run, verdict)}: " if calm else ""
    return why + statistics.message(verdict)
