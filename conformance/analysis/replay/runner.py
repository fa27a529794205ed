"""Sends a plan and compares what comes with what was recorded."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from conformance.analysis.replay.likeness import differences, new_ids
from conformance.analysis.replay.model import Finding, Replayed, ReplayResult, Reproduced, Send
from conformance.analysis.reproduction import Plan, Record, read_journal, shell_script
from conformance.analysis.reproduction.plan import ids_in, parsed, segments
from conformance.errors import NotJudged, UsageError
from conformance.exchange.redaction import MASK
from conformance.results.model import Run
from conformance.results.run_json import load_run
from conformance.results.verdicts import Outcome, Verdict

VIOLATIONS: Final = frozenset({Outcome.FAIL, Outcome.DEVIATION})
UNAUTHORIZED: Final = re.compile(r"\b401\b")
REFUSED: Final = 400
NOT_THERE: Final = (404, 410)
AGAIN: Final = "a report does not keep it, so the request cannot be sent as it was; run it again"


@dataclass
class _Replay:
    """The state of one replay: the new ids so far, and what was sent."""

    send: Send
    base: str
    ids: dict[str, str] = field(default_factory=dict)
    done: list[Replayed] = field(default_factory=list)

    def step(self, record: Record, *, evidence: bool) -> None:
        """Send one record and note how its response differs."""
        sent = self._with_new_ids(record)
        status, headers, body = self.send(sent)
        recorded = record.get("response") or {}
        self.ids |= new_ids(recorded.get("body"), body, set(ids_in(record)))
        self.done.append(
            Replayed(
                id=record["id"],
                request=f"{sent['request']['method']} {sent['path']}",
                recorded=summary(recorded.get("status"), recorded.get("body")),
                now=summary(status, body),
                evidence=evidence,
                differences=differences(recorded, status, headers, body, self.ids),
            )
        )

    def take_back(self, plan: Plan) -> tuple[str, ...]:
        """Undo what the replay created, as the run did; return what could not be."""
        left: list[str] = []
        never_made = {value for record in plan.steps for value in ids_in(record)} - self.ids.keys()
        for record in plan.undo:
            if never_made.intersection(segments(record)):
                continue  # the id of then is not what this replay would have made
            sent = self._with_new_ids(record)
            what = f"{sent['request']['method']} {sent['path']}"
            try:
                status, _, _ = self.send(sent)
            except NotJudged as error:
                left.append(f"{what}: {error.reason}")
            else:
                if status >= REFUSED and status not in NOT_THERE:
                    left.append(f"{what}: {status}")
        return tuple(left)

    def _with_new_ids(self, record: Record) -> dict[str, Any]:
        request = dict(record["request"])
        url, body = str(request["url"]), request.get("body")
        for old, new in sorted(self.ids.items(), key=lambda item: -len(item[0])):
            url = url.replace(old, new).replace(quote(old, safe=""), quote(new, safe=""))
            body = body.replace(old, new) if isinstance(body, str) else body
        return {**record, "path": _path(url, self.base), "request": {**request, "url": url, "body": body}}


def _path(url: str, base: str) -> str:
    if base and url.startswith(f"{base}/"):
        return url.removeprefix(base)
    parts = urlsplit(url)
    return url.removeprefix(f"{parts.scheme}://{parts.netloc}")


def replay(run_folder: Path, finding: Finding, send: Send) -> ReplayResult:
    """Send the exchanges of a finding again, in order, and say whether the violation is there still.

    It is there where every response of the evidence is as recorded, apart from ids and times. Where the way
    to the evidence went differently, nothing can be said. What the replay created is taken back at the end.
    """
    run = load_run(run_folder)
    verdict = _violation(run, finding)
    plan = read_journal(run.folder).plan(verdict.evidence)
    obstacle = _obstacle(verdict, plan)
    result = ReplayResult(
        finding=Finding(verdict.requirement, verdict.operation),
        run_id=run.run_id,
        outcome=Reproduced.UNKNOWN,
        reason=obstacle,
        expected=verdict.expected,
        actual=verdict.actual,
    )
    if obstacle:
        return result
    going = _Replay(send, run.base_url.rstrip("/"))
    try:
        for record in plan.steps:
            going.step(record, evidence=record["id"] in plan.evidence)
        outcome, reason = _judged(going.done)
    except NotJudged as error:
        outcome, reason = Reproduced.UNKNOWN, error.reason
    finally:  # also after Ctrl-C: nothing that was created anew stays
        left_behind = going.take_back(plan)
    return replace(
        result, outcome=outcome, reason=reason, exchanges=tuple(going.done), left_behind=left_behind
    )


def script_of(run_folder: Path, finding: Finding) -> str:
    """Return the shell lines that send the exchanges of a finding again; the one curl line where it is alone.

    What cannot be sent from a report, because it kept a secret to itself, is a `UsageError`.
    """
    run = load_run(run_folder)
    verdict = _violation(run, finding)
    plan = read_journal(run.folder).plan(verdict.evidence)
    obstacle = _obstacle(verdict, plan)
    script = "" if obstacle else shell_script(plan) or verdict.curl
    if not script:
        raise UsageError(f"{finding}: no shell lines: {obstacle or 'the report holds no request of it'}")
    return script


def _violation(run: Run, finding: Finding) -> Verdict:
    """Return the violated verdict that the finding names."""
    rows = [row for row in run.verdicts if row.requirement == finding.requirement]
    if not rows:
        raise UsageError(f"run {run.run_id} has no verdict on {finding.requirement}")
    if finding.operation:
        rows = [row for row in rows if row.operation == finding.operation]
        if not rows:
            raise UsageError(f"run {run.run_id} has no verdict on {finding}")
    violated = [row for row in rows if row.outcome in VIOLATIONS]
    if not violated:
        raise UsageError(
            f"{finding} is {rows[0].outcome} in run {run.run_id}: nothing was found to send again"
        )
    if len(violated) > 1:
        names = ", ".join(f"{row.requirement}@{row.operation}" for row in violated)
        raise UsageError(f"{finding} is violated on several operations; name one of {names}")
    return violated[0]


def _obstacle(verdict: Verdict, plan: Plan) -> str:
    """Say why the exchanges cannot be sent as they were, or nothing."""
    if UNAUTHORIZED.search(verdict.expected):
        sent = [
            record["request"].get("headers") or {} for record in plan.steps if record["id"] in plan.evidence
        ]
        if any(name.lower() == "authorization" for headers in sent for name in headers):
            return f"the request carried a token to be refused: {AGAIN}"
    for record in plan.steps:
        request = record["request"]
        if MASK in request["url"] or MASK in (request.get("body") or ""):
            return f"{record['id']} held a secret: {AGAIN}"
        if record.get("response") is None:
            why = record.get("failure") or "no reason recorded"
            return f"{record['id']} had no response to compare with ({why})"
        if _cut(request.get("body")):
            return f"{record['id']} had a very long body: {AGAIN}"
    return ""


def _cut(body: str | None) -> bool:
    return bool(body) and str(body).endswith(" bytes in all)")


def _judged(done: list[Replayed]) -> tuple[Reproduced, str]:
    for one in done:
        if not one.evidence and one.recorded.split(" ")[0] != one.now.split(" ")[0]:
            return (
                Reproduced.UNKNOWN,
                f"the way there went differently: {one.request} answered {one.now}, not {one.recorded}",
            )
    changed = [one for one in done if one.evidence and one.differences]
    if not changed:
        return Reproduced.HOLDS, "every response of the evidence is as recorded"
    return Reproduced.GONE, "; ".join(f"{one.request}: {one.differences[0]}" for one in changed)


def summary(status: int | None, body: str | None) -> str:
    """Return status and error code of a response, such as ``409 AssociationExists``."""
    document = parsed(body)
    error = document.get("error") if isinstance(document, Mapping) else None
    code = error.get("code") if isinstance(error, Mapping) else None
    return f"{status} {code}" if isinstance(code, str) else json.dumps(status)
