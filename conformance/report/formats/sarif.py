"""Renders `report.sarif` (SARIF 2.1.0): a rule for each requirement, a result for each cause.

A result stands at the requirement that says most; what else its cause explains are related locations. A cause
that is gone has no result: that is how code scanning closes its alert.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from conformance.analysis.compare.model import Comparison, Kind
from conformance.claims.level import Level
from conformance.exchange.recorded import RecordedExchange, RecordedRequest, RecordedResponse
from conformance.report import statistics
from conformance.report.material import Report
from conformance.results.causes import Cause
from conformance.results.model import ReportedRequirement, RunReport
from conformance.results.text import json_text, shorten, web_link
from conformance.results.verdicts import ExitCode, Outcome, Verdict

PATH: Final = "report.sarif"
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


def render(report: Report) -> str:
    """Return the run's violations as SARIF; with a comparison each one says whether it is new."""
    run = report.run
    names = sorted({verdict.requirement for verdict in run.verdicts})
    states = _states(report.comparison)
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
                "results": [
                    _result(
                        report, each.cause, each.verdicts, names.index(each.verdicts[0].requirement), states
                    )
                    for each in statistics.explained(run)
                ],
            }
        ],
    }
    return json_text(log, 1) + "\n"


def _message(text: str, limit: int = TEXT) -> dict[str, str]:
    """Return a message; what a viewer would take for a link in it is none."""
    return {"text": shorten(text, limit).replace("](", "] (")}


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
        "rules": [_rule(run, run.requirement(name)) for name in names],
    }


def _rule(run: RunReport, requirement: ReportedRequirement) -> dict[str, Any]:
    claim = requirement.expect or requirement.quote or requirement.id
    help_text = "\n\n".join(part for part in (requirement.quote and f"“{requirement.quote}”", claim) if part)
    addresses = (web_link(run.operation(each).url) for each in requirement.operations)
    address = next(filter(None, addresses), "")
    return {
        "id": requirement.id,
        "shortDescription": _message(claim, 1_000),
        "fullDescription": _message(requirement.sentence or claim, 1_000),
        "help": _message(help_text),
        **({"helpUri": address} if address else {}),
        "defaultConfiguration": {"level": _LEVELS[requirement.level]},
        "properties": {
            "tags": [tag for tag in ("contract", requirement.level.value, requirement.basis) if tag],
            "page": requirement.page,
        },
    }


def _result(
    report: Report,
    cause: Cause | None,
    found: Sequence[Verdict],
    index: int,
    states: Mapping[tuple[str, str], str] | None,
) -> dict[str, Any]:
    """Return the result of a cause and the violations that it explains; without a cause there is one."""
    run, first = report.run, found[0]
    about = (cause.key,) if cause else first.pair
    identity = hashlib.sha256("\n".join((*about, run.target)).encode()).hexdigest()[:32]
    red = any(verdict.outcome is Outcome.FAIL or run.is_red(verdict) for verdict in found)
    said = f"{first.operation}: {statistics.message(first)}"
    result: dict[str, Any] = {
        "ruleId": first.requirement,
        "ruleIndex": index,
        "kind": "fail",
        "level": "error" if red else "warning",
        "message": _message(f"{cause.sentence}. {said}" if cause else said),
        "locations": [_location(run, first)],
        "partialFingerprints": {
            "primaryLocationLineHash": f"{identity}:1",
            "causeTarget/v1" if cause else "requirementOperationTarget/v1": identity,
        },
        "properties": {"operation": first.operation, "curl": first.curl, **_known(cause)},
    }
    if len(found) > 1:
        result["relatedLocations"] = [
            {
                "id": number,
                **_location(run, verdict),
                "message": _message(f"{verdict.requirement}: {statistics.message(verdict)}"),
            }
            for number, verdict in enumerate(found[1:], 1)
        ]
    if states is not None:
        seen = {states.get(verdict.pair, "unchanged") for verdict in found}
        result["baselineState"] = "new" if seen == {"new"} else "unchanged"
    suppressions = [_suppression(run, verdict) for verdict in found]
    if all(suppressions):
        result["suppressions"] = [suppressions[0]]
    evidence = report.evidence(first)
    return {**result, **_web(evidence[-1])} if evidence else result


def _known(cause: Cause | None) -> dict[str, Any]:
    if cause is None:
        return {}
    found = [each.model_dump(mode="json", exclude={"explains"}) for each in cause.diagnosis]
    return {"cause": cause.key, "since": cause.since.date, "diagnosis": found}


def _location(run: RunReport, verdict: Verdict) -> dict[str, Any]:
    """Point at the row that states the requirement: code scanning shows no result without a file."""
    operation, row = run.operation(verdict.operation), run.requirement(verdict.requirement)
    of_api = operation.api and not verdict.requirement.startswith("platform.")
    usual = f"{operation.api}/requirements.yaml" if of_api else "platform.requirements.yaml"
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": f"specs/{row.file or usual}"},
            "region": {"startLine": max(1, row.line)},
        },
        "logicalLocations": [
            {
                "name": operation.id,
                "fullyQualifiedName": f"{operation.method} {operation.path}".strip() or operation.id,
                "kind": "function",
            }
        ],
    }


def _suppression(run: RunReport, verdict: Verdict) -> dict[str, Any]:
    if verdict.waived:
        waiver = run.waiver(verdict)
        more = {"defect": waiver.defect, "owner": waiver.owner, "expires": waiver.expires} if waiver else {}
        why = verdict.waived
        return {"kind": "external", "status": "accepted", "justification": why, "properties": more}
    if run.is_provisional(verdict.requirement):
        why = statistics.why_tolerated(run, verdict)
        return {"kind": "external", "status": "underReview", "justification": why}
    return {}


def _web(exchange: RecordedExchange) -> dict[str, Any]:
    request, response = exchange.request, exchange.response
    received = {"statusCode": response.status, **_content(response)} if response else {}
    return {
        "webRequest": {"method": request.method, "target": request.url, **_content(request)},
        "webResponse": {**received, "noResponseReceived": response is None},
    }


def _content(message: RecordedRequest | RecordedResponse) -> dict[str, Any]:
    return {"headers": dict(message.headers), "body": {"text": shorten(message.body or "", TEXT)}}


def _invocation(run: RunReport) -> dict[str, Any]:
    times = {"startTimeUtc": run.started, "endTimeUtc": run.finished}
    return {
        "executionSuccessful": run.complete and run.exit_code in {ExitCode.CONFORMS, ExitCode.VIOLATION},
        "exitCode": run.exit_code,
        **{name: time for name, time in times.items() if time},
        "toolExecutionNotifications": [
            {
                "level": _NOTICES[verdict.outcome],
                "descriptor": {"id": verdict.outcome.value},
                "associatedRule": {"id": verdict.requirement},
                "message": _message(f"{verdict.requirement} on {verdict.operation}: {verdict.reason}"),
            }
            for verdict in run.verdicts
            if verdict.outcome in _NOTICES
        ],
    }
