"""A valid request is answered as documented: status, media type, schema."""

from __future__ import annotations

import re
from typing import Any, Final

from conformance.checks.statuses import carried_out
from conformance.claims.openapi import brief, pointer
from conformance.claims.schemas import dangling_reference
from conformance.errors import NotApplicable, NotJudged, Violation
from conformance.exchange.model import ABSENT, Exchange
from conformance.generate.rules.case import Case, must, rule

SERVER_ERROR: Final = 500
UNABLE: Final = frozenset({501, 502, 503, 504})
"""Errors with which a server says that it has no such feature, or cannot do it now."""
REFERENCE: Final = re.compile(r"\w(_id|Id|ID|_uuid|Uuid)$")
REDIRECT: Final = 300
REFERRED: Final = ("components", "definitions", "paths")


@rule("documented-status")
def has_a_documented_status(case: Case) -> None:
    """Judge that a valid request is answered with a documented success."""
    valid = case.sender.valid_call(case.endpoint)
    exchange, status = valid.exchange, valid.exchange.status or 0
    documented = case.endpoint.documented(status) is not None
    if status >= SERVER_ERROR and not documented and status not in UNABLE:
        if not all(thing.confirmed for thing in valid.used.values()):
            raise NotJudged(f"a request about what no read confirmed: {exchange.summary()}", (exchange.id,))
        if name := _refers_to_nothing(valid.draft.json, {t.id for t in case.world.kept.things}):
            raise NotJudged(f"its {name} is of nothing that is there: {exchange.summary()}", (exchange.id,))
        must(carried_out(case.send(valid.draft)), "a documented status", exchange)
    if status >= REDIRECT:
        # What we call valid may break a rule that no schema says.
        what = f"the valid request was answered with {exchange.summary()} {exchange.text[:160]}"
        raise NotJudged(what.strip(), (exchange.id,))
    must(documented, f"one of the documented statuses {', '.join(case.endpoint.responses)}", exchange)


def _refers_to_nothing(body: Any, known: set[str]) -> str:
    """Return a member of a body that should be the id of something and is of nothing known, "" for none."""
    for name, value in body.items() if isinstance(body, dict) else ():
        is_id = isinstance(value, str | int) and not isinstance(value, bool) and REFERENCE.search(name)
        if is_id and str(value) not in known:
            return str(name)
        if found := _refers_to_nothing(value, known):
            return found
    return ""


@rule("documented-body")
def has_a_documented_body(case: Case) -> None:
    """Judge that the body of a success is of a documented media type and follows its schema."""
    exchange = case.control().exchange
    response = case.endpoint.documented(exchange.status or 0)
    if response is None:
        raise NotJudged(f"{exchange.status} is not documented", (exchange.id,))
    contents = case.endpoint.contents(response)
    if not contents:
        raise NotApplicable(f"the definition says no body for {exchange.status}")
    if not exchange.content:
        _judge_absence(exchange, contents[0].schema)
    media = (exchange.header("Content-Type") or "").partition(";")[0].strip().lower()
    known = [c for c in contents if _matches(c.media.partition(";")[0].strip().lower(), media)]
    must(
        known, f"the media type {', '.join(c.media for c in contents)}", exchange, media or "no Content-Type"
    )
    if not known[0].is_json or not known[0].schema:
        return
    if exchange.truncated:
        raise NotJudged("the body is too long to be judged", (exchange.id,))
    must(exchange.json is not ABSENT, "JSON", exchange, brief(exchange.text))
    faults = errors(case.endpoint.document, known[0].schema, exchange.json)
    if faults:
        raise Violation("the documented schema", "; ".join(faults[:3]), (exchange.id,))


def _judge_absence(exchange: Exchange, schema: dict[str, Any]) -> None:
    """Raise what an empty body is where one is documented."""
    if exchange.status in {204, 205, 304} or not schema.get("required"):
        raise NotApplicable(f"{exchange.status} has no body here")
    raise Violation("a body of the documented schema", f"{exchange.summary()} without a body", (exchange.id,))


def _matches(documented: str, media: str) -> bool:
    if documented in {"*/*", media}:
        return True
    return documented.endswith("/*") and media.startswith(documented[:-1])


def errors(document: Any, schema: Any, body: Any) -> list[str]:
    """Return one sentence for each way in which a body breaks a schema of the document."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import UnknownType
    from openapi_schema_validator import OAS30Validator

    if dangling := dangling_reference(document, schema):
        raise NotJudged(f"the documented schema refers to {dangling}, which is not there")
    is_new = str(document.get("openapi", "")).startswith(("3.1", "3.2"))
    kind = Draft202012Validator if is_new else OAS30Validator
    # What a schema refers to by its place in the document stands at the same place of this one.
    whole = {**schema, **{key: document[key] for key in REFERRED if key in document}}
    try:
        found = list(kind(whole).iter_errors(body))
    except (UnknownType, RecursionError, TypeError, ValueError, re.error) as error:
        raise NotJudged(f"the documented schema cannot be used: {brief(str(error))}") from error
    return [f"{pointer(e.absolute_path)}: {brief(e.message)}" for e in found]


@rule("reads-agree")
def reads_agree(case: Case) -> None:
    """Judge that two reads of the same thing agree."""
    draft = case.control().draft
    first = case.send(draft)
    again = case.send(draft)
    if not carried_out(first):
        raise NotJudged(f"it can be read no more: {first.summary()}", (first.id,))
    must(carried_out(again), "the same status twice", again)
    if _form(first) != _form(again):
        raise Violation("the same members twice", "other members at the second read", (first.id, again.id))


def _form(exchange: Exchange) -> Any:
    body = exchange.json
    return sorted(body) if isinstance(body, dict) else type(body).__name__
