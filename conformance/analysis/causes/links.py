"""When two violations have one cause: the same deviation, or one that follows from the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from conformance.analysis.causes.kinds import CONTENT_KINDS, STATUS_KINDS, Kind
from conformance.analysis.causes.sign import Sign

SURE: Final = 4
LIKELY: Final = 3
POSSIBLE: Final = 2
UNLIKELY: Final = 1
"""How well one violation explains another; what explains best is taken."""
CRASHED: Final = 500

_STATES: Final = frozenset({Kind.EFFECT, Kind.STATE})
_CHECKS: Final = ("permissions",)
"""Of what is observed under these names, an operation has one cause: a check that is not made."""


def same_deviation(one: Sign, other: Sign) -> bool:
    """Tell whether two violations of one operation show the same deviation."""
    kinds = {one.kind, other.kind}
    if kinds == {Kind.SHAPE, Kind.VALUE}:
        return _within(one.about, other.about) or _within(other.about, one.about)
    if kinds <= {Kind.VALUE, Kind.OTHER}:
        return _same_value(one, other)
    if Kind.TREATED in kinds and kinds <= {Kind.ACCEPTED, Kind.TREATED, Kind.REFUSED}:
        return one.row.id == other.row.id or overlap(one.aspects, other.aspects)
    if kinds <= _STATES:
        return overlap(one.aspects, other.aspects)
    return one.kind is other.kind and _SAME.get(one.kind, _same_about)(one, other)


def _same_about(one: Sign, other: Sign) -> bool:
    return one.about == other.about


def _same_seen(one: Sign, other: Sign) -> bool:
    return one.deviation.seen == other.deviation.seen


def _same_refusal(one: Sign, other: Sign) -> bool:
    wanted = one.deviation.wanted, other.deviation.wanted
    return _same_seen(one, other) and (not all(wanted) or bool(wanted[0] & wanted[1]))


def _same_code(one: Sign, other: Sign) -> bool:
    if is_without_code(one) and is_without_code(other):
        return "empty" in {one.about, other.about} or _same_seen(one, other)
    return _same_about(one, other) and _same_seen(one, other)


def is_without_code(sign: Sign) -> bool:
    """Tell whether an error has no code, or an empty one, where one was required."""
    return sign.about in {"absent", "empty"} or sign.about.endswith(">")


_SAME: Final[dict[Kind, Callable[[Sign, Sign], bool]]] = {
    Kind.SILENCE: lambda *_: True,
    Kind.CRASH: lambda *_: True,
    Kind.SUCCESS: _same_seen,
    Kind.REFUSED: _same_seen,
    Kind.STATUS: _same_refusal,
    Kind.ACCEPTED: lambda one, other: overlap(one.aspects, other.aspects) or _one_check(one, other),
    Kind.CODE: _same_code,
    Kind.DETAILS: lambda one, other: one.about.partition(" ")[0] == other.about.partition(" ")[0],
    Kind.SHAPE: lambda one, other: _same_object(one.about, other.about),
}
"""Whether two deviations of one kind are the same one; of any other kind they are if they read alike."""


def _same_value(one: Sign, other: Sign) -> bool:
    if Kind.OTHER in {one.kind, other.kind}:
        return one.row.id == other.row.id or overlap(one.aspects, other.aspects)
    swapped = one.about.endswith("another id") and other.about.endswith("another id")
    pointers = pointer_of(one), pointer_of(other)
    return pointers[0] == pointers[1] or (
        swapped and pointers[0].rpartition("/")[0] == pointers[1].rpartition("/")[0]
    )


def overlap(one: Iterable[str], other: Iterable[str]) -> bool:
    """Tell whether something is observed by both: ``error/404`` is a part of ``error``."""
    return any(f"{a}/".startswith(f"{b}/") or f"{b}/".startswith(f"{a}/") for a in one for b in other)


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
        near = root.kind is Kind.SHAPE or pointer_of(sign) == pointer_of(root) or names_id(root)
        return LIKELY if near else 0
    if sign.kind not in CONTENT_KINDS:
        return 0
    if (root.kind is Kind.CRASH or refuses_right_requests(root)) and status == root.deviation.seen:
        return SURE
    if root.kind in STATUS_KINDS:
        same = _same_exchange(sign, root) and (root.kind is not Kind.ACCEPTED or is_of_error(sign))
        return SURE if same or _same_response(sign, root) else 0
    beside = sign.kind is Kind.VALUE and names_id(root) and overlap(sign.aspects, root.aspects)
    absent = root.kind is Kind.SHAPE and _is_absence(sign) and is_of_error(sign) is is_of_error(root)
    return LIKELY if absent or beside or (names_id(sign) and root.kind is Kind.EFFECT) else 0


def _by_state(sign: Sign, root: Sign) -> int:
    """Return how well it explains what is read and asked afterwards."""
    if sign.kind in _STATES:
        return _of_read(sign, root)
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
        case Kind.ACCEPTED if not _is_about(sign, "authentication"):
            return POSSIBLE + near if near or sign.kind is Kind.STATE else 0
        case Kind.REFUSED | Kind.CRASH if "success" in root.aspects:
            return POSSIBLE
        case Kind.TREATED | Kind.CRASH if sign.kind is Kind.STATE and not _is_about(sign, "authentication"):
            return POSSIBLE if (root.deviation.seen or 0) >= CRASHED else 0
    return POSSIBLE if near and root.kind in STATUS_KINDS else 0


def _by_check(sign: Sign, root: Sign) -> int:
    """Where no token is needed, none is checked, and nobody is told from anybody else."""
    open_to_all = root.kind is Kind.ACCEPTED and root.row.id.endswith("missing-token")
    if open_to_all and _is_about(sign, "authentication", "rate", "permissions"):
        return SURE
    if root.kind is Kind.ACCEPTED and sign.kind is Kind.TREATED and _is_about(root, "authentication"):
        return LIKELY if _is_about(sign, "authentication") else 0
    return 0


def _as_watcher(sign: Sign, root: Sign) -> int:
    """Return how well it explains what any deviation of the operation breaks."""
    if sign.deviation.seen is not None and sign.deviation.seen == root.deviation.seen:
        if sign.is_watcher and sign.kind in STATUS_KINDS:
            return SURE
        if {root.kind, sign.kind} == {Kind.TREATED, Kind.CRASH}:
            return SURE
        if refuses_right_requests(root) and sign.kind in {Kind.STATUS, Kind.TREATED}:
            return SURE  # nobody comes so far as to see it
    if not sign.is_watcher or sign.row.check is not None or root.is_watcher:
        return 0
    return UNLIKELY if root.kind in {Kind.ACCEPTED, *_STATES} else 0


def refuses_right_requests(sign: Sign) -> bool:
    """Tell whether a plain request that must succeed is refused."""
    return sign.kind is Kind.REFUSED and "success" in sign.aspects


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


def same_everywhere(one: Sign, other: Sign) -> bool:
    """Tell whether the same deviation shows on two operations because one requirement speaks of both."""
    same = (one.row.id, one.kind) == (other.row.id, other.kind) and len(one.row.operations) > 1
    return same and one.about == other.about and not (one.is_watcher and one.row.check is None)


def same_refusal_elsewhere(one: Sign, other: Sign) -> bool:
    """Tell whether two operations refuse alike: the same status, or the same code, in place of the same."""
    if one.kind is not other.kind or one.is_watcher or other.is_watcher:
        return False
    if refuses_right_requests(one) and refuses_right_requests(other):
        return _same_seen(one, other)
    if one.kind is Kind.CODE:
        return (is_without_code(one) and is_without_code(other)) or _same_code(one, other)
    return one.kind is Kind.STATUS and one.about == other.about


def alike(sign: Sign) -> tuple[str, ...]:
    """Return what tells whether deviations of many operations are one: equal for each of them."""
    match sign.kind:
        case Kind.CRASH:
            return (sign.kind,)
        case Kind.CODE:
            return (sign.kind, str(sign.deviation.seen), sign.about.rpartition(">")[2])
        case Kind.ACCEPTED | Kind.STATUS:
            return (Kind.ACCEPTED, sign.row.id.rpartition(".")[2])
        case Kind.EFFECT | Kind.STATE | Kind.REFUSED:
            return (sign.kind, sign.row.id.rpartition(".")[2])
    return (sign.kind, sign.about)


def pointer_of(sign: Sign) -> str:
    """Return the JSON pointer of which a violation speaks, or its deviation's first word."""
    return sign.about.partition(" ")[0]


