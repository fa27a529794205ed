"""Renders `ctrf.json`, the Common Test Report Format: one test for each requirement and operation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from conformance.exchange.recorded import RecordedExchange
from conformance.report import statistics
from conformance.report.moments import moment_of
from conformance.results.model import RunReport, WaiverStanding
from conformance.results.verdicts import Outcome, Verdict

SPEC_VERSION: Final = "0.0.0"
STATUSES: Final = ("passed", "failed", "skipped", "pending", "other")


def render_ctrf(run: RunReport, exchanges: Mapping[str, RecordedExchange]) -> str:
    """Return the run as CTRF."""
    tests = [_test(run, verdict, exchanges) for verdict in run.verdicts]
    tests += [_ended(waiver) for waiver in statistics.expired(run)]
    found = [test["status"] for test in tests]
    start, stop = _millis(run.started), _millis(run.finished) or _millis(run.started)
    report = {
        "reportFormat": "CTRF",
        "specVersion": SPEC_VERSION,
        "reportId": str(uuid5(NAMESPACE_URL, f"conformance:{run.run_id}")),
        **({"timestamp": run.finished} if moment_of(run.finished) else {}),
        "generatedBy": "itwin-conformance",
        "results": {
            "tool": {"name": "itwin-conformance", "version": run.provenance.suite},
            "summary": {
                "tests": len(tests),
                **{status: found.count(status) for status in STATUSES},
                "suites": len({tuple(test["suite"]) for test in tests}),
                "start": start,
                "stop": stop,
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
    return json.dumps(report, indent=1) + "\n"


def _test(run: RunReport, verdict: Verdict, exchanges: Mapping[str, RecordedExchange]) -> dict[str, Any]:
    requirement = run.requirement(verdict.requirement)
    waiver = run.waiver(verdict)
    test = {
        "name": f"{verdict.operation}: {verdict.requirement}",
        "status": status(run, verdict),
        "duration": _duration(verdict, exchanges),
        "rawStatus": verdict.outcome.value,
        "suite": [run.operation(verdict.operation).api or "platform", verdict.operation],
        "type": "contract",
        "tags": [tag for tag in (verdict.level.value, requirement.basis) if tag],
        "flaky": bool(waiver and waiver.kind == "flaky"),
        "message": _message(run, verdict),
        "trace": verdict.curl,
        "extra": {"quote": requirement.quote, "page": requirement.page, "expect": requirement.expect},
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


def status(run: RunReport, verdict: Verdict) -> str:
    """Return the word that CTRF has for this verdict."""
    if run.is_red(verdict):
        return "failed"
    if verdict.outcome in {Outcome.PASS, Outcome.OBSERVED}:
        return "passed"
    if verdict.outcome is Outcome.NOT_APPLICABLE or verdict.waived:
        return "skipped"
    return "other"


def _message(run: RunReport, verdict: Verdict) -> str:
    if verdict.outcome in statistics.VIOLATED:
        said = f"expected {verdict.expected}; got {verdict.actual or verdict.reason}"
        return said if run.is_red(verdict) else f"{statistics.why_tolerated(run, verdict)}: {said}"
    return verdict.reason


def _duration(verdict: Verdict, exchanges: Mapping[str, RecordedExchange]) -> int:
    return round(sum(exchanges[name].elapsed_ms for name in verdict.evidence if name in exchanges))


def _millis(text: str) -> int:
    moment = moment_of(text)
    return round(moment.timestamp() * 1000) if moment else 0
