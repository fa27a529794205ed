"""A valid request is answered as documented: status, media type, schema."""

from __future__ import annotations

from typing import Any, Final

from conformance.checks.rules.case import Case, must, rule
from conformance.checks.statuses import carried_out
from conformance.claims.openapi import brief, pointer
from conformance.errors import NotJudged, Violation
from conformance.exchange.model import ABSENT, Exchange

SERVER_ERROR: Final = 500
REFUSAL: Final = 400


@rule("documented-status")
def has_a_documented_status(case: Case) -> None:
    """A valid request is answered with a documented success."""
    exchange, _, _ = case.sender.valid_call(case.endpoint)
    status = exchange.status or 0
    documented = case.endpoint.documented(status) is not None
    if status >= SERVER_ERROR:
        must(documented, "a documented status", exchange)
    if status >= REFUSAL:
        # What we call valid may break a rule that no schema says.
        raise NotJudged(f"the valid request was refused: {exchange.summary()} {exchange.text[:160]}".strip(), (exchange.id,))
    must(documented, f"one of the documented statuses {', '.join(case.endpoint.responses)}", exchange)


@rule("documented-body")
def has_a_documented_body(case: Case) -> None:
    """The body of a success is of a documented media type and follows its schema."""
    exchange, _, _ = case.control()
    response = case.endpoint.documented(exchange.status or 0)
    if response is None:
        raise NotJudged(f"{exchange.status} is not documented", (exchange.id,))
    contents = case.endpoint.contents(response)
    if not contents:
        return
    media = (exchange.header("Content-Type") or "").partition(";")[0].strip().lower()
    if not exchange.content:
        return
    known = [c for c in contents if _matches(c.media.partition(";")[0].strip().lower(), media)]
    must(known, f"the media type {', '.join(c.media for c in contents)}", exchange, media or "no Content-Type")
    if not known[0].is_json or not known[0].schema:
        return
    if exchange.truncated or (exchange.json is ABSENT and len(exchange.content) >= 4096):  # noqa: PLR2004
        raise NotJudged("the body is too long to be judged", (exchange.id,))
    must(exchange.json is not ABSENT, "JSON", exchange, brief(exchange.text))
    faults = errors(case.endpoint.document, known[0].schema, exchange.json)
    if faults:
        raise Violation("the documented schema", "; ".join(faults[:3]), (exchange.id,))


def _matches(documented: str, media: str) -> bool:
    if documented in {"*/*", media}:
        return True
    return documented.endswith("/*") and media.startswith(documented[:-1])


def errors(document: Any, schema: Any, body: Any) -> list[str]:
    """Return one sentence for each way in which a body breaks a schema of the document."""
    from jsonschema import Draft202012Validator, RefResolver  # noqa: PLC0415 - slow to import
    from jsonschema.exceptions import RefResolutionError, UnknownType  # noqa: PLC0415
    from openapi_schema_validator import OAS30Validator  # noqa: PLC0415

    is_new = str(document.get("openapi", "")).startswith(("3.1", "3.2"))
    kind = Draft202012Validator if is_new else OAS30Validator
    try:
        found = list(kind(schema, resolver=RefResolver("", document)).iter_errors(body))
    except (RefResolutionError, UnknownType, RecursionError, TypeError, ValueError) as error:
        raise NotJudged(f"the documented schema cannot be used: {brief(str(error))}") from error
    return [f"{pointer(e.absolute_path)}: {brief(e.message)}" for e in found]


@rule("reads-agree")
def reads_agree(case: Case) -> None:
    """Two reads of the same thing agree."""
    first, draft, _ = case.control()
    again = case.send(draft)
    must(carried_out(again), "the same status twice", again)
    if _form(first) != _form(again):
        raise Violation("the same members twice", "other members at the second read", (first.id, again.id))


def _form(exchange: Exchange) -> Any:
    body = exchange.json
    return sorted(body) if isinstance(body, dict) else type(body).__name__
