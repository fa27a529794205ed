"""What is judged on every exchange, whoever sent it: the platform's promises and each row's own `oracle`.

A check takes the exchange and returns None where it does not apply, "" where the promise holds, and a
sentence that says what was seen where it does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from conformance.claims.openapi import Operation, brief
from conformance.claims.requirements import Requirement
from conformance.client.retry import TOO_MANY
from conformance.client.retry_after import retry_after
from conformance.exchange.curl import curl
from conformance.exchange.model import ABSENT, Exchange, value_at
from conformance.exchange.redaction import Redactor
from conformance.results.verdicts import Book, Outcome, Verdict, held, violated

Check = Callable[[Exchange, Operation], str | None]

JSON_MEDIA_TYPE: Final = re.compile(r"application/(?:json|[\w.!#$&^-]+\+json)\s*(?:;.*)?", re.IGNORECASE)
GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
ERROR: Final = 400


def documented_status(exchange: Exchange, operation: Operation) -> str | None:
    """Judge that the status is one that the page lists (or that an odd request may be answered with)."""
    status = exchange.status
    if status in exchange.request.tolerated and status not in operation.responses:
        return None
    return "" if status in operation.responses else f"status {status}, which the page does not list"


def success_schema(exchange: Exchange, operation: Operation) -> str | None:
    """Judge that the body of a success is what its documented schema says."""
    return _schema(exchange, operation) if (exchange.status or 0) < ERROR else None


def error_schema(exchange: Exchange, operation: Operation) -> str | None:
    """Judge that the body of an error is the documented error response."""
    return _schema(exchange, operation) if (exchange.status or 0) >= ERROR else None


def _schema(exchange: Exchange, operation: Operation) -> str | None:
    response = operation.responses.get(exchange.status or 0)
    if response is None or response.schema is None:
        return None
    if exchange.truncated:
        return f"a body of more than {len(exchange.content)} bytes"
    if exchange.json is ABSENT:
        return (
            f"a body that is no JSON: {brief(exchange.text, 80)!r}" if exchange.content else "an empty body"
        )
    return "; ".join(response.errors(exchange.json)[:3])


def json_media_type(exchange: Exchange, operation: Operation) -> str | None:
    """Judge that a documented JSON body is announced as JSON."""
    response = operation.responses.get(exchange.status or 0)
    if response is None or response.schema is None or not exchange.content:
        return None
    announced = exchange.header("Content-Type")
    if announced is None:
        return "a body without a Content-Type"
    return "" if JSON_MEDIA_TYPE.fullmatch(announced.strip()) else f"Content-Type {announced}"


def no_body(exchange: Exchange, operation: Operation) -> str | None:
    """Judge that a status documented without a body has none."""
    response = operation.responses.get(exchange.status or 0)
    if response is None or response.schema is not None:
        return None
    length = exchange.header("Content-Length")
    if exchange.content:
        return f"a body of {len(exchange.content)} bytes or more"
    return "" if length in (None, "", "0") else f"Content-Length: {length}"


def correlation_id(exchange: Exchange, operation: Operation) -> str | None:  # noqa: ARG001 - the signature of a check
    """Judge that the response carries the value that support asks for."""
    value = exchange.header("x-correlation-id")
    if value is None:
        return "no x-correlation-id header"
    return "" if GUID.fullmatch(value.strip()) else f"x-correlation-id: {brief(value, 60)}, which is no GUID"


def retry_after_in_seconds(exchange: Exchange, operation: Operation) -> str | None:  # noqa: ARG001 - the signature of a check
    """Judge that a 429 says in whole seconds how long to wait."""
    if exchange.status != TOO_MANY:
        return None
    value = exchange.header("Retry-After")
    if value is None:
        return "429 without a Retry-After header"
    return (
        ""
        if retry_after(exchange) is not None
        else f"Retry-After: {brief(value, 60)}, which is no number of seconds"
    )


def message_present(exchange: Exchange, operation: Operation) -> str | None:
    """Judge that an error says something to a human."""
    if (exchange.status or 0) < ERROR or exchange.status not in operation.responses:
        return None
    message = exchange.at("/error/message")
    return f"message {message!r}" if isinstance(message, str) and not message.strip() else ""


CHECKS: Final[Mapping[str, Check]] = {
    "documented-status": documented_status,
    "success-schema": success_schema,
    "error-schema": error_schema,
    "json-media-type": json_media_type,
    "no-body": no_body,
    "correlation-id": correlation_id,
    "retry-after-in-seconds": retry_after_in_seconds,
    "message-present": message_present,
}

KNOWN_CHECKS: Final = frozenset({*CHECKS, "token-never-echoed"})
"""What a row may name as its check."""


def row_check(row: Mapping[str, Any]) -> Check:
    """Return the check that a requirement's own `oracle` mapping describes."""

    def check(exchange: Exchange, operation: Operation) -> str | None:
        if exchange.status != row["status"]:
            return None
        if exchange.json is ABSENT:
            return None
        seen = list(_deviations(exchange, row, operation))
        return "; ".join(seen)

    return check