def is_of_error(sign: Sign) -> bool:
    """Tell whether it is about the body of an error."""
    return (
        sign.kind in {Kind.CODE, Kind.DETAILS}
        or sign.row.check == "error-schema"
        or sign.about.startswith("/error")
    )


def names_id(sign: Sign) -> bool:
    """Tell whether it is about the id under which a thing is found again."""
    return sign.kind is Kind.VALUE and pointer_of(sign).lower().endswith("/id")


def _is_about(sign: Sign, *names: str) -> bool:
    return any(text.partition("/")[0] in names for text in sign.aspects)


def _one_check(one: Sign, other: Sign) -> bool:
    return any(_is_about(one, name) and _is_about(other, name) for name in _CHECKS)


def _near(one: Iterable[str], other: Iterable[str]) -> bool:
    """Tell whether both observe parts of the same thing, such as two ids of a path."""
    parts = [{"/".join(text.split("/")[:2]) for text in texts if "/" in text} for texts in (one, other)]
    return bool({part for part in parts[0] & parts[1] if not part.startswith(("error/", "success/"))})


def _is_absence(sign: Sign) -> bool:
    return sign.about.endswith("absent") or sign.kind is Kind.DETAILS


def _same_object(one: str, other: str) -> bool:
    """Tell whether two shapes are about one object: ``/a/b there`` and ``/a has more`` are about ``/a``."""
    places = []
    for about in (one, other):
        place, _, rule = about.partition(" ")
        places.append(place.rpartition("/")[0] if rule in {"there", "missing"} else place)
    if "*" in places:
        # What lacks one member and has another one instead was given another name.
        return all(about.endswith("has more") or " lacks " in about for about in (one, other))
    a, b = places
    error = any(place.startswith("/error") for place in places)
    return a == b or (not error and (f"{a}/".startswith(f"{b}/") or f"{b}/".startswith(f"{a}/")))


def _within(shape: str, value: str) -> bool:
    """Tell whether a value stands in what has another shape: ``/a lacks b`` and ``/a/b absent``."""
    place, _, rule = shape.partition(" ")
    if place == "no":
        return True
    pointer = value.partition(" ")[0]
    if rule.startswith("lacks "):
        place = f"{place.rstrip('/')}/{rule.removeprefix('lacks ')}"
    return f"{pointer}/".startswith(f"{place.rstrip('/')}/")


def _same_response(sign: Sign, root: Sign) -> bool:
    return sign.exchange is not None and root.exchange is not None and sign.exchange.id == root.exchange.id


def _same_exchange(sign: Sign, root: Sign) -> bool:
    """Tell whether both were decided by the same response, or by responses to the same request."""
    one, other = sign.exchange, root.exchange
    if one is None or other is None:
        return False
    asked = [(x.request.method, x.request.path, x.sent_body, x.role) for x in (one, other)]
    return one.id == other.id or (asked[0] == asked[1] and one.status == other.status)
