"""Renders `report.sarif` (SARIF 2.1.0): a rule for each requirement, a result for each violation.

A violation that is gone has no result: that is how code scanning closes its alert.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from conformance.analysis.compare import Comparison, Kind
from conformance.claims.level import Level
from conformance.exchange.recorded import RecordedExchange
from conformance.report import statistics
from conformance.results.model import ReportedRequirement, RunReport
from conformance.results.text import shorten
from conformance.results.verdicts import Outcome, Verdict

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
TEXT: Final = 4_000
_LEVELS: Final = {Level.MUST: "error", Level.SHOULD: "warning", Level.UNSPECIFIED: "note"}
_BASELINE: Final = {
    Kind.NEW_VIOLATION: "new",
    Kind.EXPIRED: "unchanged",
    Kind.STILL: "unchanged",
    Kind.WAIVED: "unchanged",
}
_NOTICES: Final = {Outcome.CANNOT_JUDGE: "warning", Outcome.HARNESS_ERROR: "error"}


def render_sarif(
    run: RunReport, exchanges: Mapping[str, RecordedExchange], comparison: Comparison | None = None
) -> str:
    """Return the run's violations as SARIF; with a comparison each one says whether it is new."""
    names = sorted({verdict.requirement for verdict in run.verdicts})
    states = _states(comparison)
    rules = {name: index for index, name in enumerate(names)}
    results = [
        _result(run, verdict, rules[verdict.requirement], exchanges, states)
        for verdict in run.verdicts
        if verdict.outcome in statistics.VIOLATED
    ]
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(run, names)},
                "automationDetails": {"id": f"conformance/{run.target}/{run.run_id}"},
                "invocations": [_invocation(run)],
                "columnKind": "unicodeCodePoints",
                "properties": {"target": run.target, "baseUrl": run.base_url, "profile": run.profile},
                "results": results,
            }
        ],
    }
    return json.dumps(log, indent=1) + "\n"


def _states(comparison: Comparison | None) -> dict[tuple[str, str], str] | None:
    if comparison is None:
        return None
    return {
        (move.requirement, move.operation): _BASELINE[move.move]
        for move in reversed(comparison.moves)  # the gravest stand first, and count
        if move.move in _BASELINE
    }


def _driver(run: RunReport, names: Iterable[str]) -> dict[str, Any]:
    version = run.provenance.suite
    return {
        "name": "itwin-conformance",
        **({"semanticVersion": version} if version else {}),
        "rules": [_rule(run.requirement(name)) for name in names],
    }


def _rule(requirement: ReportedRequirement) -> dict[str, Any]:
    claim = requirement.expect or requirement.quote or requirement.id
    help_text = "\n\n".join(part for part in (requirement.quote and f"“{requirement.quote}”", claim) if part)
    return {
        "id": requirement.id,
        "shortDescription": {"text": shorten(claim, 1_000)},
        "fullDescription": {"text": shorten(requirement.sentence or claim, 1_000)},
        "help": {"text": shorten(help_text, TEXT)},
        "defaultConfiguration": {"level": _LEVELS[Level(requirement.level)]},
        "properties": {
            "tags": [tag for tag in ("contract", requirement.level, requirement.basis) if tag],
            "page": requirement.page,
        },
    }


def _result(
    run: RunReport,
    verdict: Verdict,
    index: int,
    exchanges: Mapping[str, RecordedExchange],
    states: Mapping[tuple[str, str], str] | None,
) -> dict[str, Any]:
    key = (verdict.requirement, verdict.operation)
    print_ = hashlib.sha256("\n".join((*key, run.target)).encode()).hexdigest()[:32]
    message = f"{verdict.operation}: expected {verdict.expected}; got {verdict.actual or verdict.reason}"
    result: dict[str, Any] = {
        "ruleId": verdict.requirement,
        "ruleIndex": index,
        "kind": "fail",
        "level": "error" if verdict.outcome is Outcome.FAIL or run.is_red(verdict) else "warning",
        "message": {"text": shorten(message, TEXT)},
        "locations": [_location(run, verdict)],
        "partialFingerprints": {
            "primaryLocationLineHash": f"{print_}:1",
            "requirementOperationTarget/v1": print_,
        },
        "properties": {"operation": verdict.operation, "curl": verdict.curl},
    }
    if states is not None:
        result["baselineState"] = states.get(key, "unchanged")
    suppression = _suppression(run, verdict)
    if suppression:
        result["suppressions"] = [suppression]
    evidence = [exchanges[name] for name in verdict.evidence if name in exchanges]
    return {**result, **_web(evidence[-1])} if evidence else result


def _location(run: RunReport, verdict: Verdict) -> dict[str, Any]:
    """Point at the file that states the claim: code scanning shows no result without a file."""
    operation = run.operation(verdict.operation)
    api = "platform" if verdict.requirement.startswith("platform.") else operation.api or "platform"
    file = "platform.requirements.yaml" if api == "platform" else f"{api}/requirements.yaml"
    call = f"{operation.method} {operation.path}".strip() or operation.id
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": f"specs/{file}"},
            "region": {"startLine": 1},
        },
        "logicalLocations": [{"name": operation.id, "fullyQualifiedName": call, "kind": "function"}],
    }


def _suppression(run: RunReport, verdict: Verdict) -> dict[str, Any]:
    if verdict.waived:
        waiver = run.waiver(verdict)
        more = {"defect": waiver.defect, "owner": waiver.owner, "expires": waiver.expires} if waiver else {}
        return {
            "kind": "external",
            "status": "accepted",
            "justification": verdict.waived,
            "properties": more,
        }
    if run.requirement(verdict.requirement).provisional:
        why = statistics.why_tolerated(run, verdict)
        return {"kind": "external", "status": "underReview", "justification": why}
    return {}


def _web(record: RecordedExchange) -> dict[str, Any]:
    request, response = record.request, record.response
    return {
        "webRequest": {
            "method": request.method,
            "target": request.url,
            "headers": dict(request.headers),
            "body": {"text": shorten(request.body or "", TEXT)},
        },
        "webResponse": {"noResponseReceived": True}
        if response is None
        else {
            "statusCode": response.status,
            "headers": dict(response.headers),
            "body": {"text": shorten(response.body or "", TEXT)},
            "noResponseReceived": False,
        },
    }


def _invocation(run: RunReport) -> dict[str, Any]:
    times = {"startTimeUtc": run.started, "endTimeUtc": run.finished}
    return {
        "executionSuccessful": run.complete and run.exit_code in {0, 1},
        "exitCode": run.exit_code,
        **{name: moment for name, moment in times.items() if moment},
        "toolExecutionNotifications": [
            {
                "level": _NOTICES[verdict.outcome],
                "descriptor": {"id": verdict.outcome.value},
                "associatedRule": {"id": verdict.requirement},
                "message": {"text": f"{verdict.requirement} on {verdict.operation}: {verdict.reason}"},
            }
            for verdict in run.verdicts
            if verdict.outcome in _NOTICES
        ],
    }