def _deviations(exchange: Exchange, row: Mapping[str, Any], operation: Operation) -> Iterable[str]:
    for pointer, wanted in row.get("const", {}).items():
        value = exchange.at(pointer)
        if value != wanted:
            yield f"{pointer} is {shown(value)}, not {shown(wanted)}"
    for pointer, expression in row.get("equal", {}).items():
        sent = _sent(exchange, expression, operation)
        if sent is not ABSENT and not same(exchange.at(pointer), sent):
            yield f"{pointer} is {shown(exchange.at(pointer))}, sent was {shown(sent)}"
    for pointer in row.get("present", ()):
        if exchange.at(pointer) is ABSENT:
            yield f"{pointer} is missing"
    for pointer in row.get("absent", ()):
        if exchange.at(pointer) is not ABSENT:
            yield f"{pointer} is there"


def _sent(exchange: Exchange, expression: str, operation: Operation) -> Any:
    """Return what an OpenAPI runtime expression (``$request.path.id``, ``$request.body#/id``) means here."""
    where, _, name = expression.removeprefix("$request.").partition(".")
    if where == "path":
        assert name in operation.path_parameters, expression  # noqa: S101 - proven by `conformance check`
        return exchange.request.params.get(name, ABSENT)
    return value_at(exchange.request.json, expression.partition("#")[2])


def same(value: Any, sent: Any) -> bool:
    """Tell whether a response repeats what was sent.

    A GUID may come back in another case; surrounding blanks may be trimmed (the pages leave both open).
    """
    if value == sent:
        return True
    if not (isinstance(value, str) and isinstance(sent, str)):
        return False
    if GUID.fullmatch(sent):
        return value.lower() == sent.lower()
    return value == sent.strip()


def shown(value: Any) -> str:
    """Return a value as a report prints it."""
    return "absent" if value is ABSENT else brief(repr(value), 120)


WHOLE: Final = "platform.reply.whole"
LIFTS: Final = "platform.rate.lifts"
OFTEN: Final = 3
"""So many responses of one operation lost in a run that is otherwise answered: no accident of the network."""


