"""Renders `ctrf.json`, the Common Test Report Format: one test for each requirement and operation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from conformance.report import statistics
from conformance.report.exchanges import Record
from conformance.report.moments import moment_of
from conformance.results.model import Run, Waiver
from conformance.results.verdicts import Judgement, Verdict

SPEC_VERSION: Final = "0.0.0"
STATUSES: Final = ("passed", "failed", "skipped", "pending", "other")


def render_ctrf(run: Run, exchanges: Mapping[str, Record]) -> str:
    """Return the run as CTRF."""
    tests = [_test(run, judgement, exchanges) for judgement in run.verdicts]
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
            "tool": {"name": "itwin-conformance", "version": str(run.identity.get("suite", ""))},
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


def _test(run: Run, judgement: Judgement, exchanges: Mapping[str, Record]) -> dict[str, Any]:
    requirement = run.requirement(judgement.requirement)
    waiver = run.waiver(judgement)
    test = {
        "name": f"{judgement.operation}: {judgement.requirement}",
        "status": status(run, judgement),
        "duration": _duration(judgement, exchanges),
        "rawStatus": judgement.verdict.value,
        "suite": [run.operation(judgement.operation).api or "platform", judgement.operation],
        "type": "contract",
        "tags": [tag for tag in (judgement.level.value, requirement.basis) if tag],
        "flaky": bool(waiver and waiver.kind == "flaky"),
        "message": _message(run, judgement),
        "trace": judgement.curl,
        "extra": {"quote": requirement.quote, "page": requirement.page, "expect": requirement.expect},
    }
    return {name: value for name, value in test.items() if value not in ("", [])}


def _ended(waiver: Waiver) -> dict[str, Any]:
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


def status(run: Run, judgement: Judgement) -> str:
    """Return the word that CTRF has for this verdict."""
    if run.is_red(judgement):
        return "failed"
    if judgement.verdict in {Verdict.PASS, Verdict.OBSERVED}:
        return "passed"
    if judgement.verdict is Verdict.NOT_APPLICABLE or judgement.waived:
        return "skipped"
    return "other"


def _message(run: Run, judgement: Judgement) -> str:
    if judgement.verdict in statistics.VIOLATED:
        said = f"expected {judgement.expected}; got {judgement.actual or judgement.reason}"
        return said if run.is_red(judgement) else f"{statistics.why_tolerated(run, judgement)}: {said}"
    return judgement.reason


def _duration(judgement: Judgement, exchanges: Mapping[str, Record]) -> int:
    times = (exchanges[name].get("elapsed_ms") for name in judgement.evidence if name in exchanges)
    return round(sum(time for time in times if isinstance(time, int | float)))


def _millis(text: str) -> int:
    moment = moment_of(text)
    return round(moment.timestamp() * 1000) if moment else 0
