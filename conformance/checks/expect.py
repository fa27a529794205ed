"""What a scenario expects: each helper returns or raises `Violation` with expected, actual and evidence.

Inside `proving` each helper also notes the exchanges that it looked at: they are the evidence of a PASS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from conformance.checks import statuses
from conformance.checks.values import same, shown
from conformance.errors import NotJudged, Violation
from conformance.exchange.model import ABSENT, Exchange

P = ParamSpec("P")
R = TypeVar("R")
FAILED: Final = 500

_LOOKED_AT: Final = ContextVar[list[Exchange] | None]("looked_at", default=None)


@contextmanager
def proving() -> Iterator[list[Exchange]]:
    """Collect the exchanges that expectations look at in the block."""
    looked_at: list[Exchange] = []
    token = _LOOKED_AT.set(looked_at)
    try:
        yield looked_at
    finally:
        _LOOKED_AT.reset(token)


def rests_on(*evidence: Exchange) -> None:
    """Note exchanges that were looked at before, or by something else than an expectation."""
    looked_at = _LOOKED_AT.get()
    if looked_at is not None:
        looked_at.extend(evidence)


def _noted(expectation: Callable[P, R]) -> Callable[P, R]:
    @wraps(expectation)
    def noting(*arguments: P.args, **options: P.kwargs) -> R:
        rests_on(*(each for each in arguments if isinstance(each, Exchange)))
        return expectation(*arguments, **options)

    return noting


@_noted
def status(response: Exchange, *allowed: int) -> None:
    """Expect one of these statuses."""
    if response.status not in allowed:
        wanted = " or ".join(map(str, allowed))
        raise Violation(f"status {wanted}", response.summary(), (response.id,))


def carried_out(response: Exchange) -> None:
    """Go on only where the request was carried out: nobody judges what follows from one that was not."""
    if not statuses.carried_out(response):
        raise NotJudged(f"{response.operation_id} answered {response.summary()}", (response.id,))


def answered(response: Exchange) -> None:
    """Go on only where the target did not fail itself: a failure is nothing to compare others with."""
    if response.status is None or response.status >= FAILED:
        raise NotJudged(f"{response.operation_id} answered {response.summary()}", (response.id,))


@_noted
def differs_from_status(response: Exchange, unwanted: int) -> None:
    """Expect any other status."""
    if response.status == unwanted:
        raise Violation(f"a status other than {unwanted}", response.summary(), (response.id,))


@_noted
def refused(response: Exchange, *allowed: int) -> None:
    """Expect a documented refusal: one of these statuses, or any error status that the page lists."""
    documented = response.request.operation.responses if response.request.operation else ()
    statuses = allowed or tuple(s for s in documented if s >= 400)  # noqa: PLR2004 - the errors
    if response.status not in statuses:
        wanted = " or ".join(map(str, statuses))
        raise Violation(f"a refusal with status {wanted}", response.summary(), (response.id,))


@_noted
def error(response: Exchange, wanted: int, code: str) -> None:
    """Expect this error status with this code and some message."""
    status(response, wanted)
    value(response, "/error/code", code)
    message = response.at("/error/message")
    if not isinstance(message, str) or not message.strip():
        raise Violation("a message for a human in error.message", shown(message), (response.id,))


@_noted
def code_of(response: Exchange, wanted: int, code: str) -> None:
    """Expect this code if the response has this status; the status itself is another requirement's matter."""
    if response.status == wanted:
        error(response, wanted, code)


@_noted
def value(response: Exchange, pointer: str, wanted: Any) -> None:
    """Expect this value at a JSON pointer of the response, exactly."""
    seen = response.at(pointer)
    if seen != wanted or isinstance(seen, bool) != isinstance(wanted, bool):
        raise Violation(f"{pointer} = {shown(wanted)}", f"{pointer} = {shown(seen)}", (response.id,))


@_noted
def repeats(response: Exchange, pointer: str, sent: str) -> None:
    """Expect what was sent to come back (a GUID in any case, surrounding blanks trimmed or not)."""
    seen = response.at(pointer)
    if not same(seen, sent):
        raise Violation(f"{pointer} = {shown(sent)}", f"{pointer} = {shown(seen)}", (response.id,))