@dataclass(frozen=True)
class Oracles:
    """The checks of a run: called with each exchange, they book a verdict for each check that applies.

    `rows` are the requirements by id. A request whose connection was closed without a whole response, twice
    in a row, is a violation as soon as another request is answered: the target lives, and broke this one off.
    """

    checks: Mapping[str, tuple[tuple[Requirement, Check], ...]]
    book: Book
    redactor: Redactor
    selected: frozenset[tuple[str, str]]
    rows: Mapping[str, Requirement] = field(default_factory=dict)
    broken: list[Exchange] = field(default_factory=list)
    lost: dict[str, int] = field(default_factory=dict)
    latest: list[Exchange] = field(default_factory=list)

    def __call__(self, exchange: Exchange) -> None:
        """Judge one exchange of a documented operation."""
        operation = exchange.request.operation
        self._whole(exchange)
        if operation is None or exchange.request.off_spec or exchange.status is None:
            return
        for requirement, check in self.checks.get(operation.id, ()):
            if (requirement.id, operation.id) in self.selected:
                seen = check(exchange, operation)
                if seen is not None:
                    self.book.add(self._verdict(requirement, operation, exchange, seen))

    def _whole(self, exchange: Exchange) -> None:
        """Judge that requests get a whole response."""
        if exchange.status is None:
            if exchange.failure.startswith("broken") and exchange.request.operation is not None:
                self.broken.append(exchange)
            return
        twice = {id(b.request): b for a, b in pairwise(self.broken) if a.request is b.request}
        for lost in self.broken:
            count = self.lost[lost.operation_id] = self.lost.get(lost.operation_id, 0) + 1
            if count >= OFTEN or id(lost.request) in twice:
                self.note(WHOLE, lost, f"no whole response, again and again: {lost.failure}")
        self.broken.clear()
        if exchange.request.operation is not None:
            self.latest[:] = [exchange]
            self.note(WHOLE, exchange, "")

    def note(self, requirement: str, exchange: Exchange, seen: str) -> None:
        """Book what was seen of a promise that no single response shows; "" for one that holds."""
        operation, row = exchange.request.operation, self.rows.get(requirement)
        if operation is not None and row is not None and (requirement, operation.id) in self.selected:
            self.book.add(self._verdict(row, operation, exchange, seen))

    def on_rate_limit(self, exchange: Exchange, *, lifted: bool) -> None:
        """Judge that the rate limit lifts when it should: `exchange` came after its own Retry-After."""
        if not lifted and retry_after(exchange) is None:
            return
        seen = "" if lifted else "still refused after waiting as Retry-After says, again and again"
        if exchange.request.operation is None and not lifted:
            exchange = next(iter(self.latest), exchange)
        self.note(LIFTS, exchange, seen)

    def _verdict(self, row: Requirement, operation: Operation, exchange: Exchange, seen: str) -> Verdict:
        if not seen:
            return Verdict(row.id, operation.id, row.level, held(row.level), evidence=(exchange.id,))
        verdict = violated(row.level)
        return Verdict(
            row.id,
            operation.id,
            row.level,
            verdict,
            reason=f"seen in {exchange.scenario}" if exchange.scenario else "",
            expected=row.expect,
            actual=self.redactor.mask(f"{exchange.summary()}: {seen}"),
            evidence=(exchange.id,),
            curl=curl(exchange, self.redactor),
            fingerprint=seen if verdict is Outcome.OBSERVED else "",
            variations=(exchange.scenario,) if exchange.scenario else (),
        )


def token_never_echoed(redactor: Redactor) -> Check:
    """Return the check that no response holds a token or secret of this run, in a header or in the body."""

    def check(exchange: Exchange, operation: Operation) -> str | None:  # noqa: ARG001 - the signature of a check
        headers = "\n".join(exchange.headers.values())
        return (
            "the response repeats a token or secret"
            if redactor.contains(headers + "\n" + exchange.text)
            else ""
        )

    return check


def build_checks(
    rows: Iterable[Requirement], redactor: Redactor
) -> dict[str, tuple[tuple[Requirement, Check], ...]]:
    """Return by operationId the rows that are judged on every exchange, each with its check."""
    checks = {**CHECKS, "token-never-echoed": token_never_echoed(redactor)}
    found: dict[str, list[tuple[Requirement, Check]]] = {}
    for row in rows:
        if row.oracle is None or row.excluded:
            continue
        check = checks[row.oracle] if isinstance(row.oracle, str) else row_check(row.oracle)
        for operation in row.operations:
            found.setdefault(operation, []).append((row, check))
    return {operation: tuple(checks) for operation, checks in found.items()}
