"""What a story expects: each helper returns or raises `Violation` with expected, actual and evidence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from conformance.checks.oracles import same, shown
from conformance.errors import Violation
from conformance.exchange.model import ABSENT, Exchange


def status(reply: Exchange, *allowed: int) -> None:
    """Expect one of these statuses."""
    if reply.status not in allowed:
        wanted = " or ".join(map(str, allowed))
        raise Violation(f"status {wanted}", reply.summary(), (reply.id,))


def differs_from_status(reply: Exchange, unwanted: int) -> None:
    """Expect any other status."""
    if reply.status == unwanted:
        raise Violation(f"a status other than {unwanted}", reply.summary(), (reply.id,))


def refused(reply: Exchange, *allowed: int) -> None:
    """Expect a documented refusal: one of these statuses, or any error status that the page lists."""
    documented = reply.request.operation.responses if reply.request.operation else ()
    statuses = allowed or tuple(s for s in documented if s >= 400)  # noqa: PLR2004 - the errors
    if reply.status not in statuses:
        wanted = " or ".join(map(str, statuses))
        raise Violation(f"a refusal with status {wanted}", reply.summary(), (reply.id,))


def error(reply: Exchange, wanted: int, code: str) -> None:
    """Expect this error status with this code and some message."""
    status(reply, wanted)
    value(reply, "/error/code", code)
    message = reply.at("/error/message")
    if not isinstance(message, str) or not message.strip():
        raise Violation("a message for a human in error.message", shown(message), (reply.id,))


def code_of(reply: Exchange, wanted: int, code: str) -> None:
    """Expect this code if the reply has this status; the status itself is another requirement's matter."""
    if reply.status == wanted:
        error(reply, wanted, code)


def value(reply: Exchange, pointer: str, wanted: Any) -> None:
    """Expect this value at a JSON pointer of the reply, exactly."""
    seen = reply.at(pointer)
    if seen != wanted or isinstance(seen, bool) != isinstance(wanted, bool):
        raise Violation(f"{pointer} = {shown(wanted)}", f"{pointer} = {shown(seen)}", (reply.id,))


def repeats(reply: Exchange, pointer: str, sent: str) -> None:
    """Expect what was sent to come back (a GUID in any case, surrounding blanks trimmed or not)."""
    seen = reply.at(pointer)
    if not same(seen, sent):
        raise Violation(f"{pointer} = {shown(sent)}", f"{pointer} = {shown(seen)}", (reply.id,))


def differs(reply: Exchange, pointer: str, other: Any) -> None:
    """Expect something else than `other` at a JSON pointer of the reply."""
    if reply.at(pointer) == other and other is not ABSENT:
        raise Violation(f"{pointer} other than {shown(other)}", f"{pointer} = {shown(other)}", (reply.id,))


def only_members(reply: Exchange, pointer: str, allowed: Iterable[str]) -> None:
    """Expect an object at a JSON pointer of the reply that has no other members than these."""
    seen = reply.at(pointer)
    if not isinstance(seen, dict):
        raise Violation(f"an object at {pointer}", shown(seen), (reply.id,))
    if extra := sorted(set(seen) - set(allowed)):
        raise Violation(
            f"no other members than {', '.join(allowed)}", f"also {', '.join(extra)}", (reply.id,)
        )


def same_members(reply: Exchange, other: Exchange) -> None:
    """Expect a JSON object with the top members of another reply, where that one is an object."""
    wanted = other.at("")
    if isinstance(wanted, dict):
        seen = reply.at("")
        found = sorted(seen) if isinstance(seen, dict) else "no JSON object"
        equal(found, sorted(wanted), "the members of the answer", other, reply)


def text(reply: Exchange, pointer: str) -> str:
    """Expect a string that is not empty at a JSON pointer of the reply, and return it."""
    seen = reply.at(pointer)
    if not isinstance(seen, str) or not seen:
        raise Violation(f"a string at {pointer}", shown(seen), (reply.id,))
    return seen


def details(reply: Exchange) -> list[dict[str, Any]]:
    """Expect an array of error objects in error.details with at least one entry, and return it."""
    seen = reply.at("/error/details")
    if not isinstance(seen, list) or not seen or not all(isinstance(entry, dict) for entry in seen):
        raise Violation("error.details as an array of errors", f"details {shown(seen)}", (reply.id,))
    return seen


def detail(reply: Exchange, target: str, *codes: str) -> None:
    """Expect a detail about this target, with one of these codes (any code where none is named)."""
    entries = details(reply)
    found = [e for e in entries if e.get("target") == target and (not codes or e.get("code") in codes)]
    if not found:
        wanted = f"a detail with target {target}" + (f" and code {' or '.join(codes)}" if codes else "")
        seen = ", ".join(
            f"{shown(e.get('code', ABSENT))} on {shown(e.get('target', ABSENT))}" for e in entries
        )
        raise Violation(wanted, seen, (reply.id,))
    if not all(isinstance(e.get("message"), str) and e["message"].strip() for e in found):
        raise Violation("a message in each detail", shown(entries), (reply.id,))


def no_detail(reply: Exchange, target: str) -> None:
    """Expect no detail about this target."""
    entries = reply.at("/error/details")
    named = (
        [e for e in entries if isinstance(e, dict) and e.get("target") == target]
        if isinstance(entries, list)
        else []
    )
    if named:
        raise Violation(f"no detail on {target}, which is valid", shown(named), (reply.id,))


def same_items(seen: Iterable[str], wanted: Iterable[str], what: str, *evidence: Exchange) -> None:
    """Expect the same ids in any order and GUID spelling, each exactly once."""
    have, want = sorted(item.lower() for item in seen), sorted(item.lower() for item in wanted)
    if have != want:
        raise Violation(f"{what}: exactly {want}", f"{what}: {have}", tuple(e.id for e in evidence))


def equal(seen: Any, wanted: Any, what: str, *evidence: Exchange) -> None:
    """Expect two values to be equal."""
    if seen != wanted:
        raise Violation(f"{what} = {shown(wanted)}", f"{what} = {shown(seen)}", tuple(e.id for e in evidence))


def one_of(seen: list[str], places: list[str], *evidence: Exchange) -> None:
    """Expect exactly one id, and that it is one of the places."""
    if len(seen) != 1 or seen[0].lower() not in {place.lower() for place in places}:
        raise Violation(f"exactly one of {places}", shown(seen), tuple(e.id for e in evidence))
