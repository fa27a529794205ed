"""When two violations show the same deviation: on one operation, or on several."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from conformance.analysis.causes.kinds import Kind
from conformance.analysis.causes.sign import Sign

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


def _same_details(one: str, other: str) -> bool:
    """Tell whether two deviations of details are one: a member of another type names nothing either."""
    return one.partition(" ")[0] == other.partition(" ")[0] or "*" in {one[:1], other[:1]}


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
    Kind.DETAILS: lambda one, other: _same_details(one.about, other.about),
    Kind.SHAPE: lambda one, other: _same_object(one.about, other.about),
}
"""Whether two deviations of one kind are the same one; of any other kind they are if they read alike."""


def _same_value(one: Sign, other: Sign) -> bool:
    if Kind.OTHER in {one.kind, other.kind}:
        return one.row.id == other.row.id or overlap(one.aspects, other.aspects)
    swapped = one.about.endswith("another id") and other.about.endswith("another id")
    pointers = one.pointer, other.pointer
    return pointers[0] == pointers[1] or (
        swapped and pointers[0].rpartition("/")[0] == pointers[1].rpartition("/")[0]
    )


def overlap(one: Iterable[str], other: Iterable[str]) -> bool:
    """Tell whether something is observed by both: ``error/404`` is a part of ``error``."""
    return any(f"{a}/".startswith(f"{b}/") or f"{b}/".startswith(f"{a}/") for a in one for b in other)


def same_everywhere(one: Sign, other: Sign) -> bool:
    """Tell whether the same deviation shows on two operations because one requirement speaks of both."""
    same = (one.row.id, one.kind) == (other.row.id, other.kind) and len(one.row.operations) > 1
    return same and one.about == other.about and not (one.is_watcher and one.row.check is None)


def same_refusal_elsewhere(one: Sign, other: Sign) -> bool:
    """Tell whether two operations refuse alike: the same status, or the same code, in place of the same."""
    if _detail_member(one) and _detail_member(one) == _detail_member(other):
        return True
    if one.kind is not other.kind or one.is_watcher or other.is_watcher:
        return False
    if one.refuses_right_requests and other.refuses_right_requests:
        return _same_seen(one, other)
    if one.kind is Kind.CODE:
        return (is_without_code(one) and is_without_code(other)) or _same_code(one, other)
    return one.kind is Kind.STATUS and one.about == other.about


def _detail_member(sign: Sign) -> str:
    """Return which member of each detail is of another type, "" for none: two checks say so in two ways."""
    found = re.match(r"(?:/error/details/)?\*/(\w+) is ", sign.about)
    return found[1] if found else ""


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


def _one_check(one: Sign, other: Sign) -> bool:
    return any(one.is_about(name) and other.is_about(name) for name in _CHECKS)


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
