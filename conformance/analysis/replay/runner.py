"""Sends a plan and compares what comes with what was recorded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from conformance.analysis.replay.model import Replayed, ReplayResult, Reproduced, Send, ViolationReference
from conformance.analysis.replay.response_diff import new_ids, response_diff
from conformance.analysis.reproduction import Plan, Planner, shell_script
from conformance.analysis.reproduction.plan import CUT, TRIES, ids_in, parsed, segments
from conformance.errors import NotJudged, UsageError
from conformance.exchange.recorded import RecordedExchange, RecordedResponse
from conformance.exchange.redaction import MASK
from conformance.results.exchange_log import read_exchanges
from conformance.results.model import RunReport
from conformance.results.run_json import load_run
from conformance.results.verdicts import VIOLATED, Verdict

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

    def step(self, batch: Sequence[RecordedExchange], evidence: frozenset[str]) -> None:
        """Send what was sent together, and note how each response differs."""
        sent = [self._with_new_ids(exchange) for exchange in batch]
        responses = self.send(sent)
        for exchange, response in zip(batch, responses, strict=True):
            recorded = exchange.response.body if exchange.response else None
            self.ids |= new_ids(recorded, response.body, set(ids_in(exchange)))
        for exchange, again, response in zip(batch, sent, self._matched(batch, responses), strict=True):
            recorded_response = exchange.response or RecordedResponse(status=0)
            self.done.append(
                Replayed(
                    id=exchange.id,
                    request=f"{again.request.method} {again.request.url}",
                    recorded=summary(recorded_response),
                    now=summary(response),
                    evidence=exchange.id in evidence,
                    differences=response_diff(recorded_response, response, self.ids),
                )
            )

    def _matched(
        self, batch: Sequence[RecordedExchange], responses: Sequence[RecordedResponse]
    ) -> Iterator[RecordedResponse]:
        """Yield the response to compare with each of the batch.

        Which of several equal requests that were sent together got which response is chance.
        """
        left = list(zip(batch, responses, strict=True))
        for exchange in batch:
            equal = [pair for pair in left if _is_same_request(pair[0], exchange)]
            recorded = exchange.response or RecordedResponse(status=0)
            same = (pair for pair in equal if not response_diff(recorded, pair[1], self.ids))
            chosen = next(same, equal[0])
            left.remove(chosen)
            yield chosen[1]

    def undo(self, plan: Plan) -> tuple[str, ...]:
        """Undo what the replay created, as the run did; return what could not be."""
        left: list[str] = []
        never_made = {value for step in plan.steps for value in ids_in(step)} - self.ids.keys()
        for exchange in plan.undo:
            if never_made.intersection(segments(exchange)):
                continue  # the id of then is not what this replay would have made
            sent = self._with_new_ids(exchange)
            what = f"{sent.request.method} {sent.request.url}"
            try:
                (response,) = self.send([sent])
            except NotJudged as error:
                left.append(f"{what}: {error.reason}")
            else:
                if response.status >= REFUSED and response.status not in NOT_THERE:
                    left.append(f"{what}: {response.status}")
        return tuple(left)

    def _with_new_ids(self, exchange: RecordedExchange) -> RecordedExchange:
        """Return what is sent now: the path without the recorded host, and the new ids."""
        url, body = exchange.request.url, exchange.request.body
        for old, new in sorted(self.ids.items(), key=lambda item: -len(item[0])):
            # A scenario may have written an id in capitals, to see whether that matters.
            for was, now in {old: new, old.upper(): new.upper(), old.lower(): new.lower()}.items():
                url = url.replace(was, now).replace(quote(was, safe=""), quote(now, safe=""))
                body = body.replace(was, now) if body is not None else None
        request = exchange.request.model_copy(update={"url": _path(url, self.base), "body": body})
        return exchange.model_copy(update={"request": request})


def _path(url: str, base: str) -> str:
    if base and url.startswith(f"{base}/"):
        return url.removeprefix(base)
    parts = urlsplit(url)
    return url.removeprefix(f"{parts.scheme}://{parts.netloc}")


def _is_same_request(one: RecordedExchange, other: RecordedExchange) -> bool:
    return one.role == other.role and one.request == other.request


def replay(run_folder: Path, violation: ViolationReference, send: Send) -> ReplayResult:
    """Send the exchanges of a violation again, in order, and say whether it is there still.

    It is there where every response of the evidence is as recorded, apart from ids and times. Where the way
    to the evidence went differently, nothing can be said. What was sent together is sent together again, up
    to `TRIES` times; where that never comes out as recorded nothing can be said either: a race may be there
    still. What the replay created is undone at the end.
    """
    run = load_run(run_folder)
    verdict = _violated(run, violation)
    plan = Planner(read_exchanges(run.folder)).plan(verdict.evidence)
    obstacle = _obstacle(verdict, plan)
    result = ReplayResult(
        violation=ViolationReference(verdict.requirement, verdict.operation),
        run_id=run.run_id,
        outcome=Reproduced.UNKNOWN,
        reason=obstacle,
        expected=verdict.expected,
        actual=verdict.actual,
    )
    if obstacle:
        return result
    base = run.base_url.rstrip("/")
    if not plan.is_concurrent:
        return _tried(result, plan, _Replay(send, base))
    left: tuple[str, ...] = ()
    for number in range(1, TRIES + 1):
        tried = _tried(result, plan, _Replay(send, base))
        left += tried.left_behind
        if tried.outcome is Reproduced.HOLDS:
            tries = f"{number} {'try' if number == 1 else 'tries'}"
            return replace(tried, left_behind=left, reason=f"{tried.reason}, after {tries}")
        if not tried.exchanges or tried.left_behind:
            tried = replace(tried, outcome=Reproduced.UNKNOWN)
            break  # nothing was answered, or what is left stands in the way of another try
    else:
        tried = replace(
            tried,
            outcome=Reproduced.UNKNOWN,
            reason=f"its requests were sent together {TRIES} times and never came out as recorded: "
            f"a race may be there still ({tried.reason})",
        )
    return replace(tried, left_behind=left)


def _tried(result: ReplayResult, plan: Plan, going: _Replay) -> ReplayResult:
    """Send the plan once, undo it, and return what it shows."""
    try:
        for batch in plan.batches:
            going.step(batch, plan.evidence)
        outcome, reason = _judged(going.done)
    except NotJudged as error:
        outcome, reason = Reproduced.UNKNOWN, error.reason
    finally:  # also after Ctrl-C: nothing that was created anew stays
        left_behind = going.undo(plan)
    return replace(
        result, outcome=outcome, reason=reason, exchanges=tuple(going.done), left_behind=left_behind
    )


def script_of(run_folder: Path, violation: ViolationReference) -> str:
    """Return the shell lines that send the exchanges of a violation again; one curl line where that is all.

    What cannot be sent from a report, because it kept a secret to itself, is a `UsageError`.
    """
    run = load_run(run_folder)
    verdict = _violated(run, violation)
    plan = Planner(read_exchanges(run.folder)).plan(verdict.evidence)
    obstacle = _obstacle(verdict, plan)
    script = "" if obstacle else shell_script(plan) or verdict.curl
    if not script:
        raise UsageError(f"{violation}: no shell lines: {obstacle or 'the report holds no request of it'}")
    return script


def _violated(run: RunReport, violation: ViolationReference) -> Verdict:
    """Return the violated verdict that is meant."""
    rows = [
        verdict
        for verdict in run.verdicts
        if verdict.requirement == violation.requirement and violation.operation in ("", verdict.operation)
    ]
    if not rows:
        raise UsageError(f"run {run.run_id} has no verdict on {violation}")
    violated = [row for row in rows if row.outcome in VIOLATED]
    if not violated:
        raise UsageError(
            f"{violation} is {rows[0].outcome} in run {run.run_id}: nothing was found to send again"
        )
    if len(violated) > 1:
        names = ", ".join(f"{row.requirement}@{row.operation}" for row in violated)
        raise UsageError(f"{violation} is violated on several operations; name one of {names}")
    return violated[0]


def carries_forged_token(verdict: Verdict, plan: Plan) -> bool:
    """Tell whether the proof was a token to be refused: no report keeps it, and a good one proves nothing."""
    if not UNAUTHORIZED.search(verdict.expected):
        return False
    return any(step.request.is_authorized for step in plan.steps if step.id in plan.evidence)


def _obstacle(verdict: Verdict, plan: Plan) -> str:
    """Say why the exchanges cannot be sent as they were, or nothing."""
    if carries_forged_token(verdict, plan):
        return f"the request carried a token to be refused: {AGAIN}"
    for step in plan.steps:
        body = step.request.body or ""
        if MASK in step.request.url or MASK in body:
            return f"{step.id} held a secret: {AGAIN}"
        if step.response is None:
            return f"{step.id} had no response to compare with ({step.failure or 'no reason recorded'})"
        if body.endswith(CUT):
            return f"{step.id} had a very long body: {AGAIN}"
    return ""


def _judged(done: Sequence[Replayed]) -> tuple[Reproduced, str]:
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


def summary(response: RecordedResponse) -> str:
    """Return status and error code of a response, such as ``409 AssociationExists``."""
    document = parsed(response.body)
    error = document.get("error") if isinstance(document, Mapping) else None
    code = error.get("code") if isinstance(error, Mapping) else None
    return f"{response.status} {code}" if isinstance(code, str) else json.dumps(response.status)