@_noted
def differs(response: Exchange, pointer: str, other: Any) -> None:
    """Expect something else than `other` at a JSON pointer of the response."""
    if response.at(pointer) == other and other is not ABSENT:
        raise Violation(f"{pointer} other than {shown(other)}", f"{pointer} = {shown(other)}", (response.id,))


@_noted
def only_members(response: Exchange, pointer: str, allowed: Iterable[str]) -> None:
    """Expect an object at a JSON pointer of the response that has no other members than these."""
    seen = response.at(pointer)
    if not isinstance(seen, dict):
        raise Violation(f"an object at {pointer}", shown(seen), (response.id,))
    if extra := sorted(set(seen) - set(allowed)):
        named = ", ".join(name or "''" for name in extra)
        raise Violation(f"no other members than {', '.join(allowed)}", f"also {named}", (response.id,))


@_noted
def same_members(response: Exchange, other: Exchange) -> None:
    """Expect a JSON object with the top members of another response, where that one is an object."""
    wanted = other.at("")
    if isinstance(wanted, dict):
        seen = response.at("")
        found = sorted(seen) if isinstance(seen, dict) else "no JSON object"
        equal(found, sorted(wanted), "the members of the answer", other, response)


@_noted
def text(response: Exchange, pointer: str) -> str:
    """Expect a string that is not empty at a JSON pointer of the response, and return it."""
    seen = response.at(pointer)
    if not isinstance(seen, str) or not seen:
        raise Violation(f"a string at {pointer}", shown(seen), (response.id,))
    return seen


@_noted
def details(response: Exchange) -> list[dict[str, Any]]:
    """Expect an array of error objects in error.details with at least one entry, and return it."""
    seen = response.at("/error/details")
    if not isinstance(seen, list) or not seen or not all(isinstance(entry, dict) for entry in seen):
        raise Violation("error.details as an array of errors", f"details {shown(seen)}", (response.id,))
    return seen


@_noted
def detail(response: Exchange, target: str, *codes: str) -> None:
    """Expect a detail about this target, with one of these codes (any code where none is named)."""
    entries = details(response)
    found = [e for e in entries if e.get("target") == target and (not codes or e.get("code") in codes)]
    if not found:
        wanted = f"a detail with target {target}" + (f" and code {' or '.join(codes)}" if codes else "")
        seen = ", ".join(
            f"{shown(e.get('code', ABSENT))} on {shown(e.get('target', ABSENT))}" for e in entries
        )
        raise Violation(wanted, seen, (response.id,))
    if not all(isinstance(e.get("message"), str) and e["message"].strip() for e in found):
        raise Violation("a message in each detail", shown(entries), (response.id,))


@_noted
def no_detail(response: Exchange, target: str) -> None:
    """Expect no detail about this target."""
    entries = response.at("/error/details")
    named = (
        [e for e in entries if isinstance(e, dict) and e.get("target") == target]
        if isinstance(entries, list)
        else []
    )
    if named:
        raise Violation(f"no detail on {target}, which is valid", shown(named), (response.id,))


@_noted
def same_items(seen: Iterable[str], wanted: Iterable[str], what: str, *evidence: Exchange) -> None:
    """Expect the same ids in any order and GUID spelling, each exactly once."""
    have, want = sorted(item.lower() for item in seen), sorted(item.lower() for item in wanted)
    if have != want:
        raise Violation(f"{what}: exactly {want}", f"{what}: {have}", tuple(e.id for e in evidence))


@_noted
def equal(seen: Any, wanted: Any, what: str, *evidence: Exchange) -> None:
    """Expect two values to be equal."""
    if seen != wanted:
        raise Violation(f"{what} = {shown(wanted)}", f"{what} = {shown(seen)}", tuple(e.id for e in evidence))


@_noted
def one_of(seen: list[str], places: list[str], *evidence: Exchange) -> None:
    """Expect exactly one id, and that it is one of the places."""
    if len(seen) != 1 or seen[0].lower() not in {place.lower() for place in places}:
        raise Violation(f"exactly one of {places}", shown(seen), tuple(e.id for e in evidence))
