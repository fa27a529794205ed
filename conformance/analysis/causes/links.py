"""When one violation follows from another, of the same operation or of another one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from conformance.analysis.causes.kinds import CONTENT_KINDS, STATUS_KINDS, Kind
from conformance.analysis.causes.sameness import is_without_code, overlap
from conformance.analysis.causes.sign import Sign

SURE: Final = 4
LIKELY: Final = 3
POSSIBLE: Final = 2
UNLIKELY: Final = 1
"""How well one violation explains another; what explains best is taken."""
CRASHED: Final = 500

_STATES: Final = frozenset({Kind.EFFECT, Kind.STATE})


def follows(sign: Sign, root: Sign) -> int:
    """Return how well a root explains a violation of the same operation; 0 where it does not."""
    return max(
        _by_response(sign, root), _by_state(sign, root), _by_check(sign, root), _as_watcher(sign, root)
    )


def _by_response(sign: Sign, root: Sign) -> int:
    """Return how well it explains the response: one with a wrong status or shape has no right content."""
    status = sign.exchange.status if sign.exchange else None
    if sign.kind is Kind.HEADER:
        crashed = root.kind in STATUS_KINDS and CRASHED <= (root.deviation.seen or 0) == status
        return LIKELY if crashed or root.about == "no JSON" else 0
    if sign.kind in _STATES and root.kind in {Kind.SHAPE, Kind.VALUE}:
        near = root.kind is Kind.SHAPE or sign.pointer == root.pointer or root.names_id
        return LIKELY if near else 0
    if sign.kind not in CONTENT_KINDS:
        return 0
    if (root.kind is Kind.CRASH or root.refuses_right_requests) and status == root.deviation.seen:
        return SURE
    if root.kind in STATUS_KINDS:
        same = _same_exchange(sign, root) and (root.kind is not Kind.ACCEPTED or sign.is_of_error)
        return SURE if same or _same_response(sign, root) else 0
    beside = sign.kind is Kind.VALUE and root.names_id and overlap(sign.aspects, root.aspects)
    absent = root.kind is Kind.SHAPE and _is_absence(sign) and sign.is_of_error is root.is_of_error
    return LIKELY if absent or beside or (sign.names_id and root.kind is Kind.EFFECT) else 0


def _by_state(sign: Sign, root: Sign) -> int:
    """Return how well it explains what is read and asked afterwards."""
    if sign.kind in _STATES:
        return _of_read(sign, root)
    if sign.kind is Kind.REFUSED and root.kind is Kind.CRASH and "success" in root.aspects:
        return POSSIBLE  # what comes after rests on what was not carried out
    if root.kind not in {Kind.ACCEPTED, *_STATES} or sign.kind not in {*STATUS_KINDS, *CONTENT_KINDS}:
        return 0
    if sign.kind is Kind.DETAILS and (
        sign.about.startswith(("code", "without")) or root.kind is not Kind.ACCEPTED
    ):
        return 0
    near = overlap(sign.aspects, root.aspects) or _near(sign.aspects, root.aspects)
    return POSSIBLE if near else 0


def _of_read(sign: Sign, root: Sign) -> int:
    near = overlap(sign.aspects, root.aspects)
    match root.kind:
        case Kind.EFFECT | Kind.STATE:
            return POSSIBLE + near
        case Kind.ACCEPTED if not sign.is_about("authentication"):
            return POSSIBLE + near if near or sign.kind is Kind.STATE else 0
        case Kind.REFUSED | Kind.CRASH if "success" in root.aspects:
            return POSSIBLE
        case Kind.TREATED | Kind.CRASH if sign.kind is Kind.STATE and not sign.is_about("authentication"):
            return POSSIBLE if (root.deviation.seen or 0) >= CRASHED else 0
    return POSSIBLE if near and root.kind in STATUS_KINDS else 0


def _by_check(sign: Sign, root: Sign) -> int:
    """Where no token is needed, none is checked, and nobody is told from anybody else."""
    open_to_all = root.kind is Kind.ACCEPTED and root.row.id.endswith("missing-token")
    if open_to_all and sign.is_about("authentication", "rate", "permissions"):
        return SURE
    if root.kind is Kind.ACCEPTED and sign.kind is Kind.TREATED and root.is_about("authentication"):
        return LIKELY if sign.is_about("authentication") else 0
    return 0


def _as_watcher(sign: Sign, root: Sign) -> int:
    """Return how well it explains what any deviation of the operation breaks."""
    if sign.deviation.seen is not None and sign.deviation.seen == root.deviation.seen:
        if sign.is_watcher and sign.kind in STATUS_KINDS:
            return SURE
        if {root.kind, sign.kind} == {Kind.TREATED, Kind.CRASH}:
            return SURE
        if root.refuses_right_requests and sign.kind in {Kind.STATUS, Kind.TREATED}:
            return SURE  # nobody comes so far as to see it
    if not sign.is_watcher or sign.row.check is not None or root.is_watcher:
        return 0
    return UNLIKELY if root.kind in {Kind.ACCEPTED, *_STATES} else 0


def follows_elsewhere(sign: Sign, root: Sign) -> int:
    """Return how well a root explains a violation of another operation; 0 where it does not."""
    if sign.operation == root.operation or root.kind not in {Kind.ACCEPTED, Kind.CRASH, *_STATES}:
        return 0
    aspects = [text.partition("@")[0] for text in sign.row.observes if text.endswith(f"@{root.operation}")]
    if sign.is_watcher and root.kind in _STATES and not sign.row.check:
        return UNLIKELY if sign.kind in {*_STATES, *STATUS_KINDS} else 0
    if sign.kind in _STATES:
        seen = set(sign.verdict.seen_in) & set(root.verdict.seen_in)
        return POSSIBLE if seen or overlap(aspects, root.aspects) else 0
    return (
        POSSIBLE
        if sign.kind is Kind.ACCEPTED and root.kind in _STATES and overlap(aspects, root.aspects)
        else 0
    )


def _near(one: Iterable[str], other: Iterable[str]) -> bool:
    """Tell whether both observe parts of the same thing, such as two ids of a path."""
    parts = [{"/".join(text.split("/")[:2]) for text in texts if "/" in text} for texts in (one, other)]
    return bool({part for part in parts[0] & parts[1] if not part.startswith(("error/", "success/"))})


def _is_absence(sign: Sign) -> bool:
    without_code = sign.kind is Kind.CODE and is_without_code(sign)
    return without_code or sign.about.endswith("absent") or sign.kind is Kind.DETAILS


def _same_response(sign: Sign, root: Sign) -> bool:
    return sign.exchange is not None and root.exchange is not None and sign.exchange.id == root.exchange.id


def _same_exchange(sign: Sign, root: Sign) -> bool:
    """Tell whether both were decided by the same response, or by responses to the same request."""
    one, other = sign.exchange, root.exchange
    if one is None or other is None:
        return False
    asked = [(x.request.method, x.request.path, x.sent_body, x.role) for x in (one, other)]
    return one.id == other.id or (asked[0] == asked[1] and one.status == other.status)
